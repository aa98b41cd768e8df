package schedule

import (
	"iter"
	"math"
	"time"

	"wiredesk/aggregator"
)

// What all sources share is worked out anew so soon after a start or a change of
// sources, then at intervals that double up to every few hours.
const (
	firstTune = 5 * time.Minute
	everyTune = 3 * time.Hour
)

// notice is how long before it comes into force a Tuning is made: polls that
// are answered meanwhile are planned by the one before, whoever plans them and
// whenever.
const notice = time.Minute

// Tuning is what all sources share: the number that spends the budget, and when
// news comes over all. It is never changed, so that any number of goroutines may
// plan by it. A nil Tuning knows nothing.
type Tuning struct {
	from   time.Time     // in force for polls answered since
	before *Tuning       // for those answered earlier; nil: this one
	lasts  time.Duration // until the next is to be worked out

	theta      float64 // what a poll must be worth, in entries times seconds
	population week    // how busy all sources are in a half hour; 1 on average
	polls      week    // how many polls all sources take in a half hour; 1 on average
	spending   Spending
}

// Spending is how often sources without an interval of their own are expected to be
// polled, in polls a second over a week.
type Spending struct {
	Budget   float64 // what poll.budget allows
	Expected float64 // what comes out: more where poll.max_interval asks for more than the budget, less where floors hold polls back
	Fixed    float64 // polls of the sources with an interval of their own, which are outside the budget
}

// Kept reports whether the budget can be kept.
func (l Spending) Kept() bool { return l.Expected <= l.Budget*1.01 }

// Spending returns what the Tuning expects; all zero for a nil one.
func (t *Tuning) Spending() Spending {
	if t == nil {
		return Spending{}
	}
	return t.spending
}

// Due reports whether it is time at now to work out what follows t.
func (t *Tuning) Due(now time.Time) bool {
	return t == nil || !now.Before(t.from.Add(t.lasts))
}

// at returns the Tuning by which polls answered at now are planned.
func (t *Tuning) at(now time.Time) *Tuning {
	if t != nil && t.before != nil && now.Before(t.from) {
		return t.before
	}
	return t
}

// Tune works out what all sources share from what is remembered of each at now,
// which is given twice over. The result follows before, a minute later, or is in
// force at once where that is nil; changed says that there are other sources
// than before. It depends on its arguments alone, the order of the sources
// included.
func (p Planner) Tune(before *Tuning, now time.Time, changed bool, sources iter.Seq2[aggregator.Source, aggregator.SourceState]) *Tuning {
	p = p.withDefaults()
	t := &Tuning{from: now, lasts: firstTune, theta: p.startingTheta()}
	if before != nil {
		last := *before
		last.before = nil
		t.before, t.from, t.theta = &last, now.Add(notice), last.theta
		if !changed {
			t.lasts = min(2*last.lasts, everyTune)
		}
	}
	t.population = populationOf(sources, now)
	var demands []demand
	var polls, allots float64
	for src, state := range sources {
		switch {
		case src.Interval > 0:
			t.spending.Fixed += 1 / src.Interval.Seconds()
			continue
		case state.Outcome == aggregator.Gone, state.Failures > 0, pushed(state.Push, now):
			continue
		}
		r := &state.Rhythm
		if !r.At.IsZero() {
			left := fade(max(now.Sub(r.At), 0))
			polls += r.Polls * left
			allots += r.Allots * left
		}
		demands = append(demands, p.demandOf(&state, &t.population))
	}
	t.spending.Budget = float64(len(demands)) / p.Budget.Seconds()
	// What was spent too much is saved later, some days long: the half-life of
	// the account divided by its weight.
	const weight = 6
	day := float64(len(demands)) * 24 * float64(time.Hour) / float64(p.Budget)
	over := (polls - allots) / (allots + day)
	t.solve(demands, t.spending.Budget*min(max(1-weight*over, 0.5), 1.5))
	return t
}

// startingTheta gives a source of which nothing is known the mean interval.
func (p Planner) startingTheta() float64 {
	seconds := p.Budget.Seconds()
	return usualRate / float64(daySeconds) * seconds * seconds / 2
}

// hours is how finely a week is told apart where only sums matter.
const hours = slots / 2

// demand is what decides how often a source is polled.
type demand struct {
	roots       [hours]float32 // square roots of the rates in each hour
	least, most float64        // polls a second
	scroll      float64        // entries that must not wait; 0: not known
	window      int
	fill        float64 // seconds in which the document may fill; 0: it was not seen to
}

func (p Planner) demandOf(state *aggregator.SourceState, population *week) demand {
	r := &state.Rhythm
	floor := max(p.MinInterval, r.Fresh, min(state.Hints.MinInterval, maxFloor))
	d := demand{
		least:  1 / max(p.MaxInterval, floor).Seconds(),
		most:   1 / floor.Seconds(),
		scroll: scroll(r.Window),
		window: r.Window, fill: fillLimit(r).Seconds(),
	}
	w := rates(*r, population)
	for i := range d.roots {
		d.roots[i] = float32(math.Sqrt((w[2*i] + w[2*i+1]) / 2))
	}
	return d
}

// pollsIn returns the polls a second in an hour, given the root that theta makes
// of a rate of one a second.
func (d *demand) pollsIn(hour int, root float64) float64 {
	polls := float64(d.roots[hour]) * root
	rate := float64(d.roots[hour]) * float64(d.roots[hour])
	if d.scroll > 0 {
		polls = max(polls, rate/d.scroll)
	}
	if d.fill > 0 && fills(d.window, rate*d.fill) {
		polls = max(polls, 1/d.fill)
	}
	return min(max(polls, d.least), d.most)
}

// solve finds theta such that the polls of a week are those wanted, in polls a
// second.
func (t *Tuning) solve(demands []demand, want float64) {
	t.polls = flat()
	if len(demands) == 0 {
		return
	}
	// The polls fall with theta, as its root but for the bounds.
	const lowest, highest, exact = 1e-6, 1e12, 1e-3
	low, high := lowest, highest
	var total float64
	for range 60 {
		t.polls = week{}
		root := 1 / math.Sqrt(2*t.theta)
		for i := range demands {
			for hour := range hours {
				t.polls[2*hour] += demands[i].pollsIn(hour, root)
			}
		}
		for hour := range hours {
			t.polls[2*hour+1] = t.polls[2*hour]
		}
		before := total
		total = t.polls.mean()
		ratio := total / want
		if ratio > 1 {
			low = t.theta
		} else {
			high = t.theta
		}
		if math.Abs(ratio-1) < exact || high/low < 1+exact || math.Abs(total-before) < 1e-9*total {
			break // there, or at the bounds of all sources
		}
		// A little further than the step would go, so that both ends close in.
		next := t.theta * math.Pow(ratio, 2.2)
		if next <= low || next >= high {
			next = math.Sqrt(low * high)
		}
		t.theta = next
	}
	t.spending.Expected = total
	t.polls.scale(1)
}

// populationOf returns when news comes over all sources. A source counts by the
// square root of what it brings, so that the busiest few are not all.
func populationOf(sources iter.Seq2[aggregator.Source, aggregator.SourceState], now time.Time) week {
	// neutral is how much of an even week is mixed in, in roots of entries.
	const neutral = 1
	var came, expected week
	for _, state := range sources {
		r := &state.Rhythm
		days := r.Days[weekday] + r.Days[saturday] + r.Days[sunday]
		if r.Week == "" || days == 0 {
			continue
		}
		left := fade(max(now.Sub(r.At), 0))
		n := r.Entries * left
		weight := left / math.Sqrt(n+1)
		c := decodeCounts(r.Week)
		times := watched(r)
		for slot, v := range c.faded(r.At) {
			came[slot] += weight * v
			expected[slot] += weight * r.Entries * times[slot] / days / slotsADay
		}
	}
	var w week
	for i := range w {
		w[i] = (came[i] + neutral) / (expected[i] + neutral)
	}
	w = w.smooth()
	w.scale(1)
	return w
}
