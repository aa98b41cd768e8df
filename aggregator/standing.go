package aggregator

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// ExplainNext says in words, without a full stop, why the source is polled next
// when it is.
func (s *SourceState) ExplainNext() string {
	switch {
	case s.Outcome == Pending:
		return "it was never polled"
	case s.Plan.Rule == RuleBackOff:
		return "it waits longer after each failure in a row, and this is the " + ordinal(s.Failures)
	}
	return s.Plan.Explain()
}

// Notes say in words, without full stops, what an operator should know of the
// source beside its problem and its failures; empty: nothing.
func (s *SourceState) Notes() []string {
	var notes []string
	switch s.Outcome {
	case Gone:
		notes = append(notes, "it is gone and not polled again: take it out of the configuration, or give its new url and keep its id")
	case Throttled:
		notes = append(notes, "it was asked too often: no source of its host is polled before the next poll of this one")
	}
	if s.Address != "" {
		notes = append(notes, "it has moved for good to "+s.Address+" and is polled there: make that its url, and keep its id")
	}
	if s.Moved != "" {
		notes = append(notes, "it is redirected for good to "+s.Moved+", seen on "+counted(float64(len(s.MovedSeen)), "day")+": on the third it will be polled there")
	}
	if s.GUIDs == GUIDNameless {
		notes = append(notes, "its entries have other GUIDs and links at every poll, and are known by their texts: one that is edited may come as a new one")
	}
	if same := s.sentAnew(); same >= manySentAnew {
		notes = append(notes, fmt.Sprintf("the server sent the same document anew in %d of the last polls, where 304 would have done", same))
	}
	return notes
}

// manySentAnew is how many of the last polls may bring a document that has not
// changed before it is worth a word.
const manySentAnew = 3

// sentAnew returns how many of the last polls brought the document that was
// there.
func (s *SourceState) sentAnew() (n int) {
	for _, p := range s.Log.Polls() {
		if p.Outcome == NotModified && p.BytesRead > 0 {
			n++
		}
	}
	return n
}

// Explain says in words, without a full stop, what the last polls did; empty:
// there were none.
func (l PollLog) Explain() string {
	polls := l.Polls()
	if len(polls) == 0 {
		return ""
	}
	var brought, fresh, same int
	bad := make(map[Outcome]int)
	for i := range polls {
		switch p := &polls[i]; {
		case p.New > 0:
			brought++
			fresh += p.New
		case p.Outcome.Good():
			same++
		default:
			bad[p.Outcome]++
		}
	}
	var parts []string
	if brought > 0 {
		parts = append(parts, strconv.Itoa(brought)+" brought "+newEntries(fresh))
	}
	if same > 0 {
		parts = append(parts, strconv.Itoa(same)+" brought nothing new")
	}
	for _, o := range Outcomes() {
		switch n := bad[o]; {
		case n == 0:
		case o == Throttled:
			verb := " were"
			if n == 1 {
				verb = " was"
			}
			parts = append(parts, strconv.Itoa(n)+verb+" refused for the time being")
		case o == Gone:
			parts = append(parts, strconv.Itoa(n)+" found it gone")
		default:
			parts = append(parts, strconv.Itoa(n)+" failed")
		}
	}
	return "of the last " + counted(float64(len(polls)), "poll") + " " + strings.Join(parts, ", ")
}

// ExplainCost says in words, without a full stop, what the polls cost; empty:
// there were none.
func (s *SourceState) ExplainCost() string {
	if s.Polls == 0 {
		return ""
	}
	return fmt.Sprintf("%s, %s of them answered 304, read %s and waited %s for answers",
		counted(float64(s.Polls), "poll"), percent(s.NotModifiedShare()), Size(s.Spent.Bytes), Span(s.Spent.Time))
}

// NotModifiedShare returns the share of polls that were answered 304, 0 to 1;
// 0 where there were none.
func (s *SourceState) NotModifiedShare() float64 {
	if s.Polls == 0 {
		return 0
	}
	return float64(s.Spent.NotModified) / float64(s.Polls)
}

// EntriesADay returns how many new entries the source brought a day since a
// poll of it first succeeded; ok is false before a day has gone by. What its
// first document already showed counts as new, so that the rate of a source
// that is young here is too high.
func (s *SourceState) EntriesADay() (rate float64, ok bool) {
	known := s.LastPoll.Sub(s.FirstPoll)
	if s.FirstPoll.IsZero() || known < 24*time.Hour {
		return 0, false
	}
	return float64(s.EntriesNew) / (known.Hours() / 24), true
}

func newEntries(n int) string {
	if n == 1 {
		return "1 new entry"
	}
	return strconv.Itoa(n) + " new entries"
}

func ordinal(n int) string {
	suffix := "th"
	if n%100 < 11 || n%100 > 13 {
		switch n % 10 {
		case 1:
			suffix = "st"
		case 2:
			suffix = "nd"
		case 3:
			suffix = "rd"
		}
	}
	return strconv.Itoa(n) + suffix
}
