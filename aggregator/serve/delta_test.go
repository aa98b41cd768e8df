package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// titles returns those of the items of a JSON feed, in order.
func titles(t *testing.T, body []byte) []string {
	t.Helper()
	var feed struct{ Items []struct{ Title string } }
	if err := json.Unmarshal(body, &feed); err != nil {
		t.Fatalf("%v in %s", err, body)
	}
	all := []string{}
	for _, it := range feed.Items {
		all = append(all, it.Title)
	}
	return all
}

// reprint renders the feeds as they are now.
func reprint(t *testing.T, s *Server, plates map[string]*plate) {
	t.Helper()
	for _, p := range plates {
		p.stale, p.rest = true, time.Time{}
	}
	s.pass(t.Context(), plates)
}

func TestDelta(t *testing.T) {
	t.Parallel()
	world := largeWorld()
	s, err := New(Options{Archive: world}, publication())
	if err != nil {
		t.Fatal(err)
	}
	plates := make(map[string]*plate)
	s.pass(t.Context(), plates)
	const path = "/feeds/all.json"
	first := get(t, s.Handler(), path)
	tag := first.Header().Get("ETag")
	zipped := get(t, s.Handler(), path, "Accept-Encoding", "gzip").Header().Get("ETag")

	// One story is new, another has a new text.
	world.put(story(entry(1000, "north", "Moon over the strait", noon.Add(20*time.Hour))))
	revised := world.views[5]
	revised.Entries = slices.Clone(revised.Entries)
	revised.Entries[0].Title = "Tide leaves the lower road"
	world.put(revised)
	reprint(t, s, plates)
	now := get(t, s.Handler(), path).Header().Get("ETag")
	news := []string{"Moon over the strait", "Tide leaves the lower road"}

	for _, test := range []struct {
		name   string
		header []string
		status int
		coding string
		want   []string // nil: the whole edition
	}{
		{"what is new", []string{"A-IM", "feed", "If-None-Match", tag}, 226, "", news},
		{"among other tags and manipulations", []string{"A-IM", "diffe, feed;q=0.5", "If-None-Match", `"x", W/` + tag}, 226, "", news},
		{"of what came compressed", []string{"A-IM", "feed", "If-None-Match", zipped, "Accept-Encoding", "gzip"}, 226, "gzip", news},
		{"in another coding than what came", []string{"A-IM", "feed", "If-None-Match", zipped, "Accept-Encoding", "br"}, 226, "br", news},
		{"nothing is new", []string{"A-IM", "feed", "If-None-Match", now}, 304, "", nil},
		{"not asked for", []string{"If-None-Match", tag}, 200, "", nil},
		{"refused", []string{"A-IM", "feed;q=0", "If-None-Match", tag}, 200, "", nil},
		{"another manipulation", []string{"A-IM", "vcdiff", "If-None-Match", tag}, 200, "", nil},
		{"an edition nobody knows", []string{"A-IM", "feed", "If-None-Match", `"x"`}, 200, "", nil},
		{"no edition", []string{"A-IM", "feed"}, 200, "", nil},
	} {
		for _, method := range []string{http.MethodGet, http.MethodHead} {
			t.Run(test.name+"/"+method, func(t *testing.T) {
				t.Parallel()
				w := ask(t, s.Handler(), method, path, test.header...)
				if w.Code != test.status {
					t.Fatalf("status %d, want %d", w.Code, test.status)
				}
				if method == http.MethodHead && w.Body.Len() > 0 {
					t.Errorf("HEAD answers with %d bytes", w.Body.Len())
				}
				if test.status != http.StatusIMUsed {
					wantHeader(t, w.Header(), map[string]string{"IM": "", "Vary": "Accept-Encoding", "Cache-Control": "public, max-age=60"})
					return
				}
				wantHeader(t, w.Header(), map[string]string{
					"IM": "feed", "Content-Encoding": test.coding, "Cache-Control": "no-store, im",
					"Vary": "A-IM, If-None-Match, Accept-Encoding", "Content-Type": "application/feed+json; charset=utf-8",
				})
				if got := w.Header().Get("ETag"); strings.TrimSuffix(now, `"`) != strings.TrimSuffix(strings.TrimSuffix(got, `"`), "-"+test.coding) {
					t.Errorf("ETag %s is not that of the edition, %s", got, now)
				}
				if method == http.MethodGet {
					if diff := cmp.Diff(test.want, titles(t, decoded(t, test.coding, w.Body.Bytes()))); diff != "" {
						t.Errorf("items (-want +got):\n%s", diff)
					}
				}
			})
		}
	}
}

// The edition a reader has may be long ago; at last it gets all of it again.
func TestDeltaRemembersABoundedPast(t *testing.T) {
	t.Parallel()
	if testing.Short() {
		t.Skip("renders a long feed once for each edition that is remembered")
	}
	world := largeWorld()
	s, err := New(Options{Archive: world}, publication())
	if err != nil {
		t.Fatal(err)
	}
	plates := make(map[string]*plate)
	s.pass(t.Context(), plates)
	const path = "/feeds/all.json"
	var tags []string
	for i := range maxIssues + 5 {
		tags = append(tags, get(t, s.Handler(), path).Header().Get("ETag"))
		title := fmt.Sprintf("Ship %d in the roads", i)
		world.put(story(entry(uint64(2000+i), "north", title, noon.Add(20*time.Hour+time.Duration(i)*time.Second))))
		reprint(t, s, plates)
	}
	for back, want := range map[int]int{1: 1, 2: 2, 30: 30, maxIssues: maxIssues} {
		w := get(t, s.Handler(), path, "A-IM", "feed", "If-None-Match", tags[len(tags)-back])
		if w.Code != http.StatusIMUsed || len(titles(t, w.Body.Bytes())) != want {
			t.Errorf("%d editions ago: status %d, want %d new stories", back, w.Code, want)
		}
	}
	if w := get(t, s.Handler(), path, "A-IM", "feed", "If-None-Match", tags[0]); w.Code != http.StatusOK {
		t.Errorf("status %d to an edition that is forgotten", w.Code)
	}
	if n := len(s.shelf.Load().feeds["all"]["json"].earlier); n != maxIssues {
		t.Errorf("%d editions are remembered, want %d", n, maxIssues)
	}
}

// A difference that is most of the feed is sent as the feed, which caches keep.
func TestLargeDeltaIsTheWhole(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	s, err := New(Options{Archive: world}, publication())
	if err != nil {
		t.Fatal(err)
	}
	plates := make(map[string]*plate)
	s.pass(t.Context(), plates)
	tag := get(t, s.Handler(), "/feeds/all.atom").Header().Get("ETag")
	for i := range 90 {
		world.put(story(entry(uint64(3000+i), "north", fmt.Sprint("Flood, part ", i), noon.Add(time.Hour+time.Duration(i)*time.Second))))
	}
	reprint(t, s, plates)
	if w := get(t, s.Handler(), "/feeds/all.atom", "A-IM", "feed", "If-None-Match", tag); w.Code != http.StatusOK {
		t.Errorf("status %d, want the whole feed", w.Code)
	}
}
