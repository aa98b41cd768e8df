package serve

import (
	"net/http"
	"slices"
	"strings"
	"time"

	"wiredesk/aggregator"
)

// SourceList is what GET /api/v1/sources answers.
type SourceList struct {
	Sources []SourceLine `json:"sources"` // those in trouble first
}

// SourceLine is a source as lists show it: how it does, and what its polls
// cost. Zero instants and empty texts are left out.
type SourceLine struct {
	Source
	Language string   `json:"language,omitempty"`
	Tags     []string `json:"tags,omitempty"`
	State    string   `json:"state"`             // "good", "waiting" for its first poll, or the outcome that is not good
	Problem  string   `json:"problem,omitempty"` // of the last poll, in words
	Notes    []string `json:"notes,omitempty"`   // what else an operator should know, in words
	Address  string   `json:"address,omitempty"` // where it has moved for good and is polled
	Moved    string   `json:"moved,omitempty"`   // where permanent redirects lead besides

	Failures  int       `json:"failures,omitempty"` // in a row
	LastPoll  time.Time `json:"last_poll,omitzero"`
	LastGood  time.Time `json:"last_good,omitzero"`
	LastEntry time.Time `json:"last_entry,omitzero"`
	NextPoll  time.Time `json:"next_poll,omitzero"` // not given: at once, or never where the state is "gone"
	WhyNext   string    `json:"why_next"`           // in words

	Polls            uint64  `json:"polls"`
	NotModified      uint64  `json:"not_modified"`       // polls that were answered 304
	NotModifiedShare float64 `json:"not_modified_share"` // of Polls, 0 to 1
	Bytes            int64   `json:"bytes"`              // all polls read from the network
	Seconds          float64 `json:"seconds"`            // all polls waited for answers
	Entries          uint64  `json:"entries"`            // that were new
	EntriesADay      float64 `json:"entries_a_day,omitempty"`
}

// SourceDetail is all there is to say of one source.
type SourceDetail struct {
	SourceLine
	Self      string     `json:"self,omitempty"` // what the feed calls its own address, the topic of its hubs
	Hubs      []string   `json:"hubs,omitempty"`
	PushUntil time.Time  `json:"push_until,omitzero"` // until then a hub has promised to push
	LastPush  time.Time  `json:"last_push,omitzero"`
	Hints     *Hints     `json:"hints,omitempty"`
	Plan      *Plan      `json:"plan,omitempty"`   // of the next poll
	Recent    []PollLine `json:"recent,omitempty"` // the last ten polls, the newest first
}

// Hints are what a feed says about when it is worth polling.
type Hints struct {
	Seconds   float64  `json:"min_interval_seconds,omitempty"` // ttl, sy:updatePeriod
	SkipHours []int    `json:"skip_hours,omitempty"`           // 0 to 23 GMT
	SkipDays  []string `json:"skip_days,omitempty"`            // in English
}

// Plan is what the time of the next poll comes from.
type Plan struct {
	Rule     aggregator.Rule `json:"rule"`
	Rate     float64         `json:"entries_a_day,omitempty"` // that are expected about then
	Expected float64         `json:"expected,omitempty"`      // entries that wait by then
	Theta    float64         `json:"theta,omitempty"`         // the waiting, in entries times seconds, that a poll has to be expected to end
}

// PollLine is one poll of a source.
type PollLine struct {
	At      time.Time              `json:"at"`
	Outcome aggregator.Outcome     `json:"outcome"`
	Problem aggregator.ProblemKind `json:"problem,omitempty"`
	Status  int                    `json:"status,omitempty"`
	Seconds float64                `json:"seconds"`
	Bytes   int64                  `json:"bytes"`
	Entries int                    `json:"entries"` // that were new
}

// serveSourceList answers GET /api/v1/sources.
func (s *Server) serveSourceList(w http.ResponseWriter, r *http.Request) {
	list := SourceList{Sources: []SourceLine{}}
	for _, source := range s.sources() {
		list.Sources = append(list.Sources, lineOf(&source))
	}
	s.sendJSON(w, r, list)
}

// serveSource answers GET /api/v1/sources/{name}, where the name is the source's
// id or its URL.
func (s *Server) serveSource(w http.ResponseWriter, r *http.Request) {
	source, err := s.sourceNamed(r.PathValue("name"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	s.sendJSON(w, r, detailOf(source))
}

// sourceNamed returns the source of that id or URL. The error is a refusal.
func (s *Server) sourceNamed(name string) (*SourceStatus, error) {
	all := s.opts.Sources()
	var near []string
	for i := range all {
		c := &all[i].Carrier
		if c.ID == name || c.FeedURL == name || publicLink(c.FeedURL) == name {
			return &all[i], nil
		}
		if strings.Contains(c.ID, name) && len(near) < maxCandidates {
			near = append(near, c.ID)
		}
	}
	detail := "No source is called " + name + "."
	if len(near) > 0 {
		detail = "No source is called " + name + "; did you mean " + strings.Join(near, " or ") + "?"
	}
	return nil, refusal{http.StatusNotFound, detail}
}

func lineOf(source *SourceStatus) SourceLine {
	c, state := &source.Carrier, &source.State
	rate, _ := state.EntriesADay()
	next, why := source.next()
	line := SourceLine{
		Source:   Source{c.ID, c.Title, publicLink(c.SiteURL), publicLink(c.FeedURL)},
		Language: c.Language, Tags: c.Tags,
		State: standing(state), Problem: state.Problem.Message, Notes: state.Notes(), Moved: publicLink(state.Moved),
		Failures: state.Failures, LastPoll: state.LastPoll, LastGood: state.LastGood, LastEntry: state.LastEntry,
		NextPoll: next, WhyNext: why,
		Polls: state.Polls, NotModified: state.Spent.NotModified, NotModifiedShare: state.NotModifiedShare(),
		Bytes: state.Spent.Bytes, Seconds: state.Spent.Time.Seconds(),
		Entries: state.EntriesNew, EntriesADay: rate,
	}
	if state.URL == c.FeedURL { // it was given no other URL since
		line.Address = publicLink(state.Address)
	}
	return line
}

func detailOf(source *SourceStatus) SourceDetail {
	state := &source.State
	detail := SourceDetail{
		SourceLine: lineOf(source), Self: publicLink(state.Self), Hints: hintsOf(state.Hints),
		PushUntil: state.Push.LeaseUntil, LastPush: state.Push.Last,
	}
	if p := state.Plan; p.Rule != aggregator.RuleNone {
		detail.Plan = &Plan{p.Rule, p.Rate, p.Expected, p.Theta}
	}
	for _, hub := range state.Hubs {
		if hub = publicLink(hub); hub != "" {
			detail.Hubs = append(detail.Hubs, hub)
		}
	}
	polls := state.Log.Polls()
	slices.Reverse(polls)
	for _, p := range polls {
		detail.Recent = append(detail.Recent, PollLine{p.At, p.Outcome, p.Kind, p.Status, p.Took.Seconds(), p.BytesRead, p.New})
	}
	return detail
}

// hintsOf returns nil where the feed gives none.
func hintsOf(h aggregator.Hints) *Hints {
	if h == (aggregator.Hints{}) {
		return nil
	}
	hints := &Hints{Seconds: h.MinInterval.Seconds()}
	for hour := range 24 {
		if h.SkipHours&(1<<hour) != 0 {
			hints.SkipHours = append(hints.SkipHours, hour)
		}
	}
	for day := time.Sunday; day <= time.Saturday; day++ {
		if h.SkipDays&(1<<day) != 0 {
			hints.SkipDays = append(hints.SkipDays, day.String())
		}
	}
	return hints
}
