package dedupe

import (
	"cmp"
	"math/bits"
	"slices"

	"wiredesk/aggregator"
)

const (
	maxReach   = 250  // entries looked at for one word, the newest first
	maxVisits  = 800  // and for all words
	reachWords = 24   // words looked up, the weightiest first
	minRarity  = 1293 // of a word worth looking up: 3.5 in natural logarithm, in 256ths of binary
	maxMatches = 20
	minShared  = 2   // words; who shares fewer tells something else
	maxUsed    = 100 // of those, looked at for their source
	// What seems farther than this share of the nearest is not measured.
	leastShare = 0.3
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
	shared  uint64 // the query's terms that it has, a bit each
	cosine  float64
	jaccard float64 // of shingles
	telling int     // its words that are not common
	same    bool    // source
	apart   int64   // seconds between the polls
	live    bool    // one of them is a page that goes on growing
	copy    bool    // the text is the same
	vector  *vector
	p       float64 // that the two tell one happening
}

// match finds the entries of the window that the new one may belong with, the
// nearest first, measured and judged.
func (j *Judge) match(e *aggregator.Entry, r *Reading) []match {
	subject := j.subjectOf(e, r)
	if j.subject == subject {
		return j.matches
	}
	q := &j.query
	source := sourceDigest(e.Source)
	r.compose(func(piece uint64) bool { return j.habits.repeated(source, piece) }, &q.composed)
	if j.old(e) {
		q.clear()
		j.matches, j.subject = j.matches[:0], subject
		return j.matches
	}
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
		if x, y := a.cosine+a.vector[cosTitle]/2, b.cosine+b.vector[cosTitle]/2; x != y {
			return cmp.Compare(y, x)
		}
		return cmp.Compare(b.number, a.number)
	})
	j.matches = kept
	j.measure(e, r, source)
	j.subject = subject
	return kept
}

// subject is what the desk holds the matches of.
type subject struct {
	id         aggregator.EntryID
	text       uint64
	seen, when int64
	version    uint64
}

func (j *Judge) subjectOf(e *aggregator.Entry, r *Reading) subject {
	return subject{e.ID, r.digest, unixSeconds(e.Seen), unixSeconds(e.When()), j.version}
}

// retrieve fills j.matches with the entries that share most with the query.
func (j *Judge) retrieve(e *aggregator.Entry, q *query) {
	var room [maxTerms]uint8
	order := room[:0]
	for i := range q.terms {
		if s := q.terms[i].slot; s != unknown && j.words.rarity(s) >= minRarity {
			order = insertHeavier(order, i, &q.worth)
		}
	}
	order = order[:min(len(order), reachWords)]
	// As with faces, what lies far apart is fetched first, and nothing branches
	// on what it says.
	var lists [reachWords][]uint32
	left := maxVisits
	for n, i := range order {
		posts := j.words.slots[q.terms[i].slot].posts
		lists[n] = posts[len(posts)-min(len(posts), maxReach, left):]
		left -= len(lists[n])
	}
	reaches, reached := j.entries.reaches, 0
	for n, i := range order {
		gain := float32(q.weight[i] * q.worth[i])
		for _, number := range lists[n] {
			at := number - j.entries.first
			r := &reaches[at]
			j.reached[reached] = at
			reached += int(oneIf(r.gain == 0))
			r.gain += gain
		}
	}
	oldest := unixSeconds(e.Seen) - j.windowSeconds()
	sign := signOf(&e.ID)
	j.nearest = j.nearest[:0]
	for _, at := range j.reached[:reached] {
		r := &reaches[at]
		n := nearness{at, r.gain / r.length}
		r.gain = 0
		if len(j.nearest) == maxMatches && !j.nearest[0].before(n) {
			continue
		}
		if m := &j.entries.outlines[at]; m.open && m.seen.seconds() >= oldest && (m.sign != sign || j.entries.docs[at].id != e.ID) {
			j.nearest = j.nearest.keep(n, maxMatches)
		}
	}
	j.matches = j.matches[:0]
	best := float32(0)
	for _, n := range j.nearest {
		best = max(best, n.score)
	}
	for i, n := range j.nearest {
		if n.score < leastShare*best {
			continue
		}
		j.matches = append(j.matches, match{number: n.at + j.entries.first, vector: &j.vectors[i]})
	}
}

// insertHeavier puts the place of a term into the order of weights, the heaviest
// first, behind those that weigh the same.
func insertHeavier(order []uint8, place int, weights *[maxTerms]float64) []uint8 {
	order = append(order, uint8(place))
	at := len(order) - 1
	for ; at > 0 && weights[order[at-1]] < weights[place]; at-- {
		order[at] = order[at-1]
	}
	order[at] = uint8(place)
	return order
}

// nearness is how near an entry of the window seemed in the index.
type nearness struct {
	at    uint32 // its place in the window
	score float32
}

// before reports whether n is farther than m; of equals, the older is.
func (n nearness) before(m nearness) bool {
	return n.score < m.score || n.score == m.score && n.at < m.at
}

// nearest is a heap, the farthest at its top.
type nearest []nearness

// keep adds n and, where there are more than most, gives up the farthest.
func (h nearest) keep(n nearness, most int) nearest {
	if len(h) < most {
		h = append(h, n)
		for i := len(h) - 1; i > 0 && h[i].before(h[(i-1)/2]); i = (i - 1) / 2 {
			h[i], h[(i-1)/2] = h[(i-1)/2], h[i]
		}
		return h
	}
	h[0] = n
	for i := 0; ; {
		child := 2*i + 1
		if child >= len(h) {
			return h
		}
		if child+1 < len(h) && h[child+1].before(h[child]) {
			child++
		}
		if !h[child].before(h[i]) {
			return h
		}
		h[i], h[child] = h[child], h[i]
		i = child
	}
}

// usedBefore marks those of the query's title words in shared that the source
// wrote in a title well before.
func (j *Judge) usedBefore(q *query, shared uint64, source uint32, before int64) (used uint64) {
	for i := range q.terms {
		t := &q.terms[i]
		if t.title == 0 || shared>>i&1 == 0 {
			continue
		}
		posts := j.words.slots[t.slot].posts
		for k := len(posts) - 1; k >= max(0, len(posts)-maxUsed); k-- {
			if m := j.entries.outline(posts[k]); m.source == source && m.seen.seconds() < before {
				used |= 1 << i
				break
			}
		}
	}
	return used
}
