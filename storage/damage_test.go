package storage

import (
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// useAll calls every method that reads; it must come back.
func useAll(db *DB) []error {
	var errs []error
	add := func(err error) { errs = append(errs, err) }
	_, err := db.Known([]aggregator.EntryID{id("bbc", 1), id("bbc", 2), id("none", 1)})
	add(err)
	_, err = db.Entries(seqRange(1, 50))
	add(err)
	_, err = db.Stories([]aggregator.StoryID{id("bbc", 3).Story()})
	add(err)
	_, err = db.Story(id("bbc", 4).Story())
	add(err)
	_, err = db.Entry(id("bbc", 5))
	add(err)
	_, _, err = db.Newest(aggregator.Position{}, 1000)
	add(err)
	add(db.Replay(time.Time{}, func(aggregator.Entry) error { return nil }))
	_, err = db.States()
	add(err)
	_, err = db.Decisions(6)
	add(err)
	_, err = db.Revisions(6)
	add(err)
	return errs
}

// wholeFile returns a small database, with trees of more than one level.
func wholeFile(t *testing.T) []byte {
	t.Helper()
	path := filepath.Join(t.TempDir(), "whole.db")
	db, err := Open(path, Options{NoSync: true, InitialMmapBytes: 1 << 15})
	if err != nil {
		t.Fatal(err)
	}
	db.mostKeys, db.mostPlaces = 60, 30
	for n := range uint64(12) {
		mustCommit(t, db, lone("bbc", seqRange(n*10+1, n*10+10)...))
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return whole
}

// survive opens and uses a damaged file: nothing may panic, and every error
// must be one an operator can act on.
func survive(t *testing.T, path string, damaged []byte) (opened bool, err error) {
	t.Helper()
	if err := os.WriteFile(path, damaged, 0o600); err != nil {
		t.Fatal(err)
	}
	db, err := Open(path, Options{NoSync: true, InitialMmapBytes: 1 << 15})
	if err != nil {
		if !errors.Is(err, ErrDamaged) {
			t.Errorf("open: %v, want ErrDamaged", err)
		}
		return false, err
	}
	for _, err := range append(useAll(db), db.Check()) {
		if err != nil && !errors.Is(err, ErrDamaged) && !errors.Is(err, aggregator.ErrNotFound) {
			t.Errorf("read: %v, want ErrDamaged", err)
		}
	}
	checked := db.Check()
	// A write may fail or not; it comes back, and so does what follows it.
	_ = db.Commit(lone("bbc", 1000, 1001))
	_, _, _ = db.Purge(day().Add(24*time.Hour), 20)
	if err := db.Close(); err != nil {
		t.Errorf("close: %v", err)
	}
	return true, checked
}

func TestTruncated(t *testing.T) {
	t.Parallel()
	whole := wholeFile(t)
	path := filepath.Join(t.TempDir(), "test.db")
	page := os.Getpagesize()
	refused := 0
	for size := page; size < len(whole); size += page {
		opened, err := survive(t, path, whole[:size])
		if !opened {
			refused++
		} else if err != nil {
			t.Errorf("cut at %d: opened, and then %v", size, err)
		}
	}
	if refused < 10 {
		t.Errorf("only %d files were refused", refused)
	}
	for _, size := range []int{1, 100, page + 1, 5*page - 1} {
		if opened, _ := survive(t, path, whole[:size]); opened {
			t.Errorf("cut at %d: opened", size)
		}
	}
}

// TestFlipped changes single bytes and whole pages, at random places.
//
//nolint:tparallel // the subtests share one file
func TestFlipped(t *testing.T) {
	t.Parallel()
	whole := wholeFile(t)
	path := filepath.Join(t.TempDir(), "test.db")
	page := os.Getpagesize()
	r := rand.New(rand.NewPCG(1, 2))
	found := 0
	trials := 300
	if testing.Short() {
		trials = 60
	}
	for n := range trials {
		damaged := []byte(string(whole))
		start := r.IntN(len(whole)/page) * page
		switch n % 4 {
		case 0: // anywhere
			damaged[r.IntN(len(damaged))] ^= byte(1 + r.IntN(255))
		case 1: // in a page's head or first elements
			damaged[start+r.IntN(64)] ^= byte(1 + r.IntN(255))
		case 2: // a page lost
			clear(damaged[start : start+page])
		case 3: // a page in another's place
			copy(damaged[start:start+page], whole[r.IntN(len(whole)/page)*page:])
		}
		t.Run(strconv.Itoa(n), func(t *testing.T) {
			if opened, err := survive(t, path, damaged); !opened || err != nil {
				found++
			}
		})
	}
	if found < trials/3 {
		t.Errorf("only %d of %d were found out", found, trials)
	}
}

// What is stored in a file that no path leads to is lost at the end, so that
// nothing is stored in it.
func TestRemovedWhileOpen(t *testing.T) {
	t.Parallel()
	for name, take := range map[string]func(path string) error{
		"removed":  os.Remove,
		"replaced": func(path string) error { return errors.Join(os.Remove(path), os.WriteFile(path, nil, 0o600)) },
	} {
		db := newDB(t)
		mustCommit(t, db, lone("norvia", 1))
		if err := take(db.path); err != nil {
			t.Fatal(err)
		}
		if err := db.Commit(lone("norvia", 2)); !errors.Is(err, ErrRemoved) {
			t.Errorf("%s: Commit = %v", name, err)
		}
		if n, _ := db.Counts(); n != 1 {
			t.Errorf("%s: %d entries", name, n)
		}
	}
}
