package backtest

import (
	"cmp"
	"slices"
	"time"

	"wiredesk/aggregator"
)

// Pair is two entries that were judged otherwise than they are labelled.
type Pair struct {
	A, B     *Row                // A came before B
	Decision aggregator.Decision // what became of B
	// Direct says that Decision is about the two: A is what B was joined to or
	// kept apart from. Else others stood between them.
	Direct bool
	Copies bool // the labels call them copies
	Unsure bool // the labels leave open whether they belong together
}

// Apart returns the time between the two, never negative.
func (p *Pair) Apart() time.Duration { return p.B.Entry.Seen.Sub(p.A.Entry.Seen).Abs() }

// Wrong returns the pairs of entries that share a story and belong apart, and
// those that belong together and do not share one, the surest mistakes first:
// those the labels are sure of, then copies that were not found, then what was
// decided directly and with the highest score, then what is nearest in time.
func (l *Labels) Wrong(out *Outcome) (joins, misses []Pair) {
	gold := l.gold()
	copies := make(map[[2]int]bool)
	for _, group := range l.Copies {
		for _, a := range group {
			for _, b := range group {
				copies[[2]int{a, b}] = true
			}
		}
	}
	unsure := make(map[[2]int]bool)
	for _, pair := range l.Unsure {
		unsure[pair], unsure[[2]int{pair[1], pair[0]}] = true, true
	}
	sameGold := make(map[int][]int) // indexes of the rows before, by labelled story
	sameStory := make(map[aggregator.StoryID][]int)
	for i := range out.Rows {
		row := &out.Rows[i]
		story := row.Entry.Story
		pair := func(j int) Pair {
			before := &out.Rows[j]
			d := out.Decisions[i]
			key := [2]int{before.N, row.N}
			return Pair{
				A: before, B: row, Decision: d,
				Direct: d.Evidence.Partner == before.Entry.ID,
				Copies: copies[key], Unsure: unsure[key],
			}
		}
		for _, j := range sameStory[story] {
			if gold[out.Rows[j].N] != gold[row.N] {
				joins = append(joins, pair(j))
			}
		}
		for _, j := range sameGold[gold[row.N]] {
			if out.Rows[j].Entry.Story != story {
				misses = append(misses, pair(j))
			}
		}
		sameStory[story] = append(sameStory[story], i)
		sameGold[gold[row.N]] = append(sameGold[gold[row.N]], i)
	}
	slices.SortStableFunc(joins, surestFirst)
	slices.SortStableFunc(misses, surestFirst)
	return joins, misses
}

func surestFirst(a, b Pair) int {
	return cmp.Or(
		trueFirst(!a.Unsure, !b.Unsure),
		trueFirst(a.Copies, b.Copies),
		trueFirst(a.Direct, b.Direct),
		cmp.Compare(b.score(), a.score()),
		cmp.Compare(a.Apart(), b.Apart()),
	)
}

// score is how sure the decision is of the two, 0 where it is about others.
func (p *Pair) score() float64 {
	if !p.Direct {
		return 0
	}
	return p.Decision.Evidence.Score
}

func trueFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}
