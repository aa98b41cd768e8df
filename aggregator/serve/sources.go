package serve

import (
	"cmp"
	"net/http"
	"slices"

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
	State                   string // "good", "waiting" or the outcome that is not good
	Problem                 string // one sentence; empty: none
	Failures                int
	LastPoll, LastGood      moment // zero: never
	LastEntry, NextPoll     moment // zero: never, at once
	Entries                 uint64
	Moved                   string // where permanent redirects lead, for not so long; empty: nowhere
	Address                 string // where it has moved for good; empty: nowhere
}

// serveSources answers with the health of each source, those in trouble first.
func (s *Server) serveSources(w http.ResponseWriter, r *http.Request) {
	var main sourcesPage
	for _, source := range s.opts.Sources() {
		row := rowOf(source)
		switch row.State {
		case "good":
			main.Good++
		case "waiting":
			main.Waiting++
		default:
			main.Bad++
		}
		main.Sources = append(main.Sources, row)
	}
	slices.SortStableFunc(main.Sources, func(a, b sourceRow) int {
		return cmp.Or(cmp.Compare(a.rank(), b.rank()), cmp.Compare(b.Failures, a.Failures), cmp.Compare(a.Title, b.Title))
	})
	body, err := s.pages.render("sources", s.chrome(s.current.Load(), "Sources"), main)
	if err != nil {
		s.failInternal(w, r, err)
		return
	}
	s.send(w, r, newEdition(typeHTML, cacheAsk, body))
}

// rank orders rows by how much they need someone to look.
func (r *sourceRow) rank() int { return slices.Index([]string{"waiting", "good"}, r.State) }

func rowOf(source SourceStatus) sourceRow {
	c, state := source.Carrier, source.State
	row := sourceRow{
		Title: c.Title, Link: publicLink(c.SiteURL), Feed: publicLink(c.FeedURL), Lang: c.Language,
		State: "good", Problem: state.Problem.Message, Failures: state.Failures,
		LastPoll: moment{state.LastPoll}, LastGood: moment{state.LastGood},
		LastEntry: moment{state.LastEntry}, NextPoll: moment{state.NextPoll},
		Entries: state.EntriesNew, Moved: publicLink(state.Moved),
	}
	if state.URL == c.FeedURL {
		row.Address = publicLink(state.Address)
	}
	switch {
	case state.Outcome == aggregator.Pending:
		row.State = "waiting"
	case !state.Outcome.Good():
		row.State = state.Outcome.String()
	}
	return row
}
