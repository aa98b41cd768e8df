package dedupe

import (
	"math"
	"math/bits"
)

// The features of a pair of entries that the model weighs. q is the new entry,
// d the one of the window.
const (
	fBias = iota
	fCosAll
	fCosTitle
	fCosBody
	fCosTitleSq
	fCosAllSq
	fCoverMin // of one title by the other's whole text, weighed
	fCoverMax
	fCoverTitleMin // of one title by the other's
	fCoverTitleMax
	fShared // weight of all shared words
	fTop1
	fTop2
	fTop3
	fSharedTitle
	fNamesShared
	fNamesMissing
	fNumbersShared
	fNumbersMissing
	fNumbersClash // both titles have numbers and share none
	fGap          // hours between what they claim
	fGapLog
	fGapNear
	fSeenGapLog
	fShortTitle // words in the shorter title
	fTitleRatio
	fBodyMin
	fNoBody // one has no summary
	fNoBodies
	fPairs // of neighbouring title words
	fGrams
	fJaccard
	fContained
	fMissQ // heaviest word of q's title that d lacks
	fMissD
	fSkeleton
	fTemplate
	fTemplates
	fSameTitle
	fSameLink
	fLocal // coverage with what all candidates share weighing little
	fRank
	fCrowd
	fUsed // share of shared title words that the source used earlier
	fWordsQ
	fWordsD
	fCosCover
	fCosGap
	fCoverGap
	fTopCover
	fCased
	fCasedCos
	fCasedTitle
	fCasedCover
	fCasedTop
	fBig
	fBigN
	fBigTop
	fBigNames
	fSlug
	fSlugCover
	fPrefMin
	fPrefMax
	fGramIn
	fGramMax
	features
)

type vector [features]float64

// query is a new entry prepared for comparison.
type query struct {
	composed
	weight   [maxTerms]float64 // of each term
	worth    [maxTerms]float64 // weight times how often it stands there
	title    [maxTerms]float64
	body     [maxTerms]float64
	lenAll   float64
	lenTitle float64
	lenBody  float64
	sumTitle float64
	sumAll   float64
	names    float64
	numbers  int // in the title
	local    [maxTerms]float64
	sumLocal float64
	used     uint64 // title terms the source used earlier, a bit each
}

const (
	rarityCut   = 554 // 1.5 in natural logarithm, in 256ths of binary
	weightFloor = 18  // .05
	templateCut = 0.3
)

// weigh returns what a word of the rarity weighs, in natural units.
func weigh(rarity int) float64 {
	return float64(max(rarity-rarityCut, weightFloor)) * (math.Ln2 / 256)
}

// standing returns how much a word counts that stands so often in title and
// summary.
var standing = func() (table [4][8]float64) {
	for t := range table {
		for b := range table[t] {
			tf := 1.5*float64(t) + float64(b)
			table[t][b] = tf * 2 / (tf + 1)
		}
	}
	return table
}()

func (v *vocabulary) prepare(q *query) {
	for i := range q.terms {
		q.terms[i].slot = v.find(q.terms[i].id)
	}
	sortTerms(q.terms)
	q.lenAll, q.lenTitle, q.lenBody, q.sumTitle, q.sumAll, q.names, q.numbers = 0, 0, 0, 0, 0, 0, 0
	for i := range q.terms {
		t := &q.terms[i]
		w := weigh(v.rarity(t.slot))
		if t.flags&flagTemplate != 0 {
			w *= templateCut
		}
		q.weight[i] = w
		q.worth[i] = w * standing[t.title][t.body]
		q.title[i] = w * standing[t.title][0]
		q.body[i] = w * standing[0][t.body]
		q.lenAll += float64(q.worth[i] * q.worth[i])
		q.lenTitle += float64(q.title[i] * q.title[i])
		q.lenBody += float64(q.body[i] * q.body[i])
		q.sumAll += w
		if t.title > 0 {
			q.sumTitle += w
			if t.flags&flagNumber != 0 {
				q.numbers++
			}
			if t.flags&flagName != 0 {
				q.names += w
			}
		}
	}
	q.lenAll, q.lenTitle, q.lenBody = math.Sqrt(q.lenAll), math.Sqrt(q.lenTitle), math.Sqrt(q.lenBody)
}

// match is a candidate and what its comparison with the query found.
type match struct {
	number uint32
	score  float64 // how near it seemed in the index
	shared uint64  // query terms that it has, a bit each
	cosAll float64
	vector vector
	z      float64
	p      float64
	copied float64 // share of the shorter text found in the other
	same   bool    // source
}

// compare fills in the features of a pair that depend on the two alone.
func (v *vocabulary) compare(q *query, d *doc, m *match) {
	x := &m.vector
	*x = vector{fBias: 1}
	var dotAll, dotTitle, dotBody, lenAll, lenTitle, lenBody float64
	var sumTitle, sharedTitle, coverD, coverQ, coverTQ float64
	var shared, namesShared, namesD, numbersShared, sumAll float64
	var top [3]float64
	missD := 0.0
	numbersD, titleNumbers := 0, 0
	i := 0
	m.shared = 0
	for _, p := range d.words() {
		s := p >> slotShift
		w := weigh(v.rarity(s))
		f := flags(p & packedFlags)
		if f&flagTemplate != 0 {
			w *= templateCut
		}
		title, body := p>>titleShift&3, p>>bodyShift&7
		wa, wt, wb := w*standing[title][body], w*standing[title][0], w*standing[0][body]
		lenAll += float64(wa * wa)
		lenTitle += float64(wt * wt)
		lenBody += float64(wb * wb)
		sumAll += w
		for i < len(q.terms) && q.terms[i].slot < s {
			i++
		}
		common := i < len(q.terms) && q.terms[i].slot == s
		if common {
			m.shared |= 1 << i
			w = min(w, q.weight[i])
			dotAll += float64(wa * q.worth[i])
			dotTitle += float64(wt * q.title[i])
			dotBody += float64(wb * q.body[i])
			shared += w
			switch {
			case w > top[0]:
				top[2], top[1], top[0] = top[1], top[0], w
			case w > top[1]:
				top[2], top[1] = top[1], w
			case w > top[2]:
				top[2] = w
			}
			if q.terms[i].title > 0 {
				coverQ += w
				if title > 0 {
					coverTQ += w
				}
			}
			if f&flagNumber != 0 {
				numbersShared++
				if title > 0 && q.terms[i].title > 0 {
					titleNumbers++
				}
			}
			if (f|q.terms[i].flags)&flagName != 0 {
				namesShared += w
			}
		}
		if title > 0 {
			sumTitle += w
			if common {
				coverD += w
				if q.terms[i].title > 0 {
					sharedTitle += w
				}
			} else {
				missD = max(missD, w)
				if f&flagName != 0 {
					namesD += w
				}
			}
			if f&flagNumber != 0 {
				numbersD++
			}
		}
	}
	namesQ, missQ := 0.0, 0.0
	for i := range q.terms {
		if q.terms[i].title > 0 && m.shared>>i&1 == 0 {
			missQ = max(missQ, q.weight[i])
			if q.terms[i].flags&flagName != 0 {
				namesQ += q.weight[i]
			}
		}
	}
	m.cosAll = ratio(dotAll, q.lenAll*math.Sqrt(lenAll))
	x[fCosAll] = m.cosAll
	x[fCosTitle] = ratio(dotTitle, q.lenTitle*math.Sqrt(lenTitle))
	x[fCosBody] = ratio(dotBody, q.lenBody*math.Sqrt(lenBody))
	x[fCosTitleSq] = x[fCosTitle] * x[fCosTitle]
	x[fCosAllSq] = x[fCosAll] * x[fCosAll]
	a, b := ratio(coverQ, q.sumTitle), ratio(coverD, sumTitle)
	x[fCoverMin], x[fCoverMax] = min(a, b), max(a, b)
	a, b = ratio(coverTQ, q.sumTitle), ratio(sharedTitle, sumTitle)
	x[fCoverTitleMin], x[fCoverTitleMax] = min(a, b), max(a, b)
	x[fShared] = math.Sqrt(shared)
	x[fTop1], x[fTop2], x[fTop3] = top[0], top[1], top[2]
	x[fSharedTitle] = math.Sqrt(sharedTitle)
	x[fNamesShared] = math.Sqrt(namesShared)
	x[fNamesMissing] = math.Sqrt(min(namesQ, namesD))
	x[fNumbersShared] = min(numbersShared, 3)
	if q.numbers > 0 && numbersD > 0 {
		x[fNumbersMissing] = float64(min(q.numbers, numbersD) - titleNumbers)
		if titleNumbers == 0 {
			x[fNumbersClash] = 1
		}
	}
	x[fMissQ], x[fMissD] = min(missQ, missD), max(missQ, missD)
	x[fWordsQ], x[fWordsD] = math.Log1p(min(q.sumAll, sumAll)), math.Log1p(max(q.sumAll, sumAll))
	x[fPairs] = overlap(q.pairs, d.couples())
}

func ratio(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}

// overlap returns the share of the smaller sorted set that is in both.
func overlap(a, b []uint32) float64 {
	n := common(a, b)
	return ratio(float64(n), float64(min(len(a), len(b))))
}

func common(a, b []uint32) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		switch {
		case a[i] < b[j]:
			i++
		case a[i] > b[j]:
			j++
		default:
			n++
			i++
			j++
		}
	}
	return n
}

// shingled estimates, from the sketches, the Jaccard likeness of two texts'
// shingles and the share of the shorter one's that the longer has.
func shingled(a []uint32, na int, b []uint32, nb int) (jaccard, contained float64) {
	if len(a) == 0 || len(b) == 0 {
		return 0, 0
	}
	// Both sketches are complete below the smaller of their last digests.
	limit := uint32(math.MaxUint32)
	if na > len(a) {
		limit = a[len(a)-1]
	}
	if nb > len(b) {
		limit = min(limit, b[len(b)-1])
	}
	n, both, i, j := 0, 0, 0, 0
	for i < len(a) && a[i] <= limit || j < len(b) && b[j] <= limit {
		n++
		switch {
		case j >= len(b) || b[j] > limit || i < len(a) && a[i] < b[j]:
			i++
		case i >= len(a) || a[i] > limit || b[j] < a[i]:
			j++
		default:
			both++
			i++
			j++
		}
	}
	jaccard = ratio(float64(both), float64(n))
	union := float64(na+nb) / (1 + jaccard)
	return jaccard, min(1, ratio(jaccard*union, float64(min(na, nb))))
}

func (s *signature) jaccard(t *signature) float64 {
	and, or := 0, 0
	for i := range s {
		and += bits.OnesCount64(s[i] & t[i])
		or += bits.OnesCount64(s[i] | t[i])
	}
	return ratio(float64(and), float64(or))
}

func (s *signature) contained(t *signature) (float64, float64) {
	and, a, b := 0, 0, 0
	for i := range s {
		and += bits.OnesCount64(s[i] & t[i])
		a += bits.OnesCount64(s[i])
		b += bits.OnesCount64(t[i])
	}
	return ratio(float64(and), float64(max(a, b))), ratio(float64(and), float64(min(a, b)))
}
