package wording

import (
	"strings"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestWords(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ text, want string }{
		"nothing":                  {"", ""},
		"marks only":               {" – … «» !?", ""},
		"Latin":                    {"Ferry runs AGROUND, 40 saved!", "ferry runs aground 40 saved"},
		"accents":                  {"Élysée, Übung, Żółć, Øresund, straße, STRAẞE", "elysee ubung zolc oresund strasse strasse"},
		"accents set apart":        {"Cafe\u0301", "cafe"},
		"ligatures":                {"Œuvre ﬁne encyclopædia", "oeuvre fine encyclopaedia"},
		"Turkish":                  {"Işık İzmir", "isik izmir"},
		"Arabic":                   {"وزيرُ الطاقةِ يُعلن الكهربــاء", "وزير الطاقه يعلن الكهرباء"},
		"Arabic alifs":             {"أحمد إلى آخر مستشفى", "احمد الي اخر مستشفي"},
		"Persian letters":          {"کشور ایران", "كشور ايران"},
		"Cyrillic":                 {"Ёлка стоит в Кремле", "елка стоит в кремле"},
		"Greek":                    {"Ο Πρωθυπουργός ΜΊΛΗΣΕ", "ο πρωθυπουργοσ μιλησε"},
		"Hebrew points":            {"שָׁלוֹם עולם", "שלום עולם"},
		"Devanagari":               {"प्रधानमंत्री ने कहा", "प्रधानमंत्री ने कहा"},
		"Bengali":                  {"বাংলাদেশ সরকার", "বাংলাদেশ সরকার"},
		"Han":                      {"渡轮搁浅", "渡轮 轮搁 搁浅"},
		"one Han letter":           {"车", "车"},
		"Han beside Latin":         {"第5届IT大会", "第 5 届 it 大会"},
		"Han parted by marks":      {"渡轮，搁浅", "渡轮 搁浅"},
		"Kana":                     {"カタカナひら", "カタ タカ カナ ナひ ひら"},
		"halfwidth Kana":           {"ｶﾀ", "カタ"},
		"Hangul":                   {"대통령이 사임했다", "대통령이 사임했다"},
		"fullwidth":                {"ＡＢＣ１２", "abc12"},
		"thousands":                {"15,000 and 1,234,567", "15000 and 1234567"},
		"decimals":                 {"3.5 percent", "3.5 percent"},
		"decimal commas":           {"3,71 % et 1,2 milliard", "3.71 et 1.2 milliard"},
		"end of a sentence":        {"In 2026. Then 15, 20", "in 2026 then 15 20"},
		"Arabic digits":            {"١٥٬٠٠٠ و ٣٫٥", "15000 و 3.5"},
		"Persian digits":           {"۱۲۳", "123"},
		"Devanagari digits":        {"४२", "42"},
		"possessives":              {"Norvia's and Norvia’s, the dockers' IT'S", "norvia and norvia the dockers it"},
		"apostrophes":              {"don't l'accord O’Neill", "dont laccord oneill"},
		"initials":                 {"U.S. envoy, J.R. Ostrin of the U.N.", "us envoy jr ostrin of the un"},
		"a sentence is no initial": {"Said Bo.Then", "said bo then"},
		"hyphens":                  {"COVID-19 ex-minister", "covid 19 ex minister"},
		"soft hyphen, joiner":      {"com\u00adpany می\u200cشود", "company ميشود"},
		"hashtag, address":         {"#StormVane @norvia", "stormvane norvia"},
		"broken UTF-8":             {"a\xffb \xf1\x87", "a b"},
		"currency":                 {"$30m €5", "30m 5"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var s Scanner
			if got := strings.Join(wordsOf(&s, test.text), " "); got != test.want {
				t.Errorf("%q: %q, want %q", test.text, got, test.want)
			}
		})
	}
}

// Thai is written without spaces: its words are pairs of letters and marks.
func TestThaiIsPaired(t *testing.T) {
	t.Parallel()
	var s Scanner
	text := "นายกรัฐมนตรี"
	got := wordsOf(&s, text)
	if n := utf8.RuneCountInString(text); len(got) != n-1 {
		t.Errorf("%d words of %d letters: %q", len(got), n, got)
	}
}

func TestShapes(t *testing.T) {
	t.Parallel()
	var s Scanner
	s.Reset("The ferry of Norvia sank. Forty were saved: 12 渡轮 Ünal")
	var got []string
	for {
		w, ok := s.Next()
		if !ok {
			break
		}
		flags := ""
		for _, f := range []struct {
			shape Shape
			name  string
		}{{ShapeNumber, "number"}, {ShapeCapital, "capital"}, {ShapeOpening, "opening"}, {ShapePiece, "piece"}} {
			if w.Shape&f.shape != 0 {
				flags += " " + f.name
			}
		}
		got = append(got, string(w.Letters)+flags)
	}
	want := []string{"the capital opening", "ferry", "of", "norvia capital", "sank", "forty capital opening", "were", "saved", "12 number opening", "渡轮 piece", "unal capital"}
	if diff := gocmp.Diff(want, got); diff != "" {
		t.Errorf("shapes (-want +got):\n%s", diff)
	}
}

func wordsOf(s *Scanner, text string) []string {
	s.Reset(text)
	var words []string
	for {
		w, ok := s.Next()
		if !ok {
			return words
		}
		words = append(words, string(w.Letters))
	}
}

func TestStems(t *testing.T) {
	t.Parallel()
	tests := []struct {
		language string
		words    string // of one stem
		other    string // of another
	}{
		{"en", "strike strikes striking", "string"},
		{"", "strike strikes", "string"},
		{"fr", "manifestation manifestations", "manière"},
		{"de", "wahlen wahl", "wald"},
		{"es", "elecciones eleccion", "eleven"},
		{"ru", "забастовка забастовку забастовки", "забота"},
		{"", "президент президента", "премьер"},
		{"ar", "الوزير وزير والوزير للوزير", "وزن"},
		{"ar", "احتجاجات الاحتجاجات", "حاجه"},
		{"tr", "kitaplar kitap", "kita"},
	}
	for _, test := range tests {
		var s Stemmer
		words := strings.Fields(test.words)
		first := string(s.Stem([]byte(words[0]), test.language))
		for _, w := range words[1:] {
			if string(s.Stem([]byte(w), test.language)) != first {
				t.Errorf("%s: %s and %s have two stems, %s and %s", test.language, words[0], w, first, s.Stem([]byte(w), test.language))
			}
		}
		if string(s.Stem([]byte(test.other), test.language)) == first {
			t.Errorf("%s: %s and %s have one stem", test.language, words[0], test.other)
		}
	}
}

func TestStemsLeaveAlone(t *testing.T) {
	t.Parallel()
	var s Stemmer
	for _, test := range []struct{ language, word string }{
		{"en", "15000"}, {"en", "sos"}, {"zh", "渡轮"}, {"ko", "대통령"}, {"uk", "президента"}, {"xx", "strikes"}, {"hi", "प्रधानमंत्री"}, {"ar", "نور"},
	} {
		if got := s.Stem([]byte(test.word), test.language); string(got) != test.word {
			t.Errorf("%s: %s became %s", test.language, test.word, got)
		}
	}
}

func TestStemBengali(t *testing.T) {
	t.Parallel()
	var s Stemmer
	for stem, words := range map[string][]string{
		"বাংলাদেশ": {"বাংলাদেশ", "বাংলাদেশের", "বাংলাদেশে", "বাংলাদেশকে", "বাংলাদেশই"},
		"ঢাকা":     {"ঢাকা", "ঢাকায়", "ঢাকার", "ঢাকাকে"},
		"শিশু":     {"শিশু", "শিশুর", "শিশুটি", "শিশুটিকে", "শিশুদের", "শিশুরা"},
		"হাম":      {"হাম", "হামের", "হামে"},
		"বই":       {"বই"},
		"নদী":      {"নদী", "নদীর", "নদীতে", "নদীগুলোর"},
		"মন্ত্র":   {"মন্ত্র", "মন্ত্রের"},
	} {
		for _, word := range words {
			letters := wordsOf(&Scanner{}, word)[0]
			if got := string(s.Stem([]byte(letters), "bn")); got != wordsOf(&Scanner{}, stem)[0] {
				t.Errorf("%s: %s, want %s", word, got, stem)
			}
		}
	}
}
