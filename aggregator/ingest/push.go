package ingest

import (
	"runtime/debug"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/schedule"
)

// Push takes what a hub sent of a source to the committed result, and reports
// whether it was a document. Where it was none the hub has only said that there
// is something to fetch. An error says that nothing of it was stored.
func (in *Ingest) Push(d aggregator.Delivery) (document bool, err error) {
	src, configured := in.settings.Load().Sources[d.Source]
	if !configured {
		return false, nil
	}
	result := in.opts.Poller.Read(src, d)
	_, err = in.Submit(result)
	return result.Pushed == aggregator.PushDocument, err
}

// Lease says until when a hub has promised to push the source; zero: it does
// not any more. An error says that nothing of it was stored.
func (in *Ingest) Lease(source string, until time.Time) error {
	_, err := in.Submit(aggregator.PollResult{
		Source: source, Pushed: aggregator.PushLease, LeaseUntil: until, Response: aggregator.Response{At: time.Now().UTC()},
	})
	return err
}

// Read reads a document that a hub sent, as Ask does one that was fetched. What
// is none, or can't be read, is a notice.
func (p *Poller) Read(src aggregator.Source, d aggregator.Delivery) (result aggregator.PollResult) {
	result = aggregator.PollResult{
		Source: src.ID, URL: src.URL, Pushed: aggregator.PushNotice,
		Response: aggregator.Response{At: d.At, URL: d.Topic, ContentType: d.ContentType},
	}
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("a push panicked", "source", src.ID, "panic", r, "stack", string(debug.Stack()))
			result.Pushed, result.Document = aggregator.PushNotice, aggregator.Document{}
		}
	}()
	if len(d.Body) == 0 {
		return result
	}
	if document, err := p.parse(d.Body, &result.Response); err == nil {
		result.Pushed, result.Document = aggregator.PushDocument, document
	} else {
		p.log.Debug("a push brought no document", "source", src.ID, "err", err)
	}
	return result
}

// maxShowingPushed is maxShowing where pushes come between polls: the document
// of the last poll, however long, is still shown.
const maxShowingPushed = 20_000

// pushed returns what is remembered of a source after a push. What polls go by
// (validators, digest, times, what the document says of its feed) is as it was:
// the hub may have left out entries, or may never have seen what we see. But what
// it brings tells when the source publishes.
func pushed(before aggregator.SourceState, result *aggregator.PollResult, t tally, plan planning) aggregator.SourceState {
	s := before
	s.Source = result.Source
	switch result.Pushed {
	case aggregator.PushDocument:
		s.Push.Last, s.Push.Missed = result.Response.At.UTC(), 0
		s.GUIDs = t.trust
		s.Showing = union(s.Showing, t.showing, maxShowingPushed)
		s.EntriesNew += uint64(len(t.fresh))
		if len(t.fresh) > 0 {
			s.LastEntry = t.seen
		}
		s.Rhythm = plan.planner.Learn(s.Rhythm, schedule.Observation{At: s.Push.Last, New: t.fresh}, plan.tuning)
	case aggregator.PushNotice:
		s.Push.Missed = 0
	case aggregator.PushLease:
		if s.Push.LeaseUntil.IsZero() {
			s.Push.Missed = 0 // a promise that was not given could not be broken
		}
		s.Push.LeaseUntil = result.LeaseUntil.UTC()
	case aggregator.NotPushed:
	}
	return s
}

// missed counts a poll at that time that found new entries which a hub had
// promised to bring.
func missed(p aggregator.Push, at time.Time) aggregator.Push {
	if at.Before(p.LeaseUntil) {
		p.Missed++
	}
	return p
}

// WakeAt returns when a poll that a hub asks for at now may be made, and
// whether one may: never sooner than the least interval after the last, and
// never where a server asked to be left in peace or the source is gone.
func (in *Ingest) WakeAt(source string, now time.Time) (at time.Time, ok bool) {
	state := in.State(source)
	switch state.Outcome {
	case aggregator.Throttled, aggregator.Gone:
		return time.Time{}, false
	}
	if rested := state.LastPoll.Add(in.retryAfter()); rested.After(now) {
		return rested, true
	}
	return now, true
}
