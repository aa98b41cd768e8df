package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
	"wiredesk/aggregator/serve"
	"wiredesk/config"
	"wiredesk/storage"
)

// asker puts a command's questions to the API: the running daemon's, over its
// socket, or where none has the database open one of its own over the file. The
// answers are the same.
type asker struct {
	client *http.Client
	close  func() error
}

// lockPatience is how long a command waits for a database before it asks the
// daemon that must have it open.
const lockPatience = 100 * time.Millisecond

// newReader returns an asker that changes nothing.
func newReader(cfg *config.Config, log *slog.Logger) (*asker, error) {
	if err := wantDatabase(cfg); err != nil {
		return nil, err
	}
	db, err := storage.Open(cfg.Storage.Path, storage.Options{ReadOnly: true, LockTimeout: lockPatience})
	if errors.Is(err, storage.ErrLocked) {
		return askDaemon(cfg.Storage.Path), nil
	}
	if err != nil {
		return nil, err
	}
	states, err := db.States()
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	byID := make(map[string]aggregator.SourceState, len(states))
	for _, s := range states {
		byID[s.Source] = s
	}
	stateOf := func(id string) aggregator.SourceState { return byID[id] }
	site := publish.Site{BaseURL: cfg.BaseURL, Carriers: carriersOf(cfg, states)}
	server, err := serve.New(serve.Options{
		Archive: db, Log: log, Sources: func() []serve.SourceStatus { return statusesOf(cfg, stateOf) },
	}, serve.Publication{Site: site, Feeds: cfg.Feeds})
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return askHandler(server.Control(), db.Close), nil
}

// newWriter returns an asker that may change things: where no daemon runs, it
// is one that neither polls nor serves.
func newWriter(ctx context.Context, cfg *config.Config, log *slog.Logger) (*asker, error) {
	if err := wantDatabase(cfg); err != nil {
		return nil, err
	}
	db, err := storage.Open(cfg.Storage.Path, storage.Options{LockTimeout: lockPatience})
	if errors.Is(err, storage.ErrLocked) {
		return askDaemon(cfg.Storage.Path), nil
	}
	if err != nil {
		return nil, err
	}
	d, err := deskOver(db, newClient(cfg), cfg, log)
	if err != nil {
		return nil, err
	}
	// What was asked for is stored even if the user interrupts.
	writing, stop := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan error, 1)
	go func() { ended <- d.ingest.Run(writing) }()
	return askHandler(d.server.Control(), func() error {
		stop()
		return errors.Join(<-ended, d.close())
	}), nil
}

func wantDatabase(cfg *config.Config) error {
	if _, err := os.Stat(cfg.Storage.Path); errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("there is no database %s: start %q first, or correct storage.path; beside a service, set STATE_DIRECTORY to where systemd keeps its files",
			cfg.Storage.Path, "wiredesk serve")
	}
	return nil // what else may be wrong shows when it is opened
}

// askDaemon returns an asker of the daemon that has the database open.
func askDaemon(database string) *asker {
	transport := &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, "unix", controlPath(database))
		if err != nil {
			err = fmt.Errorf("database %s is open elsewhere, and no daemon of ours can be asked: %w", database, err)
		}
		return conn, err
	}}
	return &asker{client: &http.Client{Transport: transport}, close: func() error {
		transport.CloseIdleConnections()
		return nil
	}}
}

// askHandler returns an asker of a handler in this process.
func askHandler(handler http.Handler, closeAll func() error) *asker {
	return &asker{client: &http.Client{Transport: handled{handler}}, close: closeAll}
}

// handled is the way to a handler without a network between.
type handled struct{ http.Handler }

// RoundTrip has the handler answer.
func (h handled) RoundTrip(r *http.Request) (*http.Response, error) {
	w := &written{header: make(http.Header), status: http.StatusOK}
	h.ServeHTTP(w, r.Clone(r.Context()))
	return &http.Response{
		StatusCode: w.status, Header: w.header, Body: io.NopCloser(&w.body), ContentLength: int64(w.body.Len()), Request: r,
		Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
	}, nil
}

// written is an answer as a handler wrote it.
type written struct {
	header http.Header
	status int
	body   bytes.Buffer
}

func (w *written) Header() http.Header         { return w.header }
func (w *written) WriteHeader(status int)      { w.status = status }
func (w *written) Write(p []byte) (int, error) { return w.body.Write(p) }

// get asks for what is at the path.
func (a *asker) get(ctx context.Context, path string, query url.Values, into any) error {
	return a.do(ctx, http.MethodGet, path, query, nil, into)
}

// do puts one request, with body in JSON unless it is nil, and decodes the
// answer unless into is nil. What is refused as wrongly asked is a usageError.
func (a *asker) do(ctx context.Context, method, path string, query url.Values, body, into any) (err error) {
	var sent io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return err
		}
		sent = bytes.NewReader(text)
	}
	to := "http://wiredesk" + path
	if len(query) > 0 {
		to += "?" + query.Encode()
	}
	req, err := http.NewRequestWithContext(ctx, method, to, sent)
	if err != nil {
		return err
	}
	res, err := a.client.Do(req)
	if failed, ok := errors.AsType[*url.Error](err); ok {
		return failed.Err // the address is no address anyone knows
	}
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	if res.StatusCode >= http.StatusBadRequest {
		return refused(res)
	}
	if into == nil {
		return nil
	}
	return json.NewDecoder(res.Body).Decode(into)
}

// refused returns why a request was, in the form of this program's errors.
func refused(res *http.Response) error {
	text, err := io.ReadAll(io.LimitReader(res.Body, 64<<10))
	if err != nil {
		return err
	}
	var problem struct{ Title, Detail string }
	if err := json.Unmarshal(text, &problem); err != nil {
		return fmt.Errorf("the daemon refuses: %s", bytes.TrimSpace(text))
	}
	said := strings.TrimSuffix(problem.Detail, ".")
	if said == "" {
		return fmt.Errorf("it failed (%s): the log says why", problem.Title)
	}
	first, size := utf8.DecodeRuneInString(said)
	err = errors.New(string(unicode.ToLower(first)) + said[size:])
	if res.StatusCode == http.StatusBadRequest {
		return usageError{err}
	}
	return err
}
