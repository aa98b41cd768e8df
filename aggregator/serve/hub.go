package serve

import (
	"path"
	"slices"
	"strings"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// links returns what a Link header says of an edition that is found at self:
// its address and, where our hub pushes it, the hub (W3C WebSub, section 4).
func (p *published) links(self string) string {
	link := "<" + self + `>; rel="self"`
	if _, _, found := p.topic(self); found && p.site.Hub != "" {
		link = "<" + p.site.Hub + `>; rel="hub", ` + link
	}
	return link
}

// topic reads the address of a feed's edition, spelt as the feed's self link
// spells it; found: the hub may push it. A feed that is not for everyone is
// pushed to nobody.
func (p *published) topic(address string) (slug string, format publish.Format, found bool) {
	file, ok := strings.CutPrefix(address, p.site.BaseURL+"/feeds/")
	slug = strings.TrimSuffix(file, path.Ext(file))
	format = publish.Format(strings.TrimPrefix(path.Ext(file), "."))
	feed, known := p.feed(slug)
	return slug, format, ok && known && !feed.access.closed && slices.Contains(publish.Formats(), format)
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
		if feed.access.closed {
			continue
		}
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
	slug, format, found := pub.topic(address)
	if !found {
		return aggregator.Topic{}, false
	}
	topic = aggregator.Topic{URL: address, ContentType: format.ContentType()}
	if e := s.shelf.Load().feeds[slug][string(format)]; e != nil {
		topic.ETag, topic.Body = e.etag, e.body()
	}
	return topic, true
}
