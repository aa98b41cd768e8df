package ingest

import (
	"cmp"
	"slices"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/schedule"
)

// maxSightings is how many different days a permanent redirect is seen on
// before the address it leads to may be taken for the source's.
const maxSightings = 3

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
	s, r := before, &result.Response
	if s.URL != result.URL {
		s.URL, s.Validators, s.BodyDigest = result.URL, aggregator.Validators{}, 0
		s.Moved, s.MovedSeen, s.Failures = "", nil, 0
		s.Plan, s.Rhythm = aggregator.Plan{}, aggregator.Rhythm{}
	}
	s.Source = result.Source
	s.LastPoll, s.Outcome, s.Problem = r.At.UTC(), r.Outcome, r.Problem
	s.Polls++
	s.EntriesNew += uint64(len(t.fresh))
	if len(t.fresh) > 0 {
		s.LastEntry = t.seen
	}
	if r.Outcome.Good() {
		s.LastGood, s.Failures = s.LastPoll, 0
		s.Moved, s.MovedSeen = sighted(s, r)
	} else {
		s.Failures++
	}
	switch r.Outcome {
	case aggregator.NotModified:
		if before.Outcome.Good() {
			s.Problem = before.Problem // the document is still the mended one
		}
		// A 304 need not repeat the validators; those it does send are newer.
		s.Validators.ETag = cmp.Or(r.Validators.ETag, s.Validators.ETag)
		s.Validators.LastModified = cmp.Or(r.Validators.LastModified, s.Validators.LastModified)
	case aggregator.Fetched:
		s.Validators, s.BodyDigest = r.Validators, result.BodyDigest
		s.GUIDs = t.trust
		s.Problem = mended(&result.Document)
		if result.Document.Cut {
			// The rest may appear under the same validators.
			s.Validators = aggregator.Validators{}
		}
		if r.Delta {
			s.Showing = union(s.Showing, t.showing)
		} else {
			s.Showing = t.showing
		}
		if s.FirstPoll.IsZero() {
			s.FirstPoll = s.LastPoll
		}
		described(&s, result)
	case aggregator.Failed:
		// What a body cut short still brought stands in the store and may be
		// shown again: it is not to be purged before.
		s.Showing = union(s.Showing, t.showing)
	}
	seen := schedule.Observation{
		At: s.LastPoll, Outcome: r.Outcome, Failures: s.Failures,
		FreshUntil: r.FreshUntil, RetryAfter: r.RetryAfter, Hints: s.Hints, Push: s.Push, New: t.fresh,
	}
	if r.Outcome == aggregator.Fetched && !r.Delta && !result.Document.Cut {
		seen.Shown = len(t.showing)
	}
	s.Plan, s.Rhythm = plan.planner.Next(src, s.Plan, s.Rhythm, seen, plan.tuning)
	s.NextPoll = s.Plan.At
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
	d, r := &result.Document, &result.Response
	s.Title, s.Site, s.Language, s.Hints = d.Title, d.Site, d.Language, d.Hints
	// WebSub, section 4: header fields come before links in the document.
	s.Self, s.Hubs = cmp.Or(r.Self, d.Self), r.Hubs
	if len(s.Hubs) == 0 {
		s.Hubs = d.Hubs
	}
}

// sighted counts the days on which the source was seen to have moved.
func sighted(s aggregator.SourceState, r *aggregator.Response) (string, []time.Time) {
	if r.Moved == "" || r.Moved != s.Moved {
		s.MovedSeen = nil
	}
	if r.Moved == "" {
		return "", nil
	}
	day := r.At.UTC().Truncate(24 * time.Hour)
	if n := len(s.MovedSeen); n < maxSightings && (n == 0 || s.MovedSeen[n-1].Before(day)) {
		s.MovedSeen = append(s.MovedSeen[:n:n], day)
	}
	return r.Moved, s.MovedSeen
}

// union merges two sorted lists. It is bounded, since a source that never
// sends a whole document would keep everything for ever.
func union(a, b []uint64) []uint64 {
	const most = 1000
	merged := slices.Concat(a, b)
	slices.Sort(merged)
	merged = slices.Compact(merged)
	return merged[max(0, len(merged)-most):]
}
