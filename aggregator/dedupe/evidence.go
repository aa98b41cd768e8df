package dedupe

import (
	"slices"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
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
	var room [maxTerms]uint8
	order := room[:0]
	for i := range q.terms {
		if q.weight[i] >= dullest {
			order = insertHeavier(order, i, &q.weight)
		}
	}
	var numbers, names, words, others, here told
	for _, i := range order {
		t := &q.terms[i]
		number := t.flags&flagNumber != 0
		switch shared := m.shared>>i&1 != 0; {
		case shared && number:
			numbers.note(t.term, maxEvidenceNames)
		case shared && t.flags&flagName != 0:
			names.note(t.term, maxEvidenceNames)
		case shared:
			words.note(t.term, maxEvidenceWords)
		case t.title == 0:
		case number:
			others.note(t.term, maxEvidenceNames)
		default:
			here.note(t.term, maxMissingWords)
		}
	}
	if m.vector[missingNumber] == 0 {
		others.n = 0
	}
	if !near {
		here.n = 0
	}
	groups := []*told{&numbers, &names, &words, &others, &here}
	j.spell(e, groups)
	for i, name := range []string{
		aggregator.FeatureNumbers, aggregator.FeatureNames, aggregator.FeatureWords,
		aggregator.FeatureOtherNumbers, aggregator.FeatureOnlyHere,
	} {
		spelt := groups[i].words[:groups[i].n]
		spelt = slices.DeleteFunc(spelt, func(w string) bool { return w == "" })
		if len(spelt) > 0 {
			add(name, float64(len(spelt)), slices.Clone(spelt)...)
		}
	}
}

// told is some of an entry's words, by their terms and as it writes them.
type told struct {
	terms [maxEvidenceNames]uint64
	words [maxEvidenceNames]string
	n     int
}

func (w *told) note(term uint64, most int) {
	if w.n < most {
		w.terms[w.n] = term
		w.n++
	}
}

// spell finds how an entry writes the words, where it first does.
func (j *Judge) spell(e *aggregator.Entry, all []*told) {
	left := 0
	for _, words := range all {
		left += words.n
	}
	language := baseLanguage(e.Language)
	for _, text := range []string{e.Title, e.Summary} {
		j.scan.Reset(text)
		for {
			w, ok := j.scan.Next()
			if !ok || left == 0 {
				break
			}
			term := j.stems.root(w.Letters, language).term
			for _, words := range all {
				at := slices.Index(words.terms[:words.n], term)
				switch {
				case at < 0 || words.words[at] != "":
					continue
				case w.Shape&wording.ShapePiece != 0:
					words.words[at] = string(w.Letters)
				default:
					words.words[at] = j.scan.Text()[w.At:w.End]
				}
				left--
			}
		}
	}
}
