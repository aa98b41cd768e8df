package main

import (
	"context"
	"fmt"
	"log/slog"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"wiredesk/aggregator"
	"wiredesk/config"
)

// replay runs documents through the desk, from the socket to the database: only
// the loop that decides when to poll is left out.
type replay struct {
	tb   testing.TB
	farm *farm
	desk *desk
	path string
	stop func()

	truth *truth
	count struct{ captures, whole, cut, foreign int }
}

// newReplay returns a replay of the feeds over an empty database.
func newReplay(tb testing.TB, feeds ...string) *replay {
	tb.Helper()
	r := &replay{tb: tb, farm: newFarm(tb), path: filepath.Join(tb.TempDir(), "wiredesk.db"), truth: newTruth()}
	cfg := config.Default()
	cfg.Storage.Path = r.path
	for _, feed := range feeds {
		cfg.Sources = append(cfg.Sources, r.farm.source(feed))
	}
	desk, err := newDesk(&cfg, slog.New(noErrors{tb}))
	if err != nil {
		tb.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.WithoutCancel(tb.Context()))
	ended := make(chan error, 1)
	go func() { ended <- desk.ingest.Run(ctx) }()
	r.desk = desk
	r.stop = sync.OnceFunc(func() {
		cancel()
		if err := <-ended; err != nil {
			tb.Errorf("the writer: %v", err)
		}
		if err := desk.close(); err != nil {
			tb.Errorf("close: %v", err)
		}
	})
	tb.Cleanup(r.stop)
	return r
}

// noErrors is a log that fails the test with what is our own fault.
type noErrors struct{ tb testing.TB }

func (noErrors) Enabled(_ context.Context, level slog.Level) bool { return level >= slog.LevelError }
func (n noErrors) WithAttrs([]slog.Attr) slog.Handler             { return n }
func (n noErrors) WithGroup(string) slog.Handler                  { return n }

func (n noErrors) Handle(_ context.Context, r slog.Record) error {
	var attrs strings.Builder
	r.Attrs(func(a slog.Attr) bool {
		fmt.Fprintf(&attrs, " %s", a)
		return true
	})
	n.tb.Errorf("logged at %s: %s%s", r.Level, r.Message, attrs.String())
	return nil
}

// round shows the captures of one instant and polls their feeds, all at once.
func (r *replay) round(captures []capture) {
	for _, c := range captures {
		r.count.captures++
		found := read(c.body)
		switch {
		case !found.feed:
			r.count.foreign++
		case found.whole:
			r.count.whole++
		default:
			r.count.cut++
		}
		r.truth.take(c.feed, found)
		r.farm.show(c.feed, servedDocument{body: c.body})
	}
	each(captures, r.pollCapture)
}

// pollsAtOnce is how many polls are under way at once, as in the daemon.
const pollsAtOnce = 64

// each calls poll with every item, with many at once.
func each[T any](items []T, poll func(T)) {
	var polls sync.WaitGroup
	places := make(chan struct{}, pollsAtOnce)
	for _, item := range items {
		places <- struct{}{}
		polls.Go(func() {
			defer func() { <-places }()
			poll(item)
		})
	}
	polls.Wait()
}

// poll polls a feed once and returns its state before and after.
func (r *replay) poll(feed string) (before, after aggregator.SourceState) {
	before = r.desk.ingest.State(feed)
	turn := r.desk.ingest.Poll(r.tb.Context(), r.farm.source(feed), nil)
	for after = r.desk.ingest.State(feed); after.Polls == before.Polls; after = r.desk.ingest.State(feed) {
		// The poll of an unchanged source does not wait for the writer.
		if err := r.desk.ingest.Ping(r.tb.Context()); err != nil {
			r.tb.Errorf("%s: wait for the writer: %v", feed, err)
			break
		}
	}
	if !turn.Due.Equal(after.NextPoll) || !after.NextPoll.After(after.LastPoll) {
		r.tb.Errorf("%s: polled at %v, the next poll is due %v, the loop is told %v", feed, after.LastPoll, after.NextPoll, turn.Due)
	}
	if after.Problem.Kind == aggregator.ProblemInternal {
		r.tb.Errorf("%s: %s", feed, after.Problem.Message)
	}
	return before, after
}

// pollCapture polls a feed whose document is new, and once more.
func (r *replay) pollCapture(c capture) {
	found := read(c.body)
	before, after := r.poll(c.feed)
	if len(found.items) == 0 && (!found.feed || !found.whole) {
		r.wantRefused(c.feed, before, after)
		return
	}
	if !after.Outcome.Good() || after.Failures != 0 {
		r.tb.Errorf("%s at %d: %s", c.feed, c.at, said(after))
		return
	}
	unchanged := r.farm.unchangedAnswers(c.feed)
	_, again := r.poll(c.feed)
	// What breaks off is asked for again, the rest may yet come; but not where
	// the document before broke off as well.
	saved := r.farm.unchangedAnswers(c.feed) > unchanged
	if again.Outcome != aggregator.NotModified || saved != (found.whole || before.Document == aggregator.DocumentCut) {
		r.tb.Errorf("%s at %d: asked again it is %s, answered with 304: %v", c.feed, c.at, again.Outcome, saved)
	}
}

// wantRefused: nothing came of a document without a whole entry, and what was
// known of its source stays.
func (r *replay) wantRefused(feed string, before, after aggregator.SourceState) {
	kind := after.Problem.Kind
	if after.Outcome != aggregator.Failed || kind != aggregator.ProblemNotFeed && kind != aggregator.ProblemMalformed {
		r.tb.Errorf("%s: a document without entries: %s", feed, said(after))
	}
	again := before.BodyDigest == after.BodyDigest // the same: it is asked for by its own tag from now on
	if after.Failures != before.Failures+1 || after.Validators != before.Validators && !again || after.EntriesNew != before.EntriesNew {
		r.tb.Errorf("%s: a document without entries changes what is known of its source: before %s, then %s", feed, said(before), said(after))
	}
}

// said returns what a state says of the last poll and those before.
func said(s aggregator.SourceState) string {
	return fmt.Sprintf("%s %s %q, %d failures, %d entries, ETag %s", s.Outcome, s.Problem.Kind, s.Problem.Message, s.Failures, s.EntriesNew, s.Validators.ETag)
}

// finish compares the database with the truth, and says what there was.
func (r *replay) finish() {
	r.stop()
	in := readInventory(r.tb, r.path)
	in.compare(r.tb, r.truth)
	in.publish(r.tb)
	r.tb.Logf("%d captures (%d well-formed, %d cut short, %d no feeds), %d answered with 304",
		r.count.captures, r.count.whole, r.count.cut, r.count.foreign, r.farm.unchangedAnswers(""))
	r.tb.Logf("%s", in)
}

// TestReplay: whatever the captured feeds showed is in the database, once.
func TestReplay(t *testing.T) {
	t.Parallel()
	all := readCaptures(t, "trace", "many-scripts")
	r := newReplay(t, feedsOf(all)...)
	for _, round := range someOf(rounds(all)) {
		r.round(round)
	}
	r.finish()
}

// TestReplayBrokenOff: the same where every document breaks off somewhere, and
// now and then a page or nothing at all comes in its place.
func TestReplayBrokenOff(t *testing.T) {
	t.Parallel()
	all := readCaptures(t, "trace", "many-scripts")
	r := newReplay(t, feedsOf(all)...)
	random := rand.New(rand.NewPCG(2, 2))
	for i := range all {
		c := &all[i]
		switch random.IntN(10) {
		case 0:
			c.body = nil
		case 1:
			c.body = []byte("<!DOCTYPE html>\n<html><head><title>Back soon</title></head><body><p>We are at work.<br>Come back.</p></body></html>")
		default:
			c.body = c.body[:random.IntN(len(c.body)+1)]
		}
	}
	for _, round := range someOf(rounds(all)) {
		r.round(round)
	}
	if r.count.cut == 0 || r.count.foreign == 0 {
		t.Errorf("%d cut, %d no feeds: nothing was tried", r.count.cut, r.count.foreign)
	}
	r.finish()
}

// someOf returns all rounds, and the first quarter under -short: with the race
// detector the whole takes minutes and tells no more.
func someOf(all [][]capture) [][]capture {
	if testing.Short() {
		return all[:len(all)/4]
	}
	return all
}

func feedsOf(all []capture) []string {
	feeds := make(map[string]bool)
	for _, c := range all {
		feeds[c.feed] = true
	}
	return slices.Sorted(maps.Keys(feeds))
}
