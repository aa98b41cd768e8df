package serve

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"runtime/debug"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// How the press paces itself.
const (
	leastPause = time.Second     // between two renderings of one feed
	pauseShare = 4               // times what the last rendering took, if that is longer: at most a fifth of the processors a feed
	failPause  = 5 * time.Second // after a rendering that failed
	agingCheck = time.Minute     // how often feeds that change by the clock alone are rendered
	pageOfRead = 100             // stories read from the archive at once
)

// shelf holds the editions as readers get them. It is never changed: the press
// puts a new one in its place.
type shelf struct {
	front *edition                       // nil: not rendered yet
	feeds map[string]map[string]*edition // by slug, by format
	ready map[string]ready               // the same feeds, by the path they are asked for with
}

// ready is an edition that needs no more than to be sent.
type ready struct {
	slug    string
	edition *edition
}

func newShelf(front *edition, feeds map[string]map[string]*edition) *shelf {
	s := &shelf{front: front, feeds: feeds, ready: make(map[string]ready)}
	for slug, editions := range feeds {
		for format, e := range editions {
			s.ready["/feeds/"+slug+"."+format] = ready{slug, e}
		}
	}
	return s
}

// plate is what the press remembers of one feed, or of the front page.
type plate struct {
	stale   bool
	rest    time.Time // not to be rendered before
	printer publish.Printer
}

var errPanicked = errors.New("internal error")

// frontPlate is the name of the front page among the plates. No slug is empty.
const frontPlate = ""

// Run renders every feed once and then what Touch, Publish or the clock makes
// stale, each at most once a second, until ctx is done. What cannot be rendered
// keeps its last edition and is tried again. Run must not be called twice at a
// time; it returns nil.
func (s *Server) Run(ctx context.Context) error {
	plates := make(map[string]*plate)
	aging := time.NewTicker(agingCheck)
	defer aging.Stop()
	due := time.NewTimer(agingCheck)
	defer due.Stop()
	s.wake()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-s.touched:
			for _, p := range plates {
				p.stale = true
			}
		case <-aging.C:
			for _, feed := range s.current.Load().feeds {
				if p := plates[feed.Slug]; p != nil && feed.ages() {
					p.stale = true
				}
			}
		case <-due.C:
		}
		if next := s.pass(ctx, plates); !next.IsZero() {
			due.Reset(time.Until(next))
		}
	}
}

// ages reports whether the feed may change although no story does.
func (f *publishedFeed) ages() bool {
	return f.MaxAge > 0 || f.where != nil || f.Order == aggregator.OrderProminence
}

// pass renders what is stale and rested, and returns when the next plate may
// be, or zero.
func (s *Server) pass(ctx context.Context, plates map[string]*plate) (next time.Time) {
	pub := s.current.Load()
	follow(plates, pub)
	var failed error
	for _, feed := range append([]publishedFeed{{}}, pub.feeds...) {
		p := plates[feed.Slug]
		if !p.stale || ctx.Err() != nil {
			continue
		}
		if time.Now().Before(p.rest) {
			next = earlier(next, p.rest)
			continue
		}
		start := time.Now()
		err := s.renderPlate(ctx, pub, feed, &p.printer)
		took := time.Since(start)
		p.stale, p.rest = false, start.Add(max(leastPause, took*(1+pauseShare)))
		if err != nil && ctx.Err() == nil {
			s.opts.Log.Warn("rendering failed, the last edition stays", "feed", feed.Slug, "err", err)
			p.stale, p.rest = true, start.Add(took+failPause)
			next = earlier(next, p.rest)
			failed = err
		}
	}
	s.prune(pub)
	s.settle(pub, failed)
	return next
}

// settle records, until then, whether all that is published has been rendered.
func (s *Server) settle(pub *published, failed error) {
	if s.missing.Load() == nil {
		return
	}
	if failed != nil {
		reason := fmt.Errorf("%w: %w", errUnrendered, failed)
		s.missing.Store(&reason)
		return
	}
	shelf := s.shelf.Load()
	done := shelf.front != nil
	for _, feed := range pub.feeds {
		done = done && shelf.feeds[feed.Slug] != nil
	}
	if done {
		s.missing.Store(nil)
	}
}

// follow makes plates those of the front page and the feeds of pub; new ones
// are stale.
func follow(plates map[string]*plate, pub *published) {
	if plates[frontPlate] == nil {
		plates[frontPlate] = &plate{stale: true}
	}
	for _, feed := range pub.feeds {
		if plates[feed.Slug] == nil {
			plates[feed.Slug] = &plate{stale: true}
		}
	}
	maps.DeleteFunc(plates, func(slug string, _ *plate) bool {
		return slug != frontPlate && !pub.has(slug)
	})
}

// renderPlate renders the feed, or the front page for the feed without a slug,
// and puts it on the shelf.
func (s *Server) renderPlate(ctx context.Context, pub *published, feed publishedFeed, printer *publish.Printer) (err error) {
	defer func() {
		if cause := recover(); cause != nil {
			s.opts.Log.Error("rendering panicked", "feed", feed.Slug, "panic", cause, "stack", string(debug.Stack()))
			err = errPanicked
		}
	}()
	old := s.shelf.Load()
	if feed.Slug == frontPlate {
		front, err := s.renderFront(pub, aggregator.Position{})
		if err != nil {
			return fmt.Errorf("render the front page: %w", err)
		}
		front.compress(&s.encoder, allCodings()...)
		s.shelf.Store(newShelf(front, old.feeds))
		return nil
	}
	rendered, err := s.renderFeed(ctx, pub, feed, printer, old.feeds[feed.Slug])
	if err != nil {
		return fmt.Errorf("render feed %s: %w", feed.Slug, err)
	}
	feeds := make(map[string]map[string]*edition, len(old.feeds)+1)
	maps.Copy(feeds, old.feeds)
	feeds[feed.Slug] = rendered
	s.shelf.Store(newShelf(old.front, feeds))
	if s.opts.Edited != nil && !maps.Equal(rendered, old.feeds[feed.Slug]) {
		s.opts.Edited()
	}
	return nil
}

// prune takes from the shelf what is no longer published.
func (s *Server) prune(pub *published) {
	old := s.shelf.Load()
	feeds := make(map[string]map[string]*edition, len(old.feeds))
	for slug, editions := range old.feeds {
		if pub.has(slug) {
			feeds[slug] = editions
		}
	}
	if len(feeds) < len(old.feeds) {
		s.shelf.Store(newShelf(old.front, feeds))
	}
}

// renderFeed selects the feed's stories once and renders them in every format,
// and as a page for people.
func (s *Server) renderFeed(
	ctx context.Context, pub *published, feed publishedFeed, printer *publish.Printer, old map[string]*edition,
) (map[string]*edition, error) {
	var failed error
	next := s.reader(ctx, &failed)
	at := time.Now().UTC()
	gone := withdrawn{site: pub.site, feed: feed, now: at}
	if feed.Order == aggregator.OrderProminence {
		next = s.candidates(ctx, pub, feed.Feed, narrowing{}, maxJudged, at, &reach{}, &failed)
	}
	stories := publish.Select(pub.site, feed.Feed, feed.where, at, gone.without(next))
	if failed != nil {
		return nil, failed
	}
	doc := pagesBeside(feed.Feed, narrowing{}, stories, reach{})
	var err error
	if doc.PrevArchive, err = s.lastArchived(feed.Slug); err != nil {
		return nil, fmt.Errorf("find the last archive document: %w", err)
	}
	page, err := s.renderFeedPage(pub, feed, narrowing{}, stories, doc.Older)
	if err != nil {
		return nil, err
	}
	printed, err := printer.Print(pub.site, feed.Feed, doc, append(stories, gone.views...), publish.Formats()...)
	if err != nil {
		return nil, err
	}
	if was := old[string(publish.Page)]; was == nil || was.etag != page.etag {
		page.compress(&s.encoder, allCodings()...)
	} else {
		page = was
	}
	editions := map[string]*edition{string(publish.Page): page}
	for _, made := range printed {
		format := string(made.Format)
		editions[format] = s.bind(made, feed.cache(cacheMinute), old[format], at, &s.encoder, allCodings()...)
	}
	return editions, nil
}

// reader returns a function that hands out the archive's stories one by one,
// the newest first, until the archive fails or ctx is done, which sets failed.
func (s *Server) reader(ctx context.Context, failed *error) func() (aggregator.StoryView, bool) {
	var page []aggregator.StoryView
	var at aggregator.Position
	return func() (aggregator.StoryView, bool) {
		if len(page) == 0 {
			if *failed = ctx.Err(); *failed == nil {
				page, at, *failed = s.opts.Archive.Newest(at, pageOfRead)
			}
			if *failed != nil || len(page) == 0 {
				return aggregator.StoryView{}, false
			}
		}
		view := page[0]
		page = page[1:]
		return view, true
	}
}

// bind makes what was rendered ready to send, compressed in the codings, or
// returns old if that says the same.
func (s *Server) bind(made publish.Edition, cache string, old *edition, now time.Time, enc *encoder, codings ...coding) *edition {
	if old != nil && old.etag == made.ETag && old.cache[0] == cache {
		return old
	}
	modified := made.Modified.Truncate(time.Second)
	// A body that changed needs a later date, or the second change within a
	// second and the leaving of an old story would never reach a reader that
	// keeps dates only.
	if old != nil && !old.modified.IsZero() && !modified.After(old.modified) {
		modified = old.modified.Add(time.Second)
	}
	// Last-Modified is never in the future (RFC 9110, section 8.8.2.1).
	if modified.After(now) {
		modified = now.Truncate(time.Second)
	}
	e := makeEdition(made.Format.ContentType(), cache, made.ETag, modified, made.Body)
	e.feed = &made
	e.link = []string{s.current.Load().links(made.Self)}
	e.policy = s.pages.feedPolicy
	e.follows(old)
	e.compress(enc, codings...)
	return e
}

// earlier returns the earlier of two instants, where zero is none.
func earlier(a, b time.Time) time.Time {
	if a.IsZero() || b.Before(a) {
		return b
	}
	return a
}
