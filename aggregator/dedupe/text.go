package dedupe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"
	"golang.org/x/text/unicode/norm"

	"wiredesk/aggregator"
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

func newKey(kind int, text []byte) key {
	return key(xxhash.Sum64(text)&^3 | uint64(kind+1))
}

type rule struct {
	name  string
	key   int
	words func(e *aggregator.Entry) []string
}

// rules in the order they are asked.
var rules = [...]rule{
	{RuleLink, keyLink, func(e *aggregator.Entry) []string { return []string{e.Canonical} }},
	{RuleText, keyText, func(e *aggregator.Entry) []string { return []string{e.Title} }},
	{RuleBody, keyBody, func(e *aggregator.Entry) []string { return []string{e.Title} }},
}

// Reading is what can be said of an entry's text without knowing any other:
// made once, for deciding on it and for remembering it.
type Reading struct {
	Labels []aggregator.Label // what the title's label says of the text

	keys keys
}

// Read reads an entry's title, summary and canonical link.
func Read(e *aggregator.Entry) Reading {
	var k keys
	if e.Canonical != "" {
		k[keyLink] = newKey(keyLink, []byte(e.Canonical))
	}
	room := make([]byte, 0, len(e.Title)+len(e.Summary)+1)
	title, titleWords := normalise(room, e.Title)
	text, bodyWords := normalise(append(title, ' '), e.Summary)
	if titleWords+bodyWords >= minTextWords {
		k[keyText] = newKey(keyText, text)
	}
	if bodyWords >= minBodyWords {
		k[keyBody] = newKey(keyBody, text[len(title)+1:])
	}
	return Reading{keys: k}
}

// normalise appends to dst the words of text in the form in which the same
// words are equal: compatibility forms composed (NFKC), lower case, points of
// Arabic and Hebrew, punctuation and symbols left out, one space between
// words. It returns how many words there are; in scripts that don't separate
// words each letter counts for one.
func normalise(dst []byte, text string) (_ []byte, words int) {
	text = strings.ToValidUTF8(text, "\ufffd") // norm is not to be trusted with less
	if !norm.NFKC.IsNormalString(text) {
		text = norm.NFKC.String(text)
	}
	start, between := len(dst), true
	for _, r := range text {
		if r < utf8.RuneSelf {
			// Most text of most wires is ASCII.
			switch c := asciiWord[r]; {
			case c != 0:
				if between {
					words++
					if len(dst) > start {
						dst = append(dst, ' ')
					}
					between = false
				}
				dst = append(dst, c)
			case r != '\'':
				between = true
			}
			continue
		}
		letter, spaceless, inside := classify(r)
		switch {
		case letter:
			if between || spaceless {
				words++
			}
			if between && len(dst) > start {
				dst = append(dst, ' ')
			}
			between = false
			dst = utf8.AppendRune(dst, lower(r))
		case !inside:
			between = true
		}
	}
	return dst, words
}

// asciiWord holds the lower case of each ASCII letter and digit, 0 for the rest.
var asciiWord = func() (table [utf8.RuneSelf]byte) {
	for c := range byte(utf8.RuneSelf) {
		switch {
		case 'a' <= c && c <= 'z', '0' <= c && c <= '9':
			table[c] = c
		case 'A' <= c && c <= 'Z':
			table[c] = c + 'a' - 'A'
		}
	}
	return table
}()

// classify reports whether r, which is not ASCII, is part of a word that is kept, whether it is of a
// script without spaces, and whether it stands inside words without being kept.
func classify(r rune) (letter, spaceless, inside bool) {
	switch {
	case r == 'ـ', r == '’', unicode.Is(unicode.Cf, r): // tatweel, apostrophe, joiners
		return false, false, true
	case unicode.IsLetter(r):
		return true, unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar), false
	case unicode.IsDigit(r):
		return true, false, false
	case unicode.IsMark(r):
		// Vowel signs are letters of their scripts; Arabic and Hebrew points
		// are not written by everyone.
		pointed := unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Inherited)
		return !pointed, false, pointed
	}
	return false, false, false
}

func lower(r rune) rune {
	if r == 'ς' {
		return 'σ'
	}
	return unicode.ToLower(r)
}
