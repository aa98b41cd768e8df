package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"net"
	"net/http"
	"os"
	"slices"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/serve"
)

// maxPreviewBytes bounds a poll's result handed to the daemon.
const maxPreviewBytes = 64 << 20

// controlPath returns the daemon's own socket, by which commands ask for what
// is in the database it holds. Only the daemon's user may use it.
func controlPath(database string) string { return database + ".sock" }

// control answers commands until ctx ends.
func (d *desk) control(ctx context.Context, listener net.Listener) error {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /preview", d.preview)
	mux.Handle("/api/", d.server.Control())
	server := &http.Server{
		Handler: mux, ReadTimeout: time.Minute, WriteTimeout: time.Minute,
		ErrorLog: serve.ErrorLog(d.log),
	}
	stopped := make(chan struct{})
	stop := context.AfterFunc(ctx, func() {
		defer close(stopped)
		_ = server.Close()
	})
	err := server.Serve(listener)
	if !stop() {
		<-stopped
	}
	if errors.Is(err, http.ErrServerClosed) {
		return nil
	}
	return fmt.Errorf("control socket: %w", err)
}

// listenControl opens the socket. What stands in its place is of a daemon that
// ended: the database's lock says that no other can be behind the path.
func listenControl(ctx context.Context, path string) (net.Listener, error) {
	if err := os.Remove(path); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(ctx, "unix", path)
	if err != nil {
		return nil, err
	}
	if err := os.Chmod(path, 0o600); err != nil {
		return nil, errors.Join(err, listener.Close())
	}
	return listener, nil
}

// preview says what a poll's result would come to.
func (d *desk) preview(w http.ResponseWriter, r *http.Request) {
	var result aggregator.PollResult
	if err := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxPreviewBytes)).Decode(&result); err != nil {
		http.Error(w, "not a poll's result: "+err.Error(), http.StatusBadRequest)
		return
	}
	known := func(src aggregator.Source) bool { return src.ID == result.Source }
	if !slices.ContainsFunc(d.config.Load().Sources, known) {
		http.Error(w, fmt.Sprintf(
			"it does not know source %s yet: have it read its configuration again (systemctl reload wiredesk, or SIGHUP), then poll again", result.Source),
			http.StatusConflict)
		return
	}
	report, err := d.ingest.Preview(r.Context(), result)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	d.answer(w, report)
}

// answer sends value to a command.
func (d *desk) answer(w http.ResponseWriter, value any) {
	w.Header().Set("Content-Type", "application/json")
	if err := json.NewEncoder(w).Encode(value); err != nil {
		d.log.Debug("a command went away", "err", err)
	}
}

// askPreview has the running daemon say what a result would come to.
func askPreview(ctx context.Context, database string, result aggregator.PollResult) (report ingest.Report, err error) {
	ask := askDaemon(database)
	defer func() { err = errors.Join(err, ask.close()) }()
	return report, ask.do(ctx, http.MethodPost, "/preview", nil, result, &report)
}
