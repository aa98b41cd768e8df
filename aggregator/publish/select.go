package publish

import (
	"cmp"
	"slices"
	"time"

	"wiredesk/aggregator"
)

const maxStories = 1000

// Select returns the stories that belong in feed now. It pulls them with next,
// in the feed's order, and stops when feed.Limit of them are found, when one is
// older than feed.MaxAge, or when next has no more. Withdrawn stories
// are left out, and so are those on which where fails. A Limit outside 1 to
// 1000 counts as 1000; a MaxAge of 0 sets no limit.
func Select(
	site Site, feed aggregator.Feed, where *Filter, now time.Time, next func() (aggregator.StoryView, bool),
) []aggregator.StoryView {
	limit := feed.Limit
	if limit < 1 || limit > maxStories {
		limit = maxStories
	}
	var chosen []aggregator.StoryView
	for len(chosen) < limit {
		v, ok := next()
		if !ok || feed.MaxAge > 0 && now.Sub(v.First) > feed.MaxAge {
			break
		}
		if v.Withdrawn || len(v.Entries) == 0 {
			continue
		}
		if ok, err := where.Story(site, &v, now); err == nil && ok {
			chosen = append(chosen, v)
		}
	}
	return chosen
}

// ByProminence puts stories in the order of [aggregator.OrderProminence] at now:
// those that spread fastest first, among equals the newest.
func ByProminence(stories []aggregator.Story, now time.Time) {
	rates := make(map[uint64]aggregator.Prominence, len(stories))
	for i := range stories {
		s := &stories[i]
		rates[s.Seq] = aggregator.ProminenceOf(s.Sources(), s.First, now)
	}
	slices.SortFunc(stories, func(a, b aggregator.Story) int {
		return cmp.Or(rates[b.Seq].Compare(rates[a.Seq]), b.First.Compare(a.First), cmp.Compare(b.Seq, a.Seq))
	})
}
