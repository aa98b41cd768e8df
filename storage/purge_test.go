package storage

import (
	"testing"
	"time"

	"wiredesk/aggregator"
)

// sweepAll purges until there is no more and returns how many entries went.
func sweepAll(tb testing.TB, db *DB, before time.Time, limit int) (removed int) {
	tb.Helper()
	for range 1000 {
		n, more, err := db.Purge(before, limit)
		if err != nil {
			tb.Fatal(err)
		}
		removed += n
		if !more {
			return removed
		}
	}
	tb.Fatal("a sweep without end")
	return 0
}

// left returns the numbers of the entries up to last that are still there.
func left(tb testing.TB, db *DB, last uint64) (seqs []uint64) {
	tb.Helper()
	entries, err := db.Entries(seqRange(1, last))
	if err != nil {
		tb.Fatal(err)
	}
	for _, e := range entries {
		if e.Seq != 0 {
			seqs = append(seqs, e.Seq)
		}
	}
	return seqs
}

func TestPurge(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	// 1 and 2 are stories of their own, 3 and 9 are one, 4 and 5 are one, 6 is
	// dropped, 7 is dropped and shown, 8 is shown, 10 is young.
	c := lone("bbc", seqRange(1, 10)...)
	at := func(seq uint64) *aggregator.Entry { return &c.Entries[seq-1] }
	c.Stories = []aggregator.Story{
		storyOf(at(1)), storyOf(at(2)), storyOf(at(3), at(9)), storyOf(at(4), at(5)), storyOf(at(8)), storyOf(at(10)),
	}
	at(6).Story, at(7).Story = aggregator.StoryID{}, aggregator.StoryID{}
	at(9).Seen = day().Add(2 * time.Hour)
	at(10).Seen = day().Add(2 * time.Hour)
	c.States[0].Showing = []uint64{7, 8, 10}
	for _, seq := range []uint64{2, 4} {
		c.Revisions = append(c.Revisions, aggregator.Revision{Entry: at(seq).ID, Seq: seq, Title: "earlier"})
	}
	mustCommit(t, db, c)
	before := day().Add(time.Hour)

	if n := sweepAll(t, db, before, 2); n != 5 {
		t.Errorf("%d entries went, want 1, 2, 4, 5 and 6", n)
	}
	mustCheck(t, db)
	equal(t, "what is left", []uint64{3, 7, 8, 9, 10}, left(t, db, 10))
	if entries, stories := db.Counts(); entries != 5 || stories != 3 || db.LastSeq() != 10 {
		t.Errorf("counts %d, %d, last %d", entries, stories, db.LastSeq())
	}
	for _, seq := range []uint64{1, 2, 4, 5, 6} {
		link := aggregator.EntryKey("bbc", aggregator.KeyLink, at(seq).Canonical)
		known, err := db.Known([]aggregator.EntryID{at(seq).ID, link})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "keys of what went", make([]aggregator.Known, 2), known)
	}

	// What is shown no longer goes with the next sweep; its ids stay until then.
	known, err := db.Known([]aggregator.EntryID{at(7).ID, at(8).ID})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "shown", []aggregator.Known{{Seq: 7, Digest: at(7).Digest}, {Seq: 8, Digest: at(8).Digest}}, known)
	mustCommit(t, db, aggregator.Commit{States: []aggregator.SourceState{{Source: "bbc", Showing: []uint64{10}}}})
	if n := sweepAll(t, db, before, 100); n != 2 {
		t.Errorf("%d entries went, want 7 and 8", n)
	}
	if err := db.ForgetSource("bbc"); err != nil {
		t.Fatal(err)
	}
	if n := sweepAll(t, db, day().Add(24*time.Hour), 1); n != 3 {
		t.Errorf("%d entries went, want the last three", n)
	}
	mustCheck(t, db)

	// Numbers are never given twice, ids may come again.
	mustCommit(t, db, lone("bbc", 11))
	if err := db.Commit(lone("bbc", 5)); err == nil {
		t.Error("the number of a purged entry was given again")
	}
}

// TestPurgeSeesWhatIsShownMeanwhile: a poll between two calls of one sweep.
func TestPurgeSeesWhatIsShownMeanwhile(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	c := lone("bbc", seqRange(1, 4)...)
	c.States[0].Showing = nil
	mustCommit(t, db, c)
	later := day().Add(time.Hour)
	if n, more, err := db.Purge(later, 1); n != 1 || !more || err != nil {
		t.Fatal(n, more, err)
	}
	mustCommit(t, db, aggregator.Commit{States: []aggregator.SourceState{{Source: "bbc", Showing: []uint64{3}}}})
	sweepAll(t, db, later, 1)
	equal(t, "what is left", []uint64{3}, left(t, db, 4))
	mustCheck(t, db)
}

// TestPurgeIsCheap: a sweep looks at what is kept once, not at every call, and
// ends where the young entries begin.
func TestPurgeIsCheap(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	const kept, old, young = 2 * sweepBatch, 50, 3 * sweepYoung
	c := lone("bbc", seqRange(1, kept+old+young)...)
	for i := range c.Entries {
		c.Entries[i].Seen = day()
		if i >= kept+old {
			c.Entries[i].Seen = day().Add(time.Hour)
		}
	}
	c.States[0].Showing = seqRange(1, kept)
	c.Decisions = nil
	mustCommit(t, db, c)
	calls, removed := 0, 0
	for more := true; more; calls++ {
		var n int
		var err error
		if n, more, err = db.Purge(day().Add(time.Minute), 10); err != nil {
			t.Fatal(err)
		}
		removed += n
		if db.sweep != nil && db.sweep.next > kept+old+sweepYoung+1 {
			t.Fatalf("looked at entry %d", db.sweep.next)
		}
	}
	if removed != old || calls > kept/sweepBatch+old/10+1 {
		t.Errorf("%d entries in %d calls", removed, calls)
	}
	before := dump(t, db)
	if n := sweepAll(t, db, day().Add(time.Minute), 10); n != 0 {
		t.Errorf("%d entries went in a second sweep", n)
	}
	if before != dump(t, db) {
		t.Error("a sweep that removed nothing wrote")
	}
}
