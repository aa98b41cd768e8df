package serve

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// How the archives of feeds are kept.
const (
	// closeAfter is how long after its end a day is closed: by then what was
	// polled before midnight is stored, and most corrections have come.
	closeAfter = time.Hour
	// archiveCheck is how often days are looked for that can be closed.
	archiveCheck = time.Minute
	// maxArchived bounds the stories of one archive document. A day with more
	// has several.
	maxArchived = 1000
	oneDay      = 24 * time.Hour
)

// Documents keeps the archive documents of feeds (RFC 5005, section 4). It is
// called from several goroutines at once.
type Documents interface {
	// SaveArchived stores documents, all or none. One that is there already
	// stays as it is.
	SaveArchived(docs []aggregator.Archived) error
	// Archived returns a document, with its body where that is asked for. An
	// error for which errors.Is(err, aggregator.ErrNotFound) says there is none.
	Archived(feed, name string, body bool) (aggregator.Archived, error)
	// ArchiveNames returns the names of a feed's documents, the oldest first.
	ArchiveNames(feed string) ([]string, error)
	// PurgeArchives removes some of the documents of days that ended before the
	// given time; more says that there are more.
	PurgeArchives(before time.Time) (more bool, err error)
	// Replay hands over the entries seen at since or later, in the order they
	// were stored, until yield returns an error, which it returns.
	Replay(since time.Time, yield func(aggregator.Entry) error) error
	// Stories returns stories without their entries, parallel to ids: those that
	// merged with another as what they have become, and those that are gone as
	// the zero Story.
	Stories(ids []aggregator.StoryID) ([]aggregator.Story, error)
}

// RunArchive closes each day of each feed some time after its end, and removes
// the days that are no longer kept, until ctx is done. What a day's document
// holds is written then and not changed any more. What fails is logged and tried
// again. RunArchive must not be called twice at a time; it returns nil.
func (s *Server) RunArchive(ctx context.Context) error {
	if s.opts.Documents == nil {
		return nil
	}
	check := time.NewTicker(archiveCheck)
	defer check.Stop()
	for {
		closed, err := s.closeDays(ctx, time.Now().UTC())
		if err != nil && ctx.Err() == nil {
			s.opts.Log.Warn("the archive of feeds was not brought up to date, it is tried again", "err", err)
		}
		if closed {
			s.wake() // the newest documents link to what was closed
		}
		select {
		case <-ctx.Done():
			return nil
		case <-check.C:
		}
	}
}

// closeDays closes what can be closed at now, day by day, and reports whether
// anything was.
func (s *Server) closeDays(ctx context.Context, now time.Time) (closed bool, err error) {
	pub := s.current.Load()
	last := now.Add(-closeAfter).Truncate(oneDay) // the first day that is still open
	oldest := time.Time{}
	if pub.keep > 0 {
		oldest = now.Add(-pub.keep)
		for more := true; more && err == nil; {
			more, err = s.opts.Documents.PurgeArchives(oldest)
		}
		if err != nil {
			return false, fmt.Errorf("purge: %w", err)
		}
	}
	due := make(map[time.Time][]*openDay)
	for _, feed := range pub.feeds {
		d, err := s.openDay(feed, oldest)
		if err != nil {
			return false, fmt.Errorf("feed %s: %w", feed.Slug, err)
		}
		if !d.day.IsZero() && d.day.Before(last) {
			due[d.day] = append(due[d.day], &d)
		}
	}
	for len(due) > 0 {
		day := slices.MinFunc(keysOf(due), time.Time.Compare)
		feeds := due[day]
		delete(due, day)
		// The feeds that have come as far go on together: the entries of a day
		// are read once for all of them.
		if err := s.gather(ctx, pub, day, feeds); err != nil {
			return closed, fmt.Errorf("read the stories of %s: %w", day.Format(time.DateOnly), err)
		}
		for _, d := range feeds {
			if err := s.closeDay(pub, d, now); err != nil {
				return closed, fmt.Errorf("feed %s, %s: %w", d.feed.Slug, day.Format(time.DateOnly), err)
			}
			closed = true
			if d.day.Before(last) {
				due[d.day] = append(due[d.day], d)
			}
		}
	}
	return closed, nil
}

func keysOf(due map[time.Time][]*openDay) []time.Time {
	days := make([]time.Time, 0, len(due))
	for day := range due {
		days = append(days, day)
	}
	return days
}

// openDay is the first day of a feed that is not closed.
type openDay struct {
	feed publishedFeed
	day  time.Time // its begin; zero: there is nothing to begin with
	prev string    // the last document; empty: there is none

	// What gather finds: the places of the stories that came into the feed on
	// the day, and what the days before hold.
	came   []arrival
	before map[time.Time]map[aggregator.StoryID]bool
}

// arrival is a story and its place.
type arrival struct {
	id aggregator.StoryID
	at aggregator.Position
}

// openDay returns the day that follows the last document or, where there is
// none, on which the oldest entry was seen; none before oldest.
func (s *Server) openDay(feed publishedFeed, oldest time.Time) (d openDay, err error) {
	d.feed = feed
	names, err := s.opts.Documents.ArchiveNames(feed.Slug)
	if err != nil {
		return d, err
	}
	if len(names) > 0 {
		d.prev = names[len(names)-1]
		if last, ok := aggregator.ParseArchiveName(d.prev); ok {
			d.day = last.AddDate(0, 0, 1)
		}
	} else {
		err = s.opts.Documents.Replay(time.Time{}, func(e aggregator.Entry) error {
			d.day = e.Seen.UTC().Truncate(oneDay)
			return errEnough
		})
		if err != nil && !errors.Is(err, errEnough) {
			return d, err
		}
	}
	if oldest := oldest.Truncate(oneDay); !d.day.IsZero() && d.day.Before(oldest) {
		d.day = oldest
	}
	return d, nil
}

var errEnough = errors.New("enough")

// gather finds the stories to which an entry came on the day, and notes for
// each feed those that are in it since then and in no document before: a story
// may come into a feed long after it began, when a source joins it.
func (s *Server) gather(ctx context.Context, pub *published, day time.Time, feeds []*openDay) error {
	const disorder = time.Hour // by which entries may be stored out of the order they were seen in
	end := day.Add(oneDay)
	for _, d := range feeds {
		d.came, d.before = nil, make(map[time.Time]map[aggregator.StoryID]bool)
	}
	met := make(map[aggregator.StoryID]bool)
	err := s.opts.Documents.Replay(day, func(e aggregator.Entry) error {
		switch {
		case ctx.Err() != nil:
			return ctx.Err()
		case !e.Seen.Before(end.Add(disorder)):
			return errEnough
		case e.Seen.Before(day) || !e.Seen.Before(end) || e.Story.IsZero() || met[e.Story]:
			return nil
		}
		met[e.Story] = true
		v, err := s.opts.Archive.Story(e.Story)
		if errors.Is(err, aggregator.ErrNotFound) {
			return nil // it was purged since
		}
		if err != nil || v.Withdrawn || len(v.Entries) == 0 || v.ID != e.Story && met[v.ID] {
			return err
		}
		met[v.ID] = true
		for _, d := range feeds {
			in, err := d.feed.where.Story(pub.site, &v, lastJoined(&v, end))
			if err != nil || !in {
				continue // as in the feed itself, a story on which the expression fails is not in it
			}
			told, err := s.isArchived(d, &v)
			if err != nil {
				return err
			}
			if !told {
				d.came = append(d.came, arrival{v.ID, aggregator.Position{First: v.First, Seq: v.Seq}})
			}
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return nil
	}
	return err
}

// closeDay writes the documents of the day and goes on to the next.
func (s *Server) closeDay(pub *published, d *openDay, now time.Time) error {
	docs, err := s.write(pub, d, now)
	if err == nil {
		err = s.opts.Documents.SaveArchived(docs)
	}
	if err != nil {
		return err
	}
	d.prev, d.day = docs[len(docs)-1].Name, d.day.Add(oneDay)
	return nil
}

// lastJoined returns when the last entry joined the story before end: the
// moment for which the day is judged, so that what was young then is young.
func lastJoined(v *aggregator.StoryView, end time.Time) time.Time {
	last := v.First
	for _, m := range v.Members {
		if m.Joined.Before(end) && m.Joined.After(last) {
			last = m.Joined
		}
	}
	return last
}

// isArchived reports whether a document of an earlier day holds the story.
func (s *Server) isArchived(d *openDay, v *aggregator.StoryView) (bool, error) {
	if d.prev == "" {
		return false, nil
	}
	began := d.day
	for i := range v.Entries {
		if seen := v.Entries[i].Seen.UTC(); seen.Before(began) {
			began = seen.Truncate(oneDay)
		}
	}
	for day := began; day.Before(d.day); day = day.Add(oneDay) {
		held, read := d.before[day]
		if !read {
			held = make(map[aggregator.StoryID]bool)
			d.before[day] = held
			for n := 0; ; n++ {
				doc, err := s.opts.Documents.Archived(d.feed.Slug, aggregator.ArchiveName(day, n), false)
				if errors.Is(err, aggregator.ErrNotFound) {
					break
				}
				if err != nil {
					return false, err
				}
				for _, id := range doc.Stories {
					held[id] = true
				}
			}
		}
		if held[v.ID] || slices.ContainsFunc(v.Merged, func(id aggregator.StoryID) bool { return held[id] }) {
			return true, nil
		}
	}
	return false, nil
}

// write makes the documents of a day, at least one, so that each day's document
// can name those of the days around it whatever they will hold. The oldest
// stories are in the first: who walks back meets the newest first.
func (s *Server) write(pub *published, d *openDay, now time.Time) ([]aggregator.Archived, error) {
	slices.SortFunc(d.came, func(a, b arrival) int {
		return cmp.Or(a.at.First.Compare(b.at.First), cmp.Compare(a.at.Seq, b.at.Seq))
	})
	size := max(maxArchived, len(d.came)/aggregator.MaxArchiveParts+1)
	var docs []aggregator.Archived
	for rest := d.came; len(docs) == 0 || len(rest) > 0; {
		some := rest[:min(len(rest), size)]
		rest = rest[len(some):]
		views := make([]aggregator.StoryView, 0, len(some))
		for _, a := range slices.Backward(some) {
			v, err := s.opts.Archive.Story(a.id)
			if err != nil && !errors.Is(err, aggregator.ErrNotFound) {
				return nil, err
			}
			if err == nil && !v.Withdrawn {
				views = append(views, v)
			}
		}
		editions, err := new(publish.Printer).Print(pub.site, d.feed.Feed, publish.Document{}, views, publish.Formats()...)
		if err != nil {
			return nil, err
		}
		doc := aggregator.Archived{
			Feed: d.feed.Slug, Name: aggregator.ArchiveName(d.day, len(docs)), Prev: d.prev, Closed: now,
			Modified: editions[0].Modified, Body: s.encoder.packParts(editions),
		}
		for _, part := range editions[0].Parts {
			doc.Stories = append(doc.Stories, part.Story)
		}
		if n := len(docs); n > 0 {
			doc.Prev, docs[n-1].Next = docs[n-1].Name, doc.Name
		}
		docs = append(docs, doc)
	}
	docs[len(docs)-1].Next = aggregator.ArchiveName(d.day.Add(oneDay), 0)
	return docs, nil
}
