package world

import (
	"encoding/xml"
	"time"
)

type atom struct {
	XMLName  xml.Name    `xml:"http://www.w3.org/2005/Atom feed"`
	Language string      `xml:"xml:lang,attr"`
	ID       string      `xml:"id"`
	Title    string      `xml:"title"`
	Updated  string      `xml:"updated"`
	Author   string      `xml:"author>name"`
	Links    []atomLink  `xml:"link"`
	Entries  []atomEntry `xml:"entry"`
}

type atomLink struct {
	Rel  string `xml:"rel,attr"`
	Href string `xml:"href,attr"`
}

type atomEntry struct {
	ID         string         `xml:"id"`
	Title      string         `xml:"title"`
	Link       atomLink       `xml:"link"`
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Categories []atomCategory `xml:"category"`
	Summary    string         `xml:"summary"`
	Content    atomContent    `xml:"content"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomContent struct {
	Type string `xml:"type,attr"`
	HTML string `xml:",chardata"`
}

// atomOf returns the wire's feed as Atom (RFC 4287).
func atomOf(from *wire, entries []entry, changed time.Time) atom {
	feed := atom{
		Language: from.Language,
		ID:       from.tag("/"),
		Title:    from.Title,
		Updated:  from.local(changed).Format(time.RFC3339),
		Author:   from.Title,
		Links:    []atomLink{{Rel: "self", Href: from.URL}, {Rel: "alternate", Href: from.base + "/"}},
		Entries:  make([]atomEntry, 0, len(entries)),
	}
	for i := range entries {
		e := &entries[i]
		item := atomEntry{
			ID: from.tag(e.path), Title: e.title, Link: atomLink{Rel: "alternate", Href: e.link},
			Published: from.local(e.published).Format(time.RFC3339),
			Updated:   from.local(e.updated).Format(time.RFC3339),
			Summary:   e.text[0],
			Content:   atomContent{Type: "html", HTML: markup(e.text)},
		}
		for _, tag := range e.tags {
			item.Categories = append(item.Categories, atomCategory{Term: tag})
		}
		feed.Entries = append(feed.Entries, item)
	}
	return feed
}
