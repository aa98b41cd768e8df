package storage

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"

	"wiredesk/aggregator"
)

func TestOpenRefuses(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		make func(path string) error
		opts Options
		want error
		says string
	}{
		"no folder": {
			make: func(path string) error { return os.Remove(filepath.Dir(path)) },
			want: fs.ErrNotExist, says: "create it or change storage.path",
		},
		"a folder": {
			make: func(path string) error { return os.Mkdir(path, 0o700) },
			says: "name a file in it",
		},
		"nothing to read": {
			make: func(string) error { return nil },
			opts: Options{ReadOnly: true}, want: fs.ErrNotExist,
		},
		"a text": {
			make: func(path string) error {
				return os.WriteFile(path, []byte(strings.Repeat("listen: 127.0.0.1:8080\n", 5000)), 0o600)
			},
			want: ErrDamaged, says: "restore the last backup",
		},
		"one byte": {
			make: func(path string) error { return os.WriteFile(path, []byte("x"), 0o600) },
			want: ErrDamaged,
		},
		"zeros": {
			make: func(path string) error { return os.WriteFile(path, make([]byte, 1<<20), 0o600) },
			want: ErrDamaged,
		},
		"another program's": {
			make: func(path string) error {
				return withBolt(path, func(tx *bolt.Tx) error {
					_, err := tx.CreateBucket([]byte("cats"))
					return err
				})
			},
			want: ErrDamaged, says: "another program",
		},
		"not said what waits": {
			make: func(path string) error {
				return errors.Join(withEntries(path, 1), withBolt(path, func(tx *bolt.Tx) error {
					return tx.Bucket([]byte(metaBucket)).Delete([]byte(keysWrittenKey))
				}))
			},
			want: ErrDamaged, says: "ranges of an index",
		},
		"a bucket is missing": {
			make: func(path string) error {
				return errors.Join(withEntries(path, 1), withBolt(path, func(tx *bolt.Tx) error {
					return tx.DeleteBucket([]byte(keysBucket))
				}))
			},
			want: ErrDamaged, says: `"keys"`,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "sub", "test.db")
			if err := errors.Join(os.Mkdir(filepath.Dir(path), 0o700), test.make(path)); err != nil {
				t.Fatal(err)
			}
			opts := test.opts
			opts.InitialMmapBytes = 1 << 20
			db, err := Open(path, opts)
			if err == nil {
				t.Fatal("opened", db.Close())
			}
			if test.want != nil && !errors.Is(err, test.want) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v; want %v and %q", err, test.want, test.says)
			}
			if !strings.Contains(err.Error(), path) {
				t.Errorf("%v does not name %s", err, path)
			}
		})
	}
}

// withBolt changes a file behind our back.
func withBolt(path string, f func(*bolt.Tx) error) error {
	db, err := bolt.Open(path, 0o600, &bolt.Options{NoSync: true})
	if err != nil {
		return err
	}
	return errors.Join(db.Update(f), db.Close())
}

func withEntries(path string, n uint64) error {
	db, err := Open(path, fast())
	if err != nil {
		return err
	}
	return errors.Join(db.Commit(lone("bbc", seqRange(1, n)...)), db.Close())
}

// withWritten is withEntries where no key waits.
func withWritten(path string, n uint64) error {
	db, err := Open(path, fast())
	if err != nil {
		return err
	}
	db.mostKeys, db.mostPlaces = 0, 0
	return errors.Join(db.Commit(lone("bbc", seqRange(1, n)...)), db.Close())
}

func TestOpenLocked(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	first := mustOpen(t, path)
	for _, readOnly := range []bool{false, true} {
		opts := fast()
		opts.LockTimeout, opts.ReadOnly = 60*time.Millisecond, readOnly
		if _, err := Open(path, opts); !errors.Is(err, ErrLocked) {
			t.Errorf("read only %v: %v, want ErrLocked", readOnly, err)
		}
	}
	// The first is none the worse for it.
	mustCommit(t, first, lone("bbc", 1))
}

func TestOpenReadOnly(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := withEntries(path, 3); err != nil {
		t.Fatal(err)
	}
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	opts := fast()
	opts.ReadOnly = true
	for range 2 { // two readers at once
		db, err := Open(path, opts)
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = db.Close() })
		mustCheck(t, db)
		if _, err := db.Entry(id("bbc", 2)); err != nil {
			t.Error(err)
		}
		if err := db.Commit(lone("bbc", 4)); !errors.Is(err, berrors.ErrDatabaseReadOnly) {
			t.Errorf("a commit gave %v", err)
		}
		if n, _ := db.Counts(); n != 3 || db.LastSeq() != 3 {
			t.Errorf("counts %d entries, last %d", n, db.LastSeq())
		}
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Error("reading changed the file")
	}
}

func TestOpenMode(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	mustOpen(t, path)
	stat, err := os.Stat(path)
	if err != nil {
		t.Fatal(err)
	}
	if stat.Mode().Perm() != 0o600 {
		t.Errorf("mode %v", stat.Mode())
	}
}

func TestClosed(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Errorf("closed again: %v", err)
	}
	if err := db.Commit(lone("bbc", 1)); !errors.Is(err, berrors.ErrDatabaseNotOpen) {
		t.Errorf("commit: %v", err)
	}
	if _, err := db.States(); !errors.Is(err, berrors.ErrDatabaseNotOpen) {
		t.Errorf("states: %v", err)
	}
}

func TestMigrate(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := withEntries(path, 3); err != nil {
		t.Fatal(err)
	}
	boom := errors.New("boom")
	forget := func(tx *bolt.Tx) error { return tx.Bucket([]byte(sourcesBucket)).Delete([]byte("bbc")) }
	done := len(migrations())
	steps := append(migrations(),
		migration{"forget a source", forget},
		migration{"fail half way", func(tx *bolt.Tx) error {
			return errors.Join(tx.Bucket([]byte(metaBucket)).Put([]byte("half"), nil), boom)
		}},
	)
	opts := fast()
	says := fmt.Sprintf("layout %d (fail half way), it stays at %d", done+3, done+2)
	if _, err := open(path, opts, steps); !errors.Is(err, boom) || !strings.Contains(err.Error(), says) {
		t.Fatalf("got %v", err)
	}
	opts.ReadOnly = true
	if _, err := open(path, opts, steps); err == nil || !strings.Contains(err.Error(), "start the daemon on it once") {
		t.Errorf("reading an older layout gave %v", err)
	}
	opts.ReadOnly = false
	steps[done+1].run = func(tx *bolt.Tx) error {
		if tx.Bucket([]byte(metaBucket)).Get([]byte("half")) != nil {
			return errors.New("half a step was kept")
		}
		return tx.Bucket([]byte(metaBucket)).Put([]byte("done"), []byte{1})
	}
	for range 2 { // the second time there is nothing to do
		db, err := open(path, opts, steps)
		if err != nil {
			t.Fatal(err)
		}
		if states, err := db.States(); err != nil || len(states) != 0 {
			t.Errorf("after the migration: %v, %v", states, err)
		}
		mustCheck(t, db)
		if err := db.Close(); err != nil {
			t.Fatal(err)
		}
		steps[done].run = func(*bolt.Tx) error { return errors.New("run twice") }
	}

	// A version that knows less refuses it, and leaves it as it is.
	before, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := open(path, opts, steps[:done+1]); !errors.Is(err, ErrTooNew) {
		t.Errorf("got %v, want ErrTooNew", err)
	}
	after, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if string(before) != string(after) {
		t.Error("a database that is too new was changed")
	}
}

func TestMigrateNew(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	steps := append(migrations(), migration{"never", func(*bolt.Tx) error { return errors.New("run on a new database") }})
	db, err := open(path, fast(), steps)
	if err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := Open(path, fast()); !errors.Is(err, ErrTooNew) {
		t.Errorf("got %v, want ErrTooNew", err)
	}
}

// TestMigrateFirst: a database of the first layout, in which no key waited,
// gets room for all that came later, and loses nothing.
func TestMigrateFirst(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	err := errors.Join(withWritten(path, 3), withBolt(path, func(tx *bolt.Tx) error {
		meta := tx.Bucket([]byte(metaBucket))
		return errors.Join(
			tx.DeleteBucket([]byte(aliasesBucket)), tx.DeleteBucket([]byte(pinsBucket)),
			tx.DeleteBucket([]byte(subscriptionsBucket)), tx.DeleteBucket([]byte(followersBucket)),
			tx.DeleteBucket([]byte(changesBucket)), tx.DeleteBucket([]byte(archivesBucket)),
			meta.Delete([]byte(keysWrittenKey)), meta.Delete([]byte(newestWrittenKey)), putVersion(tx, 1),
		)
	}))
	if err != nil {
		t.Fatal(err)
	}
	db := mustOpen(t, path)
	mustCheck(t, db)
	pin := aggregator.Pin{A: id("bbc", 1), B: id("bbc", 2), At: day()}
	mustCommit(t, db, aggregator.Commit{Pins: []aggregator.Pin{pin}})
	pins, err := db.Pins()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "pins", []aggregator.Pin{pin}, pins)
	if err := db.SaveSubscription(subscription("token")); err != nil {
		t.Fatal(err)
	}
	if err := db.SaveArchived([]aggregator.Archived{archived("all", 0)}); err != nil {
		t.Fatal(err)
	}
	if n := db.states.Load()[1].waiting.keys.count; n != 0 {
		t.Errorf("%d keys wait", n)
	}
	if err := db.SaveFollowers([]aggregator.Follower{follower(1)}, nil); err != nil {
		t.Fatal(err)
	}
	mustCommit(t, db, lone("bbc", 4))
	if first, last, err := db.ChangesKept(); err != nil || first != 1 || last != 1 {
		t.Errorf("changes %d to %d are kept: %v", first, last, err)
	}
	equal(t, "entries", []uint64{1, 2, 3, 4}, left(t, db, 4))
}
