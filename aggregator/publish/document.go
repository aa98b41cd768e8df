package publish

import (
	"net/url"

	"wiredesk/aggregator"
)

// Document says which document of a feed an edition is. The zero value is the
// one that the feed's address leads to, with the feed's parameters.
type Document struct {
	// Older are the page parameters (as aggregator.Feed.Page) of the document
	// with the stories that come after the last one (RFC 5005, section 3);
	// empty: there is none.
	Older string
	// Newer are those of the document with the stories that come before the
	// first one.
	Newer string

	// Archive is the name of an archive document (RFC 5005, section 4); empty:
	// it is none.
	Archive string
	// PrevArchive and NextArchive are the names of the archive documents before
	// and after it; of the newest document, PrevArchive is the last that was
	// closed. Empty: there is none.
	PrevArchive, NextArchive string
}

// StylePath is where the stylesheet that feeds name is found below the base
// URL.
const StylePath = "/feed.css"

// links are the addresses a document names, all absolute; empty: left out.
type links struct {
	self, page                        string // page: for people
	first, previous, next             string
	current, prevArchive, nextArchive string
}

func (d *Document) links(site Site, feed aggregator.Feed, format Format) links {
	current := site.BaseURL + "/feeds/" + feed.Slug + "." + string(format)
	archive := func(name string) string {
		if name == "" {
			return ""
		}
		return site.BaseURL + "/feeds/" + feed.Slug + "/archive/" + url.PathEscape(name) + "." + string(format)
	}
	l := links{
		self:        withQuery(current, feed.Query()),
		page:        withQuery(site.BaseURL+"/feeds/"+feed.Slug+"."+string(Page), feed.Query()),
		prevArchive: archive(d.PrevArchive), nextArchive: archive(d.NextArchive),
	}
	if d.Archive != "" {
		l.self, l.current = archive(d.Archive), current
	}
	page := func(parameters string) string {
		if parameters == "" {
			return ""
		}
		of := feed
		of.Page = parameters
		return withQuery(current, of.Query())
	}
	l.previous, l.next = page(d.Newer), page(d.Older)
	if feed.Page != "" {
		newest := feed
		newest.Page = ""
		l.first = withQuery(current, newest.Query())
	}
	return l
}

func withQuery(address, query string) string {
	if query == "" {
		return address
	}
	return address + "?" + query
}

// atom returns the links as Atom writes them, in which RSS does too.
func (l *links) atom(mediaType string) []atomLink {
	all := []atomLink{{Rel: "self", Type: mediaType, Href: l.self}}
	for _, link := range []struct{ rel, href string }{
		{"first", l.first}, {"previous", l.previous}, {"next", l.next},
		{"current", l.current}, {"prev-archive", l.prevArchive}, {"next-archive", l.nextArchive},
	} {
		if link.href != "" {
			all = append(all, atomLink{Rel: link.rel, Type: mediaType, Href: link.href})
		}
	}
	return all
}

// older is where JSON Feed's next_url leads: to what comes after the last item.
func (l *links) older() string {
	switch {
	case l.next != "":
		return l.next
	case l.current != "":
		return l.prevArchive
	}
	return ""
}
