package schedule

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

// onOwnHosts returns targets on as many hosts, polled every so often.
func onOwnHosts(n int, name string, due time.Time, every time.Duration) []Target {
	targets := make([]Target, n)
	for i := range targets {
		targets[i] = dueNow(fmt.Sprint(name, i), fmt.Sprintf("%s%d.example", name, i))
		targets[i].Due, targets[i].Every = due, every
	}
	return targets
}

// peakIn returns the most polls that started within any span of time.
func (w *world) peakIn(span time.Duration) int {
	most, first := 0, 0
	for i, p := range w.polls {
		for p.at.Sub(w.polls[first].at) >= span {
			first++
		}
		most = max(most, i-first+1)
	}
	return most
}

// Peaks of what is due become at most twice the mean rate.
func TestPeaksAreFlattened(t *testing.T) {
	t.Parallel()
	const (
		n     = 1800
		every = 15 * time.Minute
		mean  = 20 // in ten seconds
	)
	quarter := func() time.Time { return time.Now().Truncate(every).Add(every) }
	tests := []struct {
		name string
		due  time.Duration // of all of them, from the start
		turn func(src aggregator.Source) Turn
	}{
		{"overdue after a pause", -8 * time.Hour, func(aggregator.Source) Turn { return Turn{Due: time.Now().Add(every)} }},
		{"all at the same time", time.Minute, func(aggregator.Source) Turn { return Turn{Due: quarter()} }},
		{"half of them in a herd", time.Minute, func(src aggregator.Source) Turn {
			if len(src.ID)%2 == 0 {
				return Turn{Due: quarter()}
			}
			return Turn{Due: time.Now().Add(every)}
		}},
		{"more often than they say", -time.Hour, func(aggregator.Source) Turn { return Turn{Due: time.Now().Add(every / 10)} }},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				w := &world{takes: func(aggregator.Source) time.Duration { return 300 * time.Millisecond }, turn: test.turn}
				run(t, w, Options{}, Roster{Targets: onOwnHosts(n, "a", start.Add(test.due), every)}, sleep(4*time.Hour))
				if peak := w.peakIn(10 * time.Second); peak > 2*mean || peak < mean*3/2 {
					t.Errorf("%d polls within ten seconds, want at most %d", peak, 2*mean)
				}
				if hours := 4.0; float64(len(w.polls)) < n*hours*4*0.9 {
					t.Errorf("%d polls in all, want one a source and quarter of an hour", len(w.polls))
				}
				first := make(map[string]time.Duration)
				for _, p := range w.polls {
					if _, seen := first[p.source]; !seen {
						first[p.source] = p.at.Sub(start) - max(test.due, 0)
					}
				}
				for source, wait := range first {
					if wait > every*6/10 || len(first) != n {
						t.Fatalf("%s waited %v, and %d were polled at all", source, wait, len(first))
					}
				}
			})
		})
	}
}

// Sources that were never polled are no peak: they start as fast as there are
// places, also beside others that are held back.
func TestColdStartIsNotHeldBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &world{
			takes: func(aggregator.Source) time.Duration { return time.Second },
			turn:  func(aggregator.Source) Turn { return Turn{Due: time.Now().Add(15 * time.Minute)} },
		}
		targets := append(onOwnHosts(900, "old", start.Add(-time.Hour), 15*time.Minute), onOwnHosts(2000, "new", time.Time{}, 15*time.Minute)...)
		run(t, w, Options{}, Roster{Targets: targets}, sleep(10*time.Minute))
		old := 0
		last := time.Duration(0)
		for _, p := range w.polls {
			if p.source[:3] == "new" {
				last = max(last, p.at.Sub(start))
			} else if p.at.Sub(start) < 30*time.Second {
				old++
			}
		}
		// 2,000 polls of a second each in 64 places, and what the others take.
		if last > 36*time.Second {
			t.Errorf("the last source that was never polled started after %v", last)
		}
		if old == 0 || old > 30*7 {
			t.Errorf("%d of those that were overdue started beside them, want twice their mean rate", old)
		}
	})
}

// A few sources have no peaks worth waiting for.
func TestFewSourcesAreNotHeldBack(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &world{turn: func(aggregator.Source) Turn { return Turn{} }}
		run(t, w, Options{}, Roster{Targets: onOwnHosts(5, "a", start.Add(-time.Hour), 15*time.Minute)}, sleep(time.Minute))
		for i, p := range w.polls {
			if wait := p.at.Sub(start); wait > time.Duration(i+1)*time.Second {
				t.Errorf("poll %d started after %v", i, wait)
			}
		}
		if len(w.polls) != 5 {
			t.Errorf("%d polls", len(w.polls))
		}
	})
}

// The pace follows time that passes, whatever the clock on the wall is set to.
func TestPaceOutlivesAClockSetBack(t *testing.T) {
	t.Parallel()
	var p pace
	p.follow(5.5)
	at := time.Now()
	for range 10 {
		for p.take(at) {
			at = at.Add(time.Millisecond)
		}
		if wait := p.next.Sub(at); wait <= 0 || wait > stride {
			t.Fatalf("the next stride is %v away", wait)
		}
		at = p.next
	}
	p = pace{}
	if !p.take(at) {
		t.Error("a pace that follows nothing held a poll back")
	}
}
