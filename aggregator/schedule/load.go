package schedule

import "time"

// Load is how well the loop keeps up.
type Load struct {
	// Due counts the sources that are due and wait: for their host, which may be
	// resting, for a place among all polls, for memory, or because peaks are
	// flattened.
	Due int
	// Lateness is how long the source waits or waited that has waited longest
	// of those that wait for a place or were polled within the last minute or
	// two. A host's rest, and the time before Run, do not count.
	Lateness time.Duration
	// PlannedPerSecond is how many polls a second the sources expect
	// (Target.Every).
	PlannedPerSecond float64
	InFlightBytes    int64 // of memory held for the bodies of polls under way
	Behind           bool  // it has been late for long: more is due than can be polled
}

const (
	// watchStride is how long the worst wait is remembered at least, and how
	// often the loop looks at it when nothing else happens.
	watchStride = time.Minute
	// lateShare is the share of the mean time between two polls of a source
	// that one may wait. If a tenth more polls are due than can be made, each
	// waits for a tenth of that time in the end.
	lateShare = 4
)

// watch judges by the waits of those that were polled whether the loop keeps
// up. It takes no notice of less than a minute, nor of what is over sooner than
// the sources could all be polled once: when many are overdue after a pause,
// they are polled at twice the mean rate, and then it is over.
type watch struct {
	mean   time.Duration // between two polls of a source; 0: unknown
	worst  wait          // of this minute
	before wait          // of the last one
	minute time.Time     // when this minute began
	since  time.Time     // late from then on; zero: it is not
	behind bool
}

// wait is how long a source waited for its host.
type wait struct {
	long time.Duration
	host string
}

// patience is how long a source may wait.
func (w *watch) patience() time.Duration { return max(w.mean/lateShare, time.Minute) }

// round is how long it takes to poll every source once.
func (w *watch) round() time.Duration { return w.patience() * lateShare }

// saw notes a wait that has ended.
func (w *watch) saw(long time.Duration, host string, now time.Time) {
	w.turn(now)
	if long > w.worst.long {
		w.worst = wait{long, host}
	}
}

func (w *watch) turn(now time.Time) {
	switch past := now.Sub(w.minute); {
	case past >= 2*watchStride:
		w.before, w.worst, w.minute = wait{}, wait{}, now
	case past >= watchStride:
		w.before, w.worst, w.minute = w.worst, wait{}, now
	}
}

// longest returns the longest wait of late, given the one of whoever waits now.
func (w *watch) longest(waiting wait, now time.Time) wait {
	w.turn(now)
	longest := w.before
	for _, other := range []wait{w.worst, waiting} {
		if other.long > longest.long {
			longest = other
		}
	}
	return longest
}

// judge takes the longest wait of late and reports whether the loop fell behind
// or caught up.
func (w *watch) judge(longest time.Duration, now time.Time) (changed bool) {
	switch late := w.mean > 0 && longest > w.patience(); {
	case !late:
		w.since = time.Time{}
		changed = w.behind
		w.behind = false
	case w.since.IsZero():
		w.since = now
	case !w.behind && now.Sub(w.since) > w.round():
		w.behind, changed = true, true
	}
	return changed
}
