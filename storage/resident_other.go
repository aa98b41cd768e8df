//go:build !linux

package storage

const releaseEntries, releaseWalked = 1 << 30, 1 << 30

// release does nothing: elsewhere the system decides.
func (db *DB) release(int64) {}
