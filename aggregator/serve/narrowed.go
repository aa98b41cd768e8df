package serve

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"net/http"
	"runtime/debug"
	"slices"
	"strings"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
	"wiredesk/aggregator/search"
)

// Bounds of what narrowed feeds cost.
const (
	recentBytes = 32 << 20 // of editions that are kept
	itemsBytes  = 16 << 20 // of stories as they were written for them
	// maxWaiting is how many requests wait for one of the places in which
	// editions are made, one for each processor. More are sent away.
	maxWaiting = 64
	makeWait   = 5 * time.Second
	// maxJudged bounds the stories that are read whole for one edition, to see
	// whether its feed's where expression lets them through.
	maxJudged = 2000
)

// reserve is how many more stories are asked for than are shown: some may leave
// the archive meanwhile.
const reserve = 20

// changes counts the changes of stories that an edition was made after, by
// whoever knows of them.
type changes struct{ told, indexed uint64 }

var errBusy = refusal{http.StatusServiceUnavailable, "Too many readers ask for feeds of their own at this moment. Try again shortly."}

// narrowedEdition returns the edition of a feed as the parameters narrow it:
// one that is kept while nothing changed, and for a second at least, else one
// that is made now. Whoever asks for the same while it is made waits for it.
func (s *Server) narrowedEdition(ctx context.Context, pub *published, feed publishedFeed, format publish.Format, n narrowing) (*edition, error) {
	key := strings.Join([]string{feed.Slug, string(format), n.narrowed(), n.page()}, "\x00")
	old := s.recent.get(key)
	if s.isFresh(old, pub) {
		return old.edition, nil
	}
	// What is being made of an earlier publication is not waited for.
	made := s.making.DoChan(fmt.Sprintf("%p\x00%s", pub, key), func() (_ any, err error) {
		// Others wait for it too: whoever asked first may leave.
		ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), makeWait)
		defer cancel()
		defer func() {
			if cause := recover(); cause != nil {
				s.opts.Log.Error("rendering panicked", "feed", feed.Slug, "panic", cause, "stack", string(debug.Stack()))
				err = errPanicked
			}
		}()
		if err := s.takePlace(ctx); err != nil {
			return nil, err
		}
		defer func() { <-s.places }()
		return s.makeNarrowed(ctx, pub, feed, format, n, key, old)
	})
	select {
	case result := <-made:
		if e, ok := result.Val.(*edition); ok && result.Err == nil {
			return e, nil
		}
		if _, refused := errors.AsType[refusal](result.Err); !refused && old != nil && old.pub == pub {
			s.opts.Log.Warn("rendering failed, the last edition stays", "feed", feed.Slug, "err", result.Err)
			return old.edition, nil
		}
		return nil, result.Err
	case <-ctx.Done():
		return nil, errBusy // which nobody reads any more
	}
}

// isFresh reports whether k may be sent without looking at the stories again.
func (s *Server) isFresh(k *kept, pub *published) bool {
	if k == nil || k.pub != pub {
		return false
	}
	now := time.Now()
	return now.Before(k.rest) || k.changes == s.changes() && now.Before(k.made.Add(agingCheck))
}

// changes returns what grows whenever a narrowed feed may have become another.
func (s *Server) changes() changes {
	c := changes{told: s.touches.Load()}
	if s.opts.Searcher != nil {
		c.indexed = s.opts.Searcher.Changes()
	}
	return c
}

// takePlace waits until an edition may be made, for which the caller gives the
// place back.
func (s *Server) takePlace(ctx context.Context) error {
	if s.waiting.Add(1) > maxWaiting {
		s.waiting.Add(-1)
		return errBusy
	}
	defer s.waiting.Add(-1)
	select {
	case s.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return errBusy
	}
}

// newPlaces returns a place for each processor that editions may be made on.
func newPlaces() chan struct{} {
	return make(chan struct{}, aggregator.Processors())
}

// makeNarrowed makes an edition and keeps it.
func (s *Server) makeNarrowed(ctx context.Context, pub *published, feed publishedFeed, format publish.Format, n narrowing, key string, old *kept) (_ *edition, err error) {
	start := time.Now()
	k := &kept{key: key, pub: pub, changes: s.changes(), made: start}
	now := start.UTC()
	narrowed := n.of(feed.Feed)
	var failed error
	wanted := narrowed.Limit + reserve
	if feed.where != nil {
		wanted = maxJudged
	}
	var read reach
	next := s.candidates(ctx, pub, narrowed, n, wanted, now, &read, &failed)
	stories := publish.Select(pub.site, narrowed, feed.where, now, next)
	if n.isUpward() {
		slices.Reverse(stories)
		if len(stories) == narrowed.Limit {
			another := narrowed
			another.Limit = 1
			read.above = len(publish.Select(pub.site, another, feed.where, now, next)) > 0 || read.broken
		}
	}
	doc := pagesBeside(narrowed, n, stories, read)
	if failed == nil && format == publish.Atom && atNewest(n.before) && !n.isUpward() {
		gone := withdrawn{site: pub.site, feed: publishedFeed{Feed: narrowed, where: feed.where}, now: now}
		failed = s.withdrawnOf(pub, n, &gone)
		stories = append(stories, gone.views...)
	}
	if failed != nil {
		return nil, failed
	}
	var before *edition
	if old != nil {
		before = old.edition
	}
	if k.edition, err = s.renderNarrowed(pub, feed, narrowed, n, doc, format, stories, before, now); err != nil {
		return nil, err
	}
	k.rest = time.Now().Add(max(leastPause, pauseShare*time.Since(start)))
	s.recent.put(k)
	return k.edition, nil
}

// renderNarrowed writes a narrowed feed in the one format that was asked for.
// What few ask for is compressed in one way only, and that quickly.
func (s *Server) renderNarrowed(
	pub *published, feed publishedFeed, narrowed aggregator.Feed, n narrowing, doc publish.Document, format publish.Format,
	stories []aggregator.StoryView, old *edition, now time.Time,
) (*edition, error) {
	feed.Feed = narrowed
	if format == publish.Page {
		return s.renderFeedPage(pub, feed, n, stories, doc.Older)
	}
	made, err := (&publish.Printer{Memory: s.items}).Print(pub.site, narrowed, doc, stories, format)
	if err != nil {
		return nil, err
	}
	return s.bind(made[0], feed.cache(cacheMinute), old, now, &s.quick, gzipCoding), nil
}

// candidates returns a function that hands out the stories that n lets
// through, in the feed's order, or upwards from the place that n names, until it
// has read as much as one edition may or the archive fails, which sets failed.
// There may be more than wanted, and fewer only where the archive has no more.
func (s *Server) candidates(ctx context.Context, pub *published, feed aggregator.Feed, n narrowing, wanted int, now time.Time, read *reach, failed *error) func() (aggregator.StoryView, bool) {
	next := s.search(ctx, pub, feed, n, wanted, now, read, failed)
	var page []storyRead
	judged := 0
	return func() (aggregator.StoryView, bool) {
		for judged < maxJudged {
			if len(page) == 0 {
				if page = s.readStories(next()); len(page) == 0 {
					break
				}
			}
			of := page[0]
			page = page[1:]
			judged++
			if errors.Is(of.err, aggregator.ErrNotFound) || of.err == nil && of.view.ID != of.id {
				continue // it was purged or has become another's since
			}
			if of.err != nil {
				*failed = fmt.Errorf("read story %s: %w", of.id, of.err)
				break
			}
			read.at = aggregator.Position{First: of.view.First, Seq: of.view.Seq}
			if pub.speaks(&of.view, n.languages) {
				return of.view, true
			}
		}
		read.broken = read.broken || judged == maxJudged
		return aggregator.StoryView{}, false
	}
}

// storyRead is what reading a story gave.
type storyRead struct {
	id   aggregator.StoryID
	view aggregator.StoryView
	err  error
}

// readStories reads stories on every processor.
func (s *Server) readStories(ids []aggregator.StoryID) []storyRead {
	page := make([]storyRead, len(ids))
	aggregator.Share(len(ids), func(pieces iter.Seq[int]) {
		for i := range pieces {
			page[i].id = ids[i]
			page[i].view, page[i].err = s.opts.Archive.Story(ids[i])
		}
	})
	return page
}

// search returns a function that hands out the ids of the stories that n lets
// through, some at a time, in the feed's order: from the index, or where there
// is none from the archive, as far as one edition may read that.
func (s *Server) search(ctx context.Context, pub *published, feed aggregator.Feed, n narrowing, wanted int, now time.Time, read *reach, failed *error) func() []aggregator.StoryID {
	if s.opts.Searcher == nil {
		return s.walk(ctx, pub, feed, n, now, read, failed)
	}
	ids, err := s.opts.Searcher.Find(search.Query{
		Text: n.text, Carried: pub.carriedBy(n), MinSources: n.minSources,
		Languages: n.languages, LanguageOf: func(source string) string { return pub.site.Carriers[source].Language },
		Since: oldest(feed, now), Before: n.before, After: n.after, Order: feed.Order, Now: now, Limit: wanted,
	})
	switch {
	case errors.Is(err, search.ErrBroad):
		*failed = refusal{http.StatusBadRequest, "q cannot be searched for: " + search.ErrBroad.Error() + "."}
	case errors.Is(err, search.ErrNotReady) && n.text.IsZero():
		return s.walk(ctx, pub, feed, n, now, read, failed)
	case errors.Is(err, search.ErrNotReady):
		*failed = refusal{http.StatusServiceUnavailable, "The archive is being made ready to be searched. Try again shortly."}
	case err != nil:
		*failed = err
	}
	isCut := len(ids) == wanted
	return func() []aggregator.StoryID {
		if *failed != nil || len(ids) == 0 {
			read.broken = read.broken || isCut
			return nil
		}
		some := ids[:min(pageOfFound, len(ids))]
		ids = ids[len(some):]
		return some
	}
}

// walk returns a function that hands out the ids of the archive's stories that
// n lets through as far as can be seen without their entries, one by one, in the
// feed's order.
func (s *Server) walk(ctx context.Context, pub *published, feed aggregator.Feed, n narrowing, now time.Time, read *reach, failed *error) func() []aggregator.StoryID {
	next := s.bare(ctx, n, oldest(feed, now), read, failed)
	carried := pub.carriedBy(n)
	lets := func(story *aggregator.Story) bool {
		return !story.Withdrawn && (n.minSources < 2 || story.Sources() >= n.minSources) && carries(story, carried)
	}
	if feed.Order == aggregator.OrderProminence {
		var all []aggregator.Story
		for story, ok := next(); ok; story, ok = next() {
			if lets(&story) {
				all = append(all, story)
			}
		}
		publish.ByProminence(all, now)
		next = func() (aggregator.Story, bool) {
			if len(all) == 0 {
				return aggregator.Story{}, false
			}
			story := all[0]
			all = all[1:]
			return story, true
		}
	}
	return func() []aggregator.StoryID {
		for {
			story, ok := next()
			if !ok {
				return nil
			}
			if lets(&story) {
				return []aggregator.StoryID{story.ID}
			}
		}
	}
}

// oldest returns how old a story of the feed may be.
func oldest(feed aggregator.Feed, now time.Time) time.Time {
	switch {
	case feed.MaxAge > 0:
		return now.Add(-feed.MaxAge)
	case feed.Order == aggregator.OrderProminence:
		return now.Add(-aggregator.ProminenceWindow)
	}
	return time.Time{}
}

// bare returns a function that hands out the stories after or before the place
// that n names and not older than since, from there on and without their
// entries, at most maxExamined of them.
func (s *Server) bare(ctx context.Context, n narrowing, since time.Time, read *reach, failed *error) func() (aggregator.Story, bool) {
	at, from := n.before, s.opts.Archive.NewestStories
	if n.isUpward() {
		at, from = n.after, s.opts.Archive.NewerStories
		if at.First.Before(since) {
			at = aggregator.Position{First: since}
		}
	}
	var page []aggregator.Story
	examined := 0
	return func() (aggregator.Story, bool) {
		if len(page) == 0 {
			if *failed = ctx.Err(); *failed == nil {
				page, *failed = from(at, min(pageOfBare, maxExamined-examined))
			}
			if *failed != nil || len(page) == 0 {
				read.broken = read.broken || examined == maxExamined
				return aggregator.Story{}, false
			}
		}
		story := page[0]
		page = page[1:]
		examined++
		at = aggregator.Position{First: story.First, Seq: story.Seq}
		read.at = at
		return story, !story.First.Before(since)
	}
}

const (
	pageOfFound = 16  // stories that the index found read at once
	pageOfBare  = 500 // stories read at once without their entries
)

// carriedBy returns the sets of sources of each of which one must carry a story.
func (p *published) carriedBy(n narrowing) [][]string {
	var sets [][]string
	if n.sources != nil {
		sets = append(sets, n.sources)
	}
	if n.tags != nil {
		tagged := []string{}
		for id, c := range p.site.Carriers {
			if slices.ContainsFunc(c.Tags, func(tag string) bool { return slices.Contains(n.tags, tag) }) {
				tagged = append(tagged, id)
			}
		}
		slices.Sort(tagged)
		sets = append(sets, tagged)
	}
	return sets
}

// carries reports whether of each set of sources one carries the story.
func carries(story *aggregator.Story, sets [][]string) bool {
	for _, set := range sets {
		if !slices.ContainsFunc(story.Members, func(m aggregator.Member) bool {
			return !m.Withdrawn && slices.Contains(set, m.Source)
		}) {
			return false
		}
	}
	return true
}

// speaks reports whether the story's lead is in one of the languages.
func (p *published) speaks(view *aggregator.StoryView, languages []string) bool {
	return languages == nil || len(view.Entries) > 0 && search.InRanges(p.site.LanguageOf(view.LeadEntry()), languages)
}
