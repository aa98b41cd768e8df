package aggregator

import (
	"math"
	"strconv"
	"strings"
)

// Explain says in one sentence, without a full stop, what was decided and why.
// Entries and stories are called by their short ids. What was weighed stands in
// the order of the features, the score last; a feature that has no words of its
// own is printed as its name and value.
func (d *Decision) Explain() string {
	said, told := d.said()
	reasons := make([]string, 0, len(d.Evidence.Features)+1)
	threshold := math.NaN()
	for _, f := range d.Evidence.Features {
		if f.Name == FeatureThreshold {
			threshold = f.Value
		} else if f.Name != told {
			reasons = append(reasons, f.explain())
		}
	}
	if s := d.Evidence.Score; s != 0 && s != 1 {
		reasons = append(reasons, scored(s, threshold))
	}
	if len(reasons) > 0 {
		said += ": " + strings.Join(reasons, "; ")
	}
	if !d.Merged.IsZero() {
		said += "; with it story " + d.Merged.Short() + " turned out to be this one"
	}
	return said
}

// said returns what became of the entry, and the feature that this tells
// already.
func (d *Decision) said() (sentence, told string) {
	partner := ""
	if p := d.Evidence.Partner; !p.IsZero() {
		partner = " " + p.Short()
	}
	of := func(what string) string {
		if partner == "" {
			return what
		}
		return what + " of" + partner
	}
	switch rule := d.Evidence.Rule; rule {
	case RuleFirst:
		return "the first of its story, nothing in the window was like it", ""
	case RuleRevision:
		return "a new text of this entry", ""
	case RuleDropped:
		for _, f := range d.Evidence.Features {
			if f.Name == FeatureExpression {
				return "dropped by its source's expression " + strings.Join(f.Words, " "), f.Name
			}
		}
		return "dropped by its source's expression", ""
	case RuleJoined:
		return join("joined to", partner) + " by an operator", ""
	case RuleParted:
		return join("parted from", partner) + " by an operator", ""
	case RuleWithdrawal:
		return "withdrawn by its source", ""
	}
	switch d.Kind {
	case New:
		return "the first of its story", ""
	case Update:
		return "a new text of this entry", ""
	case Copy:
		return of("a copy"), ""
	case Report:
		if partner == "" {
			return "a report of the same happening", ""
		}
		return "a report of the same happening as" + partner, ""
	case Related:
		if d.Near.IsZero() {
			return join("near", partner) + ", but told apart", ""
		}
		return "near story " + d.Near.Short() + ", but told apart", ""
	}
	return d.Kind.String(), ""
}

// join puts an entry behind words, or says that it is another.
func join(words, partner string) string {
	if partner == "" {
		return words + " another entry"
	}
	return words + partner
}

// The rules that decide, as Evidence.Rule names them. Others are explained by
// the kind of the decision.
const (
	RuleFirst      = "first"           // nothing in the window was like it
	RuleRevision   = "revision"        // a new text of a known entry
	RuleDropped    = "drop"            // its source's drop expression refused it
	RuleJoined     = "pinned together" // an operator's word
	RuleParted     = "pinned apart"    // an operator's word
	RuleWithdrawal = "withdrawal"      // its source took it back
)

// The features that are explained in words of their own. A feature stands for
// its Words where it has any, else for its Value.
const (
	FeatureLink          = "same link"      // Words: the link
	FeatureText          = "same text"      // title and summary, word for word
	FeatureTitle         = "same title"     // word for word
	FeatureBody          = "same body"      // the summary, under another title
	FeatureShingles      = "same shingles"  // Value: the share of the text that is the other's, 0 to 1
	FeatureNames         = "same names"     // Words: the names
	FeatureNumbers       = "same numbers"   // Words: the numbers
	FeatureWords         = "same words"     // Words: the heaviest of them
	FeatureOtherNumbers  = "other numbers"  // Words: those that only one of the two has
	FeatureOnlyHere      = "only here"      // Words: the heaviest that the other lacks
	FeatureOnlyThere     = "only there"     // Words: the heaviest that this one lacks
	FeatureMinutesApart  = "minutes apart"  // Value: between the two; the sign says nothing
	FeatureSameSource    = "same source"    // Value 1: the two are of one source
	FeatureTitleLikeness = "title likeness" // Value: cosine, 0 to 1
	FeatureTextLikeness  = "text likeness"  // Value: cosine, 0 to 1
	FeatureStorySize     = "story size"     // Value: how many of the story's entries it was compared with
	FeatureWeakest       = "weakest member" // Value: the lowest score among these
	FeatureThreshold     = "threshold"      // Value: the score that was needed
	FeatureExpression    = "expression"     // Words: the source's drop expression
)

// explain says what the feature stands for.
func (f *Feature) explain() string {
	words := strings.Join(f.Words, ", ")
	switch f.Name {
	case FeatureLink:
		return strings.TrimSpace("same link " + words)
	case FeatureText:
		return "same title and summary, word for word"
	case FeatureTitle:
		return "same title, word for word"
	case FeatureBody:
		return "same summary under another title"
	case FeatureShingles:
		return percent(f.Value) + " of the two texts is in both"
	case FeatureNames:
		return strings.TrimSpace("same names " + words)
	case FeatureMinutesApart:
		return apart(f.Value)
	case FeatureSameSource:
		if f.Value == 0 {
			return "another source"
		}
		return "same source"
	case FeatureStorySize:
		if f.Value == 1 {
			return "compared with one entry of the story"
		}
		return "compared with " + number(f.Value) + " entries of the story"
	case FeatureWeakest:
		return "the least alike of them at " + share(f.Value, 2)
	case FeatureTitleLikeness, FeatureTextLikeness:
		return f.Name + " " + share(f.Value, 2)
	}
	if words != "" {
		return f.Name + " " + words
	}
	return f.Name + " " + number(f.Value)
}

// scored says what came of it all, with as many digits as tell the score from
// what was needed.
func scored(score, threshold float64) string {
	if math.IsNaN(threshold) {
		return "score " + share(score, 2)
	}
	digits := 2
	for digits < 6 && score != threshold && share(score, digits) == share(threshold, digits) {
		digits++
	}
	if score < threshold {
		return "score " + share(score, digits) + " below " + share(threshold, digits)
	}
	return "score " + share(score, digits) + ", " + share(threshold, digits) + " was needed"
}

// share writes a number from 0 to 1 as .93. What is not quite 1 is not
// rounded up to it, nor what is not quite 0 down.
func share(v float64, digits int) string {
	if v <= 0 || v >= 1 {
		return number(v)
	}
	least := math.Pow10(-digits)
	v = min(max(v, least), 1-least)
	return strings.TrimPrefix(strconv.FormatFloat(v, 'f', digits, 64), "0")
}

// percent writes a share of a whole. What is not quite all is not called all.
func percent(v float64) string {
	p := math.Round(100 * v)
	if v < 1 {
		p = min(p, 99)
	}
	return strconv.FormatFloat(p, 'f', 0, 64) + "%"
}

// number writes a number with three significant digits after the point at
// most.
func number(v float64) string {
	text := strconv.FormatFloat(math.Round(v*1000)/1000, 'f', -1, 64)
	if strings.HasPrefix(text, "0.") {
		return text[1:]
	}
	return text
}

// apart says how far apart in time two entries are, in the unit that people
// would take.
func apart(minutes float64) string {
	minutes = math.Abs(minutes)
	switch {
	case minutes < 1:
		return "less than a minute apart"
	case minutes < 100:
		return counted(minutes, "minute") + " apart"
	case minutes < 36*60:
		return counted(minutes/60, "hour") + " apart"
	}
	return counted(minutes/(24*60), "day") + " apart"
}

func counted(n float64, unit string) string {
	n = math.Round(n)
	if n == 1 {
		return "1 " + unit
	}
	return strconv.FormatFloat(n, 'f', 0, 64) + " " + unit + "s"
}
