package main

import (
	"fmt"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/aggregator/fetch"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/publish"
	"wiredesk/aggregator/schedule"
	"wiredesk/aggregator/serve"
	"wiredesk/config"
)

// sources returns the configured sources with their states.
func (d *desk) sources() []serve.SourceStatus {
	all := statusesOf(d.config.Load(), d.ingest.State)
	for i := range all {
		all[i].Hub = d.hubTrouble(all[i].Carrier.ID)
	}
	return all
}

// statusesOf returns the configured sources with what is remembered of each.
func statusesOf(cfg *config.Config, state func(source string) aggregator.SourceState) []serve.SourceStatus {
	all := make([]serve.SourceStatus, len(cfg.Sources))
	for i, src := range cfg.Sources {
		known := state(src.ID)
		all[i] = serve.SourceStatus{Carrier: aggregator.CarrierOf(src, known), State: known}
	}
	setRests(all, cfg, time.Now())
	return all
}

// carriers returns the configured sources as readers see them.
func (d *desk) carriers() map[string]aggregator.Carrier {
	return carriersOf(d.config.Load(), d.ingest.States())
}

// carriersOf returns the configured sources as readers see them, given what is
// remembered of each, and those that were: their entries are still shown.
func carriersOf(cfg *config.Config, states []aggregator.SourceState) map[string]aggregator.Carrier {
	carriers := make(map[string]aggregator.Carrier, max(len(cfg.Sources), len(states)))
	configured := make(map[string]*aggregator.Source, len(cfg.Sources))
	for i := range cfg.Sources {
		configured[cfg.Sources[i].ID] = &cfg.Sources[i]
	}
	for i := range states {
		state := &states[i]
		src := configured[state.Source]
		if src == nil {
			src = &aggregator.Source{ID: state.Source, URL: state.URL}
		}
		carriers[state.Source] = aggregator.CarrierOf(*src, *state)
		delete(configured, state.Source)
	}
	for id, src := range configured { // never polled yet
		carriers[id] = aggregator.CarrierOf(*src, aggregator.SourceState{})
	}
	return carriers
}

func publicationOf(cfg *config.Config, carriers map[string]aggregator.Carrier) serve.Publication {
	return serve.Publication{
		Site:  publish.Site{BaseURL: cfg.BaseURL, Contact: cfg.Contact, Hub: hubLink(cfg), Version: version(), Carriers: carriers},
		Feeds: cfg.Feeds,
		Keep:  cfg.Storage.Keep,
	}
}

// judging returns how entries are judged under the settings.
func judging(d config.Dedupe) dedupe.Options {
	return dedupe.Options{Window: d.Window, Join: d.Join, Strictness: d.Strictness}
}

// settingsOf returns what ingest needs of the configuration.
func settingsOf(cfg *config.Config) (ingest.Settings, error) {
	sources := make(map[string]aggregator.Source, len(cfg.Sources))
	filters := make(map[string]*publish.DropFilter)
	for _, src := range cfg.Sources {
		sources[src.ID] = src
		if src.Drop == "" {
			continue
		}
		filter, err := publish.CompileDrop(src.Drop)
		if err != nil {
			return ingest.Settings{}, fmt.Errorf("source %s: drop: %w", src.ID, err)
		}
		filters[src.ID] = filter
	}
	return ingest.Settings{
		Sources: sources,
		Keep:    cfg.Storage.Keep,
		Planner: schedule.Planner{
			Budget: cfg.Poll.Budget, MinInterval: cfg.Poll.MinInterval, MaxInterval: cfg.Poll.MaxInterval,
		},
		Drop: func(src aggregator.Source, e *aggregator.Entry) (bool, error) {
			return filters[src.ID].Entry(e, src.Tags)
		},
	}, nil
}

// newClient returns what fetches the sources.
func newClient(cfg *config.Config) *fetch.Client { return fetch.New(fetching(cfg)) }

// fetching returns the limits of a poll.
func fetching(cfg *config.Config) fetch.Options {
	return fetch.Options{
		UserAgent:    userAgent(cfg.Contact),
		Timeout:      cfg.Poll.Timeout,
		MaxBodyBytes: cfg.Poll.MaxBodyBytes,
	}
}
