package fetch

import (
	"bufio"
	"context"
	"io"
	"maps"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"wiredesk/aggregator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const (
	userAgent = "Wiredesk/0.1 (+https://desk.example/; desk@example.org)"
	document  = `<rss version="2.0"><channel><title>Harbour wire</title></channel></rss>`
)

func newClient(tb testing.TB, opts Options) *Client {
	tb.Helper()
	opts.UserAgent = userAgent
	c := New(opts)
	tb.Cleanup(c.Close)
	return c
}

// serve starts an HTTP server on loopback and returns its URL.
func serve(tb testing.TB, handler http.HandlerFunc) string {
	tb.Helper()
	server := httptest.NewServer(handler)
	tb.Cleanup(server.Close)
	return server.URL
}

// serveRaw starts a server that reads a request from each connection and then
// leaves the connection to answer, which it closes afterwards.
func serveRaw(tb testing.TB, answer func(conn net.Conn)) string {
	tb.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	var connections sync.WaitGroup
	connections.Go(func() {
		for {
			conn, err := listener.Accept()
			if err != nil {
				return
			}
			connections.Go(func() {
				defer conn.Close()
				if _, err := http.ReadRequest(bufio.NewReader(conn)); err == nil {
					answer(conn)
				}
			})
		}
	})
	tb.Cleanup(func() {
		_ = listener.Close()
		connections.Wait()
	})
	return "http://" + listener.Addr().String()
}

// write answers with text as it is.
func write(text string) func(net.Conn) {
	return func(conn net.Conn) { _, _ = io.WriteString(conn, text) }
}

func local(url string) aggregator.Source {
	return aggregator.Source{ID: "wire", URL: url, AllowPrivate: true}
}

func poll1(tb testing.TB, c *Client, source aggregator.Source, validators ...aggregator.Validators) aggregator.Response {
	tb.Helper()
	req := aggregator.Request{Source: source}
	if len(validators) > 0 {
		req.Validators = validators[0]
	}
	resp := c.Fetch(tb.Context(), req)
	checkResponse(tb, resp)
	return resp
}

// checkResponse holds what is true of every response.
func checkResponse(tb testing.TB, resp aggregator.Response) {
	tb.Helper()
	if resp.Outcome.Good() != resp.Problem.IsZero() {
		tb.Errorf("outcome %v with problem %+v", resp.Outcome, resp.Problem)
	}
	if !resp.Outcome.Good() && resp.Body == nil && (resp.Validators != aggregator.Validators{} || resp.Moved != "") {
		tb.Errorf("outcome %v with validators %+v and moved %q", resp.Outcome, resp.Validators, resp.Moved)
	}
	if resp.Outcome == aggregator.Pending {
		tb.Error("the poll has not ended")
	}
	if time.Since(resp.At) > time.Minute || resp.At.Location() != time.UTC || resp.Took <= 0 {
		tb.Errorf("at %v, took %v", resp.At, resp.Took)
	}
	if strings.ContainsAny(resp.Problem.Message, "\r\n") || len(resp.Problem.Message) > 600 {
		tb.Errorf("message %q", resp.Problem.Message)
	}
}

func wantProblem(tb testing.TB, resp aggregator.Response, kind aggregator.ProblemKind, says string) {
	tb.Helper()
	if resp.Problem.Kind != kind || !strings.Contains(resp.Problem.Message, says) {
		tb.Errorf("outcome %v, problem %s: %q; want %s with %q", resp.Outcome, resp.Problem.Kind, resp.Problem.Message, kind, says)
	}
}

func TestFetchFillsResponse(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/rss+xml; charset=utf-8")
		w.Header().Set("ETag", `W/"a b"`)
		w.Header().Set("Last-Modified", "yesterday, as it were")
		w.Header().Set("Cache-Control", "max-age=600")
		w.Header().Set("Link", `</hub>; rel=hub, </feed>; rel=self`)
		_, _ = io.WriteString(w, document)
	})
	got := poll1(t, newClient(t, Options{}), local(url+"/feed#top"))
	if left := got.FreshUntil.Sub(got.At); left <= 595*time.Second || left > 601*time.Second {
		t.Errorf("fresh for %v", left)
	}
	got.At, got.Took, got.FreshUntil = time.Time{}, 0, time.Time{}
	want := aggregator.Response{
		Outcome: aggregator.Fetched, Status: 200, URL: url + "/feed",
		BytesRead:   int64(len(document)),
		Validators:  aggregator.Validators{ETag: `W/"a b"`, LastModified: "yesterday, as it were"},
		Lifetime:    10 * time.Minute,
		ContentType: "application/rss+xml; charset=utf-8",
		Hubs:        []string{url + "/hub"}, Self: url + "/feed",
		Body: []byte(document),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestBodyBelongsToCaller(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.URL.Query().Get("text")) })
	c := newClient(t, Options{})
	first := poll1(t, c, local(url+"/?text=first")).Body
	for range 10 {
		poll1(t, c, local(url+"/?text=other"))
	}
	if string(first) != "first" {
		t.Errorf("the first body became %q", first)
	}
}

func TestRequestHeaders(t *testing.T) {
	t.Parallel()
	headers := make(chan *http.Request, 2)
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		headers <- r
		http.SetCookie(w, &http.Cookie{Name: "track", Value: "1"})
		_, _ = io.WriteString(w, document)
	})
	c := newClient(t, Options{})
	poll1(t, c, local(url+"/feed?a=1&b=%20"))
	first := <-headers
	if got := first.URL.String(); got != "/feed?a=1&b=%20" {
		t.Errorf("asked for %q", got)
	}
	want := http.Header{"User-Agent": {userAgent}, "Accept": {accept}, "Accept-Encoding": {acceptEncoding}}
	if diff := cmp.Diff(want, first.Header); diff != "" {
		t.Errorf("unconditional: %s", diff)
	}

	poll1(t, c, local(url), aggregator.Validators{ETag: ` W/"x" `[1:6], LastModified: "Tue, 03 Mar 2026 07:08:09 GMT"})
	want.Set("If-None-Match", `W/"x"`)
	want.Set("If-Modified-Since", "Tue, 03 Mar 2026 07:08:09 GMT")
	want.Set("A-Im", "feed")
	if diff := cmp.Diff(want, (<-headers).Header); diff != "" {
		t.Errorf("conditional, after a cookie was set: %s", diff)
	}
}

func TestValidatorsByteForByte(t *testing.T) {
	t.Parallel()
	for _, tag := range []string{`"plain"`, `W/"weak"`, `unquoted`, `"with, comma"`, `"a""b"`, "\"caf\xe9\"", `"--gzip"`, `0`} {
		t.Run(strconv.Quote(tag), func(t *testing.T) {
			t.Parallel()
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				w.Header()["ETag"] = []string{tag}
				if r.Header.Get("If-None-Match") == tag {
					w.WriteHeader(http.StatusNotModified)
				}
			})
			c := newClient(t, Options{})
			first := poll1(t, c, local(url))
			if first.Validators.ETag != tag {
				t.Fatalf("got %q", first.Validators.ETag)
			}
			if again := poll1(t, c, local(url), first.Validators); again.Outcome != aggregator.NotModified {
				t.Errorf("sent back, it gave %v", again.Outcome)
			}
		})
	}
}

func TestUnsendableValidatorIsNotSent(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.Header["If-None-Match"] != nil || r.Header["A-Im"] != nil {
			w.WriteHeader(http.StatusBadRequest)
		}
	})
	got := poll1(t, newClient(t, Options{}), local(url), aggregator.Validators{ETag: "\"a\nb\""})
	if got.Outcome != aggregator.Fetched {
		t.Error(got.Problem)
	}
}

func TestNotModified(t *testing.T) {
	t.Parallel()
	sent := aggregator.Validators{ETag: `"1"`, LastModified: "Tue, 03 Mar 2026 07:08:09 GMT"}
	for _, test := range []struct {
		name   string
		header http.Header
		want   aggregator.Validators
	}{
		{"keeps what it does not send", nil, sent},
		{"takes a new tag", http.Header{"Etag": {`"2"`}}, aggregator.Validators{ETag: `"2"`, LastModified: sent.LastModified}},
		{"takes a new date", http.Header{"Last-Modified": {"later"}}, aggregator.Validators{ETag: `"1"`, LastModified: "later"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url := serve(t, func(w http.ResponseWriter, r *http.Request) {
				maps.Copy(w.Header(), test.header)
				w.Header().Set("Cache-Control", "max-age=60")
				w.Header().Set("Link", `<https://hub.example/>; rel=hub`)
				w.WriteHeader(http.StatusNotModified)
			})
			got := poll1(t, newClient(t, Options{}), local(url), sent)
			if got.Outcome != aggregator.NotModified || got.Validators != test.want || got.Body != nil {
				t.Errorf("%+v", got)
			}
			if got.FreshUntil.IsZero() || len(got.Hubs) != 1 {
				t.Errorf("freshness %v and hubs %v were not refreshed", got.FreshUntil, got.Hubs)
			}
		})
	}
}

func TestCancelledByCaller(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	url := serveRaw(t, func(conn net.Conn) {
		cancel()
		_, _ = conn.Read(make([]byte, 1)) // until the poll hangs up
	})
	got := newClient(t, Options{}).Fetch(ctx, aggregator.Request{Source: local(url)})
	checkResponse(t, got)
	wantProblem(t, got, aggregator.ProblemCancelled, "called off")
}

func TestCancelledBeforehand(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	got := newClient(t, Options{}).Fetch(ctx, aggregator.Request{Source: local("http://127.0.0.1:1/")})
	wantProblem(t, got, aggregator.ProblemCancelled, "called off")
}

func TestPanicIsAProblem(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	c.anywhere.DialContext = nil
	c.anywhere.Proxy = func(*http.Request) (*url.URL, error) { panic("broken\npart") }
	got := poll1(t, c, local("http://127.0.0.1:1/"))
	wantProblem(t, got, aggregator.ProblemInternal, "broken part")
}

func TestSourceURLThatIsNone(t *testing.T) {
	t.Parallel()
	c := newClient(t, Options{})
	for _, url := range []string{"", "feed.xml", "ftp://wire.example/", "http://", "http:///feed", "http:wire.example", "://", "http://[::1"} {
		wantProblem(t, poll1(t, c, local(url)), aggregator.ProblemAddress, "correct it in the configuration")
	}
}

func TestConnectionIsReused(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer http.HandlerFunc
	}{
		{"not modified", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNotModified) }},
		{"plain", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, document) }},
		{"gzip", func(w http.ResponseWriter, _ *http.Request) { writeCoded(w, "gzip", []byte(document)) }},
		{"br", func(w http.ResponseWriter, _ *http.Request) { writeCoded(w, "br", []byte(document)) }},
		{"zstd", func(w http.ResponseWriter, _ *http.Request) { writeCoded(w, "zstd", []byte(document)) }},
		{"gzip and garbage", func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Encoding", "gzip")
			_, _ = w.Write(append(compressed(t, "gzip", []byte(document)), make([]byte, 9000)...))
		}},
		{"error page", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, strings.Repeat("sorry ", 1000), http.StatusInternalServerError)
		}},
		{"redirect page", func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/end" {
				w.Header().Set("Location", "/end")
				w.WriteHeader(http.StatusFound)
			}
			_, _ = io.WriteString(w, strings.Repeat("moved ", 1000))
		}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewUnstartedServer(test.answer)
			var mu sync.Mutex
			opened := 0
			server.Config.ConnState = func(_ net.Conn, state http.ConnState) {
				if state == http.StateNew {
					mu.Lock()
					opened++
					mu.Unlock()
				}
			}
			server.Start()
			t.Cleanup(server.Close)
			c := newClient(t, Options{})
			for range 3 {
				poll1(t, c, local(server.URL), aggregator.Validators{ETag: "x"})
			}
			mu.Lock()
			defer mu.Unlock()
			if opened != 1 {
				t.Errorf("%d connections for 3 polls", opened)
			}
		})
	}
}

func TestConcurrentPolls(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		writeCoded(w, r.URL.Query().Get("coding"), []byte(strings.Repeat(r.URL.Query().Get("n"), 5000)))
	})
	c := newClient(t, Options{})
	var polls sync.WaitGroup
	for n := range 64 {
		polls.Go(func() {
			coding := []string{"gzip", "br", "zstd", ""}[n%4]
			got := c.Fetch(t.Context(), aggregator.Request{Source: local(url + "/?coding=" + coding + "&n=" + strconv.Itoa(n))})
			if want := strings.Repeat(strconv.Itoa(n), 5000); string(got.Body) != want {
				t.Errorf("poll %d (%s): %v, %d bytes", n, coding, got.Problem, len(got.Body))
			}
		})
	}
	polls.Wait()
}
