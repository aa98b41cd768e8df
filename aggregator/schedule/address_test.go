package schedule

import (
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

// A redirect may lead to a host that asks for peace: it is that host's, whether
// or not it was known before, and nobody else's.
func TestRestIsTheHostsThatAskedForIt(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &world{turn: func(src aggregator.Source) Turn {
			if src.ID == "a" {
				return Turn{Due: start.Add(5 * time.Hour), Rest: start.Add(time.Hour), RestAt: "https://busy.example"}
			}
			return Turn{}
		}}
		sibling, there := dueNow("b", "wire.example"), dueNow("c", "busy.example")
		sibling.Due, there.Due = start.Add(time.Minute), start.Add(time.Minute)
		run(t, w, Options{}, among(dueNow("a", "wire.example"), sibling, there), sleep(2*time.Hour))
		if at := w.times("b"); len(at) != 1 || at[0].Sub(start) != time.Minute {
			t.Errorf("b, on a host that asked for nothing, was polled at %v", at)
		}
		if at := w.times("c"); len(at) != 1 || at[0].Sub(start) != time.Hour {
			t.Errorf("c, on the host that rests, was polled at %v", at)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &world{turn: func(aggregator.Source) Turn { return Turn{} }}
		told := dueNow("a", "wire.example")
		told.Rest, told.RestAt = start.Add(time.Hour), "https://busy.example"
		run(t, w, Options{}, among(told, dueNow("c", "busy.example")), sleep(2*time.Hour))
		if at := w.times("a"); len(at) != 1 || !at[0].Equal(start) {
			t.Errorf("a was polled at %v", at)
		}
		if at := w.times("c"); len(at) != 1 || at[0].Sub(start) != time.Hour {
			t.Errorf("c, on the host that rests since before the start, was polled at %v", at)
		}
	})
}

// A source that has moved disturbs the host it has moved to.
func TestMovedSourceWaitsForItsNewHost(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &world{turn: func(src aggregator.Source) Turn {
			if src.ID == "a" {
				return Turn{Due: time.Now().Add(time.Minute), Address: "https://new.example/a"}
			}
			return Turn{Due: time.Now().Add(time.Minute)}
		}}
		moved := dueNow("c", "older.example")
		moved.Address = "https://new.example/c"
		run(t, w, Options{}, Roster{
			Peace:   Peace{HostGap: 10 * time.Second},
			Targets: []Target{dueNow("a", "old.example"), dueNow("b", "new.example"), moved},
		}, sleep(100*time.Second))
		var first, second []time.Duration
		for _, id := range []string{"a", "b", "c"} {
			at := w.times(id)
			if len(at) < 2 {
				t.Fatalf("%s was polled at %v", id, at)
			}
			first, second = append(first, at[0].Sub(start)), append(second, at[1].Sub(start))
		}
		if first[0] != 0 || first[1] == first[2] {
			t.Errorf("before a moved, the sources were polled after %v", first)
		}
		if second[0] == second[1] || second[1] == second[2] || second[0] == second[2] {
			t.Errorf("on one host, the sources were polled after %v", second)
		}
	})
}

// What is known of a host that no source is on is forgotten once it has rested.
func TestHostsAreForgotten(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	s := newState(Options{Concurrency: 1}.withDefaults())
	s.rest(nil, "https://busy.example", now.Add(time.Hour), now)
	s.rest(nil, "https://busy.example", now.Add(2*time.Hour), now)
	for _, after := range []time.Duration{0, time.Hour, 2 * time.Hour} {
		s.next(now.Add(after))
		if known := len(s.hosts); (known == 0) != (after == 2*time.Hour) {
			t.Errorf("%d hosts known after %v", known, after)
		}
	}
}
