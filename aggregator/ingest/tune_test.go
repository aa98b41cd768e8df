package ingest_test

import (
	"fmt"
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// dated is an entry that claims to have been published a minute before the next
// poll.
func (b *bench) dated(guid string) aggregator.Entry {
	e := item(guid, "Headline "+guid)
	e.Published = b.now.Add(9 * time.Minute)
	return e
}

// What was learned of a source survives a restart, and so does the plan; a
// daemon that was restarted goes on as one that was not.
func TestRestartForgetsNoRhythm(t *testing.T) {
	t.Parallel()
	whole, halved := newBench(t), newBench(t)
	for n := range 60 {
		for _, b := range []*bench{whole, halved} {
			b.submit(b.fetched("norvia", b.dated(fmt.Sprint(n))))
		}
		if n != 30 {
			continue
		}
		before := halved.in.State("norvia")
		halved.reopen()
		if diff := cmp.Diff(before, halved.in.State("norvia")); diff != "" {
			t.Errorf("the restart changed the state (-before +after):\n%s", diff)
		}
		if before.Rhythm.Entries < 20 || before.Rhythm.Week == "" || before.Plan.Rule == aggregator.RuleNone {
			t.Errorf("nothing was learned: %+v, %+v", before.Rhythm, before.Plan)
		}
	}
	a, b := whole.in.State("norvia"), halved.in.State("norvia")
	if off := a.NextPoll.Sub(b.NextPoll).Abs(); off > a.NextPoll.Sub(a.LastPoll)/20 {
		t.Errorf("the next poll is at %v, after a restart at %v", a.NextPoll, b.NextPoll)
	}
	if a.Rhythm.Week != b.Rhythm.Week || a.Rhythm.Entries != b.Rhythm.Entries {
		t.Errorf("learned %+v, with a restart %+v", a.Rhythm, b.Rhythm)
	}
}

// The budget is for each source without an interval of its own, from the batch
// after a change of sources on.
func TestLoadFollowsTheSources(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	near := func(what string, got, want float64) {
		t.Helper()
		if math.Abs(got-want) > 0.02*want {
			t.Errorf("%s: %v polls a second, want %v", what, got, want)
		}
	}
	load := b.in.Spending()
	near("budget", load.Budget, 3.0/600)
	near("expected", load.Expected, 3.0/600)
	more := settings()
	for id, interval := range map[string]time.Duration{"minaa": 0, "often": time.Minute} {
		more.Sources[id] = aggregator.Source{ID: id, URL: url(id), Interval: interval}
	}
	b.in.Configure(more)
	b.submit(b.fetched("norvia", b.dated("1")))
	if err := b.in.Ping(t.Context()); err != nil { // whoever waited is answered before it is tuned
		t.Fatal(err)
	}
	load = b.in.Spending()
	near("budget of more", load.Budget, 4.0/600)
	near("fixed", load.Fixed, 1.0/60)
	if !load.Kept() {
		t.Errorf("the budget is not kept: %+v", load)
	}
}

// A source at a new address may be another feed: it is learned anew.
func TestNewAddressIsLearnedAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia", b.dated("1")))
	b.submit(b.fetched("norvia", b.dated("2"), b.dated("3")))
	result := b.fetched("norvia", b.dated("4"), b.dated("5"))
	result.URL = "https://norvia.example/other"
	if s := b.submit(result).State; s.Plan.Rule != aggregator.RuleIndex || s.Rhythm.Entries > 1 {
		t.Errorf("planned by %v with %.2f entries known", s.Plan.Rule, s.Rhythm.Entries)
	}
}
