package dedupe

import "wiredesk/aggregator"

// The features of a pair of entries that the model weighs. Where one is of a
// minimum or a maximum, it is over the two directions: how much of the one is
// in the other. Weights are in natural units of how rare a word is.
const (
	bias = iota
	cosAll
	cosTitle
	cosBody
	cosTitleSquared
	coverMin // of one title by the other's whole text
	coverMax
	coverTitle    // the smaller of the two titles' coverages by each other
	sharedWeight  // root of the weight of all shared words
	sharedFirst   // weight of the heaviest shared word
	sharedSecond  // and of the next
	sharedThird   // and of the third
	sharedTitle   // root of the weight of the words both titles have
	sharedNames   // root of the weight of shared names
	missingNames  // root of the smaller weight of the names that only one title has
	missingNumber // numbers of the one title that the other's lacks
	gapDays       // between what the two claim for their date, at most 4
	gapLog        // its logarithm, of hours
	gapNear       // at most 10 hours of it, in tens
	seenLog       // logarithm of the hours between the polls
	titleWords    // logarithm of the shorter title's words
	titleRatio    // the shorter title's words over the longer's
	bodyWords     // logarithm of the shorter summary's words
	noBody        // one of them has none
	sharedPairs   // share of the shorter title's neighbouring words that both have
	likeLetters   // Jaccard of the titles' letters, in fives
	likeShingles  // Jaccard of the shingles
	missedMin     // heaviest title word that the other text lacks
	missedMax     // the heavier of the two titles'
	sameSkeleton  // the titles are equal but for numbers and dates
	seriesLog     // logarithm of the occasions the source wrote such a title
	local         // coverage by words that not every match shares
	crowd         // logarithm of the number of about equal matches
	usedShare     // share of the shared title words that the source uses anyway
	weightMin     // logarithm of the lighter text's weight
	weightMax     // and of the heavier
	coverGap      // coverMax times gapLog
	stubMin       // share of one title's words' beginnings found in the other text
	stubMax       // the larger of the two shares
	features
)

// featureNames are the names of the features in the table of coefficients.
var featureNames = [features]string{
	"bias", "cosAll", "cosTitle", "cosBody", "cosTitleSquared", "coverMin", "coverMax", "coverTitle",
	"sharedWeight", "sharedFirst", "sharedSecond", "sharedThird", "sharedTitle", "sharedNames",
	"missingNames", "missingNumber", "gapDays", "gapLog", "gapNear", "seenLog", "titleWords", "titleRatio",
	"bodyWords", "noBody", "sharedPairs", "likeLetters", "likeShingles", "missedMin", "missedMax",
	"sameSkeleton", "seriesLog", "local", "crowd", "usedShare", "weightMin", "weightMax", "coverGap",
	"stubMin", "stubMax",
}

type vector [features]float64

const (
	maxGapHours    = 96
	nearHours      = 10
	shortBody      = 4 // words; fewer are no summary
	crowdedWithin  = 0.8
	secondsPerHour = 3600
)

// measure fills in the features that depend on the other matches, on time and
// on the source, and judges each pair.
func (j *Judge) measure(e *aggregator.Entry, r *Reading, source uint64) {
	matches, q := j.matches, &j.query
	if len(matches) == 0 {
		return
	}
	sumLocal := q.weighLocally(matches)
	seen, when := unixSeconds(e.Seen), unixSeconds(e.When())
	number, known := j.sources[e.Source]
	used := uint64(0)
	if known {
		shared := uint64(0)
		for k := range matches {
			shared |= matches[k].shared
		}
		used = j.usedBefore(q, shared, number, seen-usedSeconds)
	}
	series := ln(1 + float64(j.habits.count(source, r.skeleton)))
	equal := 0
	for k := range matches {
		if matches[k].cosine > crowdedWithin*matches[0].cosine {
			equal++
		}
	}
	crowded := ln(float64(max(equal, 1)))
	for k := range matches {
		m := &matches[k]
		d := j.entries.at(m.number)
		x := m.vector
		m.same, m.live = known && d.source == number, r.live || d.live
		hours := float64(max(when-d.when.seconds(), d.when.seconds()-when)) / secondsPerHour
		x[gapDays] = min(hours, maxGapHours) / 24
		x[gapLog] = ln(1 + hours)
		x[gapNear] = min(hours, nearHours) / nearHours
		m.apart = max(seen-d.seen.seconds(), d.seen.seconds()-seen)
		x[seenLog] = ln(1 + float64(m.apart)/secondsPerHour)
		short, long := min(r.titleWords, int(d.titles)), max(r.titleWords, int(d.titles))
		x[titleWords] = ln(1 + float64(short))
		x[titleRatio] = ratio(float64(short), float64(long))
		body := min(r.bodyWords, int(d.bodies))
		x[bodyWords] = ln(1 + float64(body))
		if body < shortBody {
			x[noBody] = 1
		}
		x[likeLetters] = r.grams.jaccard(&d.grams)
		m.jaccard = jaccard(q.sketch, q.shingles, d.sketch(), int(d.shingles))
		x[likeShingles] = m.jaccard
		if r.skeleton == d.skeleton {
			x[sameSkeleton] = 1
		}
		x[seriesLog] = series
		x[crowd] = crowded
		x[coverGap] = x[coverMax] * x[gapLog]
		localShared, usedWeight, titleWeight := 0.0, 0.0, 0.0
		for i := range q.terms {
			if m.shared>>i&1 == 0 {
				continue
			}
			localShared += q.local[i]
			if q.terms[i].title > 0 {
				titleWeight += q.weight[i]
				if used>>i&1 != 0 {
					usedWeight += q.weight[i]
				}
			}
		}
		x[local] = ratio(localShared, sumLocal)
		x[usedShare] = ratio(usedWeight, titleWeight)
		m.p = j.model.probability(x, m.same)
		m.copy = m.copied(q, d) && !m.series()
		switch {
		case m.copy:
			m.p = 1
		case m.toldApart(r, q, d):
			m.p = min(m.p, stranger)
		}
		if j.measured != nil {
			j.measured(Pair{Entry: e.ID, Partner: d.id, SameSource: m.same, Copies: m.copy, Features: x[:]})
		}
	}
}

// weighLocally gives the words that every match shares no weight: they are the
// subject of the day, not the happening. It returns the sum of the weights of
// those that any match shares.
func (q *query) weighLocally(matches []match) (sum float64) {
	all := float64(log2(uint64(len(matches) + 2)))
	for i := range q.terms {
		n := 0
		for k := range matches {
			n += int(matches[k].shared >> i & 1)
		}
		q.local[i] = q.weight[i] * (1 - float64(log2(uint64(n+1)))/all)
		if n > 0 {
			sum += q.local[i]
		}
	}
	return sum
}

func ratio(a, b float64) float64 {
	if b <= 0 {
		return 0
	}
	return a / b
}
