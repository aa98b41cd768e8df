package search

import (
	"encoding/binary"
	"errors"
	"slices"
)

// The keys of a part's dictionary. A word leads to the entries that have it, a
// stem to the words that it is the stem of, itself left out.
const (
	stemKey = 's' // then language, 0, stem
	wordKey = 'w' // then word
)

func keyOfWord(letters string) string { return string(wordKey) + letters }

func keyOfStem(language, stem string) string { return string(stemKey) + language + "\x00" + stem }

// postings say which entries of a part have a word, and where. Docs are the
// entries' numbers in the part: the first, then how much each is more than the
// one before, as varints. Places are, for each of them, the places as what they
// are more than the one before, and one more than that, as varints; 0 parts the
// entries.
type postings struct {
	docs   []byte
	places []byte
	last   uint32 // of docs
	count  uint32
}

// add appends an entry, or a further place of the last one.
func (p *postings) add(doc, place, before uint32) (isFirst bool) {
	if p.count > 0 && p.last == doc {
		p.places = binary.AppendUvarint(p.places, uint64(place-before)+1)
		return false
	}
	if p.count > 0 {
		p.places = append(p.places, 0)
	}
	p.docs = binary.AppendUvarint(p.docs, uint64(doc-p.last))
	p.places = binary.AppendUvarint(p.places, uint64(place)+1)
	p.last = doc
	p.count++
	return true
}

var errPostings = errors.New("postings cannot be read")

// eachDoc hands over the numbers of the entries.
func eachDoc(docs []byte, yield func(doc uint32)) error {
	doc := uint64(0)
	for len(docs) > 0 {
		var delta uint64
		if docs[0] < 0x80 { // most are
			delta, docs = uint64(docs[0]), docs[1:]
		} else {
			long, n := binary.Uvarint(docs)
			if n <= 0 {
				return errPostings
			}
			delta, docs = long, docs[n:]
		}
		doc += delta
		yield(uint32(doc))
	}
	return nil
}

// spot is a place of an entry: the entry's number in the upper half, so that
// spots sort by entry and then by place.
type spot uint64

func (s spot) doc() uint32 { return uint32(s >> 32) }

// spotReader reads places. It keeps its room from one word to the next.
type spotReader struct {
	docs []uint32
	room []spot // for the spots of a word that are not kept
}

// read returns every place of the entries that are in of, less shift, in order,
// in the room of spots. What lies before the first and behind the last of them
// is hardly looked at.
func (r *spotReader) read(spots []spot, docs, places []byte, of set, shift int) ([]spot, error) {
	spots = spots[:0]
	r.docs = r.docs[:0]
	if err := eachDoc(docs, func(doc uint32) { r.docs = append(r.docs, doc) }); err != nil {
		return nil, err
	}
	low, high := of.bounds()
	from, _ := slices.BinarySearch(r.docs, low)
	to, found := slices.BinarySearch(r.docs, high)
	if found {
		to++
	}
	places = fromEntry(places, from, len(r.docs))
	for _, doc := range r.docs[from:max(from, to)] {
		own, rest := cutPlaces(places)
		places = rest
		if !of.has(doc) {
			continue
		}
		at := uint64(0)
		for len(own) > 0 {
			if own[0] < 0x80 { // most are
				at += uint64(own[0]) - 1
				own = own[1:]
			} else {
				delta, n := binary.Uvarint(own)
				if n <= 0 {
					return nil, errPostings
				}
				at += delta - 1
				own = own[n:]
			}
			if at >= uint64(shift) {
				spots = append(spots, spot(uint64(doc)<<32|(at-uint64(shift))))
			}
		}
	}
	return spots, nil
}

// fromEntry returns the places from the one of so many entries on that has that
// number among them, found from whichever end is nearer.
func fromEntry(places []byte, number, entries int) []byte {
	if number <= entries/2 {
		for ; number > 0; number-- {
			_, places = cutPlaces(places)
		}
		return places
	}
	at := len(places)
	for behind := entries - number; at > 0; at-- {
		if places[at-1] == 0 {
			if behind--; behind == 0 {
				break
			}
		}
	}
	return places[at:]
}

// cutPlaces parts the places of one entry from those that follow. No byte of a
// varint is 0 but that of 0 itself.
func cutPlaces(places []byte) (own, rest []byte) {
	end := 0 // a few bytes on, as a rule
	for end < len(places) && places[end] != 0 {
		end++
	}
	return places[:end], places[min(end+1, len(places)):]
}
