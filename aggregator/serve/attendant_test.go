package serve

import (
	"context"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// heard is an event as a client reads it.
type heard struct {
	ID, Name, Data string
}

// parseEvents reads a stream (HTML, section 9.2.6), comments left out.
func parseEvents(text string) (all []heard) {
	var e heard
	for line := range strings.Lines(text) {
		line = strings.TrimSuffix(line, "\n")
		name, value, _ := strings.Cut(line, ": ")
		switch name {
		case "id":
			e.ID = value
		case "event":
			e.Name = value
		case "data":
			e.Data += value
		case "":
			if e != (heard{}) {
				all = append(all, e)
			}
			e = heard{}
		}
	}
	return all
}

// attendant is a client in a bubble: a ResponseWriter that may be slow.
type attendant struct {
	mu     sync.Mutex
	header http.Header
	status int
	text   strings.Builder
	slow   time.Duration // for which each write lasts
	leave  context.CancelFunc
	ended  chan struct{}
}

func (l *attendant) Header() http.Header { return l.header }

func (l *attendant) WriteHeader(status int) { l.status = status }

func (l *attendant) Write(p []byte) (int, error) {
	l.mu.Lock()
	slow := l.slow
	l.mu.Unlock()
	time.Sleep(slow)
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.Write(p)
}

func (l *attendant) Flush() {}

// delay has each write from now on last so long.
func (l *attendant) delay(d time.Duration) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slow = d
}

func (l *attendant) read() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.text.String()
}

func (l *attendant) events() []heard { return parseEvents(l.read()) }

// names returns "id name" of each event.
func (l *attendant) names() (all []string) {
	for _, e := range l.events() {
		all = append(all, e.ID+" "+e.Name)
	}
	return all
}

// attend opens a stream that ends with the test.
func attend(t *testing.T, s *Server, path string, header ...string) *attendant {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	l := &attendant{header: http.Header{}, leave: cancel, ended: make(chan struct{})}
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, path, nil)
	if err != nil {
		t.Fatal(err)
	}
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	go func() {
		defer close(l.ended)
		s.Handler().ServeHTTP(l, r)
	}()
	synctest.Wait()
	return l
}

// announcing starts a server that tells of changes, in a bubble.
func announcing(t *testing.T, opts Options) (s *Server, stop func()) {
	t.Helper()
	s, err := New(opts, publication())
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- s.Announce(ctx) }()
	stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			t.Errorf("Announce: %v", err)
		}
	})
	t.Cleanup(stop)
	synctest.Wait()
	return s, stop
}

// change puts stories and has it announced.
func change(s *Server, world *shelfOfStories, views ...aggregator.StoryView) {
	world.put(views...)
	s.Touch(nil)
	synctest.Wait()
}

func wantNames(t *testing.T, l *attendant, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, l.names()); diff != "" {
		t.Errorf("events (-want +got):\n%s", diff)
	}
}
