package aggregator

import (
	"cmp"
	"time"
)

// ProminenceWindow is how far back a feed looks for prominent stories where it
// has no MaxAge.
const ProminenceWindow = 24 * time.Hour

// prominenceStep is how the clock counts for prominence: in such steps, so that
// the order of a feed changes with its stories, and by the clock no more often.
const prominenceStep = 10 * time.Minute

// Prominence is how fast a story spreads: the sources that carry it for each
// hour since it was first reported, where the first hour counts whole. So what
// three sources told within the hour stands before what ten have told since
// yesterday.
type Prominence struct {
	sources int
	age     time.Duration // an hour or more, in steps
}

// ProminenceOf returns the prominence at an instant of a story that so many
// sources carry and that was first reported then.
func ProminenceOf(sources int, first, now time.Time) Prominence {
	age := now.UTC().Truncate(prominenceStep).Sub(first)
	return Prominence{sources, max(time.Hour, min(age, maxProminenceAge).Round(time.Second))}
}

// maxProminenceAge keeps the product of sources and seconds within a number:
// what is older by more is as old.
const maxProminenceAge = 100 * 365 * 24 * time.Hour

// Compare is negative where p is less prominent than o, positive where it is
// more.
func (p Prominence) Compare(o Prominence) int {
	// Sources by age against sources by age, without a fraction to round.
	return cmp.Compare(
		int64(p.sources)*int64(o.age/time.Second),
		int64(o.sources)*int64(p.age/time.Second),
	)
}
