package publish

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"time"

	"github.com/gorilla/feeds"

	"wiredesk/aggregator"
)

// page is one edition before it has a format or stories: the model of
// gorilla/feeds, and beside it what that model has no place for. All its text
// is clean, all its addresses are absolute, all its dates in range.
type page struct {
	*feeds.Feed
	hub       string // that pushes it; empty: none
	links     links
	mediaType string
	style     string // where the stylesheet for browsers is found
	version   string
	language  string    // that all items share; empty: there are several, or none
	modified  time.Time // newest change of a story in it; zero: no story
	archive   bool
}

func newPage(site Site, feed aggregator.Feed, doc Document, format Format) *page {
	title := cmp.Or(line(feed.Title), line(feed.Slug), "Wiredesk")
	links := doc.links(site, feed, format)
	return &page{
		Feed: &feeds.Feed{
			Title:       title,
			Link:        &feeds.Link{Href: links.page, Rel: "alternate", Type: "text/html"},
			Description: cmp.Or(line(feed.Description), title),
			Author:      &feeds.Author{Name: "Wiredesk", Email: line(site.Contact)},
			Id:          nameURN("wiredesk:feed:" + withQuery(feed.Slug, feed.Narrowed)),
		},
		hub:       pushedBy(site, feed, doc),
		links:     links,
		mediaType: format.mediaType(),
		style:     site.BaseURL + StylePath,
		version:   site.Version,
		archive:   doc.Archive != "",
	}
}

// pushedBy returns the hub that pushes the page: only whole feeds that are for
// everyone are topics.
func pushedBy(site Site, feed aggregator.Feed, doc Document) string {
	if feed.Query() != "" || doc.Archive != "" || feed.Access != (aggregator.FeedAccess{}) {
		return ""
	}
	return address(site.Hub)
}

// last sets when the newest of the page's stories changed.
func (p *page) last(modified time.Time) {
	p.modified = modified
	p.Updated = instant(modified) // Atom wants one even of a feed without entries
}

// nameURN returns the version 5 UUID of name in the name space of OIDs as a URN
// (RFC 9562, section 5.5).
func nameURN(name string) string {
	space := [16]byte{
		0x6b, 0xa7, 0xb8, 0x12, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
	}
	u := sha1.Sum(append(space[:], name...))
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
