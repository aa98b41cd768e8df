package storage

import (
	"errors"
	"path/filepath"
	"testing"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// archived is the document of the nth day of a feed.
func archived(feed string, n int) aggregator.Archived {
	at := day().AddDate(0, 0, n)
	return aggregator.Archived{
		Feed: feed, Name: aggregator.ArchiveName(at, 0), Prev: aggregator.ArchiveName(at.AddDate(0, 0, -1), 0),
		Next: aggregator.ArchiveName(at.AddDate(0, 0, 1), 0), Closed: at.AddDate(0, 0, 1), Modified: at,
		Stories: []aggregator.StoryID{id("bbc", 1).Story(), id("bbc", 2).Story()}, Body: []byte{0, 1, 2, byte(n)},
	}
}

func TestArchives(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db := mustOpen(t, path)
	a, b, other := archived("all", 0), archived("all", 1), archived("all-else", 0)
	second := b
	second.Name, second.Stories = aggregator.ArchiveName(day().AddDate(0, 0, 1), 1), nil
	if err := db.SaveArchived([]aggregator.Archived{b, a, second, other}); err != nil {
		t.Fatal(err)
	}
	changed := a
	changed.Body = []byte("another")
	if err := db.SaveArchived([]aggregator.Archived{changed}); err != nil {
		t.Fatal(err)
	}
	for _, bad := range []aggregator.Archived{{Feed: "all", Name: "yesterday"}, {Name: a.Name}} {
		if err := db.SaveArchived([]aggregator.Archived{archived("all", 9), bad}); !errors.Is(err, errContradiction) {
			t.Errorf("saved %+v: %v", bad, err)
		}
	}
	mustCheck(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = mustOpen(t, path)
	names, err := db.ArchiveNames("all")
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "names after a restart", []string{a.Name, b.Name, second.Name}, names)
	for _, want := range []aggregator.Archived{a, b, second, other} {
		got, err := db.Archived(want.Feed, want.Name, true)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "document, as it was first stored", want, got)
		got, err = db.Archived(want.Feed, want.Name, false)
		if err != nil || got.Body != nil {
			t.Errorf("without its body: %v, %v", got, err)
		}
	}
	for _, none := range []aggregator.Archived{archived("all", 2), archived("none", 0)} {
		if _, err := db.Archived(none.Feed, none.Name, true); !errors.Is(err, aggregator.ErrNotFound) {
			t.Errorf("%s of %s: %v", none.Name, none.Feed, err)
		}
	}
}

func TestPurgeArchives(t *testing.T) {
	t.Parallel()
	db := mustOpen(t, filepath.Join(t.TempDir(), "test.db"))
	var all []aggregator.Archived
	for n := range 150 {
		all = append(all, archived("all", n), archived("oil", n))
	}
	if err := db.SaveArchived(all); err != nil {
		t.Fatal(err)
	}
	start := day().Truncate(24 * 60 * 60 * 1e9)
	calls := 0
	for more := true; more; calls++ {
		var err error
		if more, err = db.PurgeArchives(start.AddDate(0, 0, 120)); err != nil {
			t.Fatal(err)
		}
	}
	if calls != 3 {
		t.Errorf("240 documents went in %d calls, want 3", calls)
	}
	mustCheck(t, db)
	for _, feed := range []string{"all", "oil"} {
		names, err := db.ArchiveNames(feed)
		if err != nil {
			t.Fatal(err)
		}
		if len(names) != 30 || names[0] != archived(feed, 120).Name {
			t.Errorf("%s has %d documents left from %s on, want those whose day ended later", feed, len(names), names[0])
		}
	}
}

func TestDamagedArchive(t *testing.T) {
	t.Parallel()
	doc := archived("all", 0)
	for name, damage := range map[string]func(*bolt.Bucket) error{
		"no body":  func(b *bolt.Bucket) error { return b.Delete(archiveBodyKey(doc.Feed, doc.Name)) },
		"no head":  func(b *bolt.Bucket) error { return b.Delete(archiveKey(doc.Feed, doc.Name)) },
		"no CBOR":  func(b *bolt.Bucket) error { return b.Put(archiveKey(doc.Feed, doc.Name), []byte{0xff}) },
		"half ids": func(b *bolt.Bucket) error { return b.Put(archiveKey(doc.Feed, doc.Name), []byte{0xa1, 5, 0x41, 0}) },
		"no name":  func(b *bolt.Bucket) error { return b.Put([]byte("all\x00today"), []byte{0xa0}) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join(t.TempDir(), "test.db")
			db := mustOpen(t, path)
			if err := errors.Join(db.SaveArchived([]aggregator.Archived{doc}), db.Close()); err != nil {
				t.Fatal(err)
			}
			err := withBolt(path, func(tx *bolt.Tx) error { return damage(tx.Bucket([]byte(archivesBucket))) })
			if err != nil {
				t.Fatal(err)
			}
			db = mustOpen(t, path)
			if err := db.Check(); !errors.Is(err, ErrDamaged) {
				t.Errorf("Check: %v, want ErrDamaged", err)
			}
		})
	}
}
