package dedupe

import (
	"cmp"
	"math"
	"math/bits"
	"slices"

	"wiredesk/aggregator"
)

const (
	maxReach   = 400  // entries looked at for one word, the newest first
	reachWords = 24   // words looked up, the weightiest first
	minRarity  = 1293 // of a word worth looking up: 3.5 in natural logarithm, in 256ths of binary
	maxMatches = 40
	minShared  = 2 // words; who shares fewer tells something else
	// A pair below both shares too little to be measured further.
	minCosine   = 0.03
	minCoverage = 0.3
	// usedSeconds is how long ago a source must have used a word in a title for
	// it to be one that it uses anyway.
	usedSeconds = 14 * 3600
)

// match is an entry of the window that may tell the new entry's happening, and
// what the comparison found.
type match struct {
	number  uint32
	score   float64 // how near it seemed in the index
	shared  uint64  // the query's terms that it has, a bit each
	cosine  float64
	jaccard float64 // of shingles
	same    bool    // source
	copy    bool    // the text is the same
	vector  vector
	p       float64 // that the two tell one happening
}

// match finds the entries of the window that the new one may belong with, the
// nearest first, measured and judged.
func (j *Judge) match(e *aggregator.Entry, r *Reading) []match {
	subject := subject{e.ID, e.Revision, j.version}
	if j.subject == subject {
		return j.matches
	}
	q := &j.query
	source := sourceDigest(e.Source)
	r.compose(func(piece uint64) bool { return j.habits.repeated(source, piece) }, &q.composed)
	j.prepare(q)
	j.retrieve(e, q)
	kept := j.matches[:0]
	for i := range j.matches {
		m := &j.matches[i]
		j.words.compare(q, j.entries.at(m.number), m)
		if bits.OnesCount64(m.shared) >= minShared && (m.cosine >= minCosine || m.vector[coverMax] > minCoverage) {
			kept = append(kept, *m)
		}
	}
	slices.SortFunc(kept, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.cosine+b.vector[cosTitle]/2, a.cosine+a.vector[cosTitle]/2), cmp.Compare(b.number, a.number))
	})
	j.matches = kept
	j.measure(e, r, source)
	j.subject = subject
	return kept
}

// subject is what the desk holds the matches of.
type subject struct {
	id       aggregator.EntryID
	revision int
	version  uint64
}

// retrieve fills j.matches with the entries that share most with the query.
func (j *Judge) retrieve(e *aggregator.Entry, q *query) {
	if n := len(j.entries.docs); len(j.reach) < n {
		j.reach = make([]float64, n+n/2)
	}
	j.reached = j.reached[:0]
	var order [maxTerms]uint8
	n := 0
	for i := range q.terms {
		if s := q.terms[i].slot; s != unknown && j.words.rarity(s) >= minRarity {
			order[n] = uint8(i)
			n++
		}
	}
	slices.SortFunc(order[:n], func(a, b uint8) int {
		return cmp.Or(cmp.Compare(q.worth[b], q.worth[a]), cmp.Compare(a, b))
	})
	for _, i := range order[:min(n, reachWords)] {
		posts := j.words.slots[q.terms[i].slot].posts
		gain := float64(q.weight[i] * q.worth[i])
		for _, number := range posts[max(0, len(posts)-maxReach):] {
			at := number - j.entries.first
			if j.reach[at] == 0 {
				j.reached = append(j.reached, at)
			}
			j.reach[at] += gain
		}
	}
	oldest := unixSeconds(e.Seen) - j.windowSeconds()
	matches := j.matches[:0]
	for _, at := range j.reached {
		d := &j.entries.docs[at]
		score := j.reach[at] / (1 + math.Sqrt(float64(d.norm)))
		j.reach[at] = 0
		if d.story != nil && d.seen >= oldest && d.id != e.ID {
			matches = append(matches, match{number: at + j.entries.first, score: score})
		}
	}
	nearest := func(a, b match) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.number, a.number))
	}
	slices.SortFunc(matches, nearest)
	j.matches = matches[:min(len(matches), maxMatches)]
}

// usedBefore marks the query's title words that the source wrote in a title
// well before.
func (j *Judge) usedBefore(q *query, source uint32, before int64) (used uint64) {
	for i := range q.terms {
		t := &q.terms[i]
		if t.title == 0 || t.slot == unknown {
			continue
		}
		posts := j.words.slots[t.slot].posts
		for k := len(posts) - 1; k >= max(0, len(posts)-maxReach); k-- {
			if d := j.entries.at(posts[k]); d.source == source && d.seen < before {
				used |= 1 << i
				break
			}
		}
	}
	return used
}
