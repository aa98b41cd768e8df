package dedupe

import (
	"math"
	"math/bits"
)

// query is a new entry prepared for comparison. The arrays are parallel to
// terms, which are sorted by slot.
type query struct {
	composed
	weight [maxTerms]float64 // of each word
	worth  [maxTerms]float64 // weight times how much it stands for, in all
	title  [maxTerms]float64 // in the title alone
	body   [maxTerms]float64
	local  [maxTerms]float64 // weight among the matches

	lenAll, lenTitle, lenBody float64 // lengths of the vectors
	sumAll, sumTitle          float64 // of weights
	numbers                   int     // in the title
	telling                   int     // words that are not common

	slots      lookup // the terms by their slots
	stubs      lookup // and by their stubs
	titleStubs int    // different ones in the title
}

// lookup finds a place among the terms by a number, in open addressing: the
// place plus 1, 0 for none. It is so much larger than maxTerms that most numbers
// that are not there meet no other.
type lookup [lookupSize]uint8

const lookupSize = 1024

const (
	rarityCut   = 554 // 1.5 in natural logarithm, in 256ths of binary: what every fourth entry has
	weightFloor = 18  // 0.05
	// templateShare is what a word weighs in a part of the title that its
	// source repeats.
	templateShare = 0.3
)

// weigh returns what a word of the rarity weighs, in natural units.
func weigh(rarity int) float64 {
	return float64(max(rarity-rarityCut, weightFloor)) * (math.Ln2 / 256)
}

// standing holds how much a word counts that stands so often in title and
// summary: more for the second time, little more for the fifth.
var standing = func() (table [maxTitleTF + 1][maxBodyTF + 1]float64) {
	for t := range table {
		for b := range table[t] {
			tf := 1.5*float64(t) + float64(b)
			table[t][b] = tf * 2 / (tf + 1)
		}
	}
	return table
}()

// prepare weighs the terms that compose left in q.
func (j *Judge) prepare(q *query) {
	for i := range q.terms {
		q.terms[i].slot = j.words.find(q.terms[i].term)
	}
	sortTerms(q.terms)
	q.lenAll, q.lenTitle, q.lenBody, q.sumAll, q.sumTitle, q.numbers, q.telling = 0, 0, 0, 0, 0, 0, 0
	q.slots, q.stubs, q.titleStubs = lookup{}, lookup{}, 0
	logTotal := j.words.logTotal()
	for i := range q.terms {
		t := &q.terms[i]
		f := face{log: uint16(log2(priorCount)), common: t.common}
		if t.slot != unknown {
			f = j.words.faces[t.slot]
		}
		w := weigh(f.rarity(logTotal))
		if t.flags&flagTemplate != 0 {
			w *= templateShare
		}
		if !t.common {
			q.telling++
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
		}
		q.enterSlot(i)
		q.enterStub(i)
	}
	q.lenAll, q.lenTitle, q.lenBody = math.Sqrt(q.lenAll), math.Sqrt(q.lenTitle), math.Sqrt(q.lenBody)
}

// enterSlot makes the slot of the ith term known; of equal ones, the first.
func (q *query) enterSlot(i int) {
	slot := q.terms[i].slot
	if slot == unknown {
		return
	}
	h := slot % lookupSize
	for q.slots[h] != 0 {
		if q.terms[q.slots[h]-1].slot == slot {
			return
		}
		h = (h + 1) % lookupSize
	}
	q.slots[h] = uint8(i + 1)
}

// place returns the place of the term with the slot, -1 for none.
func (q *query) place(slot uint32) int {
	for h := slot % lookupSize; q.slots[h] != 0; h = (h + 1) % lookupSize {
		if i := int(q.slots[h]) - 1; q.terms[i].slot == slot {
			return i
		}
	}
	return -1
}

// enterStub makes the stub of the ith term known; of equal ones, one of the
// title.
func (q *query) enterStub(i int) {
	t := &q.terms[i]
	h := t.stub % lookupSize
	for q.stubs[h] != 0 && q.terms[q.stubs[h]-1].stub != t.stub {
		h = (h + 1) % lookupSize
	}
	before := q.stubs[h]
	if before != 0 && (t.title == 0 || q.terms[before-1].title > 0) {
		return
	}
	q.stubs[h] = uint8(i + 1)
	if t.title > 0 {
		q.titleStubs++
	}
}

// stub returns the place of the term with the stub, -1 for none.
func (q *query) stub(stub uint32) int {
	for h := stub % lookupSize; q.stubs[h] != 0; h = (h + 1) % lookupSize {
		if i := int(q.stubs[h]) - 1; q.terms[i].stub == stub {
			return i
		}
	}
	return -1
}

// compare fills in the features that depend on the two texts alone.
func (v *vocabulary) compare(q *query, d *doc, m *match) {
	x := m.vector
	*x = vector{bias: 1}
	m.shared, m.telling = 0, 0
	logTotal := v.logTotal()
	var dotAll, dotTitle, dotBody, lenAll, lenTitle, lenBody float64
	var sumAll, sumTitle, coverQ, coverD, bothTitles float64
	var shared, namesBoth, namesD, missedD float64
	var top [3]float64
	numbersD, numbersBoth := 0, 0
	stubsQ, stubsD, titleStubsD := uint64(0), 0, 0
	words := d.words()
	// The faces first: they lie far apart, and are fetched at once where nothing
	// else has to be waited for.
	var faces [maxTerms]face
	for k, p := range words {
		faces[k] = v.faces[p>>slotShift]
	}
	for k, p := range words {
		t, f := unpack(p), &faces[k]
		if !f.common {
			m.telling++
		}
		w := weigh(f.rarity(logTotal))
		if t.flags&flagTemplate != 0 {
			w *= templateShare
		}
		all, title, body := w*standing[t.title][t.body], w*standing[t.title][0], w*standing[0][t.body]
		lenAll += float64(all * all)
		lenTitle += float64(title * title)
		lenBody += float64(body * body)
		sumAll += w
		if k := q.stub(f.stub); k >= 0 {
			stubsQ |= 1 << k
			if t.title > 0 {
				stubsD++
			}
		}
		if t.title > 0 {
			sumTitle += w
			titleStubsD++
			if t.flags&flagNumber != 0 {
				numbersD++
			}
		}
		i := q.place(t.slot)
		if i < 0 {
			if t.title > 0 {
				missedD = max(missedD, w)
				if t.flags&flagName != 0 {
					namesD += w
				}
			}
			continue
		}
		o := &q.terms[i]
		m.shared |= 1 << i
		dotAll += float64(all * q.worth[i])
		dotTitle += float64(title * q.title[i])
		dotBody += float64(body * q.body[i])
		w = min(w, q.weight[i])
		shared += w
		switch {
		case w > top[0]:
			top[2], top[1], top[0] = top[1], top[0], w
		case w > top[1]:
			top[2], top[1] = top[1], w
		case w > top[2]:
			top[2] = w
		}
		if o.title > 0 {
			coverQ += w
		}
		if t.title > 0 {
			coverD += w
		}
		if o.title > 0 && t.title > 0 {
			bothTitles += w
			if t.flags&flagNumber != 0 {
				numbersBoth++
			}
		}
		if (t.flags|o.flags)&flagName != 0 {
			namesBoth += w
		}
	}
	namesQ, missedQ, stubsTitle := 0.0, 0.0, 0
	for i := range q.terms {
		if q.terms[i].title == 0 {
			continue
		}
		stubsTitle += int(stubsQ >> i & 1)
		if m.shared>>i&1 == 0 {
			missedQ = max(missedQ, q.weight[i])
			if q.terms[i].flags&flagName != 0 {
				namesQ += q.weight[i]
			}
		}
	}
	m.cosine = ratio(dotAll, q.lenAll*math.Sqrt(lenAll))
	x[cosAll] = m.cosine
	x[cosTitle] = ratio(dotTitle, q.lenTitle*math.Sqrt(lenTitle))
	x[cosBody] = ratio(dotBody, q.lenBody*math.Sqrt(lenBody))
	x[cosTitleSquared] = x[cosTitle] * x[cosTitle]
	a, b := ratio(coverQ, q.sumTitle), ratio(coverD, sumTitle)
	x[coverMin], x[coverMax] = min(a, b), max(a, b)
	x[coverTitle] = min(ratio(bothTitles, q.sumTitle), ratio(bothTitles, sumTitle))
	x[sharedWeight] = math.Sqrt(shared)
	x[sharedFirst], x[sharedSecond], x[sharedThird] = top[0], top[1], top[2]
	x[sharedTitle] = math.Sqrt(bothTitles)
	x[sharedNames] = math.Sqrt(namesBoth)
	x[missingNames] = math.Sqrt(min(namesQ, namesD))
	if q.numbers > 0 && numbersD > 0 {
		x[missingNumber] = float64(min(q.numbers, numbersD) - numbersBoth)
	}
	x[missedMin], x[missedMax] = min(missedQ, missedD), max(missedQ, missedD)
	x[weightMin], x[weightMax] = ln(1+min(q.sumAll, sumAll)), ln(1+max(q.sumAll, sumAll))
	x[sharedPairs] = overlap(q.pairs, d.couples())
	a, b = ratio(float64(stubsTitle), float64(q.titleStubs)), ratio(float64(stubsD), float64(titleStubsD))
	x[stubMin], x[stubMax] = min(a, b), max(a, b)
}

// overlap returns the share of the smaller sorted set that is in both.
func overlap(a, b []uint32) float64 {
	return ratio(float64(inBoth(a, b)), float64(min(len(a), len(b))))
}

// inBoth returns how many numbers are in both of two sorted sets.
func inBoth(a, b []uint32) (n int) {
	for i, j := 0, 0; i < len(a) && j < len(b); {
		// Which is the smaller no processor can guess: nothing branches on it.
		x, y := a[i], b[j]
		n += int(oneIf(x == y))
		i += int(oneIf(x <= y))
		j += int(oneIf(y <= x))
	}
	return n
}

// jaccard estimates the likeness of two sets of digests from the smallest of
// each (Broder's min-wise sketches, here bottom-k); na and nb are the sets'
// sizes.
func jaccard(a []uint32, na int, b []uint32, nb int) float64 {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	// Both sketches are whole up to the smaller of their last digests.
	limit := uint32(math.MaxUint32)
	if na > len(a) {
		limit = a[len(a)-1]
	}
	if nb > len(b) {
		limit = min(limit, b[len(b)-1])
	}
	a, b = upTo(a, limit), upTo(b, limit)
	both := inBoth(a, b)
	return ratio(float64(both), float64(len(a)+len(b)-both))
}

// upTo returns the numbers of a sorted set up to the limit.
func upTo(set []uint32, limit uint32) []uint32 {
	n := len(set)
	for n > 0 && set[n-1] > limit {
		n--
	}
	return set[:n]
}

// jaccard returns the likeness of two signatures.
func (s *signature) jaccard(t *signature) float64 {
	and, or := 0, 0
	for i := range s {
		and += bits.OnesCount64(s[i] & t[i])
		or += bits.OnesCount64(s[i] | t[i])
	}
	return ratio(float64(and), float64(or))
}
