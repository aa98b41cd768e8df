package publish

import (
	"net/url"

	"wiredesk/aggregator"
)

// Document says which document of a feed an edition is. The zero value is the
// newest one, which readers subscribe to. Everything in it is clean.
type Document struct {
	// Query are the parameters that narrow or page the feed, as a URL carries
	// them ("min_sources=2&before=..."); empty: none.
	Query string
	// Next, Previous and First are the queries of the pages with the older
	// stories, with the newer ones and with the newest (RFC 5005, section 3);
	// empty: there is no such page, or it is the feed without a query, which
	// NewestPage says.
	Next, Previous, First string
	// Paged says that it is a page of older stories, and not the newest.
	Paged bool

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
	self                              string
	next, previous, first             string
	current, prevArchive, nextArchive string
}

func (d *Document) links(site Site, feed aggregator.Feed, format Format) links {
	current := site.BaseURL + "/feeds/" + feed.Slug + "." + string(format)
	page := func(query string) string {
		if query == "" {
			return ""
		}
		return current + "?" + query
	}
	archive := func(name string) string {
		if name == "" {
			return ""
		}
		return site.BaseURL + "/feeds/" + feed.Slug + "/archive/" + url.PathEscape(name) + "." + string(format)
	}
	l := links{
		self: current, next: page(d.Next), previous: page(d.Previous), first: page(d.First),
		prevArchive: archive(d.PrevArchive), nextArchive: archive(d.NextArchive),
	}
	switch {
	case d.Archive != "":
		l.self, l.current = archive(d.Archive), current
	case d.Query != "":
		l.self = page(d.Query)
	}
	if d.Paged && l.first == "" {
		l.first = current
	}
	return l
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
