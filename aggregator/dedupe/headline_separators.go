package dedupe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wiredesk/aggregator/wording"
)

// separator is what follows words that may be set off from a headline.
type separator uint8

const (
	none   separator = iota
	blank            // a space and nothing else
	colon            // :
	dash             // – — -- and a hyphen with a space beside it
	bar              // | 丨 · »
	bang             // !
	dots             // .. …
	stop             // a full stop and a space
	slash            // /
	hyphen           // a hyphen without a space
)

// isStrong reports whether the separator also sets names off.
func (s separator) isStrong() bool { return s == colon || s == dash || s == bar }

// readSeparator reads what s starts with, and returns its length with the
// spaces around it.
func readSeparator(s string) (separator, int) {
	after := trimBlankStart(s)
	spaced := len(after) < len(s)
	r, size := utf8.DecodeRuneInString(after)
	sep := separatorOf(r)
	rest := after[size:]
	switch {
	case after == "":
		return none, len(s)
	case sep == hyphen:
		if spaced || strings.HasPrefix(rest, "-") || trimBlankStart(rest) != rest {
			sep = dash
		}
	case sep == stop:
		switch {
		case strings.HasPrefix(rest, "."):
			sep = dots
		case strings.HasPrefix(rest, "-"):
			sep = bar // Europa Press: "AMP.- "
		case trimBlankStart(rest) == rest:
			return none, 0
		}
	case sep == none && spaced:
		return blank, len(s) - len(after)
	case sep == none:
		return none, 0
	}
	for {
		r, size := utf8.DecodeRuneInString(rest)
		if separatorOf(r) == none {
			return sep, len(s) - len(trimBlankStart(rest))
		}
		rest = rest[size:]
	}
}

// separatorOf returns what a rune separates as by itself.
func separatorOf(r rune) separator {
	switch r {
	case ':', '：', '﹕':
		return colon
	case '–', '—', '―', '−', '‒', '─', '－':
		return dash
	case '-', '‐', '‑':
		return hyphen
	case '|', '｜', '丨', '│', '┃', '¦', '·', '•', '»', '›', '>', '‖', '∣':
		return bar
	case '!', '！':
		return bang
	case '…', '‥':
		return dots
	case '.':
		return stop
	case '/', '／':
		return slash
	}
	return none
}

// isBlank reports whether a rune shows nothing.
func isBlank(r rune) bool {
	if r < utf8.RuneSelf {
		return r == ' ' || '\t' <= r && r <= '\r'
	}
	return fold(r) == ' ' || unicode.Is(unicode.Cf, r) || r == 0xfe0f
}

func trimBlankStart(s string) string {
	if s == "" || s[0] > ' ' && s[0] < utf8.RuneSelf {
		return s
	}
	return strings.TrimLeftFunc(s, isBlank)
}

func trimBlankEnd(s string) string {
	if s == "" || s[len(s)-1] > ' ' && s[len(s)-1] < utf8.RuneSelf {
		return s
	}
	return strings.TrimRightFunc(s, isBlank)
}

func trimBlank(s string) string { return trimBlankEnd(trimBlankStart(s)) }

// trimOrnaments takes signs such as 🔴 and ▶ from the start of s.
func trimOrnaments(s string) string {
	if s == "" || s[0] < utf8.RuneSelf {
		return s
	}
	return strings.TrimLeftFunc(s, func(r rune) bool {
		return r >= utf8.RuneSelf && (unicode.In(r, unicode.So, unicode.Sk) || r == '•' || r == '‼' || r == '❗') || isBlank(r)
	})
}

// trimSeparators takes what separates a bracket from the headline after it.
func trimSeparators(s string) string {
	sep, n := readSeparator(s)
	if sep == hyphen || sep == dots {
		return trimBlankStart(s)
	}
	return s[n:]
}

// trimSeparatorsEnd takes what separates a headline from what follows it.
func trimSeparatorsEnd(s string) string {
	return strings.TrimRightFunc(s, func(r rune) bool {
		sep := separatorOf(r)
		return isBlank(r) || sep.isStrong() || sep == hyphen
	})
}

// trimJoints takes what stands between the labels of one bracket.
func trimJoints(s string) string {
	return strings.TrimLeftFunc(s, func(r rune) bool {
		return isBlank(r) || strings.ContainsRune("/／,+＋&＆、،・;*#", r) || separatorOf(r).isStrong() || separatorOf(r) == hyphen || separatorOf(r) == bang
	})
}

// The brackets that labels and credits are put in, in pairs.
const (
	openingBrackets = "([<{【（［〔＜〈≪"
	closingBrackets = ")]>}】）］〕＞〉≫"
)

// counterpart returns the rune of to that stands where r stands in from; 0: r
// is none of them.
func counterpart(r rune, from, to string) rune {
	at := strings.IndexRune(from, r)
	if at < 0 || r == utf8.RuneError {
		return 0
	}
	other, _ := utf8.DecodeRuneInString(to[at:])
	return other
}

// bracketed returns what stands in brackets at the start of s, and the length
// of it all; 0: s starts with no bracket.
func bracketed(s string) (inner string, n int) {
	r, size := utf8.DecodeRuneInString(s)
	closing := counterpart(r, openingBrackets, closingBrackets)
	if closing == 0 {
		return "", 0
	}
	end := strings.IndexRune(s[:min(len(s), maxTailBytes)], closing)
	if end < 0 {
		return "", 0
	}
	return trimBlank(s[size:end]), end + utf8.RuneLen(closing)
}

// bracketedEnd is bracketed at the end of s.
func bracketedEnd(s string) (inner string, n int) {
	r, size := utf8.DecodeLastRuneInString(s)
	opening := counterpart(r, closingBrackets, openingBrackets)
	if opening == 0 {
		return "", 0
	}
	tail := s[max(0, len(s)-maxTailBytes):]
	start := strings.LastIndex(tail, string(opening))
	if start < 0 {
		return "", 0
	}
	return trimBlank(tail[start+utf8.RuneLen(opening) : len(tail)-size]), len(tail) - start
}

// lastSegment parts s at the last separator that may set off what follows a
// headline. last is empty where there is none.
func lastSegment(s string) (rest, last string, where place) {
	bound := max(0, len(s)-maxTailBytes)
	for i := len(s); i > bound; {
		r, size := rune(s[i-1]), 1
		if r >= utf8.RuneSelf {
			r, size = utf8.DecodeLastRuneInString(s[:i])
		}
		end := i
		i -= size
		if r < utf8.RuneSelf && (wording.KindOf(r) != wording.Mark || r == ' ') {
			continue
		}
		sep := separatorOf(r)
		if r == '_' {
			sep = bar
		}
		where = afterDash
		switch sep {
		case bar, dash:
		case hyphen:
			// Inside words only Chinese pages separate by it.
			tight := trimBlankEnd(s[:i]) == s[:i] && trimBlankStart(s[end:]) == s[end:]
			next, _ := utf8.DecodeRuneInString(s[end:])
			if tight && wording.KindOf(next) != wording.Spaceless {
				continue
			}
		case colon:
			where = afterColon
		case dots:
			next, _ := utf8.DecodeRuneInString(trimBlankStart(s[end:]))
			if !unicode.Is(unicode.Arabic, next) {
				return "", "", where
			}
		case stop:
			if i == 0 || s[i-1] != '.' {
				continue
			}
		default:
			continue
		}
		return strings.TrimRight(trimSeparatorsEnd(s[:i]), "."), trimBlank(s[end:]), where
	}
	return "", "", where
}
