package main

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/parse"
)

// TestWeek runs the captured feeds as they were polled, one after the other and
// each at its time, and says how much of what they repeat is folded away.
func TestWeek(t *testing.T) {
	t.Parallel()
	if !long() {
		t.Skip("takes half a minute: set WIREDESK_LONG=1")
	}
	for _, tt := range []struct {
		folder      string
		least, most float64 // share of the entries that is folded away
		largest     int     // story, in entries
	}{
		{folder: "trace", least: 0.06, most: 0.16, largest: 30},
		{folder: "many-scripts", least: 0.15, most: 0.33, largest: 40},
	} {
		t.Run(tt.folder, func(t *testing.T) {
			t.Parallel()
			all := readCaptures(t, tt.folder)
			r := newReplay(t, feedsOf(all)...)
			r.live(all)
			r.stop()
			in := readInventory(t, r.path)
			in.compareStories(t)
			folded := foldingOf(in)
			t.Logf("%s\n%s", in, folded)
			if share := folded.share(); share < tt.least || share > tt.most {
				t.Errorf("%.3f of the entries are folded away, want %.2f to %.2f", share, tt.least, tt.most)
			}
			if folded.largest > tt.largest {
				t.Errorf("a story of %d entries, want %d at most", folded.largest, tt.largest)
			}
		})
	}
}

// live polls the feeds of the captures in their order, each at the instant at
// which it was captured: windows and gaps are those of the feeds.
func (r *replay) live(all []capture) {
	clock := &clocked{Fetcher: r.desk.client}
	poller := ingest.NewPoller(clock, parse.New(parse.Options{}), r.desk.log)
	for _, c := range all {
		clock.at = time.Unix(c.at, 0).UTC()
		r.farm.show(c.feed, servedDocument{body: c.body})
		result := poller.Ask(r.tb.Context(), r.farm.source(c.feed), r.desk.ingest.State(c.feed))
		report, err := r.desk.ingest.Submit(result)
		if err != nil {
			r.tb.Fatalf("%s at %d: %v", c.feed, c.at, err)
		}
		if last := report.State.LastPoll; !last.Equal(clock.at) {
			r.tb.Fatalf("%s at %d: polled at %v", c.feed, c.at, last)
		}
		if found := read(c.body); found.feed && found.whole && !report.State.Outcome.Good() {
			r.tb.Errorf("%s at %d: %s", c.feed, c.at, said(report.State))
		}
	}
}

// clocked is a fetcher whose answers come at the time it is set to.
type clocked struct {
	ingest.Fetcher
	at time.Time
}

// Fetch fetches, and dates the answer.
func (c *clocked) Fetch(ctx context.Context, req aggregator.Request) aggregator.Response {
	resp := c.Fetcher.Fetch(ctx, req)
	resp.At = c.at
	return resp
}

// folding is what the entries of a database came to.
type folding struct {
	entries, stories int
	kinds            map[aggregator.DecisionKind]int
	merged           int // stories that turned out to be another
	shared           int // stories told by more than one source
	largest          int // entries of a story, at most
}

func foldingOf(in *inventory) folding {
	f := folding{entries: len(in.entries), stories: len(in.stories), kinds: in.counts}
	for i := range in.stories {
		s := &in.stories[i]
		f.merged += len(s.Merged)
		f.largest = max(f.largest, len(s.Members))
		if s.Sources() > 1 {
			f.shared++
		}
	}
	return f
}

// share returns which part of the entries readers are not shown a second time.
func (f folding) share() float64 { return float64(f.entries-f.stories) / float64(f.entries) }

// String returns the counts.
func (f folding) String() string {
	var kinds strings.Builder
	for _, kind := range aggregator.DecisionKinds() {
		fmt.Fprintf(&kinds, ", %d %s", f.kinds[kind], kind)
	}
	return fmt.Sprintf("%.1f%% folded away%s, %d merged; %d stories of several sources, the largest of %d entries",
		100*f.share(), kinds.String(), f.merged, f.shared, f.largest)
}
