package search

import "wiredesk/aggregator/wording"

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

// beside leaves of docs, which are among all, the entries in which the words of
// the phrase stand beside each other.
func (m *matching) beside(docs set, r *spotReader) error {
	if len(m.phrase) == 1 {
		return nil
	}
	// The first and the last word first: of one run of letters, as those between
	// are, each piece leaves what the one before left.
	order := make([]int, 0, len(m.phrase))
	order = append(order, 0, len(m.phrase)-1)
	for i := 1; i < len(m.phrase)-1; i++ {
		order = append(order, i)
	}
	var spots []spot
	for n, i := range order {
		if docs.isEmpty() {
			return nil
		}
		w := m.phrase[i]
		forms := make([][]spot, len(m.words[i]))
		for form, f := range m.words[i] {
			places, err := f.places()
			if err != nil {
				return err
			}
			var room []spot
			if n > 0 && form == 0 {
				room = r.room
			}
			if forms[form], err = r.read(room, f.docs, places, docs, w.place-m.phrase[0].place); err != nil {
				return err
			}
			if n > 0 && form == 0 {
				r.room = forms[0]
			}
		}
		own := either(forms)
		if n == 0 {
			spots = own
		} else {
			spots = both(spots, own)
		}
		clear(docs) // of the next word no more is read than may still match
		for _, s := range spots {
			docs.put(s.doc())
		}
	}
	return nil
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

// either returns the spots of all lists, each of which is sorted, in order.
func either(lists [][]spot) []spot {
	switch len(lists) {
	case 0:
		return nil
	case 1:
		return lists[0]
	}
	a, b := either(lists[:len(lists)/2]), either(lists[len(lists)/2:])
	all := make([]spot, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0] <= b[0] {
			all, a = append(all, a[0]), a[1:]
		} else {
			all, b = append(all, b[0]), b[1:]
		}
	}
	return append(append(all, a...), b...)
}
