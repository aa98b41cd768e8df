package serve

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// serving starts Serve on l and returns a function that stops it and waits.
func serving(t *testing.T, s *Server, l net.Listener) (stop func() error) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Serve(ctx, l) }()
	return func() error {
		cancel()
		return <-ended
	}
}

func listen(t *testing.T, network, address string) net.Listener {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), network, address)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestServeOverASocket(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ network, address string }{{"tcp", "127.0.0.1:0"}, {"unix", filepath.Join(t.TempDir(), "http.sock")}} {
		t.Run(test.network, func(t *testing.T) {
			t.Parallel()
			s := rendered(t, Options{Archive: smallWorld()}, publication())
			l := listen(t, test.network, test.address)
			stop := serving(t, s, l)
			transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
				return (&net.Dialer{}).DialContext(ctx, test.network, l.Addr().String())
			}}
			client := &http.Client{Transport: transport}
			fetch := func(etag string) (*http.Response, string) {
				r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://news.example/feeds/all", nil)
				if err != nil {
					t.Fatal(err)
				}
				if etag != "" {
					r.Header.Set("If-None-Match", etag)
				}
				answer, err := client.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer answer.Body.Close()
				body, err := io.ReadAll(answer.Body)
				if err != nil {
					t.Fatal(err)
				}
				return answer, string(body)
			}
			// The transport asks for gzip by itself and unpacks it.
			answer, body := fetch("")
			if want := string(s.shelf.Load().feeds["all"]["atom"].body()); !answer.Uncompressed || body != want {
				t.Errorf("status %d, compressed on the way: %v, %d bytes of %d", answer.StatusCode, answer.Uncompressed, len(body), len(want))
			}
			if again, _ := fetch(answer.Header.Get("ETag")); again.StatusCode != http.StatusNotModified {
				t.Errorf("status %d to the ETag that was sent", again.StatusCode)
			}
			transport.CloseIdleConnections()
			if err := stop(); err != nil {
				t.Errorf("Serve: %v", err)
			}
			if _, err := net.Dial(test.network, l.Addr().String()); err == nil {
				t.Error("it still listens after its end")
			}
		})
	}
}

func TestServeLetsAnswersFinish(t *testing.T) {
	t.Parallel()
	begun, goOn := make(chan struct{}), make(chan struct{})
	s := rendered(t, Options{Archive: smallWorld(), Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		close(begun)
		<-goOn
		_, _ = w.Write([]byte("whole"))
	})}, publication())
	l := listen(t, "tcp", "127.0.0.1:0")
	stop := serving(t, s, l)
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := fmt.Fprint(conn, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-begun
	ended := make(chan error)
	go func() { ended <- stop() }()
	close(goOn)
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	if body, err := io.ReadAll(answer.Body); err != nil || string(body) != "whole" {
		t.Errorf("the answer on its way ended as %q, %v", body, err)
	}
	if err := <-ended; err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestServeRefusesHugeHeaders(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	l := listen(t, "tcp", "127.0.0.1:0")
	stop := serving(t, s, l)
	conn, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// It may hang up before it has read all of this.
	_, _ = fmt.Fprintf(conn, "GET / HTTP/1.1\r\nHost: x\r\nCookie: %s\r\n\r\n", strings.Repeat("x", 64<<10))
	answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
	if err == nil {
		_ = answer.Body.Close()
		if answer.StatusCode != http.StatusRequestHeaderFieldsTooLarge {
			t.Errorf("status %d to 64 KB of headers", answer.StatusCode)
		}
	}
	if err := stop(); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

func TestServeReportsABrokenListener(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	l := listen(t, "tcp", "127.0.0.1:0")
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	if err := s.Serve(t.Context(), l); !errors.Is(err, net.ErrClosed) {
		t.Errorf("Serve on a closed listener: %v", err)
	}
}

func TestServeEndsWhenAlreadyCancelled(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Serve(ctx, listen(t, "tcp", "127.0.0.1:0")); err != nil {
		t.Errorf("Serve: %v", err)
	}
}

// pipes is a listener in memory, so that timeouts pass in a bubble.
type pipes struct {
	accepted chan net.Conn
	closed   chan struct{}
	once     sync.Once
}

func newPipes() *pipes { return &pipes{accepted: make(chan net.Conn), closed: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case conn := <-p.accepted:
		return conn, nil
	case <-p.closed:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error {
	p.once.Do(func() { close(p.closed) })
	return nil
}

func (p *pipes) Addr() net.Addr { return &net.UnixAddr{Name: "pipes", Net: "unix"} }

func (p *pipes) dial() net.Conn {
	client, server := net.Pipe()
	p.accepted <- server
	return client
}

func TestServeHangsUpOnSlowReaders(t *testing.T) {
	t.Parallel()
	const request = "GET /readyz HTTP/1.1\r\nHost: x\r\n"
	for _, test := range []struct {
		name  string
		sends string
		reads bool // an answer before it falls silent
		after time.Duration
	}{
		{"half a header", request, false, headerTimeout},
		{"nothing", "", false, headerTimeout},
		{"body that never ends", request + "Content-Length: 9\r\n\r\n", true, readTimeout},
		{"idle after an answer", request + "\r\n", true, idleTimeout},
		{"does not read", request + "\r\n", false, writeTimeout},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				s := rendered(t, Options{Archive: smallWorld()}, publication())
				l := newPipes()
				stop := serving(t, s, l)
				conn := l.dial()
				defer conn.Close()
				if test.sends != "" {
					if _, err := io.WriteString(conn, test.sends); err != nil {
						t.Fatal(err)
					}
				}
				start := time.Now()
				if test.reads {
					answer, err := http.ReadResponse(bufio.NewReader(conn), nil)
					if err != nil {
						t.Fatal(err)
					}
					_, _ = io.Copy(io.Discard, answer.Body)
					_ = answer.Body.Close()
				}
				if test.name == "does not read" {
					time.Sleep(test.after + time.Second)
				}
				if _, err := io.Copy(io.Discard, conn); err != nil {
					t.Errorf("the connection ended with %v", err)
				}
				if took := time.Since(start); took < test.after || took > test.after+5*time.Second {
					t.Errorf("hung up after %v, want %v", took, test.after)
				}
				if err := stop(); err != nil {
					t.Errorf("Serve: %v", err)
				}
			})
		})
	}
}

func TestServeCutsOffWhatDoesNotEnd(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		begun := make(chan struct{})
		var log bytes.Buffer
		s := rendered(t, Options{Archive: smallWorld(), Log: slog.New(slog.NewTextHandler(&log, nil)), Metrics: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			close(begun)
			<-r.Context().Done()
		})}, publication())
		l := newPipes()
		stop := serving(t, s, l)
		conn := l.dial()
		defer conn.Close()
		if _, err := io.WriteString(conn, "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
		<-begun
		start := time.Now()
		if err := stop(); err != nil {
			t.Errorf("Serve: %v", err)
		}
		if !strings.Contains(log.String(), "cut off") {
			t.Errorf("the log does not say what happened: %q", log.String())
		}
		if took := time.Since(start); took < drainTime || took > drainTime+time.Second {
			t.Errorf("it took %v, want %v", took, drainTime)
		}
	})
}
