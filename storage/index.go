package storage

import (
	"bytes"
	"slices"

	bolt "go.etcd.io/bbolt"
)

// How many keys may wait, 24 bytes each. More of them make denser writes; fewer
// make a shorter start, which reads the records they are of.
const (
	mostKeys   = 1 << 16 // of about half as many entries
	mostPlaces = 1 << 15
)

// index is an index within a writing transaction.
type index struct {
	*pending
	bucket *bolt.Bucket
	cursor *bolt.Cursor
	value  func(seq uint64) []byte // what the bucket holds under a key
	most   int                     // how many keys may wait
	// changes are the waiting keys that this transaction adds, and those it
	// removes, with number 0.
	changes map[[16]byte]uint64
}

func newIndex(bucket *bolt.Bucket, p *pending, most int, value func(uint64) []byte) index {
	return index{
		pending: p, bucket: bucket, cursor: bucket.Cursor(), value: value, most: most,
		changes: map[[16]byte]uint64{},
	}
}

// find returns the number a key leads to, 0 for none, where the bucket's values
// are numbers.
func (x *index) find(key []byte) (uint64, error) {
	if seq, changed := x.changes[[16]byte(key)]; changed {
		return seq, nil
	}
	if seq := x.pending.find(key); seq != 0 {
		return seq, nil
	}
	k, v := x.cursor.Seek(key)
	if !bytes.Equal(k, key) {
		return 0, nil
	}
	return readSeq(v)
}

// put makes a key that leads nowhere lead to a number. In a transaction that
// removed the key, it must be the number it led to before.
func (x *index) put(key [16]byte, seq uint64) error {
	if !x.waits(key[:], seq) {
		return x.bucket.Put(key[:], x.value(seq))
	}
	if _, removed := x.changes[key]; removed {
		delete(x.changes, key)
	} else {
		x.changes[key] = seq
	}
	return nil
}

// remove makes a key that leads to a number lead nowhere.
func (x *index) remove(key [16]byte, seq uint64) error {
	if !x.waits(key[:], seq) {
		return x.bucket.Delete(key[:])
	}
	if _, added := x.changes[key]; added {
		delete(x.changes, key)
	} else {
		x.changes[key] = 0
	}
	return nil
}

// finish ends the transaction's part of the index: its changes wait, and if
// they are too many, ranges are written. last is the highest number ever given.
func (x *index) finish(last uint64) (written bool, err error) {
	var added, removed [ranges]run
	changes := make(run, 0, len(x.changes))
	for key, seq := range x.changes {
		changes = append(changes, waitingKey{key, seq})
	}
	slices.SortFunc(changes, waitingKey.compare)
	for _, k := range changes {
		to := &added
		if k.seq == 0 {
			to = &removed
		}
		of := x.rangeOf(k.key[:])
		to[of] = append(to[of], k)
	}
	for of := range ranges {
		if len(removed[of]) > 0 {
			x.pending.remove(of, removed[of])
		}
		if len(added[of]) > 0 {
			x.add(of, added[of])
		}
	}
	for ; x.count > x.most; written = true {
		of, _ := x.oldest()
		for _, k := range x.take(of, last) {
			if err := x.bucket.Put(k.key[:], x.value(k.seq)); err != nil {
				return false, err
			}
		}
	}
	return written, nil
}
