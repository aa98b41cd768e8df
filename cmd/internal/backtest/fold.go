package backtest

import (
	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
)

// Judge is what a fold asks of a [dedupe.Judge].
type Judge interface {
	Read(e *aggregator.Entry) dedupe.Reading
	Decide(e *aggregator.Entry, r dedupe.Reading) aggregator.Decision
	Add(e *aggregator.Entry, r dedupe.Reading)
	Move(seq uint64, to aggregator.StoryID)
}

// fold gives entries their stories, in the order they come, as the daemon's
// writer does: of two stories that turn out to be one, the one whose first
// entry came first takes the other's entries.
type fold struct {
	judge   Judge
	members map[aggregator.StoryID][]uint64 // the first first
	stories map[uint64]aggregator.StoryID
}

func newFold(judge Judge) *fold {
	return &fold{
		judge:   judge,
		members: make(map[aggregator.StoryID][]uint64),
		stories: make(map[uint64]aggregator.StoryID),
	}
}

// add decides on the next entry, whose ID and Seq must be set, and sets its
// Labels and its Story. What the decision calls Story and Merged is then as it
// came to be: the story that stays, and the one that became it.
func (f *fold) add(e *aggregator.Entry) aggregator.Decision {
	reading := f.judge.Read(e)
	d := f.judge.Decide(e, reading)
	if !d.Merged.IsZero() {
		d.Story, d.Merged = f.merge(d.Story, d.Merged)
	}
	e.Labels, e.Story = reading.Labels, d.Story
	f.members[d.Story] = append(f.members[d.Story], e.Seq)
	f.stories[e.Seq] = d.Story
	f.judge.Add(e, reading)
	return d
}

func (f *fold) merge(a, b aggregator.StoryID) (older, younger aggregator.StoryID) {
	older, younger = a, b
	if f.members[younger][0] < f.members[older][0] {
		older, younger = younger, older
	}
	for _, seq := range f.members[younger] {
		f.stories[seq] = older
		f.judge.Move(seq, older)
	}
	f.members[older] = append(f.members[older], f.members[younger]...)
	delete(f.members, younger)
	return older, younger
}

// story returns the story that an entry belongs to by now; zero for an entry
// that was not added.
func (f *fold) story(seq uint64) aggregator.StoryID { return f.stories[seq] }
