package storage

import (
	"testing"

	bolt "go.etcd.io/bbolt"
)

// TestIndex changes keys back and forth within a transaction, where they wait
// and where they are in the bucket.
func TestIndex(t *testing.T) {
	t.Parallel()
	old, young := [16]byte{1}, [16]byte{2}
	type op struct {
		key [16]byte
		put bool
	}
	tests := map[string]struct {
		ops  []op
		want map[[16]byte]uint64
	}{
		"removed":                {[]op{{old, false}}, nil},
		"removed and put again":  {[]op{{old, false}, {old, true}}, map[[16]byte]uint64{old: 1}},
		"to and fro":             {[]op{{old, false}, {old, true}, {old, false}}, nil},
		"added":                  {[]op{{young, true}}, map[[16]byte]uint64{old: 1, young: 1}},
		"added and removed":      {[]op{{young, true}, {young, false}}, map[[16]byte]uint64{old: 1}},
		"added, removed, added":  {[]op{{young, true}, {young, false}, {young, true}}, map[[16]byte]uint64{old: 1, young: 1}},
		"one in another's place": {[]op{{old, false}, {young, true}}, map[[16]byte]uint64{young: 1}},
	}
	for name, test := range tests {
		for where, most := range map[string]int{"waiting": mostKeys, "written": 0} {
			t.Run(name+", "+where, func(t *testing.T) {
				t.Parallel()
				db := newDB(t)
				err := db.change(func(w *writer) error {
					w.counters.last = 1
					return w.keys.put(old, 1)
				})
				if err != nil {
					t.Fatal(err)
				}
				db.mostKeys = most
				if err := db.change(func(*writer) error { return nil }); err != nil {
					t.Fatal(err)
				}
				err = db.change(func(w *writer) error {
					for _, op := range test.ops {
						change := w.keys.remove
						if op.put {
							change = w.keys.put
						}
						if err := change(op.key, 1); err != nil {
							return err
						}
						if seq, err := w.keys.find(op.key[:]); err != nil || (seq == 1) != op.put {
							t.Errorf("%x leads to %d, %v", op.key, seq, err)
						}
					}
					return nil
				})
				if err != nil {
					t.Fatal(err)
				}
				got, waiting := waits(db)[0], db.states.Load()[1].waiting.keys.count
				if len(got) != waiting {
					t.Errorf("%d keys are counted of %d", waiting, len(got))
				}
				err = db.view(func(tx *bolt.Tx) error {
					return tx.Bucket([]byte(keysBucket)).ForEach(func(k, v []byte) error {
						if _, too := got[[16]byte(k)]; too {
							t.Errorf("%x waits and is in the bucket", k)
						}
						seq, err := readSeq(v)
						got[[16]byte(k)] = seq
						return err
					})
				})
				if err != nil {
					t.Fatal(err)
				}
				equal(t, "keys", test.want, got)
			})
		}
	}
}
