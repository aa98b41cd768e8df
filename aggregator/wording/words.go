package wording

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Shape is what can be seen of a word besides its letters.
type Shape uint8

// The shapes of words.
const (
	ShapeNumber  Shape = 1 << iota // begins with a digit
	ShapeCapital                   // its first letter is a capital, in a script that has them
	ShapeOpening                   // begins a sentence, where a capital says nothing
	ShapePiece                     // two letters of a script that writes no spaces
)

// Word is one word of a text in the form in which the same words are equal.
type Word struct {
	Letters []byte // valid until the next word
	Shape   Shape
	At, End int // bytes of the text where it begins, and after it
}

// Scanner takes a text apart into words. What a word is follows Unicode: runs
// of letters, marks and digits, in any script; scripts that write no spaces
// give each two neighbouring letters.
//
// The form of a word: compatibility forms composed (NFKC), lower case, accents
// of Latin, Greek and Cyrillic letters and points of Arabic and Hebrew taken
// off, the Arabic letters that hands write differently made one, digits of all
// scripts ASCII, the marks between thousands left out.
type Scanner struct {
	text    string
	at      int
	opening bool
	letters []byte
	last    rune // the spaceless letter before, whose pair is still to come
	lastAt  int
	alone   bool // last has not been part of a pair
}

// Reset begins a text.
func (s *Scanner) Reset(text string) {
	if !utf8.ValidString(text) {
		text = strings.ToValidUTF8(text, " ") // norm is not to be trusted with less
	}
	if !norm.NFKC.IsNormalString(text) {
		text = norm.NFKC.String(text)
	}
	*s = Scanner{text: text, opening: true, letters: s.letters[:0]}
}

// Text returns what the words are places of: the text given, brought into one form.
func (s *Scanner) Text() string { return s.text }

// Next returns the next word; ok is false at the end.
func (s *Scanner) Next() (w Word, ok bool) {
	s.letters = s.letters[:0]
	w.At = -1
	for s.at < len(s.text) {
		r, size := rune(s.text[s.at]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeRuneInString(s.text[s.at:])
		}
		kind := KindOf(r)
		if kind == Spaceless {
			if w.At >= 0 {
				return s.finish(w), true
			}
			before, begin := s.last, s.lastAt
			s.last, s.lastAt, s.alone = r, s.at, before == 0
			s.at += size
			if before != 0 {
				s.letters = utf8.AppendRune(utf8.AppendRune(s.letters, before), r)
				s.alone = false
				w.At, w.Shape = begin, ShapePiece|s.open()
				w.Letters = s.letters
				return w, true
			}
			continue
		}
		if s.last != 0 && kind != Inside {
			single, begin := s.last, s.lastAt
			s.last = 0
			if s.alone {
				w.At, w.Shape = begin, ShapePiece|s.open()
				w.Letters = utf8.AppendRune(s.letters, single)
				return w, true
			}
		}
		switch kind {
		case Letter, Digit:
			if w.At < 0 {
				w.At = s.at
				switch {
				case kind == Digit:
					w.Shape |= ShapeNumber
				case unicode.IsUpper(r):
					w.Shape |= ShapeCapital
				}
				w.Shape |= s.open()
			}
			s.letters = AppendFolded(s.letters, r)
		case Inside:
		default:
			if w.At >= 0 && !s.goesOn(r, size, w.Shape) {
				return s.finish(w), true
			}
			if w.At < 0 && (r == '.' || r == '!' || r == '?' || r == ':' || r == '"' || r == '“' || r == '«' || r == '|' || r == '؟' || r == '\n' || r == '…') {
				s.opening = true
			}
			if w.At >= 0 && w.Shape&ShapeNumber != 0 && (r == '.' || r == '٫' || r == ',' && !beginsWithDigits(s.text[s.at+size:], 3)) {
				s.letters = append(s.letters, '.')
			}
		}
		s.at += size
	}
	if w.At >= 0 {
		return s.finish(w), true
	}
	if s.last != 0 && s.alone {
		w = Word{Letters: utf8.AppendRune(s.letters, s.last), Shape: ShapePiece | s.open(), At: s.lastAt}
		s.last = 0
		return w, true
	}
	return Word{}, false
}

func (s *Scanner) open() Shape {
	if s.opening {
		s.opening = false
		return ShapeOpening
	}
	return 0
}

// goesOn reports whether the mark r stands within the word being read: the
// apostrophe of don't, the comma of 15,000 and of 3,5, the point of 3.5 and of U.S.
func (s *Scanner) goesOn(r rune, size int, sh Shape) bool {
	rest := s.text[s.at+size:]
	next, _ := utf8.DecodeRuneInString(rest)
	switch r {
	case '\'', '’':
		return KindOf(next) == Letter
	case ',', '٬':
		return sh&ShapeNumber != 0 && KindOf(next) == Digit
	case '.', '٫':
		if sh&ShapeNumber != 0 {
			return KindOf(next) == Digit
		}
		before, _ := utf8.DecodeLastRuneInString(s.text[:s.at])
		earlier := ' '
		if n := s.at - utf8.RuneLen(before); n > 0 {
			earlier, _ = utf8.DecodeLastRuneInString(s.text[:n])
		}
		if !unicode.IsUpper(before) || KindOf(earlier) == Letter || !unicode.IsUpper(next) {
			return false
		}
		after, _ := utf8.DecodeRuneInString(rest[utf8.RuneLen(next):])
		return after == '.' || KindOf(after) != Letter
	}
	return false
}

// beginsWithDigits reports whether the text begins with n digits of any script.
func beginsWithDigits(text string, n int) bool {
	for _, r := range text {
		if n == 0 || KindOf(r) != Digit {
			break
		}
		n--
	}
	return n == 0
}

// finish takes the possessive off a word.
func (s *Scanner) finish(w Word) Word {
	w.Letters, w.End = s.letters, s.at
	if n := len(w.Letters); n > 2 && w.Letters[n-1] == 's' && w.Shape&ShapeNumber == 0 {
		before := s.text[:s.at]
		if strings.HasSuffix(before, "'s") || strings.HasSuffix(before, "’s") || strings.HasSuffix(before, "'S") || strings.HasSuffix(before, "’S") {
			w.Letters = w.Letters[:n-1]
		}
	}
	return w
}

// Kind is what a rune does in a text.
type Kind uint8

// The kinds of runes.
const (
	Mark Kind = iota // parts words
	Letter
	Digit
	Spaceless // a letter of a script without spaces
	Inside    // stands within words and is not kept
)

// asciiKind holds the kind of each ASCII character.
var asciiKind = func() (table [utf8.RuneSelf]Kind) {
	for c := range table {
		switch {
		case 'a' <= c && c <= 'z', 'A' <= c && c <= 'Z':
			table[c] = Letter
		case '0' <= c && c <= '9':
			table[c] = Digit
		}
	}
	return table
}()

// KindOf returns what a rune does.
func KindOf(r rune) Kind {
	switch {
	case r < utf8.RuneSelf:
		if r < 0 {
			return Mark
		}
		return asciiKind[r]
	case r >= 0x0621 && r <= 0x064a && r != 0x0640:
		return Letter
	case r == 0x0640, r >= 0x064b && r <= 0x065f, r == 0x0670: // tatweel, points
		return Inside
	case r == '’' || r == '‘':
		return Mark
	case unicode.Is(unicode.Cf, r):
		return Inside
	case unicode.IsLetter(r):
		if unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar) {
			return Spaceless
		}
		return Letter
	case unicode.IsDigit(r):
		return Digit
	case unicode.IsMark(r):
		switch {
		case unicode.In(r, unicode.Arabic, unicode.Hebrew, unicode.Inherited):
			return Inside
		case unicode.In(r, unicode.Thai, unicode.Lao, unicode.Khmer, unicode.Myanmar):
			return Spaceless
		}
		return Letter
	}
	return Mark
}

// bases holds the letter under the accents of each Latin, Greek and Cyrillic
// letter, from U+00C0 on, in lower case.
var bases = func() (table [0x0530 - 0x00c0]rune) {
	for i := range table {
		r := unicode.ToLower(rune(i + 0x00c0))
		base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
		table[i] = base
	}
	for from, to := range map[rune]rune{'ø': 'o', 'ł': 'l', 'đ': 'd', 'ı': 'i', 'ς': 'σ', 'ħ': 'h', 'Ø': 'o', 'Ł': 'l', 'Đ': 'd'} {
		table[from-0x00c0] = to
	}
	return table
}()

// AppendFolded appends the letter or digit in the form in which it is compared.
func AppendFolded(dst []byte, r rune) []byte {
	switch {
	case r < utf8.RuneSelf:
		if 'A' <= r && r <= 'Z' {
			r += 'a' - 'A'
		}
		return append(dst, byte(r))
	case r == 'ß' || r == 'ẞ':
		return append(dst, "ss"...)
	case r == 'æ' || r == 'Æ':
		return append(dst, "ae"...)
	case r == 'œ' || r == 'Œ':
		return append(dst, "oe"...)
	case r >= 0x00c0 && r < 0x0530:
		return utf8.AppendRune(dst, bases[r-0x00c0])
	}
	switch r {
	case 'أ', 'إ', 'آ', 'ٱ':
		r = 'ا'
	case 'ى', 'ئ', 'ی':
		r = 'ي'
	case 'ة':
		r = 'ه'
	case 'ؤ':
		r = 'و'
	case 'ک':
		r = 'ك'
	default:
		if unicode.IsDigit(r) {
			if d := Decimal(r); d >= 0 {
				return append(dst, byte('0'+d))
			}
		}
		if r >= 0x1e00 && r < 0x2000 {
			base, _ := utf8.DecodeRuneInString(norm.NFD.String(string(r)))
			r = base
		}
		r = unicode.ToLower(r)
	}
	return utf8.AppendRune(dst, r)
}

// Decimal returns the value of a decimal digit of any script: Unicode gives
// each ten in a row, the zero on a multiple of ten from the block's first.
func Decimal(r rune) int {
	zero := r
	for zero > 0 && unicode.IsDigit(zero-1) && r-zero < 9 {
		zero--
	}
	return int(r - zero)
}
