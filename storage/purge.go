package storage

import (
	"time"

	"wiredesk/aggregator"
)

const (
	// sweepBatch is how many entries one call looks at.
	sweepBatch = 5000
	// sweepYoung is after how many young entries in a row a sweep ends: what
	// follows is younger. One alone proves nothing, a clock may have been wrong.
	sweepYoung = 1000
)

// sweep is a walk through the entries, the oldest first, over several calls of
// Purge.
type sweep struct {
	next  uint64 // Seq to go on from
	young int    // entries in a row that were seen too lately
	shown map[uint64]struct{}
}

// show keeps the entries that a source shows. A sweep never learns that one is
// shown no longer; the next does.
func (s *sweep) show(states []aggregator.SourceState) {
	for i := range states {
		for _, seq := range states[i].Showing {
			s.shown[seq] = struct{}{}
		}
	}
}

// Purge removes old stories whole, with their entries, keys, revisions and
// decisions: those of which every entry was seen before the given time and is
// shown by no source any more. Dropped entries, which have no story, go one by
// one. The aliases of a story go with it, and the pins of an entry.
//
// Each call is one small transaction that removes about limit entries (a story
// is not split) and looks at a few thousand; more says that the sweep has not
// come to its end, and the next call goes on from there. When it has, the next
// call begins a new sweep.
func (db *DB) Purge(before time.Time, limit int) (removed int, more bool, err error) {
	db.writing.Lock()
	defer db.writing.Unlock()
	defer db.encoder.reset()

	if db.sweep == nil {
		states, err := db.States()
		if err != nil {
			return 0, false, err
		}
		db.sweep = &sweep{shown: map[uint64]struct{}{}}
		db.sweep.show(states)
	}
	next := *db.sweep
	var old []uint64
	err = db.read("entries", func(r *reader) (err error) {
		old, more, err = next.find(r, before, limit)
		return err
	})
	if err == nil && len(old) > 0 {
		err = db.remove(old)
	}
	if err != nil {
		return 0, false, err
	}
	db.sweep = &next
	if !more {
		db.sweep = nil
	}
	return len(old), more, nil
}

// find returns the entries to be removed, and whether there is more to look at.
func (s *sweep) find(r *reader, before time.Time, limit int) (old []uint64, more bool, err error) {
	c := r.tx.Bucket([]byte(entriesBucket)).Cursor()
	start := seqKey(s.next)
	examined := 0
	for k, v := c.Seek(start[:]); k != nil; k, v = c.Next() {
		if examined == sweepBatch || len(old) >= limit {
			return old, true, nil
		}
		examined++
		seq, err := readSeq(k)
		if err != nil {
			return nil, false, err
		}
		h, _, err := splitEntry(v)
		if err != nil {
			return nil, false, err
		}
		s.next = seq + 1
		if !h.seen.time().Before(before) {
			if s.young++; s.young == sweepYoung {
				return old, false, nil
			}
			continue
		}
		s.young = 0
		members, err := s.outlived(r, seq, &h, before)
		if err != nil {
			return nil, false, err
		}
		old = append(old, members...)
	}
	return old, false, nil
}

// outlived returns the entries that go together with the one at seq: itself
// where it was dropped, its whole story where it is the first, else nothing.
func (s *sweep) outlived(r *reader, seq uint64, h *entryHeader, before time.Time) ([]uint64, error) {
	if _, shown := s.shown[seq]; shown {
		return nil, nil
	}
	if h.story.IsZero() {
		return []uint64{seq}, nil
	}
	story, err := r.storyAt(seq)
	if err != nil {
		return nil, err
	}
	var old []uint64
	for _, m := range story.Members {
		h, _, err := splitEntry(r.entryValue(m.Seq))
		if err != nil {
			return nil, damaged("story %d: member %d: %w", seq, m.Seq, err)
		}
		if _, shown := s.shown[m.Seq]; shown || !h.seen.time().Before(before) {
			return nil, nil
		}
		old = append(old, m.Seq)
	}
	return old, nil
}

// remove deletes entries and all that hangs on them.
func (db *DB) remove(seqs []uint64) error {
	err := db.change(func(w *writer) error {
		for _, seq := range seqs {
			if err := w.remove(seq); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return db.failed("purge", err)
	}
	return nil
}
