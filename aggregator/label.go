package aggregator

import (
	"slices"
	"strconv"
)

// Label is what a wire prints before a headline to say what kind of text
// follows: URGENT, UPDATE 2-, CORRECTED-, and their like in other languages.
type Label struct {
	Kind   LabelKind
	Number int // of a numbered update, from 1; 0: it has none
}

// LabelKind is what a label says, whatever its language.
type LabelKind string

// The kinds of labels.
const (
	LabelUrgent     LabelKind = "urgent"     // a first flash: URGENT, BREAKING, عاجل, СРОЧНО
	LabelExclusive  LabelKind = "exclusive"  // nobody else has it
	LabelUpdate     LabelKind = "update"     // the text told so far, carried on: UPDATE 2-
	LabelCorrection LabelKind = "correction" // something told was wrong: CORRECTED-, تصحيح
	LabelRefile     LabelKind = "refile"     // sent again with a technical fault mended
	LabelWithdrawal LabelKind = "withdrawal" // what was told must not be used: KILL, WITHDRAWN
	LabelRoundup    LabelKind = "roundup"    // many happenings in one text: WRAPUP, briefing, recap
	LabelBrief      LabelKind = "brief"      // a few lines: BRIEF-
	LabelLive       LabelKind = "live"       // a page that goes on growing: LIVE, live blog
	LabelOpinion    LabelKind = "opinion"    // a view of it: ANALYSIS, COLUMN, EXPLAINER
	LabelMedia      LabelKind = "media"      // sound or pictures: VIDEO, WATCH, PHOTOS
)

// String returns the label as pages show it: "update 2".
func (l Label) String() string {
	if l.Number == 0 {
		return string(l.Kind)
	}
	return string(l.Kind) + " " + strconv.Itoa(l.Number)
}

// Labelled reports whether one of the labels is of the kind.
func Labelled(labels []Label, kind LabelKind) bool {
	return slices.ContainsFunc(labels, func(l Label) bool { return l.Kind == kind })
}

// LabelKinds lists what labels say, in order.
func LabelKinds() []LabelKind {
	return []LabelKind{
		LabelUrgent, LabelExclusive, LabelUpdate, LabelCorrection, LabelRefile, LabelWithdrawal,
		LabelRoundup, LabelBrief, LabelLive, LabelOpinion, LabelMedia,
	}
}
