package wording

import (
	"unicode"
	"unicode/utf8"
)

// bengaliSuffixes are the endings of Bengali nouns that say number,
// definiteness and case, longer ones before those they end in.
var bengaliSuffixes = []string{
	"গুলোকে", "গুলোতে", "গুলোর", "গুলিকে", "গুলিতে", "গুলির", "গুলো", "গুলি", "গুলা",
	"দেরকে", "দিগকে", "েদের", "দের", "জনকে", "জনের", "জন",
	"টিকে", "টিতে", "টির", "টাকে", "টাতে", "টার", "টি", "টা", "খানা", "খানি",
	"য়েরা", "য়ের", "েরা", "ের", "কে", "তে", "রা",
}

// bengaliCases are the endings of one letter: "in" and "of" after a vowel.
var bengaliCases = []string{"য়", "র"}

// leastBengali is how many letters, with the signs on them, an ending leaves.
const leastBengali = 2

// stemBengali takes an emphasis, one ending and the vowel sign of the locative
// off a word: light stemming, as inflection of Bengali nouns is added to the
// end and seldom changes what stands before it.
func stemBengali(w []byte) []byte {
	w = withoutSuffix(w, "ই", leastBengali+1)
	cut := len(w)
	for _, suffix := range bengaliSuffixes {
		if stem := withoutSuffix(w, suffix, leastBengali); len(stem) < cut {
			return stem
		}
	}
	for _, suffix := range bengaliCases {
		stem := withoutSuffix(w, suffix, leastBengali)
		if last, _ := utf8.DecodeLastRune(stem); len(stem) < cut && unicode.IsMark(last) && last != virama {
			return stem
		}
	}
	return withoutSuffix(w, "\u09c7", leastBengali) // the sign of e: "in"
}

// virama joins two Bengali consonants.
const virama = '\u09cd'

// withoutSuffix takes a suffix off a word if so many letters are left.
func withoutSuffix(w []byte, suffix string, least int) []byte {
	n := len(w) - len(suffix)
	if n <= 0 || string(w[n:]) != suffix {
		return w
	}
	letters := 0
	for at := 0; at < n; {
		r, size := utf8.DecodeRune(w[at:n])
		if !unicode.IsMark(r) {
			letters++
		}
		at += size
	}
	if letters < least {
		return w
	}
	return w[:n]
}
