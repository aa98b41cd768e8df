package ingest

import (
	"maps"
	"slices"

	"wiredesk/aggregator"
	"wiredesk/aggregator/schedule"
)

// planning returns what a poll that has just been answered is planned by.
func (in *Ingest) planning() planning {
	return planning{in.settings.Load().Planner, in.tuning.Load()}
}

// Spending returns how often sources are expected to be polled, and how often the
// budget lets them.
func (in *Ingest) Spending() schedule.Spending { return in.tuning.Load().Spending() }

// tune works out what the sources share, if it is time to by the clock of the
// stream: what is planned depends on results, configuration and store alone.
func (in *Ingest) tune() {
	settings, before := in.settings.Load(), in.tuning.Load()
	changed := in.tuned != settings
	if !changed && !before.Due(in.lastSeen) {
		return
	}
	ids := slices.Sorted(maps.Keys(settings.Sources))
	in.tuning.Store(settings.Planner.Tune(before, in.lastSeen, changed, func(yield func(aggregator.Source, aggregator.SourceState) bool) {
		for _, id := range ids {
			if !yield(settings.Sources[id], in.State(id)) {
				return
			}
		}
	}))
	in.tuned = settings
}
