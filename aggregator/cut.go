package aggregator

import (
	"strings"
	"unicode/utf8"
)

// Cut returns s with at most mostBytes bytes, cut between two characters and
// without the blanks before the cut.
func Cut(s string, mostBytes int) string {
	if len(s) <= mostBytes {
		return s
	}
	for mostBytes > 0 && !utf8.RuneStart(s[mostBytes]) {
		mostBytes--
	}
	// A copy, or what is kept would hold on to what is not.
	return strings.Clone(strings.TrimRight(s[:mostBytes], " \n"))
}
