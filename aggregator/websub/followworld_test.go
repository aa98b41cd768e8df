package websub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

// newsstand is everything around a Hub in a bubble of its own time: the feeds,
// callbacks, and a store that outlives it.
type newsstand struct {
	t            *testing.T
	hub          *Hub
	cancel, stop func()

	mu        sync.Mutex
	settings  HubSettings
	feeds     map[string]aggregator.Topic
	calls     []outgoing
	callback  func(c outgoing) aggregator.Response // nil: it confirms, and takes everything
	slow      time.Duration                        // how long a callback takes
	kept      map[string]aggregator.Follower
	saveErr   error
	saves     int
	verified  []Verification
	delivered []Delivered
	logged    []string
	most      int // followers; 0: the usual
	perHost   int
}

// outgoing is what a callback was sent.
type outgoing struct {
	at    time.Time
	call  aggregator.Call
	query url.Values // of its URL
}

func (o outgoing) mode() string { return o.query.Get("hub.mode") }

const (
	atomTopic = "https://desk.example/feeds/all.atom"
	jsonTopic = "https://desk.example/feeds/all.json"
	hubURL    = "https://desk.example/hub"
	reader    = "https://reader.example/push"
)

// withStand runs f in a newsstand with two topics.
func withStand(t *testing.T, f func(s *newsstand)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		s := &newsstand{
			t: t, settings: HubSettings{Address: hubURL}, kept: map[string]aggregator.Follower{},
			feeds: map[string]aggregator.Topic{}, slow: 100 * time.Millisecond,
		}
		s.feeds[atomTopic] = aggregator.Topic{URL: atomTopic, ContentType: "application/atom+xml; charset=utf-8", ETag: `"a1"`, Body: []byte("<feed>1</feed>")}
		s.feeds[jsonTopic] = aggregator.Topic{URL: jsonTopic, ContentType: "application/feed+json; charset=utf-8", ETag: `"j1"`, Body: []byte(`{"n":1}`)}
		s.start()
		defer func() { s.stop() }()
		f(s)
	})
}

func (s *newsstand) start() {
	s.t.Helper()
	h, err := NewHub(HubOptions{
		Publisher: s, Caller: s, Store: s, MaxFollowers: s.most, MaxPerHost: s.perHost, Log: slog.New(s),
		Verified:  func(v Verification) { s.note(func() { s.verified = append(s.verified, v) }) },
		Delivered: func(d Delivered) { s.note(func() { s.delivered = append(s.delivered, d) }) },
	})
	if err != nil {
		s.t.Fatal(err)
	}
	s.hub = h
	h.Configure(s.settings)
	ctx, cancel := context.WithCancel(s.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- h.Run(ctx) }()
	s.cancel = cancel
	s.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			s.t.Errorf("Run: %v", err)
		}
	}
	synctest.Wait()
}

func (s *newsstand) restart() {
	s.t.Helper()
	s.stop()
	s.start()
}

func (s *newsstand) note(f func()) {
	s.mu.Lock()
	defer s.mu.Unlock()
	f()
}

// Topics is the Publisher's.
func (s *newsstand) Topics() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.feeds))
}

// Topic is the Publisher's.
func (s *newsstand) Topic(address string) (aggregator.Topic, bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	topic, found := s.feeds[address]
	return topic, found
}

// Call is every callback there is.
func (s *newsstand) Call(ctx context.Context, call aggregator.Call) aggregator.Response {
	u, err := url.Parse(call.URL)
	if err != nil {
		s.t.Errorf("called %q: %v", call.URL, err)
		return aggregator.Response{}
	}
	out := outgoing{time.Now(), call, u.Query()}
	s.note(func() { s.calls = append(s.calls, out) })
	s.mu.Lock()
	answer, slow := s.callback, s.slow
	s.mu.Unlock()
	select {
	case <-time.After(slow):
	case <-ctx.Done():
		kind := aggregator.ProblemCancelled
		if errors.Is(context.Cause(ctx), context.DeadlineExceeded) {
			kind = aggregator.ProblemTimeout
		}
		return aggregator.Response{Outcome: aggregator.Failed, Problem: aggregator.Problem{Kind: kind}}
	}
	if answer == nil {
		return confirms(out)
	}
	return answer(out)
}

// confirms is a callback that says yes to everything.
func confirms(out outgoing) aggregator.Response {
	return aggregator.Response{Outcome: aggregator.Fetched, Status: 200, Body: []byte(out.query.Get("hub.challenge"))}
}

// answers is a callback that says yes when it is asked back, and answers pushes
// with a status; 0: it is not there.
func answers(status int) func(outgoing) aggregator.Response {
	return func(out outgoing) aggregator.Response {
		if out.call.Body == nil {
			return confirms(out)
		}
		return answered(status)
	}
}

func answered(status int) aggregator.Response {
	r := aggregator.Response{Outcome: aggregator.Failed, Status: status, Problem: aggregator.Problem{Kind: aggregator.ProblemStatus, Message: fmt.Sprint("it answered ", status)}}
	switch status {
	case 0:
		r.Problem.Kind = aggregator.ProblemConnect
	case http.StatusGone:
		r.Outcome = aggregator.Gone
	}
	return r
}

// Followers is the store's.
func (s *newsstand) Followers() ([]aggregator.Follower, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.SortedFunc(maps.Values(s.kept), func(a, b aggregator.Follower) int { return cmp.Compare(a.ID(), b.ID()) }), nil
}

// SaveFollowers is the store's.
func (s *newsstand) SaveFollowers(changed []aggregator.Follower, gone []string) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.saves++
	if s.saveErr != nil {
		return s.saveErr
	}
	for _, id := range gone {
		delete(s.kept, id)
	}
	for _, f := range changed {
		s.kept[f.ID()] = f
	}
	return nil
}

// Enabled is slog's.
func (s *newsstand) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelInfo }

// Handle is slog's.
func (s *newsstand) Handle(_ context.Context, r slog.Record) error {
	text := r.Message
	r.Attrs(func(a slog.Attr) bool { text += " " + a.String(); return true })
	s.note(func() { s.logged = append(s.logged, text) })
	return nil
}

// WithAttrs is slog's.
func (s *newsstand) WithAttrs([]slog.Attr) slog.Handler { return s }

// WithGroup is slog's.
func (s *newsstand) WithGroup(string) slog.Handler { return s }

// ask sends the hub a form and returns its answer, a moment later.
func (s *newsstand) ask(form url.Values) *httptest.ResponseRecorder {
	s.t.Helper()
	return s.send(form.Encode(), "application/x-www-form-urlencoded")
}

func (s *newsstand) send(body, contentType string) *httptest.ResponseRecorder {
	s.t.Helper()
	r := httptest.NewRequestWithContext(s.t.Context(), http.MethodPost, "/hub", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	w := httptest.NewRecorder()
	s.hub.ServeHTTP(w, r)
	synctest.Wait()
	return w
}

// follows asks for a topic, further parameters in pairs, and waits until that is
// verified.
func (s *newsstand) follows(topic, callback string, further ...string) {
	s.t.Helper()
	form := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {topic}, "hub.callback": {callback}}
	for i := 0; i < len(further); i += 2 {
		form.Set(further[i], further[i+1])
	}
	if w := s.ask(form); w.Code != http.StatusAccepted {
		body, _ := io.ReadAll(w.Body)
		s.t.Fatalf("asked for %s: %d %s", topic, w.Code, body)
	}
	time.Sleep(time.Second)
	synctest.Wait()
}

// publish puts another edition in a topic's place, and waits for what follows.
func (s *newsstand) publish(topic, etag, body string) {
	s.t.Helper()
	s.note(func() {
		t := s.feeds[topic]
		t.ETag, t.Body = etag, []byte(body)
		s.feeds[topic] = t
	})
	s.hub.Changed()
	time.Sleep(time.Second)
	synctest.Wait()
}

// pushed returns the pushes so far, and asked what callbacks were asked back.
func (s *newsstand) pushed() (pushes []outgoing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c.call.Body != nil {
			pushes = append(pushes, c)
		}
	}
	return pushes
}

func (s *newsstand) asked() (asks []outgoing) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, c := range s.calls {
		if c.call.Body == nil {
			asks = append(asks, c)
		}
	}
	return asks
}

// bodies returns what was pushed, in order.
func (s *newsstand) bodies() (all []string) {
	for _, c := range s.pushed() {
		all = append(all, string(c.call.Body))
	}
	return all
}

// only returns the one follower the store holds.
func (s *newsstand) only() aggregator.Follower {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) != 1 {
		s.t.Fatalf("%d followers are stored, want one", len(s.kept))
	}
	for _, f := range s.kept {
		return f
	}
	return aggregator.Follower{}
}

// wantFollowers fails unless so many are kept, in memory and on disk.
func (s *newsstand) wantFollowers(n int) {
	s.t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.kept) != n || s.hub.Followers() != n {
		s.t.Errorf("%d followers stored, %d known, want %d", len(s.kept), s.hub.Followers(), n)
	}
}
