package ingest

import (
	"fmt"

	"wiredesk/aggregator"
)

// look asks the store once for all keys of the candidates.
func (f *fold) look(candidates []candidate) error {
	var ids []aggregator.EntryID
	for _, c := range candidates {
		for _, id := range c.keys {
			if _, ok := f.known[id]; !ok {
				f.known[id] = aggregator.Known{}
				ids = append(ids, id)
			}
		}
	}
	known, err := f.archive.Known(ids)
	if err != nil {
		return err
	}
	for i, id := range ids {
		f.known[id] = known[i]
	}
	return nil
}

// find returns the Seq of the entry that c is, or 0 if it is new. Renamed
// means that its GUID is another than the one it was known by.
func (f *fold) find(c candidate, shown map[string]bool) (seq uint64, renamed bool, err error) {
	first := f.known[c.keys[0]].Seq
	if len(c.keys) == 1 {
		return first, false, nil
	}
	second := f.known[c.keys[1]].Seq
	if first != 0 && !c.byID && !c.told && second != 0 {
		// One address showed one entry after another: the headline says which.
		return second, false, nil
	}
	if first != 0 || second == 0 {
		return first, false, nil
	}
	stored, err := f.entry(second)
	if err != nil || !sameUnderNewKey(stored, c, shown) {
		return 0, false, err
	}
	// A GUID where there was none is no other.
	return second, c.byID && stored.GUID != "", nil
}

// entry returns the entry as the batch leaves it so far, to be read.
func (f *fold) entry(seq uint64) (*aggregator.Entry, error) {
	if e := f.entries[seq]; e != nil {
		return e, nil
	}
	if e := f.stored[seq]; e != nil {
		return e, nil
	}
	stored, err := f.archive.Entries([]uint64{seq})
	if err != nil {
		return nil, err
	}
	if stored[0].Seq != seq {
		return nil, fmt.Errorf("entry %d is in the index but not in the store", seq)
	}
	f.stored[seq] = &stored[0]
	return &stored[0], nil
}

// learn lets the keys of c that lead nowhere lead to the entry it was found to
// be: a link or a GUID that it did not have before.
func (f *fold) learn(c candidate, seq uint64, digest aggregator.Digest) {
	for _, id := range c.keys {
		if f.known[id].Seq == 0 {
			f.commit.Keys = append(f.commit.Keys, aggregator.Key{ID: id, Seq: seq})
			f.known[id] = aggregator.Known{Seq: seq, Digest: digest}
		}
	}
}

func (f *fold) replace(c candidate, e *aggregator.Entry) {
	f.entries[e.Seq] = e
	for _, id := range c.keys {
		if f.known[id].Seq == e.Seq {
			f.known[id] = aggregator.Known{Seq: e.Seq, Digest: e.Digest}
		}
	}
}
