package aggregator

import "fmt"

// ChangeKind is what happened to a story.
type ChangeKind byte

// The kinds of change. Of several at once the first in this order counts.
const (
	Unchanged      ChangeKind = iota // for readers nothing is other than it was
	StoryBegan                       // it is new
	StoryWithdrawn                   // nothing is left of it
	StoryMerged                      // others turned out to be it
	StoryUpdated                     // what readers are shown changed in substance
	StoryCarried                     // who carries it changed, what it says did not
)

var changeNames = [...]string{"unchanged", "new", "withdrawn", "merged", "updated", "carried"}

// String returns the kind in the form events use.
func (k ChangeKind) String() string {
	if int(k) < len(changeNames) {
		return changeNames[k]
	}
	return fmt.Sprintf("change(%d)", byte(k))
}

// Change is one change of a story, with the story as it is by now.
type Change struct {
	N     uint64 // its place among all changes, from 1
	Kind  ChangeKind
	Story StoryView
}

// ChangeOf returns what became of a story: before is nil where it began.
func ChangeOf(before, after *Story) ChangeKind {
	switch {
	case before == nil:
		return StoryBegan
	case after.Withdrawn && !before.Withdrawn:
		return StoryWithdrawn
	case !contains(before.Merged, after.Merged):
		return StoryMerged
	case !after.Updated.Equal(before.Updated) || after.Lead != before.Lead:
		return StoryUpdated
	case !sameCarriers(before.Members, after.Members):
		return StoryCarried
	}
	return Unchanged
}

// contains reports whether all has every one of some.
func contains(all, some []StoryID) bool {
	had := make(map[StoryID]struct{}, len(all))
	for _, id := range all {
		had[id] = struct{}{}
	}
	for _, id := range some {
		if _, ok := had[id]; !ok {
			return false
		}
	}
	return true
}

func sameCarriers(before, after []Member) bool {
	if len(before) != len(after) {
		return false
	}
	for i := range before {
		if before[i].Seq != after[i].Seq || before[i].Withdrawn != after[i].Withdrawn {
			return false
		}
	}
	return true
}
