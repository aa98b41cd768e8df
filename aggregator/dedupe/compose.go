package dedupe

import (
	"slices"

	"wiredesk/aggregator/wording"
)

// composed is a reading without what its source repeats around its entries:
// what it is compared by.
type composed struct {
	terms    []term
	pairs    []uint32 // sorted
	sketch   []uint32 // sorted; the smallest digests of the text's shingles
	shingles int      // how many different ones the text has
	template int      // percent of the title that its source repeats
}

// clear leaves nothing to compare by.
func (c *composed) clear() {
	c.terms, c.pairs, c.sketch, c.shingles = c.terms[:0], c.pairs[:0], c.sketch[:0], 0
}

// term is a word of an entry as it is compared.
type term struct {
	root
	slot  uint32 // in the vocabulary; unknown where it has none yet
	title uint8  // times in the title
	body  uint8
	flags flags
}

// flags of a term within an entry.
type flags uint8

const (
	flagNumber flags = 1 << iota
	flagName
	flagTemplate // part of the title that the source repeats
)

// compose takes out of a reading what the source is known to repeat.
func (r *Reading) compose(repeated func(piece uint64) bool, c *composed) {
	var skip [maxRepeatables + 1]bool
	for i, p := range r.repeatables {
		skip[i+1] = repeated(p)
	}
	c.terms, c.pairs, c.sketch = c.terms[:0], c.pairs[:0], c.sketch[:0]
	flagged := 0
	var shingle [shingleWords]uint64
	run, before := 0, uint64(0)
	for i := range r.tokens {
		t := &r.tokens[i]
		dull := skip[t.piece]
		if !t.title && dull {
			run, before = 0, 0
			continue
		}
		f := flags(0)
		switch {
		case t.shape&wording.ShapeNumber != 0:
			f |= flagNumber
		case t.shape&(wording.ShapeCapital|wording.ShapeOpening) == wording.ShapeCapital && (!t.title || !r.capitals):
			f |= flagName
		}
		x := term{root: t.root, flags: f}
		if t.title {
			x.title = 1
			if dull {
				x.flags |= flagTemplate
				flagged++
			}
			if before != 0 && len(c.pairs) < maxPairs {
				c.pairs = append(c.pairs, uint32(mix(before^t.term*3)))
			}
			before = t.term
		} else {
			x.body = 1
		}
		if i > 0 && r.tokens[i-1].title != t.title {
			run = 0
		}
		shingle[run%shingleWords] = t.term
		if run++; run >= shingleWords {
			h := mix(shingle[(run-3)%3]) ^ mix(shingle[(run-2)%3]+1) ^ mix(shingle[(run-1)%3]+2)
			c.sketch = append(c.sketch, uint32(h>>32))
		}
		c.terms = append(c.terms, x)
	}
	if r.titleWords > 0 {
		c.template = 100 * flagged / r.titleWords
	}
	c.terms = gather(c.terms)
	slices.Sort(c.pairs)
	slices.Sort(c.sketch)
	c.sketch = slices.Compact(c.sketch)
	c.shingles = len(c.sketch)
	if len(c.sketch) > maxSketch {
		c.sketch = c.sketch[:maxSketch]
	}
}

// gather makes one term of the same word's occurrences, the first maxTerms
// words of the text, in the order they first stand.
func gather(terms []term) []term {
	out := terms[:0]
	var seen [256]uint16 // open addressing: place+1 in out
	for _, t := range terms {
		h := uint8(t.term)
		for seen[h] != 0 && out[seen[h]-1].term != t.term {
			h++
		}
		if at := seen[h]; at != 0 {
			o := &out[at-1]
			o.title = min(o.title+t.title, maxTitleTF)
			o.body = min(o.body+t.body, maxBodyTF)
			o.flags = (o.flags|t.flags)&^flagTemplate | o.flags&t.flags&flagTemplate
			continue
		}
		if len(out) == maxTerms {
			continue
		}
		out = append(out, t)
		seen[h] = uint16(len(out))
	}
	return out
}

// sortTerms sorts by slot, then by term. Of so few, of which the second time all
// but the new words are in their order, nothing sorts faster than insertion.
func sortTerms(terms []term) {
	for i := 1; i < len(terms); i++ {
		t, at := terms[i], i
		for at > 0 && t.before(&terms[at-1]) {
			terms[at] = terms[at-1]
			at--
		}
		terms[at] = t
	}
}

func (t *term) before(o *term) bool { return t.slot < o.slot || t.slot == o.slot && t.term < o.term }
