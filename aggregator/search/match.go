package search

import (
	"errors"
	"iter"
	"math/bits"
	"slices"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// known is what was looked up of a phrase.
type known struct {
	matches []*matching // by part
	stories set         // that have all its words in one entry, wherever
}

// lookUp looks a phrase up in each part, once.
func (f *finder) lookUp(ph phrase) (known, error) {
	if k, done := f.known[&ph[0]]; done {
		return k, nil
	}
	k := known{stories: newSet(len(f.table.rows))}
	for _, p := range f.parts {
		m, err := matchIn(p.part, ph, f.stems)
		if err != nil {
			return known{}, err
		}
		m.all.each(func(doc uint32) { k.stories.put(f.storyOf(p, doc)) })
		k.matches = append(k.matches, m)
	}
	if f.known == nil {
		f.known = make(map[*sought]known)
	}
	f.known[&ph[0]] = k
	return k, nil
}

// matching is a phrase as one part has it.
type matching struct {
	phrase phrase
	words  [][]postingsOf // of each of its words
	all    set            // the entries that have every one of them, wherever
}

// matchIn looks a phrase up in a part. Places are not read for it.
func matchIn(p part, ph phrase, stems *wording.Stemmer) (*matching, error) {
	m := &matching{phrase: ph, words: make([][]postingsOf, len(ph))}
	for i, w := range ph {
		var err error
		if m.words[i], err = lookUp(p, w, stems); err != nil {
			return nil, err
		}
		own := newSet(len(p.entries()))
		for _, f := range m.words[i] {
			if err := eachDoc(f.docs, own.putWithin); err != nil {
				return nil, err
			}
		}
		if i == 0 {
			m.all = own
		} else {
			m.all.keep(own, false)
		}
		if m.all.isEmpty() {
			break
		}
	}
	return m, nil
}

// beside returns the wanted entries in which the words of the phrase stand beside
// each other. It looks on every processor, and asks wanted there.
func (m *matching) beside(wanted func(doc uint32) bool) (set, error) {
	docs := slices.Clone(m.all)
	shares := aggregator.Processors()
	length := (len(docs) + shares - 1) / shares
	errs := make([]error, shares)
	aggregator.Share(shares, func(pieces iter.Seq[int]) {
		for i := range pieces {
			errs[i] = m.besideFrom(min(i*length, len(docs)), min((i+1)*length, len(docs)), docs, wanted)
		}
	})
	return docs, errors.Join(errs...)
}

// besideFrom leaves of docs what is wanted and has the phrase, from one word of
// the set to another.
func (m *matching) besideFrom(from, to int, docs set, wanted func(doc uint32) bool) error {
	r := newPhraseReader(m)
	for i := from; i < to; i++ {
		for left := docs[i]; left != 0; left &= left - 1 {
			bit := bits.TrailingZeros64(left)
			doc := uint32(i*64 + bit)
			is := wanted(doc)
			var err error
			if is {
				is, err = r.isIn(doc)
			}
			if err != nil {
				return err
			}
			if !is {
				docs[i] &^= 1 << bit
			}
		}
	}
	return nil
}

// phraseReader reads where the words of a phrase stand, entry by entry.
type phraseReader struct {
	*matching
	order []int      // of the words
	words [][]cursor // of each form of each word; nil: not looked at yet
	// Where the phrase may begin, by the words looked at, and by the last.
	begins, own []uint32
}

func newPhraseReader(m *matching) *phraseReader {
	r := &phraseReader{matching: m, words: make([][]cursor, len(m.phrase))}
	// The first and the last word first: of one run of letters, as those between
	// are, each piece is where the one before is.
	r.order = append(r.order, 0, len(m.phrase)-1)
	for i := 1; i < len(m.phrase)-1; i++ {
		r.order = append(r.order, i)
	}
	return r
}

// isIn reports whether an entry has the phrase. Entries are asked for in order.
func (r *phraseReader) isIn(doc uint32) (bool, error) {
	for n, i := range r.order {
		if err := r.read(i, doc); err != nil {
			return false, err
		}
		if n == 0 {
			r.begins, r.own = r.own, r.begins
		} else {
			r.begins = both(r.begins, r.own)
		}
		if len(r.begins) == 0 {
			return false, nil
		}
	}
	return true, nil
}

// read looks where the phrase begins if a word of it is where an entry has it.
func (r *phraseReader) read(word int, doc uint32) error {
	if r.words[word] == nil {
		r.words[word] = make([]cursor, len(r.matching.words[word]))
		for form, f := range r.matching.words[word] {
			places, err := f.places()
			if err != nil {
				return err
			}
			r.words[word][form] = cursor{docs: f.docs, places: places}
		}
	}
	r.own = r.own[:0]
	shift := r.phrase[word].place - r.phrase[0].place
	for form := range r.words[word] {
		var err error
		known := len(r.own)
		if r.own, err = r.words[word][form].read(r.own, doc, shift); err != nil {
			return err
		}
		if known > 0 && len(r.own) > known {
			slices.Sort(r.own)
		}
	}
	return nil
}

// both returns what is in two sorted lists, in the room of the first.
func both(a, b []uint32) []uint32 {
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
