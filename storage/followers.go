package storage

import (
	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

type followerRecord struct {
	Topic      string `cbor:"1,keyasint,omitempty"`
	Callback   string `cbor:"2,keyasint,omitempty"`
	Secret     string `cbor:"3,keyasint,omitempty"`
	Created    stamp  `cbor:"4,keyasint,omitempty"`
	LeaseUntil stamp  `cbor:"5,keyasint,omitempty"`
	Sent       string `cbor:"6,keyasint,omitempty"`
	Failures   int    `cbor:"7,keyasint,omitempty"`
	Failing    stamp  `cbor:"8,keyasint,omitempty"`
	Next       stamp  `cbor:"9,keyasint,omitempty"`
}

// Followers returns whom our hub pushes to, in the order of their ids.
func (db *DB) Followers() ([]aggregator.Follower, error) {
	var all []aggregator.Follower
	err := db.read("followers", func(r *reader) error {
		return r.tx.Bucket([]byte(followersBucket)).ForEach(func(k, v []byte) error {
			f, err := r.follower(k, v)
			all = append(all, f)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return all, nil
}

// SaveFollowers stores those that changed, each in the place of what was kept
// under its id, and removes those with the ids gone, in one transaction. It
// returns when that is on disk. A follower that is not there is none too many.
func (db *DB) SaveFollowers(changed []aggregator.Follower, gone []string) error {
	err := db.saveFollowers(changed, gone)
	if err != nil {
		return db.failed("save followers", err)
	}
	return nil
}

func (db *DB) saveFollowers(changed []aggregator.Follower, gone []string) error {
	db.writing.Lock()
	defer db.writing.Unlock()
	defer db.encoder.reset()
	if err := db.present(); err != nil {
		return err
	}
	return db.update(func(tx *bolt.Tx) error {
		b := tx.Bucket([]byte(followersBucket))
		for _, id := range gone {
			if err := b.Delete([]byte(id)); err != nil {
				return err
			}
		}
		for i := range changed {
			f := &changed[i]
			if f.Topic == "" || f.Callback == "" {
				return contradiction("follower without topic or callback")
			}
			v, err := db.encoder.followerValue(f)
			if err != nil {
				return err
			}
			if err := b.Put([]byte(f.ID()), v); err != nil {
				return err
			}
		}
		return nil
	})
}

func (e *encoder) followerValue(f *aggregator.Follower) ([]byte, error) {
	return e.finish(e.buf.Len(), &followerRecord{
		Topic: f.Topic, Callback: f.Callback, Secret: f.Secret.Reveal(),
		Created: stampOf(f.Created), LeaseUntil: stampOf(f.LeaseUntil), Sent: f.Sent,
		Failures: f.Failures, Failing: stampOf(f.Failing), Next: stampOf(f.Next),
	})
}

func (c codec) follower(id, v []byte) (aggregator.Follower, error) {
	var r followerRecord
	if err := c.dec.Unmarshal(v, &r); err != nil {
		return aggregator.Follower{}, damaged("follower %s: %w", id, err)
	}
	f := aggregator.Follower{
		Topic: r.Topic, Callback: r.Callback, Secret: aggregator.Secret(r.Secret),
		Created: r.Created.time(), LeaseUntil: r.LeaseUntil.time(), Sent: r.Sent,
		Failures: r.Failures, Failing: r.Failing.time(), Next: r.Next.time(),
	}
	if f.ID() != string(id) {
		return aggregator.Follower{}, damaged("follower %s stands under the id of another", id)
	}
	return f, nil
}
