package parse

import (
	"errors"
	"fmt"
	"slices"
)

// maxValues is how many values a JSON document may hold.
const maxValues = 1_000_000

// jsonScanner walks once over the bytes of a JSON document, counts what a
// hostile one multiplies, and finds the last whole item where it breaks off.
type jsonScanner struct {
	text               []byte
	maxDepth, maxItems int

	open    []byte // the brackets that are not closed yet
	items   int    // whole elements of the items
	good    int    // where the last whole element of the items ends
	inItems bool   // open holds the array of the items at index 1
	key     []byte // the last string of the outermost object
	values  int
	end     int // of the document
	mended  []byte

	broken  bool // it breaks off
	partial int  // items that broke off
	capped  bool // it holds more than maxItems
}

func (s *jsonScanner) run() error {
	start := -1 // of the string we are in
	for i := 0; i < len(s.text); i++ {
		c := s.text[i]
		if start >= 0 {
			switch {
			case c == '\\':
				i++
			case c == '"':
				if len(s.open) == 1 {
					s.key = s.text[start+1 : i]
				}
				start = -1
			case c < ' ':
				if s.mended == nil {
					s.mended = slices.Clone(s.text)
				}
				s.mended[i] = ' '
			}
			continue
		}
		switch c {
		case '"':
			start = i
		case '{', '[':
			if len(s.open) == 1 && c == '[' && string(s.key) == "items" {
				s.inItems = true
			}
			if s.open = append(s.open, c); len(s.open) > s.maxDepth {
				return hostileError(fmt.Sprintf("its values are nested more than %d deep", s.maxDepth))
			}
		case '}', ']':
			if len(s.open) == 0 || (s.open[len(s.open)-1] == '{') != (c == '}') {
				return s.cut()
			}
			s.open = s.open[:len(s.open)-1]
			switch {
			case len(s.open) == 0:
				s.end = i + 1
				return nil
			case len(s.open) == 1 && s.inItems:
				s.inItems, s.good = false, i
			case len(s.open) == 2 && s.inItems:
				s.good = i + 1
			}
		case ',':
			if s.values++; s.values > maxValues {
				return hostileError(fmt.Sprintf("it has more than %d values", maxValues))
			}
			if len(s.open) == 2 && s.inItems {
				if s.items++; s.items == s.maxItems {
					s.capped, s.good = true, i
					return s.close()
				}
			}
		}
	}
	return s.cut()
}

// cut ends the document behind its last whole item.
func (s *jsonScanner) cut() error {
	s.broken = true
	if s.inItems {
		s.partial = 1
	}
	return s.close()
}

func (s *jsonScanner) close() error {
	if s.good == 0 {
		return errors.New("it breaks off before its first item is complete")
	}
	if s.mended == nil {
		s.mended = slices.Clone(s.text[:s.good])
	}
	s.mended = append(s.mended[:s.good], "]}"...)
	s.end = len(s.mended)
	return nil
}

// result returns the document.
func (s *jsonScanner) result() []byte {
	if s.mended != nil {
		return s.mended[:s.end]
	}
	return s.text[:s.end]
}
