package storage

import (
	"bytes"
	"slices"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// A pin stands under its two entries in the order they were named. Under the
// other order stands an empty value, so that the pins of either are found by
// its id.

type pinRecord struct {
	Join bool  `cbor:"1,keyasint,omitempty"`
	At   stamp `cbor:"2,keyasint,omitempty"`
}

func pinKey(a, b aggregator.EntryID) (k [2 * idBytes]byte) {
	copy(k[:], a[:])
	copy(k[idBytes:], b[:])
	return k
}

// Pins returns what operators said of entries, in the order of the entries'
// ids.
func (db *DB) Pins() ([]aggregator.Pin, error) {
	var pins []aggregator.Pin
	err := db.read("pins", func(r *reader) error {
		return r.tx.Bucket([]byte(pinsBucket)).ForEach(func(k, v []byte) error {
			if len(v) == 0 {
				return nil
			}
			pin, err := r.pin(k, v)
			pins = append(pins, pin)
			return err
		})
	})
	if err != nil {
		return nil, err
	}
	return pins, nil
}

func (c codec) pin(k, v []byte) (pin aggregator.Pin, err error) {
	var r pinRecord
	if len(k) != 2*idBytes {
		return pin, damaged("pin with a key of %d bytes", len(k))
	}
	if err := c.dec.Unmarshal(v, &r); err != nil {
		return pin, damaged("pin %x: %w", k, err)
	}
	pin = aggregator.Pin{Join: r.Join, At: r.At.time()}
	copy(pin.A[:], k)
	copy(pin.B[:], k[idBytes:])
	return pin, nil
}

func (e *encoder) pinValue(p *aggregator.Pin) ([]byte, error) {
	return e.finish(e.buf.Len(), &pinRecord{Join: p.Join, At: stampOf(p.At)})
}

func (w *writer) putPin(p *aggregator.Pin) error {
	if p.A == p.B {
		return contradiction("entry %s is pinned to itself", p.A)
	}
	for _, id := range []aggregator.EntryID{p.A, p.B} {
		seq, err := w.keys.find(id[:])
		if err != nil {
			return err
		}
		if own, _, found, err := w.idOf(seq); err != nil || !found || own != id {
			return contradiction("pin of entry %s, which is not in the store", id)
		}
	}
	v, err := w.pinValue(p)
	if err != nil {
		return err
	}
	there, back := pinKey(p.A, p.B), pinKey(p.B, p.A)
	if err := w.pins.Put(there[:], v); err != nil {
		return err
	}
	return w.pins.Put(back[:], nil)
}

func (w *writer) unpin(a, b aggregator.EntryID) error {
	there, back := pinKey(a, b), pinKey(b, a)
	if err := w.pins.Delete(there[:]); err != nil {
		return err
	}
	return w.pins.Delete(back[:])
}

// removePins deletes the pins of an entry that goes.
func removePins(b *bolt.Bucket, id aggregator.EntryID) error {
	var keys [][]byte
	c := b.Cursor()
	for k, _ := c.Seek(id[:]); bytes.HasPrefix(k, id[:]); k, _ = c.Next() {
		keys = append(keys, slices.Clone(k))
	}
	for _, k := range keys {
		for _, k := range [][]byte{k, slices.Concat(k[idBytes:], k[:idBytes])} {
			if err := b.Delete(k); err != nil {
				return err
			}
		}
	}
	return nil
}
