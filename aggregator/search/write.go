package search

import (
	"bufio"
	"encoding/binary"
	"errors"
	"maps"
	"os"
	"slices"

	"github.com/cespare/xxhash/v2"
)

// A part's file is written from its beginning to its end: blocks, each of them
// the postings of some words and then the dictionary that leads to them; the
// list of blocks; the entries; and a footer that says where those begin.
//
// In a dictionary a key says how much of it is that of the key before. Behind a
// word stand the lengths of its postings, which follow each other in the file;
// behind a stem its words.
const (
	footerBytes = 8 + 8 + 4 + 4 + 8
	footerMagic = "wdsearch"

	blockKeys  = 64
	blockBytes = 16 << 10 // of a dictionary: stems of many words fill it
)

// partWriter writes a part's file. Keys must come in order, each once.
type partWriter struct {
	file *os.File
	out  *bufio.Writer
	sum  *xxhash.Digest
	at   int64
	err  error

	keys       int    // in the block
	dictionary []byte // of the block
	first, key string // first and last of the block
	postingsAt int64  // where those of the block begin
	blocks     int
	list       []byte // of blocks
}

func createPart(path string) (*partWriter, error) {
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o600)
	if err != nil {
		return nil, err
	}
	return &partWriter{file: file, out: bufio.NewWriterSize(file, 64<<10), sum: xxhash.New()}, nil
}

func (w *partWriter) write(b []byte) {
	if w.err != nil {
		return
	}
	_, w.err = w.out.Write(b)
	_, _ = w.sum.Write(b) // never fails
	w.at += int64(len(b))
}

// begin makes room for a key in the dictionary.
func (w *partWriter) begin(key string) {
	if w.keys >= blockKeys || len(w.dictionary) >= blockBytes {
		w.endBlock()
	}
	shared := 0
	if w.keys == 0 {
		w.first, w.postingsAt = key, w.at
	} else {
		for shared < min(len(key), len(w.key)) && key[shared] == w.key[shared] {
			shared++
		}
	}
	w.keys++
	w.key = key
	w.dictionary = binary.AppendUvarint(w.dictionary, uint64(shared))
	w.dictionary = appendText(w.dictionary, key[shared:])
}

func appendText(b []byte, text string) []byte {
	return append(binary.AppendUvarint(b, uint64(len(text))), text...)
}

// word writes the postings of a word.
func (w *partWriter) word(key string, p *postings) {
	w.begin(key)
	w.write(p.docs)
	w.write(p.places)
	w.dictionary = binary.AppendUvarint(w.dictionary, uint64(len(p.docs)))
	w.dictionary = binary.AppendUvarint(w.dictionary, uint64(len(p.places)))
}

// stem writes the words of a stem.
func (w *partWriter) stem(key string, words []string) {
	w.begin(key)
	w.dictionary = binary.AppendUvarint(w.dictionary, uint64(len(words)))
	for _, word := range words {
		w.dictionary = appendText(w.dictionary, word)
	}
}

func (w *partWriter) endBlock() {
	if w.keys == 0 {
		return
	}
	w.blocks++
	w.list = appendText(w.list, w.first)
	w.list = binary.AppendUvarint(w.list, uint64(w.postingsAt))
	w.list = binary.AppendUvarint(w.list, uint64(w.at))
	w.list = binary.AppendUvarint(w.list, uint64(len(w.dictionary)))
	w.write(w.dictionary)
	w.keys, w.dictionary, w.key = 0, w.dictionary[:0], ""
}

// finish writes what leads to the blocks, and closes the file. It returns the
// size and the digest of what was written.
func (w *partWriter) finish(entries []uint64, language func(seq uint64) string, seen []string) (sizeBytes int64, sum uint64, err error) {
	w.endBlock()
	listAt := w.at
	w.write(w.list)
	entriesAt := w.at
	numbers := make(map[string]int)
	var names, b []byte
	before := uint64(0)
	for _, seq := range entries {
		name := language(seq)
		number, known := numbers[name]
		if !known {
			number = len(numbers)
			numbers[name] = number
			names = appendText(names, name)
		}
		b = binary.AppendVarint(b, int64(seq-before))
		b = binary.AppendUvarint(b, uint64(number))
		before = seq
	}
	w.write(binary.AppendUvarint(nil, uint64(len(numbers))))
	w.write(names)
	w.write(binary.AppendUvarint(nil, uint64(len(seen))))
	for _, name := range seen {
		w.write(appendText(nil, name))
	}
	w.write(b)
	footer := binary.BigEndian.AppendUint64(nil, uint64(listAt))
	footer = binary.BigEndian.AppendUint64(footer, uint64(entriesAt))
	footer = binary.BigEndian.AppendUint32(footer, uint32(w.blocks))
	footer = binary.BigEndian.AppendUint32(footer, uint32(len(entries)))
	w.write(append(footer, footerMagic...))
	if w.err == nil {
		w.err = w.out.Flush()
	}
	if w.err == nil {
		w.err = w.file.Sync()
	}
	return w.at, w.sum.Sum64(), errors.Join(w.err, w.file.Close())
}

// abandon closes and removes a file that will not be finished.
func (w *partWriter) abandon() error {
	return errors.Join(w.file.Close(), os.Remove(w.file.Name()))
}

// save writes the part as a file.
func (m *memoryPart) save(path string, language func(seq uint64) string) (sizeBytes int64, sum uint64, err error) {
	w, err := createPart(path)
	if err != nil {
		return 0, 0, err
	}
	for _, key := range slices.Sorted(maps.Keys(m.stems)) {
		w.stem(string(stemKey)+key, slices.Sorted(slices.Values(m.stems[key])))
	}
	for _, word := range slices.Sorted(maps.Keys(m.words)) {
		w.word(keyOfWord(word), &m.words[word].postings)
	}
	return w.finish(m.docs, language, m.languagesSeen())
}
