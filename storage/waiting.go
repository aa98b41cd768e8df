package storage

import (
	"slices"

	bolt "go.etcd.io/bbolt"
)

// waiting is what waits for its bucket in one state of the file. It is not
// changed once it can be seen.
type waiting struct {
	keys   pending
	newest pending
}

// state is what waits in the state that the transaction of that number made.
type state struct {
	tx      int
	waiting *waiting
}

func newWaiting() *waiting {
	return &waiting{
		// The first six bits of an identity key are as random as any.
		keys: pending{shift: 58},
		// Twenty hours (2^46 ns) make a range, and the first comes again after
		// 52 days: what is written together lies together.
		newest: pending{shift: 46},
	}
}

// publish makes w what waits in the state that a transaction is about to make.
// What waits in the state before stays beside it: it is what readers see until
// the transaction has ended, and after that where the disk failed. As each
// reader takes what belongs to the state it reads, it sees a commit whole or
// not at all.
func (db *DB) publish(tx *bolt.Tx, w *waiting) {
	before := tx.ID() - 1
	db.states.Store(&[2]state{{before, db.waitingIn(before)}, {tx.ID(), w}})
}

// waitingIn returns what waits in the state that the transaction of that number
// made, nil where that is older than the last two.
func (db *DB) waitingIn(tx int) *waiting {
	for _, s := range db.states.Load() {
		if s.tx == tx {
			return s.waiting
		}
	}
	return nil
}

// load reads what waits from a file that was just opened. It leaves out the
// records whose keys are all in their buckets.
func (db *DB) load() error {
	made, w := 0, newWaiting()
	err := db.view(func(tx *bolt.Tx) error {
		made = tx.ID()
		meta := tx.Bucket([]byte(metaBucket))
		if err := w.keys.read(meta.Get([]byte(keysWrittenKey))); err != nil {
			return err
		}
		return w.newest.read(meta.Get([]byte(newestWrittenKey)))
	})
	if err != nil {
		return err
	}
	err = db.gather(&w.keys, entriesBucket, func(seq uint64, v []byte, add func(key [16]byte, seq uint64)) error {
		h, _, err := splitEntry(v)
		if err != nil {
			return damaged("entry %d: %w", seq, err)
		}
		add(h.id, seq)
		for key := range slices.Chunk(h.keys, idBytes) {
			add([16]byte(key), seq)
		}
		return nil
	})
	if err != nil {
		return err
	}
	err = db.gather(&w.newest, storiesBucket, func(seq uint64, v []byte, add func(key [16]byte, seq uint64)) error {
		h, _, err := splitStory(v)
		if err != nil {
			return damaged("story %d: %w", seq, err)
		}
		place := newestKey(h.first, seq)
		add(place, seq)
		return nil
	})
	if err != nil {
		return err
	}
	db.states.Store(&[2]state{1: {made, w}})
	return nil
}

// gatherBatch is how many records gather reads in one transaction.
const gatherBatch = 4096

// gather adds the keys of a bucket's records that are not written. keysOf hands
// over those of one record.
func (db *DB) gather(p *pending, bucket string, keysOf func(seq uint64, v []byte, add func(key [16]byte, seq uint64)) error) error {
	var found [ranges]run
	add := func(key [16]byte, seq uint64) {
		if p.waits(key[:], seq) {
			of := p.rangeOf(key[:])
			found[of] = append(found[of], waitingKey{key, seq})
		}
	}
	_, seq := p.oldest()
	for read := gatherBatch; read == gatherBatch; {
		read = 0
		err := db.view(func(tx *bolt.Tx) error {
			c := tx.Bucket([]byte(bucket)).Cursor()
			start := seqKey(seq + 1)
			for k, v := c.Seek(start[:]); k != nil && read < gatherBatch; k, v = c.Next() {
				read++
				var err error
				if seq, err = readSeq(k); err == nil {
					err = keysOf(seq, v, add)
				}
				if err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return err
		}
		db.release(db.SizeBytes())
	}
	for of, keys := range found {
		if len(keys) > 0 {
			slices.SortFunc(keys, waitingKey.compare)
			p.add(of, slices.Clone(keys))
		}
	}
	return nil
}
