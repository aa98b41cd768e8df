package serve

import (
	"net/http"
	"strings"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// formatPage is the feed as a page for people, beside the formats for readers.
// Browsers get it where they ask for the feed without a format. The feeds
// themselves name only a stylesheet: browsers are giving up XSLT, by which a
// feed could be made a page, and what CSS cannot do, links, this page has.
const formatPage publish.Format = "html"

// feedPage is what the page of a feed shows.
type feedPage struct {
	Title       string
	Description string
	Formats     []formatLink
	Days        []day
}

// renderFeedPage returns the page of a feed with its newest stories, in their
// order.
func (s *Server) renderFeedPage(pub *published, feed publishedFeed, stories []aggregator.StoryView) (*edition, error) {
	main := feedPage{Title: feed.Title, Description: feed.Description}
	for _, format := range publish.Formats() {
		kind, _, _ := strings.Cut(format.ContentType(), ";")
		address := pub.site.BaseURL + "/feeds/" + feed.Slug + "." + string(format)
		if query := feed.Query(); query != "" {
			address += "?" + query
		}
		main.Formats = append(main.Formats, formatLink{formatName(format), kind, address})
	}
	main.Days = pub.days(stories[:min(len(stories), frontStories)])
	body, err := s.pages.render("feed", s.chrome(pub, feed.Title), main)
	if err != nil {
		return nil, err
	}
	return newEdition(typeHTML, feed.cache(cacheMinute), body), nil
}

// serveFeedStyle answers with the stylesheet by which browsers show a feed.
func (s *Server) serveFeedStyle(w http.ResponseWriter, r *http.Request) {
	s.send(w, r, s.pages.feedStyle)
}
