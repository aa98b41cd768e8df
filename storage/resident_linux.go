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
// as a whole. Only the writer may call it, for nobody else moves the mapping, or
// whoever reads, within a transaction, which keeps it where it is. Where it
// fails, nothing but room is lost.
func (db *DB) release() {
	_ = db.guard(func() error {
		size := uintptr(db.SizeBytes())
		_, _, errno := syscall.Syscall(syscall.SYS_MADVISE, db.bolt.Info().Data, size, syscall.MADV_DONTNEED)
		return errno
	})
}
