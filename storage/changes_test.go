package storage

import (
	"path/filepath"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// change is a Change without its story.
type change struct {
	N     uint64
	Kind  aggregator.ChangeKind
	Story uint64
}

func changesAfter(t *testing.T, db *DB, after uint64, limit int) (found []change, last uint64) {
	t.Helper()
	all, last, err := db.Changes(after, limit)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range all {
		found = append(found, change{c.N, c.Kind, c.Story.Seq})
		if len(c.Story.Entries) != len(c.Story.Members) {
			t.Errorf("change %d comes with %d entries of %d", c.N, len(c.Story.Entries), len(c.Story.Members))
		}
	}
	return found, last
}

func wantKept(t *testing.T, db *DB, first, last uint64) {
	t.Helper()
	if f, l, err := db.ChangesKept(); err != nil || f != first || l != last {
		t.Errorf("changes %d to %d are kept, want %d to %d: %v", f, l, first, last, err)
	}
}

func TestChanges(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db := mustOpen(t, path)
	wantKept(t, db, 0, 0)
	c := lone("bbc", 1, 2, 3)
	mustCommit(t, db, c)
	said := c.Stories[1]
	said.Updated = said.Updated.Add(time.Minute)
	near := c.Stories[0]
	near.Related, near.Changed = []aggregator.StoryID{said.ID}, near.Changed.Add(time.Hour)
	mustCommit(t, db, aggregator.Commit{Stories: []aggregator.Story{near, said}})
	// A clock that is set back changes nothing of the order.
	back := c.Stories[0]
	back.Withdrawn, back.Changed = true, day().Add(-time.Hour)
	mustCommit(t, db, aggregator.Commit{Stories: []aggregator.Story{back}})
	mustCheck(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = mustOpen(t, path)
	all := []change{
		{1, aggregator.StoryBegan, 1}, {2, aggregator.StoryBegan, 2}, {3, aggregator.StoryBegan, 3},
		{4, aggregator.StoryUpdated, 2}, {5, aggregator.StoryWithdrawn, 1},
	}
	wantKept(t, db, 1, 5)
	for limit := 1; limit <= 6; limit++ {
		var got []change
		at := uint64(0)
		for {
			some, last := changesAfter(t, db, at, limit)
			if len(some) == 0 {
				if last != at {
					t.Errorf("behind %d, where nothing is, comes %d", at, last)
				}
				break
			}
			got, at = append(got, some...), last
		}
		equal(t, "changes", all, got)
	}

	// A story that is no more has no change, and is passed over.
	shown := aggregator.SourceState{Source: "bbc", Showing: []uint64{3}}
	mustCommit(t, db, aggregator.Commit{States: []aggregator.SourceState{shown}})
	sweepAll(t, db, day().Add(24*time.Hour), 100)
	if left, last := changesAfter(t, db, 0, 2); len(left) != 0 || last != 2 {
		t.Errorf("%v are left of purged stories, looked at up to %d", left, last)
	}
	mustCheck(t, db)
}

// TestChangesAreBounded: the oldest make room.
func TestChangesAreBounded(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	c := lone("bbc", 1)
	mustCommit(t, db, c)
	const batch = 4000
	stories := make([]aggregator.Story, batch)
	for n := 1; n < maxChanges+2*batch; n += batch {
		for i := range stories {
			stories[i] = c.Stories[0]
			stories[i].Updated = day().Add(time.Duration(n+i) * time.Second)
		}
		mustCommit(t, db, aggregator.Commit{Stories: stories})
	}
	last := uint64(maxChanges + 2*batch + 1)
	wantKept(t, db, last-maxChanges+1, last)
	if got, at := changesAfter(t, db, 0, 1); len(got) != 1 || at != last-maxChanges+1 {
		t.Errorf("from the beginning comes %v", got)
	}
	mustCheck(t, db)
}
