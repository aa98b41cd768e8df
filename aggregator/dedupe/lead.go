package dedupe

import (
	"slices"

	"wiredesk/aggregator"
)

// Lead returns the Seq of the member that should stand for the story, and
// whether that is a change nobody asked for.
//
// Of the members that are not withdrawn it is the one whose source has the
// highest priority, then an own report before a copy, then the fullest text,
// then the first. But readers should not see headlines dance: the present lead
// yields to a source of higher priority at any time, and otherwise only once,
// as Story.Turns counts, and only to an own report where it is a copy, or to a
// text half as long again. One of its own source's takes its place where it is
// no more than a flash. Where all are withdrawn it stays, or is the first where
// it is no member.
//
// A source that replaces its own text, by a correction or a numbered update,
// asks for the change: whoever folds it sets Story.Lead. Priority gives a
// source's configured priority.
func Lead(story *aggregator.Story, priority func(source string) int) (seq uint64, unasked bool) {
	var now *aggregator.Member
	for i := range story.Members {
		if m := &story.Members[i]; m.Seq == story.Lead && !m.Withdrawn {
			now = m
		}
	}
	best := now
	for i := range story.Members {
		m := &story.Members[i]
		if m.Withdrawn || now != nil && m.Source == now.Source && (!flash(now) || !fuller(m, now)) {
			continue
		}
		if best == nil || leadsBefore(m, best, priority) {
			best = m
		}
	}
	switch {
	case best == nil && slices.ContainsFunc(story.Members, func(m aggregator.Member) bool { return m.Seq == story.Lead }):
		return story.Lead, false
	case best == nil:
		return story.Members[0].Seq, false
	case now == nil || priority(best.Source) > priority(now.Source):
		return best.Seq, false
	case story.Turns == 0 && (own(best) && !own(now) || fuller(best, now)):
		return best.Seq, true
	}
	return now.Seq, false
}

// flash reports whether the member says a sentence or two: its own source's
// report should take its place.
func flash(m *aggregator.Member) bool {
	const flashBytes = 300
	return m.TextBytes < flashBytes
}

// fuller reports whether a's text is half as long again as b's.
func fuller(a, b *aggregator.Member) bool {
	return a.TextBytes > b.TextBytes && 2*a.TextBytes >= 3*b.TextBytes
}

func own(m *aggregator.Member) bool { return m.Kind != aggregator.Copy }

func leadsBefore(a, b *aggregator.Member, priority func(source string) int) bool {
	pa, pb := priority(a.Source), priority(b.Source)
	switch {
	case pa != pb:
		return pa > pb
	case own(a) != own(b):
		return own(a)
	case a.TextBytes != b.TextBytes:
		return a.TextBytes > b.TextBytes
	}
	return a.Seq < b.Seq
}
