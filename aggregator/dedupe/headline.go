package dedupe

import (
	"cmp"
	"slices"
	"strings"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// A cut from a headline's end leaves at least so much of it: three words,
// each letter of a script without spaces counting for half of one, and six
// letters.
const (
	minHeadlineWords   = 3
	minHeadlineLetters = 6
)

// maxTailBytes bounds how far from its end a headline is searched for what
// follows it, and how long a bracketed label or a live page's subject can be.
const maxTailBytes = 72

// maxClosingWords bounds the words of a label that closes a section.
const maxClosingWords = 3

// Headline is a title as a wire's desk wrote it, and what stood around it.
// Its strings are substrings of the title, but for Credit.
type Headline struct {
	Text    string             // the headline itself; empty only where the title is blank
	Labels  []aggregator.Label // as they stood, no kind twice; nil: none
	Credit  string             // the agency named, by its usual name, "Reuters"; empty: none
	Section string             // the subject or series the headline is filed under: "Coronavirus", or "Budget" of "Budget LIVE:"; empty: none known
	Outlet  string             // the outlet's name at the end: "BBC News"; empty: none known
}

// ReadHeadline takes from a title the labels, agency credits, section and
// outlet names that tables know and that are set off as wires do it: by a
// separator, in brackets, or, for a few labels in capitals, by standing
// first. A word that is part of the sentence stays, and so does the speaker of
// "Name: what was said". Reading the Text again gives the same Text.
func ReadHeadline(title string) Headline {
	h := Headline{Text: trimBlank(title)}
	for h.cutFlash() || h.cutFront() || h.cutEnd() {
	}
	if h.isWithdrawal() {
		h.add(aggregator.Label{Kind: aggregator.LabelWithdrawal})
	}
	return h
}

// isWithdrawal reports whether the headline is nothing but the notice that there
// is none any more: "STORY WITHDRAWN".
func (h *Headline) isWithdrawal() bool {
	s := strings.TrimRight(h.Text, " .!")
	m, ok := phrases.find(s)
	if !ok || m.end != len(s) || m.kind != aggregator.LabelWithdrawal || m.how&boxed != 0 {
		return false
	}
	return m.how&capitals == 0 || !m.as(s).lower
}

// cutFlash takes the signs "++ … ++" and "*** … ***" off, which ANSA and
// others put around a flash.
func (h *Headline) cutFlash() bool {
	s := h.Text
	if len(s) < 2 || s[:2] != "++" && s[:2] != "**" || !strings.HasSuffix(s, s[:2]) {
		return false
	}
	inner := trimBlank(strings.Trim(s, "+* "))
	if !hasWord(inner) {
		return false
	}
	h.Text = inner
	h.add(aggregator.Label{Kind: aggregator.LabelUrgent})
	return true
}

// cutFront takes one thing off the start.
func (h *Headline) cutFront() bool {
	s := trimOrnaments(h.Text)
	if s == "" {
		return false
	}
	if inner, n := bracketed(s); n > 0 {
		rest := trimSeparators(s[n:])
		if !hasWord(rest) || !h.readAll(inner, inBrackets) {
			return false
		}
		h.Text = rest
		return true
	}
	return h.cutPhrase(s) || h.cutLiveSection(s)
}

// cutPhrase takes a phrase of the tables off the start of s, if it is set off
// from what follows.
func (h *Headline) cutPhrase(s string) bool {
	phrase := strings.TrimPrefix(s, "#")
	hashed := len(phrase) < len(s)
	m, ok := phrases.find(phrase)
	if !ok {
		return false
	}
	sep, n := readSeparator(phrase[m.end:])
	rest := trimBlank(phrase[m.end+n:])
	if !hasWord(rest) {
		return false
	}
	switch m := m.as(phrase); {
	case m.kind != "" && (m.labels(sep, rest) || hashed && sep == blank && !m.lower):
		h.add(aggregator.Label{Kind: m.kind, Number: m.number})
	case m.credits(sep):
		h.Credit = cmp.Or(h.Credit, m.credit)
	case m.files(sep) && isHeadline(rest):
		h.Section = cmp.Or(h.Section, phrase[:m.end])
	default:
		return false
	}
	h.Text = rest
	return true
}

// cutLiveSection takes "Budget LIVE:" off the start of s: a subject, then the
// label that says its page goes on growing.
func (h *Headline) cutLiveSection(s string) bool {
	colon := strings.IndexByte(s[:min(len(s), maxTailBytes)], ':')
	if colon < 0 {
		return false
	}
	rest := trimBlank(s[colon+1:])
	if !isHeadline(rest) {
		return false
	}
	head := trimBlank(s[:colon])
	space := len(head)
	for range maxClosingWords {
		space = strings.LastIndexByte(head[:space], ' ')
		if space < 0 {
			return false
		}
		m, ok := phrases.find(head[space+1:])
		if !ok || m.end != len(head)-space-1 || m.how&closing == 0 {
			continue
		}
		subject := trimSeparatorsEnd(head[:space])
		if m.as(head[space+1:]).lower && isVerbAfter(subject) || !hasWord(subject) {
			continue
		}
		h.add(aggregator.Label{Kind: m.kind, Number: m.number})
		h.Section = cmp.Or(h.Section, subject)
		h.Text = rest
		return true
	}
	return false
}

// isVerbAfter reports whether "live" after these words is the verb: "How
// penguins live: …".
func isVerbAfter(words string) bool {
	words = strings.ToLower(words)
	first, _, _ := strings.Cut(words, " ")
	last := words[strings.LastIndexByte(words, ' ')+1:]
	return slices.Contains(questions, first) || slices.Contains(verbSubjects, last)
}

var (
	questions    = []string{"how", "where", "why", "who", "what", "when"}
	verbSubjects = []string{
		"i", "we", "you", "they", "who", "that", "to", "people", "and", "or", "all", "must", "can", "could",
		"will", "would", "should", "may", "not", "don't", "others", "families", "residents",
	}
)

// cutEnd takes one thing off the end.
func (h *Headline) cutEnd() bool {
	s := h.Text
	if inner, n := bracketedEnd(s); n > 0 {
		rest := trimSeparatorsEnd(s[:len(s)-n])
		if !isHeadline(rest) || !h.readAll(inner, inBrackets) {
			return false
		}
		h.Text = rest
		return true
	}
	rest, last, where := lastSegment(s)
	if last == "" || !isHeadline(rest) {
		return false
	}
	switch {
	case h.readAll(last, where):
	case where != afterColon && isOutlet(last):
		h.Outlet = cmp.Or(h.Outlet, last)
	default:
		return false
	}
	h.Text = rest
	return true
}

// place says where in a headline something stands.
type place uint8

const (
	inBrackets place = iota
	afterDash        // at the end, after a dash, bar or dot
	afterColon       // at the end, after a colon
)

// readAll reads s if it is nothing but labels and credits that may stand at
// that place, such as "VIDEO, PHOTOS" or "AP/Reuters".
func (h *Headline) readAll(s string, where place) bool {
	var labels [4]aggregator.Label
	n, credit := 0, ""
	for s = trimJoints(s); s != ""; s = trimJoints(s) {
		m, ok := phrases.find(s)
		if !ok {
			return false
		}
		m = m.as(s)
		isLabel := m.kind != "" && (m.how&capitals == 0 || !m.lower) &&
			(where == inBrackets || m.how&atEnd != 0 && (where == afterDash || m.wordy))
		switch {
		case isLabel && n < len(labels):
			labels[n] = aggregator.Label{Kind: m.kind, Number: m.number}
			n++
		case !isLabel && m.credit != "" && m.named():
			credit = cmp.Or(credit, m.credit)
		default:
			return false
		}
		s = s[m.end:]
	}
	for _, l := range labels[:n] {
		h.add(l)
	}
	h.Credit = cmp.Or(h.Credit, credit)
	return n > 0 || credit != ""
}

func (h *Headline) add(l aggregator.Label) {
	for i, had := range h.Labels {
		if had.Kind == l.Kind {
			h.Labels[i].Number = max(had.Number, l.Number)
			return
		}
	}
	h.Labels = append(h.Labels, l)
}

// hasWord reports whether s has a letter or a digit.
func hasWord(s string) bool { return strings.IndexFunc(s, isWordRune) >= 0 }

// isHeadline reports whether s is long enough to be a headline by itself.
func isHeadline(s string) bool {
	halves, letters, inWord := 0, 0, false
	for _, r := range s {
		k := wording.KindOf(r)
		switch {
		case k == wording.Inside:
			continue
		case k == wording.Mark:
			inWord = false
			continue
		case k == wording.Spaceless:
			halves++
		case !inWord:
			halves += 2
		}
		letters++
		inWord = k != wording.Spaceless
		if halves >= 2*minHeadlineWords && letters >= minHeadlineLetters {
			return true
		}
	}
	return false
}
