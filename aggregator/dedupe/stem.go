package dedupe

import (
	"unicode"
	"unicode/utf8"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator/wording"
)

// stemCacheSize is how many words' stems are remembered, a power of two.
const stemCacheSize = 1 << 16

// stemmer turns words into terms. It remembers the stems of frequent words, so
// that most words cost a look-up.
type stemmer struct {
	cache []stemmed // stemCacheSize of them, found by the word's digest
	stems wording.Stemmer
}

type stemmed struct {
	word uint64
	root
}

// root is what a word is compared by: the digests of its stem and of the
// stem's first letters.
type root struct {
	term   uint64
	stub   uint32
	common bool // one of commonWords
}

// root returns the root of a word of the language, a lower-case ISO 639-1 code;
// empty is unknown.
func (s *stemmer) root(letters []byte, language string) root {
	if s.cache == nil {
		s.cache = make([]stemmed, stemCacheSize)
	}
	word := xxhash.Sum64(letters)
	for i := range len(language) {
		word = mix(word ^ uint64(language[i]))
	}
	slot := &s.cache[word%stemCacheSize]
	if slot.word != word {
		stem := s.stems.Stem(letters, language)
		_, common := commonWords[string(letters)]
		*slot = stemmed{word, root{xxhash.Sum64(stem), uint32(xxhash.Sum64(stem[:stubBytes(stem)])), common}}
	}
	return slot.root
}

// stubBytes returns how much of a stem inflection leaves alone, as a rule: five
// letters of Latin, four of other scripts, with the signs that stand on them.
func stubBytes(stem []byte) int {
	letters := 4
	if len(stem) > 0 && stem[0] < utf8.RuneSelf {
		letters = 5
	}
	at := 0
	for at < len(stem) {
		r, size := utf8.DecodeRune(stem[at:])
		if r < 0x0900 || !unicode.IsMark(r) {
			if letters == 0 {
				break
			}
			letters--
		}
		at += size
	}
	return at
}
