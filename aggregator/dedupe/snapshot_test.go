package dedupe

import (
	"errors"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// smallSnapshot returns a snapshot of a judge that knows n entries, and the
// last of them.
func smallSnapshot(n int) ([]byte, aggregator.Entry) {
	random := rand.New(rand.NewPCG(2, 2))
	f := newFolding(Options{})
	for _, t := range tongues {
		for _, e := range t.news(random, n/len(tongues), noon, time.Hour) {
			f.add(e)
		}
	}
	return f.judge.AppendSnapshot(nil), f.entries[len(f.entries)-1]
}

// restoreAndUse restores what may be no snapshot, and lets a judge that took it
// do all that judges do.
func restoreAndUse(t *testing.T, b []byte, known aggregator.Entry) (restored bool) {
	t.Helper()
	j := New(Options{})
	if err := j.Restore(b); err != nil {
		if !errors.Is(err, ErrSnapshot) {
			t.Fatalf("error %v", err)
		}
		if j.Len() != 0 || j.LastSeq() != 0 {
			t.Fatalf("after %v the judge knows %d entries", err, j.Len())
		}
		return false
	}
	places := 0
	for p := range j.Places() {
		if places++; places > 5 {
			break
		}
		j.Move(p.Seq, known.Story)
	}
	tell := func(after time.Duration) {
		e := known
		e.Seq, e.Seen = j.LastSeq()+1, known.Seen.Add(after)
		if e.Seq == 0 {
			return // the snapshot says that no more can come
		}
		e.ID[0] ^= byte(e.Seq)
		r := j.Read(&e)
		d := j.Decide(&e, r)
		e.Story = d.Story
		j.Add(&e, r)
		e.Title += " again"
		r = j.Read(&e)
		j.Revise(&e, r)
		j.Add(&e, r)
	}
	tell(time.Minute)
	tell(10 * time.Hour)
	tell(2 * DefaultWindow)
	j.AppendSnapshot(nil)
	return true
}

func TestDamagedSnapshots(t *testing.T) {
	t.Parallel()
	b, known := smallSnapshot(10)
	if !restoreAndUse(t, b, known) {
		t.Fatal("the whole snapshot was refused")
	}
	for n := range b {
		if restoreAndUse(t, b[:n], known) {
			t.Fatalf("the first %d bytes of %d were taken", n, len(b))
		}
	}
	if restoreAndUse(t, append(slices.Clip(b), 0), known) {
		t.Error("a byte too many was taken")
	}
	random := rand.New(rand.NewPCG(1, 1))
	refused := 0
	for range 600 {
		damaged := append([]byte(nil), b...)
		for range 1 + random.IntN(3) {
			damaged[random.IntN(len(b))] ^= 1 << random.IntN(8)
		}
		if !restoreAndUse(t, damaged, known) {
			refused++
		}
	}
	if refused == 0 {
		t.Error("every damaged snapshot was taken")
	}
}

// TestSnapshotAtTheEndOfNumbers restores judges whose entries' numbers begin
// where none should, or pass their end.
func TestSnapshotAtTheEndOfNumbers(t *testing.T) {
	t.Parallel()
	b, known := smallSnapshot(30)
	for _, first := range []uint32{0, math.MaxUint32, math.MaxUint32 - 10} {
		j := New(Options{})
		if err := j.Restore(b); err != nil {
			t.Fatal(err)
		}
		j.entries.first = first
		restoreAndUse(t, j.AppendSnapshot(nil), known)
	}
}

func TestSnapshotOfAnother(t *testing.T) {
	t.Parallel()
	b, _ := smallSnapshot(30)
	if err := New(Options{Window: time.Hour}).Restore(b); !errors.Is(err, ErrSnapshot) {
		t.Errorf("with another window: %v", err)
	}
	if err := New(Options{}).Restore(nil); !errors.Is(err, ErrSnapshot) {
		t.Errorf("of nothing: %v", err)
	}
}

func FuzzRestore(f *testing.F) {
	b, known := smallSnapshot(10)
	f.Add(b)
	f.Add(b[:len(b)/2])
	f.Add(New(Options{}).AppendSnapshot(nil))
	f.Fuzz(func(t *testing.T, b []byte) { restoreAndUse(t, b, known) })
}
