package publish

import (
	"html"
	"slices"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"
)

// clean returns s without invalid UTF-8, without the characters XML 1.0
// forbids (section 2.2), and without those that stand for nothing: C1 controls,
// U+FFFD and the non-characters of Unicode.
func clean(s string) string {
	for i, r := range s {
		if (r < ' ' || r >= 0x7f) && keep(r) != r {
			return s[:i] + strings.Map(keep, s[i:])
		}
	}
	return s
}

func keep(r rune) rune {
	switch {
	case r == '\r':
		return ' '
	case r == '\t', r == '\n':
		return r
	case r < ' ', 0x7f <= r && r <= 0x9f, r == utf8.RuneError,
		0xfdd0 <= r && r <= 0xfdef, r&0xfffe == 0xfffe:
		return -1
	}
	return r
}

// line returns plain text as one clean line whose bidirectional controls end
// with it, "" if there is nothing in it to see.
func line(s string) string {
	if s = clean(s); !isLine(s) {
		s = strings.Join(strings.FieldsFunc(s, isBreak), " ")
	}
	if strings.TrimFunc(s, isUnseen) == "" {
		return ""
	}
	return closed(s)
}

// isLine reports whether nothing but single spaces parts what is in s.
func isLine(s string) bool {
	return !strings.HasPrefix(s, " ") && !strings.HasSuffix(s, " ") && !strings.Contains(s, "  ") &&
		strings.IndexByte(s, '\t') < 0 && strings.IndexByte(s, '\n') < 0 && !strings.Contains(s, "\u2028") && !strings.Contains(s, "\u2029")
}

func isUnseen(r rune) bool { return unicode.IsSpace(r) || unicode.Is(unicode.Cf, r) }

// isBreak leaves the no-break and the ideographic space alone: they are part
// of how a headline is set.
func isBreak(r rune) bool {
	return r == ' ' || r == '\t' || r == '\n' || r == '\u2028' || r == '\u2029'
}

// closed closes the embeddings, overrides and isolates that s leaves open, so
// that they cannot reorder what follows it (UAX #9, sections 2.1 to 2.5).
func closed(s string) string {
	const popFormatting, popIsolate = '\u202c', '\u2069'
	if !strings.Contains(s, "\xe2\x80") && !strings.Contains(s, "\xe2\x81") { // which they begin with
		return s
	}
	var open []rune
	for _, r := range s {
		switch r {
		case '\u202a', '\u202b', '\u202d', '\u202e':
			open = append(open, popFormatting)
		case '\u2066', '\u2067', '\u2068':
			open = append(open, popIsolate)
		case popFormatting:
			if n := len(open); n > 0 && open[n-1] == popFormatting {
				open = open[:n-1]
			}
		case popIsolate:
			for i, closer := range slices.Backward(open) {
				if closer == popIsolate {
					open = open[:i]
					break
				}
			}
		}
	}
	if len(open) == 0 {
		return s
	}
	slices.Reverse(open)
	return s + string(open)
}

// cut shortens a line to at most limit characters, at the end of a word where
// the language has spaces, and marks the cut with an ellipsis.
func cut(s string, limit int) string {
	runes := []rune(s)
	if len(runes) <= limit {
		return s
	}
	end := limit - 1
	for end > 1 && (unicode.Is(unicode.M, runes[end]) || runes[end] == '\u200d' || runes[end-1] == '\u200d') {
		end--
	}
	for i := end; i > limit/2; i-- {
		if unicode.IsSpace(runes[i]) {
			end = i
			break
		}
	}
	return closed(strings.TrimRight(string(runes[:end]), " ,;:–—-") + "…")
}

// paragraph returns plain text as an HTML paragraph, its lines kept.
func paragraph(s string) string {
	text := html.EscapeString(closed(strings.TrimSpace(clean(s))))
	if text == "" {
		return ""
	}
	return "<p>" + strings.ReplaceAll(text, "\n", "<br>\n") + "</p>"
}

// language returns tag if it has the form of a BCP 47 tag, else "".
func language(tag string) string {
	tag = strings.ReplaceAll(strings.TrimSpace(tag), "_", "-")
	if len(tag) > 35 {
		return ""
	}
	for i, part := range strings.Split(tag, "-") {
		if len(part) == 0 || len(part) > 8 || i == 0 && (len(part) < 2 || len(part) > 3) {
			return ""
		}
		for _, c := range []byte(part) {
			letter := 'a' <= c|0x20 && c|0x20 <= 'z'
			if !letter && (i == 0 || c < '0' || c > '9') {
				return ""
			}
		}
	}
	return tag
}

// rightToLeft reports whether the language of a BCP 47 tag is written from
// right to left by default.
func rightToLeft(tag string) bool {
	primary, rest, _ := strings.Cut(strings.ToLower(tag), "-")
	if strings.HasPrefix(rest, "latn") || strings.HasPrefix(rest, "cyrl") {
		return false
	}
	switch primary {
	case "ar", "arc", "ckb", "dv", "fa", "he", "iw", "ps", "sd", "syr", "ug", "ur", "yi":
		return true
	}
	return strings.HasPrefix(rest, "arab") || strings.HasPrefix(rest, "hebr")
}

// instant clamps t to what every format can say and readers believe, in whole
// seconds: there were no feeds before 1990, and no format has years of five
// digits.
func instant(t time.Time) time.Time {
	earliest := time.Date(1990, 1, 1, 0, 0, 0, 0, time.UTC)
	latest := time.Date(9999, 12, 31, 23, 59, 59, 0, time.UTC)
	switch t = t.UTC().Truncate(time.Second); {
	case t.Before(earliest):
		return earliest
	case t.After(latest):
		return latest
	}
	return t
}
