package search

import (
	"bytes"
	"encoding/binary"
	"errors"
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

// cursor reads the places of a word, entry by entry.
type cursor struct {
	docs   []byte
	places []byte // of the entries from the one that was read to last on
	doc    uint32 // the entry that docs were read up to
	behind int    // so many entries before it are in places
	begun  bool
}

// read appends the places that an entry has the word at, less shift, in order.
// Entries are asked for in order.
func (c *cursor) read(places []uint32, doc uint32, shift int) ([]uint32, error) {
	for c.doc < doc || !c.begun {
		if len(c.docs) == 0 {
			return places, nil
		}
		delta, n := uint64(c.docs[0]), 1 // most are one byte
		if delta >= 0x80 {
			if delta, n = binary.Uvarint(c.docs); n <= 0 {
				return nil, errPostings
			}
		}
		if c.begun {
			c.behind++
		}
		c.docs, c.doc, c.begun = c.docs[n:], c.doc+uint32(delta), true
	}
	if c.doc > doc {
		return places, nil
	}
	c.places = skipPlaces(c.places, c.behind)
	c.behind = 0
	at := uint64(0)
	for rest := c.places; len(rest) > 0 && rest[0] != 0; {
		delta, n := uint64(rest[0]), 1
		if delta >= 0x80 {
			if delta, n = binary.Uvarint(rest); n <= 0 {
				return nil, errPostings
			}
		}
		at, rest = at+delta-1, rest[n:]
		if at >= uint64(shift) {
			places = append(places, uint32(at-uint64(shift)))
		}
	}
	return places, nil
}

// skipPlaces returns what is behind the places of so many entries.
func skipPlaces(places []byte, entries int) []byte {
	const stride = 128 // bytes, in which zeros are counted many at a time
	for entries > stride/8 && len(places) > stride {
		ends := bytes.Count(places[:stride], []byte{0})
		if ends >= entries { // what follows the last may have begun
			break
		}
		entries, places = entries-ends, places[stride:]
	}
	for ; entries > 0; entries-- {
		_, places = cutPlaces(places)
	}
	return places
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
