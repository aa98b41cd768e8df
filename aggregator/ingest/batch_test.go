package ingest_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/storage"
)

// failing is a store that refuses to commit while down is set, and panics on
// entries it is told to.
type failing struct {
	ingest.Store
	down  bool
	deaf  bool // and cannot be read
	reads int  // of the judge's snapshot
	panic aggregator.EntryID
}

var errFull = errors.New("no space left on device")

func (f *failing) Commit(c aggregator.Commit) error {
	if f.down {
		return errFull
	}
	return f.Store.Commit(c)
}

func (f *failing) LoadJudge() (uint64, []byte, error) {
	f.reads++
	return f.Store.LoadJudge()
}

func (f *failing) Pins() ([]aggregator.Pin, error) {
	if f.deaf {
		return nil, errFull
	}
	return f.Store.Pins()
}

func (f *failing) Known(ids []aggregator.EntryID) ([]aggregator.Known, error) {
	for _, id := range ids {
		if id == f.panic {
			panic("an entry that should not be")
		}
	}
	return f.Store.Known(ids)
}

func TestFailedCommitLosesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.close()
	store := &failing{}
	b.open(func(s ingest.Store) ingest.Store { store.Store = s; return store })
	b.submit(b.fetched("norvia", item("1", "Ferry with forty aboard runs aground")))
	before := b.in.State("norvia")

	store.down = true
	if _, err := b.in.Submit(b.fetched("norvia", item("2", "Budget passes after an all-night sitting"), item("1", "Ferry with forty aboard runs aground"))); !errors.Is(err, errFull) {
		t.Fatalf("Submit = %v", err)
	}
	if diff := cmp.Diff(before, b.in.State("norvia")); diff != "" {
		t.Errorf("the state outran the entries (-before +after):\n%s", diff)
	}
	if !errors.Is(b.in.Fault(), errFull) {
		t.Errorf("Fault = %v", b.in.Fault())
	}

	store.down = false
	// Nothing of the failed attempt is remembered: the copy begins a story.
	report := b.submit(b.fetched("kelmar", aggregator.Entry{GUID: "k", Title: "Budget passes after an all-night sitting"}))
	if got := kinds(report); got != "new" {
		t.Errorf("after healing: %s", got)
	}
	if got := kinds(b.submit(b.fetched("norvia", item("2", "Budget passes after an all-night sitting"), item("1", "Ferry with forty aboard runs aground")))); got != "copy" {
		t.Errorf("the same document again: %s", got)
	}
	if b.in.Fault() != nil {
		t.Errorf("Fault = %v after healing", b.in.Fault())
	}
	b.wantEntries(3)
}

// While a disk is full the archive is not read again for each poll, nor is each
// told of.
func TestStoreThatFailsIsLeftAlone(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, err := storage.Open(filepath.Join(t.TempDir(), "wiredesk.db"), storage.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		var out bytes.Buffer
		store := &failing{Store: db}
		in, err := ingest.New(ingest.Options{Store: store, Log: slog.New(slog.NewTextHandler(&out, nil))}, settings())
		if err != nil {
			t.Fatal(err)
		}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- in.Run(ctx) }()
		b := &bench{t: t, now: time.Now()}
		submit := func(n int) error {
			_, err := in.Submit(b.fetched("norvia", item(fmt.Sprint(n), fmt.Sprint("Ferry ", n, " runs aground"))))
			return err
		}
		if err := submit(0); err != nil {
			t.Fatal(err)
		}
		store.down = true
		before := store.reads
		for n := range 100 {
			if err := submit(1 + n); !errors.Is(err, errFull) {
				t.Errorf("Submit = %v", err)
			}
			time.Sleep(time.Second)
		}
		if n := store.reads - before; n < 4 || n > 12 {
			t.Errorf("the archive was read %d times in 100 seconds", n)
		}
		if said := out.String(); strings.Count(said, "\n") > 2 {
			t.Errorf("logged:\n%s", said)
		}
		store.down = false
		time.Sleep(time.Minute)
		if err := submit(200); err != nil {
			t.Errorf("after healing: %v", err)
		}
		store.down = true
		if err := submit(201); !errors.Is(err, errFull) {
			t.Errorf("down again: %v", err)
		}
		store.down = false
		if err := submit(202); err != nil {
			t.Errorf("a failure between two good commits has the second refused: %v", err)
		}
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// What a failed commit was folded into is taken back before anything else is
// folded, also where the archive cannot be read at once.
func TestFailedCommitIsTakenBackLater(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.close()
	store := &failing{}
	b.open(func(s ingest.Store) ingest.Store { store.Store = s; return store })
	const budget = "Budget passes after an all-night sitting"
	store.down, store.deaf = true, true
	if _, err := b.in.Submit(b.fetched("norvia", item("2", budget))); !errors.Is(err, errFull) {
		t.Fatalf("Submit = %v", err)
	}
	store.down, store.deaf = false, false
	if got := kinds(b.submit(b.fetched("kelmar", aggregator.Entry{GUID: "k", Title: budget}))); got != "new" {
		t.Errorf("after healing: %s", got)
	}
}

func TestPanicCostsOneResultOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.close()
	store := &failing{panic: aggregator.EntryKey("norvia", aggregator.KeyGUID, "evil")}
	b.open(func(s ingest.Store) ingest.Store { store.Store = s; return store })
	results := []aggregator.PollResult{
		b.fetched("kelmar", aggregator.Entry{GUID: "1", Title: "Rain"}),
		b.fetched("norvia", item("evil", "Evil")),
		b.fetched("herald", aggregator.Entry{GUID: "2", Title: "Sun"}),
	}
	reports := make(chan ingest.Report)
	for _, r := range results {
		go func() {
			report, err := b.in.Submit(r)
			if err != nil {
				t.Errorf("%s: %v", r.Source, err)
			}
			reports <- report
		}()
	}
	for range results {
		r := <-reports
		bad := r.State.Source == "norvia"
		if bad != (r.State.Problem.Kind == aggregator.ProblemInternal) || bad != (r.State.Outcome == aggregator.Failed) {
			t.Errorf("%s: %v, %+v", r.State.Source, r.State.Outcome, r.State.Problem)
		}
		if bad && r.State.Validators.ETag != "" {
			t.Error("the validators of a document that could not be stored are kept")
		}
	}
	b.wantEntries(2)
}

func TestUnchangedSourcesWaitForACommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.submit(b.fetched("norvia", item("1", "A")))
		b.now = b.now.Add(time.Hour)
		b.submit(aggregator.PollResult{Source: "norvia", URL: url("norvia"), Response: aggregator.Response{Outcome: aggregator.NotModified, At: b.now}})
		stored := func() time.Time {
			states, err := b.db.States()
			if err != nil || len(states) != 1 {
				t.Fatalf("states %v, %v", states, err)
			}
			return states[0].LastPoll
		}
		if stored().Equal(b.now) {
			t.Error("an unchanged source cost a transaction of its own")
		}
		time.Sleep(5100 * time.Millisecond)
		if !stored().Equal(b.now) {
			t.Error("the state is not stored five seconds later")
		}
		b.now = b.now.Add(time.Hour)
		b.submit(aggregator.PollResult{Source: "norvia", URL: url("norvia"), Response: aggregator.Response{Outcome: aggregator.NotModified, At: b.now}})
		b.stop()
		b.stop = nil
		if !stored().Equal(b.now) {
			t.Error("the state is lost at a clean stop")
		}
		if err := b.db.Close(); err != nil {
			t.Error(err)
		}
	})
}
