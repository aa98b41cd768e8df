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

// What the loop was told of an unchanged source is what is stored, unless
// something else has come before the writer.
func TestForesight(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		meanwhile func(in *ingest.Ingest) (polls uint64)
		agree     bool
	}{
		"nothing comes before": {func(*ingest.Ingest) uint64 { return 1 }, true},
		"another poll": {func(in *ingest.Ingest) uint64 {
			in.Poll(context.Background(), settings().Sources["norvia"], nil)
			return 2
		}, false},
		"another interval": {func(in *ingest.Ingest) uint64 {
			changed := settings()
			changed.Planner.MinInterval = 9 * time.Hour
			in.Configure(changed)
			return 1
		}, false},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				db, err := storage.Open(filepath.Join(t.TempDir(), "wiredesk.db"), storage.Options{NoSync: true})
				if err != nil {
					t.Fatal(err)
				}
				defer func() { _ = db.Close() }()
				first := aggregator.SourceState{Source: "norvia", URL: url("norvia"), Outcome: aggregator.Fetched, LastPoll: time.Now()}
				if err := db.Commit(aggregator.Commit{States: []aggregator.SourceState{first}}); err != nil {
					t.Fatal(err)
				}
				time.Sleep(time.Hour)
				poller := ingest.NewPoller(unchanged{}, nil, slog.New(slog.DiscardHandler))
				in, err := ingest.New(ingest.Options{Store: db, Poller: poller}, settings())
				if err != nil {
					t.Fatal(err)
				}
				turn := in.Poll(t.Context(), settings().Sources["norvia"], nil)
				time.Sleep(time.Minute)
				polls := test.meanwhile(in)
				ended, end := context.WithCancel(t.Context())
				end()
				if err := in.Run(ended); err != nil {
					t.Fatal(err)
				}
				states, err := db.States()
				if err != nil || len(states) != 1 {
					t.Fatalf("%d states stored, want 1: %v", len(states), err)
				}
				if s := states[0]; s.Polls != polls || s.NextPoll.Equal(turn.Due) != test.agree {
					t.Errorf("stored after %d polls, next at %v; want %d, and the loop was told %v", s.Polls, s.NextPoll, polls, turn.Due)
				}
			})
		})
	}
}
