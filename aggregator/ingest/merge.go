package ingest

import (
	"cmp"
	"slices"
	"time"

	"wiredesk/aggregator"
)

// mergeDecided makes one of the two stories that a decision says are one.
// Afterwards the decision names them as they are: the older as its story.
func (f *fold) mergeDecided(d *aggregator.Decision) error {
	if d.Merged.IsZero() {
		return nil
	}
	into, from, err := f.merge(d.Story, d.Merged, d.At)
	if err != nil {
		return err
	}
	d.Story, d.Merged = into, from
	return nil
}

// merge makes two stories one: the older, that is the one whose first entry
// came first, takes the other's members and its id. Nothing of it is announced:
// it stands where it stood, and is no more up to date than before. From is zero
// where they were one already.
func (f *fold) merge(a, b aggregator.StoryID, at time.Time) (into, from aggregator.StoryID, err error) {
	older, err := f.story(a)
	if err != nil {
		return into, from, err
	}
	younger, err := f.story(b)
	switch {
	case err != nil:
		return into, from, err
	case older == younger:
		return older.ID, from, nil
	case younger.Seq < older.Seq:
		older, younger = younger, older
	}
	for _, m := range younger.Members {
		if m.Kind == aggregator.New {
			m.Kind = aggregator.Report
		}
		older.Members = append(older.Members, m)
		if err := f.move(m.Seq, older.ID); err != nil {
			return into, from, err
		}
	}
	slices.SortFunc(older.Members, func(a, b aggregator.Member) int { return cmp.Compare(a.Seq, b.Seq) })
	older.Merged = slices.Concat(older.Merged, []aggregator.StoryID{younger.ID}, younger.Merged)
	if err := f.mergeRelated(older, younger); err != nil {
		return into, from, err
	}
	delete(f.stories, younger.ID)
	f.aliases[younger.ID] = older.ID
	if err := f.corrected(older); err != nil {
		return into, from, err
	}
	f.settle(older, at)
	return older.ID, younger.ID, nil
}

// move gives an entry another story.
func (f *fold) move(seq uint64, to aggregator.StoryID) error {
	e, err := f.entry(seq)
	if err != nil {
		return err
	}
	if f.entries[seq] == nil {
		changed := *e
		e = &changed
		f.entries[seq] = e
	}
	e.Story = to
	f.judge.Move(seq, to)
	return nil
}

// mergeRelated lets the stories related to one that becomes another be related
// to that.
func (f *fold) mergeRelated(into, from *aggregator.Story) error {
	isFrom := func(id aggregator.StoryID) bool { return id == from.ID }
	for _, id := range from.Related {
		other, err := f.lookUp(id)
		if err != nil {
			return err
		}
		if other == nil || other == from {
			continue
		}
		other.Related = slices.DeleteFunc(other.Related, isFrom)
		if other != into {
			relate(into, other)
		}
	}
	into.Related = slices.DeleteFunc(into.Related, isFrom)
	return nil
}

// part lets the entries leave the story they share for one of their own, under
// the id of the first of them, and with them the ids of the stories that any of
// them began. They are sorted and not all of it, and the
// story's first entry is not among them.
func (f *fold) part(id aggregator.StoryID, leave []uint64, at time.Time) error {
	story, err := f.story(id)
	if err != nil {
		return err
	}
	first, err := f.entry(leave[0])
	if err != nil {
		return err
	}
	place := f.first(first, false)
	apart := &aggregator.Story{ID: first.ID.Story(), Seq: first.Seq, First: place, Updated: place}
	rest := make([]aggregator.Member, 0, len(story.Members))
	for _, m := range story.Members {
		if !slices.Contains(leave, m.Seq) {
			rest = append(rest, m)
			continue
		}
		if m.Seq == first.Seq {
			m.Kind = aggregator.New
		}
		apart.Members = append(apart.Members, m)
		if err := f.move(m.Seq, apart.ID); err != nil {
			return err
		}
		began := f.entries[m.Seq].ID.Story()
		if i := slices.Index(story.Merged, began); i >= 0 {
			story.Merged = slices.Delete(story.Merged, i, i+1)
			if began != apart.ID {
				apart.Merged = append(apart.Merged, began)
			}
		}
	}
	story.Members = rest
	f.stories[apart.ID] = apart
	for _, s := range []*aggregator.Story{story, apart} {
		if err := f.withdrawn(s); err != nil {
			return err
		}
		f.settle(s, at)
		if err := f.corrected(s); err != nil {
			return err
		}
	}
	return nil
}

// withdrawn says anew which members their sources have taken back, after the
// story has lost some: those that were told before a withdrawal in it.
func (f *fold) withdrawn(story *aggregator.Story) error {
	until := make(map[string]uint64) // the last withdrawal of a source
	for _, m := range story.Members {
		e, err := f.entry(m.Seq)
		if err != nil {
			return err
		}
		if withdraws(e) {
			until[m.Source] = m.Seq
		}
	}
	for i := range story.Members {
		m := &story.Members[i]
		m.Withdrawn = m.Seq <= until[m.Source]
	}
	return nil
}

// corrected lets the correction or the numbered update lead with which the
// lead's source replaced its own text, where the two have come together
// otherwise than one after the other.
func (f *fold) corrected(story *aggregator.Story) error {
	lead, err := f.entry(story.Lead)
	if err != nil {
		return err
	}
	for _, m := range story.Members {
		if m.Source != lead.Source || m.Seq <= lead.Seq || m.Withdrawn {
			continue
		}
		e, err := f.entry(m.Seq)
		if err != nil {
			return err
		}
		if labelled(e, aggregator.LabelCorrection) || update(e) > update(lead) {
			story.Lead, lead = m.Seq, e
		}
	}
	return nil
}
