package serve

import (
	"errors"
	"fmt"
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
	v = unwithdrawn(v)
	ok, err := w.feed.where.Story(w.site, &v, w.now)
	return err == nil && ok
}

// unwithdrawn returns the story as it was before its sources took it back.
func unwithdrawn(v aggregator.StoryView) aggregator.StoryView {
	v.Members = slices.Clone(v.Members)
	for i := range v.Members {
		v.Members[i].Withdrawn = false
	}
	return v
}

// withdrawnOf keeps, of the newest stories, those that n let through before they
// were withdrawn. What was searched for in them is not looked at: a reader that
// never had a story has nothing to take away.
func (s *Server) withdrawnOf(pub *published, n narrowing, gone *withdrawn) error {
	page, err := s.opts.Archive.NewestStories(aggregator.Position{}, pageOfBare)
	if err != nil {
		return fmt.Errorf("read withdrawn stories: %w", err)
	}
	carried := pub.carriedBy(n)
	for i := range page {
		if !page[i].Withdrawn || len(gone.views) == maxWithdrawn {
			continue
		}
		view, err := s.opts.Archive.Story(page[i].ID)
		switch {
		case errors.Is(err, aggregator.ErrNotFound):
			continue // it was purged meanwhile
		case err != nil:
			return fmt.Errorf("read story %s: %w", page[i].ID, err)
		}
		before := unwithdrawn(view)
		if carries(&before.Story, carried) && pub.speaks(&view, n.languages) && gone.stood(view) {
			gone.views = append(gone.views, view)
		}
	}
	return nil
}
