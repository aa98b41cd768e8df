package search

import (
	"errors"
	"slices"

	"wiredesk/aggregator/wording"
)

// part is some of the entries of an index with the words they have: one in
// memory, and files that are never changed.
type part interface {
	// entries returns the Seq of each of the part's entries, by its number.
	entries() []uint64
	// languagesSeen returns the base languages of the entries.
	languagesSeen() []string
	// wordsOf returns the words that a stem is of, itself left out.
	wordsOf(language, stem string) ([]string, error)
	// find returns the postings of a word; ok is false where none has it.
	find(word string) (found postingsOf, ok bool, err error)
	// beginning returns the postings of the words that begin so, or ErrBroad if
	// they are more than limit.
	beginning(prefix string, limit int) ([]postingsOf, error)
}

// ErrBroad is returned for a query that would look at too much of the index.
var ErrBroad = errors.New("too many words begin so: write more letters before the *")

// maxBeginning bounds the words that a prefix stands for in one part.
const maxBeginning = 5000

// forms returns the words of the part that a sought one stands for, but for
// those that it is the beginning of.
func forms(p part, w sought, stems *wording.Stemmer) ([]string, error) {
	words := []string{w.letters}
	if w.piece {
		return words, nil
	}
	asked := make(map[string]bool)
	for _, language := range p.languagesSeen() {
		language = wording.StemLanguage([]byte(w.letters), language)
		if language == "" || asked[language] {
			continue
		}
		asked[language] = true
		stem := stemOf(stems, []byte(w.letters), language)
		others, err := p.wordsOf(language, stem)
		if err != nil {
			return nil, err
		}
		words = append(append(words, stem), others...)
	}
	slices.Sort(words)
	return slices.Compact(words), nil
}

// postingsOf are the postings of one word: the entries as they were read, and
// what reads the places, once, safe for concurrent use.
type postingsOf struct {
	docs   []byte
	places func() ([]byte, error)
}

// lookUp returns the postings of every word that a sought one stands for.
func lookUp(p part, w sought, stems *wording.Stemmer) ([]postingsOf, error) {
	if w.prefix {
		return p.beginning(w.letters, maxBeginning)
	}
	words, err := forms(p, w, stems)
	if err != nil {
		return nil, err
	}
	var found []postingsOf
	for _, word := range words {
		f, ok, err := p.find(word)
		if err != nil {
			return nil, err
		}
		if ok {
			found = append(found, f)
		}
	}
	return found, nil
}
