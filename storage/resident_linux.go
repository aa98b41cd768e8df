package storage

import "syscall"

// After how many entries the file's pages are given back.
const (
	releaseEntries = 500  // written
	releaseWalked  = 2000 // read one after the other
)

// release gives the mapped pages of the file back to the page cache, whence
// they return when they are read. Linux maps the neighbours of each page that
// is touched, so that a file just written would count as memory of the process
// as a whole. sizeBytes is how much of it is in use. Only the writer may call it,
// for nobody else moves the mapping, or whoever reads, within a transaction,
// which keeps it where it is; one more transaction within that would wait for a
// writer that waits for the first. Where it fails, nothing but room is lost.
func (db *DB) release(sizeBytes int64) {
	_ = db.guard(func() error {
		_, _, errno := syscall.Syscall(syscall.SYS_MADVISE, db.bolt.Info().Data, uintptr(sizeBytes), syscall.MADV_DONTNEED)
		return errno
	})
}
