package storage

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// waits returns the keys and the places that wait, by key.
func waits(db *DB) (w [2]map[[16]byte]uint64) {
	last := db.states.Load()[1].waiting
	for i, p := range []*pending{&last.keys, &last.newest} {
		w[i] = map[[16]byte]uint64{}
		for _, runs := range p.runs {
			for _, r := range runs {
				for _, k := range r {
					w[i][k.key] = k.seq
				}
			}
		}
	}
	return w
}

// TestPending compares what waits with a map, through random additions,
// removals and writes.
func TestPending(t *testing.T) {
	t.Parallel()
	for _, shift := range []uint8{58, 46} {
		r := rand.New(rand.NewPCG(uint64(shift), 1))
		p, want := pending{shift: shift}, map[[16]byte]uint64{}
		random := func() (key [16]byte) {
			for i := range key[:4] {
				key[i] = byte(r.Uint32())
			}
			return key
		}
		for seq := uint64(1); seq <= 400; seq++ {
			earlier, was := p, len(want)
			var added, removed [ranges]run
			for range r.IntN(60) {
				k := waitingKey{random(), seq}
				want[k.key] = seq
				added[p.rangeOf(k.key[:])] = append(added[p.rangeOf(k.key[:])], k)
			}
			for key := range want {
				if len(removed[p.rangeOf(key[:])]) < 2 && want[key] < seq && r.IntN(50) == 0 {
					removed[p.rangeOf(key[:])] = append(removed[p.rangeOf(key[:])], waitingKey{key: key})
					delete(want, key)
				}
			}
			for of := range ranges {
				slices.SortFunc(removed[of], waitingKey.compare)
				p.remove(of, removed[of])
				slices.SortFunc(added[of], waitingKey.compare)
				if len(added[of]) > 0 {
					p.add(of, added[of])
				}
			}
			if r.IntN(8) == 0 {
				of, _ := p.oldest()
				taken := p.take(of, seq)
				for i, k := range taken {
					if want[k.key] != k.seq || i > 0 && taken[i-1].compare(k) >= 0 {
						t.Fatalf("took %x of %d, which has %d", k.key, k.seq, want[k.key])
					}
					delete(want, k.key)
				}
				for key := range want {
					if p.rangeOf(key[:]) == of {
						t.Fatalf("%x of range %d was not taken", key, of)
					}
				}
			}
			if earlier.count != was {
				t.Fatalf("a state counts %d after the next was made, %d before", earlier.count, was)
			}
			comparePending(t, &p, want, random())
		}
	}
}

func comparePending(t *testing.T, p *pending, want map[[16]byte]uint64, middle [16]byte) {
	t.Helper()
	var sorted run
	for key, seq := range want {
		sorted = append(sorted, waitingKey{key, seq})
		if got := p.find(key[:]); got != seq {
			t.Fatalf("%x is of %d, want %d", key, got, seq)
		}
	}
	slices.SortFunc(sorted, waitingKey.compare)
	if p.count != len(want) || p.find(middle[:]) != want[middle] {
		t.Fatalf("%d wait, want %d; %x is of %d, want %d", p.count, len(want), middle, p.find(middle[:]), want[middle])
	}
	for of, runs := range p.runs {
		if len(runs) > 12 {
			t.Fatalf("range %d has %d runs", of, len(runs))
		}
	}
	end, _ := sorted.search(middle[:])
	walk := func(way way, want run) {
		t.Helper()
		for _, k := range want {
			key, in := way.peek()
			if !bytes.Equal(key, k.key[:]) {
				t.Fatalf("%x comes, want %x", key, k.key)
			}
			way.pass(in)
		}
		if key, _ := way.peek(); key != nil {
			t.Fatalf("%x comes beyond the end", key)
		}
	}
	back := slices.Clone(sorted)
	slices.Reverse(back)
	walk(p.before(nil), back)
	walk(p.before(middle[:]), back[len(back)-end:])
	walk(p.after(middle[:]), sorted[end:])
	if at := len(sorted) / 2; at > 0 && at+1 < len(sorted) { // a key that waits is passed itself
		back, on := p.before(sorted[at].key[:]), p.after(sorted[at].key[:])
		below, _ := back.peek()
		above, _ := on.peek()
		if !bytes.Equal(below, sorted[at-1].key[:]) || !bytes.Equal(above, sorted[at+1].key[:]) {
			t.Fatalf("%x stands between %x and %x, want %x and %x", sorted[at].key, below, above, sorted[at-1].key, sorted[at+1].key)
		}
	}
	if p.shift == 58 {
		key := middle[:]
		for _, k := range sorted[end:] {
			next, found := p.from(key)
			if !found || next != k {
				t.Fatalf("%x comes next, want %x", next.key, k.key)
			}
			key = append(next.key[:], 0)
		}
		if next, found := p.from(key); found {
			t.Fatalf("%x comes after the last", next.key)
		}
	}
}

func TestPendingBytes(t *testing.T) {
	t.Parallel()
	var p, back pending
	for of := range p.written {
		p.written[of] = uint64(of) << of >> 4
	}
	if err := back.read(p.bytes()); err != nil {
		t.Fatal(err)
	}
	equal(t, "written", p.written, back.written)
	for name, v := range map[string][]byte{
		"nothing":       nil,
		"cut":           p.bytes()[:len(p.bytes())-1],
		"too long":      append(p.bytes(), 0),
		"beyond a word": bytes.Repeat([]byte{0xff}, 80),
	} {
		if err := new(pending).read(v); err == nil {
			t.Errorf("%s: read", name)
		}
	}
}

// TestReadersSeeOneState: a reader whose transaction began before a commit sees
// nothing of it, also of what waits, and one that is two commits late begins
// again.
func TestReadersSeeOneState(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	mustCommit(t, db, lone("bbc", 1))
	err := db.see(func(r *reader) error {
		db.mostKeys, db.mostPlaces = 0, 0
		mustCommit(t, db, lone("bbc", 2))
		mustCommit(t, db, lone("bbc", 3))
		for seq, want := range map[uint64]uint64{1: 1, 2: 0, 3: 0} {
			key := id("bbc", seq)
			if got, err := r.seqOf(key[:]); got != want || err != nil {
				t.Errorf("the key of %d leads to %d, %v; want %d", seq, got, err, want)
			}
		}
		if db.waitingIn(r.tx.ID()) != nil {
			t.Error("a state two commits ago is still known")
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	states := db.states.Load()
	db.states.Store(&[2]state{})
	time.AfterFunc(10*time.Millisecond, func() { db.states.Store(states) })
	known, err := db.Known([]aggregator.EntryID{id("bbc", 3)})
	if err != nil || known[0].Seq != 3 {
		t.Errorf("known %v, %v", known, err)
	}
}

// TestOtherWritesLeaveWhatWaits: a transaction that is none of entries, also
// after one that failed, changes nothing of what waits, and is read.
func TestOtherWritesLeaveWhatWaits(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	mustCommit(t, db, lone("bbc", 1))
	before := waits(db)
	failed := errors.New("no")
	err := db.update(func(tx *bolt.Tx) error {
		db.publish(tx, newWaiting())
		return failed
	})
	if !errors.Is(err, failed) {
		t.Fatal(err)
	}
	for range 3 {
		if err := db.update(func(*bolt.Tx) error { return nil }); err != nil {
			t.Fatal(err)
		}
		equal(t, "what waits", before, waits(db))
		mustCheck(t, db)
	}
}

// TestFailedCommitLeavesWhatWaits: keys of a commit that failed lead nowhere,
// and the next may have them.
func TestFailedCommitLeavesWhatWaits(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	mustCommit(t, db, lone("bbc", 1))
	before := waits(db)
	bad := lone("bbc", 2)
	bad.Pins = []aggregator.Pin{{A: id("bbc", 2), B: id("bbc", 77)}}
	if err := db.Commit(bad); err == nil {
		t.Fatal("a pin of no entry was taken")
	}
	equal(t, "what waits", before, waits(db))
	mustCommit(t, db, lone("bbc", 2))
	mustCheck(t, db)
}
