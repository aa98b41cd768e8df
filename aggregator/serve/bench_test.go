package serve

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// discard is a ResponseWriter that keeps nothing but the status.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// largeWorld holds 200 stories of two entries.
func largeWorld() *shelfOfStories {
	world := &shelfOfStories{}
	text := strings.Repeat("The tide came early and took the lower road with it. ", 8)
	for i := range 200 {
		at := noon.Add(time.Duration(i) * time.Minute)
		lead := entry(uint64(2*i+1), "north", fmt.Sprint("Tide takes the lower road, day ", i), at)
		lead.Summary = text
		world.put(story(lead, entry(uint64(2*i+2), "harbour", fmt.Sprint("Lower road under water, day ", i), at)))
	}
	return world
}

func BenchmarkServe(b *testing.B) {
	s := rendered(b, Options{Archive: largeWorld()}, publication())
	h := s.Handler()
	e := s.shelf.Load().feeds["all"]["atom"]
	for _, test := range []struct {
		name   string
		path   string
		header [2]string
		status int
	}{
		{"200", "/feeds/all.atom", [2]string{"Accept-Encoding", "identity"}, 200},
		{"gzip", "/feeds/all.atom", [2]string{"Accept-Encoding", "gzip, br"}, 200},
		{"304", "/feeds/all.atom", [2]string{"If-None-Match", e.etag}, 304},
		{"front", "/", [2]string{"Accept-Encoding", "gzip, br"}, 200},
		{"older", "/?before=2026-03-14T13:00:00Z~7", [2]string{"Accept-Encoding", "gzip, br"}, 200},
	} {
		b.Run(test.name, func(b *testing.B) {
			r := httptest.NewRequestWithContext(b.Context(), http.MethodGet, test.path, nil)
			r.Header.Set(test.header[0], test.header[1])
			b.ReportAllocs()
			for b.Loop() {
				w := &discard{header: make(http.Header, 12)}
				h.ServeHTTP(w, r)
				if w.status != test.status {
					b.Fatalf("status %d", w.status)
				}
			}
		})
	}
}

func BenchmarkRender(b *testing.B) {
	s := rendered(b, Options{Archive: largeWorld()}, publication())
	b.ReportAllocs()
	for b.Loop() {
		s.pass(b.Context(), make(map[string]*plate))
	}
}
