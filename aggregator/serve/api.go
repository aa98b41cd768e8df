package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// Limits of a list of stories.
const (
	defaultListed = 50
	maxListed     = 1000
	// maxExamined bounds what one request reads of the archive. A filter that
	// lets little through gives fewer stories than were asked for, and the
	// place to go on from.
	maxExamined = 10_000
)

const typeJSON = "application/json"

// StoryList is what GET /api/v1/stories answers.
type StoryList struct {
	Stories []StoryLine `json:"stories"`        // the newest first
	Next    string      `json:"next,omitempty"` // the before parameter that goes on; empty: nothing is left
}

// listQuery is what a list of stories is narrowed by.
type listQuery struct {
	before     aggregator.Position
	limit      int
	since      time.Time // no story that was first reported earlier
	source     string    // that carries it; empty: any
	minSources int
	where      *publish.Filter
}

// refusal is an answer to a request that cannot be fulfilled: its status, and a
// sentence for whoever asked.
type refusal struct {
	status int
	detail string
}

// retryAfter is when a reader that is sent away may come again, in seconds.
const retryAfter = "5"

func (r refusal) Error() string { return r.detail }

// refuse answers with err: as it says where it is a refusal, else with 500.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, err error) {
	if refused, ok := errors.AsType[refusal](err); ok {
		if refused.status == http.StatusServiceUnavailable {
			w.Header().Set("Retry-After", retryAfter)
		}
		s.fail(w, r, refused.status, refused.detail)
		return
	}
	s.failInternal(w, r, err)
}

// serveStories answers GET /api/v1/stories.
func (s *Server) serveStories(w http.ResponseWriter, r *http.Request) {
	pub := s.current.Load()
	q, err := pub.parseList(r.URL.Query(), time.Now())
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	list, err := s.list(pub, q, time.Now())
	if err != nil {
		s.failInternal(w, r, err)
		return
	}
	s.sendJSON(w, r, list)
}

// sendJSON answers with value, which is to be asked for again each time.
func (s *Server) sendJSON(w http.ResponseWriter, r *http.Request, value any) {
	body, err := json.Marshal(value)
	if err != nil {
		s.failInternal(w, r, fmt.Errorf("encode: %w", err))
		return
	}
	s.send(w, r, newEdition(typeJSON, cacheAsk, append(body, '\n')))
}

// parseList reads the parameters of a list. The error is a refusal.
func (p *published) parseList(values url.Values, now time.Time) (q listQuery, err error) {
	bad := func(name, want string) (listQuery, error) {
		return listQuery{}, refusal{http.StatusBadRequest, fmt.Sprintf("%s %q cannot be read: want %s.", name, values.Get(name), want)}
	}
	q = listQuery{limit: defaultListed, source: values.Get("source")}
	if _, known := p.site.Carriers[q.source]; q.source != "" && !known {
		return listQuery{}, refusal{http.StatusBadRequest, "source " + quoted(q.source) + " is no source here" + meant(q.source, slices.Sorted(maps.Keys(p.site.Carriers)))}
	}
	if q.before, err = parsePosition(values.Get("before")); err != nil {
		return bad("before", "what a list gave as next")
	}
	if text := values.Get("limit"); text != "" {
		if q.limit, err = strconv.Atoi(text); err != nil || q.limit < 1 || q.limit > maxListed {
			return bad("limit", fmt.Sprintf("a number from 1 to %d", maxListed))
		}
	}
	if text := values.Get("min_sources"); text != "" {
		if q.minSources, err = strconv.Atoi(text); err != nil || q.minSources < 1 {
			return bad("min_sources", "a number from 1")
		}
	}
	if text := values.Get("since"); text != "" {
		if q.since, err = time.Parse(time.RFC3339, text); err != nil {
			return bad("since", "an instant as 2006-01-02T15:04:05Z")
		}
	}
	slug := values.Get("feed")
	if slug == "" {
		return q, nil
	}
	i := slices.IndexFunc(p.feeds, func(f publishedFeed) bool { return f.Slug == slug })
	if i < 0 {
		return listQuery{}, refusal{http.StatusNotFound, fmt.Sprintf("There is no feed %q.", slug)}
	}
	q.where = p.feeds[i].where
	if age := p.feeds[i].MaxAge; age > 0 && now.Add(-age).After(q.since) {
		q.since = now.Add(-age)
	}
	return q, nil
}

// list returns the newest stories that q lets through.
func (s *Server) list(pub *published, q listQuery, now time.Time) (StoryList, error) {
	list := StoryList{Stories: []StoryLine{}}
	for at, examined := q.before, 0; ; {
		views, _, err := s.opts.Archive.Newest(at, pageOfRead)
		if err != nil {
			return StoryList{}, fmt.Errorf("read the newest stories: %w", err)
		}
		for i := range views {
			view := &views[i]
			if view.First.Before(q.since) {
				return list, nil
			}
			if len(list.Stories) == q.limit || examined == maxExamined {
				list.Next = formatPosition(at)
				return list, nil
			}
			examined++
			at = aggregator.Position{First: view.First, Seq: view.Seq}
			if pub.lets(q, view, now) {
				list.Stories = append(list.Stories, pub.line(view))
			}
		}
		if len(views) == 0 {
			return list, nil
		}
	}
}

// lets reports whether the story is one that q asks for.
func (p *published) lets(q listQuery, view *aggregator.StoryView, now time.Time) bool {
	if view.Withdrawn || len(view.Entries) == 0 || q.minSources > 1 && view.Sources() < q.minSources {
		return false
	}
	if q.source != "" && !slices.ContainsFunc(view.Members, func(m aggregator.Member) bool { return m.Source == q.source }) {
		return false
	}
	// As in the feed itself, a story on which the expression fails is not in it.
	let, err := q.where.Story(p.site, view, now)
	return err == nil && let
}

// serveNamed answers GET /api/v1/stories/{name}, where the name is whatever
// [Server.named] knows. The answer says under which id the story is found for
// ever.
func (s *Server) serveNamed(w http.ResponseWriter, r *http.Request) {
	view, err := s.named(r.PathValue("name"))
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	pub := s.current.Load()
	told, err := s.tell(pub, view)
	if err != nil {
		s.failInternal(w, r, err)
		return
	}
	w.Header().Set("Content-Location", view.ID.String()) // relative: we don't know under which path we were asked
	s.sendJSON(w, r, told)
}
