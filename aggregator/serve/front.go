package serve

import (
	"fmt"
	"net/http"

	"wiredesk/aggregator"
)

// frontStories is how many stories a page lists.
const frontStories = 40

// frontPage is what a page of stories shows.
type frontPage struct {
	Days   []day
	Older  string // position of the next page; empty: there is none
	Newest bool   // whether this is the first page
}

// day is the stories of one day, the newest first.
type day struct {
	Date    moment
	Stories []storyItem
}

// serveFront answers with the newest stories, or with those before the place
// that the before parameter names.
func (s *Server) serveFront(w http.ResponseWriter, r *http.Request) {
	before, err := parsePosition(r.URL.Query().Get("before"))
	if err != nil {
		s.fail(w, r, http.StatusBadRequest, "The place in the list cannot be read: "+err.Error()+".")
		return
	}
	if atNewest(before) {
		if front := s.shelf.Load().front; front != nil {
			s.send(w, r, front)
			return
		}
		s.failUnrendered(w, r)
		return
	}
	page, err := s.renderFront(s.current.Load(), before)
	if err != nil {
		s.failInternal(w, r, err)
		return
	}
	s.send(w, r, page)
}

// renderFront returns the page of stories that lie before the position.
func (s *Server) renderFront(pub *published, before aggregator.Position) (*edition, error) {
	views, _, err := s.opts.Archive.Newest(before, frontStories+1) // one more, to see whether there is a next page
	if err != nil {
		return nil, fmt.Errorf("read the newest stories: %w", err)
	}
	main := frontPage{Newest: atNewest(before)}
	if len(views) > frontStories {
		views = views[:frontStories]
		last := &views[frontStories-1]
		main.Older = formatPosition(aggregator.Position{First: last.First, Seq: last.Seq})
	}
	main.Days = pub.days(views)
	title := ""
	if !main.Newest {
		title = "Older stories"
	}
	body, err := s.pages.render("front", s.chrome(pub, title), main)
	if err != nil {
		return nil, err
	}
	return newEdition(typeHTML, cacheMinute, body), nil
}

// days lists the stories by the day they were first reported, in their order.
func (p *published) days(views []aggregator.StoryView) []day {
	var days []day
	for _, view := range views {
		if view.Withdrawn || len(view.Entries) == 0 {
			continue
		}
		item := p.item(view)
		if last := len(days) - 1; last < 0 || days[last].Date.Day() != item.First.Day() {
			days = append(days, day{Date: item.First})
		}
		today := &days[len(days)-1]
		today.Stories = append(today.Stories, item)
	}
	return days
}
