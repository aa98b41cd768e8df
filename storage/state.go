package storage

import (
	"time"

	"wiredesk/aggregator"
)

type stateRecord struct {
	URL          string                 `cbor:"1,keyasint,omitempty"`
	ETag         string                 `cbor:"2,keyasint,omitempty"`
	LastModified string                 `cbor:"3,keyasint,omitempty"`
	BodyDigest   aggregator.Digest      `cbor:"4,keyasint,omitempty"`
	FirstPoll    stamp                  `cbor:"5,keyasint,omitempty"`
	LastPoll     stamp                  `cbor:"6,keyasint,omitempty"`
	LastGood     stamp                  `cbor:"7,keyasint,omitempty"`
	LastEntry    stamp                  `cbor:"8,keyasint,omitempty"`
	NextPoll     stamp                  `cbor:"9,keyasint,omitempty"`
	Outcome      aggregator.Outcome     `cbor:"10,keyasint,omitempty"`
	ProblemKind  aggregator.ProblemKind `cbor:"11,keyasint,omitempty"`
	Problem      string                 `cbor:"12,keyasint,omitempty"`
	Failures     int                    `cbor:"13,keyasint,omitempty"`
	Title        string                 `cbor:"14,keyasint,omitempty"`
	Site         string                 `cbor:"15,keyasint,omitempty"`
	Language     string                 `cbor:"16,keyasint,omitempty"`
	Self         string                 `cbor:"17,keyasint,omitempty"`
	Hubs         []string               `cbor:"18,keyasint,omitempty"`
	MinInterval  time.Duration          `cbor:"19,keyasint,omitempty"`
	SkipHours    uint32                 `cbor:"20,keyasint,omitempty"`
	SkipDays     uint8                  `cbor:"21,keyasint,omitempty"`
	Moved        string                 `cbor:"22,keyasint,omitempty"`
	MovedSeen    []stamp                `cbor:"23,keyasint,omitempty"`
	GUIDs        aggregator.GUIDTrust   `cbor:"24,keyasint,omitempty"`
	Showing      []uint64               `cbor:"25,keyasint,omitempty"`
	Polls        uint64                 `cbor:"26,keyasint,omitempty"`
	EntriesNew   uint64                 `cbor:"27,keyasint,omitempty"`
	LeaseUntil   stamp                  `cbor:"28,keyasint,omitempty"`
	LastPush     stamp                  `cbor:"29,keyasint,omitempty"`
	PushesMissed int                    `cbor:"30,keyasint,omitempty"`
	Plan         *planRecord            `cbor:"31,keyasint,omitempty"`
	Rhythm       *rhythmRecord          `cbor:"32,keyasint,omitempty"`

	Log         []byte               `cbor:"36,keyasint,omitempty"`
	SpentBytes  int64                `cbor:"37,keyasint,omitempty"`
	SpentTime   time.Duration        `cbor:"38,keyasint,omitempty"`
	NotModified uint64               `cbor:"39,keyasint,omitempty"`
	Address     string               `cbor:"40,keyasint,omitempty"`
	Rest        *restRecord          `cbor:"41,keyasint,omitempty"`
	Document    aggregator.Wholeness `cbor:"42,keyasint,omitempty"`
	Lifetime    time.Duration        `cbor:"43,keyasint,omitempty"`
}

// planRecord is a Plan but for its time, which is the state's NextPoll.
type planRecord struct {
	Rule     aggregator.Rule `cbor:"1,keyasint,omitempty"`
	Rate     float64         `cbor:"2,keyasint,omitempty"`
	Expected float64         `cbor:"3,keyasint,omitempty"`
	Theta    float64         `cbor:"4,keyasint,omitempty"`
}

type rhythmRecord struct {
	At      stamp         `cbor:"1,keyasint,omitempty"`
	Entries float64       `cbor:"2,keyasint,omitempty"`
	Usual   float64       `cbor:"3,keyasint,omitempty"`
	Days    [3]float64    `cbor:"4,keyasint,omitempty"`
	Week    []byte        `cbor:"5,keyasint,omitempty"`
	Window  int           `cbor:"6,keyasint,omitempty"`
	Fill    time.Duration `cbor:"7,keyasint,omitempty"`
	Fresh   time.Duration `cbor:"8,keyasint,omitempty"`
	Polls   float64       `cbor:"9,keyasint,omitempty"`
	Allots  float64       `cbor:"10,keyasint,omitempty"`
}

type restRecord struct {
	At    string `cbor:"1,keyasint,omitempty"`
	Until stamp  `cbor:"2,keyasint,omitempty"`
}

func (r *stateRecord) set(s *aggregator.SourceState) {
	moved := r.MovedSeen[:0]
	for _, t := range s.MovedSeen {
		moved = append(moved, stampOf(t))
	}
	*r = stateRecord{
		URL: s.URL, ETag: s.Validators.ETag, LastModified: s.Validators.LastModified, BodyDigest: s.BodyDigest,
		FirstPoll: stampOf(s.FirstPoll), LastPoll: stampOf(s.LastPoll), LastGood: stampOf(s.LastGood),
		LastEntry: stampOf(s.LastEntry), NextPoll: stampOf(s.NextPoll),
		Outcome: s.Outcome, ProblemKind: s.Problem.Kind, Problem: s.Problem.Message, Failures: s.Failures,
		Title: s.Title, Site: s.Site, Language: s.Language, Self: s.Self, Hubs: s.Hubs,
		MinInterval: s.Hints.MinInterval, SkipHours: s.Hints.SkipHours, SkipDays: s.Hints.SkipDays,
		Moved: s.Moved, MovedSeen: moved, GUIDs: s.GUIDs, Showing: s.Showing,
		Polls: s.Polls, EntriesNew: s.EntriesNew,
		LeaseUntil: stampOf(s.Push.LeaseUntil), LastPush: stampOf(s.Push.Last), PushesMissed: s.Push.Missed,
		Log: s.Log, SpentBytes: s.Spent.Bytes, SpentTime: s.Spent.Time, NotModified: s.Spent.NotModified,
		Address: s.Address, Document: s.Document, Lifetime: s.Lifetime,
	}
	if s.Rest != (aggregator.Rest{}) {
		r.Rest = &restRecord{At: s.Rest.At, Until: stampOf(s.Rest.Until)}
	}
	if p := s.Plan; p.Rule != aggregator.RuleNone {
		r.Plan = &planRecord{p.Rule, p.Rate, p.Expected, p.Theta}
	}
	if y := s.Rhythm; !y.At.IsZero() {
		r.Rhythm = &rhythmRecord{
			At: stampOf(y.At), Entries: y.Entries, Usual: y.Usual, Days: y.Days, Week: []byte(y.Week),
			Window: y.Window, Fill: y.Fill, Fresh: y.Fresh, Polls: y.Polls, Allots: y.Allots,
		}
	}
}

func (r *stateRecord) state(id string) aggregator.SourceState {
	s := aggregator.SourceState{
		Source: id, URL: r.URL,
		Validators: aggregator.Validators{ETag: r.ETag, LastModified: r.LastModified},
		BodyDigest: r.BodyDigest,
		FirstPoll:  r.FirstPoll.time(), LastPoll: r.LastPoll.time(), LastGood: r.LastGood.time(),
		LastEntry: r.LastEntry.time(), NextPoll: r.NextPoll.time(),
		Outcome: r.Outcome, Problem: aggregator.Problem{Kind: r.ProblemKind, Message: r.Problem}, Failures: r.Failures,
		Title: r.Title, Site: r.Site, Language: r.Language, Self: r.Self, Hubs: r.Hubs,
		Hints: aggregator.Hints{MinInterval: r.MinInterval, SkipHours: r.SkipHours, SkipDays: r.SkipDays},
		Moved: r.Moved, GUIDs: r.GUIDs, Showing: r.Showing, Polls: r.Polls, EntriesNew: r.EntriesNew,
		Log: r.Log, Spent: aggregator.Spent{Bytes: r.SpentBytes, Time: r.SpentTime, NotModified: r.NotModified},
		Push:    aggregator.Push{LeaseUntil: r.LeaseUntil.time(), Last: r.LastPush.time(), Missed: r.PushesMissed},
		Address: r.Address, Document: r.Document, Lifetime: r.Lifetime,
	}
	if r.Rest != nil {
		s.Rest = aggregator.Rest{At: r.Rest.At, Until: r.Rest.Until.time()}
	}
	if p := r.Plan; p != nil && p.Rule != aggregator.RuleNone {
		s.Plan = aggregator.Plan{At: s.NextPoll, Rule: p.Rule, Rate: p.Rate, Expected: p.Expected, Theta: p.Theta}
	}
	if y := r.Rhythm; y != nil {
		s.Rhythm = aggregator.Rhythm{
			At: y.At.time(), Entries: y.Entries, Usual: y.Usual, Days: y.Days, Week: string(y.Week),
			Window: y.Window, Fill: y.Fill, Fresh: y.Fresh, Polls: y.Polls, Allots: y.Allots,
		}
	}
	for _, t := range r.MovedSeen {
		s.MovedSeen = append(s.MovedSeen, t.time())
	}
	return s
}
