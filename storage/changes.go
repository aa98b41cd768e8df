package storage

import (
	"encoding/binary"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// maxChanges is how many changes of stories are kept. Whoever was away for more
// of them has to begin anew.
const maxChanges = 20_000

// changeBytes is the length of a change's value: the story's Seq, and the kind.
const changeBytes = 9

// changeLog writes changes behind those that are kept. Numbers are given once,
// also when the clock is set back, and grow with the commits.
type changeLog struct {
	bucket *bolt.Bucket
	last   uint64
}

func newChangeLog(b *bolt.Bucket) (*changeLog, error) {
	last, err := edge(b.Cursor().Last())
	return &changeLog{bucket: b, last: last}, err
}

// edge reads the number of the first or the last change; 0: there is none.
func edge(k, _ []byte) (uint64, error) {
	if k == nil {
		return 0, nil
	}
	return readSeq(k)
}

// add writes that something happened to a story.
func (l *changeLog) add(e *encoder, story uint64, kind aggregator.ChangeKind) error {
	if kind == aggregator.Unchanged {
		return nil
	}
	l.last++
	if l.last > maxChanges {
		k := seqKey(l.last - maxChanges)
		if err := l.bucket.Delete(k[:]); err != nil {
			return err
		}
	}
	start := e.buf.Len()
	e.buf.Write(append(binary.BigEndian.AppendUint64(e.buf.AvailableBuffer(), story), byte(kind)))
	k := seqKey(l.last)
	return l.bucket.Put(k[:], e.since(start))
}

func splitChange(v []byte) (story uint64, kind aggregator.ChangeKind, err error) {
	if len(v) != changeBytes {
		return 0, 0, damaged("change of %d bytes", len(v))
	}
	return binary.BigEndian.Uint64(v), aggregator.ChangeKind(v[changeBytes-1]), nil
}

// ChangesKept returns the numbers of the oldest and the newest change of a
// story that are kept; both are 0 where there was none.
func (db *DB) ChangesKept() (first, last uint64, err error) {
	err = db.read("changes", func(r *reader) (err error) {
		c := r.tx.Bucket([]byte(changesBucket)).Cursor()
		if first, err = edge(c.First()); err == nil {
			last, err = edge(c.Last())
		}
		return err
	})
	return first, last, err
}

// Changes returns the changes of stories after the one with that number, the
// first first, and the number of the last change that was looked at: at most
// limit of them. Those of stories that are no more are left out, having merged
// with another or been purged; with nothing left to look at, the number is the
// one given. Each story is as it is now, not as the change left it.
func (db *DB) Changes(after uint64, limit int) (changes []aggregator.Change, last uint64, err error) {
	err = db.read("changes", func(r *reader) error {
		changes, last = nil, after
		c := r.tx.Bucket([]byte(changesBucket)).Cursor()
		start := seqKey(after + 1)
		for k, v := c.Seek(start[:]); k != nil && limit > 0; k, v = c.Next() {
			limit--
			n, err := readSeq(k)
			if err != nil {
				return err
			}
			seq, kind, err := splitChange(v)
			if err != nil {
				return err
			}
			last = n
			s, err := r.storyAt(seq)
			if err != nil {
				return err
			}
			if s.ID.IsZero() {
				continue
			}
			view, err := r.viewOf(s)
			if err != nil {
				return err
			}
			changes = append(changes, aggregator.Change{N: n, Kind: kind, Story: view})
		}
		return nil
	})
	if err != nil {
		return nil, after, err
	}
	return changes, last, nil
}
