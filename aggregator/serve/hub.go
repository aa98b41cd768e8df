package serve

import (
	"fmt"
	"net/http"
	"path"
	"slices"
	"strings"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// linkHub says which hub pushes a feed, and as what (W3C WebSub, section 4).
func (p *published) linkHub(w http.ResponseWriter, slug string, format publish.Format) {
	if p.site.Hub != "" {
		w.Header().Set("Link", fmt.Sprintf(`<%s>; rel="hub", <%s>; rel="self"`, p.site.Hub, p.feedURL(slug, format)))
	}
}

// feedURL returns the address of a feed's edition, its self link.
func (p *published) feedURL(slug string, format publish.Format) string {
	return p.site.BaseURL + "/feeds/" + slug + "." + string(format)
}

// Topics returns the addresses of all feeds in all formats.
func (s *Server) Topics() []string {
	pub := s.current.Load()
	topics := make([]string, 0, len(pub.feeds)*len(publish.Formats()))
	for _, feed := range pub.feeds {
		for _, format := range publish.Formats() {
			topics = append(topics, pub.feedURL(feed.Slug, format))
		}
	}
	return topics
}

// Topic returns the edition that is found at an address, spelt as the feed's
// self link spells it; found: it is that of a feed. It does not wait: before a
// feed is rendered for the first time it has no ETag.
func (s *Server) Topic(address string) (topic aggregator.Topic, found bool) {
	pub := s.current.Load()
	file, ok := strings.CutPrefix(address, pub.site.BaseURL+"/feeds/")
	slug := strings.TrimSuffix(file, path.Ext(file))
	format := publish.Format(strings.TrimPrefix(path.Ext(file), "."))
	if !ok || !pub.has(slug) || !slices.Contains(publish.Formats(), format) {
		return aggregator.Topic{}, false
	}
	topic = aggregator.Topic{URL: address, ContentType: format.ContentType()}
	if e := s.shelf.Load().feeds[slug][string(format)]; e != nil {
		topic.ETag, topic.Body = e.etag, e.body
	}
	return topic, true
}
