package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"

	"wiredesk/aggregator"
	"wiredesk/aggregator/serve"
	"wiredesk/config"
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

// readDepartures returns the sources that have left, as the daemon or the
// database knows them. The error says that neither could be asked.
func readDepartures(ctx context.Context, cfg *config.Config, log *slog.Logger) (d departures, err error) {
	ask, err := newReader(cfg, log)
	if err != nil {
		return departures{}, err
	}
	defer func() { err = errors.Join(err, ask.close()) }()
	var list serve.SourceList
	if err := ask.get(ctx, "/api/v1/sources", nil, &list); err != nil {
		return departures{}, err
	}
	lines := make(map[string]serve.SourceLine, len(list.Sources))
	for _, line := range list.Sources {
		lines[line.ID] = line
	}
	ids := make(map[string]string, len(cfg.Sources))
	for _, src := range cfg.Sources {
		ids[src.URL] = src.ID
	}
	for _, src := range cfg.Sources {
		line, known := lines[src.ID]
		switch {
		case !known || line.Feed != src.URL: // the daemon reads another configuration
		case line.Address != "":
			d.Moved = append(d.Moved, movedSource{Source: src.ID, URL: src.URL, Address: line.Address, Same: ids[line.Address]})
		case line.State == aggregator.Gone.String():
			d.Gone = append(d.Gone, src.ID)
		}
	}
	return d, nil
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
