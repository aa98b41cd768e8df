package serve

import (
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// killed returns a story that its only source took back.
func killed(seq uint64, title string, seen time.Time) aggregator.StoryView {
	v := story(entry(seq, "north", title, seen))
	v.Members[0].Withdrawn, v.Withdrawn = true, true
	v.Updated = seen.Add(time.Hour)
	return v
}

func TestWithdrawnStories(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	taken := killed(50, "Mayor of Lume resigns", noon.Add(-5*time.Minute))
	old := killed(51, "Mayor of Lume elected", noon.Add(-30*time.Hour)) // older than all that stands
	world.put(taken, old)
	p := publication()
	p.Feeds = []aggregator.Feed{
		{Slug: "all", Title: "All", Limit: 100},
		{Slug: "mayors", Title: "Mayors", Limit: 100, Where: `title contains "Mayor"`},
		{Slug: "ferries", Title: "Ferries", Limit: 100, Where: `title contains "Ferries"`},
		{Slug: "newest", Title: "Newest", Limit: 2},
	}
	h := rendered(t, Options{Archive: world}, p).Handler()
	for _, test := range []struct {
		slug     string
		takenBy  bool // a tombstone of taken
		oldBy    bool
		standing int
	}{
		{"all", true, true, 4}, {"mayors", true, true, 0}, {"ferries", false, false, 1}, {"newest", true, false, 2},
	} {
		atom := get(t, h, "/feeds/"+test.slug+".atom").Body.String()
		for story, want := range map[*aggregator.StoryView]bool{&taken: test.takenBy, &old: test.oldBy} {
			stone := ` ref="` + story.ID.URN() + `" when="` + story.Updated.Format(time.RFC3339) + `">`
			if strings.Contains(atom, stone) != want {
				t.Errorf("%s: a tombstone of %s is there: %v", test.slug, story.Entries[0].Title, !want)
			}
		}
		if n := strings.Count(atom, "<entry"); n != test.standing || strings.Contains(atom, "Mayor of") {
			t.Errorf("%s: %d entries, want %d and none that was withdrawn", test.slug, n, test.standing)
		}
		for _, format := range []string{".rss", ".json", ".html"} {
			if body := get(t, h, "/feeds/"+test.slug+format).Body.String(); strings.Contains(body, "Mayor of") || strings.Contains(body, taken.ID.String()) {
				t.Errorf("%s%s shows what was withdrawn", test.slug, format)
			}
		}
	}
}

// TestWithdrawnStoriesOfNarrowedFeeds: who narrows a feed is told too, of what
// may have stood there.
func TestWithdrawnStoriesOfNarrowedFeeds(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	taken := killed(50, "Mayor of Lume resigns", noon.Add(-5*time.Minute))
	world.put(taken)
	h := rendered(t, Options{Archive: world}, narrowFeeds()).Handler()
	for path, want := range map[string]bool{
		"all.atom?limit=2": true, "all.atom?source=north": true, "all.atom?tag=agency": true,
		"all.atom?source=harbour": false, "all.atom?lang=ja": false, "all.rss?limit=2": false, "all.json?limit=2": false,
		"all.atom?limit=2&before=2026-03-14T11:00:00Z": false,
	} {
		if body := get(t, h, "/feeds/"+path).Body.String(); strings.Contains(body, taken.ID.URN()) != want || strings.Contains(body, "Mayor of") {
			t.Errorf("%s: a tombstone is there: %v", path, !want)
		}
	}
}

// TestWithdrawnLater: the withdrawn are read once for all that ask, and again
// when stories changed.
func TestWithdrawnLater(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	taken := killed(50, "Mayor of Lume resigns", noon.Add(-5*time.Minute))
	s := rendered(t, Options{Archive: world}, narrowFeeds())
	tells := func(query string) bool {
		return strings.Contains(get(t, s.Handler(), "/feeds/all.atom?"+query).Body.String(), taken.ID.URN())
	}
	if tells("limit=2") {
		t.Error("a tombstone is there before the story was withdrawn")
	}
	world.put(taken)
	if tells("limit=3") {
		t.Error("the withdrawn are read again although nothing is known to have changed")
	}
	s.Touch(nil)
	if !tells("limit=4") {
		t.Error("a story that was withdrawn later is not told of")
	}
}
