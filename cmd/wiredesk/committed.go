package main

import (
	"context"
	"log/slog"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
)

// committed is called by the writer after each commit.
func (d *desk) committed(reports []ingest.Report) {
	changed, introduced := false, false
	for i := range reports {
		r := &reports[i]
		d.metrics.poll(r)
		changed = changed || r.Changed
		if r.Pushed != aggregator.NotPushed {
			continue
		}
		d.logPoll(r)
		d.hubs.See(r.State)
		introduced = introduced || r.First && r.State.Outcome == aggregator.Fetched
	}
	switch {
	case introduced: // a source has said what it is called
		d.server.Touch(d.carriers())
	case changed:
		d.server.Touch(nil)
	}
}

// logPoll says once when a source falls ill and when it recovers.
func (d *desk) logPoll(r *ingest.Report) {
	s := &r.State
	switch {
	case r.Relocated && s.Address != "":
		d.log.Warn("source has moved for good and is polled at its new address; write it into the configuration", "source", s.Source, "url", s.URL, "address", s.Address)
	case r.Relocated:
		d.log.Warn("source is polled at its configured address again", "source", s.Source, "url", s.URL, "problem", s.Problem.Message)
	}
	quiet := s.Outcome.Good() && r.Before != aggregator.Failed
	if quiet && !d.log.Enabled(context.Background(), slog.LevelDebug) {
		return // as nearly all are
	}
	attrs := []any{"source", s.Source, "outcome", s.Outcome.String(), "next", s.NextPoll, "problem", s.Problem.Message}
	switch {
	case s.Outcome == aggregator.Gone:
		d.log.Warn("source is gone and will not be polled again; remove it from the configuration", "source", s.Source, "url", s.URL)
	case s.Outcome == aggregator.Failed && r.Before != aggregator.Failed:
		d.log.Warn("source failed", attrs...)
	case s.Outcome == aggregator.Throttled && r.Before != aggregator.Throttled:
		d.log.Info("source asks to be left in peace", attrs...)
	case s.Outcome.Good() && r.Before == aggregator.Failed:
		d.log.Info("source recovered", "source", s.Source)
	default:
		d.log.Debug("polled", append(attrs, "decisions", len(r.Decisions))...)
	}
}
