package dedupe

import (
	"cmp"
	"slices"

	"wiredesk/aggregator"
)

// Bounds of the words that evidence names.
const (
	maxEvidenceNames = 6
	maxEvidenceWords = 5
	maxMissingWords  = 3
	// dullest is the least weight of a word worth naming.
	dullest = 1.5
)

// evidence says why e was decided on as v says, while the matches it rests on
// are still on the desk.
func (j *Judge) evidence(e *aggregator.Entry, v *verdict) aggregator.Evidence {
	evidence := aggregator.Evidence{Rule: v.rule, Partner: v.partner.id, Score: v.score}
	add := func(name string, value float64, words ...string) {
		evidence.Features = append(evidence.Features, aggregator.Feature{Name: name, Value: value, Words: words})
	}
	switch v.rule {
	case RuleLink:
		add(aggregator.FeatureLink, 1, e.Canonical)
	case RuleText:
		add(aggregator.FeatureText, 1)
	case RuleBody:
		add(aggregator.FeatureBody, 1)
	case RuleTitle:
		add(aggregator.FeatureTitle, 1)
	case RuleShingles:
		add(aggregator.FeatureShingles, v.match.jaccard)
	}
	if m := v.match; m != nil {
		j.name(e, m, v.near, add)
		add(aggregator.FeatureTitleLikeness, m.vector[cosTitle])
		add(aggregator.FeatureTextLikeness, m.vector[cosAll])
	}
	add(aggregator.FeatureMinutesApart, float64(unixSeconds(e.When())-v.partner.when.seconds())/60)
	if number, known := j.sources[e.Source]; known && number == v.partner.source {
		add(aggregator.FeatureSameSource, 1)
	}
	if v.rule == RuleModel {
		add(aggregator.FeatureStorySize, float64(len(v.story.members)))
		if len(v.story.members) > 1 {
			add(aggregator.FeatureWeakest, v.weakest)
		}
		add(aggregator.FeatureThreshold, v.demand)
	}
	return evidence
}

// name adds the words that the pair shares, and what parts it.
func (j *Judge) name(e *aggregator.Entry, m *match, near bool, add func(string, float64, ...string)) {
	q := &j.query
	surfaces := j.surfaces(e)
	order := make([]int, 0, len(q.terms))
	for i := range q.terms {
		if q.weight[i] >= dullest && surfaces[q.terms[i].term] != "" {
			order = append(order, i)
		}
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Or(cmp.Compare(q.weight[b], q.weight[a]), cmp.Compare(a, b)) })
	var numbers, names, words, others, here []string
	for _, i := range order {
		t, surface := q.terms[i], surfaces[q.terms[i].term]
		number := t.flags&flagNumber != 0
		switch shared := m.shared>>i&1 != 0; {
		case shared && number:
			numbers = append(numbers, surface)
		case shared && t.flags&flagName != 0 && len(names) < maxEvidenceNames:
			names = append(names, surface)
		case shared && len(words) < maxEvidenceWords:
			words = append(words, surface)
		case shared || t.title == 0:
		case number:
			others = append(others, surface)
		case len(here) < maxMissingWords:
			here = append(here, surface)
		}
	}
	for _, group := range []struct {
		name  string
		words []string
	}{{aggregator.FeatureNumbers, numbers}, {aggregator.FeatureNames, names}, {aggregator.FeatureWords, words}} {
		if len(group.words) > 0 {
			add(group.name, float64(len(group.words)), group.words...)
		}
	}
	if m.vector[missingNumber] > 0 && len(others) > 0 {
		add(aggregator.FeatureOtherNumbers, float64(len(others)), others...)
	}
	if near && len(here) > 0 {
		add(aggregator.FeatureOnlyHere, float64(len(here)), here...)
	}
}

// surfaces returns the words of an entry as it writes them, by their terms.
func (j *Judge) surfaces(e *aggregator.Entry) map[uint64]string {
	words := make(map[uint64]string)
	language := baseLanguage(e.Language)
	for _, text := range []string{e.Title, e.Summary} {
		j.scan.reset(text)
		for {
			w, ok := j.scan.next()
			if !ok {
				break
			}
			surface := string(w.letters)
			if w.shape&shapePiece == 0 {
				surface = j.scan.text[w.at:w.end]
			}
			if id := j.stems.root(w.letters, language).term; words[id] == "" {
				words[id] = surface
			}
		}
	}
	return words
}
