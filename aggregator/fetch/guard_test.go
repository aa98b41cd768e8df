package fetch

import (
	"net/http"
	"net/netip"
	"strings"
	"testing"

	"wiredesk/aggregator"
)

func TestSpecialAddressesAreRefused(t *testing.T) {
	t.Parallel()
	g := newGuard()
	for _, addr := range []string{
		"127.0.0.1", "127.8.9.10", "0.0.0.0", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254",
		"100.64.0.1", "224.0.0.1", "255.255.255.255", "198.18.0.1", "192.0.2.1",
		"::", "::1", "fe80::1", "fe80::1%eth0", "2600::1%eth0", "fc00::1", "fd12::1", "ff02::1", "2001:db8::1",
		"2002:7f00:1::", "::ffff:10.0.0.1", "::ffff:127.0.0.1", "::127.0.0.1",
		"64:ff9b::7f00:1", "64:ff9b::10.0.0.1", "64:ff9b::a9fe:a9fe", "64:ff9b:1::1",
	} {
		if err := g.checkAddr(netip.MustParseAddr(addr)); err == nil {
			t.Errorf("%s is let pass", addr)
		}
	}
	for _, addr := range []string{"1.1.1.1", "93.184.216.34", "172.32.0.1", "2606:4700::1", "::ffff:1.1.1.1", "64:ff9b::101:101"} {
		if err := g.checkAddr(netip.MustParseAddr(addr)); err != nil {
			t.Errorf("%s: %v", addr, err)
		}
	}
}

func TestHostsRefusedByTheirSpelling(t *testing.T) {
	t.Parallel()
	g := newGuard()
	for _, host := range []string{
		"127.0.0.1", "127.0.0.1.", "::1", "::ffff:10.0.0.1", "localhost", "LOCALHOST.", "a.localhost",
		"127.1", "2130706433", "0x7f000001", "0x7f.0.0.1", "0177.0.0.1", "127.0.0.0x1", "09.09", "99999999999999999999999",
		"１２７.0.0.1", "127。0。0。1", "192.168.1.1",
	} {
		if g.checkHost(host) == nil {
			t.Errorf("%s is let pass", host)
		}
	}
	for _, host := range []string{"wire.example", "1.wire.example", "localhost.example", "1.1.1.1", "bücher.example", "2606:4700::1"} {
		if err := g.checkHost(host); err != nil {
			t.Errorf("%s: %v", host, err)
		}
	}
}

func TestPrivateSourceIsRefused(t *testing.T) {
	t.Parallel()
	url := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was asked") })
	port := url[strings.LastIndexByte(url, ':'):]
	for _, address := range []string{
		url, "http://localhost" + port, "http://[::1]" + port, "http://[::ffff:127.0.0.1]" + port, "http://0.0.0.0" + port,
		"http://169.254.169.254/latest/meta-data/", "http://[::ffff:10.0.0.1]/", "http://[64:ff9b::7f00:1]/",
	} {
		t.Run(address, func(t *testing.T) {
			t.Parallel()
			got := poll1(t, newClient(t, Options{}), aggregator.Source{URL: address})
			wantProblem(t, got, aggregator.ProblemRefused, "set allow_private: true")
			host, _, _ := strings.Cut(strings.TrimPrefix(address, "http://"), "/")
			if strings.Count(got.Problem.Message, host) != 1 {
				t.Errorf("%q: want %s named once", got.Problem.Message, host)
			}
		})
	}
}

// TestRedirectToAPrivateAddress needs a first server that the guard lets
// pass: the one address of the test's own is let through.
func TestRedirectToAPrivateAddress(t *testing.T) {
	t.Parallel()
	inside := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the server was asked") })
	for _, target := range []string{inside, strings.Replace(inside, "127.0.0.1", "localhost", 1), "http://169.254.169.254/", "http://[::ffff:10.0.0.1]/"} {
		t.Run(target, func(t *testing.T) {
			t.Parallel()
			first := serve(t, http.RedirectHandler(target, http.StatusFound).ServeHTTP)
			c := newClient(t, Options{})
			letPass(c, first)
			got := poll1(t, c, aggregator.Source{URL: first})
			wantProblem(t, got, aggregator.ProblemRefused, "set allow_private: true")
		})
	}
}

func TestConnectionsOfPrivateSourcesAreNotShared(t *testing.T) {
	t.Parallel()
	url := serve(t, func(http.ResponseWriter, *http.Request) {})
	c := newClient(t, Options{})
	poll1(t, c, local(url))
	got := poll1(t, c, aggregator.Source{URL: url})
	wantProblem(t, got, aggregator.ProblemRefused, "allow_private")
}
