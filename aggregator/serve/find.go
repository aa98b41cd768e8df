package serve

import (
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"

	"wiredesk/aggregator"
)

// maxCandidates is how many ids are named where a prefix is that of several.
const maxCandidates = 5

// named returns the story that people and programs mean by a name: the id of
// the story or of one merged into it, with urn:uuid: or without; the id of one
// of its entries; the beginning of such an id, if no other story has it; the
// address of its page; the link of one of its entries. Where there is none, or
// more than one, the error is a refusal.
func (s *Server) named(name string) (aggregator.StoryView, error) {
	ids, err := s.ids(name)
	if err != nil {
		return aggregator.StoryView{}, err
	}
	var found aggregator.StoryView
	for i, id := range ids {
		view, err := s.storyOf(id)
		if err != nil {
			return aggregator.StoryView{}, err
		}
		if i > 0 && view.ID != found.ID {
			return aggregator.StoryView{}, ambiguous(name, ids)
		}
		found = view
	}
	return found, nil
}

// entryNamed returns the entry that people and programs mean by a name, as
// [Server.named] does: its id, the beginning of it, its link.
func (s *Server) entryNamed(name string) (aggregator.Entry, error) {
	ids, err := s.ids(name)
	if err != nil {
		return aggregator.Entry{}, err
	}
	if len(ids) > 1 {
		return aggregator.Entry{}, ambiguous(name, ids)
	}
	entry, err := s.opts.Archive.Entry(ids[0])
	switch {
	case errors.Is(err, aggregator.ErrNotFound):
		return aggregator.Entry{}, unknown(name)
	case err != nil:
		return aggregator.Entry{}, fmt.Errorf("read entry %s: %w", ids[0], err)
	case entry.Story.IsZero():
		return aggregator.Entry{}, dropped(entry.ID)
	}
	return entry, nil
}

// ids returns the ids that a name may mean, at least one.
func (s *Server) ids(name string) ([]aggregator.EntryID, error) {
	digits := name
	if strings.Contains(name, "://") {
		ids, err := s.linked(name)
		if err != nil || len(ids) > 0 {
			return ids, err
		}
		_, page, found := strings.Cut(name, "/stories/")
		if !found {
			return nil, refusal{http.StatusNotFound, "No entry of a configured source has the link " + name + "."}
		}
		digits, _, _ = strings.Cut(strings.TrimSuffix(page, ".json"), "?")
	}
	if len(digits) > len("urn:uuid:") && strings.EqualFold(digits[:len("urn:uuid:")], "urn:uuid:") {
		digits = digits[len("urn:uuid:"):]
	}
	first, last, err := aggregator.ParsePrefix(digits)
	if err != nil {
		return nil, refusal{http.StatusBadRequest, fmt.Sprintf("%q names nothing: %v.", name, err)}
	}
	if first == last {
		return []aggregator.EntryID{first}, nil
	}
	ids, err := s.opts.Archive.Between(first, last, maxCandidates)
	if err != nil {
		return nil, fmt.Errorf("look for %s: %w", digits, err)
	}
	if len(ids) == 0 {
		return nil, unknown(name)
	}
	return ids, nil
}

// linked returns the entries of the configured sources that have the link. It
// asks for their identity keys: an entry is stored under its link, or under its
// GUID, which in many feeds is the link.
func (s *Server) linked(link string) ([]aggregator.EntryID, error) {
	canonical := aggregator.CanonicalLink(link)
	if canonical == "" {
		return nil, nil
	}
	var ids []aggregator.EntryID
	for _, source := range slices.Sorted(maps.Keys(s.current.Load().site.Carriers)) {
		for _, key := range []aggregator.EntryID{
			aggregator.EntryKey(source, aggregator.KeyLink, canonical),
			aggregator.EntryKey(source, aggregator.KeyGUID, link),
		} {
			entry, err := s.opts.Archive.Entry(key)
			if err != nil && !errors.Is(err, aggregator.ErrNotFound) {
				return nil, fmt.Errorf("look for %s: %w", link, err)
			}
			if err == nil && !slices.Contains(ids, entry.ID) {
				ids = append(ids, entry.ID)
			}
		}
	}
	return ids, nil
}

// storyOf returns the story of that id, or the one that the entry of that id is
// in.
func (s *Server) storyOf(id aggregator.EntryID) (aggregator.StoryView, error) {
	view, err := s.opts.Archive.Story(id.Story())
	if err == nil || !errors.Is(err, aggregator.ErrNotFound) {
		return view, err
	}
	entry, err := s.opts.Archive.Entry(id)
	switch {
	case errors.Is(err, aggregator.ErrNotFound):
		return view, unknown(id.String())
	case err != nil:
		return view, fmt.Errorf("read entry %s: %w", id, err)
	case entry.Story.IsZero():
		return view, dropped(id)
	}
	if view, err = s.opts.Archive.Story(entry.Story); err != nil {
		return view, fmt.Errorf("read story %s of entry %s: %w", entry.Story, id, err)
	}
	return view, nil
}

func unknown(name string) refusal {
	return refusal{http.StatusNotFound, name + " is no story and no entry, or is older than what is kept."}
}

func dropped(id aggregator.EntryID) refusal {
	return refusal{http.StatusNotFound, "Entry " + id.String() + " is in no story: its source's drop expression refused it."}
}

func ambiguous(name string, ids []aggregator.EntryID) refusal {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	return refusal{http.StatusConflict, name + " may mean " + strings.Join(list, " or ") + ": give the whole id."}
}
