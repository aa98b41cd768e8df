package ingest_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/schedule"
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
				turn := in.Poll(t.Context(), settings().Sources["norvia"], nil)
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

// parsing reads documents that take until they are let go.
type parsing struct {
	now   *atomic.Int64
	until chan struct{}
}

func (p parsing) Parse([]byte, string, string) (aggregator.Document, error) {
	p.now.Add(1)
	<-p.until
	p.now.Add(-1)
	return aggregator.Document{Format: "rss"}, nil
}

// What only computes, reading documents and folding, keeps no more busy than
// there are processors. The writer is the first to get one that is free.
func TestProcessorsAreShared(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, err := storage.Open(filepath.Join(t.TempDir(), "wiredesk.db"), storage.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		documents := parsing{new(atomic.Int64), make(chan struct{})}
		fetcher := answering(func() aggregator.Response {
			return aggregator.Response{Outcome: aggregator.Fetched, Status: 200, At: time.Now(), Body: []byte("x")}
		})
		poller := ingest.NewPoller(fetcher, documents, slog.New(slog.DiscardHandler))
		in, err := ingest.New(ingest.Options{Store: db, Poller: poller}, settings())
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- in.Run(ctx) }()
		var polls sync.WaitGroup
		for range aggregator.Processors() + 3 {
			polls.Go(func() { poller.Ask(t.Context(), settings().Sources["norvia"], aggregator.SourceState{}) })
		}
		synctest.Wait()
		if n := documents.now.Load(); n != int64(aggregator.Processors()) {
			t.Errorf("%d documents are read at once by %d processors", n, aggregator.Processors())
		}
		var folded atomic.Bool
		polls.Go(func() {
			b := &bench{t: t, now: time.Now()}
			if _, err := in.Submit(b.fetched("norvia", item("1", "Ferry aground"))); err != nil {
				t.Error(err)
			}
			folded.Store(true)
		})
		time.Sleep(time.Second)
		if folded.Load() {
			t.Error("a batch was folded while all processors were busy")
		}
		documents.until <- struct{}{}
		synctest.Wait()
		if n := documents.now.Load(); !folded.Load() || n != int64(aggregator.Processors()) {
			t.Errorf("when a document was read, the batch was folded: %v, and %d documents are read", folded.Load(), n)
		}
		close(documents.until)
		polls.Wait()
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
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

// answers gives every request the same answer, whose body asks for room.
type answers struct {
	response aggregator.Response
	grew     *int64
}

func (a answers) Fetch(ctx context.Context, req aggregator.Request) aggregator.Response {
	if err := req.Grow(ctx, 1000); err == nil {
		*a.grew += 1000
	}
	return a.response
}

// What a poll tells the loop: when the source is due, at the earliest if its
// interval changes, and whether the host is to be left in peace.
func TestTurn(t *testing.T) {
	t.Parallel()
	now := time.Now().UTC()
	in := func(d time.Duration) time.Time { return now.Add(d) }
	tests := []struct {
		name     string
		response aggregator.Response
		hints    aggregator.Hints
		floor    time.Time
		rest     time.Time
		restsToo bool // until it is due
	}{
		{name: "unchanged", response: aggregator.Response{Outcome: aggregator.NotModified, Status: 304}, floor: now},
		{name: "unchanged and fresh for an hour", response: aggregator.Response{Outcome: aggregator.NotModified, Status: 304, FreshUntil: in(time.Hour)}, floor: in(time.Hour)},
		{name: "a feed that asks for two hours", response: aggregator.Response{Outcome: aggregator.NotModified, Status: 304, FreshUntil: in(time.Hour)}, hints: aggregator.Hints{MinInterval: 2 * time.Hour}, floor: in(2 * time.Hour)},
		{name: "unchanged, to come back in an hour", response: aggregator.Response{Outcome: aggregator.NotModified, Status: 304, RetryAfter: in(time.Hour)}, floor: in(time.Hour)},
		{name: "a feed that skips hours", response: aggregator.Response{Outcome: aggregator.NotModified, Status: 304}, hints: aggregator.Hints{SkipHours: 1}},
		{name: "throttled", response: aggregator.Response{Outcome: aggregator.Throttled, Status: 429}, restsToo: true},
		{name: "throttled for long", response: aggregator.Response{Outcome: aggregator.Throttled, Status: 503, RetryAfter: in(5 * time.Hour)}, rest: in(5 * time.Hour), restsToo: true},
		{name: "503 without a time", response: aggregator.Response{Outcome: aggregator.Failed, Status: 503}, rest: in(schedule.DefaultMinInterval)},
		{name: "500", response: aggregator.Response{Outcome: aggregator.Failed, Status: 500}},
		{name: "no answer", response: aggregator.Response{Outcome: aggregator.Failed}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			db, err := storage.Open(filepath.Join(t.TempDir(), "wiredesk.db"), storage.Options{NoSync: true, InitialMmapBytes: 1 << 20})
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			state := aggregator.SourceState{Source: "norvia", URL: url("norvia"), Hints: test.hints}
			if err := db.Commit(aggregator.Commit{States: []aggregator.SourceState{state}}); err != nil {
				t.Fatal(err)
			}
			log := slog.New(slog.DiscardHandler)
			var grew int64
			test.response.At = now
			poller := ingest.NewPoller(answers{test.response, &grew}, nil, log)
			in, err := ingest.New(ingest.Options{Store: db, Poller: poller, Log: log}, settings())
			if err != nil {
				t.Fatal(err)
			}
			running, end := context.WithCancel(t.Context())
			ended := make(chan error)
			go func() { ended <- in.Run(running) }()
			turn := in.Poll(t.Context(), settings().Sources["norvia"], nil)
			end()
			if err := <-ended; err != nil {
				t.Fatal(err)
			}
			if test.restsToo && test.rest.IsZero() {
				test.rest = turn.Due
			}
			if !turn.Floor.Equal(test.floor) || !turn.Rest.Equal(test.rest) {
				t.Errorf("due at %v, floor %v, rest until %v; want floor %v, rest until %v", turn.Due, turn.Floor, turn.Rest, test.floor, test.rest)
			}
			if turn.Due.Before(turn.Floor) || turn.Due.Before(now) || grew != 1000 {
				t.Errorf("due at %v, floor %v; the body grew to %d", turn.Due, turn.Floor, grew)
			}
		})
	}
}
