package serve

import (
	"errors"
	"fmt"
	"slices"
	"sync"
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

// lately are the withdrawn of the newest stories, which are looked for again
// only when stories changed. The zero value is ready for use.
type lately struct {
	mu   sync.Mutex
	told uint64 // how many changes were known of then, and one
	ids  []aggregator.StoryID
}

// withdrawn returns them. They are not changed afterwards.
func (l *lately) withdrawn(archive Archive, changes uint64) ([]aggregator.StoryID, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.told == changes+1 {
		return l.ids, nil
	}
	page, err := archive.NewestStories(aggregator.Position{}, pageOfBare)
	if err != nil {
		return nil, fmt.Errorf("read withdrawn stories: %w", err)
	}
	l.told, l.ids = changes+1, nil
	for i := range page {
		if page[i].Withdrawn {
			l.ids = append(l.ids, page[i].ID)
		}
	}
	return l.ids, nil
}

// withdrawnOf keeps, of the newest stories, those that n let through before they
// were withdrawn. What was searched for in them is not looked at: a reader that
// never had a story has nothing to take away.
func (s *Server) withdrawnOf(pub *published, n narrowing, gone *withdrawn) error {
	ids, err := s.lately.withdrawn(s.opts.Archive, s.touches.Load())
	if err != nil {
		return err
	}
	carried := pub.carriedBy(n)
	for _, id := range ids {
		if len(gone.views) == maxWithdrawn {
			return nil
		}
		view, err := s.opts.Archive.Story(id)
		switch {
		case errors.Is(err, aggregator.ErrNotFound):
			continue // it was purged meanwhile
		case err != nil:
			return fmt.Errorf("read story %s: %w", id, err)
		}
		before := unwithdrawn(view)
		if view.Withdrawn && carries(&before.Story, carried) && pub.speaks(&view, n.languages) && gone.stood(view) {
			gone.views = append(gone.views, view)
		}
	}
	return nil
}
