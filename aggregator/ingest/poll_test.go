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
		turn := in.Poll(t.Context(), settings().Sources["norvia"], nil)
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
