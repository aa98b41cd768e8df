package wording

import (
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
)

// stemmers by language.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"da": danish.Stem, "nl": dutch.Stem, "en": english.Stem, "fi": finnish.Stem, "fr": french.Stem,
	"de": german.Stem, "hu": hungarian.Stem, "it": italian.Stem, "nb": norwegian.Stem, "nn": norwegian.Stem,
	"no": norwegian.Stem, "pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem, "es": spanish.Stem,
	"sv": swedish.Stem, "ta": tamil.Stem, "tr": turkish.Stem,
}

// Stemmer takes the endings off words. It must not be used by two goroutines at a
// time; the zero value is ready.
type Stemmer struct{ env *snowballstem.Env }

// Stem returns what inflected forms of a word, as a [Scanner] gives it, have in
// common: light stemming of the language, a lower-case ISO 639-1 code, as far
// as the word is in a script of it; empty is unknown. What has no stemmer stays
// as it is. The result is valid until the letters change.
func (s *Stemmer) Stem(letters []byte, language string) []byte {
	switch language = StemLanguage(letters, language); language {
	case "":
		return letters
	case "ar":
		return stemArabic(letters)
	case "bn":
		return stemBengali(letters)
	}
	if s.env == nil {
		s.env = snowballstem.NewEnv("")
	}
	s.env.SetCurrent(string(letters))
	stemmers[language](s.env)
	return []byte(s.env.Current())
}

// StemLanguage returns the language whose inflection is taken off a word of a
// text in the language given: its script may say otherwise. Empty: none is.
func StemLanguage(letters []byte, language string) string {
	if len(letters) < 4 || letters[0] >= '0' && letters[0] <= '9' {
		return ""
	}
	first, _ := utf8.DecodeRune(letters)
	switch {
	case first < 0x0370: // Latin
		if language == "" || language == "ru" {
			language = "en"
		}
	case first >= 0x0400 && first < 0x0530:
		switch language {
		case "uk", "be", "bg", "sr", "mk", "kk":
			return ""
		}
		return "ru"
	case first >= 0x0600 && first < 0x0700:
		return "ar"
	case first >= 0x0980 && first < 0x0a00:
		return "bn"
	case first >= 0x0b80 && first < 0x0c00:
		return "ta"
	default:
		return ""
	}
	if _, known := stemmers[language]; !known {
		return ""
	}
	return language
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
