package config

import (
	"net/netip"
	"net/url"
	"slices"
	"strings"
	"time"
)

func (l *loader) webSub(v value) map[string]value {
	w := &l.config.WebSub
	return v.mapping(fields{
		"subscribe": boolean(&w.Subscribe),
		"lease":     duration(&w.Lease, time.Hour, 30*day),
	})
}

// checkReachable sees whether hubs can reach us, where they are meant to. at is
// where that can be changed.
func (l *loader) checkReachable(at value) {
	w := &l.config.WebSub
	if !w.Subscribe {
		return
	}
	if w.Unreachable = Unreachable(l.config.BaseURL); w.Unreachable != "" {
		at.key = "base_url"
		at.doubt("%s: with websub.subscribe it must be the address under which hubs reach this daemon; until then only hubs of sources with allow_private are asked to push", w.Unreachable)
	}
}

// Unreachable returns why nobody outside of this machine or its network can
// reach a base URL, as far as its spelling tells, worded to stand behind its
// name: "is localhost, …". Empty: nothing speaks against it.
func Unreachable(baseURL string) string {
	u, err := url.Parse(baseURL)
	if err != nil {
		return "is no URL"
	}
	host := strings.ToLower(strings.TrimSuffix(u.Hostname(), "."))
	if ip, err := netip.ParseAddr(host); err == nil {
		return unreachableAddr(ip.Unmap())
	}
	labels := strings.Split(host, ".")
	last := labels[len(labels)-1]
	switch {
	case last == "localhost":
		return "is localhost, which is another machine for everyone else"
	case len(labels) == 1:
		return "is " + host + ", a name that only this network may know"
	case slices.Contains([]string{"local", "internal", "lan", "home", "corp", "test", "invalid", "example", "onion"}, last),
		strings.HasSuffix(host, ".home.arpa"):
		return "is " + host + ", and names that end in " + last + " lead nowhere on the Internet"
	}
	return ""
}

func unreachableAddr(ip netip.Addr) string {
	shared := netip.MustParsePrefix("100.64.0.0/10") // RFC 6598
	switch {
	case ip.IsLoopback():
		return "is " + ip.String() + ", the loopback address of this machine"
	case ip.IsUnspecified():
		return "is " + ip.String() + ", which is no address to be reached at"
	case ip.IsPrivate(), ip.IsLinkLocalUnicast(), shared.Contains(ip):
		return "is " + ip.String() + ", an address of this network only"
	case ip.IsMulticast(), ip == netip.AddrFrom4([4]byte{255, 255, 255, 255}):
		return "is " + ip.String() + ", which is not the address of one machine"
	}
	return ""
}
