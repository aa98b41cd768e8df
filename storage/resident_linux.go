package storage

import "syscall"

// release gives the mapped pages of the file back to the page cache, whence
// they return when they are read. Linux maps the neighbours of each page that
// is touched, so that a file just written would count as memory of the process
// as a whole. Only the writer may call it: nobody else moves the mapping. Where
// it fails, nothing but room is lost.
func (db *DB) release() {
	_, _, _ = syscall.Syscall(syscall.SYS_MADVISE, db.bolt.Info().Data, uintptr(db.SizeBytes()), syscall.MADV_DONTNEED)
}
