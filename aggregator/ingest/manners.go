package ingest

import (
	"cmp"
	"net/http"
	"net/url"
	"time"

	"wiredesk/aggregator"
)

// maxSightings is how many different days a permanent redirect is seen on
// before the address it leads to is taken for the source's.
const maxSightings = 3

// A source that has moved is asked where it was again when nothing good has
// come from its new address for so long, nor from so many polls in a row.
const (
	movePatience = 3 * 24 * time.Hour
	movePolls    = 3
)

// relocate moves the source's address to where redirects have led for good, and
// back when that turns out to be a dead end. Only an address that brought or
// confirmed a feed each time is ever taken, so that no parking page is.
func relocate(s *aggregator.SourceState, result *aggregator.PollResult) {
	switch r := &result.Response; {
	case r.Outcome.Good():
		s.Moved, s.MovedSeen = sighted(s, r)
		if len(s.MovedSeen) == maxSightings {
			s.Address, s.Moved, s.MovedSeen = s.Moved, "", nil
		}
		if s.Address == s.URL {
			s.Address = ""
		}
	case s.Address == "" || result.Address != s.Address:
	case r.Outcome == aggregator.Gone:
		// What is gone is that address, not yet the source.
		s.Outcome, s.Problem.Message = aggregator.Failed, "the address it had moved to is gone: its own is asked again"
		s.Address, s.Failures = "", 1
	case r.Outcome == aggregator.Failed && s.Failures >= movePolls && s.LastPoll.Sub(s.LastGood) >= movePatience:
		s.Problem.Message = "nothing good came for days from the address it had moved to, so its own is asked again; the last answer there: " + s.Problem.Message
		s.Address, s.Failures = "", 1
	}
}

// sighted counts the days on which the source was seen to have moved.
func sighted(s *aggregator.SourceState, r *aggregator.Response) (string, []time.Time) {
	if r.Moved == "" {
		return "", nil
	}
	seen := s.MovedSeen
	if r.Moved != s.Moved {
		seen = nil
	}
	day := r.At.UTC().Truncate(24 * time.Hour)
	if n := len(seen); n == 0 || seen[n-1].Before(day) {
		seen = append(seen[:n:n], day)
	}
	return r.Moved, seen
}

// keep takes what a document that could be read is asked for again with.
//
// One that breaks off is asked for once more with what came before it: its own
// validators may be those of the whole document, and would then stand for
// entries that we have not. If it breaks off again, or comes again as it was,
// that is how the feed is.
func keep(s *aggregator.SourceState, result *aggregator.PollResult) {
	cut := result.Document.Cut
	if !cut || s.Document == aggregator.DocumentCut {
		s.Validators = result.Response.Validators
	}
	if !result.Response.Delta {
		s.BodyDigest = result.BodyDigest
	}
	s.Document = aggregator.DocumentWhole
	if cut {
		s.Document = aggregator.DocumentCut
	}
}

// confirm takes what a document that did not change is asked for again with. A
// 304 need not repeat the validators, those it does send are newer; nor does a
// server that sends the same document without any take back what it said.
func confirm(s *aggregator.SourceState, r *aggregator.Response) {
	if r.Status != http.StatusNotModified && r.Validators != (aggregator.Validators{}) {
		s.Validators = aggregator.Validators{}
	}
	s.Validators.ETag = cmp.Or(r.Validators.ETag, s.Validators.ETag)
	s.Validators.LastModified = cmp.Or(r.Validators.LastModified, s.Validators.LastModified)
	if s.Document == aggregator.DocumentUnread {
		s.Document, s.BodyDigest = aggregator.DocumentWhole, 0 // the one before is back
	}
}

// keepUnread takes note of a whole document that could not be read. When the
// same comes again it gets to be asked for by its tag, so that it is not sent
// until it changes: but not the first time, since it may have failed in the
// making and bear the tag of what it should have been. A date would not do: it
// may hide an older document that comes back.
func keepUnread(s *aggregator.SourceState, result *aggregator.PollResult) {
	r := &result.Response
	if r.Status == http.StatusPreconditionFailed {
		s.Validators = aggregator.Validators{} // the server has forgotten them
	}
	if result.BodyDigest == 0 || r.Problem.Kind == aggregator.ProblemInternal {
		return
	}
	readable := s.Document.Readable()
	again := !readable && s.BodyDigest == result.BodyDigest
	s.BodyDigest = result.BodyDigest
	switch tag := r.Validators.ETag; {
	case readable:
		s.Document = aggregator.DocumentUnread
	case again && tag != "" && tag != s.Validators.ETag:
		s.Validators = aggregator.Validators{ETag: tag}
		s.Document = aggregator.DocumentUnreadable
	}
}

// rested returns which host is to be left in peace after the poll. Where it does
// not say for how long, that is a little: a source that never answers otherwise
// must not keep the others of its host waiting for more.
func rested(s *aggregator.SourceState, r *aggregator.Response, little time.Duration) aggregator.Rest {
	var rest aggregator.Rest
	switch {
	case r.Outcome == aggregator.Throttled:
		rest.Until = cmp.Or(r.RetryAfter, s.NextPoll)
	case s.Rest.Until.After(r.At):
		return s.Rest // another host's, before the source was moved
	case r.Status == http.StatusServiceUnavailable:
		rest.Until = r.At.Add(little)
	default:
		return rest
	}
	if u, err := url.Parse(r.URL); err == nil && u.Host != "" {
		rest.At = u.Scheme + "://" + u.Host
	}
	return rest
}
