package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// maxHistory bounds the revisions and the decisions of an entry: beyond it the
// oldest but the first make room. A feed that alternates between two texts
// would otherwise fill the disk.
const maxHistory = 100

// errContradiction is wrapped by everything that is wrong with a commit itself.
var errContradiction = errors.New("contradiction")

func contradiction(format string, args ...any) error {
	return fmt.Errorf("%w: %w", errContradiction, fmt.Errorf(format, args...))
}

// Commit stores c in one transaction and returns when it is on disk. On an
// error nothing of c is stored; only where the disk failed while the last page
// was written it may be there all the same, which [DB.Known] then tells.
//
// A commit that contradicts itself or the store is refused. A new entry has a
// Seq above all earlier ones and an id that is no other entry's key; a changed
// one is in the store under the same id. A story has members, all of them in
// the store, among them its Lead; its Seq is that of the first member and its
// id that member's, and its members name it. An entry that is new or moves to
// another story comes with that story, and with the one it leaves.
//
// Stories that turned out to be one come as the one that stays, which lists the
// others in its Merged. The others leave; their ids lead to it from then on. No
// entry names them any more, and what they listed is listed by a story of the
// same commit or is one. A story that is listed no more comes with the same
// commit, or its id leads nowhere.
//
// A pin names two entries of the store by their ids.
//
// A further key that leads to another entry already stays with it. An entry
// has at most 32 further keys, 100 revisions and 100 decisions; the oldest
// make room, but for the first revision and decision.
func (db *DB) Commit(c aggregator.Commit) error {
	db.writing.Lock()
	defer db.writing.Unlock()
	defer db.encoder.reset()

	if err := db.present(); err != nil {
		return db.failed("commit", err)
	}
	if err := db.change(func(w *writer) error { return w.commit(&c) }); err != nil {
		return db.failed("commit", err)
	}
	if db.sweep != nil {
		db.sweep.show(c.States)
	}
	if db.unreleased += len(c.Entries); db.unreleased >= releaseEntries {
		db.unreleased = 0
		db.release(db.SizeBytes())
	}
	return nil
}

// present returns ErrRemoved where the path no longer leads to the open file:
// what is stored in that would be gone at the end.
func (db *DB) present() error {
	open, err := db.file.Stat()
	if err != nil {
		return nil //nolint:nilerr // it is closed, which bbolt says better
	}
	there, err := os.Stat(db.path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(there, open) {
		return ErrRemoved
	}
	return err
}

// ForgetSource removes the state of a source that is no longer configured. Its
// entries stay until they are purged, which nothing it showed prevents any
// more. A source without state is none too many.
func (db *DB) ForgetSource(id string) error {
	db.writing.Lock()
	defer db.writing.Unlock()
	if err := db.change(func(w *writer) error { return w.sources.Delete([]byte(id)) }); err != nil {
		return db.failed("forget source "+id, err)
	}
	return nil
}

// change runs f in a transaction, and takes over what waits and what is counted
// after it.
func (db *DB) change(f func(*writer) error) error {
	var after counters
	err := db.update(func(tx *bolt.Tx) error {
		w, err := db.newWriter(tx)
		if err != nil {
			return err
		}
		if err := f(w); err != nil {
			return err
		}
		if err := w.finish(); err != nil {
			return err
		}
		after = w.counters
		db.publish(tx, w.waiting)
		return nil
	})
	if err != nil {
		return errors.Join(err, db.refresh())
	}
	db.counters.Store(&after)
	return nil
}

// writer is one writing transaction.
type writer struct {
	*encoder
	codec codec

	entries, stories, revisions, decisions, sources, aliases, pins, meta *bolt.Bucket

	waiting      *waiting
	keys, newest index

	changes  *changeLog
	counters counters
	fresh    map[uint64]*freshEntry
	homeless map[uint64]aggregator.StoryID             // entries whose story has not named them yet
	left     map[aggregator.StoryID]uint64             // stories that still name an entry that left them
	loose    map[aggregator.StoryID]aggregator.StoryID // aliases of stories that became another, and those stories
	keyList  []byte
}

// freshEntry is an entry that is new in this transaction.
type freshEntry struct {
	id      aggregator.EntryID
	story   aggregator.StoryID
	stored  bool   // in its bucket
	told    bool   // its story is
	decided uint32 // decisions so far
}

func (db *DB) newWriter(tx *bolt.Tx) (*writer, error) {
	open := func(name string, fill float64) *bolt.Bucket {
		b := tx.Bucket([]byte(name))
		b.FillPercent = fill
		return b
	}
	waiting := *db.waitingIn(tx.ID() - 1)
	w := &writer{
		encoder:   &db.encoder,
		codec:     db.codec,
		entries:   open(entriesBucket, fillPercent),
		stories:   open(storiesBucket, fillPercent),
		revisions: open(revisionsBucket, fillPercent),
		decisions: open(decisionsBucket, fillPercent),
		sources:   open(sourcesBucket, bolt.DefaultFillPercent),
		aliases:   open(aliasesBucket, bolt.DefaultFillPercent),
		pins:      open(pinsBucket, bolt.DefaultFillPercent),
		meta:      open(metaBucket, bolt.DefaultFillPercent),
		waiting:   &waiting,
		homeless:  map[uint64]aggregator.StoryID{},
		left:      map[aggregator.StoryID]uint64{},
		loose:     map[aggregator.StoryID]aggregator.StoryID{},
	}
	w.keys = newIndex(open(keysBucket, indexFillPercent), &waiting.keys, db.mostKeys, w.seqValue)
	w.newest = newIndex(open(newestBucket, indexFillPercent), &waiting.newest, db.mostPlaces, func(uint64) []byte { return nil })
	var err error
	if w.counters, err = readCounters(w.meta.Get([]byte(countersKey))); err != nil {
		return nil, err
	}
	w.changes, err = newChangeLog(open(changesBucket, fillPercent))
	return w, err
}

func (w *writer) commit(c *aggregator.Commit) error {
	w.fresh = make(map[uint64]*freshEntry, len(c.Entries))
	refs, err := w.admit(c)
	if err != nil {
		return err
	}
	further, err := w.index(refs)
	if err != nil {
		return err
	}
	if err := w.putEntries(c.Entries, further); err != nil {
		return err
	}
	for i := range c.Revisions {
		if err := w.putRevision(&c.Revisions[i]); err != nil {
			return err
		}
	}
	if err := w.putStories(c.Stories); err != nil {
		return err
	}
	for i := range c.Decisions {
		if err := w.putDecision(&c.Decisions[i]); err != nil {
			return err
		}
	}
	for i := range c.States {
		if err := w.putState(&c.States[i]); err != nil {
			return err
		}
	}
	for _, p := range slices.Concat(c.Unpins, c.Pins) {
		if err := w.unpin(p.A, p.B); err != nil {
			return err
		}
	}
	for i := range c.Pins {
		if err := w.putPin(&c.Pins[i]); err != nil {
			return err
		}
	}
	return nil
}

// finish stores what is kept beside the records.
func (w *writer) finish() error {
	for _, x := range []struct {
		*index
		key string
	}{{&w.keys, keysWrittenKey}, {&w.newest, newestWrittenKey}} {
		written, err := x.finish(w.counters.last)
		if err == nil && written {
			err = w.meta.Put([]byte(x.key), x.bytes())
		}
		if err != nil {
			return err
		}
	}
	return w.meta.Put([]byte(countersKey), w.counters.bytes())
}

// idOf returns the id of an entry that is stored or about to be, and the story
// it names.
func (w *writer) idOf(seq uint64) (id aggregator.EntryID, story aggregator.StoryID, found bool, err error) {
	if f := w.fresh[seq]; f != nil {
		return f.id, f.story, true, nil
	}
	k := seqKey(seq)
	v := w.entries.Get(k[:])
	if v == nil {
		return id, story, false, nil
	}
	h, _, err := splitEntry(v)
	return h.id, h.story, true, err
}

func (w *writer) putRevision(r *aggregator.Revision) error {
	if err := w.belongs("revision", r.Seq, r.Entry); err != nil {
		return err
	}
	if r.N < 0 || int64(r.N) >= 1<<32 {
		return contradiction("entry %d: revision %d", r.Seq, r.N)
	}
	v, err := w.revisionValue(r)
	if err != nil {
		return err
	}
	return putHistory(w.revisions, r.Seq, uint32(r.N), v)
}

func (w *writer) putDecision(d *aggregator.Decision) error {
	if err := w.belongs("decision", d.Seq, d.Entry); err != nil {
		return err
	}
	var n uint32
	if f := w.fresh[d.Seq]; f != nil {
		n = f.decided
		f.decided++
	} else {
		n = nextCount(w.decisions, d.Seq)
	}
	v, err := w.decisionValue(d)
	if err != nil {
		return err
	}
	return putHistory(w.decisions, d.Seq, n, v)
}

// belongs sees to it that what is stored about an entry means that entry.
func (w *writer) belongs(what string, seq uint64, entry aggregator.EntryID) error {
	id, _, found, err := w.idOf(seq)
	switch {
	case err != nil:
		return err
	case !found:
		return contradiction("%s of entry %d, which is not in the store", what, seq)
	case id != entry:
		return contradiction("%s of entry %s under the number of %s, %d", what, entry, id, seq)
	}
	return nil
}

// putHistory stores the nth of what belongs to an entry, and makes room.
func putHistory(b *bolt.Bucket, seq uint64, n uint32, v []byte) error {
	if n > maxHistory {
		k := countKey(seq, n-maxHistory)
		if err := b.Delete(k[:]); err != nil {
			return err
		}
	}
	k := countKey(seq, n)
	return b.Put(k[:], v)
}

// nextCount returns the number after the last that belongs to an entry.
func nextCount(b *bolt.Bucket, seq uint64) uint32 {
	end := countKey(seq+1, 0)
	c := b.Cursor()
	k, _ := c.Seek(end[:])
	if k == nil {
		k, _ = c.Last()
	} else {
		k, _ = c.Prev()
	}
	if got, n, err := splitCountKey(k); err == nil && got == seq {
		return n + 1
	}
	return 0
}

func (w *writer) putState(s *aggregator.SourceState) error {
	if s.Source == "" {
		return contradiction("state of a source without id")
	}
	v, err := w.stateValue(s)
	if err != nil {
		return err
	}
	return w.sources.Put([]byte(s.Source), v)
}
