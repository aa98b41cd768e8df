package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/fetch"
	"wiredesk/config"
	"wiredesk/storage"
)

// TestWeekInThePublishersLog runs the poller for a simulated week, through
// several lives, and judges it by what the publishers' logs hold: every request
// is justified by a rule, and none is unconditional but the first for each feed.
func TestWeekInThePublishersLog(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("a whole week, which is long under the race detector")
	}
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := newWeek(t, start)
		for _, hours := range []int{9, 31, 59, 83, 85, 100, 168} {
			w.live(t, start.Add(time.Duration(hours)*time.Hour+17*time.Minute))
		}
		w.web.close()
		w.judge(t)
	})
}

// week is a simulated week of some publishers.
type week struct {
	cfg   config.Config
	web   *web
	feeds map[string]*weekFeed // by the source's id
}

// weekFeed is a feed and what its publisher does with it.
type weekFeed struct {
	source aggregator.Source
	moved  string           // where the source goes for good; empty: nowhere
	every  time.Duration    // between two entries
	extra  string           // in the channel
	asks   aggregator.Hints // what that asks for
	// answer answers a request in its own way. False: in the usual one.
	answer func(w http.ResponseWriter, r *http.Request, age time.Duration) bool
	header http.Header // of documents and of 304s
	dated  bool        // Last-Modified is the only validator
}

// document returns the feed as it is at that age of the week, and how many
// entries there have been.
func (f *weekFeed) document(age time.Duration) (body []byte, newest int) {
	newest = int(age/f.every) + 1
	return f.entries(max(0, newest-10), newest), newest
}

// entries returns a document of those after one, up to another.
func (f *weekFeed) entries(after, newest int) []byte {
	var entries []invented
	for n := newest; n > after; n-- {
		entries = append(entries, invented{guid: fmt.Sprint(n), title: fmt.Sprintf("%s despatch %d", f.source.ID, n), link: fmt.Sprintf("https://%s.example/%d", f.source.ID, n)})
	}
	return []byte(strings.Replace(string(rssOf(entries...)), "<item>", f.extra+"<item>", 1))
}

// serve answers as a decent server does.
func (f *weekFeed) serve(w http.ResponseWriter, r *http.Request, start time.Time) {
	age := time.Since(start)
	if f.answer != nil && f.answer(w, r, age) {
		return
	}
	body, newest := f.document(age)
	maps.Copy(w.Header(), f.header)
	tag, modified := fmt.Sprintf(`W/"%s-%d"`, f.source.ID, newest), start.Add(time.Duration(newest-1)*f.every).UTC().Format(http.TimeFormat)
	known := r.Header.Get("If-None-Match") == tag
	if f.dated {
		w.Header().Set("Last-Modified", modified)
		known = r.Header.Get("If-Modified-Since") == modified
	} else {
		w.Header().Set("ETag", tag)
	}
	if known {
		w.WriteHeader(http.StatusNotModified)
		return
	}
	_, _ = w.Write(body)
}

func newWeek(t *testing.T, start time.Time) *week {
	t.Helper()
	between := func(age time.Duration, from, to float64) bool { return age.Hours() >= from*24 && age.Hours() < to*24 }
	feeds := []*weekFeed{
		{source: aggregator.Source{ID: "world", URL: "http://norvia.example/world?lang=en&b=%20"}, every: 5 * time.Hour, header: http.Header{"Cache-Control": {"public, max-age=900"}}},
		{source: aggregator.Source{ID: "sport", URL: "http://norvia.example/sport"}, every: 7 * time.Hour, dated: true, header: http.Header{"Age": {"600"}, "Cache-Control": {"max-age=1500"}}},
		{source: aggregator.Source{ID: "night", URL: "http://kelmar.example/night"}, every: 3 * time.Hour, extra: "<ttl>60</ttl><skipHours><hour>0</hour><hour>1</hour><hour>2</hour><hour>3</hour></skipHours>", asks: aggregator.Hints{MinInterval: time.Hour, SkipHours: 0b1111}},
		{source: aggregator.Source{ID: "office", URL: "http://kelmar.example/office"}, every: 9 * time.Hour, extra: "<skipDays><day>Saturday</day><day>Sunday</day></skipDays>", asks: aggregator.Hints{SkipDays: 1<<time.Saturday | 1<<time.Sunday}},
		{source: aggregator.Source{ID: "herald", URL: "http://herald.example/feed"}, every: 2 * time.Hour, answer: func(w http.ResponseWriter, _ *http.Request, age time.Duration) bool {
			switch {
			case between(age, 1.5, 2.6):
				w.WriteHeader(http.StatusInternalServerError)
			case between(age, 4, 4.2):
				panic(http.ErrAbortHandler)
			case between(age, 5, 5.3):
				_, _ = io.WriteString(w, "<html><body>We are at work.</body></html>")
			default:
				return false
			}
			return true
		}},
		{source: aggregator.Source{ID: "minaa", URL: "http://minaa.example/feed"}, every: 4 * time.Hour, moved: "http://new.minaa.example/feed", answer: func(w http.ResponseWriter, r *http.Request, age time.Duration) bool {
			if r.Host == "minaa.example" && age > 20*time.Hour {
				http.Redirect(w, r, "http://new.minaa.example/feed", http.StatusMovedPermanently)
				return true
			}
			return false
		}},
		{source: aggregator.Source{ID: "locked", URL: "http://locked.example/feed", BasicAuth: aggregator.BasicAuth{User: "desk", Password: "hunter2"}}, every: 4 * time.Hour, moved: "http://open.example/feed", answer: func(w http.ResponseWriter, r *http.Request, _ time.Duration) bool {
			if r.Host == "locked.example" {
				http.Redirect(w, r, "http://open.example/feed", http.StatusPermanentRedirect)
				return true
			}
			return false
		}},
		{source: aggregator.Source{ID: "for-now", URL: "http://for-now.example/feed"}, every: 6 * time.Hour, answer: func(w http.ResponseWriter, r *http.Request, _ time.Duration) bool {
			if r.Host == "for-now.example" {
				http.Redirect(w, r, "http://cdn.example/for-now", http.StatusFound)
				return true
			}
			return false
		}},
		{source: aggregator.Source{ID: "gone", URL: "http://gone.example/feed"}, every: 6 * time.Hour, answer: func(w http.ResponseWriter, _ *http.Request, age time.Duration) bool {
			if age > 4*24*time.Hour {
				w.WriteHeader(http.StatusGone)
			}
			return age > 4*24*time.Hour
		}},
		{source: aggregator.Source{ID: "changing", URL: "http://changing.example/feed"}, every: 8 * time.Hour, answer: func(w http.ResponseWriter, _ *http.Request, age time.Duration) bool {
			w.Header().Set("ETag", fmt.Sprintf(`"%d"`, age))
			w.Header().Set("Last-Modified", "some time ago")
			_, _ = io.WriteString(w, "<rss version='2.0'><channel><title>Changing</title><item><guid>1</guid><title>One</title></item></channel></rss>")
			return true
		}},
	}
	busy := func(w http.ResponseWriter, _ *http.Request, age time.Duration) bool {
		if between(age, 3.45, 3.65) {
			w.Header().Set("Retry-After", "7200")
			w.WriteHeader(http.StatusTooManyRequests)
		}
		return between(age, 3.45, 3.65)
	}
	for _, id := range []string{"north", "south"} {
		feeds = append(feeds, &weekFeed{source: aggregator.Source{ID: id, URL: "http://vestnik.example/" + id}, every: 5 * time.Hour, answer: busy})
	}
	delta := &weekFeed{source: aggregator.Source{ID: "delta", URL: "http://delta.example/feed"}, every: 2 * time.Hour}
	delta.answer = func(w http.ResponseWriter, r *http.Request, age time.Duration) bool {
		var known int
		_, newest := delta.document(age)
		if _, err := fmt.Sscanf(r.Header.Get("If-None-Match"), `W/"delta-%d"`, &known); err != nil || r.Header.Get("A-IM") != "feed" || known == newest {
			return false
		}
		w.Header().Set("IM", "feed")
		w.Header().Set("ETag", fmt.Sprintf(`W/"delta-%d"`, newest))
		w.WriteHeader(http.StatusIMUsed)
		_, _ = w.Write(delta.entries(known, newest))
		return true
	}
	feeds = append(feeds, delta)

	week := &week{cfg: config.Default(), feeds: make(map[string]*weekFeed)}
	week.cfg.Storage.Path = filepath.Join(t.TempDir(), "wiredesk.db")
	week.cfg.Contact = "desk@example.org"
	handlers := make(map[string]*weekFeed) // by host and path
	for _, f := range feeds {
		f.source.AllowPrivate = true // the web of this test is no public one
		week.feeds[f.source.ID] = f
		week.cfg.Sources = append(week.cfg.Sources, f.source)
		for _, address := range []string{f.source.URL, f.moved} {
			handlers[placeOf(address)] = f
		}
	}
	handlers["cdn.example/for-now"] = week.feeds["for-now"]
	week.web = newWeb(func(w http.ResponseWriter, r *http.Request) { handlers[r.Host+r.URL.Path].serve(w, r, start) })
	return week
}

// placeOf returns host and path of an address.
func placeOf(address string) string {
	place, _, _ := strings.Cut(strings.TrimPrefix(address, "http://"), "?")
	return place
}

// live is one life of the daemon: all that polls, decides and stores.
func (w *week) live(t *testing.T, until time.Time) {
	t.Helper()
	db, err := storage.Open(w.cfg.Storage.Path, storage.Options{NoSync: true})
	if err != nil {
		t.Fatal(err)
	}
	opts := fetching(&w.cfg)
	opts.Dial = w.web.dial
	d, err := deskOver(db, fetch.New(opts), &w.cfg, slog.New(noErrors{t}))
	if err != nil {
		t.Fatal(err)
	}
	polling, stopPolling := context.WithCancel(t.Context())
	writing, stopWriting := context.WithCancel(t.Context())
	var writer, loop sync.WaitGroup
	writer.Go(func() { _ = d.ingest.Run(writing) })
	loop.Go(func() { _ = d.loop.Run(polling) })
	d.loop.Replace(polling, d.roster())
	time.Sleep(time.Until(until))
	stopPolling()
	loop.Wait()
	stopWriting()
	writer.Wait()
	if err := d.close(); err != nil {
		t.Error(err)
	}
}

// web is a network within the process, whose time can be simulated. One handler
// serves all its hosts, and all they are asked is logged.
type web struct {
	server  http.Server
	conns   chan net.Conn
	ended   chan struct{}
	handler http.HandlerFunc

	mu    sync.Mutex
	log   []*visit
	open  map[string]int // requests under way, by host
	worst int            // at one host
}

// visit is a request and its answer, as a server logs them.
type visit struct {
	at, end time.Time
	request *http.Request
	status  int // 0: none was sent
	header  http.Header
	body    []byte
}

func newWeb(handler http.HandlerFunc) *web {
	w := &web{conns: make(chan net.Conn), ended: make(chan struct{}), handler: handler, open: make(map[string]int)}
	w.server.Handler = http.HandlerFunc(w.serve)
	w.server.ErrorLog = slog.NewLogLogger(slog.DiscardHandler, slog.LevelError)
	go func() { _ = w.server.Serve(w) }()
	return w
}

func (w *web) serve(rw http.ResponseWriter, r *http.Request) {
	v := &visit{at: time.Now(), request: r}
	w.mu.Lock()
	w.log = append(w.log, v)
	w.open[r.Host]++
	w.worst = max(w.worst, w.open[r.Host])
	w.mu.Unlock()
	time.Sleep(400 * time.Millisecond)
	recorder := &recorded{ResponseWriter: rw, visit: v}
	defer func() {
		w.mu.Lock()
		v.end, v.header = time.Now(), rw.Header().Clone()
		w.open[r.Host]--
		w.mu.Unlock()
	}()
	w.handler(recorder, r)
}

// recorded is an answer of which the log keeps a copy.
type recorded struct {
	http.ResponseWriter
	visit *visit
}

// WriteHeader sends the header.
func (r *recorded) WriteHeader(status int) {
	r.visit.status = status
	r.ResponseWriter.WriteHeader(status)
}

// Write sends some of the body.
func (r *recorded) Write(b []byte) (int, error) {
	if r.visit.status == 0 {
		r.visit.status = http.StatusOK
	}
	r.visit.body = append(r.visit.body, b...)
	return r.ResponseWriter.Write(b)
}

// dial connects to any of the hosts.
func (w *web) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case w.conns <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Accept is net.Listener's.
func (w *web) Accept() (net.Conn, error) {
	select {
	case conn := <-w.conns:
		return conn, nil
	case <-w.ended:
		return nil, net.ErrClosed
	}
}

// Close is net.Listener's.
func (*web) Close() error { return nil }

// Addr is net.Listener's.
func (*web) Addr() net.Addr { return &net.UnixAddr{Name: "web", Net: "unix"} }

func (w *web) close() {
	close(w.ended)
	_ = w.server.Close()
}
