package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/coreos/go-systemd/v22/daemon"
	"golang.org/x/sync/errgroup"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/aggregator/fetch"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/parse"
	"wiredesk/aggregator/publish"
	"wiredesk/aggregator/schedule"
	"wiredesk/aggregator/serve"
	"wiredesk/aggregator/websub"
	"wiredesk/config"
	"wiredesk/storage"
)

// watchdogPing is how long the writer may be busy with one batch before the
// watchdog is not fed for it.
const watchdogPing = 10 * time.Second

// desk is the daemon: everything wired together.
type desk struct {
	log     *slog.Logger
	metrics *metrics
	db      *storage.DB
	client  *fetch.Client
	ingest  *ingest.Ingest
	loop    *schedule.Loop
	hubs    *websub.Subscriber
	hub     *websub.Hub
	server  *serve.Server

	config  atomic.Pointer[config.Config]
	reload  reloadFunc       // nil: the configuration is fixed
	reloads <-chan os.Signal // ask for a reload; nil: nobody does
	notify  func(state string)
}

// newDesk opens the database and builds the daemon around it.
func newDesk(cfg *config.Config, log *slog.Logger) (*desk, error) {
	db, err := storage.Open(cfg.Storage.Path, storage.Options{})
	if err != nil {
		return nil, err
	}
	return deskOver(db, newClient(cfg), cfg, log)
}

// deskOver builds the daemon around an open database and a client, which it
// closes.
func deskOver(db *storage.DB, client *fetch.Client, cfg *config.Config, log *slog.Logger) (_ *desk, err error) {
	d := &desk{log: log, db: db, client: client, notify: func(string) {}}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	d.config.Store(cfg)
	settings, err := settingsOf(cfg)
	if err != nil {
		return nil, err
	}
	d.ingest, err = ingest.New(ingest.Options{
		Store:     db,
		Poller:    ingest.NewPoller(d.client, parse.New(parse.Options{}), log),
		Dedupe:    judging(cfg.Dedupe),
		Log:       log,
		Committed: d.committed,
	}, settings)
	if err != nil {
		return nil, err
	}
	d.loop = schedule.NewLoop(schedule.Options{
		Poll:          d.ingest.Poll,
		Concurrency:   cfg.Poll.Concurrency,
		InFlightBytes: cfg.Poll.InFlightBytes,
		MaxBodyBytes:  cfg.Poll.MaxBodyBytes,
		Log:           log,
	})
	d.metrics = newMetrics(db, d.loop.Load, d.ingest.Spending)
	d.hubs, err = websub.New(websub.Options{
		Poster:       d.client,
		Store:        db,
		Taker:        pushes{d},
		MaxBodyBytes: cfg.Poll.MaxBodyBytes,
		Log:          log,
		Pushed:       d.metrics.push,
	})
	if err != nil {
		return nil, err
	}
	d.metrics.subscriptions = d.hubs.Counts
	d.hub, err = websub.NewHub(websub.HubOptions{
		Publisher: editions{d},
		Caller:    d.client,
		Store:     db,
		Log:       log,
		Verified:  d.metrics.verified,
		Delivered: d.metrics.delivered,
	})
	if err != nil {
		return nil, err
	}
	d.metrics.followers = d.hub.Followers
	d.server, err = serve.New(serve.Options{
		Archive:   db,
		Documents: db,
		Pinner:    pinner{d.ingest},
		Hub:       d.hub,
		Hubs:      d.hubs,
		Edited:    d.hub.Changed,
		Metrics:   d.metrics.handler(),
		Alive:     d.alive,
		Sources:   d.sources,
		Observe:   d.metrics.request,
		Log:       log,
		Version:   version(),
	}, publicationOf(cfg, d.carriers()))
	if err != nil {
		return nil, err
	}
	d.metrics.streams = d.server.Streams
	return d, nil
}

func (d *desk) close() error {
	d.client.Close()
	return d.db.Close()
}

// run serves until ctx ends. Then the polls under way end first, and the pushes
// that hubs were told were taken; the writer commits what they brought, and the
// database is closed last.
func (d *desk) run(ctx context.Context, listener net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	writing, stopWriting := context.WithCancel(context.WithoutCancel(ctx))
	group.Go(func() error { return d.ingest.Run(writing) })
	var bringing sync.WaitGroup // those that hand results to the writer
	for _, bring := range []func(context.Context) error{d.loop.Run, d.hubs.Run} {
		bringing.Add(1)
		group.Go(func() error {
			defer bringing.Done()
			return bring(ctx)
		})
	}
	group.Go(func() error {
		defer stopWriting()
		bringing.Wait()
		return nil
	})
	// Whoever is served may have a source woken: the loop knows them first.
	d.configureHubs()
	d.loop.Replace(ctx, d.roster())
	group.Go(func() error { return d.server.Run(ctx) })
	group.Go(func() error { return d.server.Announce(ctx) })
	group.Go(func() error { return d.hub.Run(ctx) })
	group.Go(func() error { return d.server.RunArchive(ctx) })
	group.Go(func() error { return d.server.Serve(ctx, listener) })
	group.Go(func() error { return d.obey(ctx) })
	cfg := d.config.Load()
	if commands, err := listenControl(ctx, controlPath(cfg.Storage.Path)); err == nil {
		group.Go(func() error { return d.control(ctx, commands) })
	} else {
		// Long paths and some file systems have no sockets. Only commands
		// that ask the daemon need it.
		d.log.Warn("commands cannot reach this daemon", "err", err)
	}
	d.log.Info("serving", "address", listener.Addr().String(), "base_url", cfg.BaseURL,
		"sources", len(cfg.Sources), "feeds", len(cfg.Feeds), "database", cfg.Storage.Path, "version", version())
	d.notify(daemon.SdNotifyReady)
	group.Go(func() error {
		<-ctx.Done()
		d.notify(daemon.SdNotifyStopping)
		return nil
	})
	err := group.Wait()
	d.log.Info("stopped")
	return errors.Join(err, d.close())
}

// obey follows requests to reload, and tells systemd's watchdog that the
// writer still takes results.
func (d *desk) obey(ctx context.Context) error {
	var watchdog <-chan time.Time
	if every, err := daemon.SdWatchdogEnabled(false); err == nil && every > 0 {
		ticker := time.NewTicker(every / 3)
		defer ticker.Stop()
		watchdog = ticker.C
	}
	for {
		select {
		case <-d.reloads:
			d.notify(daemon.SdNotifyReloading + "\n" + daemon.SdNotifyMonotonicUsec())
			d.reconfigure(ctx)
			d.notify(daemon.SdNotifyReady)
		case <-watchdog:
			alive, cancel := context.WithTimeout(ctx, watchdogPing)
			if d.ingest.Ping(alive) == nil {
				d.notify(daemon.SdNotifyWatchdog)
			}
			cancel()
		case <-ctx.Done():
			return nil
		}
	}
}

// reconfigure puts the configuration as it is now in force, all of it or
// nothing.
func (d *desk) reconfigure(ctx context.Context) {
	now := d.config.Load()
	next, err := d.reload()
	if err == nil {
		if keys := now.NeedsRestart(next); len(keys) > 0 {
			err = fmt.Errorf("a reload cannot change %v: restart the service", keys)
		}
	}
	var settings ingest.Settings
	if err == nil {
		settings, err = settingsOf(next)
	}
	if err == nil {
		err = d.server.Publish(publicationOf(next, nil))
	}
	d.metrics.reloaded(err == nil)
	if err != nil {
		d.log.Error("the configuration was not reloaded; the old one stays in force", "err", err)
		return
	}
	d.config.Store(next)
	d.ingest.Configure(settings)
	d.configureHubs()
	d.loop.Replace(ctx, d.roster())
	d.server.Touch(d.carriers())
	d.log.Info("configuration reloaded", "sources", len(next.Sources), "feeds", len(next.Feeds))
}

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

// alive returns why the daemon does not do its work, in words for everyone.
func (d *desk) alive() error {
	if d.ingest.Fault() != nil {
		return errors.New("nothing can be stored: see the log")
	}
	return nil
}

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
	known := make(map[string]aggregator.SourceState, len(states))
	for _, state := range states {
		known[state.Source] = state
		carriers[state.Source] = aggregator.CarrierOf(aggregator.Source{ID: state.Source, URL: state.URL}, state)
	}
	for _, src := range cfg.Sources {
		carriers[src.ID] = aggregator.CarrierOf(src, known[src.ID])
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

// pinner takes pins for the API.
type pinner struct{ *ingest.Ingest }

// Pin says of refusals what the API can know.
func (p pinner) Pin(ctx context.Context, pin aggregator.Pin) ([]aggregator.Decision, error) {
	decisions, err := p.Ingest.Pin(ctx, pin)
	if errors.Is(err, ingest.ErrPin) {
		err = fmt.Errorf("%w: %w", serve.ErrPinRefused, err)
	}
	return decisions, err
}
