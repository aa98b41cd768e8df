package storage

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	bolt "go.etcd.io/bbolt"
	berrors "go.etcd.io/bbolt/errors"
)

// Options say how a database is opened. The zero value is right for the
// daemon.
type Options struct {
	// ReadOnly opens an existing database without ever writing to it. It
	// excludes writers, and they exclude it, but not other readers.
	ReadOnly bool
	// LockTimeout is how long to wait for whoever has the database open; 0
	// means one second.
	LockTimeout time.Duration
	// InitialMmapBytes is the address space taken at the start. A transaction
	// that must grow it waits for every open reader. 0 means 4 GiB, or 256 MiB
	// where addresses have 32 bits; memory is used only for what is read.
	InitialMmapBytes int64
	// NoSync leaves out the wait for the disk, so that a power cut may take
	// commits back or damage the file. For tests only.
	NoSync bool
}

func (o Options) bolt(openFile func(string, int, os.FileMode) (*os.File, error)) *bolt.Options {
	mmap := int64(4 << 30)
	if strconv.IntSize == 32 {
		mmap = 256 << 20
	}
	return &bolt.Options{
		ReadOnly:        o.ReadOnly,
		Timeout:         cmp.Or(o.LockTimeout, time.Second),
		InitialMmapSize: int(cmp.Or(o.InitialMmapBytes, mmap)),
		NoSync:          o.NoSync,
		FreelistType:    bolt.FreelistMapType,
		OpenFile:        openFile,
		NoStatistics:    true,
	}
}

// DB is an open database. Its reading methods may be called by many goroutines
// at once; the writing ones (Commit, Purge, ForgetSource and those of
// subscriptions) run one at a time.
type DB struct {
	path  string
	bolt  *bolt.DB
	file  *os.File // bbolt's: closed by it
	codec codec

	counters atomic.Pointer[counters] // as of the last commit
	states   atomic.Pointer[[2]state] // the last two, the later last; nil before the file was read
	walked   atomic.Int64             // entries read one after the other since the file's pages were last given back

	writing sync.Mutex // guards what follows
	encoder encoder
	sweep   *sweep // nil: none under way
	// unreleased counts the entries written since the file's pages were last
	// given back.
	unreleased int
	// mostKeys and mostPlaces are how many may wait.
	mostKeys, mostPlaces int
}

// Open opens the database at path and creates it where there is none; its
// folder must exist. A database of an earlier version is brought up to date
// first. The error is ErrLocked, ErrDamaged or ErrTooNew, or what the system
// said about the file.
func Open(path string, opts Options) (*DB, error) {
	return open(path, opts, migrations())
}

func open(path string, opts Options, steps []migration) (*DB, error) {
	if dir, err := os.Stat(filepath.Dir(path)); err == nil && !dir.IsDir() || errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("open: database %s: the folder %s does not exist: create it or change storage.path: %w",
			path, filepath.Dir(path), fs.ErrNotExist)
	}
	codec, err := newCodec()
	if err != nil {
		return nil, fmt.Errorf("open database: %w", err)
	}
	db := &DB{path: path, codec: codec, encoder: encoder{mode: codec.enc}, mostKeys: mostKeys, mostPlaces: mostPlaces}
	current := uint64(1 + len(steps))
	// An existing file is only read until it is known to be whole and ours.
	stat, err := os.Stat(path)
	if err == nil && stat.IsDir() {
		return nil, fmt.Errorf("open: database %s is a folder: name a file in it: %w", path, syscall.EISDIR)
	}
	if opts.ReadOnly || err == nil && stat.Size() > 0 {
		look := opts
		look.ReadOnly = true
		if err := db.openFile(look); err != nil {
			return nil, err
		}
		err := db.inspect(current, opts.ReadOnly)
		if err != nil || !opts.ReadOnly {
			err = errors.Join(err, db.Close())
		}
		if err != nil {
			return nil, db.failed("open", err)
		}
		if opts.ReadOnly {
			return db, nil
		}
	}
	if err := db.openFile(opts); err != nil {
		return nil, err
	}
	err = db.prepare(current, steps)
	if err == nil {
		err = db.start()
	}
	if err != nil {
		return nil, db.failed("open", errors.Join(err, db.Close()))
	}
	return db, nil
}

// openFile opens the file itself and turns bbolt's errors into ours.
func (db *DB) openFile(opts Options) error {
	err := db.guard(func() (err error) {
		db.bolt, err = bolt.Open(db.path, 0o600, opts.bolt(func(name string, flag int, mode os.FileMode) (*os.File, error) {
			var err error
			db.file, err = os.OpenFile(name, flag, mode)
			return db.file, err
		}))
		return err
	})
	var path *fs.PathError
	var errno syscall.Errno
	switch {
	case err == nil:
		return nil
	case errors.Is(err, berrors.ErrTimeout):
		return db.failed("open", ErrLocked)
	case errors.As(err, &path), errors.As(err, &errno):
		return db.failed("open", err)
	}
	return db.failed("open", damage{err})
}

// Close waits for the transactions that are under way and closes the file. A
// second call does nothing.
func (db *DB) Close() error {
	if err := db.guard(db.bolt.Close); err != nil {
		return db.failed("close", err)
	}
	return nil
}

// start reads what is kept in memory from a file that was just opened.
func (db *DB) start() error {
	if err := db.refresh(); err != nil {
		return err
	}
	return db.load()
}

// refresh reads the counters that LastSeq and Counts answer from, and sees to
// it that no bucket is missing.
func (db *DB) refresh() error {
	return db.view(func(tx *bolt.Tx) error {
		for _, name := range buckets() {
			if tx.Bucket([]byte(name)) == nil {
				return damaged("bucket %q is missing", name)
			}
		}
		c, err := readCounters(tx.Bucket([]byte(metaBucket)).Get([]byte(countersKey)))
		if err != nil {
			return err
		}
		db.counters.Store(&c)
		return nil
	})
}

// LastSeq returns the highest sequence number ever given to an entry, those of
// purged entries included; 0 in a new database.
func (db *DB) LastSeq() uint64 { return db.counters.Load().last }

// Counts returns how many entries and stories the database holds now.
func (db *DB) Counts() (entries, stories int64) {
	c := db.counters.Load()
	return c.entries, c.stories
}

// SizeBytes returns how much of the file is in use or was: what a copy takes.
// The file itself may be longer by what it was grown ahead. 0 when the
// database is closed.
func (db *DB) SizeBytes() (size int64) {
	// Only a closed database fails here.
	_ = db.view(func(tx *bolt.Tx) error {
		size = tx.Size()
		return nil
	})
	return size
}
