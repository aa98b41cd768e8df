package dedupe

import (
	"bytes"
	"slices"
	"strings"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// Bounds of what is read of an entry. What lies beyond is the tail of a long
// text, which tells a happening from others no better.
const (
	maxTitleWords  = 48
	maxBodyWords   = 100
	maxTerms       = 64
	maxPairs       = 16 // of neighbouring title words
	maxSketch      = 20 // digests of the text's shingles
	shingleWords   = 3
	maxRepeatables = 16
)

// Fewer words than these say too little to call two texts the same: "Live
// updates", "Weather", "Watch the moment".
const (
	minTextWords  = 5
	minBodyWords  = 20
	minTitleWords = 4 // that are not commonWords
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
	keyTitle
	keyKinds
)

type keys [keyKinds]key

func (k key) ofText() bool { return k&7 != keyLink+1 }

func newKey(kind int, digest uint64) key { return key(digest&^7 | uint64(kind+1)) }

// token is a word of an entry where it stands.
type token struct {
	root
	shape wording.Shape
	title bool
	piece uint8 // which of Reading.repeatables it is part of; 0: none
}

// Reading is what can be said of an entry's text without knowing any other:
// made once, for deciding on it and for remembering it.
type Reading struct {
	Labels []aggregator.Label // what the title's label says of the text

	digest   uint64 // of all that was read
	keys     keys
	tokens   []token
	skeleton uint64 // digest of the title without numbers and dates
	// repeatables are the digests of the parts that a source may put around
	// many entries: the title's segments, the summary's sentences. Tokens
	// count them from 1.
	repeatables []uint64
	titlePieces int // how many of the repeatables are the title's
	titleWords  int
	bodyWords   int
	grams       signature
	capitals    bool // the title writes every word with a capital
	gathers     bool // labelled as telling many happenings
	live        bool // labelled as a page that goes on growing
}

// Read reads an entry's title, summary and canonical link; of old news not the
// summary.
func (j *Judge) Read(e *aggregator.Entry) Reading {
	old := j.old(e)
	r := Reading{tokens: j.tokens[:0]} // on the desk while they are read
	if e.Canonical != "" {
		r.keys[keyLink] = newKey(keyLink, xxhash.Sum64String(e.Canonical))
	}
	r.digest = mix(mix(xxhash.Sum64String(e.Title))^xxhash.Sum64String(e.Summary)) ^ xxhash.Sum64String(e.Language)
	language := baseLanguage(e.Language)
	headline := ReadHeadline(e.Title)
	r.Labels = headline.Labels
	for _, l := range r.Labels {
		r.gathers = r.gathers || l.Kind == aggregator.LabelRoundup
		r.live = r.live || l.Kind == aggregator.LabelLive
	}
	title := headline.Text
	if headline.Section != "" {
		title = headline.Section + ": " + title
	}
	j.scan.Reset(title)
	text := j.plain[:0]
	skeleton := newRolling()
	segment := newRolling()
	capitals, small, telling := 0, 0, 0
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
		w, ok := j.scan.Next()
		if !ok {
			break
		}
		if r.titleWords > 0 && segmentEnds(j.scan.Text()[begin:w.At]) {
			closeSegment()
		}
		begin = w.At
		r.titleWords++
		text = append(append(text, w.Letters...), ' ')
		root := j.stems.root(w.Letters, language)
		if !bytes.ContainsAny(w.Letters, "0123456789") && !isDate(w.Letters) {
			skeleton.add(root.term)
			segment.add(root.term)
		}
		if len(w.Letters) > 3 && w.Shape&wording.ShapeNumber == 0 {
			if w.Shape&wording.ShapeCapital != 0 {
				capitals++
			} else {
				small++
			}
		}
		if !root.common {
			telling++
		}
		r.tokens = append(r.tokens, token{root: root, shape: w.Shape, title: true})
	}
	closeSegment()
	r.titlePieces = len(r.repeatables)
	r.skeleton = skeleton.sum
	r.capitals = capitals > 3*small
	r.grams = gramsOf(text)
	titleText := len(text)
	if telling >= minTitleWords {
		r.keys[keyTitle] = newKey(keyTitle, xxhash.Sum64(text))
	}
	if old {
		j.plain, j.tokens, r.tokens = text, r.tokens, slices.Clone(r.tokens)
		return r
	}

	summary, _ := ReadBody(e.Summary)
	j.scan.Reset(withoutLinks(summary))
	for r.bodyWords < maxBodyWords {
		w, ok := j.scan.Next()
		if !ok {
			break
		}
		if w.Shape&wording.ShapeOpening != 0 {
			closeSegment()
		}
		r.bodyWords++
		text = append(append(text, w.Letters...), ' ')
		root := j.stems.root(w.Letters, language)
		segment.add(root.term)
		r.tokens = append(r.tokens, token{root: root, shape: w.Shape})
	}
	closeSegment()
	j.plain, j.tokens, r.tokens = text, r.tokens, slices.Clone(r.tokens)
	if r.titleWords+r.bodyWords >= minTextWords {
		r.keys[keyText] = newKey(keyText, xxhash.Sum64(text))
	}
	if r.bodyWords >= minBodyWords {
		r.keys[keyBody] = newKey(keyBody, xxhash.Sum64(text[titleText:]))
	}
	return r
}

// withoutLinks returns a text without the addresses in it, which are the same
// below everything that a source writes, or mean nothing.
func withoutLinks(text string) string {
	if !strings.Contains(text, "://") {
		return text
	}
	kept := strings.Fields(text)
	kept = slices.DeleteFunc(kept, func(word string) bool { return strings.Contains(word, "://") })
	return strings.Join(kept, " ")
}

// baseLanguage returns the first subtag of a BCP 47 tag in lower case; empty
// for what is no code of a language.
func baseLanguage(tag string) string {
	if i := strings.IndexAny(tag, "-_"); i >= 0 {
		tag = tag[:i]
	}
	if len(tag) > 3 {
		return ""
	}
	return strings.ToLower(tag)
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

// signature is a set of digests in 256 bits: enough to see how alike two
// titles are in their letters.
type signature [4]uint64

// gramsOf returns the signature of each five bytes' worth of letters.
func gramsOf(text []byte) (s signature) {
	for i := 0; i+5 <= len(text); i++ {
		h := uint64(text[i])<<32 | uint64(text[i+1])<<24 | uint64(text[i+2])<<16 | uint64(text[i+3])<<8 | uint64(text[i+4])
		h = mix(h) & 255
		s[h>>6] |= 1 << (h & 63)
	}
	return s
}
