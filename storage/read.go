package storage

import (
	"bytes"
	"fmt"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// read runs f in a reading transaction; what is for the error.
func (db *DB) read(what string, f func(*reader) error) error {
	if err := db.see(f); err != nil {
		return db.failed("read "+what, err)
	}
	return nil
}

// see runs f in a transaction that sees one state of the database, what waits
// included.
func (db *DB) see(f func(*reader) error) error {
	for {
		again := false
		err := db.view(func(tx *bolt.Tx) error {
			r := &reader{codec: db.codec, tx: tx, waiting: db.waitingIn(tx.ID())}
			// Two commits may have ended since the transaction began.
			if again = r.waiting == nil; again {
				return nil
			}
			return f(r)
		})
		if err != nil || !again {
			return err
		}
	}
}

// reader is one reading transaction.
type reader struct {
	codec
	tx                     *bolt.Tx
	waiting                *waiting
	entries, keys, stories *bolt.Bucket // opened at their first use
}

func (r *reader) bucket(b **bolt.Bucket, name string) *bolt.Bucket {
	if *b == nil {
		*b = r.tx.Bucket([]byte(name))
	}
	return *b
}

// seqOf returns the entry an identity key leads to, 0 for none.
func (r *reader) seqOf(id []byte) (uint64, error) {
	if seq := r.waiting.keys.find(id); seq != 0 {
		return seq, nil
	}
	v := r.bucket(&r.keys, keysBucket).Get(id)
	if v == nil {
		return 0, nil
	}
	return readSeq(v)
}

// entryValue returns an entry's value, nil for none.
func (r *reader) entryValue(seq uint64) []byte {
	k := seqKey(seq)
	return r.bucket(&r.entries, entriesBucket).Get(k[:])
}

// entryAt returns an entry; Seq 0 where there is none.
func (r *reader) entryAt(seq uint64) (aggregator.Entry, error) {
	v := r.entryValue(seq)
	if v == nil {
		return aggregator.Entry{}, nil
	}
	return r.entry(seq, v)
}

// storyAt returns the story that begins with an entry; no ID where none does.
func (r *reader) storyAt(seq uint64) (aggregator.Story, error) {
	k := seqKey(seq)
	v := r.bucket(&r.stories, storiesBucket).Get(k[:])
	if v == nil {
		return aggregator.Story{}, nil
	}
	return r.story(seq, v)
}

// storyOf returns the story of that id, or the one it has become; no ID where
// there is neither.
func (r *reader) storyOf(id aggregator.StoryID) (aggregator.Story, error) {
	seq, err := r.seqOf(id[:])
	if err != nil || seq == 0 {
		return aggregator.Story{}, err
	}
	s, err := r.storyAt(seq)
	if err != nil || s.ID == id {
		return s, err
	}
	return r.aliasOf(id)
}

// viewOf adds the members' entries, and the text before that of the lead.
func (r *reader) viewOf(s aggregator.Story) (aggregator.StoryView, error) {
	view := aggregator.StoryView{Story: s, Entries: make([]aggregator.Entry, 0, len(s.Members))}
	for _, m := range s.Members {
		e, err := r.entryAt(m.Seq)
		switch {
		case err != nil:
			return view, err
		case e.Seq == 0:
			return view, damaged("story %d: member %d is missing", s.Seq, m.Seq)
		}
		view.Entries = append(view.Entries, e)
	}
	if len(view.Entries) == 0 {
		return view, nil
	}
	lead := view.LeadEntry()
	if lead.Revision == 0 {
		return view, nil
	}
	var err error
	view.Before, err = r.before(lead)
	return view, err
}

// before returns the latest of an entry's earlier texts, nil where it has none.
func (r *reader) before(e *aggregator.Entry) (*aggregator.Revision, error) {
	c := r.tx.Bucket([]byte(revisionsBucket)).Cursor()
	end := seqKey(e.Seq + 1)
	back := c.Prev
	if k, _ := c.Seek(end[:]); k == nil {
		back = c.Last
	}
	k, v := back()
	if prefix := seqKey(e.Seq); !bytes.HasPrefix(k, prefix[:]) {
		return nil, nil
	}
	_, n, err := splitCountKey(k)
	if err != nil {
		return nil, err
	}
	var record revisionRecord
	if err := r.dec.Unmarshal(v, &record); err != nil {
		return nil, damaged("revision %d of entry %d: %w", n, e.Seq, err)
	}
	revision := record.revision(e.ID, e.Seq, int(n))
	return &revision, nil
}

// Known tells for each identity key whether an entry is behind it, and its
// digest. The result is parallel to ids.
func (db *DB) Known(ids []aggregator.EntryID) ([]aggregator.Known, error) {
	known := make([]aggregator.Known, len(ids))
	err := db.read("keys", func(r *reader) error {
		for i := range ids {
			seq, err := r.seqOf(ids[i][:])
			if err != nil {
				return err
			}
			if seq == 0 {
				continue
			}
			h, _, err := splitEntry(r.entryValue(seq))
			if err != nil {
				return damaged("key %s leads to entry %d: %w", ids[i], seq, err)
			}
			known[i] = aggregator.Known{Seq: seq, Digest: h.digest}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return known, nil
}

// Entries returns the entries of those numbers, parallel to seqs. One that is
// not in the store has Seq 0.
func (db *DB) Entries(seqs []uint64) ([]aggregator.Entry, error) {
	entries := make([]aggregator.Entry, len(seqs))
	err := db.read("entries", func(r *reader) (err error) {
		for i, seq := range seqs {
			if entries[i], err = r.entryAt(seq); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
}

// Entry returns the entry that an identity key leads to: its id or one of its
// further keys. The error is aggregator.ErrNotFound where there is none.
func (db *DB) Entry(id aggregator.EntryID) (e aggregator.Entry, err error) {
	err = db.read("entry "+id.String(), func(r *reader) error {
		seq, err := r.seqOf(id[:])
		if err != nil {
			return err
		}
		if e, err = r.entryAt(seq); err == nil && e.Seq == 0 {
			err = aggregator.ErrNotFound
		}
		return err
	})
	return e, err
}

// Stories returns the stories of those ids, parallel to ids: those that merged
// with another as what they have become. One that is not in the store is the
// zero Story.
func (db *DB) Stories(ids []aggregator.StoryID) ([]aggregator.Story, error) {
	stories := make([]aggregator.Story, len(ids))
	err := db.read("stories", func(r *reader) (err error) {
		for i, id := range ids {
			if stories[i], err = r.storyOf(id); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return stories, nil
}

// Story returns a story with its entries, withdrawn ones too: under another ID
// than the one asked for where it merged with another. The error is
// aggregator.ErrNotFound where there is none of that id.
func (db *DB) Story(id aggregator.StoryID) (view aggregator.StoryView, err error) {
	err = db.read("story "+id.String(), func(r *reader) error {
		s, err := r.storyOf(id)
		if err != nil {
			return err
		}
		if s.ID.IsZero() {
			return aggregator.ErrNotFound
		}
		view, err = r.viewOf(s)
		return err
	})
	return view, err
}

// States returns the state of every source that was ever polled and not
// forgotten, by id.
func (db *DB) States() ([]aggregator.SourceState, error) {
	var states []aggregator.SourceState
	err := db.read("source states", func(r *reader) error {
		return r.tx.Bucket([]byte(sourcesBucket)).ForEach(func(k, v []byte) error {
			s, err := r.state(string(k), v)
			states = append(states, s)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return states, nil
}

// Revisions returns the earlier texts of an entry, the first first; none where
// its text never changed.
func (db *DB) Revisions(seq uint64) ([]aggregator.Revision, error) {
	var revisions []aggregator.Revision
	err := db.history("revisions", revisionsBucket, seq, func(id aggregator.EntryID, n uint32, v []byte) error {
		var r revisionRecord
		if err := db.codec.dec.Unmarshal(v, &r); err != nil {
			return damaged("revision %d: %w", n, err)
		}
		revisions = append(revisions, r.revision(id, seq, int(n)))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return revisions, nil
}

// Decisions returns what became of an entry, in the order it was decided.
func (db *DB) Decisions(seq uint64) ([]aggregator.Decision, error) {
	var decisions []aggregator.Decision
	err := db.history("decisions", decisionsBucket, seq, func(id aggregator.EntryID, n uint32, v []byte) error {
		var r decisionRecord
		if err := db.codec.dec.Unmarshal(v, &r); err != nil {
			return damaged("decision %d: %w", n, err)
		}
		decisions = append(decisions, r.decision(id, seq))
		return nil
	})
	if err != nil {
		return nil, err
	}
	return decisions, nil
}

// history hands over what a bucket holds of one entry, in order.
func (db *DB) history(what, bucket string, seq uint64, each func(aggregator.EntryID, uint32, []byte) error) error {
	return db.read(fmt.Sprintf("%s of entry %d", what, seq), func(r *reader) error {
		value := r.entryValue(seq)
		if value == nil {
			return nil
		}
		h, _, err := splitEntry(value)
		if err != nil {
			return err
		}
		prefix := seqKey(seq)
		c := r.tx.Bucket([]byte(bucket)).Cursor()
		for k, v := c.Seek(prefix[:]); bytes.HasPrefix(k, prefix[:]); k, v = c.Next() {
			_, n, err := splitCountKey(k)
			if err == nil {
				err = each(h.id, n, v)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}
