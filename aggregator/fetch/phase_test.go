package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"net/http/httptrace"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

func TestPhase(t *testing.T) {
	t.Parallel()
	var p phase
	hooks := httptrace.ContextClientTrace(p.trace(t.Context()))
	check := func(want string) {
		t.Helper()
		if p.String() != want {
			t.Errorf("phase %q, want %q", p.String(), want)
		}
	}
	check("waiting for a connection")
	hooks.DNSStart(httptrace.DNSStartInfo{})
	check("resolving the name")
	hooks.ConnectStart("tcp", "192.0.2.1:80")
	check("connecting")
	hooks.TLSHandshakeStart()
	hooks.TLSHandshakeDone(tls.ConnectionState{}, errors.New("no"))
	check("negotiating TLS")
	hooks.TLSHandshakeDone(tls.ConnectionState{}, nil)
	hooks.GotConn(httptrace.GotConnInfo{})
	check("sending the request")
	hooks.WroteRequest(httptrace.WroteRequestInfo{})
	check("waiting for the answer")
	hooks.ConnectStart("tcp", "[2001:db8::1]:80") // of a dial nobody waits for
	check("waiting for the answer")
	p.restart()
	check("waiting for a connection")
}

func TestTimeoutInTheHandshake(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		ours, theirs := net.Pipe()
		c.anywhere.DialContext = func(context.Context, string, string) (net.Conn, error) { return ours, nil }
		got := c.Fetch(t.Context(), aggregator.Request{Source: local("https://wire.example/")})
		wantProblem(t, got, aggregator.ProblemTimeout, "while negotiating TLS")
		if got.Took != 30*time.Second {
			t.Errorf("took %v", got.Took)
		}
		c.Close()
		_ = theirs.Close()
	})
}
