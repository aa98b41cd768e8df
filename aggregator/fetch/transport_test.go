package fetch

import (
	"context"
	"crypto/x509"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"syscall"
	"testing"
	"testing/synctest"

	"wiredesk/aggregator"
)

func rootsOf(server *httptest.Server) *x509.CertPool {
	roots := x509.NewCertPool()
	roots.AddCert(server.Certificate())
	return roots
}

// letPass lets the guarded transport of c reach one server on loopback.
func letPass(c *Client, address string) {
	c.guarded.DialContext = (&net.Dialer{Control: func(network, to string, conn syscall.RawConn) error {
		if "http://"+to == address {
			return nil
		}
		return c.guard.control(network, to, conn)
	}}).DialContext
}

func TestHTTP2(t *testing.T) {
	t.Parallel()
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/cut":
			w.Header().Set("Content-Length", "100000")
			_, _ = io.WriteString(w, document)
			_ = http.NewResponseController(w).Flush()
			panic(http.ErrAbortHandler)
		case "/header", "/endless-header":
			for n := range map[string]int{"/header": 17, "/endless-header": 200}[r.URL.Path] {
				w.Header().Set(fmt.Sprintf("X-Filler-%d", n), strings.Repeat("a", 4000))
			}
		}
		fmt.Fprint(w, r.Proto)
	}))
	server.EnableHTTP2 = true
	server.StartTLS()
	t.Cleanup(server.Close)
	c := newClient(t, Options{})
	c.anywhere.TLSClientConfig.RootCAs = rootsOf(server)
	if got := poll1(t, c, local(server.URL)); string(got.Body) != "HTTP/2.0" {
		t.Errorf("%q, %v", got.Body, got.Problem)
	}
	got := poll1(t, c, local(server.URL+"/cut"))
	wantProblem(t, got, aggregator.ProblemReset, "in the middle of the body")
	if string(got.Body) != document {
		t.Errorf("kept %q", got.Body)
	}
	wantProblem(t, poll1(t, c, local(server.URL+"/header")), aggregator.ProblemTooLarge, "header")
	// So far over the limit, the transport ends the connection without telling why.
	wantProblem(t, poll1(t, c, local(server.URL+"/endless-header")), aggregator.ProblemReset, "PROTOCOL_ERROR")
}

func TestEnvironmentProxyIsNotUsed(t *testing.T) {
	t.Setenv("HTTP_PROXY", "http://127.0.0.1:1")
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	for _, transport := range []*http.Transport{newClient(t, Options{}).guarded, newClient(t, Options{}).anywhere} {
		if transport.Proxy != nil {
			t.Error("a proxy function is set")
		}
	}
}

// proxied is a source that is asked through a proxy.
func proxied(address, proxy string, private bool) aggregator.Source {
	return aggregator.Source{URL: address, Proxy: aggregator.Secret(proxy), AllowPrivate: private}
}

func TestHTTPProxy(t *testing.T) {
	t.Parallel()
	asked := make(chan *http.Request, 1)
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		asked <- r
		_, _ = io.WriteString(w, document)
	})
	got := poll1(t, newClient(t, Options{}), proxied("http://wire.example/feed", strings.Replace(proxy, "//", "//desk:x@", 1), false))
	if string(got.Body) != document {
		t.Fatal(got.Problem)
	}
	r := <-asked
	if r.URL.String() != "http://wire.example/feed" || r.Header.Get("Proxy-Authorization") != "Basic ZGVzazp4" {
		t.Errorf("asked for %s with %v", r.URL, r.Header)
	}
}

// tunnel answers CONNECT by connecting to target, whatever was asked for.
func tunnel(t *testing.T, target string) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Method != http.MethodConnect {
			w.WriteHeader(http.StatusBadRequest)
			return
		}
		there, err := net.Dial("tcp", target)
		if err != nil {
			t.Error(err)
			return
		}
		here, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		_, _ = io.WriteString(here, "HTTP/1.1 200 OK\r\n\r\n")
		splice(here, there)
	}
}

func splice(a, b net.Conn) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		_, _ = io.Copy(a, b)
		_ = a.Close()
	}()
	_, _ = io.Copy(b, a)
	_ = b.Close()
	<-done
}

func TestTunnelThroughProxy(t *testing.T) {
	t.Parallel()
	server := httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, document) }))
	t.Cleanup(server.Close)
	overTLS := httptest.NewTLSServer(tunnel(t, server.Listener.Addr().String()))
	t.Cleanup(overTLS.Close)
	for name, proxy := range map[string]string{"http": serve(t, tunnel(t, server.Listener.Addr().String())), "https": overTLS.URL} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := newClient(t, Options{})
			plain := c.proxies.make
			c.proxies.make = func() *http.Transport {
				transport := plain()
				transport.TLSClientConfig.RootCAs = rootsOf(server)
				return transport
			}
			// The certificate of httptest is for this name, among others.
			if got := poll1(t, c, proxied("https://example.com/feed", proxy, false)); string(got.Body) != document {
				t.Error(got.Problem)
			}
		})
	}
}

// serveSOCKS is a SOCKS5 proxy (RFC 1928, RFC 1929) that connects everything
// to target and says on asked what was asked for.
func serveSOCKS(t *testing.T, target string, asked chan<- string) string {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = listener.Close()
		<-done
	})
	go func() {
		defer close(done)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		read := func(n int) []byte {
			b := make([]byte, n)
			_, _ = io.ReadFull(conn, b)
			return b
		}
		read(int(read(2)[1]))
		_, _ = conn.Write([]byte{5, 2})
		user := read(int(read(2)[1]))
		password := read(int(read(1)[0]))
		_, _ = conn.Write([]byte{1, 0})
		host := read(int(read(5)[4]))
		port := binary.BigEndian.Uint16(read(2))
		asked <- fmt.Sprintf("%s:%s %s:%d", user, password, host, port)
		there, err := net.Dial("tcp", target)
		if err != nil {
			return
		}
		_, _ = conn.Write([]byte{5, 0, 0, 1, 0, 0, 0, 0, 0, 0})
		splice(conn, there)
	}()
	return listener.Addr().String()
}

func TestSOCKSProxy(t *testing.T) {
	t.Parallel()
	server := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, document) })
	asked := make(chan string, 1)
	socks := serveSOCKS(t, strings.TrimPrefix(server, "http://"), asked)
	c := newClient(t, Options{})
	defer c.Close() // before the proxy waits for its connection
	got := poll1(t, c, proxied("http://wire.example/feed", "socks5://desk:x@"+socks, false))
	if string(got.Body) != document {
		t.Fatal(got.Problem)
	}
	if got := <-asked; got != "desk:x wire.example:80" {
		t.Errorf("the proxy was asked for %q", got)
	}
}

func TestPrivateAddressThroughProxy(t *testing.T) {
	t.Parallel()
	target := "http://127.0.0.1:8080/"
	proxy := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Host == "wire.example" {
			http.Redirect(w, r, target, http.StatusFound)
			return
		}
		_, _ = io.WriteString(w, document)
	})
	c := newClient(t, Options{})
	for _, address := range []string{target, "http://localhost/", "http://2130706433/", "http://wire.example/"} {
		wantProblem(t, poll1(t, c, proxied(address, proxy, false)), aggregator.ProblemRefused, "allow_private")
		if got := poll1(t, c, proxied(address, proxy, true)); got.Outcome != aggregator.Fetched {
			t.Errorf("%s, allowed: %v", address, got.Problem)
		}
	}
}

func TestProxyFailures(t *testing.T) {
	t.Parallel()
	denied := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusProxyAuthRequired) })
	closed := closedPort(t)
	for _, test := range []struct{ name, url, proxy, says string }{
		{"no URL", "http://wire.example/", "hush:hush@[", "correct it in the configuration"},
		{"no scheme we know", "http://wire.example/", "ftp://desk:hush@127.0.0.1/", "correct it in the configuration"},
		{"no host", "http://wire.example/", "http://", "correct it in the configuration"},
		{"nothing there", "http://wire.example/", "http://desk:hush@" + closed, "nothing listens at the source's proxy"},
		{"nothing there, socks", "http://wire.example/", "socks5://desk:hush@" + closed, "the source's proxy"},
		{"no tunnel", "https://wire.example/", strings.Replace(denied, "//", "//desk:hush@", 1), "the proxy answered 407 Proxy Authentication Required"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := poll1(t, newClient(t, Options{}), proxied(test.url, test.proxy, false))
			wantProblem(t, got, aggregator.ProblemConnect, test.says)
			if strings.Contains(got.Problem.Message, "hush") {
				t.Errorf("%q shows the password", got.Problem.Message)
			}
		})
	}
}

func TestProxyTransportsAreBounded(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	address := func(n int) string { return fmt.Sprintf("http://127.0.0.1:%d", 1000+n) }
	get := func(n int) *http.Transport {
		transport, err := c.proxies.get(address(n))
		if err != nil {
			t.Fatal(err)
		}
		if to, _ := transport.Proxy(&http.Request{URL: new(url.URL)}); to.String() != address(n) {
			t.Errorf("proxy %d goes to %v", n, to)
		}
		return transport
	}
	first, second := get(0), get(1)
	for n := range 3 * proxiesKept {
		get(n)
		if get(0) != first {
			t.Fatal("the transport used last was dropped")
		}
	}
	if get(1) == second {
		t.Error("the one longest unused is kept")
	}
	if len(c.proxies.kept) != proxiesKept {
		t.Errorf("%d transports", len(c.proxies.kept))
	}
}

func TestCloseEndsDials(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		life, end := context.WithCancel(t.Context())
		_, err := dialUntil(life, func(ctx context.Context, _, _ string) (net.Conn, error) {
			end()
			<-ctx.Done()
			return nil, ctx.Err()
		})(t.Context(), "tcp", "wire.example:80")
		if !errors.Is(err, context.Canceled) {
			t.Error(err)
		}
	})
}
