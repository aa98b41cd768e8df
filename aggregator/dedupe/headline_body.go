package dedupe

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"wiredesk/aggregator/wording"
)

// Bounds on what stands around a summary, in bytes: the dateline at its start,
// and the boilerplate at its end.
const (
	maxDatelineBytes = 96
	maxEndingBytes   = 400
)

// maxDatelineWords bounds the place and date before an agency's name.
const maxDatelineWords = 7

// ReadBody takes the date, the dateline and the credit from the start of a
// summary and links, credits and copyright notices from its end. text is a
// substring of summary, empty where it held nothing else; credit is the agency
// by its usual name, or another house as it was written; empty: none named.
func ReadBody(summary string) (text, credit string) {
	text = cutTimestamp(trimBlank(summary))
	// ANSA names itself before the place, others after it.
	for range 2 {
		rest, named, ok := cutDateline(text)
		if !ok || !hasWord(rest) {
			break
		}
		text = rest
		if credit == "" {
			credit = named
		}
	}
	for {
		rest, named, ok := cutEnding(text)
		if !ok {
			return text, credit
		}
		text = rest
		if credit == "" {
			credit = named
		}
	}
}

var datelineMonths = []string{
	"January", "February", "March", "April", "May", "June", "July",
	"August", "September", "October", "November", "December",
}

// cutTimestamp takes "April 3, 2020 10:12 AM" off the start of s.
func cutTimestamp(s string) string {
	for _, month := range datelineMonths {
		rest, ok := strings.CutPrefix(s, month+" ")
		if !ok {
			continue
		}
		for _, part := range [...]struct {
			digits int
			after  string
		}{{2, ", "}, {4, " "}, {2, ":"}, {2, " "}} {
			n := 0
			for n < len(rest) && n < part.digits && '0' <= rest[n] && rest[n] <= '9' {
				n++
			}
			if n == 0 || !strings.HasPrefix(rest[n:], part.after) {
				return s
			}
			rest = rest[n+len(part.after):]
		}
		if len(rest) > 2 && (rest[:2] == "AM" || rest[:2] == "PM") && trimBlankStart(rest[2:]) != rest[2:] {
			return trimBlankStart(rest[2:])
		}
	}
	return s
}

// cutDateline takes a dateline off the start of s.
func cutDateline(s string) (rest, credit string, ok bool) {
	for _, cut := range [...]func(string) (string, string, bool){
		cutHan, cutBracketed, cutNamed, cutPlace,
	} {
		if rest, credit, ok := cut(s); ok {
			return rest, credit, true
		}
	}
	return s, "", false
}

// cutHan takes "新华社北京3月3日电（记者某某）" off the start of s.
func cutHan(s string) (rest, credit string, ok bool) {
	m, ok := phrases.find(s)
	first, _ := utf8.DecodeRuneInString(s)
	if !ok || m.credit == "" || !unicode.Is(unicode.Han, first) {
		return s, "", false
	}
	if strings.HasSuffix(s[:m.end], "电") {
		return afterReporter(s[m.end:]), m.credit, true
	}
	for _, sign := range [...]string{"日电", "日電"} {
		if i := strings.Index(s[:min(len(s), maxDatelineBytes)], sign); i > 0 {
			return afterReporter(s[i+len(sign):]), m.credit, true
		}
	}
	return s, "", false
}

// afterReporter takes the reporter's name off the start of s, which Chinese
// agencies put in brackets and Korean ones before "=".
func afterReporter(s string) string {
	s = trimSeparators(s)
	if inner, n := bracketed(s); n > 0 && (strings.HasPrefix(inner, "记者") || strings.HasPrefix(inner, "記者")) {
		s = trimSeparators(s[n:])
	}
	if head, rest, ok := strings.Cut(s, "="); ok && len(head) < maxTailBytes && (head == "" || strings.Contains(head, "기자")) {
		s = trimBlankStart(rest)
	}
	return s
}

// cutBracketed takes "(CNN) ", "PARIS, May 4 (AFP) - " and "【北京＝共同】" off
// the start of s.
func cutBracketed(s string) (rest, credit string, ok bool) {
	head := s[:min(len(s), maxDatelineBytes)]
	open := strings.IndexAny(head, "(（【［[")
	if open < 0 {
		return s, "", false
	}
	inner, n := bracketed(s[open:])
	if n == 0 {
		return s, "", false
	}
	place := trimBlank(s[:open])
	if place != "" && !isDateline(place) {
		return s, "", false
	}
	credit = creditIn(inner)
	sep, _ := readSeparator(s[open+n:])
	set := sep != none && sep != blank
	switch {
	case credit != "" && (place == "" || set || shouts(place)):
	case credit == "" && set && shouts(place) && shouts(inner) && len(inner) > len("(AM)"):
		credit = inner
	default:
		return s, "", false
	}
	return afterReporter(s[open+n:]), credit, true
}

// creditIn returns the first agency or outlet named in s.
func creditIn(s string) string {
	if m, ok := phrases.find(s); ok && m.end == len(s) && m.outlet && m.as(s).named() {
		return strings.TrimSpace(s)
	}
	before := ' '
	for i, r := range s {
		if !isWordRune(before) && isWordRune(r) || wording.KindOf(r) == wording.Spaceless {
			if m, ok := phrases.find(s[i:]); ok && m.credit != "" && m.as(s[i:]).named() {
				return m.credit
			}
		}
		before = r
	}
	return ""
}

// cutNamed takes "МОСКВА, 3 мар - РИА Новости. ", "دمشق-سانا " and "Reuters - "
// off the start of s: the agency stands between separators.
func cutNamed(s string) (rest, credit string, ok bool) {
	if after, ok := strings.CutPrefix(s, "به گزارش "); ok {
		m, ok := phrases.find(after)
		if ok && m.credit != "" && strings.HasPrefix(after[m.end:], "،") {
			return trimBlankStart(after[m.end+len("،"):]), m.credit, true
		}
	}
	before, parted := none, true // the separator before the word
	for i, r := range s[:min(len(s), maxDatelineBytes)] {
		if sep := separatorOf(r); sep != none {
			before, parted = sep, true
			continue
		}
		if isBlank(r) || !parted {
			continue
		}
		parted = false
		m, ok := phrases.find(s[i:])
		if !ok || m.credit == "" || !m.as(s[i:]).named() || i == 0 && m.how&late != 0 {
			continue
		}
		sep, n := readSeparator(s[i+m.end:])
		set := sep.isStrong() || i > 0 && (sep == stop || sep == slash || sep == dots || sep == blank && before == hyphen)
		if set && (i == 0 || isDateline(trimBlank(strings.TrimRight(trimSeparatorsEnd(s[:i]), "/.")))) {
			return trimSeparators(s[i+m.end+n:]), m.credit, true
		}
	}
	return s, "", false
}

// cutPlace takes "SINGAPORE - " and "NEW DELHI: " off the start of s.
func cutPlace(s string) (rest, credit string, ok bool) {
	head := s[:min(len(s), maxDatelineBytes)]
	if m, ok := phrases.find(s); ok && m.city && shouts(s[:m.end]) {
		sep, n := readSeparator(s[m.end:])
		if (sep == colon || sep == dash) && startsUpper(s[m.end+n:]) {
			return s[m.end+n:], "", true
		}
	}
	for i, r := range head {
		if sep := separatorOf(r); sep != dash && sep != hyphen {
			continue
		}
		place := trimBlankEnd(s[:i])
		sep, n := readSeparator(s[len(place):])
		if sep != dash {
			continue
		}
		rest := s[len(place)+n:]
		if !isPlace(place) || !startsUpper(rest) {
			return s, "", false
		}
		return rest, "", true
	}
	return s, "", false
}

// minPlaceLetters is how long a place in capitals is at least: shorter words
// are as often the initials of somebody who acts.
const minPlaceLetters = 5

// isPlace reports whether s is a place in capitals, maybe with a date after
// it.
func isPlace(s string) bool {
	place, date, _ := strings.Cut(s, ",")
	letters := 0
	for _, r := range place {
		switch {
		case unicode.IsUpper(r):
			letters++
		case r != ' ' && r != '-' && r != '.' && r != '\'':
			return false
		}
	}
	if m, ok := phrases.find(place); ok && m.kind != "" {
		return false
	}
	dated := strings.ContainsAny(date, "0123456789")
	return (letters >= minPlaceLetters || dated && letters > 0) && isDateline(s)
}

// isDateline reports whether s may be a place and a date: few words, of which
// those in small letters go with a number or are short.
func isDateline(s string) bool {
	words, afterNumber := 0, false
	for word := range strings.FieldsFuncSeq(s, func(r rune) bool { return isBlank(r) || r == ',' || r == '،' || r == '/' || r == '=' }) {
		words++
		first, _ := utf8.DecodeRuneInString(word)
		if unicode.IsLower(first) && (words == 1 || !afterNumber && utf8.RuneCountInString(word) > 3) {
			return false
		}
		if strings.ContainsAny(word, "?!\"“”«»:;") {
			return false
		}
		afterNumber = unicode.IsDigit(first)
	}
	return words > 0 && words <= maxDatelineWords
}
