package dedupe

import (
	"net/url"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
)

// Bounds of what is read of an entry. What lies beyond is the tail of a long
// text, which tells a happening from others no better.
const (
	maxTitleWords  = 48
	maxBodyWords   = 160
	maxTerms       = 64
	maxPairs       = 16 // of neighbouring title words
	maxSketch      = 24 // digests of the text's shingles
	shingleWords   = 3
	maxRepeatables = 8
)

// Fewer words than these say too little to call two texts the same: "Live
// updates", "Weather", "Watch the moment".
const (
	minTextWords = 5
	minBodyWords = 20
)

// key is the digest of something that entries with equal text share. Its
// lowest bits say what it was made from, so that a link is never taken for a
// text. 0 is none.
type key uint64

// The places of an entry's keys.
const (
	keyLink = iota
	keyText
	keyBody
	keyKinds
)

type keys [keyKinds]key

func (k key) ofText() bool { return k&3 != keyLink+1 }

func newKey(kind int, digest uint64) key { return key(digest&^3 | uint64(kind+1)) }

// token is a word of an entry where it stands.
type token struct {
	term  uint64
	shape shape
	title bool
	piece uint8 // which of Reading.repeatables it is part of; 0: none
}

// Reading is what can be said of an entry's text without knowing any other:
// made once, for deciding on it and for remembering it.
type Reading struct {
	Labels []aggregator.Label // what the title's label says of the text

	keys     keys
	tokens   []token
	skeleton uint64 // digest of the title without numbers and dates
	// repeatables are the digests of the parts that a source may put around
	// many entries: the title's segments, the summary's sentences. Tokens
	// count them from 1.
	repeatables []uint64
	titles      int // how many of the repeatables are the title's
	titleWords  int
	bodyWords   int
	grams       signature
	x           extras
	capitals    bool // the title writes every word with a capital
}

// Read reads an entry's title, summary and canonical link.
func (j *Judge) Read(e *aggregator.Entry) Reading {
	r := Reading{tokens: make([]token, 0, 96)}
	if e.Canonical != "" {
		r.keys[keyLink] = newKey(keyLink, xxhash.Sum64String(e.Canonical))
	}
	language := baseLanguage(e.Language)
	j.scan.reset(e.Title)
	text := j.plain[:0]
	skeleton := newRolling()
	segment := newRolling()
	capitals, small := 0, 0
	begin, segmentAt := 0, 0
	closeSegment := func() {
		if segment.words >= 2 && len(r.repeatables) < maxRepeatables {
			r.repeatables = append(r.repeatables, segment.sum)
			for i := segmentAt; i < len(r.tokens); i++ {
				r.tokens[i].piece = uint8(len(r.repeatables))
			}
		}
		segment, segmentAt = newRolling(), len(r.tokens)
	}
	for r.titleWords < maxTitleWords {
		w, ok := j.scan.next()
		if !ok {
			break
		}
		if r.titleWords > 0 && segmentEnds(j.scan.text[begin:w.at]) {
			closeSegment()
		}
		begin = w.at
		r.titleWords++
		text = append(append(text, w.letters...), ' ')
		term := j.stems.term(w.letters, language)
		if w.shape&shapeCapital != 0 {
			r.x.cased = true
		}
		if n := min(len(w.letters), prefLen(w.letters)); w.shape&shapeNumber == 0 || true {
			h := xxhash.Sum64(w.letters[:n])
			r.x.prefix = append(r.x.prefix, h)
			r.x.prefAll = append(r.x.prefAll, h)
		}
		if w.shape&shapeNumber == 0 && !isDate(w.letters) {
			skeleton.add(term)
			segment.add(term)
		}
		if len(w.letters) > 3 && w.shape&shapeNumber == 0 {
			if w.shape&shapeCapital != 0 {
				capitals++
			} else {
				small++
			}
		}
		r.tokens = append(r.tokens, token{term: term, shape: w.shape, title: true})
	}
	closeSegment()
	r.titles = len(r.repeatables)
	r.skeleton = skeleton.sum
	r.capitals = capitals > 3*small
	r.grams = gramsOf(text)
	titleText := len(text)

	j.scan.reset(e.Summary)
	for r.bodyWords < maxBodyWords {
		w, ok := j.scan.next()
		if !ok {
			break
		}
		if w.shape&shapeOpening != 0 {
			closeSegment()
		}
		r.bodyWords++
		text = append(append(text, w.letters...), ' ')
		term := j.stems.term(w.letters, language)
		{
			n := min(len(w.letters), prefLen(w.letters))
			r.x.prefAll = append(r.x.prefAll, xxhash.Sum64(w.letters[:n]))
		}
		segment.add(term)
		r.tokens = append(r.tokens, token{term: term, shape: w.shape})
	}
	closeSegment()
	j.plain = text
	for i := 1; i < len(r.tokens); i++ {
		if r.tokens[i].title == r.tokens[i-1].title && r.tokens[i].shape&shapeOpening == 0 {
			r.x.big = append(r.x.big, mix(r.tokens[i-1].term*3^r.tokens[i].term))
		}
	}
	slices.Sort(r.x.big)
	r.x.big = slices.Compact(r.x.big)
	path := e.Canonical
	if i := strings.LastIndexByte(path, '/'); i >= 0 {
		if j := strings.Trim(path, "/"); len(j) > 0 {
			path = j[strings.LastIndexByte(j, '/')+1:]
		}
	}
	if u, err := url.PathUnescape(path); err == nil {
		path = u
	}
	j.scan.reset(path)
	for {
		w, ok := j.scan.next()
		if !ok {
			break
		}
		if len(w.letters) > 2 && w.shape&shapeNumber == 0 {
			r.x.slug = append(r.x.slug, j.stems.term(w.letters, language))
		}
	}
	slices.Sort(r.x.slug)
	r.x.slug = slices.Compact(r.x.slug)
	slices.Sort(r.x.prefix)
	r.x.prefix = slices.Compact(r.x.prefix)
	slices.Sort(r.x.prefAll)
	r.x.prefAll = slices.Compact(r.x.prefAll)
	if r.titleWords+r.bodyWords >= minTextWords {
		r.keys[keyText] = newKey(keyText, xxhash.Sum64(text))
	}
	if r.bodyWords >= minBodyWords {
		r.keys[keyBody] = newKey(keyBody, xxhash.Sum64(text[titleText:]))
	}
	return r
}

func baseLanguage(tag string) string {
	for i := range tag {
		if tag[i] == '-' || tag[i] == '_' {
			tag = tag[:i]
			break
		}
	}
	if len(tag) > 3 {
		return ""
	}
	b := []byte(tag)
	for i, c := range b {
		if 'A' <= c && c <= 'Z' {
			b[i] = c + 'a' - 'A'
		}
	}
	return string(b)
}

// segmentEnds reports whether what stands between two words of a title parts
// it: a colon, a bar, a dash with spaces, brackets, two points.
func segmentEnds(between string) bool {
	points := 0
	for i, r := range between {
		switch r {
		case ':', '|', '(', ')', '[', ']', '–', '—', '…', '·', '：', '｜', '【', '】', '丨':
			return true
		case '.':
			if points++; points > 1 {
				return true
			}
		case '-':
			if i > 0 && between[i-1] == ' ' || i+1 < len(between) && between[i+1] == ' ' {
				return true
			}
		}
	}
	return false
}

// rolling is a digest of words in their order.
type rolling struct {
	sum   uint64
	words int
}

func newRolling() rolling { return rolling{sum: 14695981039346656037} }

func (r *rolling) add(term uint64) {
	r.sum = mix(r.sum ^ term)
	r.words++
}

// mix spreads the bits of x: the finaliser of MurmurHash3.
func mix(x uint64) uint64 {
	x ^= x >> 33
	x *= 0xff51afd7ed558ccd
	x ^= x >> 33
	x *= 0xc4ceb9fe1a85ec53
	return x ^ x>>33
}

// isDate reports whether the word names a month or a day of the week.
func isDate(w []byte) bool {
	_, found := dateWords[string(w)]
	return found
}

var dateWords = func() map[string]struct{} {
	m := map[string]struct{}{}
	for _, w := range []string{
		"january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december",
		"jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep", "sept", "oct", "nov", "dec",
		"monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
		"يناير", "فبراير", "مارس", "ابريل", "مايو", "يونيو", "يوليو", "اغسطس", "سبتمبر", "اكتوبر", "نوفمبر", "ديسمبر",
		"الاثنين", "الثلاثاء", "الاربعاء", "الخميس", "الجمعه", "السبت", "الاحد",
	} {
		m[w] = struct{}{}
	}
	return m
}()

// signature is a set of digests in 256 bits: enough to see how alike two
// titles are in their letters.
type signature [4]uint64

// gramsOf returns the signature of each four bytes' worth of letters.
func gramsOf(text []byte) (s signature) {
	for i := 0; i+5 <= len(text); i++ {
		h := uint64(text[i])<<32 | uint64(text[i+1])<<24 | uint64(text[i+2])<<16 | uint64(text[i+3])<<8 | uint64(text[i+4])
		h = mix(h) & 255
		s[h>>6] |= 1 << (h & 63)
	}
	return s
}

// composed is a reading without what its source repeats around its entries:
// what it is compared by.
type composed struct {
	terms    []term
	pairs    []uint32 // sorted
	sketch   []uint32 // sorted; the smallest digests of the text's shingles
	shingles int      // how many different ones the text has
	template int      // percent of the title that its source repeats
}

// term is a word of an entry as it is compared.
type term struct {
	id    uint64 // digest of the stem
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
		case t.shape&shapeNumber != 0:
			f |= flagNumber
		case t.shape&(shapeCapital|shapeOpening) == shapeCapital && !(t.title && r.capitals):
			f |= flagName
		}
		x := term{id: t.term, flags: f}
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
// words of the text, sorted by id.
func gather(terms []term) []term {
	out := terms[:0]
	var seen [256]uint16 // open addressing: place+1 in out
	for _, t := range terms {
		h := uint8(t.id)
		for seen[h] != 0 && out[seen[h]-1].id != t.id {
			h++
		}
		if at := seen[h]; at != 0 {
			o := &out[at-1]
			if o.title < 3 {
				o.title += t.title
			}
			if o.body < 7 {
				o.body += t.body
			}
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

func prefLen(w []byte) int {
	if w[0] < 0x80 {
		return 5
	}
	return 8
}
