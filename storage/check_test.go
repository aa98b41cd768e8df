package storage

import (
	"errors"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// TestCheckFinds breaks each invariant behind the store's back.
func TestCheckFinds(t *testing.T) {
	t.Parallel()
	bucket := func(tx *bolt.Tx, name string) *bolt.Bucket { return tx.Bucket([]byte(name)) }
	k3 := seqKey(3)
	tests := map[string]struct {
		harm func(tx *bolt.Tx) error
		says string
	}{
		"an id that leads nowhere": {func(tx *bolt.Tx) error {
			key := id("bbc", 99)
			v := seqKey(99)
			return bucket(tx, keysBucket).Put(key[:], v[:])
		}, "1 keys lead to entries that do not know them"},
		"ids that wait and are in their bucket": {func(tx *bolt.Tx) error {
			return bucket(tx, metaBucket).Put([]byte(keysWrittenKey), new(pending).bytes())
		}, "18 keys lead to entries that do not know them"},
		"places that wait and are in their bucket": {func(tx *bolt.Tx) error {
			return bucket(tx, metaBucket).Put([]byte(newestWrittenKey), new(pending).bytes())
		}, "9 places among the newest are of no story"},
		"an entry without its id": {func(tx *bolt.Tx) error {
			key := id("bbc", 3)
			return bucket(tx, keysBucket).Delete(key[:])
		}, "leads to 0"},
		"an id that leads to another": {func(tx *bolt.Tx) error {
			key, v := id("bbc", 3), seqKey(4)
			return bucket(tx, keysBucket).Put(key[:], v[:])
		}, "leads to 4"},
		"a story without its entry": {func(tx *bolt.Tx) error {
			return bucket(tx, entriesBucket).Delete(k3[:])
		}, "member 3 is missing"},
		"an entry without its story": {func(tx *bolt.Tx) error {
			return bucket(tx, storiesBucket).Delete(k3[:])
		}, "is in its story"},
		"an entry that names another story": {func(tx *bolt.Tx) error {
			v := slices.Clone(bucket(tx, entriesBucket).Get(k3[:]))
			other := id("bbc", 4)
			copy(v[16+idBytes:], other[:])
			return bucket(tx, entriesBucket).Put(k3[:], v)
		}, "member 3 names story " + id("bbc", 4).String()},
		"a story without a place": {func(tx *bolt.Tx) error {
			place := newestKey(stampOf(entry(3, "bbc").Seen), 3)
			return bucket(tx, newestBucket).Delete(place[:])
		}, "has no place among the newest"},
		"a place without a story": {func(tx *bolt.Tx) error {
			place := newestKey(stampOf(day()), 3)
			return bucket(tx, newestBucket).Put(place[:], nil)
		}, "1 places among the newest are of no story"},
		"an alias of nothing": {func(tx *bolt.Tx) error {
			alias := id("bbc", 4)
			return bucket(tx, aliasesBucket).Put(alias[:], k3[:])
		}, "1 aliases are of no story"},
		"an alias that is of no member": {func(tx *bolt.Tx) error {
			alias := id("bbc", 4)
			c, err := newCodec()
			if err != nil {
				return err
			}
			s, err := c.story(3, bucket(tx, storiesBucket).Get(k3[:]))
			if err != nil {
				return err
			}
			s.Merged = []aggregator.StoryID{alias.Story()}
			v, err := (&encoder{mode: c.enc}).storyValue(&s)
			return errors.Join(err, bucket(tx, storiesBucket).Put(k3[:], v), bucket(tx, aliasesBucket).Put(alias[:], k3[:]))
		}, "is of no member"},
		"a pin under one entry only": {func(tx *bolt.Tx) error {
			k := pinKey(id("bbc", 3), id("bbc", 4))
			return bucket(tx, pinsBucket).Put(k[:], []byte{0xa0})
		}, "does not stand under both its entries"},
		"a pin of no entry": {func(tx *bolt.Tx) error {
			there, back := pinKey(id("bbc", 3), id("bbc", 99)), pinKey(id("bbc", 99), id("bbc", 3))
			return errors.Join(bucket(tx, pinsBucket).Put(there[:], []byte{0xa0}), bucket(tx, pinsBucket).Put(back[:], nil))
		}, "is of no entry"},
		"a decision about nothing": {func(tx *bolt.Tx) error {
			k := countKey(77, 0)
			return bucket(tx, decisionsBucket).Put(k[:], []byte{0xa0})
		}, "belongs to no entry"},
		"wrong counts": {func(tx *bolt.Tx) error {
			return bucket(tx, metaBucket).Put([]byte(countersKey), counters{last: 9, entries: 8, stories: 9}.bytes())
		}, "counted 9 entries and 9 stories, should be 8 and 9"},
		"a last number that is not the last": {func(tx *bolt.Tx) error {
			return bucket(tx, metaBucket).Put([]byte(countersKey), counters{last: 8, entries: 9, stories: 9}.bytes())
		}, "entry 9 is above the last, 8"},
		"an entry that is no CBOR": {func(tx *bolt.Tx) error {
			v := bucket(tx, entriesBucket).Get(k3[:])
			return bucket(tx, entriesBucket).Put(k3[:], v[:len(v)-1])
		}, "entry 3: unexpected EOF"},
		"a state that is no CBOR": {func(tx *bolt.Tx) error {
			return bucket(tx, sourcesBucket).Put([]byte("bbc"), []byte{0xff})
		}, "state of bbc"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "test.db")
			if err := errors.Join(withWritten(path, 9), withBolt(path, test.harm)); err != nil {
				t.Fatal(err)
			}
			db := mustOpen(t, path)
			err := db.Check()
			if !errors.Is(err, ErrDamaged) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v; want %q", err, test.says)
			}
			if n := strings.Count(err.Error(), ErrDamaged.Error()); n != 1 {
				t.Errorf("the advice comes %d times: %v", n, err)
			}
		})
	}
}
