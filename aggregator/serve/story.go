package serve

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"wiredesk/aggregator"
)

// relatedShown is how many related stories a page names at most.
const relatedShown = 10

// storyPage is what the page of one story shows.
type storyPage struct {
	storyItem
	ID      string
	Sources int
	Entries []storyEntry
	Related []storyItem
}

// storyEntry is an entry on the page of its story.
type storyEntry struct {
	ID                string // short, as decisions call it
	Title, Link, Lang string
	Source            sourceName
	Labels            []aggregator.Label
	Kind              string // empty: the first
	Lead              bool
	Withdrawn         bool
	Seen              moment
	Published         moment // zero: not claimed, or as seen
	Revision          int
	Summary           string
	History           []happened // in order
}

// happened is a thing that happened to an entry: it said something that it no
// longer says, or something was decided on it.
type happened struct {
	At    moment
	Said  string // empty: Words
	Words string
}

// serveStory answers /stories/{id} and /stories/{id}.json. Whoever asks by the
// beginning of an id, as commands print it, or by that of an entry is led on.
func (s *Server) serveStory(w http.ResponseWriter, r *http.Request) {
	name, program := strings.CutSuffix(r.PathValue("file"), ".json")
	view, err := s.named(name)
	refused, isRefused := errors.AsType[refusal](err)
	switch {
	case isRefused && refused.status == http.StatusConflict:
		s.refuse(w, r, refused)
		return
	case isRefused:
		s.fail(w, r, http.StatusNotFound, "There is no such story, or it is older than what is kept.")
		return
	case err != nil:
		s.failInternal(w, r, err)
		return
	case view.Withdrawn || len(view.Entries) == 0:
		s.fail(w, r, http.StatusGone, "The sources have withdrawn this story.")
		return
	}
	pub := s.current.Load()
	if view.ID.String() != name {
		link := pub.storyPath(view.ID)
		if program {
			link += ".json"
		}
		w.Header().Set("Cache-Control", cacheMinute)
		status := http.StatusMovedPermanently
		if len(name) < len(view.ID.String()) { // another story may come to begin so
			status = http.StatusFound
		}
		http.Redirect(w, r, link, status)
		return
	}
	var page *edition
	if program {
		page, err = s.renderStoryJSON(pub, view)
	} else {
		page, err = s.renderStory(pub, view)
	}
	if err != nil {
		s.failInternal(w, r, err)
		return
	}
	s.send(w, r, page)
}

// renderStory returns the page of a story.
func (s *Server) renderStory(pub *published, view aggregator.StoryView) (*edition, error) {
	main := storyPage{storyItem: pub.item(view), ID: view.ID.String(), Sources: view.Sources()}
	members := membersBySeq(view)
	for i := range view.Entries {
		entry := &view.Entries[i]
		m := members[entry.Seq]
		shown := storyEntry{
			ID: entry.ID.Short(), Title: titleOf(entry), Link: publicLink(entry.Link), Lang: pub.language(entry),
			Source: pub.source(entry.Source), Labels: entry.Labels, Lead: entry.Seq == view.Lead, Withdrawn: m.Withdrawn,
			Seen: moment{entry.Seen}, Revision: entry.Revision, Summary: entry.Summary,
		}
		if m.Kind != aggregator.New {
			shown.Kind = m.Kind.String()
		}
		if !entry.Published.IsZero() && !entry.Published.Equal(entry.Seen) {
			shown.Published = moment{entry.Published}
		}
		revisions, decisions, err := s.history(entry)
		if err != nil {
			return nil, err
		}
		for _, r := range revisions {
			shown.History = append(shown.History, happened{At: moment{r.At}, Said: excerpt(cmp.Or(r.Title, r.Summary, "Untitled"), excerptRunes)})
		}
		for _, d := range decisions {
			shown.History = append(shown.History, happened{At: moment{d.At}, Words: d.Words})
		}
		slices.SortStableFunc(shown.History, func(a, b happened) int { return a.At.Compare(b.At.Time) })
		main.Entries = append(main.Entries, shown)
	}
	related, err := s.related(view)
	if err != nil {
		return nil, err
	}
	for _, other := range related {
		main.Related = append(main.Related, pub.item(other))
	}
	body, err := s.pages.render("story", s.chrome(pub, main.Title), main)
	if err != nil {
		return nil, err
	}
	return newEdition(typeHTML, cacheMinute, body), nil
}

// related returns the stories that are told beside this one, at most
// relatedShown. One that was withdrawn or purged since is none, nor is one that
// turned out to be this story.
func (s *Server) related(view aggregator.StoryView) (found []aggregator.StoryView, err error) {
	named := map[aggregator.StoryID]bool{view.ID: true}
	for _, id := range view.Related {
		other, err := s.opts.Archive.Story(id)
		if errors.Is(err, aggregator.ErrNotFound) {
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("read story %s: %w", id, err)
		}
		if named[other.ID] || other.Withdrawn || len(other.Entries) == 0 {
			continue
		}
		named[other.ID] = true
		if found = append(found, other); len(found) == relatedShown {
			break
		}
	}
	return found, nil
}

// membersBySeq returns the places of the story's entries.
func membersBySeq(view aggregator.StoryView) map[uint64]aggregator.Member {
	members := make(map[uint64]aggregator.Member, len(view.Members))
	for _, m := range view.Members {
		members[m.Seq] = m
	}
	return members
}

// renderStoryJSON returns a story for programs.
func (s *Server) renderStoryJSON(pub *published, view aggregator.StoryView) (*edition, error) {
	told, err := s.tell(pub, view)
	if err != nil {
		return nil, err
	}
	body, err := json.Marshal(told)
	if err != nil {
		return nil, fmt.Errorf("encode story %s: %w", view.ID, err)
	}
	return newEdition(typeJSON, cacheMinute, append(body, '\n')), nil
}
