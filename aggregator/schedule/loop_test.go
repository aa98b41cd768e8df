package schedule

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

// world records polls, each of which takes a while.
type world struct {
	mu    sync.Mutex
	polls []poll
	open  map[string]int // by source and by host
	peak  map[string]int
	all   int
	most  int

	takes func(src aggregator.Source) time.Duration
	turn  func(src aggregator.Source) Turn
}

type poll struct {
	source, host string
	at           time.Time
}

func (w *world) poll(ctx context.Context, src aggregator.Source, room *Room) Turn {
	host := "host:" + HostOf(src.URL)
	w.mu.Lock()
	w.polls = append(w.polls, poll{src.ID, host, time.Now()})
	w.all++
	w.most = max(w.most, w.all)
	for _, name := range []string{src.ID, host} {
		w.open[name]++
		w.peak[name] = max(w.peak[name], w.open[name])
	}
	w.mu.Unlock()
	if w.takes != nil {
		select {
		case <-time.After(w.takes(src)):
		case <-ctx.Done():
		}
	}
	w.mu.Lock()
	w.all--
	w.open[src.ID]--
	w.open[host]--
	w.mu.Unlock()
	if w.turn != nil {
		return w.turn(src)
	}
	return Turn{Due: time.Now().Add(time.Minute)}
}

func (w *world) count() int {
	w.mu.Lock()
	defer w.mu.Unlock()
	return len(w.polls)
}

func (w *world) times(source string) (at []time.Time) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.polls {
		if p.source == source {
			at = append(at, p.at)
		}
	}
	return at
}

// run runs a loop over targets for a while of the test's own time.
func run(t *testing.T, w *world, opts Options, roster Roster, during ...func(*Loop)) {
	t.Helper()
	w.open, w.peak = make(map[string]int), make(map[string]int)
	opts.Poll = w.poll
	loop := NewLoop(opts)
	ctx, cancel := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() { ended <- loop.Run(ctx) }()
	loop.Replace(ctx, roster)
	for _, step := range during {
		step(loop)
	}
	cancel()
	if err := <-ended; err != nil {
		t.Errorf("Run: %v", err)
	}
}

func sleep(d time.Duration) func(*Loop) { return func(*Loop) { time.Sleep(d) } }

func dueNow(id, host string) Target {
	return Target{Source: aggregator.Source{ID: id, URL: "https://" + host + "/" + id}}
}

func among(targets ...Target) Roster { return Roster{Targets: targets} }

func TestNeverPolledIsDueAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &world{}
		run(t, w, Options{}, among(dueNow("a", "a.example")), sleep(time.Second))
		if at := w.times("a"); len(at) != 1 || !at[0].Equal(start) {
			t.Errorf("polled at %v, want at once", at)
		}
	})
}

func TestDueTimesAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		later := dueNow("a", "a.example")
		later.Due = start.Add(90 * time.Second)
		w := &world{}
		run(t, w, Options{}, among(later), sleep(4*time.Minute))
		at := w.times("a")
		if len(at) != 3 {
			t.Fatalf("%d polls, want 3", len(at))
		}
		for i, want := range []time.Duration{90 * time.Second, 150 * time.Second, 210 * time.Second} {
			if got := at[i].Sub(start); got != want {
				t.Errorf("poll %d after %v, want %v", i, got, want)
			}
		}
	})
}

func TestHostIsLeftInPeace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var targets []Target
		for i := range 10 {
			targets = append(targets, dueNow(fmt.Sprint("a", i), "wire.example"))
		}
		w := &world{takes: func(aggregator.Source) time.Duration { return 100 * time.Millisecond }}
		run(t, w, Options{}, Roster{Targets: targets, Peace: Peace{HostGap: time.Second}}, sleep(30*time.Second))
		if len(w.polls) != 10 {
			t.Fatalf("%d polls, want 10", len(w.polls))
		}
		for i := 1; i < len(w.polls); i++ {
			if gap := w.polls[i].at.Sub(w.polls[i-1].at); gap < time.Second {
				t.Errorf("polls %d and %d are %v apart", i-1, i, gap)
			}
		}
		if peak := w.peak["host:wire.example"]; peak != 1 {
			t.Errorf("%d polls at once on one host", peak)
		}
	})
}

func TestPerHostBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var targets []Target
		for i := range 50 {
			targets = append(targets, dueNow(fmt.Sprint("a", i), "wire.example"))
		}
		w := &world{takes: func(aggregator.Source) time.Duration { return time.Second }}
		run(t, w, Options{}, Roster{Targets: targets, Peace: Peace{PerHost: 8}}, sleep(20*time.Second))
		if peak := w.peak["host:wire.example"]; peak != 8 || len(w.polls) != 50 {
			t.Errorf("%d polls, %d at once, want 50 and 8", len(w.polls), peak)
		}
	})
}

func TestSlowSourceDelaysNoOther(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		targets := []Target{dueNow("slow", "slow.example")}
		for i := range 100 {
			targets = append(targets, dueNow(fmt.Sprint("a", i), fmt.Sprintf("host%d.example", i)))
		}
		w := &world{takes: func(src aggregator.Source) time.Duration {
			if src.ID == "slow" {
				return 30 * time.Second
			}
			return time.Millisecond
		}}
		run(t, w, Options{Concurrency: 4}, Roster{Targets: targets}, sleep(5*time.Second))
		if len(w.polls) != 101 {
			t.Errorf("%d of 101 sources were polled", len(w.polls))
		}
		for _, p := range w.polls {
			if wait := p.at.Sub(start); wait > time.Second {
				t.Errorf("%s waited for %v", p.source, wait)
			}
		}
	})
}

func TestConcurrencyBound(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var targets []Target
		for i := range 200 {
			targets = append(targets, dueNow(fmt.Sprint("a", i), fmt.Sprintf("host%d.example", i)))
		}
		w := &world{takes: func(aggregator.Source) time.Duration { return time.Second }}
		run(t, w, Options{Concurrency: 7}, Roster{Targets: targets}, sleep(40*time.Second))
		if w.most != 7 || len(w.polls) != 200 {
			t.Errorf("%d polls, %d at once, want 200 and 7", len(w.polls), w.most)
		}
	})
}

func TestThrottledHostRests(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &world{turn: func(src aggregator.Source) Turn {
			if src.ID == "a" {
				return Turn{Due: time.Now().Add(time.Minute), Rest: start.Add(time.Minute)}
			}
			return Turn{}
		}}
		targets := []Target{dueNow("a", "www.wire.example"), dueNow("b", "feeds.wire.example"), dueNow("c", "other.example")}
		run(t, w, Options{}, Roster{Targets: targets}, sleep(90*time.Second))
		if at := w.times("b"); len(at) != 1 || at[0].Sub(start) < time.Minute {
			t.Errorf("b was polled at %v while its host rested", at)
		}
		if at := w.times("c"); len(at) != 1 || !at[0].Equal(start) {
			t.Errorf("c, on another host, was polled at %v", at)
		}
	})
}

func TestRestOutlivesARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		resting := dueNow("a", "www.wire.example")
		resting.Due, resting.Rest = start.Add(time.Hour), start.Add(time.Hour)
		w := &world{}
		run(t, w, Options{}, among(dueNow("b", "feeds.wire.example"), resting), sleep(59*time.Minute), func(*Loop) {
			if n := w.count(); n != 0 {
				t.Errorf("%d polls on a host that rests", n)
			}
		}, sleep(90*time.Second))
		if len(w.polls) != 2 {
			t.Errorf("%d polls on a host that has rested, want 2", len(w.polls))
		}
	})
}

func TestNeverDueAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{turn: func(aggregator.Source) Turn { return Turn{} }}
		run(t, w, Options{}, among(dueNow("a", "a.example")), sleep(100*time.Hour))
		if len(w.polls) != 1 {
			t.Errorf("%d polls of a source that is gone", len(w.polls))
		}
	})
}

func TestRunWaitsForPolls(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{takes: func(aggregator.Source) time.Duration { return time.Hour }}
		run(t, w, Options{}, among(dueNow("a", "a.example")), sleep(time.Second))
		if w.all != 0 {
			t.Errorf("%d polls are under way after Run has returned", w.all)
		}
	})
}
