package storage

import (
	"bytes"
	"cmp"
	"slices"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// ref is a key on its way into the index.
type ref struct {
	id  aggregator.EntryID
	seq uint64
	own bool // the entry's id itself

	done bool // leads to an entry already, or stands in its list
}

// admit tells new entries from changed ones and refuses those that are
// neither. It returns the keys that are to lead to them.
func (w *writer) admit(c *aggregator.Commit) ([]ref, error) {
	refs := make([]ref, 0, len(c.Entries)+len(c.Keys))
	fresh := make([]freshEntry, len(c.Entries))
	for i := range c.Entries {
		e := &c.Entries[i]
		switch {
		case e.Seq == 0:
			return nil, contradiction("entry %s has no number", e.ID)
		case e.ID.IsZero():
			return nil, contradiction("entry %d has no id", e.Seq)
		case e.Seq > w.counters.last:
			w.counters.last = e.Seq
			w.counters.entries++
			fresh[i].id, fresh[i].story = e.ID, e.Story
			w.fresh[e.Seq] = &fresh[i]
			refs = append(refs, ref{id: e.ID, seq: e.Seq, own: true})
			continue
		}
		if err := w.belongs("new text", e.Seq, e.ID); err != nil {
			return nil, err
		}
	}
	for _, k := range c.Keys {
		_, _, found, err := w.idOf(k.Seq)
		switch {
		case err != nil:
			return nil, err
		case !found:
			return nil, contradiction("key %s leads to entry %d, which is not in the store", k.ID, k.Seq)
		}
		refs = append(refs, ref{id: k.ID, seq: k.Seq})
	}
	return refs, nil
}

// index puts the keys that lead nowhere yet. It looks them up in their order, so
// that those of one page come together, and returns the further ones among them,
// by entry and for each in the order they came.
func (w *writer) index(refs []ref) ([]ref, error) {
	order := make([]int, len(refs))
	for i := range refs {
		order[i] = i
	}
	slices.SortFunc(order, func(i, j int) int {
		a, b := &refs[i], &refs[j]
		return cmp.Or(bytes.Compare(a.id[:], b.id[:]), compareBools(b.own, a.own), cmp.Compare(i, j))
	})
	for n, i := range order {
		r := &refs[i]
		if n > 0 && refs[order[n-1]].id == r.id {
			if r.own {
				return nil, contradiction("entries %d and %d have one id, %s", refs[order[n-1]].seq, r.seq, r.id)
			}
			r.done = true
			continue
		}
		seq, err := w.keys.find(r.id[:])
		switch {
		case err != nil:
			return nil, err
		case seq == 0:
			if err := w.keys.put(r.id, r.seq); err != nil {
				return nil, err
			}
		case r.own:
			return nil, contradiction("new entry %d has id %s, which leads to entry %d", r.seq, r.id, seq)
		default:
			r.done = true
		}
	}
	further := slices.DeleteFunc(refs, func(r ref) bool { return r.own || r.done })
	slices.SortStableFunc(further, func(a, b ref) int { return cmp.Compare(a.seq, b.seq) })
	return further, nil
}

func compareBools(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return 1
	}
	return -1
}

func (w *writer) putEntries(entries []aggregator.Entry, further []ref) error {
	for i := range entries {
		e := &entries[i]
		k := seqKey(e.Seq)
		var old entryHeader
		if f := w.fresh[e.Seq]; f != nil && !f.stored {
			f.stored = true
		} else {
			var err error
			if old, _, err = splitEntry(w.entries.Get(k[:])); err != nil {
				return err
			}
		}
		keys, err := w.keysOf(&old, e.Seq, further)
		if err != nil {
			return err
		}
		if e.Story != old.story {
			if !e.Story.IsZero() {
				w.homeless[e.Seq] = e.Story
			}
			if !old.story.IsZero() {
				w.left[old.story] = e.Seq
			}
		}
		v, err := w.entryValue(e, keys)
		if err != nil {
			return err
		}
		if err := w.entries.Put(k[:], v); err != nil {
			return err
		}
	}
	for i := range further {
		if r := &further[i]; !r.done {
			if err := w.addKeys(r.seq, further); err != nil {
				return err
			}
		}
	}
	return nil
}

// addKeys adds keys to an entry that is not changed otherwise.
func (w *writer) addKeys(seq uint64, further []ref) error {
	k := seqKey(seq)
	h, record, err := splitEntry(w.entries.Get(k[:]))
	if err != nil {
		return err
	}
	if h.keys, err = w.keysOf(&h, seq, further); err != nil {
		return err
	}
	start := w.buf.Len()
	w.buf.Write(h.append(w.buf.AvailableBuffer()))
	w.buf.Write(record)
	return w.entries.Put(k[:], w.since(start))
}

// keysOf returns an entry's further keys with those added that are still to be
// done for it; the oldest are forgotten where there are too many. The result
// is overwritten by the next call.
func (w *writer) keysOf(h *entryHeader, seq uint64, further []ref) ([]byte, error) {
	w.keyList = append(w.keyList[:0], h.keys...)
	i, _ := slices.BinarySearchFunc(further, seq, func(r ref, seq uint64) int { return cmp.Compare(r.seq, seq) })
	for ; i < len(further) && further[i].seq == seq && !further[i].done; i++ {
		further[i].done = true
		w.keyList = append(w.keyList, further[i].id[:]...)
	}
	for len(w.keyList) > maxKeys*idBytes {
		if err := w.keys.remove([16]byte(w.keyList), seq); err != nil {
			return nil, err
		}
		w.keyList = w.keyList[idBytes:]
	}
	return w.keyList, nil
}

// remove deletes an entry and everything under its number and its keys.
func (w *writer) remove(seq uint64) error {
	k := seqKey(seq)
	h, _, err := splitEntry(w.entries.Get(k[:]))
	if err != nil {
		return err
	}
	if err := w.keys.remove(h.id, seq); err != nil {
		return err
	}
	for key := range slices.Chunk(h.keys, idBytes) {
		if err := w.keys.remove([16]byte(key), seq); err != nil {
			return err
		}
	}
	if err := w.removeStory(seq); err != nil {
		return err
	}
	if err := removePins(w.pins, h.id); err != nil {
		return err
	}
	for _, b := range []*bolt.Bucket{w.revisions, w.decisions} {
		if err := removeHistory(b, seq); err != nil {
			return err
		}
	}
	w.counters.entries--
	return w.entries.Delete(k[:])
}

// removeHistory deletes all that belongs to an entry. Deleting moves the
// cursor, so the keys are gathered first.
func removeHistory(b *bolt.Bucket, seq uint64) error {
	prefix := seqKey(seq)
	var keys [][]byte
	c := b.Cursor()
	for k, _ := c.Seek(prefix[:]); bytes.HasPrefix(k, prefix[:]); k, _ = c.Next() {
		keys = append(keys, slices.Clone(k))
	}
	for _, k := range keys {
		if err := b.Delete(k); err != nil {
			return err
		}
	}
	return nil
}
