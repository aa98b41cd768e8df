package backtest

import (
	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
)

// Judge is what a fold asks of a [dedupe.Judge].
type Judge interface {
	Decide(e *aggregator.Entry, r dedupe.Reading) aggregator.Decision
	Add(e *aggregator.Entry, r dedupe.Reading)
	Move(seq uint64, to aggregator.StoryID)
}

// Fold gives entries their stories, in the order they come, as the daemon's
// writer does: what a later entry shows to be one story becomes one.
type Fold struct {
	judge   Judge
	members map[aggregator.StoryID][]uint64
	stories map[uint64]aggregator.StoryID
}

// NewFold returns a fold through a judge that knows nothing yet.
func NewFold(judge Judge) *Fold {
	return &Fold{
		judge:   judge,
		members: make(map[aggregator.StoryID][]uint64),
		stories: make(map[uint64]aggregator.StoryID),
	}
}

// Add decides on the next entry, whose ID and Seq must be set, and sets its
// Labels and its Story.
func (f *Fold) Add(e *aggregator.Entry) aggregator.Decision {
	reading := dedupe.Read(e)
	d := f.judge.Decide(e, reading)
	e.Labels, e.Story = reading.Labels, d.Story
	f.members[d.Story] = append(f.members[d.Story], e.Seq)
	f.stories[e.Seq] = d.Story
	f.judge.Add(e, reading)
	if !d.Merged.IsZero() {
		moved := f.members[d.Merged]
		delete(f.members, d.Merged)
		for _, seq := range moved {
			f.stories[seq] = d.Story
			f.judge.Move(seq, d.Story)
		}
		f.members[d.Story] = append(f.members[d.Story], moved...)
	}
	return d
}

// Story returns the story that an entry belongs to by now; zero for an entry
// that was not added.
func (f *Fold) Story(seq uint64) aggregator.StoryID { return f.stories[seq] }
