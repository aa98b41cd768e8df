package world

import (
	"testing"
	"time"
)

func TestClock(t *testing.T) {
	t.Parallel()
	start := time.Date(2026, 3, 14, 9, 0, 0, 0, time.UTC)
	c := clock{start: start, speed: 120}
	tests := []struct {
		name string
		at   time.Duration
		want time.Time
	}{
		{"midnight lies eight hours back", 0, start.Add(-8 * time.Hour)},
		{"before dawn hours are hours", 6*time.Hour + 30*time.Minute, start.Add(-90 * time.Minute)},
		{"dawn is the start", dawn, start},
		{"after dawn time flies", dawn + time.Hour, start.Add(30 * time.Second)},
		{"a day takes twelve minutes", dawn + oneDay, start.Add(12 * time.Minute)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := c.claim(tt.at); !got.Equal(tt.want) {
				t.Errorf("claim(%v) = %v, want %v", tt.at, got, tt.want)
			}
			if tt.at < dawn {
				return
			}
			if got := c.at(tt.want); got != tt.at {
				t.Errorf("at(%v) = %v, want %v", tt.want, got, tt.at)
			}
		})
	}
	for after, want := range map[time.Duration]int{0: 1, 8*time.Minute - 1: 1, 8 * time.Minute: 2, 20 * time.Minute: 3} {
		if got := c.day(start.Add(after)); got != want {
			t.Errorf("day after %v = %d, want %d", after, got, want)
		}
	}
}
