package schedule

import (
	"net"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// Peace is what a host is left in.
type Peace struct {
	PerHost int           // polls under way at once; 0: 1
	HostGap time.Duration // between the starts of two polls; 0: none
}

// HostOf returns the host whose peace a poll of the URL disturbs: the
// registrable domain, which is one label more than the suffix under which
// anyone can register (publicsuffix.org, private suffixes included). So
// feeds.example.co.uk and www.example.co.uk are one host, a.github.io and
// b.github.io two. Upper case, the port and a dot at the end make no
// difference, and letters beyond ASCII are written as IDNA has them.
//
// What has no registrable domain stands for itself, with its port unless that
// is 80 or 443: addresses, localhost, the names of a local network. There a port
// often is all that tells two servers apart. A text that is no URL is returned
// as it is.
func HostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	name := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	if name == "" {
		return link
	}
	if _, err := netip.ParseAddr(name); err == nil {
		return withPort(name, u.Port())
	}
	if ascii, err := idna.Lookup.ToASCII(name); err == nil && ascii != "" {
		name = ascii
	}
	domain, err := publicsuffix.EffectiveTLDPlusOne(name)
	if err != nil || strings.HasSuffix(name, ".localhost") {
		return withPort(name, u.Port())
	}
	return domain
}

func withPort(name, port string) string {
	if port == "" || port == "80" || port == "443" {
		return name
	}
	return net.JoinHostPort(name, port)
}
