package storage

import (
	"bytes"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// Between returns the entries whose ids lie from first to last, in their order,
// at most limit. A further key of an entry is no id of it. It looks at no more
// keys than 16 times the limit, so that a wide range costs little; the ids that
// begin with eight given digits are fewer in any archive.
func (db *DB) Between(first, last aggregator.EntryID, limit int) ([]aggregator.EntryID, error) {
	const keysPerEntry = 16
	var found []aggregator.EntryID
	err := db.read("ids", func(r *reader) error {
		keys := r.keysFrom(first[:])
		for left := keysPerEntry * limit; left > 0 && len(found) < limit; left-- {
			k, seq, err := keys.next()
			if err != nil {
				return err
			}
			if k == nil || bytes.Compare(k, last[:]) > 0 {
				return nil
			}
			h, _, err := splitEntry(r.entryValue(seq))
			if err != nil {
				return damaged("key %x leads to entry %d: %w", k, seq, err)
			}
			if bytes.Equal(h.id[:], k) {
				found = append(found, h.id)
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return found, nil
}

// keyWalk walks through the identity keys in order: those of the bucket and
// those that wait.
type keyWalk struct {
	cursor  *bolt.Cursor
	k, v    []byte // the next of the bucket
	waiting *pending
	w       waitingKey // the next that waits
	waits   bool       // there is one
}

// keysFrom begins with the given key.
func (r *reader) keysFrom(key []byte) *keyWalk {
	walk := &keyWalk{cursor: r.tx.Bucket([]byte(keysBucket)).Cursor(), waiting: &r.waiting.keys}
	walk.k, walk.v = walk.cursor.Seek(key)
	walk.w, walk.waits = walk.waiting.from(key)
	return walk
}

// next returns the next key and the entry it leads to; no key after the last.
func (w *keyWalk) next() (key []byte, seq uint64, err error) {
	if w.waits && (w.k == nil || bytes.Compare(w.w.key[:], w.k) < 0) {
		found := w.w
		w.w, w.waits = w.waiting.from(append(found.key[:], 0))
		return found.key[:], found.seq, nil
	}
	if key = w.k; key != nil {
		seq, err = readSeq(w.v)
		w.k, w.v = w.cursor.Next()
	}
	return key, seq, err
}
