package ingest

import (
	"cmp"
	"slices"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/schedule"
)

// tally is what the fold has counted of a poll's document.
type tally struct {
	seen    time.Time
	showing []uint64
	trust   aggregator.GUIDTrust
	fresh   []time.Time // for each new entry the date it claims; zero: none
}

// planning is what the next poll is planned by.
type planning struct {
	planner schedule.Planner
	tuning  *schedule.Tuning
}

// after returns what is remembered of a source once the result is committed.
func after(before aggregator.SourceState, src aggregator.Source, result *aggregator.PollResult, t tally, plan planning) aggregator.SourceState {
	if result.Pushed != aggregator.NotPushed {
		return pushed(before, result, t, plan)
	}
	s, r := before, &result.Response
	if s.URL != result.URL {
		s.URL, s.Validators, s.BodyDigest = result.URL, aggregator.Validators{}, 0
		s.Document, s.Lifetime, s.Hints = aggregator.DocumentWhole, 0, aggregator.Hints{}
		s.Address, s.Moved, s.MovedSeen, s.Failures = "", "", nil, 0
		s.Plan, s.Rhythm = aggregator.Plan{}, aggregator.Rhythm{}
	}
	s.Source = result.Source
	s.LastPoll, s.Outcome, s.Problem = r.At.UTC(), r.Outcome, r.Problem
	s.Polls++
	logged(&s, r, len(t.fresh))
	s.EntriesNew += uint64(len(t.fresh))
	if len(t.fresh) > 0 {
		s.LastEntry = t.seen
		s.Push = missed(s.Push, s.LastPoll)
	}
	if r.Outcome.Good() {
		s.LastGood, s.Failures, s.Lifetime = s.LastPoll, 0, r.Lifetime
	} else {
		s.Failures++
	}
	relocate(&s, result)
	switch r.Outcome {
	case aggregator.NotModified:
		if before.Outcome.Good() {
			s.Problem = before.Problem // the document is still the mended one
		}
		confirm(&s, r)
	case aggregator.Fetched:
		s.GUIDs = t.trust
		s.Problem = mended(&result.Document)
		keep(&s, result)
		if r.Delta {
			s.Showing = union(s.Showing, t.showing, maxShowing)
		} else {
			s.Showing = t.showing
		}
		if s.FirstPoll.IsZero() {
			s.FirstPoll = s.LastPoll
		}
		if !r.Delta { // which need not repeat what the feed says of itself
			described(&s, result)
		}
	case aggregator.Failed:
		// What a body cut short still brought stands in the store and may be
		// shown again: it is not to be purged before.
		s.Showing = union(s.Showing, t.showing, maxShowing)
		if s.FirstPoll.IsZero() {
			// A page that is no feed may say which hub has one. In the place
			// of a feed it is out of order, and changes nothing.
			announced(&s, result)
		}
		keepUnread(&s, result)
	}
	seen := schedule.Observation{
		At: s.LastPoll, Outcome: s.Outcome, Failures: s.Failures,
		FreshUntil: r.FreshUntil, RetryAfter: r.RetryAfter, Hints: s.Hints, Push: s.Push, New: t.fresh,
	}
	if r.Outcome == aggregator.Fetched && !r.Delta && !result.Document.Cut {
		seen.Shown = len(t.showing)
	}
	s.Plan, s.Rhythm = plan.planner.Next(src, s.Plan, s.Rhythm, seen, plan.tuning)
	s.NextPoll = s.Plan.At
	s.Rest = rested(&s, r, plan.planner.Least())
	return s
}

// mended says what is wrong with a document that was read all the same.
func mended(d *aggregator.Document) aggregator.Problem {
	if d.Repaired == "" {
		return aggregator.Problem{}
	}
	return aggregator.Problem{Kind: aggregator.ProblemMended, Message: "the document was broken and could be read all the same: " + d.Repaired}
}

// described takes what the document says of its feed.
func described(s *aggregator.SourceState, result *aggregator.PollResult) {
	d := &result.Document
	s.Title, s.Site, s.Language, s.Hints = d.Title, d.Site, d.Language, d.Hints
	announced(s, result)
}

// announced takes what the answer says of hubs.
func announced(s *aggregator.SourceState, result *aggregator.PollResult) {
	d, r := &result.Document, &result.Response
	// WebSub, section 4: header fields come before links in the document.
	s.Self, s.Hubs = cmp.Or(r.Self, d.Self), r.Hubs
	if len(s.Hubs) == 0 {
		s.Hubs = d.Hubs
	}
}

// maxShowing is how many entries a source that sends no whole documents can
// keep from being purged.
const maxShowing = 1000

// union merges two sorted lists. Of what is more than most the highest stay,
// since a source that never sends a whole document would keep everything for
// ever.
func union(a, b []uint64, most int) []uint64 {
	merged := slices.Concat(a, b)
	slices.Sort(merged)
	merged = slices.Compact(merged)
	return merged[max(0, len(merged)-most):]
}
