package serve

import (
	"cmp"
	"net/http"
	"slices"
	"time"
	"unicode"
	"unicode/utf8"

	"wiredesk/aggregator"
)

// sourcesPage is what the page of sources shows.
type sourcesPage struct {
	Sources []sourceRow
	Good    int // whose last poll ended well
	Bad     int // whose last poll did not
	Waiting int // that were never polled
}

// sourceRow is the health of one source.
type sourceRow struct {
	Title, Link, Feed, Lang string
	State                   string // as standing says
	Problem                 string // one sentence; empty: none
	Failures                int
	LastPoll, LastGood      moment // zero: never
	LastEntry, NextPoll     moment // zero: never, at once
	Entries                 uint64
	Notes                   []string // sentences: what to know of it besides
	Polls                   []string // sentences: why the next is when it is, what the last ones did, what all have cost
	Lease, LastPush         moment   // zero: no hub has promised to push, none has pushed
	Hub                     string   // why none does that should; empty: nothing is wrong
}

// serveSources answers with the health of each source, those in trouble first.
func (s *Server) serveSources(w http.ResponseWriter, r *http.Request) {
	var main sourcesPage
	for _, source := range s.sources() {
		row := rowOf(&source)
		switch row.State {
		case standingGood:
			main.Good++
		case standingWaiting:
			main.Waiting++
		default:
			main.Bad++
		}
		main.Sources = append(main.Sources, row)
	}
	body, err := s.pages.render("sources", s.chrome(s.current.Load(), "Sources"), main)
	if err != nil {
		s.failInternal(w, r, err)
		return
	}
	s.send(w, r, newEdition(typeHTML, cacheAsk, body))
}

// sources returns the sources in the order in which they need someone to look.
func (s *Server) sources() []SourceStatus {
	return slices.SortedStableFunc(slices.Values(s.opts.Sources()), func(a, b SourceStatus) int {
		return cmp.Or(
			cmp.Compare(rank(&a.State), rank(&b.State)),
			cmp.Compare(b.State.Failures, a.State.Failures), cmp.Compare(a.Carrier.Title, b.Carrier.Title),
		)
	})
}

// What a source is called that is in no trouble.
const (
	standingGood    = "good"
	standingWaiting = "waiting" // for its first poll
)

// standing returns how a source does: standingGood, standingWaiting, or the
// outcome of its last poll.
func standing(state *aggregator.SourceState) string {
	switch {
	case state.Outcome == aggregator.Pending:
		return standingWaiting
	case state.Outcome.Good():
		return standingGood
	}
	return state.Outcome.String()
}

func rank(state *aggregator.SourceState) int {
	return slices.Index([]string{standingWaiting, standingGood}, standing(state))
}

func rowOf(source *SourceStatus) sourceRow {
	c, state := &source.Carrier, &source.State
	next, why := source.next()
	row := sourceRow{
		Title: c.Title, Link: publicLink(c.SiteURL), Feed: publicLink(c.FeedURL), Lang: c.Language,
		State: standing(state), Problem: state.Problem.Message, Failures: state.Failures,
		LastPoll: moment{state.LastPoll}, LastGood: moment{state.LastGood},
		LastEntry: moment{state.LastEntry}, NextPoll: moment{next},
		Entries: state.EntriesNew,
		Lease:   moment{state.Push.LeaseUntil}, LastPush: moment{state.Push.Last}, Hub: source.Hub,
	}
	for _, note := range state.Notes() {
		row.Notes = append(row.Notes, sentenceOf(note))
	}
	if row.State == standingWaiting {
		return row
	}
	row.Polls = append(row.Polls, sentenceOf("next poll: "+why))
	for _, said := range []string{state.Log.Explain(), state.ExplainCost()} {
		if said != "" {
			row.Polls = append(row.Polls, sentenceOf(said))
		}
	}
	return row
}

// next returns when the source is polled next, and why then.
func (s *SourceStatus) next() (at time.Time, why string) {
	if s.State.Outcome != aggregator.Gone && s.Rest.After(s.State.NextPoll) {
		return s.Rest, "its host is left in peace until then: a poll of one of its sources was answered 429 or 503"
	}
	return s.State.NextPoll, s.State.ExplainNext()
}

// sentenceOf returns what was explained as a sentence of its own.
func sentenceOf(said string) string {
	first, size := utf8.DecodeRuneInString(said)
	return string(unicode.ToUpper(first)) + said[size:] + "."
}
