// Package schedule decides when to poll what.
//
// A [Planner] is pure: given what a poll saw, what was learned of the source and
// what all sources share it says when the source is to be polled next, and why.
// What the server, the feed and HTTP say about freshness only ever makes a poll
// later. A [Loop] holds the sources by their due time, leaves each host in peace
// between requests, bounds the polls under way, and calls a function for each
// source whose turn it is.
//
// The order of precedence for the next poll: a source that is Gone is never
// polled again; Retry-After, cache freshness and the feed's own hints are
// floors, of a day at most; then comes the source's own interval, in phase with
// a hash of its id; and where it has none, its index: it is polled once the
// entries expected since the last poll are worth one, earlier where they might
// scroll off its document. What a poll must be worth is one number for all
// sources, worked out every few hours so that they spend the budget together
// ([Planner.Tune]).
package schedule

import (
	"math"
	"time"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
)

// Defaults of a Planner.
const (
	DefaultBudget      = 15 * time.Minute
	DefaultMinInterval = 2 * time.Minute
	DefaultMaxInterval = 24 * time.Hour
)

// SafetyInterval is how often a source is polled whose hub pushes: often enough
// to notice within a day that pushes are missing.
const SafetyInterval = 4 * time.Hour

// maxMissed is how many polls in a row may find what no push had brought before
// the hub is no longer relied on.
const maxMissed = 2

// maxFloor is the longest that a server or a feed can put a poll off, but for
// skipHours and skipDays: what asks for more is taken for a mistake.
const maxFloor = 24 * time.Hour

// maxSkip bounds the search for an hour that skipHours and skipDays leave
// open: a feed that closes every hour of every day is not obeyed.
const maxSkip = 8 * 24 * time.Hour

// Planner says when a source is polled next. The zero value uses the defaults.
type Planner struct {
	// Budget is the mean time between polls over all sources without an interval
	// of their own; 0: DefaultBudget.
	Budget      time.Duration
	MinInterval time.Duration // never less between two polls; 0: DefaultMinInterval
	MaxInterval time.Duration // no index and no back-off holds a source longer; 0: DefaultMaxInterval
}

func (p Planner) withDefaults() Planner {
	if p.Budget == 0 {
		p.Budget = DefaultBudget
	}
	if p.MinInterval == 0 {
		p.MinInterval = DefaultMinInterval
	}
	if p.MaxInterval == 0 {
		p.MaxInterval = DefaultMaxInterval
	}
	return p
}

// Least returns MinInterval, or its default.
func (p Planner) Least() time.Duration { return p.withDefaults().MinInterval }

// Observation is what a poll tells the planner.
type Observation struct {
	At         time.Time // when the poll ended
	Outcome    aggregator.Outcome
	Failures   int       // polls in a row, this one included, that ended neither in Fetched nor in NotModified
	FreshUntil time.Time // zero: not given
	RetryAfter time.Time // zero: not given
	Hints      aggregator.Hints
	Push       aggregator.Push

	// Shown is how many entries the document showed; 0: there was none, or not
	// a whole one.
	Shown int
	// New holds, for each entry that no poll had brought before, when it was
	// published, as claimed; zero: not given. While nothing is known of the
	// source's rhythm these are no news.
	New []time.Time
}

// Next returns when src is to be polled after the poll that was observed, and
// what is known of its rhythm now. The plan and the rhythm before it are zero for
// a source that was never polled. t may be nil.
func (p Planner) Next(src aggregator.Source, plan aggregator.Plan, rhythm aggregator.Rhythm, seen Observation, t *Tuning) (aggregator.Plan, aggregator.Rhythm) {
	p = p.withDefaults()
	t = p.tuning(t, seen.At)
	last := rhythm.At
	if seen.Outcome.Good() || len(seen.New) > 0 && !last.IsZero() {
		rhythm = learn(rhythm, seen, t)
		if paid(plan.Rule) {
			rhythm.Polls++
			rhythm.Allots += p.allotted(t, last, plan.At, seen.At)
		}
	}
	next := p.own(src, plan, last, &rhythm, seen, t)
	if next.Rule == aggregator.RuleGone {
		return next, rhythm
	}
	p.putOff(&next, seen)
	next.At = next.At.UTC()
	return next, rhythm
}

// Learn returns what is known of a source's rhythm after a hub has pushed what
// seen says, New and At. Of a source that was never polled nothing is learned. t
// may be nil.
func (p Planner) Learn(rhythm aggregator.Rhythm, seen Observation, t *Tuning) aggregator.Rhythm {
	if rhythm.At.IsZero() || len(seen.New) == 0 {
		return rhythm
	}
	return learn(rhythm, seen, p.withDefaults().tuning(t, seen.At))
}

// tuning returns what all sources share at that time.
func (p Planner) tuning(t *Tuning, at time.Time) *Tuning {
	if t = t.at(at); t != nil {
		return t
	}
	return &Tuning{theta: p.startingTheta(), population: flat(), polls: flat()}
}

// paid reports whether the budget pays for a poll made by a rule.
func paid(rule aggregator.Rule) bool {
	switch rule {
	case aggregator.RuleNone, aggregator.RuleInterval, aggregator.RuleRetryAfter, aggregator.RuleBackOff, aggregator.RuleLease, aggregator.RuleGone:
		return false
	}
	return true
}

// allotted returns how many polls the budget allots to a source from the one to
// the other, more in the hours in which all want more. A daemon that stood still
// has not saved them up.
func (p Planner) allotted(t *Tuning, from, planned, to time.Time) (polls float64) {
	end := to.Unix()
	if late := planned.Add(p.Budget); late.Before(to) {
		end = late.Unix()
	}
	for at := from.Unix(); at < end; {
		next := min(at-at%slotSeconds+slotSeconds, end)
		polls += float64(next-at) * t.polls[slotOf(at)]
		at = next
	}
	return polls / p.Budget.Seconds()
}

// own returns when the source would be polled if nobody asked for more patience.
func (p Planner) own(src aggregator.Source, before aggregator.Plan, last time.Time, rhythm *aggregator.Rhythm, seen Observation, t *Tuning) aggregator.Plan {
	first := last.IsZero()
	switch {
	case seen.Outcome == aggregator.Gone:
		return aggregator.Plan{Rule: aggregator.RuleGone}
	case seen.Outcome == aggregator.Throttled:
		// It is asked too often as it is: whatever wait the server names is a
		// floor, and no reason to come back sooner than usual.
		next := aggregator.Plan{At: p.tick(src, seen.At), Rule: aggregator.RuleInterval}
		if src.Interval == 0 {
			next = p.index(rhythm, seen, t)
		}
		if wait := seen.At.Add(p.backOff(src.ID, seen.Failures)); wait.After(next.At) {
			next = aggregator.Plan{At: wait, Rule: aggregator.RuleBackOff}
		}
		return next
	case !seen.Outcome.Good():
		return aggregator.Plan{At: seen.At.Add(p.backOff(src.ID, seen.Failures)), Rule: aggregator.RuleBackOff}
	case src.Interval > 0:
		return aggregator.Plan{At: p.tick(src, seen.At), Rule: aggregator.RuleInterval}
	case !first && overflown(seen) && (before.Rule != aggregator.RuleOverflow || dated(seen)):
		return aggregator.Plan{At: seen.At.Add(p.MinInterval), Rule: aggregator.RuleOverflow}
	}
	next := p.index(rhythm, seen, t)
	if limit := flood(last, seen); !first && limit > 0 && seen.At.Add(limit).Before(next.At) {
		next.At, next.Rule = later(seen.At.Add(limit), seen.At.Add(p.MinInterval)), aggregator.RuleScroll
	}
	if first {
		// Sources that are added together don't stay together.
		wait := next.At.Sub(seen.At)
		next.At = later(seen.At.Add(wait/2+time.Duration(draw(src.ID, 0)*float64(wait/2))), seen.At.Add(p.MinInterval))
	}
	if pushed(seen.Push, seen.At) {
		safe := seen.At.Add(min(SafetyInterval, p.MaxInterval))
		if seen.Push.LeaseUntil.Before(safe) {
			safe = seen.Push.LeaseUntil
		}
		if safe.After(next.At) {
			next = aggregator.Plan{At: safe, Rule: aggregator.RuleLease}
		}
	}
	return next
}

// flood returns in what time the document would be as full as is let come, at the
// pace of what a poll brought since the last; 0: it was not much. News comes in
// floods that no profile foretells.
func flood(last time.Time, seen Observation) time.Duration {
	const much = 0.4
	if float64(len(seen.New)) < much*float64(seen.Shown) || overflown(seen) && !dated(seen) {
		return 0
	}
	return time.Duration(scrollShare * float64(seen.Shown) / float64(max(len(seen.New), 1)) * float64(seen.At.Sub(last)))
}

// pushed reports whether a hub can be relied on to bring what is new.
func pushed(push aggregator.Push, now time.Time) bool {
	return push.LeaseUntil.After(now) && push.Missed <= maxMissed
}

// dated reports whether most new entries bear a date since the last poll could
// have shown them: a feed that gives its entries new names each time is not to
// be polled again and again.
func dated(seen Observation) bool {
	n := 0
	for _, at := range seen.New {
		if at.After(seen.At.Add(-tolerance)) && !at.After(seen.At) {
			n++
		}
	}
	return 2*n > len(seen.New)
}

// index returns when the entries that are expected to wait are worth a poll.
func (p Planner) index(rhythm *aggregator.Rhythm, seen Observation, t *Tuning) aggregator.Plan {
	w := rates(*rhythm, &t.population)
	from := float64(seen.At.UnixNano()) / float64(time.Second)
	due := ripe(&w, t.theta, scroll(rhythm.Window), from, from+p.MaxInterval.Seconds())
	next := aggregator.Plan{
		At:   seen.At.Add(time.Duration((due.at - from) * float64(time.Second))),
		Rule: aggregator.RuleIndex, Rate: due.rate * daySeconds, Expected: due.waiting, Theta: t.theta,
	}
	earliest, latest := seen.At.Add(p.MinInterval), seen.At.Add(p.MaxInterval)
	switch {
	case due.scroll:
		next.Rule = aggregator.RuleScroll
	case !next.At.Before(latest):
		next.At, next.Rule = latest, aggregator.RuleMaxInterval
	}
	if limit := fillLimit(rhythm); limit > 0 && seen.At.Add(limit).Before(next.At) {
		then := ripe(&w, math.Inf(1), 0, from, from+limit.Seconds())
		if fills(rhythm.Window, then.waiting) {
			next.At, next.Rule = seen.At.Add(limit), aggregator.RuleScroll
			next.Rate, next.Expected = then.rate*daySeconds, then.waiting
		}
	}
	if next.At.Before(earliest) {
		next.At, next.Rule = earliest, aggregator.RuleMinInterval
	}
	return next
}

// putOff makes a plan obey what servers and feeds ask for.
func (p Planner) putOff(next *aggregator.Plan, seen Observation) {
	put := func(at time.Time, rule aggregator.Rule) {
		if longest := seen.At.Add(maxFloor); at.After(longest) {
			at = longest
		}
		if at.After(next.At) {
			next.At, next.Rule = at, rule
		}
	}
	put(seen.RetryAfter, aggregator.RuleRetryAfter)
	if seen.Outcome.Good() {
		put(seen.FreshUntil, aggregator.RuleFresh)
		put(seen.At.Add(seen.Hints.MinInterval), aggregator.RuleHints)
	}
	if open := pastSkipped(next.At, seen.Hints); open.After(next.At) {
		next.At, next.Rule = open, aggregator.RuleSkip
	}
}

// tick returns the source's first moment that leaves at least half an interval
// after the last poll, and about MinInterval. From the second poll on they are
// one interval apart, however long the polls take.
func (p Planner) tick(src aggregator.Source, last time.Time) time.Time {
	interval := max(src.Interval, 1)
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
	return time.Duration(wait * (1 - draw(id, failures)/4))
}

// draw returns a number from 0 to 1, always the same for an id and a count.
func draw(id string, count int) float64 {
	var digest xxhash.Digest
	digest.Reset()
	_, _ = digest.WriteString(id)
	_, _ = digest.Write([]byte{byte(count), byte(count >> 8)})
	return float64(digest.Sum64()%1024) / 1024
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

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

func skipped(t time.Time, hints aggregator.Hints) bool {
	return hints.SkipHours&(1<<t.Hour()) != 0 || hints.SkipDays&(1<<t.Weekday()) != 0
}
