package schedule

import (
	"fmt"
	"math"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// unknown returns so many sources that were never polled.
func unknown(n int, interval time.Duration) func(yield func(aggregator.Source, aggregator.SourceState) bool) {
	return func(yield func(aggregator.Source, aggregator.SourceState) bool) {
		for i := range n {
			id := fmt.Sprint("source-", i)
			if !yield(aggregator.Source{ID: id, Interval: interval}, aggregator.SourceState{Source: id}) {
				return
			}
		}
	}
}

// Of sources of which nothing is known each gets the mean interval.
func TestTuneKnowsNothing(t *testing.T) {
	t.Parallel()
	for _, budget := range []time.Duration{2 * time.Minute, 15 * time.Minute, 5 * time.Hour} {
		planner := Planner{Budget: budget}
		w := newWatcher(0)
		w.planner, w.tuning = planner, planner.Tune(nil, noon, false, unknown(10, 0))
		w.poll(Observation{At: noon})
		wait := w.poll(Observation{At: noon.Add(time.Second)}).At.Sub(noon)
		if wait < budget*9/10 || wait > budget*11/10 {
			t.Errorf("budget %v: polled after %v", budget, wait)
		}
	}
}

// A budget that the bounds do not let be kept is told apart from one that is
// not used up.
func TestSpending(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		planner  Planner
		interval time.Duration
		want     Spending
		kept     bool
	}{
		"kept":          {planner: Planner{Budget: 10 * time.Minute}, want: Spending{Budget: 10. / 600, Expected: 10. / 600}, kept: true},
		"too small":     {planner: Planner{Budget: 2 * time.Hour, MaxInterval: time.Hour}, want: Spending{Budget: 10. / 7200, Expected: 10. / 3600}},
		"not used up":   {planner: Planner{Budget: time.Minute, MinInterval: 2 * time.Minute}, want: Spending{Budget: 10. / 60, Expected: 10. / 120}, kept: true},
		"outside of it": {planner: Planner{}, interval: time.Minute, want: Spending{Fixed: 10. / 60}, kept: true},
		"never any":     {planner: Planner{}, want: Spending{}, kept: true},
	} {
		n := 10
		if name == "never any" {
			n = 0
		}
		spending := test.planner.Tune(nil, noon, false, unknown(n, test.interval)).Spending()
		for _, pair := range [][2]float64{{spending.Budget, test.want.Budget}, {spending.Expected, test.want.Expected}, {spending.Fixed, test.want.Fixed}} {
			if math.Abs(pair[0]-pair[1]) > 0.01*pair[1] {
				t.Errorf("%s: %+v, want %+v", name, spending, test.want)
			}
		}
		if spending.Kept() != test.kept {
			t.Errorf("%s: kept is %v", name, spending.Kept())
		}
	}
	if load := (*Tuning)(nil).Spending(); load != (Spending{}) {
		t.Errorf("without a tuning %+v", load)
	}
}

// Whoever plans for a poll, and whenever, plans by the same tuning.
func TestTuningComesIntoForceLater(t *testing.T) {
	t.Parallel()
	first := Planner{}.Tune(nil, noon, false, unknown(5, 0))
	now := noon.Add(firstTune)
	if first.Due(now.Add(-1)) || !first.Due(now) {
		t.Error("the first tuning is not followed when it should be")
	}
	second := Planner{Budget: time.Hour}.Tune(first, now, false, unknown(5, 0))
	if got := second.at(now.Add(notice - 1)); got.theta != first.theta {
		t.Errorf("a poll answered before the notice is over is planned by theta %v, want %v", got.theta, first.theta)
	}
	if got := second.at(now.Add(notice)); got != second || got.theta == first.theta {
		t.Errorf("a poll answered after it is planned by theta %v", got.theta)
	}
	third := Planner{}.Tune(second, now.Add(time.Hour), false, unknown(5, 0))
	if third.before.before != nil {
		t.Error("tunings are kept for ever")
	}
	if third.lasts != 4*firstTune {
		t.Errorf("the third tuning lasts %v", third.lasts)
	}
	if changed := (Planner{}).Tune(third, now.Add(2*time.Hour), true, unknown(6, 0)); changed.lasts != firstTune {
		t.Errorf("after a change of sources a tuning lasts %v", changed.lasts)
	}
}

// Sources that fail, are gone or pushed leave nothing of their share to others.
func TestShareOfTheSilentIsNotSpent(t *testing.T) {
	t.Parallel()
	states := map[string]aggregator.SourceState{
		"failing": {Outcome: aggregator.Failed, Failures: 3},
		"gone":    {Outcome: aggregator.Gone, Failures: 1},
		"pushed":  {Push: aggregator.Push{LeaseUntil: noon.Add(time.Hour)}},
		"well":    {},
	}
	load := Planner{}.Tune(nil, noon, false, func(yield func(aggregator.Source, aggregator.SourceState) bool) {
		for id, state := range states {
			if !yield(aggregator.Source{ID: id}, state) {
				return
			}
		}
	}).Spending()
	if want := 1. / 900; math.Abs(load.Budget-want) > 1e-9 {
		t.Errorf("budget of %v polls a second, want that of one source", load.Budget)
	}
}
