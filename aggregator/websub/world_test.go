package websub

import (
	"cmp"
	"context"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

// world is everything around a Subscriber in a bubble of its own time: hubs, a
// store that outlives it, and who takes what hubs bring.
type world struct {
	t     *testing.T
	store *shelf
	sub   *Subscriber
	stop  func()

	mu       sync.Mutex
	requests []request
	hub      func(r request) aggregator.Response // nil: it accepts
	maxBody  int64                               // bytes of a push
	verify   bool                                // hubs that accept ask back a second later
	lease    time.Duration                       // that they give; 0: what is asked for
	taken    []aggregator.Delivery
	take     func(d aggregator.Delivery) (bool, error) // nil: every push is a document
	leases   []told
	deaf     error // what Lease returns
	outcomes []Outcome
	logged   []string // warnings and errors
}

// request is what a hub was asked.
type request struct {
	at     time.Time
	source aggregator.Source
	hub    string
	form   url.Values
}

func (r *request) mode() string     { return r.form.Get("hub.mode") }
func (r *request) callback() string { return r.form.Get("hub.callback") }
func (r *request) token() string    { return path.Base(r.callback()) }

// told is a lease as the Taker was told of it.
type told struct {
	source string
	until  time.Time
}

// shelf is a Store in memory.
type shelf struct {
	mu   sync.Mutex
	kept map[string]aggregator.Subscription
	err  error
}

func (s *shelf) Subscriptions() ([]aggregator.Subscription, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.kept), func(a, b aggregator.Subscription) int { return cmp.Compare(a.Token, b.Token) }), s.err
}

func (s *shelf) SaveSubscription(sub aggregator.Subscription) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		s.kept[sub.Token] = sub
	}
	return s.err
}

func (s *shelf) ForgetSubscription(token string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err == nil {
		delete(s.kept, token)
	}
	return s.err
}

func (s *shelf) fail(err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.err = err
}

func (s *shelf) all() []aggregator.Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Collect(maps.Values(s.kept))
}

// within runs f in a world.
func within(t *testing.T, f func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{t: t, store: &shelf{kept: map[string]aggregator.Subscription{}}, verify: true, maxBody: 1000}
		w.start()
		defer func() { w.stop() }()
		f(w)
	})
}

// start runs a Subscriber over what the store holds.
func (w *world) start() {
	w.t.Helper()
	sub, err := New(Options{Poster: w, Store: w.store, Taker: w, MaxBodyBytes: w.maxBody, Log: slog.New(w), Pushed: w.pushed})
	if err != nil {
		w.t.Fatal(err)
	}
	w.sub = sub
	ctx, cancel := context.WithCancel(w.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- sub.Run(ctx) }()
	w.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			w.t.Errorf("Run: %v", err)
		}
	}
}

// restart ends the Subscriber and starts another.
func (w *world) restart() {
	w.t.Helper()
	w.stop()
	w.start()
}

// Post is a hub.
func (w *world) Post(ctx context.Context, src aggregator.Source, hub string, form url.Values) aggregator.Response {
	r := request{time.Now(), src, hub, form}
	w.mu.Lock()
	w.requests = append(w.requests, r)
	answer, verify, lease := w.hub, w.verify, w.lease
	w.mu.Unlock()
	response := aggregator.Response{Outcome: aggregator.Fetched, Status: http.StatusAccepted}
	if answer != nil {
		response = answer(r)
	}
	select {
	case <-time.After(100 * time.Millisecond):
	case <-ctx.Done():
		return aggregator.Response{Outcome: aggregator.Failed, Problem: aggregator.Problem{Kind: aggregator.ProblemCancelled}}
	}
	if response.Outcome == aggregator.Fetched && verify {
		seconds := form.Get("hub.lease_seconds")
		if lease > 0 {
			seconds = strconv.Itoa(int(lease / time.Second))
		}
		sub := w.sub
		time.AfterFunc(time.Second, func() {
			ask(sub, r.token(), url.Values{"hub.mode": {r.mode()}, "hub.topic": {form.Get("hub.topic")}, "hub.challenge": {"c"}, "hub.lease_seconds": {seconds}})
		})
	}
	return response
}

// Push takes a push.
func (w *world) Push(_ context.Context, d aggregator.Delivery) (bool, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.taken = append(w.taken, d)
	if w.take != nil {
		return w.take(d)
	}
	return len(d.Body) > 0, nil
}

// Lease is told of a lease.
func (w *world) Lease(_ context.Context, source string, until time.Time) error {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.deaf == nil {
		w.leases = append(w.leases, told{source, until})
	}
	return w.deaf
}

func (w *world) pushed(o Outcome) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.outcomes = append(w.outcomes, o)
}

// Enabled, Handle, WithAttrs and WithGroup are slog.Handler.
func (w *world) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelWarn }
func (w *world) WithAttrs([]slog.Attr) slog.Handler               { return w }
func (w *world) WithGroup(string) slog.Handler                    { return w }

// Handle keeps a record.
func (w *world) Handle(_ context.Context, r slog.Record) error {
	line := r.Message
	r.Attrs(func(a slog.Attr) bool {
		line += " " + a.String()
		return true
	})
	w.mu.Lock()
	defer w.mu.Unlock()
	w.logged = append(w.logged, line)
	return nil
}

// answers has hubs answer so from now on; nil: they accept.
func (w *world) answers(hub func(r request) aggregator.Response) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.hub = hub
}

// dead is a hub that nobody reaches.
func dead(request) aggregator.Response {
	return aggregator.Response{Outcome: aggregator.Failed, Problem: aggregator.Problem{Kind: aggregator.ProblemConnect, Message: "nothing listens there"}}
}

// refuses is a hub that answers with a status.
func refuses(status int) func(request) aggregator.Response {
	return func(request) aggregator.Response {
		return aggregator.Response{Outcome: aggregator.Failed, Status: status, Problem: aggregator.Problem{
			Kind: aggregator.ProblemStatus, Message: fmt.Sprintf("the hub answered %d", status)}}
	}
}

// sent returns what hubs were asked since the last call.
func (w *world) sent() []request {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.requests
	w.requests = nil
	return all
}

// warnings returns what was logged since the last call.
func (w *world) warnings() []string {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.logged
	w.logged = nil
	return all
}

// came returns what became of pushes since the last call.
func (w *world) came() []Outcome {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	all := w.outcomes
	w.outcomes = nil
	return all
}

// lastLease returns what was told last of a source's lease.
func (w *world) lastLease(source string) (until time.Time) {
	synctest.Wait()
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, l := range w.leases {
		if l.source == source {
			until = l.until
		}
	}
	return until
}

// ask sends a hub's GET to a callback.
func ask(s *Subscriber, token string, query url.Values) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodGet, "/websub/"+token+"?"+query.Encode(), nil)
	r.SetPathValue("token", token)
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, r)
	return answer
}

// bring sends a hub's POST to a callback, with what header has by name and
// value in turn.
func bring(s *Subscriber, token, body string, header ...string) *httptest.ResponseRecorder {
	r := httptest.NewRequest(http.MethodPost, "/websub/"+token, strings.NewReader(body))
	r.SetPathValue("token", token)
	r.Header.Set("Content-Type", "application/atom+xml")
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	answer := httptest.NewRecorder()
	s.ServeHTTP(answer, r)
	return answer
}

// sign returns the value of X-Hub-Signature.
func sign(secret, body string) string {
	mac := hmac.New(sha256.New, []byte(secret))
	_, _ = mac.Write([]byte(body))
	return "sha256=" + hex.EncodeToString(mac.Sum(nil))
}

const (
	base  = "https://desk.example.org"
	topic = "https://wire.example/feed"
	hubA  = "https://a.hub.example/"
	hubB  = "https://b.hub.example/"
)

func source(id string) aggregator.Source {
	return aggregator.Source{ID: id, URL: "https://" + id + ".example/rss"}
}

// state is a source whose last poll saw a topic and hubs.
func state(id, topic string, hubs ...string) aggregator.SourceState {
	return aggregator.SourceState{Source: id, URL: source(id).URL, Outcome: aggregator.Fetched, Self: topic, Hubs: hubs}
}

// settings wants every one of the sources.
func settings(ids ...string) Settings {
	s := Settings{BaseURL: base, Lease: 10 * 24 * time.Hour, Sources: map[string]aggregator.Source{}}
	for _, id := range ids {
		s.Sources[id] = source(id)
	}
	s.Wanted = func(aggregator.Source) bool { return true }
	return s
}

// subscribe has a source subscribed, and returns the subscription.
func (w *world) subscribe(id, topic string, hubs ...string) aggregator.Subscription {
	w.t.Helper()
	w.sub.Configure(settings(id), []aggregator.SourceState{state(id, topic, hubs...)})
	time.Sleep(5 * time.Second)
	sub := w.sub.Subscription(id)
	if sub.State != aggregator.SubscriptionActive {
		w.t.Fatalf("the subscription is %v: %s", sub.State, sub.Problem)
	}
	return sub
}

// want checks the state of a source's subscription.
func (w *world) want(id string, want aggregator.SubscriptionState) aggregator.Subscription {
	w.t.Helper()
	synctest.Wait()
	sub := w.sub.Subscription(id)
	if sub.State != want {
		w.t.Errorf("the subscription of %s is %v (%s), want %v", id, sub.State, sub.Problem, want)
	}
	return sub
}

var errFull = errors.New("no space left on device")
