// Package schedule decides when to poll what.
//
// A [Planner] is pure: given what a poll saw it says when the source is to be
// polled next. What the server, the feed and HTTP say about freshness only
// ever makes a poll later. A [Loop] holds the sources by their due time,
// leaves each host in peace between requests, bounds the polls under way, and
// calls a function for each source whose turn it is.
//
// The order of precedence for the next poll: a source that is Gone is never
// polled again; Retry-After, cache freshness and the feed's own hints are
// floors, of a day at most; then comes the source's own interval, in phase with a hash of its
// id, so that restarts don't shift it and sources don't come in herds.
package schedule

import (
	"math"
	"time"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
)

// Defaults of a Planner.
const (
	DefaultInterval    = 15 * time.Minute
	DefaultMinInterval = 2 * time.Minute
	DefaultMaxInterval = 24 * time.Hour
)

// maxFloor is the longest that a server or a feed can put a poll off, but for
// skipHours and skipDays: what asks for more is taken for a mistake.
const maxFloor = 24 * time.Hour

// maxSkip bounds the search for an hour that skipHours and skipDays leave
// open: a feed that closes every hour of every day is not obeyed.
const maxSkip = 8 * 24 * time.Hour

// Planner says when a source is polled next. The zero value uses the defaults.
type Planner struct {
	Interval    time.Duration // between polls of a source without one of its own; 0: DefaultInterval
	MinInterval time.Duration // never less between two polls; 0: DefaultMinInterval
	MaxInterval time.Duration // no back-off holds a source longer; 0: DefaultMaxInterval
}

func (p Planner) withDefaults() Planner {
	if p.Interval == 0 {
		p.Interval = DefaultInterval
	}
	if p.MinInterval == 0 {
		p.MinInterval = DefaultMinInterval
	}
	if p.MaxInterval == 0 {
		p.MaxInterval = DefaultMaxInterval
	}
	return p
}

// Observation is what a poll tells the planner.
type Observation struct {
	At         time.Time // when the poll ended
	Outcome    aggregator.Outcome
	Failures   int       // polls in a row, this one included, that ended neither in Fetched nor in NotModified
	FreshUntil time.Time // zero: not given
	RetryAfter time.Time // zero: not given
	Hints      aggregator.Hints
}

// Next returns when src is to be polled after the poll that was observed. The
// zero time means never: the source is gone.
func (p Planner) Next(src aggregator.Source, seen Observation) time.Time {
	p = p.withDefaults()
	if seen.Outcome == aggregator.Gone {
		return time.Time{}
	}
	next := seen.At.Add(p.backOff(src.ID, seen.Failures))
	switch {
	case seen.Outcome.Good():
		next = p.tick(src, seen.At)
	case seen.Outcome == aggregator.Throttled && !seen.RetryAfter.IsZero():
		next = seen.At.Add(p.MinInterval)
	}
	floor := laterOf(seen.RetryAfter, seen.At)
	if seen.Outcome.Good() {
		floor = laterOf(laterOf(floor, seen.FreshUntil), seen.At.Add(seen.Hints.MinInterval))
	}
	if longest := seen.At.Add(maxFloor); floor.After(longest) {
		floor = longest
	}
	return pastSkipped(laterOf(next, floor), seen.Hints).UTC()
}

// interval returns the time between polls of src.
func (p Planner) interval(src aggregator.Source) time.Duration {
	if src.Interval > 0 {
		return src.Interval
	}
	return min(max(p.Interval, p.MinInterval), p.MaxInterval)
}

// tick returns the source's first moment that leaves at least half an interval
// after the last poll, and about MinInterval. From the second poll on they are
// one interval apart, however long the polls take.
func (p Planner) tick(src aggregator.Source, last time.Time) time.Time {
	interval := p.interval(src)
	phase := time.Duration(xxhash.Sum64String(src.ID) % uint64(interval))
	earliest := last.Add(max(interval/2, min(p.MinInterval, interval)*3/4)).UnixNano()
	ticks := (earliest - int64(phase) + int64(interval) - 1) / int64(interval)
	return time.Unix(0, ticks*int64(interval)+int64(phase))
}

// backOff doubles from MinInterval with each failure, up to MaxInterval, less
// up to a quarter drawn from the source's id and the number of failures.
func (p Planner) backOff(id string, failures int) time.Duration {
	wait := float64(p.MinInterval) * math.Exp2(float64(max(failures, 1)-1))
	wait = min(wait, float64(p.MaxInterval))
	var draw xxhash.Digest
	draw.Reset()
	_, _ = draw.WriteString(id)
	_, _ = draw.Write([]byte{byte(failures), byte(failures >> 8)})
	return time.Duration(wait * (1 - float64(draw.Sum64()%1024)/4096))
}

// pastSkipped moves t to the start of the next hour that the feed leaves open.
func pastSkipped(t time.Time, hints aggregator.Hints) time.Time {
	t = t.UTC()
	for end := t.Add(maxSkip); skipped(t, hints); {
		t = t.Truncate(time.Hour).Add(time.Hour)
		if t.After(end) {
			return end.Add(-maxSkip)
		}
	}
	return t
}

func skipped(t time.Time, hints aggregator.Hints) bool {
	return hints.SkipHours&(1<<t.Hour()) != 0 || hints.SkipDays&(1<<t.Weekday()) != 0
}

func laterOf(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}
