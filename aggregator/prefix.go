package aggregator

import (
	"encoding/hex"
	"errors"
	"fmt"
	"strings"
)

// ShortDigits is how many digits of an id people see and commands ask for at
// least.
const ShortDigits = 8

// Short returns the first digits of the id, by which people call an entry.
func (id EntryID) Short() string { return hex.EncodeToString(id[:ShortDigits/2]) }

// Short returns the first digits of the id, by which people call a story.
func (id StoryID) Short() string { return EntryID(id).Short() }

var errPrefix = errors.New("not the beginning of a UUID")

// ParsePrefix reads the beginning of an id, of ShortDigits hexadecimal digits
// or more with or without the hyphens, and returns the first and the last id
// that begin so.
func ParsePrefix(text string) (first, last EntryID, err error) {
	digits := strings.ReplaceAll(text, "-", "")
	switch {
	case len(digits) > 2*len(first) || !strings.HasPrefix(hyphenated(digits), text) && digits != text:
		return first, last, errPrefix
	case strings.Trim(digits, "0123456789abcdefABCDEF") != "":
		return first, last, errPrefix
	case len(digits) < ShortDigits:
		return first, last, fmt.Errorf("want %d digits of an id or more", ShortDigits)
	}
	missing := 2*len(first) - len(digits)
	if _, err := hex.Decode(first[:], []byte(digits+strings.Repeat("0", missing))); err != nil {
		return first, last, errPrefix
	}
	if _, err := hex.Decode(last[:], []byte(digits+strings.Repeat("f", missing))); err != nil {
		return first, last, errPrefix
	}
	return first, last, nil
}

// hyphenated returns the digits of an id's beginning with the hyphens that
// stand between and after them.
func hyphenated(digits string) string {
	var b strings.Builder
	for i := range len(digits) {
		b.WriteByte(digits[i])
		if i == 7 || i == 11 || i == 15 || i == 19 {
			b.WriteByte('-')
		}
	}
	return b.String()
}
