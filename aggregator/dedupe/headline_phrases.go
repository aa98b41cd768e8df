package dedupe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// phrase is what the tables say of some words: of a few they say more than
// one thing.
type phrase struct {
	kind    aggregator.LabelKind // empty: no label
	how     setting
	credit  string // the agency's usual name; empty: not an agency
	section bool
	outlet  bool
	city    bool
	ends    ending // what a summary ends with
}

// spot is a phrase found at the start of a string.
type spot struct {
	*phrase
	start  int // where in the string it starts: after its number
	end    int // where it ends
	number int // of "UPDATE 2"; 0: none

	// How it was written, known after as.
	lower   bool // not all in capitals, in a script that has them
	upper   bool // with a capital
	uncased bool // in a script without capitals
	wordy   bool // of several words
}

// as returns the spot with how s writes it.
func (m spot) as(s string) spot {
	words := s[m.start:m.end]
	m.lower, m.upper = cases(words)
	m.uncased = !m.lower && !m.upper
	m.wordy = strings.IndexByte(words, ' ') > 0
	return m
}

// named reports whether the phrase is written as a name is.
func (m spot) named() bool {
	return m.upper || m.uncased || m.credit != "" && m.credit == strings.ToLower(m.credit)
}

// labels reports whether the phrase, followed by the separator and the rest of
// the headline, is set off as a label.
func (m spot) labels(sep separator, rest string) bool {
	if m.how&capitals != 0 && m.lower || m.how&boxed != 0 {
		return false
	}
	switch sep {
	case colon, dash, bar, bang:
		return true
	case dots, stop, slash:
		return !m.lower
	case hyphen:
		if m.how&tight == 0 {
			return false
		}
		return m.uncased || m.number > 0 || startsUpper(rest) && (m.lower && m.how&titled != 0 || !m.lower && !shouts(rest))
	case blank:
		return m.how&bare != 0 && (m.uncased || !m.lower && startsUpper(rest) && !shouts(rest))
	}
	return false
}

// credits reports whether the phrase, first in a headline and followed by the
// separator, names the agency it is from. In small letters the initials of an
// agency are somebody's name: "Sana: …".
func (m spot) credits(sep separator) bool {
	return m.credit != "" && m.how&late == 0 && m.named() && sep.isStrong() && (!m.lower || !shouts(m.credit))
}

// files reports whether the phrase, first in a headline and followed by the
// separator, is the section it is filed under.
func (m spot) files(sep separator) bool {
	return m.section && m.named() && (sep == colon || sep == bar || sep == dots && m.uncased)
}

// maxShoutBytes is how much of a headline tells whether it is in capitals.
const maxShoutBytes = 256

// shouts reports whether s is all in capitals, so that capitals set nothing
// off in it.
func shouts(s string) bool {
	lower, upper := cases(s[:min(len(s), maxShoutBytes)])
	return upper && !lower
}

func cases(s string) (lower, upper bool) {
	for _, r := range s {
		lower = lower || unicode.IsLower(r)
		upper = upper || unicode.IsUpper(r)
		if lower && upper {
			break
		}
	}
	return lower, upper
}

// startsUpper reports whether s starts a sentence: its first letter is not a
// small one.
func startsUpper(s string) bool {
	for _, r := range s {
		if unicode.IsLetter(r) || unicode.IsDigit(r) {
			return !unicode.IsLower(r)
		}
	}
	return false
}

// trie finds the longest phrase at the start of a string, folded, in one
// pass. The edge of numeral stands for any number below 100.
type trie struct {
	next    map[uint64]uint32 // by node and rune, see edge
	phrases []*phrase         // by node; nil: none ends there
}

const numeral = '\x01'

func edge(node uint32, r rune) uint64 { return uint64(node)<<32 | uint64(uint32(r)) }

// add returns the phrase of these words, new or known.
func (t *trie) add(words string) *phrase {
	node := uint32(0)
	for _, r := range words {
		if r != numeral {
			r = fold(r)
		}
		if r == 0 {
			continue
		}
		next, ok := t.next[edge(node, r)]
		if !ok {
			next = uint32(len(t.phrases))
			t.phrases = append(t.phrases, nil)
			t.next[edge(node, r)] = next
		}
		node = next
	}
	if t.phrases[node] == nil {
		t.phrases[node] = &phrase{}
	}
	return t.phrases[node]
}

// find returns the longest phrase that s starts with and that ends where a
// word does. A numbered label may have its number first: "2nd LEAD".
func (t *trie) find(s string) (spot, bool) {
	m := t.longest(s)
	if m.phrase != nil {
		return m, true
	}
	number, n := ordinal(s)
	if n == 0 {
		return m, false
	}
	m = t.longest(s[n:])
	m.start = n
	m.end += n
	if m.phrase == nil || m.how&numbered == 0 || m.number != 0 {
		return m, false
	}
	m.number = number
	return m, true
}

func (t *trie) longest(s string) (m spot) {
	node, number := uint32(0), 0
	var before rune // the rune before, folded
	for i := 0; i < len(s); {
		r, size := rune(s[i]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s[i:])
		}
		f := fold(r)
		if f == 0 || f == ' ' && before == ' ' {
			if m.end == i {
				m.end += size
			}
			i += size
			continue
		}
		next, ok := t.next[edge(node, f)]
		if !ok {
			n, digits := readNumeral(s[i:])
			if digits == 0 {
				break
			}
			if next, ok = t.next[edge(node, numeral)]; !ok {
				break
			}
			number, size, f = n, digits, '0'
		}
		node, before = next, f
		i += size
		if p := t.phrases[node]; p != nil && endsWord(f, s[i:]) {
			m = spot{phrase: p, end: i, number: number}
		}
	}
	return m
}

// endsWord reports whether a word that ends in r ends before rest.
func endsWord(r rune, rest string) bool {
	next, _ := utf8.DecodeRuneInString(rest)
	if rest == "" || !isWordRune(next) {
		return true
	}
	return wording.KindOf(r) == wording.Spaceless || wording.KindOf(next) == wording.Spaceless
}

func isWordRune(r rune) bool {
	k := wording.KindOf(r)
	return k == wording.Letter || k == wording.Digit || k == wording.Spaceless
}

// readNumeral reads a number from 1 to 99 at the start of s, and returns how
// long it is; 0: there is none.
func readNumeral(s string) (n, size int) {
	for i, r := range s {
		if wording.KindOf(r) != wording.Digit {
			if han := strings.IndexRune("一二三四五六七八九", r); i == 0 && han >= 0 {
				return han/len("一") + 1, utf8.RuneLen(r)
			}
			break
		}
		n, size = 10*n+wording.Decimal(r), i+utf8.RuneLen(r)
		if n > 99 {
			return 0, 0
		}
	}
	if n == 0 {
		return 0, 0
	}
	return n, size
}

// ordinal reads "2nd ", "2. " or "2" before a letter.
func ordinal(s string) (n, size int) {
	if n, size = readNumeral(s); size == 0 {
		return 0, 0
	}
	for _, sign := range [...]string{"st", "nd", "rd", "th", "ST", "ND", "RD", "TH", "ª", "º", "ème", "e", "er", "-я", "-е", "-й", "."} {
		if after, ok := strings.CutPrefix(s[size:], sign); ok && trimBlank(after) != after {
			size = len(s) - len(after)
			break
		}
	}
	return n, len(s) - len(trimBlankStart(s[size:]))
}

// fold returns a rune in the form in which spellings of a word are alike: small,
// without accents, the letters of Arabic that people don't tell apart as one,
// and spaces of all sorts as ' '. 0: the rune is nothing by itself, like a
// vowel point or a direction mark.
func fold(r rune) rune {
	switch {
	case r < rune(len(folded)):
		return rune(folded[r])
	case r <= 0x200a, r == 0x2028, r == 0x2029, r == 0x202f, r == 0x205f, r == 0x3000:
		return ' '
	case r == '’', r == '‘':
		return '\''
	case r == '‑', r == '‐':
		return '-'
	case r < 0x2070 && unicode.Is(unicode.Cf, r), r >= 0xfe00 && r <= 0xfe0f, r == 0xfeff:
		return 0
	case r > 0xff00 && r < 0xff5f:
		return fold(r - 0xfee0)
	}
	return r
}

// folded holds fold for the alphabets that have many spellings. Between Arabic
// and the additions to Latin, marks are vowels and stay.
var folded = func() (table [0x2000]uint16) {
	alike := map[rune]rune{'ı': 'i', 'ς': 'σ', 'ى': 'ي', 'ی': 'ي', 'ک': 'ك', 'ة': 'ه', 'ہ': 'ه', 'ھ': 'ه', 'ـ': 0}
	var room [64]byte
	for r := range rune(len(table)) {
		f := unicode.ToLower(r)
		if r < 0x780 || r >= 0x1e00 {
			first, _ := utf8.DecodeRune(norm.NFD.AppendString(room[:0], string(r)))
			f = unicode.ToLower(first)
			if to, ok := alike[f]; ok {
				f = to
			}
			if unicode.In(r, unicode.Mn, unicode.Cf) {
				f = 0
			}
		}
		if unicode.IsSpace(r) {
			f = ' '
		}
		table[r] = uint16(f)
	}
	return table
}()
