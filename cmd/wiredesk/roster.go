package main

import (
	"cmp"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/schedule"
	"wiredesk/config"
)

// roster returns the sources with the times at which they are due, and the
// peace of their hosts.
func (d *desk) roster() schedule.Roster {
	cfg := d.config.Load()
	now := time.Now()
	roster := rosterOf(cfg)
	roster.Targets = make([]schedule.Target, 0, len(cfg.Sources))
	for _, src := range cfg.Sources {
		state := d.ingest.State(src.ID)
		target := schedule.Target{
			Source: src, Address: state.AddressOf(src), Rest: state.Rest.Until, RestAt: state.Rest.At, Every: everyOf(cfg, src),
		}
		if state.URL == src.URL {
			if state.Outcome == aggregator.Gone {
				continue
			}
			target.Due = state.NextPoll
		}
		d.amend(&target, &state, now)
		roster.Targets = append(roster.Targets, target)
	}
	return roster
}

// maxRest is the longest that a host is left in peace: what is later was stored
// by a clock that was ahead.
const maxRest = 24 * time.Hour

// amend makes a target due now that what is stored would keep waiting for no
// good reason: one that a hub may have pushed while nobody listened, and one that
// was polled by a clock that was ahead.
func (d *desk) amend(target *schedule.Target, state *aggregator.SourceState, now time.Time) {
	ahead := state.LastPoll.After(now.Add(time.Minute))
	if ahead {
		d.log.Warn("source was polled in the future: the clock was ahead, and it is polled now", "source", state.Source, "last_poll", state.LastPoll)
	}
	if leased := state.Push.LeaseUntil.After(now) && state.Outcome.Good(); (ahead || leased) && target.Due.After(now) {
		target.Due = now
	}
	if target.Rest.After(now.Add(maxRest)) {
		target.Rest = now.Add(maxRest)
	}
}

// rosterOf returns a roster without sources: the peace that hosts are left in.
func rosterOf(cfg *config.Config) schedule.Roster {
	roster := schedule.Roster{
		Peace: schedule.Peace{PerHost: cfg.Poll.PerHost, HostGap: cfg.Poll.HostGap},
		Hosts: make(map[string]schedule.Peace, len(cfg.Hosts)),
	}
	for _, h := range cfg.Hosts {
		roster.Hosts[h.Name] = schedule.Peace{PerHost: h.PerHost, HostGap: h.HostGap}
	}
	return roster
}

// everyOf returns how far apart the polls of a source are on the average.
func everyOf(cfg *config.Config, src aggregator.Source) time.Duration {
	return cmp.Or(src.Interval, min(max(cfg.Poll.Budget, cfg.Poll.MinInterval), cfg.Poll.MaxInterval))
}
