package dedupe

import (
	"bytes"
	"encoding/gob"
	"iter"
	"time"

	"wiredesk/aggregator"
)

// Place is where an entry of the window stands.
type Place struct {
	Seq   uint64
	ID    aggregator.EntryID
	Story aggregator.StoryID
}

// LastSeq returns the Seq of the newest entry the judge was told of, 0 for
// none.
func (j *Judge) LastSeq() uint64 { return j.last }

// Places lists the entries of the window in the order of their Seq.
func (j *Judge) Places() iter.Seq[Place] {
	return func(yield func(Place) bool) {
		for i := range j.entries.known {
			k := &j.entries.known[i]
			if !yield(Place{Seq: k.seq, ID: k.id, Story: k.story}) {
				return
			}
		}
	}
}

// Move tells the judge that an entry belongs to another story than it was
// added with: two stories were merged, or an operator said so. The zero story
// takes the entry out of the window. An entry that is not in the window is
// passed over.
func (j *Judge) Move(seq uint64, to aggregator.StoryID) {
	number, found := j.entries.find(seq)
	if !found {
		return
	}
	entry := j.entries.at(number)
	if j.members[entry.story]--; j.members[entry.story] == 0 {
		delete(j.members, entry.story)
	}
	entry.story = to
	if !to.IsZero() {
		j.members[to]++
	}
}

// SetPins tells the judge what operators said of entries: all that is in
// force. Decide obeys it before anything else.
func (j *Judge) SetPins([]aggregator.Pin) {}

type snapshot struct {
	Window  time.Duration
	Last    uint64
	Now     time.Time
	Entries []snapshotEntry
}

type snapshotEntry struct {
	ID     aggregator.EntryID
	Seq    uint64
	Story  aggregator.StoryID
	Source string
	Seen   time.Time
	Keys   [keyKinds]uint64
}

// AppendSnapshot appends to b all that the judge knows, in a form that Restore
// reads. Judges that were told the same have the same snapshot, byte for byte.
func (j *Judge) AppendSnapshot(b []byte) []byte {
	s := snapshot{Window: j.window, Last: j.last, Now: j.now}
	for i := range j.entries.known {
		k := &j.entries.known[i]
		e := snapshotEntry{ID: k.id, Seq: k.seq, Story: k.story, Source: k.source, Seen: k.seen}
		for i, key := range k.keys {
			e.Keys[i] = uint64(key)
		}
		s.Entries = append(s.Entries, e)
	}
	var w bytes.Buffer
	if err := gob.NewEncoder(&w).Encode(s); err != nil {
		return b
	}
	return append(b, w.Bytes()...)
}

// Restore makes a judge that knows nothing know what the snapshot holds. A
// snapshot that is damaged, of another version, or was taken under options
// that it does not fit, is an error and leaves the judge as it was: its
// entries have to be added again.
func (j *Judge) Restore(b []byte) error {
	var s snapshot
	if err := gob.NewDecoder(bytes.NewReader(b)).Decode(&s); err != nil {
		return err
	}
	for _, e := range s.Entries {
		var k keys
		for i := range k {
			k[i] = key(e.Keys[i])
		}
		j.Add(&aggregator.Entry{ID: e.ID, Seq: e.Seq, Story: e.Story, Source: e.Source, Seen: e.Seen}, Reading{keys: k})
	}
	j.last, j.now = s.Last, s.Now
	return nil
}
