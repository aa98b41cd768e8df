package storage

import (
	"errors"
	"slices"
	"testing"
	"time"

	"wiredesk/aggregator"
)

func TestNewest(t *testing.T) {
	t.Parallel()
	for name, most := range map[string][2]int{
		"all wait": {mostPlaces, mostPlaces}, "some wait": {0, mostPlaces}, "none waits": {0, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			testNewest(t, most)
		})
	}
}

// testNewest stores two stories and then three, with so many places that may
// wait.
func testNewest(t *testing.T, most [2]int) {
	t.Helper()
	db := newDB(t)
	c := lone("bbc", 1, 2, 3, 4, 5)
	// 2 is the newest, 1 and 4 are equally old, 5 has no date.
	for i, first := range []time.Time{day(), day().Add(72 * time.Hour), day().Add(24 * time.Hour), day(), {}} {
		c.Stories[i].First = first
	}
	c.Stories[2].Withdrawn = true
	db.mostPlaces = most[0]
	mustCommit(t, db, aggregator.Commit{Entries: c.Entries[:2], Stories: c.Stories[:2]})
	db.mostPlaces = most[1]
	mustCommit(t, db, aggregator.Commit{Entries: c.Entries[2:], Stories: c.Stories[2:]})
	want := []uint64{2, 3, 4, 1, 5}

	for limit := 1; limit <= 6; limit++ {
		var got []uint64
		var at aggregator.Position
		for {
			views, next, err := db.Newest(at, limit)
			if err != nil {
				t.Fatal(err)
			}
			if len(views) == 0 {
				equal(t, "cursor at the end", at, next)
				break
			}
			bare, err := db.NewestStories(at, limit)
			if err != nil || len(bare) != len(views) {
				t.Fatalf("%d stories without their entries, want %d: %v", len(bare), len(views), err)
			}
			for i, v := range views {
				got = append(got, v.Seq)
				equal(t, "story without its entries", v.Story, bare[i])
				equal(t, "view", aggregator.StoryView{Story: c.Stories[v.Seq-1], Entries: c.Entries[v.Seq-1 : v.Seq]}, v)
			}
			at = next
		}
		equal(t, "order", want, got)
		slices.Reverse(got)
		equal(t, "order upwards", got, climb(t, db, limit))
	}
	newer, err := db.NewerStories(aggregator.Position{First: day()}, 9)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "not older than an instant", []aggregator.Story{c.Stories[0], c.Stories[3], c.Stories[2], c.Stories[1]}, newer)
	if newer, err := db.NewerStories(aggregator.Position{}, 0); len(newer) > 0 || err != nil {
		t.Errorf("of none that were asked for: %d, %v", len(newer), err)
	}

	// A story whose First changes has one place, the new one.
	moved := c.Stories[1]
	moved.First = day().Add(-72 * time.Hour)
	mustCommit(t, db, aggregator.Commit{Stories: []aggregator.Story{moved}})
	mustCheck(t, db)
	views, _, err := db.Newest(aggregator.Position{}, 10)
	if err != nil {
		t.Fatal(err)
	}
	var got []uint64
	for _, v := range views {
		got = append(got, v.Seq)
	}
	equal(t, "order", []uint64{3, 4, 1, 2, 5}, got)
	equal(t, "order upwards", []uint64{5, 2, 1, 4, 3}, climb(t, db, 2))
}

// climb returns the Seqs of all stories as NewerStories hands them out, so many
// at once.
func climb(t *testing.T, db *DB, limit int) (seqs []uint64) {
	t.Helper()
	var at aggregator.Position
	for {
		stories, err := db.NewerStories(at, limit)
		if err != nil || len(seqs) > 100 {
			t.Fatalf("after %d stories: %v", len(seqs), err)
		}
		if len(stories) == 0 {
			return seqs
		}
		for _, s := range stories {
			seqs = append(seqs, s.Seq)
			at = aggregator.Position{First: s.First, Seq: s.Seq}
		}
	}
}

func TestReplay(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	const n = 3*replayBatch + 7
	c := lone("bbc", seqRange(1, n)...)
	// Entry 300 was seen long before those around it, but written among them.
	c.Entries[299].Seen = c.Entries[299].Seen.Add(-seenSlack / 2)
	mustCommit(t, db, c)
	for _, from := range []uint64{0, 1, 2, 280, 299, 300, 301, n, n + 1} {
		since := day().Add(time.Duration(from) * time.Minute)
		var want, got []uint64
		for _, e := range c.Entries {
			if !e.Seen.Before(since) {
				want = append(want, e.Seq)
			}
		}
		err := db.Replay(since, func(e aggregator.Entry) error {
			equal(t, "entry", c.Entries[e.Seq-1], e)
			got = append(got, e.Seq)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "entries", want, got)
		got = nil
		err = db.ReplayFrom(from, func(e aggregator.Entry) error {
			got = append(got, e.Seq)
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "entries by number", seqRange(max(from, 1), n), got)
	}
	stop := errors.New("enough")
	calls := 0
	if err := db.Replay(time.Time{}, func(aggregator.Entry) error { calls++; return stop }); !errors.Is(err, stop) || calls != 1 {
		t.Errorf("%d calls, then %v", calls, err)
	}
}

// TestReplayHoldsNoTransaction: yield may write, and what it writes comes too.
func TestReplayHoldsNoTransaction(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	mustCommit(t, db, lone("bbc", 1))
	var got []uint64
	err := db.Replay(time.Time{}, func(e aggregator.Entry) error {
		got = append(got, e.Seq)
		if e.Seq < 5 {
			mustCommit(t, db, lone("bbc", e.Seq+1))
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "entries", seqRange(1, 5), got)
}

func TestHeads(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	const n = headBatch + 3
	c := lone("bbc", seqRange(1, n)...)
	c.Decisions, c.Keys = nil, nil
	c.Entries[n-1].RevisedAfter = 77
	c.Entries[4].Story = aggregator.StoryID{}
	c.Stories = append(c.Stories[:4], c.Stories[5:]...)
	mustCommit(t, db, c)
	for _, span := range [][2]uint64{{0, n + 9}, {1, n}, {1, headBatch}, {5, 5}, {headBatch, headBatch + 1}, {n + 1, n + 9}, {9, 8}} {
		var want, got []aggregator.Head
		for _, e := range c.Entries {
			if span[0] <= e.Seq && e.Seq <= span[1] {
				want = append(want, aggregator.Head{Seq: e.Seq, ID: e.ID, Story: e.Story, RevisedAfter: e.RevisedAfter})
			}
		}
		if err := db.Heads(span[0], span[1], func(h aggregator.Head) { got = append(got, h) }); err != nil {
			t.Fatal(err)
		}
		equal(t, "heads", want, got)
	}
}

func TestReplayStories(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	const n = storyBatch + 10
	mustCommit(t, db, lone("bbc", seqRange(1, n)...))
	var got []uint64
	err := db.ReplayStories(func(s aggregator.Story) error {
		if s.ID.IsZero() || len(s.Members) != 1 {
			t.Fatalf("half a story: %+v", s)
		}
		got = append(got, s.Seq)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "stories", seqRange(1, n), got)
	enough := errors.New("enough")
	if err := db.ReplayStories(func(aggregator.Story) error { return enough }); !errors.Is(err, enough) {
		t.Errorf("what yield said is lost: %v", err)
	}
	// Yield may take its time: no transaction is open.
	told := false
	err = db.ReplayStories(func(aggregator.Story) error {
		if !told {
			told = true
			mustCommit(t, db, lone("bbc", n+1))
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}
