package aggregator

import (
	"testing"
	"time"
)

func TestProminence(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	for _, tt := range []struct {
		name string
		a, b Prominence
		want int
	}{
		{"more sources", ProminenceOf(3, ago(2*time.Hour), now), ProminenceOf(2, ago(2*time.Hour), now), 1},
		{"as many, younger", ProminenceOf(3, ago(2*time.Hour), now), ProminenceOf(3, ago(3*time.Hour), now), 1},
		{"the first hour counts whole", ProminenceOf(1, ago(time.Minute), now), ProminenceOf(1, ago(time.Hour), now), 0},
		{"three at once before ten since yesterday", ProminenceOf(3, ago(time.Hour), now), ProminenceOf(10, ago(24*time.Hour), now), 1},
		{"the same rate", ProminenceOf(2, ago(2*time.Hour), now), ProminenceOf(6, ago(6*time.Hour), now), 0},
		{"of the future", ProminenceOf(1, ago(-time.Hour), now), ProminenceOf(1, now, now), 0},
		{"older than time", ProminenceOf(1<<20, time.Time{}, now), ProminenceOf(1, time.Time{}, now), 1},
	} {
		if got := tt.a.Compare(tt.b); got != tt.want {
			t.Errorf("%s: %d, want %d", tt.name, got, tt.want)
		}
		if got := tt.b.Compare(tt.a); got != -tt.want {
			t.Errorf("%s, the other way round: %d, want %d", tt.name, got, -tt.want)
		}
	}
	// Within a step of the clock nothing changes.
	young, old := ago(59*time.Minute), ago(125*time.Minute)
	before := ProminenceOf(1, young, now).Compare(ProminenceOf(2, old, now))
	for step := range 10 {
		at := now.Add(time.Duration(step) * time.Minute)
		if got := ProminenceOf(1, young, at).Compare(ProminenceOf(2, old, at)); got != before {
			t.Errorf("%d minutes on: %d, was %d", step, got, before)
		}
	}
}
