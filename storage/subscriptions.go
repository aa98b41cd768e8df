package storage

import (
	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

type subscriptionRecord struct {
	Source     string                       `cbor:"1,keyasint,omitempty"`
	Topic      string                       `cbor:"2,keyasint,omitempty"`
	Hub        string                       `cbor:"3,keyasint,omitempty"`
	Callback   string                       `cbor:"4,keyasint,omitempty"`
	Secret     string                       `cbor:"5,keyasint,omitempty"`
	State      aggregator.SubscriptionState `cbor:"6,keyasint,omitempty"`
	Created    stamp                        `cbor:"7,keyasint,omitempty"`
	Asked      stamp                        `cbor:"8,keyasint,omitempty"`
	LeaseUntil stamp                        `cbor:"9,keyasint,omitempty"`
	Next       stamp                        `cbor:"10,keyasint,omitempty"`
	Failures   int                          `cbor:"11,keyasint,omitempty"`
	Problem    string                       `cbor:"12,keyasint,omitempty"`
}

// Subscriptions returns what hubs are asked for, in the order of the tokens.
func (db *DB) Subscriptions() ([]aggregator.Subscription, error) {
	var all []aggregator.Subscription
	err := db.read("subscriptions", func(r *reader) error {
		return r.tx.Bucket([]byte(subscriptionsBucket)).ForEach(func(k, v []byte) error {
			s, err := r.subscription(string(k), v)
			all = append(all, s)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// SaveSubscription stores s in the place of what was kept under its token, and
// returns when it is on disk.
func (db *DB) SaveSubscription(s aggregator.Subscription) error {
	err := db.updateSubscriptions(func(b *bolt.Bucket) error {
		if s.Token == "" || s.Source == "" {
			return contradiction("subscription without token or source")
		}
		v, err := db.encoder.subscriptionValue(&s)
		if err != nil {
			return err
		}
		return b.Put([]byte(s.Token), v)
	})
	if err != nil {
		return db.failed("save a subscription of "+s.Source, err)
	}
	return nil
}

// ForgetSubscription removes the subscription with that token. One that is not
// there is none too many.
func (db *DB) ForgetSubscription(token string) error {
	err := db.updateSubscriptions(func(b *bolt.Bucket) error { return b.Delete([]byte(token)) })
	if err != nil {
		return db.failed("forget a subscription", err)
	}
	return nil
}

func (db *DB) updateSubscriptions(f func(*bolt.Bucket) error) error {
	db.writing.Lock()
	defer db.writing.Unlock()
	defer db.encoder.reset()
	if err := db.present(); err != nil {
		return err
	}
	return db.update(func(tx *bolt.Tx) error { return f(tx.Bucket([]byte(subscriptionsBucket))) })
}

func (e *encoder) subscriptionValue(s *aggregator.Subscription) ([]byte, error) {
	return e.finish(e.buf.Len(), &subscriptionRecord{
		Source: s.Source, Topic: s.Topic, Hub: s.Hub, Callback: s.Callback, Secret: s.Secret.Reveal(), State: s.State,
		Created: stampOf(s.Created), Asked: stampOf(s.Asked), LeaseUntil: stampOf(s.LeaseUntil), Next: stampOf(s.Next),
		Failures: s.Failures, Problem: s.Problem,
	})
}

func (c codec) subscription(token string, v []byte) (aggregator.Subscription, error) {
	var r subscriptionRecord
	if err := c.dec.Unmarshal(v, &r); err != nil {
		// The token is as secret as a password.
		return aggregator.Subscription{}, damaged("a subscription: %w", err)
	}
	return aggregator.Subscription{
		Token: token, Source: r.Source, Topic: r.Topic, Hub: r.Hub, Callback: r.Callback, Secret: aggregator.Secret(r.Secret),
		State: r.State, Created: r.Created.time(), Asked: r.Asked.time(), LeaseUntil: r.LeaseUntil.time(), Next: r.Next.time(),
		Failures: r.Failures, Problem: r.Problem,
	}, nil
}
