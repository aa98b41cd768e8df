package ingest

import (
	"fmt"
	"slices"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
)

// maxRelated bounds the stories that one is shown beside; the latest stay.
const maxRelated = 16

// place gives e, which was decided on, its story. Where the decision says that
// two stories are one, it afterwards names the older as the story.
func (f *fold) place(e *aggregator.Entry, d *aggregator.Decision, first time.Time) error {
	if err := f.mergeDecided(d); err != nil {
		return err
	}
	e.Story = d.Story
	if d.Kind != aggregator.New && d.Kind != aggregator.Related {
		return f.join(e, d, first)
	}
	story := &aggregator.Story{
		ID: d.Story, Seq: e.Seq, Lead: e.Seq,
		Members: []aggregator.Member{{Seq: e.Seq, Source: e.Source, Kind: aggregator.New, Joined: e.Seen, TextBytes: textBytes(e)}},
		First:   first, Updated: first, Changed: e.Seen,
	}
	f.stories[story.ID] = story
	if d.Near.IsZero() {
		return nil
	}
	near, err := f.lookUp(d.Near)
	if err != nil || near == nil {
		return err
	}
	d.Near = near.ID
	relate(story, near)
	near.Changed = e.Seen
	return nil
}

// join makes e a member of a story that is there already.
func (f *fold) join(e *aggregator.Entry, d *aggregator.Decision, first time.Time) error {
	story, err := f.story(d.Story)
	if err != nil {
		return err
	}
	d.Story, e.Story = story.ID, story.ID
	if told := story.Members[0].Joined; first.Before(story.First) && story.First.Before(told) && first.Before(e.Seen) {
		// All of it is old news: it stands where it was told first, whichever
		// source happened to be asked first.
		if story.Updated.Equal(story.First) {
			story.Updated = first
		}
		story.First = first
	}
	story.Members = append(story.Members, aggregator.Member{
		Seq: e.Seq, Source: e.Source, Kind: d.Kind, Joined: e.Seen, TextBytes: textBytes(e),
	})
	if withdraws(e) {
		for i := range story.Members {
			if m := &story.Members[i]; m.Source == e.Source {
				f.withdraw(story, m, e.Seen)
			}
		}
	} else if err := f.supersede(story, e, nil, e.Seen); err != nil {
		return err
	}
	f.settle(story, e.Seen)
	return nil
}

// bringBack gives the stories that stand after now, since the clock was ahead
// when they began, their place at now: they would stand above all that comes
// until that time. Nothing of them is announced.
func (f *fold) bringBack(now time.Time, report *Report) error {
	const page = 100
	for _, story := range f.stories {
		if story.First.After(now) {
			story.First = now
		}
	}
	for at := (aggregator.Position{}); ; {
		newest, err := f.archive.NewestStories(at, page)
		if err != nil {
			return err
		}
		for i := range newest {
			s := &newest[i]
			if at = (aggregator.Position{First: s.First, Seq: s.Seq}); !s.First.After(now) {
				return nil
			}
			story, err := f.story(s.ID)
			if err != nil {
				return err
			}
			story.First = now
			f.loud, report.Changed = true, true
		}
		if len(newest) < page {
			return nil
		}
	}
}

// revise takes a new text of a member, which had the text of old before.
func (f *fold) revise(e, old *aggregator.Entry, d *aggregator.Decision) error {
	if err := f.mergeDecided(d); err != nil {
		return err
	}
	story, err := f.story(e.Story)
	if err != nil {
		return err
	}
	d.Story = story.ID
	i := slices.IndexFunc(story.Members, func(m aggregator.Member) bool { return m.Seq == e.Seq })
	if i < 0 {
		return fmt.Errorf("entry %d is no member of its story %v", e.Seq, story.ID)
	}
	member := &story.Members[i]
	member.TextBytes = textBytes(e)
	switch {
	case withdraws(e) && !withdraws(old):
		f.withdraw(story, member, e.Revised)
	case withdraws(old) && !withdraws(e):
		member.Withdrawn = false
	case story.Lead == e.Seq:
		story.Updated = e.Revised
	default:
		if err := f.supersede(story, e, old, e.Revised); err != nil {
			return err
		}
	}
	f.settle(story, e.Revised)
	return nil
}

// withdraw takes a member of a story back.
func (f *fold) withdraw(story *aggregator.Story, member *aggregator.Member, at time.Time) {
	if story.Lead == member.Seq && !member.Withdrawn {
		story.Updated = at
	}
	member.Withdrawn = true
}

// supersede lets e lead the story where it corrects what the lead's source told,
// or carries it on under a number. Old is e with its text before, nil for a new
// entry.
func (f *fold) supersede(story *aggregator.Story, e, old *aggregator.Entry, at time.Time) error {
	lead, err := f.entry(story.Lead)
	if err != nil || lead.Source != e.Source {
		return err
	}
	had := 0
	corrected := false
	if old != nil {
		had, corrected = update(old), labelled(old, aggregator.LabelCorrection)
	}
	if labelled(e, aggregator.LabelCorrection) && !corrected || update(e) > max(had, update(lead)) {
		story.Lead, story.Updated = e.Seq, at
	}
	return nil
}

// settle picks the story's lead after its members changed, and says whether
// anything is left of it.
func (f *fold) settle(story *aggregator.Story, at time.Time) {
	story.Changed = at
	lead, unasked := dedupe.Lead(story, f.settings.priority)
	story.Lead = lead
	if unasked {
		story.Turns++
	}
	withdrawn := !slices.ContainsFunc(story.Members, func(m aggregator.Member) bool { return !m.Withdrawn })
	if withdrawn != story.Withdrawn {
		story.Withdrawn, story.Updated = withdrawn, at
	}
}

func labelled(e *aggregator.Entry, kind aggregator.LabelKind) bool {
	return aggregator.Labelled(e.Labels, kind)
}

func withdraws(e *aggregator.Entry) bool { return labelled(e, aggregator.LabelWithdrawal) }

// update returns the number of the update that the entry says it is, 0 for
// none.
func update(e *aggregator.Entry) int {
	for _, l := range e.Labels {
		if l.Kind == aggregator.LabelUpdate {
			return l.Number
		}
	}
	return 0
}

// textBytes returns how long the entry's fullest text is without its markup.
func textBytes(e *aggregator.Entry) int {
	n, markup := 0, false
	for i := range len(e.Content) {
		switch c := e.Content[i]; {
		case c == '<':
			markup = true
		case c == '>':
			markup = false
		case !markup:
			n++
		}
	}
	return max(n, len(e.Summary))
}

// relate makes each of two stories list the other.
func relate(a, b *aggregator.Story) {
	a.Related, b.Related = withRelated(a.Related, b.ID), withRelated(b.Related, a.ID)
}

func withRelated(list []aggregator.StoryID, id aggregator.StoryID) []aggregator.StoryID {
	if slices.Contains(list, id) {
		return list
	}
	list = append(slices.Clip(list), id)
	return list[max(0, len(list)-maxRelated):]
}

// story returns the story of that id, or the one it has become, as the batch
// leaves it so far, to be changed.
func (f *fold) story(id aggregator.StoryID) (*aggregator.Story, error) {
	story, err := f.lookUp(id)
	if err == nil && story == nil {
		err = fmt.Errorf("story %v has members but is not in the store", id)
	}
	return story, err
}

// lookUp is story for one that may be gone: it returns nil then.
func (f *fold) lookUp(id aggregator.StoryID) (*aggregator.Story, error) {
	for {
		if story := f.stories[id]; story != nil {
			return story, nil
		}
		to, merged := f.aliases[id]
		if !merged {
			break
		}
		id = to
	}
	stored, err := f.archive.Stories([]aggregator.StoryID{id})
	switch {
	case err != nil || stored[0].ID.IsZero():
		return nil, err
	case stored[0].ID != id:
		f.aliases[id] = stored[0].ID
		return f.lookUp(stored[0].ID)
	}
	f.stories[id] = &stored[0]
	return &stored[0], nil
}
