package storage

import (
	"errors"
	"path/filepath"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

func subscription(token string) aggregator.Subscription {
	return aggregator.Subscription{
		Token: token, Source: "bbc", Topic: "https://bbc.example/feed", Hub: "https://hub.example/",
		Callback: "https://desk.example/websub/" + token, Secret: "hush", State: aggregator.SubscriptionActive,
		Created: day(), Asked: day().Add(1), LeaseUntil: day().Add(time.Hour), Next: day().Add(time.Minute),
		Failures: 2, Problem: "m",
	}
}

func TestSubscriptions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	db := mustOpen(t, path)
	a, b, c := subscription("a"), subscription("b"), subscription("c")
	for _, s := range []aggregator.Subscription{c, a, b} {
		if err := db.SaveSubscription(s); err != nil {
			t.Fatal(err)
		}
	}
	b.State, b.LeaseUntil, b.Asked = aggregator.SubscriptionFailing, time.Time{}, time.Time{}
	if err := errors.Join(db.SaveSubscription(b), db.ForgetSubscription("c"), db.ForgetSubscription("never")); err != nil {
		t.Fatal(err)
	}
	if err := db.SaveSubscription(aggregator.Subscription{Source: "bbc"}); !errors.Is(err, errContradiction) {
		t.Errorf("saved without a token: %v", err)
	}
	mustCheck(t, db)
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
	db = mustOpen(t, path)
	got, err := db.Subscriptions()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "subscriptions after a restart", []aggregator.Subscription{a, b}, got)
}

func TestDamagedSubscription(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "test.db")
	if err := mustOpen(t, path).Close(); err != nil {
		t.Fatal(err)
	}
	err := withBolt(path, func(tx *bolt.Tx) error {
		return tx.Bucket([]byte(subscriptionsBucket)).Put([]byte("token"), []byte{0xff})
	})
	if err != nil {
		t.Fatal(err)
	}
	db := mustOpen(t, path)
	if _, err := db.Subscriptions(); !errors.Is(err, ErrDamaged) {
		t.Errorf("got %v, want ErrDamaged", err)
	}
	if err := db.Check(); !errors.Is(err, ErrDamaged) {
		t.Errorf("Check: %v, want ErrDamaged", err)
	}
}
