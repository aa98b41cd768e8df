package storage

import (
	"cmp"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

func follower(n int) aggregator.Follower {
	return aggregator.Follower{
		Topic: "https://desk.example/feeds/all.atom", Callback: fmt.Sprintf("https://reader.example/?push=%d", n), Secret: "hush",
		Created: day(), LeaseUntil: day().Add(time.Hour), Sent: `"etag"`, Failures: 2, Failing: day().Add(2), Next: day().Add(3),
	}
}

func TestFollowers(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db := mustOpen(t, path)
	a, b, c := follower(1), follower(2), follower(3)
	if err := db.SaveFollowers([]aggregator.Follower{c, a, b}, nil); err != nil {
		t.Fatal(err)
	}
	b.Secret, b.Failures, b.Failing, b.LeaseUntil = "", 0, time.Time{}, time.Time{}
	if err := db.SaveFollowers([]aggregator.Follower{b}, []string{c.ID(), "never"}); err != nil {
		t.Fatal(err)
	}
	if err := db.SaveFollowers([]aggregator.Follower{c, {Topic: "t"}}, []string{a.ID()}); !errors.Is(err, errContradiction) {
		t.Errorf("saved without a callback: %v", err)
	}
	mustCheck(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = mustOpen(t, path)
	got, err := db.Followers()
	if err != nil {
		t.Fatal(err)
	}
	want := []aggregator.Follower{a, b}
	slices.SortFunc(want, func(x, y aggregator.Follower) int { return cmp.Compare(x.ID(), y.ID()) })
	equal(t, "followers after a restart", want, got)
}

func TestDamagedFollower(t *testing.T) {
	t.Parallel()
	for name, harm := range map[string]func(b *bolt.Bucket) error{
		"no record":           func(b *bolt.Bucket) error { return b.Put([]byte("id"), []byte{0xff}) },
		"the id of another's": func(b *bolt.Bucket) error { return b.Put([]byte("id"), []byte{0xa0}) },
	} {
		path := filepath.Join(t.TempDir(), "test.db")
		err := errors.Join(mustOpen(t, path).Close(), withBolt(path, func(tx *bolt.Tx) error {
			return harm(tx.Bucket([]byte(followersBucket)))
		}))
		if err != nil {
			t.Fatal(err)
		}
		db := mustOpen(t, path)
		if _, err := db.Followers(); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: got %v, want ErrDamaged", name, err)
		}
		if err := db.Check(); !errors.Is(err, ErrDamaged) {
			t.Errorf("%s: Check: %v, want ErrDamaged", name, err)
		}
	}
}
