package dedupe

import (
	"github.com/blevesearch/snowballstem"
	"github.com/blevesearch/snowballstem/arabic"
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
	"strings"
	"unicode/utf8"
)

// stemmers by language.
var stemmers = map[string]func(*snowballstem.Env) bool{
	"da": danish.Stem, "nl": dutch.Stem, "en": english.Stem, "fi": finnish.Stem, "fr": french.Stem,
	"de": german.Stem, "hu": hungarian.Stem, "it": italian.Stem, "nb": norwegian.Stem, "nn": norwegian.Stem,
	"no": norwegian.Stem, "pt": portuguese.Stem, "ro": romanian.Stem, "ru": russian.Stem, "es": spanish.Stem,
	"sv": swedish.Stem, "ta": tamil.Stem, "tr": turkish.Stem,
}

// stemCacheSize is how many words' stems are remembered, a power of two.
const stemCacheSize = 1 << 15

// stemmer turns words into terms: 64-bit digests of their stems. It remembers
// the stems of frequent words, so that most words cost a look-up.
type stemmer struct {
	cache [stemCacheSize]struct{ word, term uint64 }
	env   *snowballstem.Env
}

func newStemmer() *stemmer { return &stemmer{env: snowballstem.NewEnv("")} }

// term returns the term of a word of the language, which may be unknown.
func (s *stemmer) term(letters []byte, language string) uint64 {
	h := xxhash.Sum64(letters)
	for i := range language {
		h = h*1099511628211 ^ uint64(language[i])
	}
	slot := &s.cache[h%stemCacheSize]
	if slot.word != h || h == 0 {
		slot.word, slot.term = h, xxhash.Sum64(s.stem(letters, language))
	}
	return slot.term
}

func (s *stemmer) stem(letters []byte, language string) []byte {
	if tSyn {
		if to, ok := synonyms[string(letters)]; ok {
			return []byte(to)
		}
	}
	if len(letters) < 4 || letters[0] >= '0' && letters[0] <= '9' {
		return letters
	}
	first, _ := utf8.DecodeRune(letters)
	if tSyn {
		if to, ok := synonyms[string(letters)]; ok {
			return []byte(to)
		}
	}
	switch {
	case first < 0x0370: // Latin
	case first >= 0x0400 && first < 0x0530:
		if language != "ru" && language != "" {
			return letters
		}
		language = "ru"
	case first >= 0x0600 && first < 0x0700:
		if tSnowAr {
			s.env.SetCurrent(string(letters))
			arabic.Stem(s.env)
			return []byte(s.env.Current())
		}
		return stemArabic(letters)
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
	if tTrunc {
		c := s.env.Current()
		if len(c) > 6 {
			c = c[:6]
		}
		return []byte(c)
	}
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

var synonyms = func() map[string]string {
	m := map[string]string{}
	for _, line := range strings.Split(`coronavirus covid covid19 corona
uk britain british britons brits
usa america american americans
china chinese
russia russian russians
france french
germany german germans
spain spanish
italy italian italians
japan japanese
india indian indians
korea korean
turkey turkish
greece greek
iran iranian
israel israeli
syria syrian
philippines philippine filipino filipinos ph
australia australian australians aussie aussies oz
nz zealand kiwi kiwis
canada canadian
mexico mexican
brazil brazilian
europe european eu
die died dies dead death deaths dying
kill killed kills killing killings
resign resigns resigned resignation quit quits
jail jailed prison imprisoned jails
child children kid kids
mum mother mom
dad father
police cop cops
pm premier
government govt gov
doctor doctors dr physician
wed weds marry married wedding marries
win wins won victory winner
say says said
lockdown quarantine lockdowns
suicide suicides
drown drowned drowning drowns
sue sues lawsuit sued
fire fires blaze wildfire
quake earthquake
job jobs
strike strikes
flood floods flooding flooded
shot shooting shoot gunman shootings
begin begins began start starts started starting
vaccine vaccines vaccination
ban bans banned banning
bushwalker bushwalkers hiker hikers tramper trampers
virus viruses
test tests testing tested
mask masks
school schools
trump donald
ترامب ترمب
امريكا اميركا امريكي اميركي الامريكي الاميركي الامريكيه الاميركيه امريكيه اميركيه امريكيا اميركيا
وفاه توفي رحيل مصرع يتوفي
مقتل قتل يقتل قتلي القتلي مقتله
غاره غارات قصف
بريطانيا البريطاني البريطانيه لندن
روسيا الروسي الروسيه موسكو
فرنسا الفرنسي الفرنسيه باريس
`, "\n") {
		f := strings.Fields(line)
		for _, w := range f {
			m[w] = "=" + f[0]
		}
	}
	return m
}()
