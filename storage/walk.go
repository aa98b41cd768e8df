package storage

import (
	"bytes"
	"time"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// Newest returns at most limit stories after the place before, the newest
// first by First, then by Seq, withdrawn ones included. The position it returns
// is the place of the last of them; where nothing follows it is the one given,
// and the result is empty.
func (db *DB) Newest(before aggregator.Position, limit int) ([]aggregator.StoryView, aggregator.Position, error) {
	var views []aggregator.StoryView
	err := db.placed(before, (*reader).placesBefore, limit, func(r *reader, s aggregator.Story) error {
		view, err := r.viewOf(s)
		views = append(views, view)
		return err
	})
	if err != nil {
		return nil, before, err
	}
	if n := len(views); n > 0 {
		before = aggregator.Position{First: views[n-1].First, Seq: views[n-1].Seq}
	}
	return views, before, nil
}

// NewestStories is Newest without the entries, which costs a tenth.
func (db *DB) NewestStories(before aggregator.Position, limit int) ([]aggregator.Story, error) {
	return db.storiesPlaced(before, (*reader).placesBefore, limit)
}

// NewerStories returns at most limit stories that come before the place after
// in the order of Newest, withdrawn ones included, without their entries: those
// that stand nearest to it, the nearest first. The zero Position asks from the
// oldest.
func (db *DB) NewerStories(after aggregator.Position, limit int) ([]aggregator.Story, error) {
	return db.storiesPlaced(after, (*reader).placesAfter, limit)
}

func (db *DB) storiesPlaced(
	at aggregator.Position, places func(*reader, aggregator.Position) *placeWalk, limit int,
) (stories []aggregator.Story, err error) {
	err = db.placed(at, places, limit, func(_ *reader, s aggregator.Story) error {
		stories = append(stories, s)
		return nil
	})
	if err != nil {
		return nil, err
	}
	return stories, nil
}

// placed hands over the stories of at most limit places from one on, in the
// order of the walk.
func (db *DB) placed(
	at aggregator.Position, places func(*reader, aggregator.Position) *placeWalk, limit int,
	each func(*reader, aggregator.Story) error,
) error {
	return db.read("newest stories", func(r *reader) error {
		walk := places(r, at)
		for ; limit > 0; limit-- {
			place := walk.next()
			if place == nil {
				return nil
			}
			s, err := r.storyPlaced(place)
			if err == nil {
				err = each(r, s)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// storyPlaced returns the story of a place among the newest.
func (r *reader) storyPlaced(place []byte) (aggregator.Story, error) {
	if len(place) != 16 {
		return aggregator.Story{}, damaged("place of %d bytes", len(place))
	}
	seq, err := readSeq(place[8:])
	if err != nil {
		return aggregator.Story{}, err
	}
	s, err := r.storyAt(seq)
	if err == nil && s.ID.IsZero() {
		err = damaged("place of story %d, which is missing", seq)
	}
	return s, err
}

// placeWalk walks through the places among the newest, those of the bucket and
// those that wait: the newest first, or the oldest.
type placeWalk struct {
	cursor  *bolt.Cursor
	place   []byte // the next of the bucket
	waiting way
}

// placesBefore begins after a place, at the newest where that is the zero
// Position, and leads to the oldest.
func (r *reader) placesBefore(before aggregator.Position) *placeWalk {
	walk := &placeWalk{cursor: r.tx.Bucket([]byte(newestBucket)).Cursor()}
	if before == (aggregator.Position{}) {
		walk.waiting = r.waiting.newest.before(nil)
		walk.place, _ = walk.cursor.Last()
		return walk
	}
	at := newestKey(stampOf(before.First), before.Seq)
	walk.waiting = r.waiting.newest.before(at[:])
	if k, _ := walk.cursor.Seek(at[:]); k == nil {
		walk.place, _ = walk.cursor.Last()
	} else {
		walk.place, _ = walk.cursor.Prev()
	}
	return walk
}

// placesAfter begins before a place and leads to the newest. No story has the
// zero Position, so that from there on are all.
func (r *reader) placesAfter(after aggregator.Position) *placeWalk {
	at := newestKey(stampOf(after.First), after.Seq)
	walk := &placeWalk{
		cursor:  r.tx.Bucket([]byte(newestBucket)).Cursor(),
		waiting: r.waiting.newest.after(at[:]),
	}
	if walk.place, _ = walk.cursor.Seek(at[:]); bytes.Equal(walk.place, at[:]) {
		walk.place, _ = walk.cursor.Next()
	}
	return walk
}

// next returns the next place; nil after the last.
func (w *placeWalk) next() []byte {
	place := w.place
	if waiting, in := w.waiting.peek(); w.waiting.leads(waiting, place) {
		w.waiting.pass(in)
		return waiting
	}
	switch {
	case place == nil:
	case w.waiting.upward:
		w.place, _ = w.cursor.Next()
	default:
		w.place, _ = w.cursor.Prev()
	}
	return place
}

const (
	// replayBatch is how many entries Replay reads in one transaction.
	replayBatch = 256
	// seenSlack is how far Seen may lag behind that of an earlier entry: polls
	// end in one order and are written in another.
	seenSlack = time.Hour
)

// Replay hands over the entries seen at since or later, in the order of Seq,
// until yield returns an error, which it returns. Entries are stored roughly
// in the order they were seen; those that are more than an hour out of it may
// be left out. No transaction is open while yield runs: it may take its time,
// call other methods, and entries committed meanwhile are handed over too.
func (db *DB) Replay(since time.Time, yield func(aggregator.Entry) error) error {
	first, err := db.firstSeen(since)
	if err != nil {
		return err
	}
	return db.replay(first, since, yield)
}

// ReplayFrom is Replay for the entries from a Seq on, all of them.
func (db *DB) ReplayFrom(seq uint64, yield func(aggregator.Entry) error) error {
	return db.replay(seq, time.Time{}, yield)
}

func (db *DB) replay(next uint64, since time.Time, yield func(aggregator.Entry) error) error {
	batch := make([]aggregator.Entry, 0, replayBatch)
	for {
		batch = batch[:0]
		examined := 0
		err := db.read("entries", func(r *reader) error {
			c := r.tx.Bucket([]byte(entriesBucket)).Cursor()
			start := seqKey(next)
			for k, v := c.Seek(start[:]); k != nil && examined < replayBatch; k, v = c.Next() {
				examined++
				seq, err := readSeq(k)
				if err != nil {
					return err
				}
				next = seq + 1
				h, _, err := splitEntry(v)
				if err != nil {
					return err
				}
				if h.seen.time().Before(since) {
					continue
				}
				e, err := r.entry(seq, v)
				if err != nil {
					return err
				}
				batch = append(batch, e)
			}
			if db.walked.Add(int64(examined)) >= releaseWalked {
				db.walked.Store(0)
				db.release(r.tx.Size())
			}
			return nil
		})
		if err != nil || examined == 0 {
			return err
		}
		for _, e := range batch {
			if err := yield(e); err != nil {
				return err
			}
		}
	}
}

// storyBatch is how many stories ReplayStories reads in one transaction.
const storyBatch = 2048

// ReplayStories hands over every story, without its entries, in the order of
// Seq, until yield returns an error, which it returns. No transaction is open
// while yield runs.
func (db *DB) ReplayStories(yield func(aggregator.Story) error) error {
	batch := make([]aggregator.Story, 0, storyBatch)
	for next := uint64(0); ; next = batch[len(batch)-1].Seq + 1 {
		batch = batch[:0]
		err := db.read("stories", func(r *reader) error {
			c := r.tx.Bucket([]byte(storiesBucket)).Cursor()
			start := seqKey(next)
			for k, v := c.Seek(start[:]); k != nil && len(batch) < storyBatch; k, v = c.Next() {
				seq, err := readSeq(k)
				if err != nil {
					return err
				}
				s, err := r.story(seq, v)
				if err != nil {
					return err
				}
				batch = append(batch, s)
			}
			return nil
		})
		if err != nil || len(batch) == 0 {
			return err
		}
		for _, s := range batch {
			if err := yield(s); err != nil {
				return err
			}
		}
	}
}

// firstSeen walks back from the newest entry to where those seen at since
// begin.
func (db *DB) firstSeen(since time.Time) (seq uint64, err error) {
	if since.IsZero() {
		return 0, nil
	}
	err = db.read("entries", func(r *reader) error {
		c := r.tx.Bucket([]byte(entriesBucket)).Cursor()
		for k, v := c.Last(); k != nil; k, v = c.Prev() {
			h, _, err := splitEntry(v)
			if err != nil {
				return err
			}
			if h.seen.time().Before(since.Add(-seenSlack)) {
				return nil
			}
			if seq, err = readSeq(k); err != nil {
				return err
			}
		}
		return nil
	})
	return seq, err
}

// headBatch is how many entries Heads looks at in one transaction.
const headBatch = 4096

// Heads hands over what the store tells of the entries from one Seq to
// another, both included, in order. No transaction is open while yield runs.
func (db *DB) Heads(from, to uint64, yield func(aggregator.Head)) error {
	batch := make([]aggregator.Head, 0, headBatch)
	for from <= to {
		batch = batch[:0]
		err := db.read("entries", func(r *reader) error {
			c := r.tx.Bucket([]byte(entriesBucket)).Cursor()
			start := seqKey(from)
			for k, v := c.Seek(start[:]); k != nil && len(batch) < headBatch; k, v = c.Next() {
				head, err := r.head(k, v)
				if err != nil {
					return err
				}
				if head.Seq > to {
					return nil
				}
				batch = append(batch, head)
			}
			return nil
		})
		if err != nil {
			return err
		}
		for _, head := range batch {
			yield(head)
		}
		if len(batch) < headBatch {
			return nil
		}
		from = batch[headBatch-1].Seq + 1
	}
	return nil
}

// head reads what Heads tells: of the record one field.
func (c codec) head(k, v []byte) (aggregator.Head, error) {
	var r struct {
		After uint64 `cbor:"20,keyasint"`
	}
	seq, err := readSeq(k)
	if err != nil {
		return aggregator.Head{}, err
	}
	h, record, err := splitEntry(v)
	if err == nil {
		err = c.dec.Unmarshal(record, &r)
	}
	if err != nil {
		return aggregator.Head{}, damaged("entry %d: %w", seq, err)
	}
	return aggregator.Head{Seq: seq, ID: h.id, Story: h.story, RevisedAfter: r.After}, nil
}
