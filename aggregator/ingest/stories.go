package ingest

import (
	"fmt"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
)

// join makes e, which was decided on, a member of its story.
func (f *fold) join(e *aggregator.Entry, d aggregator.Decision, first time.Time) error {
	if d.Kind == aggregator.New {
		f.stories[d.Story] = &aggregator.Story{
			ID: d.Story, Seq: e.Seq, Lead: e.Seq,
			Members: []aggregator.Member{{Seq: e.Seq, Source: e.Source, Kind: aggregator.New, Joined: e.Seen}},
			First:   first, Updated: first, Changed: e.Seen,
		}
		return nil
	}
	story, err := f.story(d.Story)
	if err != nil {
		return err
	}
	if told := story.Members[0].Joined; first.Before(story.First) && story.First.Before(told) && first.Before(e.Seen) {
		// All of it is old news: it stands where it was told first, whichever
		// source happened to be asked first.
		if story.Updated.Equal(story.First) {
			story.Updated = first
		}
		story.First = first
	}
	story.Members = append(story.Members, aggregator.Member{Seq: e.Seq, Source: e.Source, Kind: d.Kind, Joined: e.Seen})
	story.Lead = dedupe.Lead(story, f.settings.priority)
	story.Changed = e.Seen
	return nil
}

// update takes a new text of a member.
func (f *fold) update(e *aggregator.Entry, seen time.Time) error {
	story, err := f.story(e.Story)
	if err != nil {
		return err
	}
	story.Changed = seen
	if story.Lead == e.Seq {
		story.Updated = seen
	}
	return nil
}

// story returns the story as the batch leaves it so far, to be changed.
func (f *fold) story(id aggregator.StoryID) (*aggregator.Story, error) {
	if story := f.stories[id]; story != nil {
		return story, nil
	}
	stored, err := f.archive.Stories([]aggregator.StoryID{id})
	if err != nil {
		return nil, err
	}
	if len(stored[0].Members) == 0 {
		return nil, fmt.Errorf("story %v has members but is not in the store", id)
	}
	f.stories[id] = &stored[0]
	return &stored[0], nil
}
