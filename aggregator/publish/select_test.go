package publish

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// pull returns stories one after the other, and counts how many were asked for.
func pull(stories []aggregator.StoryView, asked *int) func() (aggregator.StoryView, bool) {
	return func() (aggregator.StoryView, bool) {
		if *asked >= len(stories) {
			return aggregator.StoryView{}, false
		}
		*asked++
		return stories[*asked-1], true
	}
}

func TestSelect(t *testing.T) {
	t.Parallel()
	// Newest first: Seq 5 at 11:00 down to Seq 1 at 07:00.
	var stories []aggregator.StoryView
	for i := range 5 {
		seen := at("11:00:00").Add(-time.Duration(i) * time.Hour)
		stories = append(stories, view(uint64(5-i), aggregator.Entry{Source: "harbour", Title: "Ferry", Seen: seen}))
	}
	stories[1].Withdrawn = true
	stories[3].Entries[0].Title = "Bridge"
	hollow := append([]aggregator.StoryView{{}}, stories...)
	hollow[0].First = at("11:30:00")
	for _, tt := range []struct {
		name    string
		stories []aggregator.StoryView
		feed    aggregator.Feed
		want    []uint64
		asked   int
	}{
		{"all but the withdrawn", stories, aggregator.Feed{Limit: 10}, []uint64{5, 3, 2, 1}, 5},
		{"up to the limit", stories, aggregator.Feed{Limit: 2}, []uint64{5, 3}, 3},
		{"limit of those that match", stories, aggregator.Feed{Limit: 3, Where: `title == "Ferry"`}, []uint64{5, 3, 1}, 5},
		{"up to the age", stories, aggregator.Feed{Limit: 10, MaxAge: 3 * time.Hour}, []uint64{5, 3}, 4},
		{"exactly as old as may be", stories, aggregator.Feed{Limit: 10, MaxAge: 150 * time.Minute}, []uint64{5, 3}, 4},
		{"limit 0 is the most there can be", stories, aggregator.Feed{}, []uint64{5, 3, 2, 1}, 5},
		{"none match", stories, aggregator.Feed{Limit: 2, Where: `sources > 9`}, nil, 5},
		{"where it fails it does not match", stories, aggregator.Feed{Limit: 9, Where: `carriers[1] == "x"`}, nil, 5},
		{"no stories", nil, aggregator.Feed{Limit: 2}, nil, 0},
		{"a story without entries", hollow, aggregator.Feed{Limit: 1}, []uint64{5}, 2},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			where, err := CompileWhere(tt.feed.Where)
			if err != nil {
				t.Fatal(err)
			}
			asked := 0
			var got []uint64
			for _, v := range Select(testSite(), tt.feed, where, at("11:30:00"), pull(tt.stories, &asked)) {
				got = append(got, v.Seq)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Error(diff)
			}
			if asked != tt.asked {
				t.Errorf("asked for %d stories, want %d", asked, tt.asked)
			}
		})
	}
}

func TestSelectIsBounded(t *testing.T) {
	t.Parallel()
	endless := func() (aggregator.StoryView, bool) { return view(1, aggregator.Entry{}), true }
	if got := len(Select(Site{}, aggregator.Feed{Limit: 1 << 30}, nil, at("11:00:00"), endless)); got != maxStories {
		t.Errorf("got %d stories", got)
	}
}

func TestByProminence(t *testing.T) {
	t.Parallel()
	now := at("11:30:00")
	told := func(seq uint64, ago time.Duration, sources ...string) aggregator.Story {
		s := aggregator.Story{Seq: seq, First: now.Add(-ago)}
		for _, id := range sources {
			s.Members = append(s.Members, aggregator.Member{Source: id})
		}
		return s
	}
	stories := []aggregator.Story{
		told(6, 5*time.Minute, "a"),
		told(5, 10*time.Minute, "a", "b"),
		told(4, 10*time.Minute, "a", "a", "a"), // one source
		told(3, 30*time.Minute, "c", "b"),
		told(2, 3*time.Hour, "a", "b", "c", "d"),
		told(1, 3*time.Hour, "a", "b", "c", "d"),
	}
	for range 3 {
		ByProminence(stories, now)
		var got []uint64
		for _, s := range stories {
			got = append(got, s.Seq)
		}
		if diff := cmp.Diff([]uint64{5, 3, 2, 1, 6, 4}, got); diff != "" {
			t.Error(diff)
		}
		slices.Reverse(stories)
	}
}
