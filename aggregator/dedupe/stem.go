package dedupe

import (
	"unicode"
	"unicode/utf8"

	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/danish"
	"github.com/blevesearch/snowballstem/dutch"
	"github.com/blevesearch/snowballstem/english"
	"github.com/blevesearch/snowballstem/finnish"
	"github.com/blevesearch/snowballstem/french"
	"github.com/blevesearch/snowballstem/german"
	"github.com/blevesearch/snowballstem/hungarian"
	"github.com/blevesearch/snowballstem/italian"
	"github.com/blevesearch/snowballstem/norwegian"
	"github.com/blevesearch/snowballstem/portuguese"
	"github.com/blevesearch/snowballstem/romanian"
	"github.com/blevesearch/snowballstem/russian"
	"github.com/blevesearch/snowballstem/spanish"
	"github.com/blevesearch/snowballstem/swedish"
	"github.com/blevesearch/snowballstem/tamil"
	"github.com/blevesearch/snowballstem/turkish"
	"github.com/cespare/xxhash/v2"
)

// stemmers by language.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"da": danish.Stem, "nl": dutch.Stem, "en": english.Stem, "fi": finnish.Stem, "fr": french.Stem,
	"de": german.Stem, "hu": hungarian.Stem, "it": italian.Stem, "nb": norwegian.Stem, "nn": norwegian.Stem,
	"no": norwegian.Stem, "pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem, "es": spanish.Stem,
	"sv": swedish.Stem, "ta": tamil.Stem, "tr": turkish.Stem,
}

// stemCacheSize is how many words' stems are remembered, a power of two.
const stemCacheSize = 1 << 16

// stemmer turns words into terms. It remembers the stems of frequent words, so
// that most words cost a look-up.
type stemmer struct {
	cache []stemmed // stemCacheSize of them, found by the word's digest
	env   *snowballstem.Env
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
		s.cache, s.env = make([]stemmed, stemCacheSize), snowballstem.NewEnv("")
	}
	word := xxhash.Sum64(letters)
	for i := range len(language) {
		word = mix(word ^ uint64(language[i]))
	}
	slot := &s.cache[word%stemCacheSize]
	if slot.word != word {
		stem := s.stem(letters, language)
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

func (s *stemmer) stem(letters []byte, language string) []byte {
	if len(letters) < 4 || letters[0] >= '0' && letters[0] <= '9' {
		return letters
	}
	first, _ := utf8.DecodeRune(letters)
	switch {
	case first < 0x0370: // Latin
	case first >= 0x0400 && first < 0x0530:
		switch language {
		case "uk", "be", "bg", "sr", "mk", "kk":
			return letters
		}
		language = "ru"
	case first >= 0x0600 && first < 0x0700:
		return stemArabic(letters)
	case first >= 0x0980 && first < 0x0a00:
		return stemBengali(letters)
	case first >= 0x0b80 && first < 0x0c00:
		language = "ta"
	default:
		return letters
	}
	if language == "" || first < 0x0370 && language == "ru" {
		language = "en"
	}
	stem, known := stemmers[language]
	if !known {
		return letters
	}
	s.env.SetCurrent(string(letters))
	stem(s.env)
	return []byte(s.env.Current())
}

var (
	arabicPrefixes = []string{"وبال", "وال", "بال", "كال", "فال", "ولل", "لل", "ال"}
	arabicSuffixes = []string{"اتها", "يون", "يين", "هما", "ات", "ون", "ين", "ان", "ها", "هم", "يه", "وا", "نا", "ه", "ي"}
)

// stemArabic takes the article with what is joined to it and one ending off,
// and leaves at least three letters: light stemming as Larkey, Ballesteros and
// Connell found it best (SIGIR 2002).
func stemArabic(w []byte) []byte {
	const letterBytes = 2
	cut := false
	for _, p := range arabicPrefixes {
		if len(w) >= len(p)+3*letterBytes && string(w[:len(p)]) == p {
			w, cut = w[len(p):], true
			break
		}
	}
	if !cut && len(w) >= 5*letterBytes {
		switch string(w[:letterBytes]) {
		case "و", "ب", "ل", "ف":
			w = w[letterBytes:]
		}
	}
	for _, suffix := range arabicSuffixes {
		if n := len(w) - len(suffix); n >= 3*letterBytes && string(w[n:]) == suffix {
			return w[:n]
		}
	}
	return w
}
