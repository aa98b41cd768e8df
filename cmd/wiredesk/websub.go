package main

import (
	"context"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/websub"
	"wiredesk/config"
)

// pushes takes what hubs bring the way of a poll.
type pushes struct{ *desk }

// Push takes a push. What is no document, or could not be stored, makes the
// source due.
func (p pushes) Push(ctx context.Context, d aggregator.Delivery) (document bool, err error) {
	document, err = p.ingest.Push(d)
	if err != nil || !document {
		p.wakeSource(ctx, d.Source)
	}
	return document, err
}

// Lease takes note of a promise. A source that has lost it is due, since its
// polls may have become few.
func (p pushes) Lease(ctx context.Context, source string, until time.Time) error {
	err := p.ingest.Lease(source, until)
	if err == nil && until.IsZero() {
		p.wakeSource(ctx, source)
	}
	return err
}

// wakeSource has a source polled as soon as may be.
func (d *desk) wakeSource(ctx context.Context, source string) {
	if at, ok := d.ingest.WakeAt(source, time.Now()); ok {
		d.loop.Wake(ctx, source, at)
	}
}

// configureHubs tells the subscriber what is configured, and how each source
// stands, and our hub what it is to do.
func (d *desk) configureHubs() {
	cfg := d.config.Load()
	for _, warning := range cfg.Warnings {
		d.log.Warn("the configuration has something that will not work", "place", warning.File, "line", warning.Line, "key", warning.Key, "problem", warning.Message)
	}
	settings := websub.Settings{
		BaseURL: cfg.BaseURL, Lease: cfg.WebSub.Lease, Wanted: wanted(cfg),
		Sources: make(map[string]aggregator.Source, len(cfg.Sources)),
	}
	states := make([]aggregator.SourceState, len(cfg.Sources))
	for i, src := range cfg.Sources {
		settings.Sources[src.ID] = src
		states[i] = d.ingest.State(src.ID)
	}
	d.hubs.Configure(settings, states)
	d.hub.Configure(hubOf(cfg))
}

// hubTrouble says why no hub pushes a source that should be; empty: one does, or
// none is asked to.
func (d *desk) hubTrouble(source string) string {
	sub := d.hubs.Subscription(source)
	if sub.State == aggregator.SubscriptionActive {
		return "" // a renewal that failed is tried again
	}
	return sub.Problem
}

// wanted returns which sources hubs are to push. Where hubs elsewhere cannot
// reach us, one beside us may.
func wanted(cfg *config.Config) func(src aggregator.Source) bool {
	return func(src aggregator.Source) bool {
		return cfg.WebSub.Subscribe && (cfg.WebSub.Unreachable == "" || src.AllowPrivate)
	}
}
