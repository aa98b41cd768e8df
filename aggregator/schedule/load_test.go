package schedule

import (
	"bytes"
	"fmt"
	"log/slog"
	"math"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

// gaps returns the longest time between two polls of each source, from after on
// until the end.
func (w *world) gaps(after, end time.Time) map[string]time.Duration {
	longest := make(map[string]time.Duration)
	last := make(map[string]time.Time)
	note := func(source string, at time.Time) {
		if since, seen := last[source]; seen && since.After(after) {
			longest[source] = max(longest[source], at.Sub(since))
		}
		last[source] = at
	}
	for _, p := range w.polls {
		note(p.source, p.at)
	}
	for source := range last {
		note(source, end)
	}
	return longest
}

// Far more is due than there are places for: every source gets its share,
// whether it is alone on its host or not.
func TestOverloadStarvesNoSource(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		targets := onOwnHosts(200, "a", start.Add(-time.Hour), 30*time.Second)
		for i := range 200 {
			big := dueNow(fmt.Sprint("big", i), "big.example")
			big.Due, big.Every = start, 30*time.Second
			targets = append(targets, big)
		}
		w := &world{
			takes: func(aggregator.Source) time.Duration { return time.Second },
			turn:  func(aggregator.Source) Turn { return Turn{Due: time.Now().Add(30 * time.Second)} },
		}
		run(t, w, Options{Concurrency: 4}, Roster{Targets: targets, Peace: Peace{PerHost: 64}}, sleep(time.Hour))
		gaps := w.gaps(start, time.Now())
		if len(gaps) != 400 || w.most != 4 {
			t.Errorf("%d sources polled again, %d at once", len(gaps), w.most)
		}
		for source, gap := range gaps {
			if gap > 110*time.Second { // 400 polls of a second in 4 places take 100
				t.Errorf("%s was not polled for %v", source, gap)
			}
		}
	})
}

// One host has more sources than its gap lets through: they take turns, and the
// others are on time.
func TestOverloadedHostDelaysNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		const every = 15 * time.Minute
		targets := onOwnHosts(300, "a", start.Add(time.Minute), every)
		for i := range 2000 {
			big := dueNow(fmt.Sprint("big", i), "big.example")
			big.Due, big.Every = start.Add(time.Minute), every
			targets = append(targets, big)
		}
		var log bytes.Buffer
		w := &world{turn: func(aggregator.Source) Turn { return Turn{Due: time.Now().Add(every)} }}
		run(t, w, Options{Log: slog.New(slog.NewTextHandler(&log, nil))}, Roster{Targets: targets, Peace: Peace{HostGap: time.Second}}, sleep(4*time.Hour))
		for source, gap := range w.gaps(start.Add(30*time.Minute), time.Now()) {
			longest := every + 5*time.Second
			if strings.HasPrefix(source, "big") {
				longest = 2000*time.Second + every
			}
			if gap > longest {
				t.Errorf("%s was not polled for %v", source, gap)
			}
		}
		if peak := w.peakIn(time.Second); peak > 10 {
			t.Errorf("%d polls within a second", peak)
		}
		if text := log.String(); strings.Count(text, "msg=") != 1 || !strings.Contains(text, "host=big.example") {
			t.Errorf("the log says, and not once which host is at fault:\n%s", text)
		}
	})
}

// Sources that were never polled and those that are late take turns where there
// are not enough places for either.
func TestColdStartAndOverloadTakeTurns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &world{
			takes: func(aggregator.Source) time.Duration { return time.Second },
			turn: func(src aggregator.Source) Turn {
				if src.ID[:3] == "new" {
					return Turn{}
				}
				return Turn{Due: time.Now().Add(time.Second)}
			},
		}
		targets := onOwnHosts(100, "old", start.Add(-time.Hour), 10*time.Second)
		for i := range 200 {
			targets = append(targets, dueNow(fmt.Sprint("new", i), fmt.Sprintf("host%d.example", i/4)))
		}
		run(t, w, Options{Concurrency: 2}, Roster{Targets: targets}, sleep(100*time.Second))
		count := make(map[string]int)
		for _, p := range w.polls {
			count[p.source[:3]]++
		}
		if count["old"] < 98 || count["new"] < 98 {
			t.Errorf("polls %v in 100 s with 2 places, want the half for each", count)
		}
	})
}

func TestFallingBehindIsSaidOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		const every = 15 * time.Minute
		takes := 4 * time.Second
		w := &world{turn: func(aggregator.Source) Turn { return Turn{Due: time.Now().Add(every)} }}
		w.takes = func(aggregator.Source) time.Duration {
			w.mu.Lock()
			defer w.mu.Unlock()
			return takes
		}
		var log bytes.Buffer
		said := func(late, onTime int) func(*Loop) {
			return func(l *Loop) {
				synctest.Wait()
				text := log.String()
				if strings.Count(text, "polls are late") != late || strings.Count(text, "polls are on time again") != onTime {
					t.Errorf("after %v the log says:\n%s", time.Since(start), text)
				}
				load := l.Load()
				if behind := late > onTime; load.Behind != behind || behind != (load.Lateness > every/4) || behind && load.Due < 100 {
					t.Errorf("after %v the load is %+v", time.Since(start), load)
				}
				if math.Abs(load.PlannedPerSecond-1) > 1e-9 {
					t.Errorf("%v polls a second are planned, want 1", load.PlannedPerSecond)
				}
			}
		}
		now := func(long time.Duration) func(*Loop) {
			return func(*Loop) {
				w.mu.Lock()
				takes = long
				w.mu.Unlock()
			}
		}
		targets := onOwnHosts(900, "a", time.Time{}, every)
		for i := range targets {
			targets[i].Due = start.Add(time.Duration(i) * time.Second)
		}
		run(t, w, Options{Concurrency: 2, Log: slog.New(slog.NewTextHandler(&log, nil))}, Roster{Targets: targets},
			// Half of what is planned can be done.
			sleep(3*time.Hour), said(1, 0),
			now(100*time.Millisecond), sleep(time.Hour), said(1, 1),
			sleep(5*time.Hour), said(1, 1),
			now(4*time.Second), sleep(3*time.Hour), said(2, 1))
	})
}

// What passes is not worth a warning: sources that are overdue after a pause, a
// cold start, a host that asked to be left in peace.
func TestWhatPassesIsNoOverload(t *testing.T) {
	t.Parallel()
	const every = 15 * time.Minute
	tests := []struct {
		name    string
		targets func(start time.Time) []Target
		peace   Peace
		turn    func(src aggregator.Source) Turn
	}{
		{name: "a pause", targets: func(start time.Time) []Target { return onOwnHosts(1800, "a", start.Add(-8*time.Hour), every) }},
		{name: "a cold start of one host", peace: Peace{HostGap: time.Second}, targets: func(time.Time) []Target {
			var targets []Target
			for i := range 800 {
				target := dueNow(fmt.Sprint("a", i), "wire.example")
				target.Every = every
				targets = append(targets, target)
			}
			return targets
		}},
		{name: "a host that rests", targets: func(start time.Time) []Target {
			targets := onOwnHosts(100, "a", start, every)
			for i := range targets[:20] {
				targets[i].Source.URL = "https://wire.example/" + targets[i].Source.ID
			}
			return targets
		}, turn: func(src aggregator.Source) Turn {
			turn := Turn{Due: time.Now().Add(every)}
			if strings.Contains(src.URL, "wire.example") {
				turn.Rest = time.Now().Add(2 * time.Hour)
			}
			return turn
		}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := &world{turn: test.turn}
				if w.turn == nil {
					w.turn = func(aggregator.Source) Turn { return Turn{Due: time.Now().Add(every)} }
				}
				var log bytes.Buffer
				run(t, w, Options{Log: slog.New(slog.NewTextHandler(&log, nil))},
					Roster{Targets: test.targets(time.Now()), Peace: test.peace}, sleep(5*time.Hour))
				if log.Len() > 0 {
					t.Errorf("the log says:\n%s", log.String())
				}
			})
		})
	}
}
