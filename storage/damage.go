package storage

import (
	"errors"
	"fmt"
	"runtime/debug"

	bolt "go.etcd.io/bbolt"
)

// What can be wrong with a database. Errors that wrap these say which file and
// what to do.
var (
	// ErrLocked: another process has the database open.
	ErrLocked = errors.New("another instance has the database open: stop it, or give this one a storage.path of its own")
	// ErrDamaged: the file is not a database of ours, or no longer whole.
	ErrDamaged = errors.New("the database is damaged: stop the daemon, keep the file aside and restore the last backup")
	// ErrRemoved: the file was removed or replaced while it was in use.
	ErrRemoved = errors.New("the database was removed or replaced while it was open: stop the daemon and put the file back")
	// ErrTooNew: a later version of Wiredesk wrote the database.
	ErrTooNew = errors.New("the database was written by a later version of Wiredesk: run that version, or restore a backup made with this one")
)

// damage is what was found wrong in the file. The sentence of ErrDamaged comes
// to it once, at the end, in failed.
type damage struct{ error }

func (d damage) Unwrap() error { return d.error }

func damaged(format string, args ...any) error {
	return damage{fmt.Errorf(format, args...)}
}

// failed completes an error for the operator: what was tried, on which file,
// and what to do if it is damaged.
func (db *DB) failed(what string, err error) error {
	if d := (damage{}); errors.As(err, &d) {
		return fmt.Errorf("%s: database %s: %w: %w", what, db.path, ErrDamaged, err)
	}
	return fmt.Errorf("%s: database %s: %w", what, db.path, err)
}

// guard runs f, which touches the file. bbolt panics where pages contradict
// themselves, and a page that is missing from the file or refers beyond it is
// a fault of memory, which would end the program: both become damage.
func (db *DB) guard(f func() error) (err error) {
	defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
	defer func() {
		if p := recover(); p != nil {
			err = damaged("%v", p)
		}
	}()
	return f()
}

// view runs f in a transaction that sees one state of the database. Nothing f
// got from tx may be used after it.
func (db *DB) view(f func(*bolt.Tx) error) error {
	return db.guard(func() error { return db.bolt.View(f) })
}

// update runs f in a transaction that is stored whole, or not at all when f or
// the disk fails. What waits is the same after it unless f says otherwise.
func (db *DB) update(f func(*bolt.Tx) error) error {
	return db.guard(func() error {
		return db.bolt.Update(func(tx *bolt.Tx) error {
			if db.states.Load() != nil {
				db.publish(tx, db.waitingIn(tx.ID()-1))
			}
			return f(tx)
		})
	})
}
