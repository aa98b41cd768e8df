package serve

import (
	"fmt"
	"net/http"
	"net/url"
	"path"
	"slices"
	"strings"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// serveFeed answers /feeds/{slug}.{format}, and /feeds/{slug} with the format
// that suits the Accept header.
func (s *Server) serveFeed(w http.ResponseWriter, r *http.Request) {
	file := r.PathValue("file")
	slug := strings.TrimSuffix(file, path.Ext(file))
	format := publish.Format(strings.TrimPrefix(path.Ext(file), "."))
	chosen := slug == file
	if chosen {
		format = negotiate(r.Header.Values("Accept"))
	}
	pub := s.current.Load()
	feed, found := pub.feed(slug)
	if !found || format != publish.Page && !slices.Contains(publish.Formats(), format) {
		s.fail(w, r, http.StatusNotFound, "There is no such feed.")
		return
	}
	if !s.admit(w, r, &feed) {
		return
	}
	narrow, err := pub.parseNarrowing(feed, r.URL.RawQuery)
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	if !narrow.text.IsZero() && s.opts.Searcher == nil {
		s.fail(w, r, http.StatusBadRequest, "Text cannot be searched for here: the operator has switched that off.")
		return
	}
	edition := s.shelf.Load().feeds[slug][string(format)]
	if !narrow.isNone() {
		if edition, err = s.narrowedEdition(r.Context(), pub, feed, format, narrow); err != nil {
			s.refuse(w, r, err)
			return
		}
	}
	if edition == nil {
		s.failUnrendered(w, r)
		return
	}
	if chosen {
		location := pub.feedPath(slug, format)
		if asked := narrow.of(feed.Feed); asked.Query() != "" {
			location += "?" + asked.Query()
		}
		w.Header().Add("Vary", "Accept")
		w.Header().Set("Content-Location", location)
	}
	s.send(w, r, edition)
}

// feedPath returns the local link of a feed's edition.
func (p *published) feedPath(slug string, format publish.Format) string {
	return p.root + "/feeds/" + slug + "." + string(format)
}

const typeOPML = "text/x-opml; charset=utf-8"

// serveFeedsOPML answers with the feeds we publish, as far as the request may
// read them.
func (s *Server) serveFeedsOPML(w http.ResponseWriter, r *http.Request) {
	pub := s.current.Load()
	outlines := make([]publish.Outline, 0, len(pub.feeds))
	cache := cacheMinute
	for _, feed := range pub.feeds {
		if feed.access.closed {
			if !feed.access.admits(r) {
				continue
			}
			cache = feed.cache(cacheMinute)
		}
		outlines = append(outlines, publish.Outline{
			Title: feed.Title, FeedURL: pub.site.BaseURL + "/feeds/" + feed.Slug + ".atom", SiteURL: pub.site.BaseURL + "/",
		})
	}
	if slices.ContainsFunc(pub.feeds, func(f publishedFeed) bool { return f.access.closed }) {
		w.Header().Add("Vary", "Authorization")
	}
	s.sendOPML(w, r, "Feeds of "+pub.host(), cache, outlines)
}

// serveSourcesOPML answers with the sources we read.
func (s *Server) serveSourcesOPML(w http.ResponseWriter, r *http.Request) {
	var outlines []publish.Outline
	for _, source := range s.opts.Sources() {
		c := source.Carrier
		outlines = append(outlines, publish.Outline{
			Title: c.Title, FeedURL: publicLink(c.FeedURL), SiteURL: publicLink(c.SiteURL),
			Language: c.Language, Tags: c.Tags,
		})
	}
	s.sendOPML(w, r, "Sources of "+s.current.Load().host(), cacheMinute, outlines)
}

func (s *Server) sendOPML(w http.ResponseWriter, r *http.Request, title, cache string, outlines []publish.Outline) {
	body, err := publish.OPML(title, outlines)
	if err != nil {
		s.failInternal(w, r, fmt.Errorf("render OPML: %w", err))
		return
	}
	s.send(w, r, newEdition(typeOPML, cache, body))
}

// host returns how readers know the site.
func (p *published) host() string {
	u, err := url.Parse(p.site.BaseURL)
	if err != nil {
		return ""
	}
	return u.Host
}

// carrier returns the source with the id as readers see it; a source that is
// no longer configured is known by its id alone.
func (p *published) carrier(id string) aggregator.Carrier {
	if c, known := p.site.Carriers[id]; known {
		return c
	}
	return aggregator.Carrier{ID: id, Title: id}
}

// publicLink returns link if a reader may be sent there, without any user and
// password, and else nothing.
func publicLink(link string) string {
	u, err := url.Parse(link)
	if err != nil || !absolute(u) {
		return ""
	}
	if u.User == nil {
		return link
	}
	u.User = nil
	return u.String()
}
