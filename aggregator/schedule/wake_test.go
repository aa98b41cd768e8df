package schedule

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

func TestWake(t *testing.T) {
	t.Parallel()
	const hour = time.Hour
	for _, test := range []struct {
		name  string
		takes time.Duration
		wakes map[time.Duration]time.Duration // when it is called: for when, both from the start
		want  []time.Duration
	}{
		{"not at all", 0, nil, []time.Duration{0, hour, 2 * hour}},
		{"at once", 0, map[time.Duration]time.Duration{10 * time.Minute: 10 * time.Minute}, []time.Duration{0, 10 * time.Minute, hour + 10*time.Minute}},
		{"for later", 0, map[time.Duration]time.Duration{10 * time.Minute: 20 * time.Minute}, []time.Duration{0, 20 * time.Minute, hour + 20*time.Minute}},
		{"later than it is due", 0, map[time.Duration]time.Duration{10 * time.Minute: 90 * time.Minute}, []time.Duration{0, hour, 2 * hour}},
		{"twice for one poll", 0, map[time.Duration]time.Duration{10 * time.Minute: 20 * time.Minute, 15 * time.Minute: 20 * time.Minute},
			[]time.Duration{0, 20 * time.Minute, hour + 20*time.Minute}},
		{"during a poll", time.Minute, map[time.Duration]time.Duration{10 * time.Second: 10 * time.Second, 20 * time.Second: 20 * time.Second},
			[]time.Duration{0, time.Minute, hour + 2*time.Minute, 2*hour + 3*time.Minute}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				start := time.Now()
				w := &world{
					takes: func(aggregator.Source) time.Duration { return test.takes },
					turn:  func(aggregator.Source) Turn { return Turn{Due: time.Now().Add(hour)} },
				}
				run(t, w, Options{}, among(dueNow("a", "a.example")), func(l *Loop) {
					for step := time.Duration(0); step < 2*hour+5*time.Minute; step += 5 * time.Second {
						if at, ok := test.wakes[step]; ok {
							l.Wake(t.Context(), "a", start.Add(at))
						}
						time.Sleep(5 * time.Second)
					}
				})
				at := w.times("a")
				if len(at) != len(test.want) {
					t.Fatalf("polled at %v, want %v", at, test.want)
				}
				for i := range at {
					if got := at[i].Sub(start); got != test.want[i] {
						t.Errorf("poll %d after %v, want %v", i, got, test.want[i])
					}
				}
			})
		})
	}
}

// A host's peace and a source's end come before whatever anyone says.
func TestWakeKeepsThePeace(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		w := &world{turn: func(src aggregator.Source) Turn {
			if src.ID == "gone" {
				return Turn{}
			}
			return Turn{Due: start.Add(24 * time.Hour), Rest: start.Add(time.Hour)}
		}}
		run(t, w, Options{}, among(dueNow("a", "a.example"), dueNow("gone", "b.example")), sleep(time.Minute), func(l *Loop) {
			for _, source := range []string{"a", "gone", "unknown"} {
				l.Wake(t.Context(), source, time.Now())
			}
		}, sleep(2*time.Hour))
		if at := w.times("a"); len(at) != 2 || at[1].Sub(start) != time.Hour {
			t.Errorf("polled at %v, want again when the host has rested", at)
		}
		if at := w.times("gone"); len(at) != 1 {
			t.Errorf("a source that is never due was polled at %v", at)
		}
	})
}

func TestWakeReturnsWhenTheLoopHasEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		l := NewLoop(Options{})
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		l.Wake(ctx, "a", time.Now())
		if err := l.Run(ctx); err != nil {
			t.Fatal(err)
		}
		l.Wake(t.Context(), "a", time.Now())
	})
}
