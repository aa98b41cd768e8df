package main

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/parse"
	"wiredesk/aggregator/schedule"
	"wiredesk/config"
	"wiredesk/storage"
)

// TestManners holds the poller to each rule of its manners, against servers on
// loopback that misbehave. Each is kept by a daemon that runs on, and by one
// that is started anew before every poll.
func TestManners(t *testing.T) {
	t.Parallel()
	rules := make(map[string]func(*guest))
	for _, some := range []map[string]func(*guest){conditionRules(), moveRules(), paceRules()} {
		maps.Copy(rules, some)
	}
	for name, rule := range rules {
		for life, restarts := range map[string]bool{"in one life": false, "restarted": true} {
			t.Run(name+"/"+life, func(t *testing.T) {
				t.Parallel()
				rule(newGuest(t, restarts))
			})
		}
	}
}

// guest polls sources at instants of its own choice, through everything but the
// loop.
type guest struct {
	testing.TB
	cfg      config.Config
	restarts bool // before each poll
	now      time.Time
	desk     *desk
	stop     func()
	log      *warnings
}

// warnings keeps what an operator is warned of, and fails the test with what is
// our own fault.
type warnings struct {
	noErrors
	mu   sync.Mutex
	said []string
}

func (w *warnings) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }
func (w *warnings) WithAttrs([]slog.Attr) slog.Handler               { return w }
func (w *warnings) WithGroup(string) slog.Handler                    { return w }

func (w *warnings) Handle(ctx context.Context, r slog.Record) error {
	if r.Level >= slog.LevelError {
		return w.noErrors.Handle(ctx, r)
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.said = append(w.said, r.Message)
	return nil
}

// wantWarned: the operator was, once.
func (g *guest) wantWarned(of string) {
	g.Helper()
	g.log.mu.Lock()
	defer g.log.mu.Unlock()
	n := 0
	for _, message := range g.log.said {
		if strings.HasPrefix(message, of) {
			n++
		}
	}
	if n != 1 {
		g.Errorf("the log says %d times %q: %q", n, of, g.log.said)
	}
}

func newGuest(t *testing.T, restarts bool) *guest {
	t.Helper()
	g := &guest{TB: t, cfg: config.Default(), restarts: restarts, now: time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)} // a Monday
	g.log = &warnings{noErrors: noErrors{t}}
	g.cfg.Storage.Path = filepath.Join(t.TempDir(), "wiredesk.db")
	g.cfg.Contact = "desk@example.org"
	g.start()
	t.Cleanup(func() { g.stop() })
	return g
}

// start starts a daemon over the database and the configuration as they are.
func (g *guest) start() {
	g.Helper()
	db, err := storage.Open(g.cfg.Storage.Path, storage.Options{NoSync: true})
	if err != nil {
		g.Fatal(err)
	}
	cfg := g.cfg
	if g.desk, err = deskOver(db, newClient(&cfg), &cfg, slog.New(g.log)); err != nil {
		g.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	ended := make(chan error, 1)
	go func(in *ingest.Ingest) { ended <- in.Run(ctx) }(g.desk.ingest)
	g.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			g.Errorf("the writer: %v", err)
		}
		if err := g.desk.close(); err != nil {
			g.Errorf("close: %v", err)
		}
	})
}

func (g *guest) restart() {
	g.Helper()
	g.stop()
	g.start()
}

// reads makes sources the configuration, each to be polled as often as may be:
// what is waited longer for is a rule's.
func (g *guest) reads(sources ...aggregator.Source) {
	g.Helper()
	for i := range sources {
		sources[i].AllowPrivate, sources[i].Interval = true, g.cfg.Poll.MinInterval
	}
	g.cfg.Sources = sources
	g.restart()
}

func (g *guest) state(id string) aggregator.SourceState { return g.desk.ingest.State(id) }

// poll polls a source now.
func (g *guest) poll(id string) aggregator.SourceState {
	g.Helper()
	if g.restarts {
		g.restart()
	}
	poller := ingest.NewPoller(&shifted{g.desk.client, g.now}, parse.New(parse.Options{}), g.desk.log)
	src, err := findSource(&g.cfg, id)
	if err != nil {
		g.Fatal(err)
	}
	report, err := g.desk.ingest.Submit(poller.Ask(g.Context(), src, g.state(id)))
	if err != nil {
		g.Fatal(err)
	}
	return report.State
}

// pollDue polls a source when it is due.
func (g *guest) pollDue(id string) aggregator.SourceState {
	g.Helper()
	if next := g.state(id).NextPoll; next.After(g.now) {
		g.now = next
	}
	return g.poll(id)
}

func (g *guest) want(s aggregator.SourceState, outcome aggregator.Outcome) {
	g.Helper()
	if s.Outcome != outcome {
		g.Fatalf("%s at %v: %s", s.Source, g.now, said(s))
	}
}

// wantNext: the next poll comes no earlier than after the wait, and not much
// later than after the longest.
func (g *guest) wantNext(s aggregator.SourceState, wait, longest time.Duration) {
	g.Helper()
	const blur = 2 * time.Second // dates of HTTP have seconds
	if got := s.NextPoll.Sub(g.now); got < wait-blur || got > longest+blur {
		g.Errorf("%s: the next poll comes after %v, want %v to %v: %s", s.Source, got, wait, longest, said(s))
	}
}

// target returns the source as the loop of a daemon that starts now gets it.
func (g *guest) target(id string) (target schedule.Target, ok bool) {
	g.Helper()
	g.restart()
	for _, target := range g.desk.roster().Targets {
		if target.Source.ID == id {
			return target, true
		}
	}
	return schedule.Target{}, false
}

// checkBeside is check beside a daemon that answers commands.
func (g *guest) checkBeside() string {
	g.Helper()
	ctx, cancel := context.WithCancel(g.Context())
	listener, err := listenControl(ctx, controlPath(g.cfg.Storage.Path))
	if err != nil {
		g.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- g.desk.control(ctx, listener) }()
	out := g.check()
	cancel()
	if err := <-ended; err != nil {
		g.Error(err)
	}
	return out
}

// check runs the command check over the configuration and the database.
func (g *guest) check() string {
	g.Helper()
	file := filepath.Join(filepath.Dir(g.cfg.Storage.Path), "wiredesk.yaml")
	var text, out bytes.Buffer
	fmt.Fprintf(&text, "base_url: http://desk.example\nstorage: {path: %s}\nsources:\n", g.cfg.Storage.Path)
	for _, src := range g.cfg.Sources {
		fmt.Fprintf(&text, "  - {id: %s, url: %q}\n", src.ID, src.URL)
	}
	if err := os.WriteFile(file, text.Bytes(), 0o600); err != nil {
		g.Fatal(err)
	}
	root := newRoot(file)
	root.SetArgs([]string{"check"})
	root.SetOut(&out)
	root.SetErr(&out)
	if err := root.ExecuteContext(g.Context()); err != nil {
		g.Errorf("check: %v", err)
	}
	return out.String()
}

// shifted is a fetcher that works as if it were at some other time.
type shifted struct {
	ingest.Fetcher
	now time.Time
}

// Fetch fetches, and dates the answer and all it promises.
func (s *shifted) Fetch(ctx context.Context, req aggregator.Request) aggregator.Response {
	r := s.Fetcher.Fetch(ctx, req)
	shift := s.now.Sub(r.At)
	for _, at := range []*time.Time{&r.At, &r.FreshUntil, &r.RetryAfter} {
		if !at.IsZero() {
			*at = at.Add(shift)
		}
	}
	return r
}

// publisher is a server on loopback that answers as it is told, and keeps what
// it was asked.
type publisher struct {
	*httptest.Server

	mu     sync.Mutex
	answer http.HandlerFunc
	log    []*http.Request
}

func newPublisher(tb testing.TB) *publisher {
	tb.Helper()
	p := &publisher{answer: http.NotFound}
	p.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		p.mu.Lock()
		p.log = append(p.log, r)
		answer := p.answer
		p.mu.Unlock()
		answer(w, r)
	}))
	tb.Cleanup(p.Close)
	return p
}

// source is the feed of the publisher.
func (p *publisher) source(id string) aggregator.Source {
	return aggregator.Source{ID: id, URL: p.URL + "/" + id}
}

// answers makes answer the publisher's, from now on.
func (p *publisher) answers(answer http.HandlerFunc) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.answer = answer
}

// asked returns the requests so far.
func (p *publisher) asked() []*http.Request {
	p.mu.Lock()
	defer p.mu.Unlock()
	return slices.Clip(p.log)
}

// wantAsked: the last request bore the validators.
func (p *publisher) wantAsked(tb testing.TB, validators aggregator.Validators) {
	tb.Helper()
	asked := p.asked()
	if len(asked) == 0 {
		tb.Fatal("nothing was asked")
	}
	header := asked[len(asked)-1].Header
	got := aggregator.Validators{ETag: header.Get("If-None-Match"), LastModified: header.Get("If-Modified-Since")}
	if got != validators {
		tb.Errorf("request %d bore the validators %+v, want %+v", len(asked), got, validators)
	}
}

// headers are what an answer bears.
type headers map[string]string

// with answers with a body.
func with(header headers, body []byte) http.HandlerFunc {
	return status(http.StatusOK, header, body)
}

// status answers with a status.
func status(code int, header headers, body []byte) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for name, value := range header {
			w.Header()[http.CanonicalHeaderKey(name)] = []string{value}
		}
		w.WriteHeader(code)
		if code != http.StatusNotModified {
			_, _ = w.Write(body)
		}
	}
}

// tagged answers with a body under a tag, and with 304 to who has it.
func tagged(tag string, header headers, body []byte) http.HandlerFunc {
	header = maps.Clone(header)
	if header == nil {
		header = make(headers)
	}
	header["ETag"] = tag
	return func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("If-None-Match") == tag {
			status(http.StatusNotModified, headers{"ETag": tag}, nil)(w, r)
			return
		}
		with(header, body)(w, r)
	}
}

// redirected answers with a redirect to the same path elsewhere.
func redirected(code int, to *publisher) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to.URL+r.URL.Path, code) }
}

func ferry() invented {
	return invented{"1", "https://norvia.example/ferry", "Ferry aground", "Nobody was hurt."}
}

func budget() invented {
	return invented{"2", "https://norvia.example/budget", "Budget passes", "By one vote."}
}
