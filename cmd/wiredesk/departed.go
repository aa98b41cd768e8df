package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"

	"wiredesk/aggregator"
	"wiredesk/config"
	"wiredesk/storage"
)

// departures are the sources that have left the addresses they were given.
type departures struct {
	Moved []movedSource `json:"moved,omitempty"`
	Gone  []string      `json:"gone,omitempty"` // ids of those that are not polled any more
}

// movedSource is a source that has moved for good since its URL was written
// down.
type movedSource struct {
	Source  string `json:"source"`
	URL     string `json:"url"`
	Address string `json:"address"`
	Same    string `json:"same,omitempty"` // another source, which is polled there already
}

func departed(cfg *config.Config, state func(source string) aggregator.SourceState) (d departures) {
	for _, src := range cfg.Sources {
		s := state(src.ID)
		if s.URL == src.URL && s.Outcome == aggregator.Gone {
			d.Gone = append(d.Gone, src.ID)
		}
		address := s.AddressOf(src)
		if address == src.URL {
			continue
		}
		m := movedSource{Source: src.ID, URL: src.URL, Address: address}
		if i := slices.IndexFunc(cfg.Sources, func(other aggregator.Source) bool { return other.URL == address }); i >= 0 {
			m.Same = cfg.Sources[i].ID
		}
		d.Moved = append(d.Moved, m)
	}
	return d
}

// readDepartures returns the sources that have left, as the daemon or the
// database knows them. The error says that neither could be asked.
func readDepartures(ctx context.Context, cfg *config.Config) (d departures, err error) {
	if err := wantDatabase(cfg); err != nil {
		return departures{}, err
	}
	db, err := storage.Open(cfg.Storage.Path, storage.Options{ReadOnly: true, LockTimeout: lockPatience})
	if errors.Is(err, storage.ErrLocked) {
		ask := askDaemon(cfg.Storage.Path)
		defer func() { err = errors.Join(err, ask.close()) }()
		return d, ask.get(ctx, "/departures", nil, &d)
	}
	if err != nil {
		return departures{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	states, err := db.States()
	if err != nil {
		return departures{}, err
	}
	byID := make(map[string]aggregator.SourceState, len(states))
	for _, s := range states {
		byID[s.Source] = s
	}
	return departed(cfg, func(id string) aggregator.SourceState { return byID[id] }), nil
}

// unpolled is the state of a source of which nothing is known but where it has
// moved.
func unpolled(src aggregator.Source, d departures) aggregator.SourceState {
	state := aggregator.SourceState{Source: src.ID, URL: src.URL}
	for _, m := range d.Moved {
		if m.Source == src.ID {
			state.Address = m.Address
		}
	}
	return state
}

// note says what to write into the configuration. The id goes with a new URL:
// one that is made from the URL would change.
func (d departures) note(w io.Writer) error {
	for _, id := range d.Gone {
		if _, err := fmt.Fprintf(w, "note: source %s is gone (410) and is not polled any more: take it out, or give its new URL\n", id); err != nil {
			return err
		}
	}
	for _, m := range d.Moved {
		advice := "write that into the configuration, with id: " + m.Source
		if m.Same != "" {
			advice = fmt.Sprintf("source %s is that feed already, take one of them out", m.Same)
		}
		if _, err := fmt.Fprintf(w, "note: source %s has moved for good to %s: %s\n", m.Source, m.Address, advice); err != nil {
			return err
		}
	}
	return nil
}

// departures tells a command which sources have left.
func (d *desk) departures(w http.ResponseWriter, _ *http.Request) {
	d.answer(w, departed(d.config.Load(), d.ingest.State))
}
