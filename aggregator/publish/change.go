package publish

import (
	"html"
	"slices"
	"strings"
	"time"
	"unicode"

	"wiredesk/aggregator"
)

const (
	maxSentences   = 3   // told of a change, before and after
	toldOfSentence = 240 // characters
)

// change is what a story's present text changed of the one that readers were
// shown before.
type change struct {
	at    time.Time
	kind  aggregator.LabelKind // what the wire calls it; empty: nothing
	title string               // the headline before; empty: it is the same
	// gone and come are sentences of the summary, in order; none where the
	// text was written anew or is the same as far as the summary tells.
	gone, come []string
	rewritten  bool // more than a few sentences changed
}

// changeOf returns what the text of the story's lead changed: of its own text
// before, or of the entry that its source sent before it and that it corrects.
// Nil where it is the first.
func changeOf(v *aggregator.StoryView) *change {
	lead := v.LeadEntry()
	c := &change{at: instant(lead.Revised), kind: announced(lead)}
	var title, text string
	switch sent := sentBefore(v, lead); {
	case v.Before != nil:
		title, text = v.Before.Title, v.Before.Summary
	case c.kind != "" && sent != nil:
		c.at = instant(lead.Seen)
		title, text = sent.Title, sent.Summary
	default:
		return nil
	}
	if title = line(title); title != line(lead.Title) {
		c.title = title
	}
	was, is := sentences(text), sentences(lead.Summary)
	c.gone, c.come = without(was, is), without(is, was)
	if len(c.gone) > maxSentences || len(c.come) > maxSentences {
		c.rewritten = true
		if c.kind != aggregator.LabelCorrection {
			c.gone, c.come = nil, nil
		}
		c.gone, c.come = c.gone[:min(len(c.gone), maxSentences)], c.come[:min(len(c.come), maxSentences)]
	}
	return c
}

// announced returns the label that says that the entry changes what was told.
func announced(e *aggregator.Entry) aggregator.LabelKind {
	for _, l := range e.Labels {
		switch l.Kind {
		case aggregator.LabelCorrection, aggregator.LabelRefile, aggregator.LabelUpdate:
			return l.Kind
		}
	}
	return ""
}

// sentBefore returns the latest entry that the lead's source sent before it,
// nil if there is none.
func sentBefore(v *aggregator.StoryView, lead *aggregator.Entry) *aggregator.Entry {
	var last *aggregator.Entry
	for i := range v.Entries {
		e := &v.Entries[i]
		if e.Source == lead.Source && e.Seq < lead.Seq && (last == nil || e.Seq > last.Seq) {
			last = e
		}
	}
	return last
}

// without returns what stands in all and not in others.
func without(all, others []string) []string {
	var rest []string
	for _, s := range all {
		if !slices.Contains(others, s) {
			rest = append(rest, s)
		}
	}
	return rest
}

// sentences parts plain text after what ends a sentence in the scripts that
// have such marks, and at line breaks.
func sentences(text string) []string {
	var all []string
	add := func(s string) {
		if s = line(s); s != "" {
			all = append(all, cut(s, toldOfSentence))
		}
	}
	begin, ended := 0, false
	for i, r := range text {
		switch {
		case r == '\n', ended && unicode.IsSpace(r):
			add(text[begin:i])
			begin, ended = i, false
		case r == '。', r == '！', r == '？', r == '।':
			end := i + len(string(r))
			add(text[begin:end])
			begin, ended = end, false
		default:
			closing := ended && strings.ContainsRune(`"'”’»)`, r)
			ended = closing || strings.ContainsRune(".!?؟۔…", r)
		}
	}
	add(text[begin:])
	return all
}

// words says of what kind the change is, as a reader is told.
func (c *change) words() string {
	switch c.kind {
	case aggregator.LabelCorrection:
		return "Corrected"
	case aggregator.LabelRefile:
		return "Sent again"
	case aggregator.LabelUpdate:
		return "Updated"
	}
	return "Changed"
}

// html tells of the change under the text, "" for none.
func (c *change) html() string {
	if c == nil {
		return ""
	}
	var told strings.Builder
	quote := func(what string, text string) {
		told.WriteString("<li>" + what + ": <bdi>“" + html.EscapeString(text) + "”</bdi></li>")
	}
	if c.title != "" {
		quote("Headline before", c.title)
	}
	for _, s := range c.gone {
		quote("No longer said", s)
	}
	for _, s := range c.come {
		quote("Now said", s)
	}
	switch {
	case c.rewritten:
		told.WriteString("<li>The text was written anew.</li>")
	case told.Len() == 0:
		told.WriteString("<li>The text was edited.</li>")
	}
	return "<p>" + c.words() + " on " + c.at.Format("2 January 2006, 15:04 UTC") + ":</p><ul>" + told.String() + "</ul>"
}
