package storage

import (
	"fmt"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// TestReadersWhileWriting: readers see whole commits only, while the file
// grows, is purged and is checked.
func TestReadersWhileWriting(t *testing.T) {
	t.Parallel()
	// So little address space that the writer must take more of it now and then.
	db, err := Open(filepath.Join(t.TempDir(), "test.db"), Options{NoSync: true, InitialMmapBytes: 1 << 15})
	if err != nil {
		t.Fatal(err)
	}
	db.mostKeys, db.mostPlaces = 50, 25
	const size, rounds = 20, 40
	mustCommit(t, db, lone("bbc", seqRange(1, size)...))
	done := make(chan struct{})
	var readers sync.WaitGroup
	for n := range 4 {
		readers.Go(func() {
			for {
				if err := readOnce(db, size, n == 0); err != nil {
					t.Error(err)
					return
				}
				select {
				case <-done:
					return
				default:
				}
			}
		})
	}
	for n := range uint64(rounds) {
		first := 1 + (n+1)*size
		mustCommit(t, db, lone("bbc", seqRange(first, first+size-1)...))
		if _, _, err := db.Purge(entry(first, "bbc").Seen.Add(-3*size*time.Minute), size); err != nil {
			t.Error(err)
		}
	}
	close(done)
	readers.Wait()
	mustCheck(t, db)
	if err := db.Close(); err != nil {
		t.Error(err)
	}
}

func readOnce(db *DB, size int, check bool) error {
	last := db.LastSeq()
	if last%uint64(size) != 0 {
		return fmt.Errorf("half a commit: last is %d", last)
	}
	entries, err := db.Entries(seqRange(last+1-uint64(size), last))
	if err != nil {
		return err
	}
	for _, e := range entries {
		if e.Seq != 0 && e.Title != entry(e.Seq, "bbc").Title {
			return fmt.Errorf("entry %d is %q", e.Seq, e.Title)
		}
	}
	// What was read after a commit is found by its keys.
	known, err := db.Known([]aggregator.EntryID{id("bbc", last)})
	if err != nil {
		return err
	}
	if purged := db.LastSeq() >= last+2*uint64(size); known[0].Seq != last && !purged {
		return fmt.Errorf("entry %d is known as %d", last, known[0].Seq)
	}
	views, _, err := db.Newest(aggregator.Position{}, size)
	if err != nil {
		return err
	}
	if newest := views[0].Seq; newest%uint64(size) != 0 {
		return fmt.Errorf("half a commit: the newest is %d", newest)
	}
	var before uint64
	err = db.Replay(views[0].First.Add(-time.Hour), func(e aggregator.Entry) error {
		if e.Seq <= before {
			return fmt.Errorf("%d after %d", e.Seq, before)
		}
		before = e.Seq
		return nil
	})
	if err == nil && check {
		err = db.Check()
	}
	return err
}
