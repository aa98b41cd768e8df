package serve

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func metrics(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("wiredesk_up 1\n")) }

func TestStatuses(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	id := world.views[0].ID.String()
	gone := story(entry(50, "north", "Withdrawn", noon.Add(-30*time.Hour)))
	gone.Withdrawn = true
	world.put(gone)
	h := rendered(t, Options{Archive: world, Metrics: http.HandlerFunc(metrics)}, publication()).Handler()
	for path, want := range map[string]int{
		"/":                               200,
		"/?before=":                       200,
		"/?before=2026-03-14T12:00:00Z~5": 200,
		"/?before=yesterday":              400,
		"/feeds/all":                      200,
		"/feeds/all.rss":                  200,
		"/feeds/all.xml":                  404,
		"/feeds/all.":                     404,
		"/feeds/.rss":                     404,
		"/feeds/none":                     404,
		"/feeds/none.rss":                 404,
		"/feeds/":                         404,
		"/feeds/all/":                     404,
		"/feeds.opml":                     200,
		"/sources.opml":                   200,
		"/sources":                        200,
		"/stories/" + id:                  200,
		"/stories/" + id + ".json":        200,
		"/stories/" + strings.ToUpper(id): 301,
		"/stories/" + id[:30]:             302,
		"/stories/" + id[:8] + ".json":    302,
		"/stories/" + id[:4]:              404,
		"/stories/" + gone.ID.String():    410,
		"/stories/" + strings.Repeat("0", 8) + id[8:]: 404,
		"/healthz":     200,
		"/readyz":      200,
		"/metrics":     200,
		"/nothing":     404,
		"/favicon.ico": 404,
		"/api/v1/pins": 200, "/api/v1/sources": 200, "/api/v1/sources/none": 404,
	} {
		if w := get(t, h, path); w.Code != want {
			t.Errorf("%s answers %d, want %d", path, w.Code, want)
		}
	}
}

func TestMetricsAbsent(t *testing.T) {
	t.Parallel()
	h := rendered(t, Options{Archive: smallWorld()}, publication()).Handler()
	if got := get(t, h, "/metrics").Code; got != http.StatusNotFound {
		t.Errorf("/metrics without metrics answers %d", got)
	}
}

func TestMethods(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	h := rendered(t, Options{Archive: world, Metrics: http.HandlerFunc(metrics)}, publication()).Handler()
	for _, path := range []string{"/", "/feeds/all", "/feeds/all.rss", "/feeds.opml", "/sources.opml", "/sources", "/stories/" + world.views[0].ID.String(), "/healthz", "/readyz", "/metrics"} {
		for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete, http.MethodPatch, http.MethodTrace, "BREW"} {
			w := ask(t, h, method, path)
			if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "GET, HEAD, OPTIONS" {
				t.Errorf("%s %s answers %d, Allow %q", method, path, w.Code, w.Header().Get("Allow"))
			}
		}
		if w := ask(t, h, http.MethodOptions, path); w.Code != http.StatusNoContent || w.Header().Get("Allow") != "GET, HEAD, OPTIONS" || w.Body.Len() > 0 {
			t.Errorf("OPTIONS %s answers %d, Allow %q", path, w.Code, w.Header().Get("Allow"))
		}
	}
	if got := ask(t, h, http.MethodPost, "/nothing").Code; got != http.StatusNotFound {
		t.Errorf("POST to nothing answers %d", got)
	}
}

func TestScriptsOfOtherSitesMayReadFeeds(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	h := rendered(t, Options{Archive: world}, publication()).Handler()
	for path, open := range map[string]bool{
		"/feeds/all.json": true, "/feeds/all": true, "/feeds.opml": true, "/feeds/none.json": true,
		"/stories/" + world.views[0].ID.String() + ".json": true, "/": false, "/sources": false, "/readyz": false,
	} {
		want := ""
		if open {
			want = "*"
		}
		wantHeader(t, get(t, h, path).Header(), map[string]string{"Access-Control-Allow-Origin": want})
	}
	wantHeader(t, ask(t, h, http.MethodOptions, "/feeds/all.json", "Access-Control-Request-Headers", "if-none-match").Header(), map[string]string{
		"Access-Control-Allow-Origin": "*", "Access-Control-Allow-Methods": "GET, HEAD", "Access-Control-Allow-Headers": "If-None-Match, A-IM, Authorization",
	})
}

func TestSecurityHeaders(t *testing.T) {
	t.Parallel()
	h := rendered(t, Options{Archive: smallWorld()}, publication()).Handler()
	page := get(t, h, "/").Body.String()
	_, style, _ := strings.Cut(page, "<style>")
	style, _, _ = strings.Cut(style, "</style>")
	sum := sha256.Sum256([]byte(style))
	for _, path := range []string{"/", "/nothing", "/nothing.json", "/feeds/all.rss", "/feeds/all.html", "/feed.css", "/healthz", "/sources"} {
		from := "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'; img-src 'none'"
		if path == "/feeds/all.rss" {
			from = "'self'" // /feed.css
		}
		wantHeader(t, get(t, h, path).Header(), map[string]string{
			"X-Content-Type-Options":  "nosniff",
			"Referrer-Policy":         "no-referrer",
			"Content-Security-Policy": "default-src 'none'; style-src " + from + "; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
		})
	}
}

func TestErrorsForPrograms(t *testing.T) {
	t.Parallel()
	h := rendered(t, Options{Archive: smallWorld()}, publication()).Handler()
	for _, path := range []string{"/feeds/none.json", "/stories/none.json", "/api", "/api/v1/none", `/no<b>thing.json`} {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", nil)
		r.URL.Path = path
		w := httptest.NewRecorder()
		h.ServeHTTP(w, r)
		wantHeader(t, w.Header(), map[string]string{"Content-Type": "application/problem+json", "Cache-Control": "no-store"})
		var got problem
		if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
			t.Fatal(err)
		}
		if got.Detail == "" {
			t.Errorf("%s: no detail", path)
		}
		got.Detail = ""
		want := problem{Type: "about:blank", Title: "Not Found", Status: 404, Instance: r.URL.EscapedPath()}
		if diff := cmp.Diff(want, got); diff != "" || w.Code != 404 {
			t.Errorf("%s: status %d (-want +got):\n%s", path, w.Code, diff)
		}
	}
	wantHeader(t, get(t, h, "/nothing").Header(), map[string]string{"Content-Type": "text/html; charset=utf-8", "Cache-Control": "no-store"})
}

func TestNegotiatedFeed(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	for accept, want := range map[string]string{"": "atom", "application/rss+xml": "rss", "application/json": "json", "text/html": "html"} {
		e := s.shelf.Load().feeds["all"][want]
		w := get(t, s.Handler(), "/feeds/all", "Accept", accept)
		wantHeader(t, w.Header(), map[string]string{
			"Content-Type": e.contentType[0], "Content-Location": "/feeds/all." + want, "Vary": "Accept, Accept-Encoding", "ETag": e.etag,
		})
		if !bytes.Equal(w.Body.Bytes(), e.body()) {
			t.Errorf("Accept %q: another body than %s's", accept, want)
		}
		w = get(t, s.Handler(), "/feeds/all", "Accept", accept, "If-None-Match", e.etag)
		if w.Code != http.StatusNotModified {
			t.Errorf("Accept %q: %d to its own ETag", accept, w.Code)
		}
		wantHeader(t, w.Header(), map[string]string{"Content-Location": "/feeds/all." + want, "Vary": "Accept, Accept-Encoding"})
	}
}

// seen is what Observe was told.
type seen struct {
	Route  string
	Status int
}

type witness struct {
	mu   sync.Mutex
	seen []seen
}

func (w *witness) observe(route string, status int, took time.Duration) {
	w.mu.Lock()
	defer w.mu.Unlock()
	if took < 0 {
		status = -1
	}
	w.seen = append(w.seen, seen{route, status})
}

func TestObserve(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	var w witness
	s := rendered(t, Options{Archive: world, Observe: w.observe, Metrics: http.HandlerFunc(metrics)}, publication())
	h := s.Handler()
	get(t, h, "/")
	get(t, h, "/feeds/all.rss")
	get(t, h, "/feeds/all.rss", "If-None-Match", "*")
	get(t, h, "/feeds/none.rss")
	ask(t, h, http.MethodDelete, "/feeds.opml")
	get(t, h, "/stories/"+world.views[0].ID.String())
	get(t, h, "/wp-login.php")
	get(t, h, "/metrics")
	want := []seen{
		{"/", 200}, {"/feeds/{file}", 200}, {"/feeds/{file}", 304}, {"/feeds/{file}", 404}, {"/feeds.opml", 405},
		{"/stories/{file}", 200}, {"other", 404}, {"/metrics", 200},
	}
	if diff := cmp.Diff(want, w.seen); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
}

func TestPanicIsAnswered500(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	var w witness
	s := rendered(t, Options{
		Archive: smallWorld(), Observe: w.observe, Log: slog.New(slog.NewTextHandler(&log, nil)),
		Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("ETag", `"x"`)
			panic("secret of the metrics")
		}),
	}, publication())
	got := get(t, s.Handler(), "/metrics")
	if got.Code != http.StatusInternalServerError || strings.Contains(got.Body.String(), "secret") {
		t.Errorf("a panic answers %d %s", got.Code, got.Body)
	}
	wantHeader(t, got.Header(), map[string]string{"ETag": "", "Cache-Control": "no-store"})
	if !strings.Contains(log.String(), "secret of the metrics") || !strings.Contains(log.String(), "stack=") {
		t.Errorf("the log lacks the panic: %s", &log)
	}
	if diff := cmp.Diff([]seen{{"/metrics", 500}}, w.seen); diff != "" {
		t.Errorf("observed (-want +got):\n%s", diff)
	}
}

func TestPanicInTheMiddleCutsTheAnswer(t *testing.T) {
	t.Parallel()
	for _, cause := range []any{"boom", http.ErrAbortHandler} {
		var w witness
		s := rendered(t, Options{
			Archive: smallWorld(), Observe: w.observe,
			Metrics: http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
				_, _ = w.Write([]byte("half"))
				panic(cause)
			}),
		}, publication())
		func() {
			defer func() {
				if got, _ := recover().(error); !errors.Is(got, http.ErrAbortHandler) {
					t.Errorf("after half an answer the handler ended with %v", got)
				}
			}()
			get(t, s.Handler(), "/metrics")
		}()
		if diff := cmp.Diff([]seen{{"/metrics", 500}}, w.seen); diff != "" {
			t.Errorf("observed (-want +got):\n%s", diff)
		}
	}
}

func TestArchiveErrorIsNotShown(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	s := rendered(t, Options{Archive: world}, publication())
	world.fail(errors.New("secret path"))
	for _, path := range []string{"/stories/" + world.views[0].ID.String(), "/stories/" + world.views[0].ID.String() + ".json", "/?before=2026-03-14T12:00:00Z~5"} {
		w := get(t, s.Handler(), path)
		if w.Code != http.StatusInternalServerError || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("%s answers %d %s", path, w.Code, w.Body)
		}
	}
}

func TestHealth(t *testing.T) {
	t.Parallel()
	var alive, ready error
	s, err := New(Options{Archive: smallWorld(), Alive: func() error { return alive }, Ready: func() error { return ready }}, publication())
	if err != nil {
		t.Fatal(err)
	}
	want := func(path string, status int, body string) {
		t.Helper()
		w := get(t, s.Handler(), path)
		if w.Code != status || w.Body.String() != body+"\n" {
			t.Errorf("%s answers %d %q, want %d %q", path, w.Code, w.Body, status, body)
		}
		wantHeader(t, w.Header(), map[string]string{"Cache-Control": "no-store", "Content-Type": "text/plain; charset=utf-8"})
	}
	want("/healthz", 200, "ok")
	want("/readyz", 503, "the feeds are being rendered for the first time")
	s.pass(t.Context(), make(map[string]*plate))
	want("/readyz", 200, "ok")
	ready = errors.New("the store is being migrated")
	alive = errors.New("the writer stands still")
	want("/readyz", 503, "the store is being migrated")
	want("/healthz", 503, "the writer stands still")
}

func TestMergedStoryRedirects(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	old := aggregator.EntryKey("north", aggregator.KeyGUID, "merged away").Story()
	world.alias = map[aggregator.StoryID]aggregator.StoryID{old: world.views[1].ID}
	h := rendered(t, Options{Archive: world}, publication()).Handler()
	for _, ext := range []string{"", ".json"} {
		w := get(t, h, "/stories/"+old.String()+ext)
		if w.Code != http.StatusMovedPermanently {
			t.Errorf("status %d", w.Code)
		}
		wantHeader(t, w.Header(), map[string]string{"Location": "/stories/" + world.views[1].ID.String() + ext})
	}
}

// What hubs send goes to whoever subscribes, whatever the method.
func TestHubsAreAnswered(t *testing.T) {
	t.Parallel()
	hubs := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = w.Write([]byte(r.Method + " " + r.PathValue("token")))
	})
	h := rendered(t, Options{Archive: smallWorld(), Hubs: hubs}, publication()).Handler()
	for _, method := range []string{http.MethodGet, http.MethodPost} {
		if w := ask(t, h, method, "/websub/abc"); w.Code != 200 || w.Body.String() != method+" abc" {
			t.Errorf("%s answers %d %q", method, w.Code, w.Body)
		}
	}
	for _, path := range []string{"/websub", "/websub/", "/websub/a/b"} {
		if w := get(t, h, path); w.Code != 404 {
			t.Errorf("%s answers %d", path, w.Code)
		}
	}
	without := rendered(t, Options{Archive: smallWorld()}, publication()).Handler()
	if w := get(t, without, "/websub/abc"); w.Code != 404 {
		t.Errorf("without a subscriber it answers %d", w.Code)
	}
}
