package schedule

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestReplace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		moved := dueNow("c", "new.example")
		w := &world{takes: func(src aggregator.Source) time.Duration { return 5 * time.Second }}
		run(t, w, Options{}, among(dueNow("a", "a.example"), dueNow("b", "b.example"), dueNow("c", "old.example")),
			sleep(time.Second), // all three are under way
			func(l *Loop) {
				b := dueNow("b", "b.example")
				b.Due = time.Now().Add(time.Hour)
				l.Replace(t.Context(), among(b, moved, dueNow("d", "d.example")))
			},
			sleep(10*time.Minute))
		if n := len(w.times("a")); n != 1 {
			t.Errorf("a was polled %d times, want never after it went", n)
		}
		if n := len(w.times("b")); n < 5 {
			t.Errorf("b was polled %d times: the poll under way did not set its next", n)
		}
		if n := len(w.times("d")); n < 5 {
			t.Errorf("d was polled %d times", n)
		}
		hosts := make(map[string]int)
		for _, p := range w.polls {
			if p.source == "c" {
				hosts[p.host]++
			}
		}
		if hosts["host:old.example"] != 1 || hosts["host:new.example"] < 5 {
			t.Errorf("c was polled at %v, want once at the old address", hosts)
		}
		for name, peak := range w.peak {
			if peak > 1 {
				t.Errorf("%s: %d polls at once", name, peak)
			}
		}
	})
}

func TestReplaceKeepsDueTimes(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &world{turn: func(aggregator.Source) Turn { return Turn{Due: start.Add(time.Minute)} }}
		stale := func(l *Loop) { l.Replace(t.Context(), among(dueNow("a", "a.example"))) }
		run(t, w, Options{}, among(dueNow("a", "a.example")), sleep(time.Second), stale, sleep(30*time.Second), stale, sleep(20*time.Second))
		if at := w.times("a"); len(at) != 1 {
			t.Errorf("polled at %v, want once in the first minute", at)
		}
	})
}

// Sources come and go at random and are never polled twice at a time, too
// early, or not at all.
func TestLoopUnderChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		random := rand.New(rand.NewPCG(3, 4))
		w := &world{takes: func(src aggregator.Source) time.Duration { return time.Duration(len(src.ID)) * 400 * time.Millisecond }}
		peace := Peace{PerHost: 2, HostGap: 100 * time.Millisecond}
		step := func(l *Loop) {
			var targets []Target
			for i := range 60 {
				if random.IntN(4) > 0 {
					targets = append(targets, dueNow(fmt.Sprint("a", i), fmt.Sprintf("host%d.example", random.IntN(8))))
				}
			}
			l.Replace(t.Context(), Roster{Targets: targets, Peace: peace})
			time.Sleep(time.Duration(random.IntN(40)) * time.Second)
		}
		var steps []func(*Loop)
		for range 50 {
			steps = append(steps, step)
		}
		run(t, w, Options{Concurrency: 10}, Roster{}, steps...)
		for name, peak := range w.peak {
			if limit := map[bool]int{true: 2, false: 1}[len(name) > 5]; peak > limit {
				t.Errorf("%s: %d polls at once", name, peak)
			}
		}
		for i := range 60 {
			if len(w.times(fmt.Sprint("a", i))) == 0 {
				t.Errorf("a%d was never polled", i)
			}
		}
	})
}

// order returns the sources in the order in which they were polled.
func (w *world) order() (ids []string) {
	for _, p := range w.polls {
		ids = append(ids, p.source)
	}
	return ids
}

func TestReplaceKeepsPlaces(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var targets []Target
		for i := range 8 {
			target := dueNow(fmt.Sprint("a", i), "wire.example")
			target.Due = start.Add(-time.Duration(i) * time.Minute) // the last is the latest
			targets = append(targets, target)
		}
		w := &world{
			takes: func(aggregator.Source) time.Duration { return 4 * time.Second },
			turn:  func(aggregator.Source) Turn { return Turn{} },
		}
		run(t, w, Options{}, Roster{Targets: targets}, sleep(10*time.Second), func(l *Loop) {
			// a7, a6 and a5 have started. a4 goes while its host is busy, others come.
			kept := slices.Delete(slices.Clone(targets), 4, 5)
			for i := range kept {
				kept[i].Due = time.Now().Add(time.Hour) // of no account
			}
			l.Replace(t.Context(), among(append(kept, dueNow("other", "other.example"))...))
		}, sleep(time.Minute))
		if diff := cmp.Diff([]string{"a7", "a6", "a5", "other", "a3", "a2", "a1", "a0"}, w.order()); diff != "" {
			t.Errorf("polls (-want +got):\n%s", diff)
		}
	})
}

func TestChangedIntervalBringsForward(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name          string
		due, floor    time.Duration // from the start
		before, after time.Duration // intervals
		want          time.Duration // from the start; the change comes after a minute
	}{
		{"shorter", 24 * time.Hour, time.Second, 24 * time.Hour, 10 * time.Minute, 11 * time.Minute},
		{"of its own", 24 * time.Hour, time.Second, 0, 10 * time.Minute, 11 * time.Minute},
		{"shorter than the server allows", 24 * time.Hour, 2 * time.Hour, 24 * time.Hour, 10 * time.Minute, 2 * time.Hour},
		{"shorter, and nothing is known of the server", 3 * time.Hour, 0, 24 * time.Hour, 10 * time.Minute, 3 * time.Hour},
		{"shorter, and it is due sooner", 5 * time.Minute, time.Second, 24 * time.Hour, 10 * time.Minute, 5 * time.Minute},
		{"longer", 10 * time.Minute, time.Second, 10 * time.Minute, 24 * time.Hour, 10 * time.Minute},
		{"none of its own any more", 3 * time.Hour, time.Second, 24 * time.Hour, 0, 3 * time.Hour},
		{"the same", 3 * time.Hour, time.Second, 10 * time.Minute, 10 * time.Minute, 3 * time.Hour},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, how := range []string{"as it was at the start", "as its poll said", "during its poll"} {
				synctest.Test(t, func(t *testing.T) {
					start := time.Now()
					at := func(d time.Duration) time.Time {
						if d == 0 {
							return time.Time{}
						}
						return start.Add(d)
					}
					target := dueNow("a", "a.example")
					target.Source.Interval = test.before
					polls := 1
					w := &world{turn: func(aggregator.Source) Turn {
						if polls++; polls > 2 {
							return Turn{}
						}
						return Turn{Due: at(test.due), Floor: at(test.floor)}
					}}
					switch how {
					case "as it was at the start":
						polls = 2
						target.Due, target.Floor = at(test.due), at(test.floor)
					case "during its poll":
						w.takes = func(aggregator.Source) time.Duration { return time.Minute }
					}
					run(t, w, Options{}, among(target), sleep(time.Minute), func(l *Loop) {
						target.Source.Interval = test.after
						l.Replace(t.Context(), among(target))
					}, sleep(30*time.Hour))
					polled := w.times("a")
					if got := polled[len(polled)-1].Sub(start); got != test.want {
						t.Errorf("%s: polled after %v, want %v", how, got, test.want)
					}
				})
			}
		})
	}
}

// What else changed of a source counts from its next poll on, wherever it waits.
func TestChangedSourceIsPolledAsItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var titles []string
		w := &world{takes: func(aggregator.Source) time.Duration { return time.Minute }}
		w.turn = func(src aggregator.Source) Turn {
			w.mu.Lock()
			defer w.mu.Unlock()
			titles = append(titles, src.ID+" "+src.Title)
			if src.Title == "old" {
				return Turn{Due: time.Now().Add(time.Minute)}
			}
			return Turn{}
		}
		start := time.Now()
		roster := func(title string) Roster {
			targets := []Target{dueNow("under way", "a.example"), dueNow("queued", "a.example"), dueNow("due later", "b.example")}
			targets[0].Due, targets[1].Due, targets[2].Due = start.Add(-2*time.Minute), start.Add(-time.Minute), start.Add(10*time.Minute)
			for i := range targets {
				targets[i].Source.Title = title
			}
			return Roster{Targets: targets}
		}
		run(t, w, Options{}, roster("old"), sleep(30*time.Second), func(l *Loop) {
			l.Replace(t.Context(), roster("new"))
		}, sleep(time.Hour))
		want := []string{"under way old", "queued new", "under way new", "due later new"}
		if diff := cmp.Diff(want, titles); diff != "" {
			t.Errorf("polls (-want +got):\n%s", diff)
		}
	})
}

// A source that is gone expects no polls.
func TestGoneIsNotPlannedFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		targets := onOwnHosts(10, "a", time.Time{}, 10*time.Second)
		w := &world{turn: func(src aggregator.Source) Turn {
			if src.ID == "a3" {
				return Turn{}
			}
			return Turn{Due: time.Now().Add(10 * time.Second)}
		}}
		planned := func(want float64) func(*Loop) {
			return func(l *Loop) {
				synctest.Wait()
				if got := l.Load().PlannedPerSecond; got < want-1e-9 || got > want+1e-9 {
					t.Errorf("%v polls a second are planned, want %v", got, want)
				}
			}
		}
		again := func(l *Loop) { l.Replace(t.Context(), Roster{Targets: targets}) }
		run(t, w, Options{}, Roster{Targets: targets}, sleep(time.Minute), planned(0.9), again, planned(0.9))
	})
}

// consistent reports what is wrong with a state.
func (s *state) consistent() error {
	busy, queued, sources := 0, 0, make(map[*host]int)
	for id, t := range s.sources {
		switch {
		case t.source.ID != id:
			return fmt.Errorf("%s stands as %s", t.source.ID, id)
		case t.in != nil && (t.index >= len(t.in.things) || t.in.things[t.index] != t):
			return fmt.Errorf("%s is not where it waits", id)
		case t.in != nil && t.polling:
			return fmt.Errorf("%s waits and is under way", id)
		case t.removed && !t.polling:
			return fmt.Errorf("%s was removed and is still here", id)
		case t.host != s.hosts[t.host.name]:
			return fmt.Errorf("%s is at a host that is forgotten", id)
		}
		sources[t.host]++
	}
	for name, h := range s.hosts {
		waits := h.in == &s.late.ready || h.in == &s.fresh.ready
		can := !h.queue.empty() && h.busy < h.peace.PerHost
		switch {
		case h.sources != sources[h]:
			return fmt.Errorf("%s has %d sources, and says %d", name, sources[h], h.sources)
		case can != waits && h.in != &s.resting:
			return fmt.Errorf("%s, with %d in its queue and %d under way, is ready: %v", name, h.queue.Len(), h.busy, waits)
		case waits && (h.in == &s.fresh.ready) != h.queue.first().fresh():
			return fmt.Errorf("%s is in the wrong line", name)
		case h.sources == 0 && h.busy == 0 && h.in == nil:
			return fmt.Errorf("%s is not forgotten", name)
		}
		busy += h.busy
		queued += h.queue.Len()
	}
	waiting := s.due.Len() + s.late.waiting.Len() + s.fresh.waiting.Len() + queued
	for _, t := range s.sources {
		if t.in != nil {
			waiting--
		}
	}
	if busy != s.busy || queued != s.queued || waiting != 0 {
		return fmt.Errorf("%d under way and %d queued, counted as %d and %d; %d wait that are no sources", busy, queued, s.busy, s.queued, waiting)
	}
	return nil
}

// Whatever happens in whatever order, every source and every host is where it
// is found.
func TestStateStaysConsistent(t *testing.T) {
	t.Parallel()
	for seed := range uint64(10) {
		random := rand.New(rand.NewPCG(seed, 9))
		s := newState(Options{Concurrency: 5, InFlightBytes: 3000, MaxBodyBytes: 1000}.withDefaults())
		now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		some := func(d time.Duration) time.Duration { return time.Duration(random.Int64N(int64(d))) }
		replace := func() {
			roster := Roster{Peace: Peace{PerHost: random.IntN(3), HostGap: some(3 * time.Second)}, Hosts: map[string]Peace{"h3.example": {PerHost: random.IntN(4)}}}
			for i := range 30 {
				if random.IntN(4) == 0 {
					continue
				}
				target := dueNow(fmt.Sprint("a", i), fmt.Sprintf("%d.h%d.example", random.IntN(2), (i+random.IntN(2))%9))
				target.Source.Interval = time.Duration(random.IntN(3)) * time.Minute
				target.Every = time.Minute
				if random.IntN(2) == 0 {
					target.Due = now.Add(some(time.Hour) - 30*time.Minute)
				}
				if random.IntN(20) == 0 {
					target.Rest = now.Add(some(time.Minute))
				}
				roster.Targets = append(roster.Targets, target)
			}
			s.replace(roster, now)
		}
		var open []visit
		started := 0
		for step := range 3000 {
			switch {
			case step%100 == 0:
				replace()
			case len(open) > 0 && random.IntN(2) == 0:
				i := random.IntN(len(open))
				turn := Turn{Due: now.Add(some(time.Minute))}
				switch random.IntN(20) {
				case 0:
					turn = Turn{}
				case 1:
					turn.Rest = now.Add(some(time.Minute))
				}
				s.finish(open[i], turn, now)
				open = slices.Delete(open, i, i+1)
			}
			if v, ok := s.next(now); ok {
				if err := v.room.Grow(context.Background(), 0); err != nil {
					t.Fatal(err)
				}
				open = append(open, v)
				started++
			} else {
				now = now.Add(max(s.wake(now)/2, time.Millisecond))
			}
			if err := s.consistent(); err != nil {
				t.Fatalf("seed %d, step %d: %v", seed, step, err)
			}
		}
		if started < 300 {
			t.Errorf("%d polls started", started)
		}
		s.replace(Roster{}, now)
		for _, v := range open {
			s.finish(v, Turn{Due: now}, now)
		}
		s.next(now.Add(time.Hour))
		if len(s.sources)+len(s.hosts)+s.due.Len()+s.resting.Len() > 0 {
			t.Errorf("without sources there are still %d of them, %d hosts, %d and %d that wait", len(s.sources), len(s.hosts), s.due.Len(), s.resting.Len())
		}
	}
}
