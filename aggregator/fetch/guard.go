package fetch

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"syscall"

	"code.dny.dev/ssrf"
	"golang.org/x/net/idna"
)

// guard refuses addresses that are not public. Its errors wrap
// [ssrf.ErrProhibitedIP].
type guard struct {
	public *ssrf.Guardian
}

func newGuard() guard {
	return guard{public: ssrf.New(ssrf.WithAnyPort())}
}

// control is the Control of a [net.Dialer]: it sees every address that is
// about to be connected to.
func (g guard) control(network, address string, conn syscall.RawConn) error {
	to, err := netip.ParseAddrPort(address)
	if err != nil {
		return g.public.Safe(network, address, conn)
	}
	return g.checkAddr(to.Addr())
}

// checkAddr refuses addr if it is not public. Of an IPv6 address that stands
// for one of IPv4 (mapped, or behind NAT64, RFC 6052) the latter decides.
func (g guard) checkAddr(addr netip.Addr) error {
	addr = addr.Unmap()
	if ssrf.IPv6NAT64Prefix.Contains(addr) {
		whole := addr.As16()
		addr = netip.AddrFrom4([4]byte(whole[12:]))
	}
	return g.public.SafeAddr(addr)
}

// checkHost refuses a host that is not public by its spelling: a special
// address, a number that a resolver may read as one (127.1, 0x7f000001), or a
// localhost name (RFC 6761, section 6.3).
func (g guard) checkHost(host string) error {
	// What the transport makes of the host is what the proxy gets to see.
	if ascii, err := idna.Lookup.ToASCII(host); err == nil {
		host = ascii
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if addr, err := netip.ParseAddr(host); err == nil {
		return g.checkAddr(addr)
	}
	last := host[strings.LastIndexByte(host, '.')+1:]
	_, notNumber := strconv.ParseUint(last, 0, 64)
	if notNumber == nil || last == "localhost" || isDigits(last) {
		return fmt.Errorf("%w: %s", ssrf.ErrProhibitedIP, host)
	}
	return nil
}

func isDigits(s string) bool {
	return s != "" && strings.Trim(s, "0123456789") == ""
}
