package storage

import (
	"errors"
	"slices"

	"wiredesk/aggregator"
)

// putStories stores stories and sees that entries and stories name each other.
func (w *writer) putStories(stories []aggregator.Story) error {
	for i := range stories {
		if err := w.putStory(&stories[i]); err != nil {
			return err
		}
	}
	for seq, story := range w.homeless {
		return contradiction("entry %d names story %s, which does not name it", seq, story)
	}
	for story, seq := range w.left {
		return contradiction("entry %d left story %s, which still names it", seq, story)
	}
	return w.checkAliases(stories)
}

// putStory stores a story, its place among the newest, its aliases and what
// became of it.
func (w *writer) putStory(s *aggregator.Story) error {
	if err := w.checkStory(s); err != nil {
		return err
	}
	delete(w.left, s.ID)
	before, err := w.putPlace(s)
	if err != nil {
		return err
	}
	var merged []aggregator.StoryID
	if before != nil {
		merged = before.Merged
	}
	if err := w.putAliases(s, merged); err != nil {
		return err
	}
	if err := w.changes.add(w.encoder, s.Seq, aggregator.ChangeOf(before, s)); err != nil {
		return err
	}
	v, err := w.storyValue(s)
	if err != nil {
		return err
	}
	k := seqKey(s.Seq)
	return w.stories.Put(k[:], v)
}

// putPlace puts a story among the newest, or moves it there, and returns
// what is stored of it already; nil: nothing.
func (w *writer) putPlace(s *aggregator.Story) (*aggregator.Story, error) {
	place := newestKey(stampOf(s.First), s.Seq)
	var v []byte
	if f := w.fresh[s.Seq]; f != nil && !f.told {
		f.told = true
	} else {
		k := seqKey(s.Seq)
		v = w.stories.Get(k[:])
	}
	if v == nil {
		w.counters.stories++
		return nil, w.newest.put(place, s.Seq)
	}
	old, err := w.codec.story(s.Seq, v)
	switch {
	case err != nil:
		return nil, err
	case old.ID != s.ID:
		return nil, contradiction("story %s is stored as %d, which is story %s", s.ID, s.Seq, old.ID)
	}
	had := newestKey(stampOf(old.First), s.Seq)
	if had == place {
		return &old, nil
	}
	return &old, errors.Join(w.newest.remove(had, s.Seq), w.newest.put(place, s.Seq))
}

func (w *writer) checkStory(s *aggregator.Story) error {
	if len(s.Members) == 0 {
		return contradiction("story %s has no members", s.ID)
	}
	if s.Seq != s.Members[0].Seq {
		return contradiction("story %s is %d and its first member is %d", s.ID, s.Seq, s.Members[0].Seq)
	}
	lead := false
	for i, m := range s.Members {
		id, story, found, err := w.idOf(m.Seq)
		switch {
		case err != nil:
			return err
		case !found:
			return contradiction("story %s has member %d, which is not in the store", s.ID, m.Seq)
		case i == 0 && id.Story() != s.ID:
			return contradiction("story %s begins with entry %s", s.ID, id)
		case story != s.ID:
			return contradiction("story %s has member %d, which names story %s", s.ID, m.Seq, story)
		}
		lead = lead || m.Seq == s.Lead
		delete(w.homeless, m.Seq)
		if slices.ContainsFunc(s.Members[:i], func(o aggregator.Member) bool { return o.Seq == m.Seq }) {
			return contradiction("story %s has member %d twice", s.ID, m.Seq)
		}
	}
	if !lead {
		return contradiction("story %s is led by %d, which is no member", s.ID, s.Lead)
	}
	return nil
}

// removeStory deletes the story that begins with the entry, if there is one,
// and its aliases.
func (w *writer) removeStory(seq uint64) error {
	k := seqKey(seq)
	v := w.stories.Get(k[:])
	if v == nil {
		return nil
	}
	s, err := w.codec.story(seq, v)
	if err != nil {
		return err
	}
	if err := removeAliases(w.aliases, &s); err != nil {
		return err
	}
	return w.takeOut(&s)
}

// takeOut deletes a story and its place among the newest.
func (w *writer) takeOut(s *aggregator.Story) error {
	place := newestKey(stampOf(s.First), s.Seq)
	if err := w.newest.remove(place, s.Seq); err != nil {
		return err
	}
	w.counters.stories--
	k := seqKey(s.Seq)
	return w.stories.Delete(k[:])
}
