package world

import "time"

const (
	oneDay = 24 * time.Hour
	// dawn is what the simulated clock reads at the start.
	dawn = 8 * time.Hour
)

// clock leads from real time to simulated time and back. Simulated time is
// counted from midnight of the first day.
type clock struct {
	start time.Time // when it reads dawn
	speed float64   // simulated seconds in a real one
}

// at returns the simulated time at the real instant now.
func (c clock) at(now time.Time) time.Duration {
	return dawn + time.Duration(float64(now.Sub(c.start))*c.speed)
}

// claim returns the real instant at which something simulated comes out. What
// came out before dawn lies as long before the start as it does before dawn.
func (c clock) claim(at time.Duration) time.Time {
	if at <= dawn {
		return c.start.Add(at - dawn)
	}
	return c.start.Add(c.lasts(at - dawn))
}

// lasts returns how long a span of simulated time takes.
func (c clock) lasts(span time.Duration) time.Duration {
	return time.Duration(float64(span) / c.speed)
}

// day returns the number of the simulated day, the first being 1.
func (c clock) day(now time.Time) int {
	return int(c.at(now)/oneDay) + 1
}
