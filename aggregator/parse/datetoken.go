package parse

import (
	"strings"
	"unicode"
)

// dateToken is a number or a word of a date, with what stands before it.
type dateToken struct {
	word   string // lower case; empty: a number
	number int
	digits int  // how many; 0: a word
	before rune // the separator before it; 0: none
}

// dateTokens splits a date into numbers and words. Digits of all scripts count.
func dateTokens(s string) []dateToken {
	var tokens []dateToken
	var word []rune
	before := rune(0)
	inNumber := false
	flush := func() {
		if len(word) > 0 {
			tokens = append(tokens, dateToken{word: string(word), before: before})
			word, before = word[:0], 0
		}
		if inNumber {
			inNumber = false
		}
	}
	for _, r := range strings.ToLower(s) {
		switch d := decimal(r); {
		case d >= 0:
			if len(word) > 0 {
				flush()
			}
			if !inNumber {
				tokens = append(tokens, dateToken{before: before})
				before, inNumber = 0, true
			}
			last := &tokens[len(tokens)-1]
			if last.digits++; last.digits <= 15 {
				last.number = last.number*10 + d
			}
		case unicode.IsLetter(r) || unicode.IsMark(r):
			if inNumber || len(word) > 0 && unicode.Is(unicode.Han, r) {
				flush()
			}
			word = append(word, r)
			if unicode.Is(unicode.Han, r) {
				flush()
			}
		default:
			flush()
			if before == 0 || unicode.IsSpace(before) || !unicode.IsSpace(r) {
				before = r
			}
		}
	}
	flush()
	return tokens
}

// decimal returns the value of a decimal digit, or -1.
func decimal(r rune) int {
	if r >= '0' && r <= '9' {
		return int(r - '0')
	}
	if r < 0x80 || !unicode.IsDigit(r) {
		return -1
	}
	// The ten digits of a script stand together, with no digit before them.
	for d := range 10 {
		if zero := r - rune(d); !unicode.IsDigit(zero - 1) {
			return d
		}
	}
	return -1
}
