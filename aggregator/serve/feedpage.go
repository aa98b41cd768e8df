package serve

import (
	"net/http"
	"strings"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// feedPage is what the page of a feed shows. Browsers get it where they ask for
// the feed without a format. The feeds themselves name only a stylesheet:
// browsers are giving up XSLT, by which a feed could be made a page, and what
// CSS cannot do, links, this page has.
type feedPage struct {
	Title       string
	Description string
	Formats     []formatLink
	Days        []day
	Newest      string // address of the page of the newest stories; empty: this is it
	Older       string // address of the next page; empty: there is none
}

// renderFeedPage returns the page of a feed with the first of its stories, in
// their order. Older is the page that follows them all, as pagesBeside has it.
func (s *Server) renderFeedPage(pub *published, feed publishedFeed, n narrowing, stories []aggregator.StoryView, older string) (*edition, error) {
	main := feedPage{Title: feed.Title, Description: feed.Description}
	if len(stories) > frontStories {
		stories, older = stories[:frontStories], ""
		if feed.Order != aggregator.OrderProminence {
			last := &stories[frontStories-1]
			rest := narrowing{limit: n.limit, before: aggregator.Position{First: last.First, Seq: last.Seq}}
			older = rest.page()
		}
	}
	newest := narrowing{limit: n.limit}
	if n.isUpward() || !atNewest(n.before) {
		main.Newest = pub.pageOf(&feed.Feed, newest.page())
	}
	if older != "" {
		main.Older = pub.pageOf(&feed.Feed, older)
	}
	for _, format := range publish.Formats() {
		kind, _, _ := strings.Cut(format.ContentType(), ";")
		address := pub.site.BaseURL + "/feeds/" + feed.Slug + "." + string(format)
		if query := feed.Query(); query != "" {
			address += "?" + query
		}
		main.Formats = append(main.Formats, formatLink{formatName(format), kind, address})
	}
	main.Days = pub.days(stories)
	body, err := s.pages.render("feed", s.chrome(pub, feed.Title), main)
	if err != nil {
		return nil, err
	}
	return newEdition(typeHTML, feed.cache(cacheMinute), body), nil
}

// pageOf returns the address of another page of a feed, of which page are the
// parameters that say which.
func (p *published) pageOf(feed *aggregator.Feed, page string) string {
	other := *feed
	other.Page = page
	address := p.root + "/feeds/" + feed.Slug + "." + string(publish.Page)
	if query := other.Query(); query != "" {
		address += "?" + query
	}
	return address
}

// serveFeedStyle answers with the stylesheet by which browsers show a feed.
func (s *Server) serveFeedStyle(w http.ResponseWriter, r *http.Request) {
	s.send(w, r, s.pages.feedStyle)
}
