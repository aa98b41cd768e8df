package serve

import (
	"html"
	"net/http"
	"regexp"
	"testing"

	"wiredesk/aggregator"
)

// TestFeedPagesReachEveryStory: a page shows some of a feed's stories and leads
// to the others, however the feed is narrowed.
func TestFeedPagesReachEveryStory(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		path  string
		limit int
	}{{"/feeds/all.html", 100}, {"/feeds/all.html", 30}, {"/feeds/all.html?limit=70", 100}, {"/feeds/all.html?limit=7&min_sources=1", 100}} {
		world := largeWorld()
		p := oneFeed(aggregator.Feed{Slug: "all", Title: "All", Limit: test.limit})
		s := rendered(t, Options{Archive: world}, p)
		seen := make(map[string]int)
		pages := 0
		for path := test.path; path != ""; pages++ {
			w := get(t, s.Handler(), path)
			body := w.Body.String()
			if w.Code != http.StatusOK || pages > len(world.views) {
				t.Fatalf("%s: %d after %d pages", path, w.Code, pages)
			}
			if isFirst := !regexp.MustCompile(">Newest stories<").MatchString(body); isFirst != (pages == 0) {
				t.Errorf("%s: it leads to the newest stories: %v", path, !isFirst)
			}
			for _, id := range regexp.MustCompile(`href="/stories/([0-9a-f-]{36})"`).FindAllStringSubmatch(body, -1) {
				seen[id[1]]++
			}
			path = ""
			if next := regexp.MustCompile(`rel="next" href="([^"]+)"`).FindStringSubmatch(body); next != nil {
				path = html.UnescapeString(next[1])
			}
		}
		for i := range world.views {
			if seen[world.views[i].ID.String()] == 0 {
				t.Errorf("%s: a story is on none of %d pages", test.path, pages)
			}
		}
	}
}
