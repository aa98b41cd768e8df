package backtest

import "wiredesk/aggregator"

// Score says how well stories agree with labels. Each measure is from 0 to 1.
type Score struct {
	// Of all pairs of entries that share a story, the share that belongs
	// together; of all pairs that belong together, the share that shares one.
	PairPrecision float64 `json:"pair_p"`
	PairRecall    float64 `json:"pair_r"`
	PairF1        float64 `json:"pair_f1"`
	// B-cubed (Bagga and Baldwin 1998): the same two shares for each entry,
	// averaged. Only entries count that are not alone in their labelled or in
	// their assigned story.
	CubedPrecision float64 `json:"b3_p"`
	CubedRecall    float64 `json:"b3_r"`
	CubedF1        float64 `json:"b3_f1"`
	// CopyRecall is the share of labelled pairs of copies that share a story.
	CopyRecall float64 `json:"copy_r"`
	// BadMerge is the share of all entries that are not of the labelled story
	// that most of their assigned story is of.
	BadMerge float64 `json:"bad_merge"`
}

// Score measures the stories that rows were given, which must be those the
// labels were read for. What there is none of is found completely: without any
// labelled copies CopyRecall is 1.
func (l *Labels) Score(rows []Row) Score {
	t := l.tally(rows)
	var s Score
	hits, want, got := 0, 0, 0
	for _, k := range t.both {
		hits += pairs(k)
	}
	for _, k := range t.gold {
		want += pairs(k)
	}
	for _, k := range t.assigned {
		got += pairs(k)
	}
	s.PairPrecision, s.PairRecall = share(hits, got), share(hits, want)
	s.PairF1 = harmonic(s.PairPrecision, s.PairRecall)

	judged := 0
	for n := 1; n <= l.N; n++ {
		gold, assigned := t.gold[t.goldOf[n]], t.assigned[t.assignedTo[n]]
		if gold == 1 && assigned == 1 {
			continue
		}
		judged++
		both := float64(t.both[shared{t.goldOf[n], t.assignedTo[n]}])
		s.CubedPrecision += both / float64(assigned)
		s.CubedRecall += both / float64(gold)
	}
	s.CubedPrecision /= float64(max(1, judged))
	s.CubedRecall /= float64(max(1, judged))
	s.CubedF1 = harmonic(s.CubedPrecision, s.CubedRecall)

	found, copies := 0, 0
	for _, group := range l.Copies {
		for i, a := range group {
			for _, b := range group[i+1:] {
				copies++
				if t.assignedTo[a] == t.assignedTo[b] {
					found++
				}
			}
		}
	}
	s.CopyRecall = share(found, copies)

	most := make(map[aggregator.StoryID]int, len(t.assigned))
	for in, k := range t.both {
		most[in.assigned] = max(most[in.assigned], k)
	}
	stray := l.N
	for _, k := range most {
		stray -= k
	}
	s.BadMerge = float64(stray) / float64(max(1, l.N))
	return s
}

// shared is the overlap of a labelled and an assigned story.
type shared struct {
	gold     int
	assigned aggregator.StoryID
}

// tally counts entries by the stories they are in.
type tally struct {
	goldOf     []int                // by n
	assignedTo []aggregator.StoryID // by n
	gold       map[int]int
	assigned   map[aggregator.StoryID]int
	both       map[shared]int
}

func (l *Labels) tally(rows []Row) tally {
	t := tally{
		goldOf: l.gold(), assignedTo: make([]aggregator.StoryID, l.N+1),
		gold: make(map[int]int), assigned: make(map[aggregator.StoryID]int), both: make(map[shared]int),
	}
	for i := range rows {
		n, story := rows[i].N, rows[i].Entry.Story
		t.assignedTo[n] = story
		t.gold[t.goldOf[n]]++
		t.assigned[story]++
		t.both[shared{t.goldOf[n], story}]++
	}
	return t
}

func pairs(k int) int { return k * (k - 1) / 2 }

func share(part, whole int) float64 {
	if whole == 0 {
		return 1
	}
	return float64(part) / float64(whole)
}

// harmonic is the F1 of a precision and a recall.
func harmonic(p, r float64) float64 {
	if p+r == 0 {
		return 0
	}
	return 2 * p * r / (p + r)
}
