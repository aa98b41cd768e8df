package ingest

import (
	"wiredesk/aggregator"
	"wiredesk/aggregator/schedule"
)

// foresight is what a result that brought nothing new comes to, worked out for
// the loop before the writer takes it. It follows from the result and from what
// is named here alone, so that the writer need not work it out again unless one
// of them is another by then.
type foresight struct {
	before   *aggregator.SourceState
	settings *Settings
	tuning   *schedule.Tuning

	state *aggregator.SourceState
}

// foresee works out what a result comes to that brought nothing new.
func (in *Ingest) foresee(before *aggregator.SourceState, src aggregator.Source, result *aggregator.PollResult) *foresight {
	f := &foresight{before: before, settings: in.settings.Load(), tuning: in.tuning.Load()}
	if now, configured := f.settings.Sources[src.ID]; configured {
		src = now
	}
	state := after(*before, src, result, tally{}, planning{f.settings.Planner, f.tuning})
	f.state = &state
	return f
}

// from returns the state that was foreseen, or nil if it was worked out from
// something else.
func (f *foresight) from(before *aggregator.SourceState, settings *Settings, tuning *schedule.Tuning) *aggregator.SourceState {
	if f == nil || f.before != before || f.settings != settings || f.tuning != tuning {
		return nil
	}
	return f.state
}
