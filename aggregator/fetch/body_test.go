package fetch

import (
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

const okHead = "HTTP/1.1 200 OK\r\nContent-Type: text/xml\r\nETag: \"1\"\r\n"

func TestBrokenBodies(t *testing.T) {
	t.Parallel()
	packed := string(compressed(t, "gzip", []byte(strings.Repeat(document, 50))))
	for _, test := range []struct {
		name   string
		answer func(net.Conn)
		kind   aggregator.ProblemKind
		body   string // how what is kept begins; empty: nothing is
	}{
		{"Content-Length short", write(okHead + "Content-Length: 1000\r\n\r\n" + document), aggregator.ProblemTruncated, document},
		{"chunk cut", write(okHead + "Transfer-Encoding: chunked\r\n\r\n100\r\n" + document), aggregator.ProblemTruncated, document},
		{"last chunk missing", write(okHead + "Transfer-Encoding: chunked\r\n\r\n4\r\n<rss\r\n"), aggregator.ProblemTruncated, "<rss"},
		{"chunk that is none", write(okHead + "Transfer-Encoding: chunked\r\n\r\n4\r\n<rss\r\nzz\r\n"), aggregator.ProblemReset, "<rss"},
		{"gzip cut by the connection", write(okHead + "Content-Encoding: gzip\r\nContent-Length: 9999\r\n\r\n" + packed[:len(packed)-20]), aggregator.ProblemTruncated, "<rss"},
		{"gzip cut within its length", write(okHead + "Content-Encoding: gzip\r\n\r\n" + packed[:len(packed)-20]), aggregator.ProblemTruncated, "<rss"},
		{"gzip without its end", write(okHead + "Content-Encoding: gzip\r\n\r\n" + packed[:len(packed)-4]), aggregator.ProblemTruncated, document},
		{"zstd of one byte", write(okHead + "Content-Encoding: zstd\r\n\r\n\x28"), aggregator.ProblemTruncated, ""},
		{"zstd of three bytes", write(okHead + "Content-Encoding: zstd\r\n\r\n\x28\xb5\x2f"), aggregator.ProblemTruncated, ""},
		{"gzip of one byte", write(okHead + "Content-Encoding: gzip\r\n\r\n\x1f"), aggregator.ProblemTruncated, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c, source := newClient(t, Options{}), local(serveRaw(t, test.answer))
			for _, last := range []aggregator.Digest{0, 1} { // where there is one, the body is read ahead
				got := c.Fetch(t.Context(), aggregator.Request{Source: source, WireDigest: last})
				checkResponse(t, got)
				if got.Outcome != aggregator.Failed || got.Status != 200 || got.ContentType != "text/xml" || got.WireDigest != 0 {
					t.Errorf("%+v", got)
				}
				wantProblem(t, got, test.kind, "body")
				if !strings.HasPrefix(string(got.Body), test.body) || (test.body == "") != (len(got.Body) == 0) {
					t.Errorf("kept %q", got.Body)
				}
			}
		})
	}
}

func TestResetInTheBody(t *testing.T) {
	t.Parallel()
	url := serveRaw(t, func(conn net.Conn) {
		write(okHead + "Content-Length: 1000000\r\n\r\n" + document)(conn)
		_ = conn.(*net.TCPConn).SetLinger(0) // Close resets
	})
	got := poll1(t, newClient(t, Options{}), local(url))
	// The reset may overtake the bytes before it, the header included.
	wantProblem(t, got, aggregator.ProblemReset, "the server")
	if !strings.HasPrefix(document, string(got.Body)) {
		t.Errorf("kept %q", got.Body)
	}
}

func TestLongerThanContentLength(t *testing.T) {
	t.Parallel()
	connections := make(chan struct{}, 2)
	url := serveRaw(t, func(conn net.Conn) {
		connections <- struct{}{}
		write(okHead + "Content-Length: 4\r\n\r\n<rss/> and HTTP/1.1 200 OK")(conn)
	})
	c := newClient(t, Options{})
	for range 2 {
		if got := poll1(t, c, local(url)); got.Outcome != aggregator.Fetched || string(got.Body) != "<rss" {
			t.Errorf("%v, %q", got.Problem, got.Body)
		}
	}
	if len(connections) != 2 {
		t.Errorf("%d connections: what followed the body was taken for an answer", len(connections))
	}
}

func TestBodyLimit(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		coding string
		size   int
		whole  bool
	}{
		{"at the limit", "", 5000, true},
		{"over it", "", 5001, false},
		{"gzip at the limit", "gzip", 5000, true},
		{"gzip over it", "gzip", 5001, false},
		{"br at the limit", "br", 5000, true},
		{"br over it", "br", 5001, false},
		{"zstd at the limit", "zstd", 5000, true},
		{"zstd over it", "zstd", 5001, false},
		{"gzip bomb", "gzip", 3_000_000, false},
		{"br bomb", "br", 3_000_000, false},
		{"zstd bomb", "zstd", 3_000_000, false},
	} {
		for _, announced := range []bool{true, false} {
			name := test.name
			if announced {
				name += ", announced"
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				packed := compressed(t, test.coding, make([]byte, test.size))
				url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Encoding", test.coding)
					if !announced {
						_ = http.NewResponseController(w).Flush()
					}
					_, _ = w.Write(packed)
				})
				got := poll1(t, newClient(t, Options{MaxBodyBytes: 5000}), local(url))
				if test.whole {
					if len(got.Body) != test.size {
						t.Errorf("%d bytes, %v", len(got.Body), got.Problem)
					}
					return
				}
				wantProblem(t, got, aggregator.ProblemTooLarge, "larger than 5000 bytes: if this feed is meant to be so large, raise poll.max_body")
				if got.Body != nil {
					t.Errorf("kept %d bytes", len(got.Body))
				}
			})
		}
	}
}

func TestAnnouncedTooLargeIsNotRead(t *testing.T) {
	t.Parallel()
	url := serveRaw(t, write(okHead+"Content-Length: 5001\r\n\r\n"+document))
	got := poll1(t, newClient(t, Options{MaxBodyBytes: 5000}), local(url))
	wantProblem(t, got, aggregator.ProblemTooLarge, "5000")
	if got.BytesRead != 0 {
		t.Errorf("read %d bytes", got.BytesRead)
	}
}

func TestEndlessBody(t *testing.T) {
	t.Parallel()
	emptyMember := compressed(t, "gzip", nil)
	for name, part := range map[string][]byte{
		"plain": bytes.Repeat([]byte("<item/>"), 1000), "gzip members of nothing": bytes.Repeat(emptyMember, 1000),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			url := serveRaw(t, func(conn net.Conn) {
				write(okHead + "\r\n")(conn)
				for {
					if _, err := conn.Write(part); err != nil {
						return
					}
				}
			})
			got := poll1(t, newClient(t, Options{MaxBodyBytes: 200_000}), local(url))
			wantProblem(t, got, aggregator.ProblemTooLarge, "200000")
			if got.BytesRead < 200_000 || got.BytesRead > 300_000 {
				t.Errorf("read %d bytes", got.BytesRead)
			}
		})
	}
}

func TestHeaderLimit(t *testing.T) {
	t.Parallel()
	url := serveRaw(t, func(conn net.Conn) {
		write("HTTP/1.1 200 OK\r\n")(conn)
		for {
			if _, err := io.WriteString(conn, "X-Filler: "+strings.Repeat("a", 4000)+"\r\n"); err != nil {
				return
			}
		}
	})
	wantProblem(t, poll1(t, newClient(t, Options{}), local(url)), aggregator.ProblemTooLarge, "header of the answer is larger than 65536 bytes")
}

// The tests below run in a bubble of synctest: its clock stands still until
// everyone waits, and the network is a pipe.

// inBubble polls a server that answers over a pipe.
func inBubble(t *testing.T, opts Options, answer func(net.Conn)) aggregator.Response {
	t.Helper()
	return inBubbleGrowing(t, opts, answer, nil)
}

// inBubbleGrowing does so with grow in the request.
func inBubbleGrowing(t *testing.T, opts Options, answer func(net.Conn), grow func(context.Context, int64) error) (got aggregator.Response) {
	t.Helper()
	c := New(opts)
	var servers sync.WaitGroup
	c.anywhere.DialContext = func(context.Context, string, string) (net.Conn, error) {
		ours, theirs := net.Pipe()
		servers.Go(func() {
			defer theirs.Close()
			if _, err := theirs.Read(make([]byte, 4096)); err == nil {
				answer(theirs)
			}
		})
		return ours, nil
	}
	got = c.Fetch(t.Context(), aggregator.Request{Source: local("http://wire.example/"), Grow: grow})
	c.Close()
	servers.Wait()
	return got
}

// drip writes text a piece at a time, with a pause after each, until the other
// side hangs up.
func drip(text string, pieceBytes int, pause time.Duration) func(net.Conn) {
	return func(conn net.Conn) {
		for len(text) > 0 {
			n := min(pieceBytes, len(text))
			if _, err := io.WriteString(conn, text[:n]); err != nil {
				return
			}
			text = text[n:]
			time.Sleep(pause)
		}
	}
}

func TestTimeAndRate(t *testing.T) {
	t.Parallel()
	long := okHead + "Content-Length: 100000\r\n\r\n" + strings.Repeat("x", 100000)
	for _, test := range []struct {
		name   string
		opts   Options
		answer func(net.Conn)
		kind   aggregator.ProblemKind
		says   string
		took   time.Duration
		kept   bool
	}{
		{"no answer", Options{}, func(conn net.Conn) { _, _ = conn.Read(make([]byte, 1)) }, aggregator.ProblemTimeout, "within 30s: the time ran out while waiting for the answer; if this server is always so slow, raise poll.timeout", 30 * time.Second, false},
		{"header a byte a second", Options{}, drip(long, 1, time.Second), aggregator.ProblemTimeout, "waiting for the answer", 30 * time.Second, false},
		{"body stops", Options{}, func(conn net.Conn) {
			write(long[:5000])(conn)
			_, _ = conn.Read(make([]byte, 1))
		}, aggregator.ProblemSlow, "slower than 100 bytes a second", 10 * time.Second, true},
		{"body drips", Options{}, func(conn net.Conn) {
			write(long[:100])(conn)
			drip(long[100:], 1, time.Second)(conn)
		}, aggregator.ProblemSlow, "slower than 100 bytes a second", 10 * time.Second, true},
		{"fast first, then drips", Options{}, func(conn net.Conn) {
			write(long[:50_000])(conn)
			drip(long[50_000:], 50, time.Second)(conn)
		}, aggregator.ProblemSlow, "slower", 10 * time.Second, true},
		{"body over the least rate, but for too long", Options{}, drip(long, 150, time.Second), aggregator.ProblemTimeout, "receiving the body", 30 * time.Second, true},
		{"no least rate", Options{MinRateBytes: -1}, func(conn net.Conn) {
			write(long[:100])(conn)
			drip(long[100:], 1, time.Second)(conn)
		}, aggregator.ProblemTimeout, "receiving the body", 30 * time.Second, true},
		{"its own limits", Options{Timeout: 3 * time.Second}, drip(long, 1000, time.Second), aggregator.ProblemTimeout, "within 3s", 3 * time.Second, true},
		{"slow, but not too slow", Options{Timeout: 20 * time.Minute}, drip(long, 150, time.Second), "", "", 667 * time.Second, true},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got := inBubble(t, test.opts, test.answer)
				if test.kind == "" {
					if got.Outcome != aggregator.Fetched || len(got.Body) != 100000 {
						t.Errorf("%v, %d bytes", got.Problem, len(got.Body))
					}
				} else {
					wantProblem(t, got, test.kind, test.says)
					if test.kept != (len(got.Body) > 0) {
						t.Errorf("kept %d bytes", len(got.Body))
					}
				}
				if test.took != 0 && got.Took.Round(time.Second) != test.took {
					t.Errorf("took %v", got.Took)
				}
			})
		})
	}
}

func TestTimeoutWhileConnecting(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		c := New(Options{})
		c.anywhere.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		got := c.Fetch(t.Context(), aggregator.Request{Source: local("http://wire.example/")})
		wantProblem(t, got, aggregator.ProblemTimeout, "waiting for a connection")
		c.Close()
	})
}

func TestDeadlineOfTheCaller(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		c := New(Options{})
		c.anywhere.DialContext = func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}
		got := c.Fetch(ctx, aggregator.Request{Source: local("http://wire.example/")})
		wantProblem(t, got, aggregator.ProblemTimeout, "not done in time")
		c.Close()
	})
}

func TestErrorPageThatDripsIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		page := "HTTP/1.1 404 Not Found\r\nContent-Length: 1000\r\n\r\n"
		got := inBubble(t, Options{}, func(conn net.Conn) {
			write(page)(conn)
			drip(strings.Repeat("x", 1000), 1, time.Second)(conn)
		})
		wantProblem(t, got, aggregator.ProblemStatus, "404")
		if got.Took > 2*drainTime {
			t.Errorf("took %v", got.Took)
		}
	})
}
