package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator/fetch"
	"wiredesk/aggregator/parse"
	"wiredesk/config"
)

// site is a server on loopback with pages of a test's, which keeps the paths it
// was asked for, with the query.
type site struct {
	*httptest.Server
	mu    sync.Mutex
	paths []string
	at    []time.Time
}

func newSite(t *testing.T, pages map[string]http.HandlerFunc) *site {
	t.Helper()
	s := &site{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.mu.Lock()
		s.paths = append(s.paths, r.URL.RequestURI())
		s.at = append(s.at, time.Now())
		s.mu.Unlock()
		for _, path := range []string{r.URL.RequestURI(), "*"} {
			if page := pages[path]; page != nil {
				page(w, r)
				return
			}
		}
		http.NotFound(w, r)
	}))
	t.Cleanup(s.Close)
	return s
}

func (s *site) asked() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]string(nil), s.paths...)
}

// text returns a page that says so, with header lines ("Name", "value", …).
func text(body string, header ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		for i := 0; i < len(header); i += 2 {
			w.Header().Add(header[i], header[i+1])
		}
		fmt.Fprint(w, body)
	}
}

// feedOf returns an RSS feed of entries with these titles.
func feedOf(titles ...string) http.HandlerFunc {
	var b strings.Builder
	b.WriteString("<rss version=\"2.0\"><channel><title>Wire</title>")
	for _, title := range titles {
		fmt.Fprintf(&b, "<item><title>%s</title></item>", title)
	}
	b.WriteString("</channel></rss>")
	return text(b.String())
}

// look discovers what s has at path, without a gap.
func look(ctx context.Context, t *testing.T, s *site, path string, gap time.Duration) (urls []string, faults string) {
	t.Helper()
	d := discoverer{
		client: fetch.New(fetch.Options{UserAgent: "test", Timeout: 5 * time.Second}), parser: parse.New(parse.Options{}),
		private: true, gap: gap, step: func() {}, asked: make(map[string]time.Time), tried: make(map[string]bool),
	}
	defer d.client.Close()
	found, wrong := d.discover(ctx, s.URL+path)
	for _, f := range found {
		urls = append(urls, strings.TrimPrefix(f.source.URL, s.URL)+" "+f.how)
	}
	var said []string
	for _, fault := range wrong {
		said = append(said, strings.ReplaceAll(fault.Error(), s.URL, ""))
	}
	return urls, strings.Join(said, "; ")
}

func TestDiscover(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		at     string
		pages  map[string]http.HandlerFunc
		want   []string
		faults string   // a part of them; empty: none
		asked  []string // nil: whatever
	}{
		"Link header": {at: "/", pages: map[string]http.HandlerFunc{
			"/":  text("<p>Nothing", "Link", `</x>; rel=alternate; type="application/rss+xml", </fr>; rel=alternate; hreflang=fr`),
			"/x": feedOf("a"),
		}, want: []string{"/x announced"}, asked: []string{"/", "/x"}},
		"header and head name the same": {at: "/", pages: map[string]http.HandlerFunc{
			"/":  text("<link rel=alternate type=application/rss+xml href=/x>", "Link", `</x>; rel=alternate; type="application/rss+xml"`),
			"/x": feedOf("a"),
		}, want: []string{"/x announced"}, asked: []string{"/", "/x"}},
		"announced before linked, each once": {at: "/", pages: map[string]http.HandlerFunc{
			"/":        text("<a href=/rss.xml>RSS</a><a href=/all>All</a><link rel=alternate type=application/rss+xml href=/all>"),
			"/rss.xml": feedOf("a"), "/all": feedOf("b"),
		}, want: []string{"/all announced", "/rss.xml linked"}, asked: []string{"/", "/all", "/rss.xml"}},
		"home page of a deep one": {at: "/2026/story.html", pages: map[string]http.HandlerFunc{
			"/2026/story.html": text("<p>A story"), "/": text("<link rel=alternate type=application/rss+xml href=/x>"), "/x": feedOf("a"),
		}, want: []string{"/x announced"}, asked: []string{"/2026/story.html", "/", "/x"}},
		"no home page where the deep one does": {at: "/2026/story.html", pages: map[string]http.HandlerFunc{
			"/2026/story.html": text("<link rel=alternate type=application/rss+xml href=/x>"), "/": text("<p>Home"), "/x": feedOf("a"),
		}, want: []string{"/x announced"}, asked: []string{"/2026/story.html", "/x"}},
		"usual places, until one is a feed": {at: "/blog/", pages: map[string]http.HandlerFunc{
			"/blog/": text("<p>A blog"), "/": text("<p>Home"), "/rss": text("<p>Nothing here either"), "/rss.xml": feedOf("a"), "/atom.xml": feedOf("a"),
		}, want: []string{"/rss.xml at a usual place"}, asked: []string{
			"/blog/", "/", "/blog/feed", "/blog/rss.xml", "/blog/atom.xml", "/blog/feed.xml", "/blog/index.xml", "/feed", "/rss", "/rss.xml",
		}},
		"no usual places where something is announced": {at: "/", pages: map[string]http.HandlerFunc{
			"/": text("<link rel=alternate type=application/rss+xml href=/x>"), "/feed": feedOf("a"),
		}, faults: "/x: the server answered 404", asked: []string{"/", "/x"}},
		"nothing at all": {at: "/", pages: map[string]http.HandlerFunc{"/": text("<p>Nothing")}, faults: "announces no feed, links to none"},
		"every address answers with the same page": {at: "/a/b", pages: map[string]http.HandlerFunc{"*": text("<p>We miss you. <a href=/feed>RSS</a>")}, faults: "announces no feed, links to none"},
		"an announced page":                        {at: "/", pages: map[string]http.HandlerFunc{"/": text("<link rel=alternate type=application/rss+xml href=/x>"), "/x": text("<html><p>Sign in")}, faults: "/x: this is an HTML page and no feed"},
		"an announced feed that is broken":         {at: "/", pages: map[string]http.HandlerFunc{"/": text("<link rel=alternate type=application/rss+xml href=/x>"), "/x": text("<rss><channel><item><title>a")}, faults: "/x: the feed is broken"},
		"a host that has enough": {at: "/", pages: map[string]http.HandlerFunc{
			"/": text("<a href=/1.rss>a<a href=/2.rss>b<a href=/3.rss>c"), "/1.rss": feedOf("a"),
			"/2.rss": func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTooManyRequests) }, "/3.rss": feedOf("c"),
		}, want: []string{"/1.rss linked"}, faults: "it asks to be left in peace", asked: []string{"/", "/1.rss", "/2.rss"}},
		"lists that lead to lists": {at: "/", pages: map[string]http.HandlerFunc{
			"/":      text("<a href=/1/rss>RSS"),
			"/1/rss": text("<a href=/2/rss>RSS"), "/2/rss": text("<a href=/3/rss>RSS"), "/3/rss": text("<a href=/4/rss>RSS<a href=/x.rss>x"),
			"/4/rss": text("<a href=/5/rss>RSS"), "/x.rss": feedOf("a"),
		}, want: []string{"/x.rss linked"}, asked: []string{"/", "/1/rss", "/2/rss", "/3/rss", "/4/rss", "/x.rss"}},
		"redirects round in a circle": {at: "/", pages: map[string]http.HandlerFunc{
			"/":  text("<link rel=alternate type=application/rss+xml href=/x>"),
			"/x": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/y", http.StatusFound) },
			"/y": func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/x", http.StatusFound) },
		}, faults: "/x: the redirects go round in a circle"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newSite(t, test.pages)
			urls, faults := look(t.Context(), t, s, test.at, 0)
			if diff := cmp.Diff(test.want, urls); diff != "" {
				t.Errorf("found (-want +got):\n%s", diff)
			}
			if !strings.Contains(faults, test.faults) || test.faults == "" && faults != "" {
				t.Errorf("faults %q, want %q", faults, test.faults)
			}
			if diff := cmp.Diff(test.asked, s.asked()); test.asked != nil && diff != "" {
				t.Errorf("asked for (-want +got):\n%s", diff)
			}
		})
	}
}

// TestDiscoverIsBounded: a page with links without end costs its site so many
// requests and no more.
func TestDiscoverIsBounded(t *testing.T) {
	t.Parallel()
	links := 0
	s := newSite(t, map[string]http.HandlerFunc{"*": func(w http.ResponseWriter, _ *http.Request) {
		for range 1000 {
			links++ // one request at a time
			fmt.Fprintf(w, "<link rel=alternate type=application/rss+xml href=/%d><a href=/%d.rss>RSS</a>", links, links)
		}
	}})
	urls, faults := look(t.Context(), t, s, "/", 0)
	if n := len(s.asked()); n != maxDiscoverRequests || len(urls) > 0 {
		t.Errorf("%d requests found %v", n, urls)
	}
	if !strings.Contains(faults, fmt.Sprintf("what was not looked at after %d requests", maxDiscoverRequests)) || strings.Contains(faults, errNotAsked.Error()) {
		t.Errorf("faults: %s", faults)
	}
}

func TestDiscoverEndsInTime(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	s := newSite(t, map[string]http.HandlerFunc{
		"/":  text("<link rel=alternate type=application/rss+xml href=/a><link rel=alternate type=application/rss+xml href=/b><link rel=alternate type=application/rss+xml href=/c>"),
		"/a": feedOf("a"),
		"/b": func(_ http.ResponseWriter, r *http.Request) {
			cancel() // the time is up
			<-r.Context().Done()
		},
		"/c": feedOf("c"),
	})
	urls, faults := look(ctx, t, s, "/", 0)
	if diff := cmp.Diff([]string{"/a announced"}, urls); diff != "" {
		t.Errorf("found (-want +got):\n%s", diff)
	}
	if !strings.Contains(faults, "what was not looked at") {
		t.Errorf("faults: %s", faults)
	}
}

func TestDiscoverLeavesHostsInPeace(t *testing.T) {
	t.Parallel()
	const gap = 50 * time.Millisecond
	s := newSite(t, map[string]http.HandlerFunc{"/": text("<a href=/1.rss>a<a href=/2.rss>b<a href=/moved.rss>c"),
		"/1.rss": feedOf("a"), "/2.rss": feedOf("b"),
	})
	look(t.Context(), t, s, "/", gap)
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.at) != 4 {
		t.Fatalf("asked for %v", s.paths)
	}
	for i := 1; i < len(s.at); i++ {
		if between := s.at[i].Sub(s.at[i-1]); between < gap {
			t.Errorf("%s came %v after the one before", s.paths[i], between)
		}
	}
}

func TestSameNews(t *testing.T) {
	t.Parallel()
	entries := func(titles string) (list []foundEntry) {
		for title := range strings.FieldsSeq(titles) {
			list = append(list, foundEntry{title: title, link: "https://wire.example/" + title})
		}
		return list
	}
	for name, test := range map[string]struct {
		a, b string
		want bool
	}{
		"the same":                          {"a b c d e", "a b c d e", true},
		"one shows more":                    {"a b c d e f g h i j", "a b c d e", true},
		"rendered at another moment":        {"a b c d e", "x a b c d", true},
		"another":                           {"a b c d e", "f g h i j", false},
		"a section of it":                   {"s a b s2 c d e s3 f s4 g s5", "s s2 s3 s4 s5", false},
		"one of few in common":              {"a b", "a c", false},
		"both empty, under the same title":  {"", "", true},
		"an empty one and one that is none": {"", "a", false},
	} {
		a, b := foundFeed{from: "https://wire.example/a", entries: entries(test.a)}, foundFeed{from: "https://wire.example/b", entries: entries(test.b)}
		if sameNews(&a, &b) != test.want || sameNews(&b, &a) != test.want {
			t.Errorf("%s: not %v", name, test.want)
		}
	}
	plain, encrypted := foundFeed{from: "http://wire.example/x"}, foundFeed{from: "https://WIRE.example/x", entries: entries("a")}
	if !sameNews(&plain, &encrypted) {
		t.Error("http and https are two feeds")
	}
}

func TestGroupedSortsByWhatIsWanted(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	feed := func(path, title string, at time.Time) foundFeed {
		f := foundFeed{from: "https://wire.example" + path, how: foundAnnounced, format: "rss"}
		f.source.URL, f.source.Title = f.from, title
		if title != "" {
			f.entries = []foundEntry{{title: title, at: at}}
		}
		return f
	}
	atom := feed("/b.atom", "b", now)
	atom.format = "atom"
	hub := feed("/e.rss", "e", now)
	hub.hubs = []string{"https://hub.example/"}
	groups := grouped([]foundFeed{
		feed("/have", "have", now), feed("/comments/feed", "c", now), feed("/empty", "", now), feed("/old", "old", now.AddDate(-1, 0, 0)),
		feed("/a", "a", now), feed("/b.rss", "b", now), atom, feed("/e.atom", "e", now), hub, feed("/later", "later", now.AddDate(1, 0, 0)),
	}, mustConfig(t, "sources: [{id: mine, url: 'http://wire.example/have'}, {id: wire-example-a, url: 'https://other.example/'}]"), now)
	var got []string
	for _, g := range groups {
		var forms []string
		for i, f := range g.forms {
			forms = append(forms, strings.TrimPrefix(f.from, "https://wire.example")+" "+g.ids[i])
		}
		got = append(got, strings.Join(forms, ", ")+strings.TrimRight(" "+g.configured, " "))
	}
	want := []string{
		"/a wire-example-a-2", "/b.atom wire-example-b-atom, /b.rss wire-example-b-rss", "/e.rss wire-example-e-rss, /e.atom wire-example-e-atom",
		"/later wire-example-later", "/old wire-example-old", "/empty wire-example-empty", "/comments/feed wire-example-comments-feed", "/have wire-example-have mine",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if at := groups[3].forms[0].newest(now); !at.IsZero() {
		t.Errorf("a date in the future makes the newest entry: %v", at)
	}
}

// TestFoundFeedsArePastable: whatever a feed says of itself, what is printed is a
// configuration.
func TestFoundFeedsArePastable(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	hostile := foundFeed{from: "https://wire.example/x", how: foundAnnounced, format: "rss", hubs: []string{"https://hub.example/\nlisten: 1", "\x1b[31m"}}
	hostile.source.URL, hostile.source.Title = "https://desk:hunter2@wire.example/x", cut("a: b # c\u2028listen: x\n  - url", maxSourceTitleBytes)
	comments := foundFeed{from: "https://wire.example/comments/feed", how: foundAnnounced, format: "rss", entries: []foundEntry{{title: "x"}}}
	comments.source.URL, comments.source.Title = comments.from, cut("'\"\n- url: https://wire.example/", maxSourceTitleBytes)
	var out strings.Builder
	if err := printFeeds(&out, grouped([]foundFeed{hostile, comments}, nil, now), now); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(out.String(), "hunter2") || strings.Contains(out.String(), "\x1b") {
		t.Errorf("it shows what it must not:\n%s", &out)
	}
	cfg := mustConfig(t, out.String())
	if len(cfg.Sources) != 1 || cfg.Sources[0].URL != "https://wire.example/x" {
		t.Errorf("it makes the sources %v:\n%s", cfg.Sources, &out)
	}
	uncommented := strings.ReplaceAll(out.String(), "  # - url", "  - url")
	uncommented = strings.ReplaceAll(uncommented, "  #   ", "    ")
	if cfg := mustConfig(t, uncommented); len(cfg.Sources) != 2 {
		t.Errorf("without the # it makes the sources %v:\n%s", cfg.Sources, uncommented)
	}
}

func mustConfig(t *testing.T, text string) *config.Config {
	t.Helper()
	path := t.TempDir() + "/wiredesk.yaml"
	docWrite(t, path, text)
	cfg, err := config.Load(path, config.Options{CheckExpression: checkExpression})
	if err != nil {
		t.Fatalf("%v\n%s", err, text)
	}
	return cfg
}
