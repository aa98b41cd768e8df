package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	bolt "go.etcd.io/bbolt"
)

// migration brings the layout of one version to that of the next.
type migration struct {
	name string // what it does, for the error when it fails
	run  func(*bolt.Tx) error
}

// migrations lists every step since version 1, in order: the first leads from
// version 1 to 2. Steps are added at the end and never changed.
func migrations() []migration {
	return []migration{
		{"make room for aliases and pins", func(tx *bolt.Tx) error {
			for _, name := range []string{aliasesBucket, pinsBucket} {
				if _, err := tx.CreateBucket([]byte(name)); err != nil {
					return err
				}
			}
			return nil
		}},
		{"make room for subscriptions", func(tx *bolt.Tx) error {
			_, err := tx.CreateBucket([]byte(subscriptionsBucket))
			return err
		}},
		{"note that every key is in its bucket", func(tx *bolt.Tx) error {
			meta := tx.Bucket([]byte(metaBucket))
			c, err := readCounters(meta.Get([]byte(countersKey)))
			if err != nil {
				return err
			}
			return putWritten(meta, c.last)
		}},
		{"make room for followers and changes", func(tx *bolt.Tx) error {
			for _, name := range []string{followersBucket, changesBucket} {
				if _, err := tx.CreateBucket([]byte(name)); err != nil {
					return err
				}
			}
			return nil
		}},
		{"make room for archive documents", func(tx *bolt.Tx) error {
			_, err := tx.CreateBucket([]byte(archivesBucket))
			return err
		}},
	}
}

// layout is the version of the layout that this program writes.
func layout() uint32 { return uint32(1 + len(migrations())) }

// inspect tells whether a file that was opened for reading is whole as far as
// can be seen without reading all of it, and of a version we know; of which
// exactly, when it is not going to be brought up to date.
func (db *DB) inspect(current uint64, exactly bool) error {
	var version uint64
	err := db.view(func(tx *bolt.Tx) (err error) {
		if err = db.checkPages(tx, branches); err == nil {
			version, err = readVersion(tx)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case version > current:
		return fmt.Errorf("layout %d, this version knows %d: %w", version, current, ErrTooNew)
	case exactly && version < current:
		return fmt.Errorf("it has layout %d and must be brought to %d first: start the daemon on it once", version, current)
	case exactly:
		return db.start()
	}
	return nil
}

// prepare makes a new file a database and brings an older one up to date.
func (db *DB) prepare(current uint64, steps []migration) error {
	var version uint64
	err := db.view(func(tx *bolt.Tx) (err error) {
		version, err = readVersion(tx)
		return err
	})
	if err != nil {
		return err
	}
	if version == 0 {
		return db.create(current)
	}
	for ; version < current; version++ {
		step := steps[version-1]
		err := db.update(func(tx *bolt.Tx) error {
			if err := step.run(tx); err != nil {
				return err
			}
			return putVersion(tx, version+1)
		})
		if err != nil {
			return fmt.Errorf("bring it to layout %d (%s), it stays at %d: %w", version+1, step.name, version, err)
		}
	}
	return nil
}

// readVersion returns the version of the layout, 0 for a new file.
func readVersion(tx *bolt.Tx) (uint64, error) {
	meta := tx.Bucket([]byte(metaBucket))
	if meta == nil {
		if name, _ := tx.Cursor().First(); name != nil {
			return 0, damaged("it belongs to another program")
		}
		return 0, nil
	}
	v := meta.Get([]byte(versionKey))
	if len(v) != 8 {
		return 0, damaged("it has no version")
	}
	version := binary.BigEndian.Uint64(v)
	if version == 0 {
		return 0, damaged("it has version 0")
	}
	return version, nil
}

func putVersion(tx *bolt.Tx, version uint64) error {
	k := seqKey(version)
	return tx.Bucket([]byte(metaBucket)).Put([]byte(versionKey), k[:])
}

// putWritten notes that the keys up to a number are in their buckets.
func putWritten(meta *bolt.Bucket, upTo uint64) error {
	var p pending
	for of := range p.written {
		p.written[of] = upTo
	}
	return errors.Join(meta.Put([]byte(keysWrittenKey), p.bytes()), meta.Put([]byte(newestWrittenKey), p.bytes()))
}

// create lays out a new database.
func (db *DB) create(version uint64) error {
	err := db.update(func(tx *bolt.Tx) error {
		for _, name := range buckets() {
			if _, err := tx.CreateBucket([]byte(name)); err != nil {
				return err
			}
		}
		meta := tx.Bucket([]byte(metaBucket))
		if err := errors.Join(meta.Put([]byte(countersKey), counters{}.bytes()), putWritten(meta, 0)); err != nil {
			return err
		}
		return putVersion(tx, version)
	})
	if err != nil {
		return fmt.Errorf("lay it out: %w", err)
	}
	return syncFolder(filepath.Dir(db.path))
}

// syncFolder makes a new file's name outlast a power cut.
func syncFolder(path string) error {
	dir, err := os.Open(path)
	if err != nil {
		return fmt.Errorf("sync its folder: %w", err)
	}
	if err := errors.Join(dir.Sync(), dir.Close()); err != nil {
		return fmt.Errorf("sync its folder: %w", err)
	}
	return nil
}
