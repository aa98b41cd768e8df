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

// match hands over the numbers of the entries that have the phrase, some more
// than once.
func match(p part, ph phrase, stems *wording.Stemmer, yield func(doc uint32)) error {
	if len(ph) == 1 {
		found, err := lookUp(p, ph[0], stems)
		for _, f := range found {
			err = errors.Join(err, eachDoc(f.docs, yield))
		}
		return err
	}
	// Most entries that have one of the words have not all of them: places are
	// read of those only that have.
	words := make([][]postingsOf, len(ph))
	var all set
	for i, w := range ph {
		var err error
		if words[i], err = lookUp(p, w, stems); err != nil {
			return err
		}
		own := newSet(len(p.entries()))
		for _, f := range words[i] {
			if err := eachDoc(f.docs, own.putWithin); err != nil {
				return err
			}
		}
		if i == 0 {
			all = own
		} else {
			all.keep(own, false)
		}
		if all.isEmpty() {
			return nil
		}
	}
	var spots []spot
	for i, w := range ph {
		var own []spot
		for _, f := range words[i] {
			places, err := f.places()
			if err != nil {
				return err
			}
			if own, err = appendSpots(own, f.docs, places, all, w.place-ph[0].place); err != nil {
				return err
			}
		}
		if len(words[i]) > 1 {
			slices.Sort(own)
		}
		if i == 0 {
			spots = own
			continue
		}
		spots = both(spots, own)
		clear(all) // of the next word no more is read than may still match
		for _, s := range spots {
			all.put(s.doc())
		}
	}
	for _, s := range spots {
		yield(s.doc())
	}
	return nil
}

// postingsOf are the postings of one word: the entries as they were read, and
// what reads the places.
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

// both returns the spots that stand in two sorted lists, in the room of the
// first.
func both(a, b []spot) []spot {
	kept := a[:0]
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			kept = append(kept, a[i])
			i++
			j++
		}
	}
	return kept
}
