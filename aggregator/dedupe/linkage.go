package dedupe

import (
	"slices"

	"wiredesk/aggregator"
)

// DefaultStrictness is how sure the judge must be by default. The documentation
// gives precision and recall for other values.
const DefaultStrictness = 0.46

const (
	// bestShare is what the nearest member's word counts in a story's
	// agreement with an entry; the rest is the mean of all members'.
	bestShare = 0.25
	// stranger is taken for the probability of a pair that shares too little to
	// have been measured.
	stranger = 0.007
	// mergeStrictness is how well two stories must agree, pair by pair, to be
	// made one when an entry belongs to both.
	mergeStrictness = 0.5
	// relatedFrom is how well an entry agrees with a story that it is related
	// to.
	relatedFrom = 0.2
	// maxMembers is how many entries of the window one story may have: more
	// are a template or a fault, and begin a story of their own.
	maxMembers = 500
	// ownSource is how much of the doubt that strictness leaves must go where
	// an entry is nearest to one of its own source, or a live page.
	ownSource = 0.45
	// maxAgreed bounds the pairs that are asked whether two stories are one:
	// what is larger has long been told apart.
	maxAgreed = 2500
	// A story demands demandMore for each doubling of its size beyond
	// largeStory and for each day it is told beyond longStory.
	demandMore       = 0.04
	largeStory       = 24
	longStorySeconds = 2 * daySeconds
	daySeconds       = 24 * 3600
	maxLogOdds       = 6
)

// verdict is what the judge found for an entry.
type verdict struct {
	story   *story // the entry belongs to, or is near to; nil: none
	kind    aggregator.DecisionKind
	near    bool
	rule    string
	partner *doc
	match   *match // the pair it rests on, where one was measured
	score   float64
	weakest float64 // probability of the member it agrees with least
	demand  float64 // score that was needed
	merged  *story  // turned out to be story
}

// tally is how an entry agrees with one story.
type tally struct {
	story  *story
	best   *match
	sum    float64 // of log-odds over the measured members
	lowest float64
	met    int
	score  float64
}

// judge finds the story that the entry belongs to.
func (j *Judge) judge(e *aggregator.Entry, r *Reading) verdict {
	banned, pinned := j.pinned(e)
	if pinned != nil {
		return verdict{story: pinned.story, kind: aggregator.Report, rule: aggregator.RuleJoined, partner: pinned, score: 1}
	}
	matches := j.match(e, r)
	v := j.copied(e, r, matches, banned)
	if j.join == aggregator.JoinCopy {
		return v
	}
	tallies := j.tally(e, matches)
	var first, second *tally
	for i := range tallies {
		t := &tallies[i]
		if len(t.story.members) >= maxMembers || slices.Contains(banned, t.story) {
			continue
		}
		switch {
		case first == nil || t.score > first.score:
			first, second = t, first
		case second == nil || t.score > second.score:
			second = t
		}
	}
	switch {
	case v.story != nil && first != nil && first.story != v.story:
		second = first
	case v.story != nil || first == nil:
	case first.score > j.demand(e, first):
		v = verdict{story: first.story, kind: aggregator.Report, rule: RuleModel, partner: j.entries.at(first.best.number), match: first.best, score: first.score, weakest: first.lowest, demand: j.demand(e, first)}
	case first.score > relatedFrom:
		return verdict{story: first.story, near: true, rule: RuleModel, partner: j.entries.at(first.best.number), match: first.best, score: first.score, weakest: first.lowest, demand: j.demand(e, first)}
	}
	if v.story != nil && second != nil && second.score > j.demand(e, second) && !j.parted(v.story, second.story) && j.agree(v.story, second.story) > max(mergeStrictness, j.strictness) {
		v.story, v.merged = elder(v.story, second.story)
	}
	return v
}

// tally sums up how the entry agrees with each story it has a match in.
func (j *Judge) tally(e *aggregator.Entry, matches []match) []tally {
	tallies := j.tallies[:0]
	for i := range matches {
		m := &matches[i]
		s := j.entries.at(m.number).story
		k := slices.IndexFunc(tallies, func(t tally) bool { return t.story == s })
		if k < 0 {
			k = len(tallies)
			tallies = append(tallies, tally{story: s, best: m, lowest: 1})
		}
		t := &tallies[k]
		if m.p > t.best.p {
			t.best = m
		}
		t.sum += logOdds(m.p)
		t.lowest = min(t.lowest, m.p)
		t.met++
	}
	var own *doc // of e itself, when its new text is judged
	if number, found := j.entries.find(e.Seq); found {
		own = j.entries.at(number)
	}
	for k := range tallies {
		t := &tallies[k]
		n := t.story.worded // all that e could have matched
		if own != nil && own.story == t.story {
			n -= own.worded()
		}
		if t.met < n {
			t.lowest = stranger
		}
		mean := logistic((t.sum + float64(logOdds(stranger)*float64(n-t.met))) / float64(max(n, 1)))
		t.score = float64(bestShare*t.best.p) + float64((1-bestShare)*mean)
	}
	j.tallies = tallies
	return tallies
}

func logOdds(p float64) float64 {
	const least = 0.0001
	return min(maxLogOdds, max(-maxLogOdds, ln(max(p, least)/max(1-p, least))))
}

// demand returns how sure the judge must be that an entry belongs to a story: the
// surer where its nearest member is of the same source, which seldom tells one
// thing twice, or a live page, which tells of many, and the larger and the older
// the story is.
func (j *Judge) demand(e *aggregator.Entry, t *tally) float64 {
	demand := j.strictness
	if t.best.same || t.best.live {
		demand += float64((1 - demand) * ownSource)
	}
	if n := len(t.story.members); n > largeStory {
		demand += float64(demandMore * float64(log2(uint64(n))-log2(largeStory)) / 256)
	}
	if told := unixSeconds(e.Seen) - t.story.first - longStorySeconds; told > 0 {
		demand += float64(demandMore * float64(told) / daySeconds)
	}
	return min(demand, max(0.99, j.strictness))
}

// agree returns how well the members of two stories agree, pair by pair, as
// they were judged when the later of each pair came.
func (j *Judge) agree(a, b *story) float64 {
	if len(a.members)*len(b.members) > maxAgreed {
		return 0
	}
	best, sum := 0.0, 0.0
	for _, x := range a.members {
		for _, y := range b.members {
			p := j.entries.at(max(x, y)).opinion(min(x, y))
			best = max(best, p)
			sum += p
		}
	}
	return float64(bestShare*best) + float64((1-bestShare)*sum/float64(len(a.members)*len(b.members)))
}

// elder puts the story that was told first before the other.
func elder(a, b *story) (older, younger *story) {
	if b.born < a.born {
		return b, a
	}
	return a, b
}
