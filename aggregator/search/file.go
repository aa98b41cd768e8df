package search

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"

	"github.com/cespare/xxhash/v2"
)

var errDamaged = errors.New("the file is damaged")

// filePart is a part that was written. Of its file the list of blocks and the
// entries are held, the rest is read as it is asked for.
type filePart struct {
	file      *os.File
	sizeBytes int64
	blocks    []block
	seqs      []uint64
	seen      []string // base languages
}

// block is where some words and their postings stand in the file.
type block struct {
	first       string
	postings    int64
	dictionary  int64
	lengthBytes int
}

// openPart opens a part's file and returns the language of each entry too. It
// fails where the file is not the one of that size and digest.
func openPart(path string, sizeBytes int64, sum uint64) (_ *filePart, languages []string, err error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, nil, err
	}
	p := &filePart{file: file, sizeBytes: sizeBytes}
	digest := xxhash.New()
	n, err := io.Copy(digest, file)
	if err == nil && (n != sizeBytes || digest.Sum64() != sum) {
		err = errDamaged
	}
	if err == nil {
		languages, err = p.load()
	}
	if err != nil {
		return nil, nil, errors.Join(fmt.Errorf("%s: %w", path, err), file.Close())
	}
	return p, languages, nil
}

func (p *filePart) load() (languages []string, err error) {
	if p.sizeBytes < footerBytes {
		return nil, errDamaged
	}
	footer, err := p.bytes(p.sizeBytes-footerBytes, footerBytes)
	if err != nil {
		return nil, err
	}
	listAt, entriesAt := int64(binary.BigEndian.Uint64(footer)), int64(binary.BigEndian.Uint64(footer[8:]))
	blocks, entries := int(binary.BigEndian.Uint32(footer[16:])), int(binary.BigEndian.Uint32(footer[20:]))
	if string(footer[24:]) != footerMagic || listAt < 0 || listAt > entriesAt || entriesAt > p.sizeBytes-footerBytes {
		return nil, errDamaged
	}
	rest, err := p.bytes(listAt, int(p.sizeBytes-footerBytes-listAt))
	if err != nil {
		return nil, err
	}
	d := decoder{rest: rest}
	for range blocks {
		p.blocks = append(p.blocks, block{first: d.text(), postings: int64(d.number()), dictionary: int64(d.number()), lengthBytes: int(d.number())})
		if d.failed {
			return nil, errDamaged
		}
	}
	names := d.texts()
	p.seen = d.texts()
	if d.failed || entries > len(d.rest) {
		return nil, errDamaged
	}
	p.seqs, languages = make([]uint64, entries), make([]string, entries)
	seq := uint64(0)
	for i := range entries {
		seq += uint64(d.difference())
		name := d.number()
		if d.failed || name >= uint64(len(names)) {
			return nil, errDamaged
		}
		p.seqs[i], languages[i] = seq, names[name]
	}
	return languages, nil
}

// decoder reads what partWriter wrote. It fails once and for all.
type decoder struct {
	rest   []byte
	failed bool
}

func (d *decoder) number() uint64 {
	v, n := binary.Uvarint(d.rest)
	if n <= 0 {
		d.failed, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) difference() int64 {
	v, n := binary.Varint(d.rest)
	if n <= 0 {
		d.failed, d.rest = true, nil
		return 0
	}
	d.rest = d.rest[n:]
	return v
}

func (d *decoder) bytes() []byte {
	n := d.number()
	if n > uint64(len(d.rest)) {
		d.failed, d.rest = true, nil
		return nil
	}
	b := d.rest[:n]
	d.rest = d.rest[n:]
	return b
}

func (d *decoder) text() string { return string(d.bytes()) }

func (d *decoder) texts() []string {
	n := d.number()
	var all []string
	for ; n > 0 && !d.failed; n-- {
		all = append(all, d.text())
	}
	return all
}

func (p *filePart) bytes(at int64, length int) ([]byte, error) {
	if at < 0 || length < 0 || at > p.sizeBytes-int64(length) {
		return nil, errDamaged
	}
	b := make([]byte, length)
	if _, err := p.file.ReadAt(b, at); err != nil {
		return nil, fmt.Errorf("read: %w", err)
	}
	return b, nil
}

func (p *filePart) entries() []uint64       { return p.seqs }
func (p *filePart) languagesSeen() []string { return p.seen }

func (p *filePart) close() error { return p.file.Close() }

// item is a key of the dictionary with what it leads to.
type item struct {
	key            string
	docs, places   int64 // where the postings of a word begin
	docsN, placesN int   // their lengths in bytes
	words          []string
}

// walk hands over the items from a key on until yield returns false.
func (p *filePart) walk(from string, yield func(item) bool) error {
	at, found := slices.BinarySearchFunc(p.blocks, from, func(b block, key string) int { return strings.Compare(b.first, key) })
	if !found && at > 0 {
		at--
	}
	for ; at < len(p.blocks); at++ {
		more, err := p.walkBlock(p.blocks[at], from, yield)
		if err != nil || !more {
			return err
		}
	}
	return nil
}

func (p *filePart) walkBlock(b block, from string, yield func(item) bool) (more bool, err error) {
	dictionary, err := p.bytes(b.dictionary, b.lengthBytes)
	if err != nil {
		return false, err
	}
	d := decoder{rest: dictionary}
	postings := b.postings
	key := make([]byte, 0, 64)
	for len(d.rest) > 0 {
		shared := d.number()
		suffix := d.bytes()
		if d.failed || shared > uint64(len(key)) || len(suffix) == 0 {
			return false, errDamaged
		}
		key = append(key[:shared], suffix...)
		var it item
		switch key[0] {
		case wordKey:
			it.docsN, it.placesN = int(d.number()), int(d.number())
			it.docs, it.places = postings, postings+int64(it.docsN)
			postings += int64(it.docsN) + int64(it.placesN)
			d.failed = d.failed || it.docsN < 0 || it.placesN < 0 || postings < 0 || postings > p.sizeBytes
		case stemKey:
			if string(key) < from { // whose words nobody asks for
				for n := d.number(); n > 0 && !d.failed; n-- {
					d.bytes()
				}
			} else {
				it.words = d.texts()
			}
		default:
			d.failed = true
		}
		if d.failed {
			return false, errDamaged
		}
		if string(key) < from {
			continue
		}
		if it.key = string(key); !yield(it) {
			return false, nil
		}
	}
	return true, nil
}

// get returns the item of a key.
func (p *filePart) get(key string) (found item, ok bool, err error) {
	err = p.walk(key, func(it item) bool {
		if it.key == key {
			found, ok = it, true
		}
		return false
	})
	return found, ok, err
}

func (p *filePart) wordsOf(language, stem string) ([]string, error) {
	found, _, err := p.get(keyOfStem(language, stem))
	return found.words, err
}

func (p *filePart) find(word string) (found postingsOf, ok bool, err error) {
	it, ok, err := p.get(keyOfWord(word))
	if err == nil && ok {
		found.docs, err = p.bytes(it.docs, it.docsN)
	}
	if err != nil || !ok {
		return postingsOf{}, false, err
	}
	found.places = sync.OnceValues(func() ([]byte, error) { return p.bytes(it.places, it.placesN) })
	return found, true, nil
}

func (p *filePart) beginning(prefix string, limit int) ([]postingsOf, error) {
	var items []item
	key := keyOfWord(prefix)
	err := p.walk(key, func(it item) bool {
		if !strings.HasPrefix(it.key, key) || len(items) > limit {
			return false
		}
		items = append(items, it)
		return true
	})
	switch {
	case err != nil:
		return nil, err
	case len(items) > limit:
		return nil, ErrBroad
	}
	// Postings of neighbours lie side by side, but for the dictionaries between
	// blocks: they are read together.
	found := make([]postingsOf, 0, len(items))
	for len(items) > 0 {
		n := 1
		for n < len(items) && items[n].docs == items[n-1].end() && items[n].end()-items[0].docs <= maxReadBytes {
			n++
		}
		b, err := p.bytes(items[0].docs, int(items[n-1].end()-items[0].docs))
		if err != nil {
			return nil, err
		}
		for _, it := range items[:n] {
			at := it.docs - items[0].docs
			docs, places := b[at:at+int64(it.docsN)], b[at+int64(it.docsN):at+int64(it.docsN+it.placesN)]
			found = append(found, postingsOf{docs, func() ([]byte, error) { return places, nil }})
		}
		items = items[n:]
	}
	return found, nil
}

// maxReadBytes bounds what is read together.
const maxReadBytes = 1 << 20

// end is where the postings of a word end.
func (it *item) end() int64 { return it.places + int64(it.placesN) }
