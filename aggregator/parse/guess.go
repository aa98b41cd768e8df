package parse

import (
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/japanese"
	"golang.org/x/text/encoding/korean"
	"golang.org/x/text/encoding/simplifiedchinese"
	"golang.org/x/text/encoding/traditionalchinese"
)

// guessBytes is how much of a body that is not ASCII the guess looks at.
const guessBytes = 8192

// guess returns the encoding that makes the most natural text of a body that
// is not UTF-8 and says nothing of its charset, or nil for windows-1252.
func guess(body []byte) (string, encoding.Encoding) {
	sample := foreign(body)
	var (
		name string
		best encoding.Encoding
		top  = 0.45 // below this windows-1252 is the likelier
	)
	for _, c := range []struct {
		name string
		enc  encoding.Encoding
	}{
		{"Shift_JIS", japanese.ShiftJIS},
		{"EUC-JP", japanese.EUCJP},
		{"EUC-KR", korean.EUCKR},
		{"GB18030", simplifiedchinese.GB18030},
		{"Big5", traditionalchinese.Big5},
		{"windows-1251", charmap.Windows1251},
		{"KOI8-R", charmap.KOI8R},
		{"windows-1256", charmap.Windows1256},
		{"windows-1253", charmap.Windows1253},
		{"windows-1255", charmap.Windows1255},
	} {
		if s := naturalness(decode(c.enc, sample)); s > top {
			name, best, top = c.name, c.enc, s
		}
	}
	return name, best
}

// foreign returns the words of body that hold a byte outside of ASCII.
func foreign(body []byte) []byte {
	sample := make([]byte, 0, guessBytes)
	word, high := 0, false
	for i, c := range body {
		if c > ' ' && c != '<' && c != '>' {
			high = high || c >= utf8.RuneSelf
			continue
		}
		if high {
			sample = append(append(sample, body[word:i]...), ' ')
			if len(sample) >= guessBytes {
				return sample
			}
		}
		word, high = i+1, false
	}
	return sample
}

// common holds the characters that make up much of any text in their script.
var common = func() map[rune]bool {
	set := make(map[rune]bool)
	for _, r := range "оеаинтсрвлкмдпуяыьгзбчй" + "اليمونرتبةعدسفحكهقجأ" + "αοιετσνηρυκπμλςάίόέή" + "יוהלאתרמבשנדעחקפ" +
		"的一是不了在人有我他这中大来上国个到说们为子和你地出道也时年" + "這個來國說們為時會發長後學對開" + "이다는을의에가고하한은기로지사대정인" {
		set[r] = true
	}
	return set
}()

// naturalness judges a text by its letters, from 0 to 1.
func naturalness(text []byte) float64 {
	var all, score float64
	var last rune
	for _, r := range string(text) {
		if r >= utf8.RuneSelf {
			all++
			score += natural(r, last)
		}
		if latin(last) && alphabetic(r) || alphabetic(last) && latin(r) {
			score-- // two alphabets in one word
		}
		last = r
	}
	if all == 0 {
		return 0
	}
	return score / all
}

// natural says how likely a character is behind the last one.
func natural(r, last rune) float64 {
	switch {
	case r == utf8.RuneError:
		return -3
	case r >= 0xff61 && r <= 0xff9f, r >= 0xe000 && r <= 0xf8ff, r < 0xa0:
		return -0.5 // half-width kana, private use, controls
	case common[r], r >= 0x3040 && r <= 0x30ff:
		return 1
	case r >= 0xac00 && r <= 0xd7a3:
		return 0.75
	case unicode.Is(unicode.Han, r):
		return 0.4
	case unicode.Is(unicode.Cyrillic, r) && unicode.IsUpper(r) && unicode.IsLower(last):
		return -0.5
	case alphabetic(r):
		return 0.5
	case unicode.IsPunct(r):
		return 0.4
	}
	return 0
}

func latin(r rune) bool { return r|0x20 >= 'a' && r|0x20 <= 'z' }

func alphabetic(r rune) bool {
	return unicode.In(r, unicode.Cyrillic, unicode.Arabic, unicode.Greek, unicode.Hebrew)
}
