package schedule

import (
	"testing"
	"time"

	"wiredesk/aggregator"
)

// What is due stays as far ahead when the clock is set back by a day.
func TestShift(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	s := newState(Options{Concurrency: 8}.withDefaults())
	target := func(id string, due time.Duration, rest time.Time) Target {
		return Target{
			Source: aggregator.Source{ID: id, URL: "https://" + id + ".example/feed"},
			Due:    now.Add(due), Rest: rest, Every: time.Minute,
		}
	}
	s.replace(Roster{Targets: []Target{
		target("soon", time.Minute, time.Time{}), target("later", time.Hour, time.Time{}), target("resting", 0, now.Add(2*time.Hour)),
	}}, now)
	s.next(now)
	s.shift(-24 * time.Hour)
	now = now.Add(-24 * time.Hour)
	for _, want := range []struct {
		after time.Duration
		id    string
	}{{0, ""}, {2 * time.Minute, "soon"}, {61 * time.Minute, "later"}, {121 * time.Minute, "resting"}, {3 * time.Hour, ""}} {
		got := ""
		if v, ok := s.next(now.Add(want.after)); ok {
			got = v.source.ID
		}
		if got != want.id {
			t.Errorf("after %v %q is polled, want %q", want.after, got, want.id)
		}
	}
}
