package schedule

import (
	"math"
	"time"

	"wiredesk/aggregator"
)

// A poll is worth making once the entries that wait have waited for theta, in
// entries times seconds: m entries that came at a rate of r a second have waited
// for m²/2r. At a constant rate that makes the interval sqrt(2*theta/r), which
// brings the least delay over all sources for a number of polls (Sia and Cho,
// "Efficient Monitoring Algorithm for Fast News Alerts", TKDE 2007).

// worth returns how many entries must wait for a poll to be worth it at a rate
// a second.
func worth(theta, rate float64) float64 { return math.Sqrt(2 * theta * rate) }

// scrollShare is how much of what a document can show is let come between two
// polls.
const scrollShare = 0.7

// scroll returns how many expected entries are too many for a document that
// shows so many: m with m + 3*sqrt(m) = 0.7 of it. 0: not known.
func scroll(window int) float64 {
	const spread = 3
	if window <= 0 {
		return 0
	}
	root := (math.Sqrt(spread*spread+4*scrollShare*float64(window)) - spread) / 2
	return root * root
}

// fillLimit returns the longest that a source may be left alone that was seen to
// fill its document between two polls; 0: it was not.
func fillLimit(rhythm *aggregator.Rhythm) time.Duration {
	return time.Duration(scrollShare * float64(rhythm.Fill))
}

// fills reports whether so many expected entries may be the beginning of a flood
// like the one that filled the document once: not in the hours in which hardly
// any come.
func fills(window int, waiting float64) bool {
	const share = 0.1
	return waiting >= share*float64(window)
}

// moment is a time, in Unix seconds, with the rate a second then and the entries
// that are expected to wait.
type moment struct {
	at, rate, waiting float64
	scroll            bool // what the document can show has decided, not the index
}

// ripe returns the first moment after from at which a poll is worth it or
// entries might scroll off, or until, if that comes first. The rates hold in the
// middle of each half hour and change evenly from one to the next: a step would
// call all sources at once.
func ripe(rates *week, theta, most, from, until float64) moment {
	const half = slotSeconds / 2
	enough := func(rate, waiting float64) bool {
		return most > 0 && waiting >= most || waiting >= worth(theta, rate)
	}
	slot := int64(math.Floor((from - half) / slotSeconds))
	now := moment{at: from}
	for {
		begin := float64(slot)*slotSeconds + half
		r0 := rates[slotOf(slot*slotSeconds)]
		slope := (rates[slotOf((slot+1)*slotSeconds)] - r0) / slotSeconds
		now.rate = r0 + slope*(now.at-begin)
		if now.at >= until {
			return now
		}
		step := min(begin+slotSeconds, until) - now.at
		after := func(x float64) (rate, waiting float64) {
			return now.rate + slope*x, now.waiting + x*(now.rate+slope*x/2)
		}
		rate, waiting := after(step)
		if enough(rate, waiting) {
			low, high := 0.0, step
			for high-low > 0.5 {
				x := (low + high) / 2
				if enough(after(x)) {
					high = x
				} else {
					low = x
				}
			}
			rate, waiting = after(high)
			return moment{now.at + high, rate, waiting, most > 0 && waiting >= most}
		}
		now.at, now.waiting = now.at+step, waiting
		slot++
	}
}
