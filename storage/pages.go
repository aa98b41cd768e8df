package storage

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"

	bolt "go.etcd.io/bbolt"
)

// How deep checkPages looks.
type depth int

const (
	branches depth = iota // pages that lead to others: a hundredth of the file
	allPages
)

// The layout of a bbolt page, in the machine's byte order. Its head is id (8),
// flags (2), count (2), overflow (4): the number of pages it goes on over. count
// elements follow, of a branch pos (4), ksize (4), child (8), of a leaf flags
// (4), pos (4), ksize (4), vsize (4), where pos counts from the element itself.
// The first two pages hold after their heads, among others, the page of the
// freelist and the number of the transaction that wrote them.
const (
	headBytes    = 16
	elementBytes = 16

	branchFlag   = 1
	leafFlag     = 2
	freelistFlag = 16
	bucketFlag   = 1 // of a leaf's element: the value is a bucket

	freelistAt = headBytes + 32
	txidAt     = headBytes + 48
)

// checkPages follows the pages of every bucket from its root and sees that each
// lies within the file, is what it should be and is met only once. bbolt
// follows a page that leads back to an earlier one until the program ends, and
// nothing can recover from that. tx must be a reading transaction.
func (db *DB) checkPages(tx *bolt.Tx, deep depth) error {
	stat, err := db.file.Stat()
	if err != nil {
		return err
	}
	if stat.Size() < tx.Size() {
		return damaged("it has %d bytes and should have %d", stat.Size(), tx.Size())
	}
	p := pages{file: db.file, pageBytes: int64(tx.DB().Info().PageSize), end: tx.Size(), met: map[uint64]struct{}{}}
	if err := p.checkFreelist(uint64(tx.ID())); err != nil {
		return err
	}
	if err := p.follow(tx.Cursor().Bucket(), deep, bucketFlag); err != nil {
		return fmt.Errorf("list of buckets: %w", err)
	}
	return tx.ForEach(func(name []byte, b *bolt.Bucket) error {
		if err := p.follow(b, deep, 0); err != nil {
			return fmt.Errorf("bucket %q: %w", name, err)
		}
		return nil
	})
}

type pages struct {
	file      *os.File
	pageBytes int64
	end       int64
	met       map[uint64]struct{}
}

// follow goes down a tree level by level. All leaves of a tree are on one
// level, so the first page of each tells what the others must be. flags are
// what all its leaves' elements must have.
func (p *pages) follow(b *bolt.Bucket, deep depth, flags uint32) error {
	level := []uint64{uint64(b.Root())}
	if level[0] == 0 {
		return nil // so small that it is kept within its parent's page
	}
	for len(level) > 0 {
		var below []uint64
		kind := uint16(0)
		for i, id := range level {
			if _, again := p.met[id]; again {
				return damaged("page %d is met twice", id)
			}
			p.met[id] = struct{}{}
			if i > 0 && kind == leafFlag && deep == branches {
				continue
			}
			page, err := p.read(id)
			if err != nil {
				return err
			}
			if i == 0 {
				kind = page.kind
			}
			if page.kind != kind {
				return damaged("page %d has kind %d among pages of kind %d", id, page.kind, kind)
			}
			children, err := page.check(flags)
			if err != nil {
				return damaged("page %d: %w", id, err)
			}
			below = append(below, children...)
		}
		level = below
	}
	return nil
}

// page is a page's head and elements.
type page struct {
	kind     uint16
	bytes    int64 // all of it, overflow included
	elements []byte
}

func (p *pages) read(id uint64) (page, error) {
	if id < 2 || id >= uint64(p.end/p.pageBytes) {
		return page{}, damaged("page %d is outside the file", id)
	}
	at := int64(id) * p.pageBytes
	var head [headBytes]byte
	if _, err := p.file.ReadAt(head[:], at); err != nil {
		return page{}, damaged("page %d: %w", id, err)
	}
	if own := binary.NativeEndian.Uint64(head[:]); own != id {
		return page{}, damaged("page %d says it is %d", id, own)
	}
	pg := page{
		kind:  binary.NativeEndian.Uint16(head[8:]),
		bytes: (1 + int64(binary.NativeEndian.Uint32(head[12:]))) * p.pageBytes,
	}
	count := int64(binary.NativeEndian.Uint16(head[10:]))
	switch {
	case at+pg.bytes > p.end:
		return page{}, damaged("page %d goes beyond the file", id)
	case pg.kind == freelistFlag:
		return pg, nil
	case headBytes+count*elementBytes > pg.bytes:
		return page{}, damaged("page %d has %d elements", id, count)
	}
	pg.elements = make([]byte, count*elementBytes)
	if _, err := p.file.ReadAt(pg.elements, at+headBytes); err != nil {
		return page{}, damaged("page %d: %w", id, err)
	}
	return pg, nil
}

// check sees that every key and value lies within the page, and returns the
// pages it leads to.
func (pg page) check(leafFlags uint32) (children []uint64, err error) {
	for at := 0; at < len(pg.elements); at += elementBytes {
		e := pg.elements[at:]
		field := func(n int) int64 { return int64(binary.NativeEndian.Uint32(e[4*n:])) }
		var pos, ksize, vsize int64
		switch pg.kind {
		case branchFlag:
			pos, ksize = field(0), field(1)
			children = append(children, binary.NativeEndian.Uint64(e[8:]))
		case leafFlag:
			pos, ksize, vsize = field(1), field(2), field(3)
			if field(0) != int64(leafFlags) || leafFlags == bucketFlag && vsize < elementBytes {
				return nil, fmt.Errorf("element %d is no such thing", at/elementBytes)
			}
		}
		if ksize == 0 || headBytes+int64(at)+pos+ksize+vsize > pg.bytes {
			return nil, fmt.Errorf("element %d is not within it", at/elementBytes)
		}
	}
	switch {
	case pg.kind != branchFlag && pg.kind != leafFlag:
		return nil, fmt.Errorf("it has kind %d", pg.kind)
	case pg.kind == branchFlag && len(children) == 0:
		return nil, errors.New("it leads nowhere")
	}
	return children, nil
}

// checkFreelist checks the page that lists the free ones, as of transaction
// txid. bbolt writes into what it finds there.
func (p *pages) checkFreelist(txid uint64) error {
	for n := range int64(2) {
		meta := make([]byte, p.pageBytes)
		if _, err := p.file.ReadAt(meta, n*p.pageBytes); err != nil {
			return damaged("page %d: %w", n, err)
		}
		if binary.NativeEndian.Uint64(meta[txidAt:]) != txid {
			continue
		}
		id := binary.NativeEndian.Uint64(meta[freelistAt:])
		pg, err := p.read(id)
		if err != nil {
			return err
		}
		if pg.kind != freelistFlag {
			return damaged("page %d is no freelist", id)
		}
		return p.checkFree(id, pg.bytes)
	}
	return damaged("no page belongs to transaction %d", txid)
}

// checkFree sees that the free pages are pages of the file. Their number
// stands in the head or, where it does not fit, before them.
func (p *pages) checkFree(id uint64, size int64) error {
	list := make([]byte, size)
	if _, err := p.file.ReadAt(list, int64(id)*p.pageBytes); err != nil {
		return damaged("page %d: %w", id, err)
	}
	count, free := uint64(binary.NativeEndian.Uint16(list[10:])), list[headBytes:]
	if count == math.MaxUint16 {
		count, free = binary.NativeEndian.Uint64(free), free[8:]
	}
	if count > uint64(len(free)/8) {
		return damaged("freelist of %d pages in %d bytes", count, size)
	}
	for ; count > 0; count-- {
		if n := binary.NativeEndian.Uint64(free); n < 2 || n >= uint64(p.end/p.pageBytes) {
			return damaged("page %d is free and outside the file", n)
		}
		free = free[8:]
	}
	return nil
}
