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

// movedSource is a source that has moved for good since its URL was written
// down.
type movedSource struct {
	Source  string `json:"source"`
	URL     string `json:"url"`
	Address string `json:"address"`
	Same    string `json:"same,omitempty"` // another source, which is polled there already
}

func movedSources(cfg *config.Config, state func(source string) aggregator.SourceState) []movedSource {
	moved := []movedSource{}
	for _, src := range cfg.Sources {
		s := state(src.ID)
		address := s.AddressOf(src)
		if address == src.URL {
			continue
		}
		m := movedSource{Source: src.ID, URL: src.URL, Address: address}
		if i := slices.IndexFunc(cfg.Sources, func(other aggregator.Source) bool { return other.URL == address }); i >= 0 {
			m.Same = cfg.Sources[i].ID
		}
		moved = append(moved, m)
	}
	return moved
}

// readMoved returns the sources that have moved for good, as the daemon or the
// database knows them. The error says that neither could be asked.
func readMoved(ctx context.Context, cfg *config.Config) (moved []movedSource, err error) {
	if err := wantDatabase(cfg); err != nil {
		return nil, err
	}
	db, err := storage.Open(cfg.Storage.Path, storage.Options{ReadOnly: true, LockTimeout: lockPatience})
	if errors.Is(err, storage.ErrLocked) {
		ask := askDaemon(cfg.Storage.Path)
		defer func() { err = errors.Join(err, ask.close()) }()
		return moved, ask.get(ctx, "/moved", nil, &moved)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	states, err := db.States()
	if err != nil {
		return nil, err
	}
	byID := make(map[string]aggregator.SourceState, len(states))
	for _, s := range states {
		byID[s.Source] = s
	}
	return movedSources(cfg, func(id string) aggregator.SourceState { return byID[id] }), nil
}

// unpolled is the state of a source of which nothing is known but where it has
// moved.
func unpolled(src aggregator.Source, moved []movedSource) aggregator.SourceState {
	state := aggregator.SourceState{Source: src.ID, URL: src.URL}
	for _, m := range moved {
		if m.Source == src.ID {
			state.Address = m.Address
		}
	}
	return state
}

// noteMoved says what to write into the configuration. The id goes with it: one
// that is made from the URL would change.
func noteMoved(w io.Writer, moved []movedSource) error {
	for _, m := range moved {
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

// moved tells a command which sources have moved for good.
func (d *desk) moved(w http.ResponseWriter, _ *http.Request) {
	d.answer(w, movedSources(d.config.Load(), d.ingest.State))
}
