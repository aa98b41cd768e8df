package storage

import (
	"bytes"
	"errors"
	"time"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// An archive document stands under its feed, a zero byte and its name. Its body
// stands beside it, a zero byte behind that, so that lists don't read it.

type archivedRecord struct {
	Prev     string `cbor:"1,keyasint,omitempty"`
	Next     string `cbor:"2,keyasint,omitempty"`
	Closed   stamp  `cbor:"3,keyasint,omitempty"`
	Modified stamp  `cbor:"4,keyasint,omitempty"`
	Stories  []byte `cbor:"5,keyasint,omitempty"` // ids, idBytes each
}

func archiveKey(feed, name string) []byte { return []byte(feed + "\x00" + name) }

func archiveBodyKey(feed, name string) []byte { return []byte(feed + "\x00" + name + "\x00") }

// SaveArchived stores archive documents, all or none, and returns when they are
// on disk. One that is there already stays as it is.
func (db *DB) SaveArchived(docs []aggregator.Archived) error {
	err := db.updateArchives(func(b *bolt.Bucket) error {
		for i := range docs {
			d := &docs[i]
			if _, ok := aggregator.ParseArchiveName(d.Name); !ok || d.Feed == "" {
				return contradiction("archive document %q of feed %q", d.Name, d.Feed)
			}
			if b.Get(archiveKey(d.Feed, d.Name)) != nil {
				continue
			}
			v, err := db.encoder.archivedValue(d)
			if err == nil {
				err = b.Put(archiveKey(d.Feed, d.Name), v)
			}
			if err == nil {
				err = b.Put(archiveBodyKey(d.Feed, d.Name), d.Body)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return db.failed("save archive documents", err)
	}
	return nil
}

// Archived returns an archive document of a feed, with its body where that is
// asked for. The error is aggregator.ErrNotFound where there is none.
func (db *DB) Archived(feed, name string, body bool) (d aggregator.Archived, err error) {
	err = db.read("archive document "+name+" of "+feed, func(r *reader) error {
		b := r.tx.Bucket([]byte(archivesBucket))
		v := b.Get(archiveKey(feed, name))
		if v == nil {
			return aggregator.ErrNotFound
		}
		if d, err = r.archived(feed, name, v); err != nil || !body {
			return err
		}
		text := b.Get(archiveBodyKey(feed, name))
		if text == nil {
			return damaged("archive document %s of %s has no body", name, feed)
		}
		d.Body = bytes.Clone(text)
		return nil
	})
	return d, err
}

// ArchiveNames returns the names of a feed's archive documents, the oldest
// first.
func (db *DB) ArchiveNames(feed string) ([]string, error) {
	var names []string
	err := db.read("archive of "+feed, func(r *reader) error {
		c := r.tx.Bucket([]byte(archivesBucket)).Cursor()
		prefix := archiveKey(feed, "")
		for k, _ := c.Seek(prefix); bytes.HasPrefix(k, prefix); k, _ = c.Next() {
			if name := k[len(prefix):]; name[len(name)-1] != 0 {
				names = append(names, string(name))
			}
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	return names, nil
}

// purgedArchives is how many documents one call of PurgeArchives removes, so
// that its transaction stays small.
const purgedArchives = 100

// PurgeArchives removes archive documents of days that ended before the given
// time, of whatever feed; more says that there are more of them.
func (db *DB) PurgeArchives(before time.Time) (more bool, err error) {
	var old [][]byte
	err = db.read("archives", func(r *reader) error {
		return r.tx.Bucket([]byte(archivesBucket)).ForEach(func(k, _ []byte) error {
			_, name, found := bytes.Cut(k, []byte{0})
			day, ok := aggregator.ParseArchiveName(string(bytes.TrimSuffix(name, []byte{0})))
			if !found || !ok {
				return damaged("archive document under %q", k)
			}
			if len(old) <= 2*purgedArchives && !day.AddDate(0, 0, 1).After(before) {
				old = append(old, bytes.Clone(k))
			}
			return nil
		})
	})
	if err != nil || len(old) == 0 {
		return false, err
	}
	if more = len(old) > 2*purgedArchives; more {
		old = old[:2*purgedArchives] // an even number: a document and its body go together
	}
	err = db.updateArchives(func(b *bolt.Bucket) error {
		var failed []error
		for _, k := range old {
			failed = append(failed, b.Delete(k))
		}
		return errors.Join(failed...)
	})
	if err != nil {
		return false, db.failed("purge archives", err)
	}
	return more, nil
}

func (db *DB) updateArchives(f func(*bolt.Bucket) error) error {
	db.writing.Lock()
	defer db.writing.Unlock()
	defer db.encoder.reset()
	if err := db.present(); err != nil {
		return err
	}
	return db.update(func(tx *bolt.Tx) error { return f(tx.Bucket([]byte(archivesBucket))) })
}

func (e *encoder) archivedValue(d *aggregator.Archived) ([]byte, error) {
	ids := make([]byte, 0, len(d.Stories)*idBytes)
	for _, id := range d.Stories {
		ids = append(ids, id[:]...)
	}
	return e.finish(e.buf.Len(), &archivedRecord{
		Prev: d.Prev, Next: d.Next, Closed: stampOf(d.Closed), Modified: stampOf(d.Modified), Stories: ids,
	})
}

func (c codec) archived(feed, name string, v []byte) (aggregator.Archived, error) {
	var r archivedRecord
	if err := c.dec.Unmarshal(v, &r); err != nil {
		return aggregator.Archived{}, damaged("archive document %s of %s: %w", name, feed, err)
	}
	d := aggregator.Archived{
		Feed: feed, Name: name, Prev: r.Prev, Next: r.Next, Closed: r.Closed.time(), Modified: r.Modified.time(),
	}
	if len(r.Stories)%idBytes != 0 {
		return aggregator.Archived{}, damaged("archive document %s of %s: %d bytes of ids", name, feed, len(r.Stories))
	}
	for ids := r.Stories; len(ids) > 0; ids = ids[idBytes:] {
		d.Stories = append(d.Stories, aggregator.StoryID(ids[:idBytes]))
	}
	return d, nil
}

// checkArchived checks a document or the body of one.
func (c *checker) checkArchived(k, v []byte) error {
	feed, name, found := bytes.Cut(k, []byte{0})
	name, body := bytes.CutSuffix(name, []byte{0})
	if _, ok := aggregator.ParseArchiveName(string(name)); !found || !ok {
		return errors.New("no archive document has this name")
	}
	other := archiveBodyKey(string(feed), string(name))
	if body {
		other = archiveKey(string(feed), string(name))
	} else if _, err := c.archived(string(feed), string(name), v); err != nil {
		return err
	}
	if c.tx.Bucket([]byte(archivesBucket)).Get(other) == nil {
		return errors.New("the document or its body is missing")
	}
	return nil
}
