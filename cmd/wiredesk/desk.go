package main

import (
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
	"wiredesk/aggregator/fetch"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/parse"
	"wiredesk/aggregator/schedule"
	"wiredesk/aggregator/search"
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
	index   *search.Index // nil: there is none
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
	store := ingest.Store(db)
	if folder := cfg.Storage.Path + indexSuffix; cfg.Search.Index {
		d.index = search.New(search.Options{Folder: folder, Store: db, Log: log})
		store = indexed{db, d.index}
	} else if err := search.Remove(folder); err != nil {
		log.Warn("the index that is switched off could not be removed", "err", err)
	}
	settings, err := settingsOf(cfg)
	if err != nil {
		return nil, err
	}
	d.ingest, err = ingest.New(ingest.Options{
		Store:     store,
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
	d.metrics = newMetrics(db, d.loop.Load, d.ingest.Spending, d.figures)
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
		Archive:     db,
		Documents:   db,
		Searcher:    d.searcher(),
		Pinner:      pinner{d.ingest},
		Hub:         d.hub,
		Hubs:        d.hubs,
		Edited:      d.hub.Changed,
		Metrics:     d.metrics.handler(),
		Alive:       d.alive,
		Sources:     d.sources,
		Observe:     d.metrics.request,
		WhereFailed: d.metrics.whereFailed,
		Log:         log,
		Version:     version(),
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
// that hubs were told were taken; the writer commits what they brought, the
// index writes what it holds, and the database is closed last.
func (d *desk) run(ctx context.Context, listener net.Listener) error {
	group, ctx := errgroup.WithContext(ctx)
	writing, stopWriting := context.WithCancel(context.WithoutCancel(ctx))
	indexing, stopIndexing := context.WithCancel(context.WithoutCancel(ctx))
	group.Go(func() error {
		defer stopIndexing()
		return d.ingest.Run(writing)
	})
	if d.index != nil {
		group.Go(func() error { return d.index.Run(indexing) })
	}
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

// alive returns why the daemon does not do its work, in words for everyone.
func (d *desk) alive() error {
	if d.ingest.Fault() != nil {
		return errors.New("nothing can be stored: see the log")
	}
	return nil
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
