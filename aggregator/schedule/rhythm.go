package schedule

import (
	"time"

	"wiredesk/aggregator"
)

// usualRate is how many entries a day a source is taken to bring of which
// nothing is known.
const usualRate = 5

// Weights of what all sources do against what one was seen to do, in entries.
const (
	rateWeight  = 0.5
	blockWeight = 2
	slotWeight  = 3
)

// memory bounds how far back a document's dates are believed: what came before
// would weigh a thousandth.
const memory = 10 * halfLife

// tolerance is how much older than the last poll an entry may be that it did
// not show: caches between us and the source show what was.
const tolerance = time.Hour

// learn returns what is known of a source's rhythm after a poll that brought an
// answer or entries.
func learn(r aggregator.Rhythm, seen Observation, t *Tuning) aggregator.Rhythm {
	from, first := r.At, r.At.IsZero()
	came, begun := trusted(r, seen)
	if !begun.IsZero() {
		from = begun
	}
	if from.IsZero() || from.After(seen.At) {
		from = seen.At
	}
	from = later(from, seen.At.Add(-memory))
	if first {
		r.At = from
	}
	gap := max(seen.At.Sub(r.At), 0)
	left := fade(gap)
	r.Entries *= left
	r.Usual *= left
	for kind := range r.Days {
		r.Days[kind] *= left
	}
	r.Polls *= left
	r.Allots *= left
	if r.Fill > 0 {
		r.Fill = min(time.Duration(float64(r.Fill)/left), maxFloor)
	}
	if len(came) > 0 || r.Week != "" && periodOf(r.At) != periodOf(seen.At) {
		c := decodeCounts(r.Week)
		c.move(r.At, seen.At)
		for _, at := range came {
			c.add(at, seen.At)
			r.Entries += fade(seen.At.Sub(at))
		}
		r.Week = c.encode()
	}
	observe(&r, from, seen.At, &t.population)
	if seen.Shown > 0 {
		r.Window = seen.Shown
		if !first && overflown(seen) && gap > 0 && (r.Fill == 0 || gap < r.Fill) {
			r.Fill = gap
		}
	}
	if seen.Outcome.Good() {
		fresh := min(max(seen.FreshUntil.Sub(seen.At), 0), maxFloor)
		if first {
			r.Fresh = fresh
		} else {
			r.Fresh += (fresh - r.Fresh) / 16
		}
	}
	r.At = seen.At
	return r
}

// trusted returns when the new entries are taken to have come. Of the first
// document only dates tell, and begun is then since when all is known that it
// shows; of every other begun is set where it may not reach back to the poll
// before.
func trusted(r aggregator.Rhythm, seen Observation) (came []time.Time, begun time.Time) {
	if r.At.IsZero() {
		return backlog(seen)
	}
	came = make([]time.Time, len(seen.New))
	var oldest time.Time
	for i, at := range seen.New {
		if at.Before(r.At.Add(-tolerance)) || at.After(seen.At) {
			at = seen.At
		}
		came[i] = at
		if oldest.IsZero() || at.Before(oldest) {
			oldest = at
		}
	}
	if overflown(seen) && oldest.Before(seen.At) {
		begun = oldest
	}
	return came, begun
}

// backlog reads the dates of a first document. The oldest entry tells since
// when the others came. Dates that are all the same are the document's.
func backlog(seen Observation) (came []time.Time, begun time.Time) {
	least := seen.At.Add(-memory)
	for _, at := range seen.New {
		if at.IsZero() || at.After(seen.At) {
			continue
		}
		if at.Before(least) {
			begun = least
			continue
		}
		came = append(came, at)
	}
	if len(came) == 0 {
		return nil, begun
	}
	oldest, newest := came[0], came[0]
	at := 0
	for i, t := range came {
		if t.Before(oldest) {
			oldest, at = t, i
		}
		if t.After(newest) {
			newest = t
		}
	}
	if !begun.IsZero() {
		return came, begun
	}
	if !newest.After(oldest) && len(came) > 1 {
		return nil, time.Time{}
	}
	came[at] = came[len(came)-1]
	return came[:len(came)-1], oldest
}

// overflown reports whether entries may have come and gone between two polls:
// all that the document shows is new.
func overflown(seen Observation) bool {
	return seen.Shown > 0 && len(seen.New) >= seen.Shown
}

// observe counts the time from one poll to the next as watched.
func observe(r *aggregator.Rhythm, from, to time.Time, population *week) {
	long := to.Sub(from) > 24*time.Hour
	end := to.Unix()
	for at := from.Unix(); at < end; {
		next := min(at-at%slotSeconds+slotSeconds, end)
		days := float64(next-at) / daySeconds
		if long {
			days *= fade(to.Sub(time.Unix(next, 0)))
		}
		slot := slotOf(at)
		r.Days[slot/slotsADay] += days
		r.Usual += days * population[slot]
		at = next
	}
}

// watched returns how many times each half hour was watched. Of the day that is
// not over the hours to come were not: else every busy hour would seem less busy
// before it comes than it is.
func watched(r *aggregator.Rhythm) (w week) {
	for i := range w {
		w[i] = r.Days[i/slotsADay]
	}
	if r.At.IsZero() {
		return w
	}
	today := r.At.Sub(r.At.Truncate(24*time.Hour)).Hours() / 24
	kind := slotOf(r.At.Unix()) / slotsADay
	before := max(r.Days[kind]-today, 0)
	for i := range slotsADay {
		w[kind*slotsADay+i] = before + min(max(today*slotsADay-float64(i), 0), 1)
	}
	return w
}

// rates returns how many entries a second a source is expected to bring in each
// half hour: its rate over all, times the profile of all sources, times how
// much more than that came in a block of four hours, times how much more in a
// half hour.
func rates(r aggregator.Rhythm, population *week) (w week) {
	base := (r.Entries + rateWeight) / (r.Usual + rateWeight/usualRate)
	if r.Week == "" && r.Usual == 0 {
		w = *population
		w.scale(base / daySeconds)
		return w
	}
	c := decodeCounts(r.Week)
	came := c.faded(r.At)
	expected := watched(&r)
	for i := range expected {
		expected[i] *= base * population[i] / slotsADay
	}
	for b := range blocks {
		var n, due float64
		for i := b * slotsABlock; i < (b+1)*slotsABlock; i++ {
			n += came[i]
			due += expected[i]
		}
		ratio := (n + blockWeight) / (due + blockWeight)
		for i := b * slotsABlock; i < (b+1)*slotsABlock; i++ {
			w[i] = population[i] * ratio
			came[i] = (came[i] + slotWeight) / (expected[i]*ratio + slotWeight)
		}
	}
	came = came.smooth()
	for i := range w {
		w[i] *= came[i]
	}
	w.scale(base / daySeconds)
	return w
}
