package websub

import (
	"time"

	"wiredesk/aggregator"
)

// The times of a follower's life.
const (
	// pushGap is the least time between two pushes of a topic to one follower.
	// What changed meanwhile comes with the next, since each holds the feed as
	// it is by then.
	pushGap = 5 * time.Second
	// The waits after failures double from the least to the longest.
	pushWait    = 30 * time.Second
	pushWaitMax = time.Hour
	// deadAfter is how long nothing may be taken before a follower is dropped
	// (section 7 lets a hub give up).
	deadAfter = 72 * time.Hour
	// What followers may have for a lease (section 5.3.1). The longest is
	// maxLease.
	leastLease = 5 * time.Minute
	// askWait is the wait before a callback that did not answer is asked again,
	// askTimeout how long it may take, askPatience how long a request waits to
	// be verified at all.
	askWait     = time.Minute
	askTimeout  = 10 * time.Second
	askPatience = 10 * time.Minute
	maxAsks     = 3
)

// taken is f once its callback took an edition.
func taken(f aggregator.Follower, etag string, now time.Time) aggregator.Follower {
	f.Sent, f.Failures, f.Failing, f.Next = etag, 0, time.Time{}, now.Add(pushGap)
	return f
}

// untaken is f after a push came to nothing; until is when the callback lets us
// come back, zero: it does not say. The push is repeated with what the feed
// holds by then.
func untaken(f aggregator.Follower, until, now time.Time) aggregator.Follower {
	f.Failures++
	if f.Failing.IsZero() {
		f.Failing = now
	}
	f.Next = later(now.Add(backOff(f.ID(), f.Failures, pushWait, pushWaitMax)), until)
	return f
}

// lost reports whether f has taken nothing for so long that it is dropped. A
// hub elsewhere, which the configuration names, never is.
func lost(f *aggregator.Follower, now time.Time) bool {
	return !f.LeaseUntil.IsZero() && !f.Failing.IsZero() && now.Sub(f.Failing) >= deadAfter
}

// ended reports whether the lease of f is over.
func ended(f *aggregator.Follower, now time.Time) bool {
	return !f.LeaseUntil.IsZero() && !now.Before(f.LeaseUntil)
}
