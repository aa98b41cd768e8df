package serve

import (
	"slices"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// maxWithdrawn bounds the withdrawn stories that an edition tells of: the
// latest by their place in the feed.
const maxWithdrawn = 100

// withdrawn are the stories of a feed that their sources took back, among those
// that are looked at for an edition: Atom says of each that it is gone.
type withdrawn struct {
	site publish.Site
	feed publishedFeed
	now  time.Time

	views []aggregator.StoryView // the newest first
}

// without returns next without the withdrawn stories, of which it keeps those
// that stood in the feed.
func (w *withdrawn) without(next func() (aggregator.StoryView, bool)) func() (aggregator.StoryView, bool) {
	return func() (aggregator.StoryView, bool) {
		for {
			v, ok := next()
			if !ok || !v.Withdrawn {
				return v, ok
			}
			if len(w.views) < maxWithdrawn && w.stood(v) {
				w.views = append(w.views, v)
			}
		}
	}
}

// stood reports whether the story was in the feed before it was withdrawn. One
// on which the expression fails was not.
func (w *withdrawn) stood(v aggregator.StoryView) bool {
	if w.feed.MaxAge > 0 && w.now.Sub(v.First) > w.feed.MaxAge {
		return false
	}
	v.Members = slices.Clone(v.Members)
	for i := range v.Members {
		v.Members[i].Withdrawn = false
	}
	ok, err := w.feed.where.Story(w.site, &v, w.now)
	return err == nil && ok
}
