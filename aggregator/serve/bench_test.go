package serve

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// discard is a ResponseWriter that keeps nothing but the status.
type discard struct {
	header http.Header
	status int
}

func (d *discard) Header() http.Header         { return d.header }
func (d *discard) Write(p []byte) (int, error) { return len(p), nil }
func (d *discard) WriteHeader(status int)      { d.status = status }

// prose returns about n words that compress as news do: a few words are common,
// most are rare.
func prose(random *rand.Rand, n int) string {
	common := strings.Fields("the of to and a in that for it was on with as said by from were at an be he has not which have this")
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(' ')
		}
		if random.IntN(2) == 0 {
			b.WriteString(common[random.IntN(len(common))])
			continue
		}
		rank := int(2000 * random.Float64() * random.Float64())
		fmt.Fprintf(&b, "%c%c%x", 'a'+rank%26, 'a'+rank/26%26, rank*2654435761%4096)
	}
	return b.String()
}

// largeWorld holds 200 stories of two entries, the lead of each with some 1,500
// characters of text.
func largeWorld() *shelfOfStories {
	world := &shelfOfStories{}
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 200 {
		at := noon.Add(time.Duration(i) * time.Minute)
		lead := entry(uint64(2*i+1), "north", fmt.Sprint("Tide takes the lower road, day ", i), at)
		lead.Summary = prose(random, 60)
		lead.Content = "<p>" + prose(random, 150) + "</p><p>" + prose(random, 100) + "</p>"
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

// processorTime returns what the process has used of the processors: unlike the
// clock it does not tell of other processes.
func processorTime(tb testing.TB) time.Duration {
	tb.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		tb.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

// BenchmarkRender renders a feed of 200 stories in three formats and as a page,
// each in four codings, for the first time and after one story changed.
func BenchmarkRender(b *testing.B) {
	p := oneFeed(aggregator.Feed{Slug: "all", Title: "All", Limit: 200})
	for _, test := range []struct {
		name string
		warm bool
	}{{"anew", false}, {"one changed", true}} {
		b.Run(test.name, func(b *testing.B) {
			world := largeWorld()
			s := rendered(b, Options{Archive: world}, p)
			var printer publish.Printer
			pub := s.current.Load()
			n := 0
			b.ReportAllocs()
			before := processorTime(b)
			for b.Loop() {
				n++
				world.views[n%200].Entries[0].Title = fmt.Sprint("Tide, revision ", n)
				if !test.warm {
					printer = publish.Printer{}
				}
				if err := s.renderPlate(b.Context(), pub, pub.feeds[0], &printer); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(processorTime(b)-before)/float64(b.N)/1e6, "cpu-ms/op")
			for _, format := range []string{"atom", "rss", "json", "html"} {
				e := s.shelf.Load().feeds["all"][format]
				b.Logf("%s: %d bytes, brotli %d, zstd %d, gzip %d", format, len(e.body()),
					len(e.forms[brotliCoding].body), len(e.forms[zstdCoding].body), len(e.forms[gzipCoding].body))
			}
		})
	}
}
