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
	fresh   int
}

// after returns what is remembered of a source once the result is committed.
func after(before aggregator.SourceState, src aggregator.Source, result *aggregator.PollResult, t tally, planner schedule.Planner) aggregator.SourceState {
	if result.Pushed != aggregator.NotPushed {
		return pushed(before, result, t)
	}
	s, r := before, &result.Response
	if s.URL != result.URL {
		s.URL, s.Validators, s.BodyDigest = result.URL, aggregator.Validators{}, 0
		s.Moved, s.MovedSeen, s.Failures = "", nil, 0
	}
	s.Source = result.Source
	s.LastPoll, s.Outcome, s.Problem = r.At.UTC(), r.Outcome, r.Problem
	s.Polls++
	logged(&s, r, t.fresh)
	s.EntriesNew += uint64(t.fresh)
	if t.fresh > 0 {
		s.LastEntry = t.seen
		s.Push = missed(s.Push, s.LastPoll)
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
			s.Showing = union(s.Showing, t.showing, maxShowing)
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
		s.Showing = union(s.Showing, t.showing, maxShowing)
		if s.FirstPoll.IsZero() {
			// A page that is no feed may say which hub has one. In the place
			// of a feed it is out of order, and changes nothing.
			announced(&s, result)
		}
	}
	s.NextPoll = planner.Next(src, schedule.Observation{
		At: s.LastPoll, Outcome: r.Outcome, Failures: s.Failures,
		FreshUntil: r.FreshUntil, RetryAfter: r.RetryAfter, Hints: s.Hints,
	})
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
