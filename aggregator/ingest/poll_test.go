package ingest_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/storage"
)

// unchanged answers every request with 304.
type unchanged struct{}

func (unchanged) Fetch(_ context.Context, req aggregator.Request) aggregator.Response {
	return aggregator.Response{Outcome: aggregator.NotModified, Status: 304, At: time.Now(), Validators: req.Validators}
}

// answering answers every request alike.
type answering func() aggregator.Response

func (a answering) Fetch(context.Context, aggregator.Request) aggregator.Response { return a() }

// reading finds one entry in every document.
type reading struct{}

func (reading) Parse([]byte, string, string) (aggregator.Document, error) {
	return aggregator.Document{Format: "rss", Entries: []aggregator.Entry{item("1", "Ferry aground")}}, nil
}

// Where nothing can be stored a poll is repeated soon, but not sooner than its
// server allows.
func TestFailedCommitObeysTheServer(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		answer     func(now time.Time) aggregator.Response
		wait, most time.Duration
		rest       time.Duration
	}{
		"a document": {func(time.Time) aggregator.Response {
			return aggregator.Response{Outcome: aggregator.Fetched, Status: 200, Body: []byte("1")}
		}, 2 * time.Minute, 2 * time.Minute, 0},
		"a document fresh for longer": {func(now time.Time) aggregator.Response {
			return aggregator.Response{Outcome: aggregator.Fetched, Status: 200, Body: []byte("1"), FreshUntil: now.Add(time.Hour)}
		}, time.Hour, time.Hour, 0},
		"a host that asks for peace": {func(now time.Time) aggregator.Response {
			return aggregator.Response{Outcome: aggregator.Throttled, Status: 429, URL: "https://norvia.example/feed", RetryAfter: now.Add(3 * time.Hour)}
		}, 3 * time.Hour, 3 * time.Hour, 3 * time.Hour},
		"a failure": {func(time.Time) aggregator.Response {
			return aggregator.Response{Outcome: aggregator.Failed, Status: 500}
		}, 90 * time.Second, 2 * time.Minute, 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				db, err := storage.Open(filepath.Join(t.TempDir(), "wiredesk.db"), storage.Options{NoSync: true})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = db.Close() }()
				start := time.Now()
				fetcher := answering(func() aggregator.Response {
					r := test.answer(start)
					r.At = start
					return r
				})
				in, err := ingest.New(ingest.Options{
					Store: &failing{Store: db, down: true}, Poller: ingest.NewPoller(fetcher, reading{}, slog.New(slog.DiscardHandler)),
				}, settings())
				if err != nil {
					t.Fatal(err)
				}
				ctx, end := context.WithCancel(t.Context())
				ended := make(chan error, 1)
				go func() { ended <- in.Run(ctx) }()
				turn := in.Poll(t.Context(), settings().Sources["norvia"])
				if wait := turn.Due.Sub(start); wait < test.wait || wait > test.most+time.Second {
					t.Errorf("due again after %v, want %v to %v", wait, test.wait, test.most)
				}
				if rest := test.rest; rest > 0 && (!turn.Rest.Equal(start.Add(rest)) || turn.RestAt != "https://norvia.example") {
					t.Errorf("%q rests until %v", turn.RestAt, turn.Rest)
				}
				end()
				if err := <-ended; err != nil {
					t.Error(err)
				}
			})
		})
	}
}

// In the bubble a Poll that waits for the writer, which does not run yet, is a
// deadlock.
func TestUnchangedSourceIsNotWaitedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, err := storage.Open(filepath.Join(t.TempDir(), "wiredesk.db"), storage.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		log := slog.New(slog.DiscardHandler)
		in, err := ingest.New(ingest.Options{Store: db, Poller: ingest.NewPoller(unchanged{}, nil, log), Log: log}, settings())
		if err != nil {
			t.Fatal(err)
		}
		turn := in.Poll(t.Context(), settings().Sources["norvia"])
		ended, end := context.WithCancel(t.Context())
		end()
		if err := in.Run(ended); err != nil {
			t.Fatal(err)
		}
		states, err := db.States()
		if err != nil || len(states) != 1 {
			t.Fatalf("%d states stored, want 1: %v", len(states), err)
		}
		if s := states[0]; s.Polls != 1 || !s.NextPoll.Equal(turn.Due) {
			t.Errorf("stored after %d polls, next at %v; want 1, and %v as the loop was told", s.Polls, s.NextPoll, turn.Due)
		}
	})
}
