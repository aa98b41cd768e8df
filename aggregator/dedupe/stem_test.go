package dedupe

import (
	"testing"

	"wiredesk/aggregator/wording"
)

// TestRootsAreRemembered asks for more words than are remembered, twice.
func TestRootsAreRemembered(t *testing.T) {
	t.Parallel()
	var s, fresh stemmer
	word := func(i int) []byte {
		return []byte{'a' + byte(i%26), 'a' + byte(i/26%26), 'a' + byte(i/676%26), 'a' + byte(i/17576%26), 's'}
	}
	const n = stemCacheSize + 5000
	for i := range 2 * n {
		s.root(word(i%n), "en")
	}
	for i := 0; i < n; i += 97 {
		if got, want := s.root(word(i), "en"), fresh.root(word(i), "en"); got != want {
			t.Fatalf("%s: %v, want %v", word(i), got, want)
		}
	}
}

func TestStubs(t *testing.T) {
	t.Parallel()
	for stem, want := range map[string]string{
		"": "", "oil": "oil", "governor": "gover", "президент": "през", "вор": "вор", "وزير": "وزير", "渡轮": "渡轮",
		"শিক্ষামন্ত্রী": "শিক্ষাম", "প্রধান": "প্রধান", "প্রধানমন্ত্রী": "প্রধান", "प्रधानमंत्री": "प्रधान",
	} {
		if got := stem[:stubBytes([]byte(stem))]; got != want {
			t.Errorf("%s: %s, want %s", stem, got, want)
		}
	}
}

func TestCommonWords(t *testing.T) {
	t.Parallel()
	var s stemmer
	wordsOf := func(text string) (words []string) {
		var scan wording.Scanner
		scan.Reset(text)
		for w, ok := scan.Next(); ok; w, ok = scan.Next() {
			words = append(words, string(w.Letters))
		}
		return words
	}
	for _, w := range []string{"the", "said", "في", "على", "потому", "это", "été", "après", "für", "über", "el", "não", "och", "için", "yang", "है", "হয়েছে", "থেকে", "προς", "אחרי", "после", "được"} {
		words := wordsOf(w)
		if _, found := commonWords[words[0]]; !found || !s.root([]byte(words[0]), "").common {
			t.Errorf("%s is not common", w)
		}
	}
	for _, w := range []string{"ferry", "strike", "president", "وزير", "президент", "grève", "wahl"} {
		if s.root([]byte(w), "").common {
			t.Errorf("%s is common", w)
		}
	}
	for w := range commonWords {
		if got := wordsOf(w); len(got) != 1 || got[0] != w {
			t.Errorf("the scanner makes %q of the common word %q", got, w)
		}
	}
}
