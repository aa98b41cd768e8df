package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"

	"wiredesk/aggregator"
)

// relatedShown is how many related stories a page names.
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
	Title, Link, Lang string
	Source            sourceName
	Kind              string // empty: the first
	Lead              bool
	Seen              moment
	Published         moment // zero: not claimed, or as seen
	Revision          int
	Summary           string
}

// serveStory answers /stories/{id} and /stories/{id}.json.
func (s *Server) serveStory(w http.ResponseWriter, r *http.Request) {
	name, program := strings.CutSuffix(r.PathValue("file"), ".json")
	var id aggregator.StoryID
	if err := id.UnmarshalText([]byte(name)); err != nil {
		s.fail(w, r, http.StatusNotFound, "There is no such story.")
		return
	}
	view, err := s.opts.Archive.Story(id)
	switch {
	case errors.Is(err, aggregator.ErrNotFound):
		s.fail(w, r, http.StatusNotFound, "There is no such story, or it is older than what is kept.")
		return
	case err != nil:
		s.failInternal(w, r, fmt.Errorf("read story %s: %w", id, err))
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
		http.Redirect(w, r, link, http.StatusMovedPermanently)
		return
	}
	var page *edition
	if program {
		page, err = pub.renderStoryJSON(view)
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
	kinds := memberKinds(view)
	for i := range view.Entries {
		entry := &view.Entries[i]
		shown := storyEntry{
			Title: titleOf(entry), Link: publicLink(entry.Link), Lang: pub.language(entry), Source: pub.source(entry.Source),
			Lead: entry.Seq == view.Lead, Seen: moment{entry.Seen}, Revision: entry.Revision, Summary: entry.Summary,
		}
		if kind := kinds[entry.Seq]; kind != aggregator.New {
			shown.Kind = kind.String()
		}
		if !entry.Published.IsZero() && !entry.Published.Equal(entry.Seen) {
			shown.Published = moment{entry.Published}
		}
		main.Entries = append(main.Entries, shown)
	}
	for _, id := range view.Related[:min(len(view.Related), relatedShown)] {
		// A related story may have been purged since.
		if related, err := s.opts.Archive.Story(id); err == nil && !related.Withdrawn && len(related.Entries) > 0 {
			main.Related = append(main.Related, pub.item(related))
		} else if err != nil && !errors.Is(err, aggregator.ErrNotFound) {
			return nil, fmt.Errorf("read story %s: %w", id, err)
		}
	}
	body, err := s.pages.render("story", s.chrome(pub, main.Title), main)
	if err != nil {
		return nil, err
	}
	return newEdition(typeHTML, cacheMinute, body), nil
}

// memberKinds returns what became of each entry of the story, by Seq.
func memberKinds(view aggregator.StoryView) map[uint64]aggregator.DecisionKind {
	kinds := make(map[uint64]aggregator.DecisionKind, len(view.Members))
	for _, m := range view.Members {
		kinds[m.Seq] = m.Kind
	}
	return kinds
}

// renderStoryJSON returns a story for programs.
func (p *published) renderStoryJSON(view aggregator.StoryView) (*edition, error) {
	body, err := json.Marshal(p.storyJSON(view))
	if err != nil {
		return nil, fmt.Errorf("encode story %s: %w", view.ID, err)
	}
	return newEdition("application/json", cacheMinute, append(body, '\n')), nil
}
