package storage

import (
	"bytes"
	"slices"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// A story's aliases stand twice: in its list of what it merged with, and each
// under its own id, so that the id still leads to the story. The list decides.

// putAliases makes the ids of the stories that s merged with lead to it, and
// takes those stories out. What was merged with it before and is no longer
// stands on its own again, or leads to another story.
func (w *writer) putAliases(s *aggregator.Story, before []aggregator.StoryID) error {
	for _, id := range before {
		if !slices.Contains(s.Merged, id) {
			if err := w.dropAlias(id, s.Seq); err != nil {
				return err
			}
		}
	}
	for i, id := range s.Merged {
		if id == s.ID || slices.Contains(s.Merged[:i], id) {
			return contradiction("story %s merged with %s twice or with itself", s.ID, id)
		}
		if slices.Contains(before, id) {
			continue
		}
		if err := w.mergeAway(id, s); err != nil {
			return err
		}
		if err := w.aliases.Put(id[:], w.seqValue(s.Seq)); err != nil {
			return err
		}
	}
	return nil
}

// dropAlias makes an id lead to the story of seq no more. If another story of
// the same commit took it over, it stays there.
func (w *writer) dropAlias(id aggregator.StoryID, seq uint64) error {
	if !w.aliasLeadsTo(id, seq) {
		return nil
	}
	return w.aliases.Delete(id[:])
}

func (w *writer) aliasLeadsTo(id aggregator.StoryID, seq uint64) bool {
	k := seqKey(seq)
	return bytes.Equal(w.aliases.Get(id[:]), k[:])
}

// mergeAway takes the story of that id out, if there is one: it has become
// another. What it had merged with itself has to lead elsewhere.
func (w *writer) mergeAway(id aggregator.StoryID, into *aggregator.Story) error {
	seq, err := w.keys.find(id[:])
	if err != nil {
		return err
	}
	k := seqKey(seq)
	record := w.stories.Get(k[:])
	if record == nil {
		return nil
	}
	old, err := w.codec.story(seq, record)
	switch {
	case err != nil:
		return err
	case old.ID != id:
		return contradiction("story %s merged with %s, which is no story", into.ID, id)
	}
	for _, m := range old.Members {
		if _, story, found, err := w.idOf(m.Seq); err != nil {
			return err
		} else if found && story == id {
			return contradiction("story %s merged with %s, which still has entry %d", into.ID, id, m.Seq)
		}
	}
	for _, alias := range old.Merged {
		w.loose[alias] = id
		if err := w.dropAlias(alias, seq); err != nil {
			return err
		}
	}
	delete(w.left, id)
	return w.takeOut(&old)
}

// checkAliases sees, when all stories are stored, that all aliases lead where
// their stories say and are ids of their members, so that no story is one.
func (w *writer) checkAliases(stories []aggregator.Story) error {
	for i := range stories {
		s := &stories[i]
		for _, id := range s.Merged {
			if !w.aliasLeadsTo(id, s.Seq) {
				return contradiction("story %s merged with %s, which another did too", s.ID, id)
			}
			seq, err := w.keys.find(id[:])
			if err != nil {
				return err
			}
			if _, story, _, err := w.idOf(seq); err != nil || story != s.ID {
				return contradiction("story %s merged with %s, whose first entry is in story %s", s.ID, id, story)
			}
		}
		delete(w.loose, s.ID)
	}
	for alias, of := range w.loose {
		if w.aliases.Get(alias[:]) == nil {
			return contradiction("story %s became another, but its alias %s did not", of, alias)
		}
	}
	return nil
}

// aliasOf returns the story that one of that id has become; no ID where it has
// become none.
func (r *reader) aliasOf(id aggregator.StoryID) (aggregator.Story, error) {
	v := r.tx.Bucket([]byte(aliasesBucket)).Get(id[:])
	if v == nil {
		return aggregator.Story{}, nil
	}
	seq, err := readSeq(v)
	if err != nil {
		return aggregator.Story{}, err
	}
	s, err := r.storyAt(seq)
	if err == nil && s.ID.IsZero() {
		err = damaged("alias %s leads to story %d, which is missing", id, seq)
	}
	return s, err
}

// removeAliases deletes the aliases of a story that goes.
func removeAliases(b *bolt.Bucket, s *aggregator.Story) error {
	for _, id := range s.Merged {
		if err := b.Delete(id[:]); err != nil {
			return err
		}
	}
	return nil
}
