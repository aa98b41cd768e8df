package parse

import (
	"errors"
	"slices"
)

// maxTries bounds how often a document is read in parts.
const maxTries = 100

// each reads all entries of a document with read, and returns them with what
// the scan noted of them. Where read fails on the whole it is given ever smaller
// parts, until only the entries are left out that it fails on; skipped counts
// them.
func each[T any](d document, read func(body []byte) ([]T, error)) (entries []T, notes []note, skipped int, err error) {
	entries, err = guarded(read, d.body)
	if err == nil {
		return entries, notesFor(len(entries), d.notes), 0, nil
	}
	if !d.single || len(d.entries) < 2 {
		return nil, nil, 0, err
	}
	head, tail := d.body[:d.entries[0].from], d.body[d.entries[len(d.entries)-1].to:]
	tries := maxTries
	var part func(lo, hi int)
	part = func(lo, hi int) {
		tries--
		body := slices.Concat(head, d.body[d.entries[lo].from:d.entries[hi-1].to], tail)
		found, failed := guarded(read, body)
		switch mid := lo + (hi-lo)/2; {
		case failed == nil:
			entries = append(entries, found...)
			notes = append(notes, notesFor(len(found), d.notes[lo:hi])...)
		case hi-lo == 1 || tries <= 0:
			skipped += hi - lo
		default:
			part(lo, mid)
			part(mid, hi)
		}
	}
	part(0, len(d.entries)/2)
	part(len(d.entries)/2, len(d.entries))
	if len(entries) == 0 {
		return nil, nil, 0, err
	}
	return entries, notes, skipped, nil
}

// notesFor returns the notes of n entries: none where the library counts
// differently, for they might be another's.
func notesFor(n int, notes []note) []note {
	if len(notes) != n {
		return make([]note, n)
	}
	return notes
}

// guarded turns a panic of read into an error.
func guarded[T any](read func(body []byte) ([]T, error), body []byte) (entries []T, err error) {
	defer func() {
		if recover() != nil {
			entries, err = nil, errors.New("the library fails on it")
		}
	}()
	return read(body)
}
