package main

import (
	"net"
	"testing"
)

func TestWithPort(t *testing.T) {
	t.Parallel()
	tcp := &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 4711}
	for _, test := range []struct {
		name, base string
		address    net.Addr
		want       string
	}{
		{"free port", "http://localhost:0", tcp, "http://localhost:4711"},
		{"free port and path", "https://[::1]:0/news", tcp, "https://[::1]:4711/news"},
		{"configured", "https://news.example.org/wires", tcp, "https://news.example.org/wires"},
		{"another port", "http://localhost:8080", tcp, "http://localhost:8080"},
		{"a port that ends in 0", "http://localhost:80", tcp, "http://localhost:80"},
		{"unix socket", "http://localhost:0", &net.UnixAddr{Name: "/run/http.sock", Net: "unix"}, "http://localhost:0"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := withPort(test.base, test.address); got != test.want {
				t.Errorf("withPort = %s, want %s", got, test.want)
			}
		})
	}
}

func TestLocalURL(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		address net.Addr
		want    string
	}{
		{"loopback", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080}, "http://127.0.0.1:8080"},
		{"IPv6", &net.TCPAddr{IP: net.IPv6loopback, Port: 8080}, "http://[::1]:8080"},
		{"every address", &net.TCPAddr{IP: net.IPv6unspecified, Port: 8080}, "http://localhost:8080"},
		{"unix socket", &net.UnixAddr{Name: "/run/http.sock", Net: "unix"}, "http://localhost"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := localURL(test.address); got != test.want {
				t.Errorf("localURL = %s, want %s", got, test.want)
			}
		})
	}
}
