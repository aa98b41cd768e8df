package fetch

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// closedPort returns an address nothing listens at.
func closedPort(t *testing.T) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	return listener.Addr().String()
}

func TestConnectionRefused(t *testing.T) {
	t.Parallel()
	address := closedPort(t)
	got := poll1(t, newClient(t, Options{}), local("http://"+address))
	wantProblem(t, got, aggregator.ProblemConnect, "nothing listens at "+address+" (connection refused)")
	if got.Status != 0 {
		t.Errorf("status %d", got.Status)
	}
}

type slowError struct{ error }

func (slowError) Timeout() bool   { return true }
func (slowError) Temporary() bool { return true }

func TestDialProblems(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		err  error
		kind aggregator.ProblemKind
		says string
	}{
		{"no such name", &net.DNSError{Err: "no such host", Name: "wire.example", IsNotFound: true}, aggregator.ProblemAddress, "the name wire.example does not resolve: check the URL, or this machine's DNS and network"},
		{"no name server", &net.DNSError{Err: "timeout", Name: "wire.example", IsTimeout: true}, aggregator.ProblemAddress, "check this machine's DNS"},
		{"no network", syscall.ENETUNREACH, aggregator.ProblemConnect, "no way to wire.example"},
		{"no host", syscall.EHOSTUNREACH, aggregator.ProblemConnect, "no way to wire.example"},
		{"no answer", slowError{errors.New("i/o timeout")}, aggregator.ProblemTimeout, "while connecting"},
		{"something else", errors.New("odd\nthing"), aggregator.ProblemConnect, "no connection to wire.example: dial tcp: odd thing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, Options{})
			c.anywhere.DialContext = func(context.Context, string, string) (net.Conn, error) {
				return nil, &net.OpError{Op: "dial", Net: "tcp", Err: test.err}
			}
			wantProblem(t, poll1(t, c, local("http://wire.example/")), test.kind, test.says)
		})
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer func(net.Conn)
		says   string
	}{
		{"closed", func(net.Conn) {}, "closed the connection without an answer"},
		{"reset", func(conn net.Conn) { _ = conn.(*net.TCPConn).SetLinger(0) }, "closed the connection without an answer"},
		{"half a header", write("HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\n"), "closed the connection without an answer"},
		{"half a line", write("HTTP/1.1 200 OK\r\nContent-"), "before an answer that can be understood: "},
		{"no HTTP", write("SSH-2.0-OpenSSH\r\n\r\n"), "before an answer that can be understood: "},
		{"two lengths", write("HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab"), "before an answer that can be understood: "},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := poll1(t, newClient(t, Options{}), local(serveRaw(t, test.answer)))
			wantProblem(t, got, aggregator.ProblemReset, test.says)
		})
	}
}

// serveTLS starts a quiet TLS server with a changed configuration.
func serveTLS(t *testing.T, change func(*tls.Config)) *httptest.Server {
	t.Helper()
	server := httptest.NewUnstartedServer(http.NotFoundHandler())
	server.Config.ErrorLog = log.New(io.Discard, "", 0)
	server.TLS = new(tls.Config)
	change(server.TLS)
	server.StartTLS()
	t.Cleanup(server.Close)
	return server
}

func TestTLSProblems(t *testing.T) {
	t.Parallel()
	good := serveTLS(t, func(*tls.Config) {})
	old := serveTLS(t, func(c *tls.Config) { c.MaxVersion = tls.VersionTLS11; c.MinVersion = tls.VersionTLS10 })
	plain := serve(t, func(http.ResponseWriter, *http.Request) {})
	listener := serveRaw(t, func(net.Conn) {})
	for _, test := range []struct {
		name, url string
		trusted   bool
		later     time.Duration
		says      string
	}{
		{"unknown authority", good.URL, false, 0, "signed by nobody this machine trusts"},
		{"another name", strings.Replace(good.URL, "127.0.0.1", "localhost", 1), true, 0, "is for another name: check the URL"},
		{"expired", good.URL, true, 200 * 365 * 24 * time.Hour, "has expired"},
		{"TLS 1.1", old.URL, true, 0, "no secure connection to"},
		{"plain HTTP", strings.Replace(plain, "http:", "https:", 1), true, 0, "use an http URL"},
		{"hangs up", strings.Replace(listener, "http:", "https:", 1), true, 0, "while TLS was negotiated"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, Options{})
			if test.trusted {
				c.anywhere.TLSClientConfig.RootCAs = rootsOf(good)
			}
			c.anywhere.TLSClientConfig.Time = func() time.Time { return time.Now().Add(test.later) }
			wantProblem(t, poll1(t, c, local(test.url)), aggregator.ProblemTLS, test.says)
		})
	}
}

func TestBrief(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ text, want string }{
		{"", ""},
		{"a\r\nb\x1b[31m\u202ec", "a  b [31m c"},
		{strings.Repeat("x", 200), strings.Repeat("x", 200)},
		{strings.Repeat("x", 199) + "éé", strings.Repeat("x", 199) + "…"},
	} {
		if got := brief(test.text); got != test.want {
			t.Errorf("brief(%q) = %q, want %q", test.text, got, test.want)
		}
	}
}
