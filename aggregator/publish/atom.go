package publish

import (
	"cmp"
	"encoding/xml"
	"html"
	"strings"
	"time"

	"wiredesk/aggregator"
)

// atomDocument writes a page by RFC 4287 without its entries, with archives by
// RFC 5005; the entries have media:thumbnail and the withdrawn ones are those
// of RFC 6721.
type atomDocument struct{ *page }

const (
	historySpace   = "http://purl.org/syndication/history/1.0"
	tombstoneSpace = "http://purl.org/atompub/tombstones/1.0"
	mediaSpace     = "http://search.yahoo.com/mrss/"
)

type atomRoot struct {
	XMLName      xml.Name `xml:"feed"`
	Space        string   `xml:"xmlns,attr"`
	MediaSpace   string   `xml:"xmlns:media,attr"`
	HistorySpace string   `xml:"xmlns:fh,attr"`
	Language     string   `xml:"xml:lang,attr,omitempty"`

	ID        string `xml:"id"`
	Title     atomText
	Subtitle  *atomText
	Updated   string        `xml:"updated"`
	Author    atomPerson    `xml:"author"`
	Links     []atomLink    `xml:"link"`
	Generator atomGenerator `xml:"generator"`
	Archive   *struct{}     `xml:"fh:archive"`
}

type atomEntry struct {
	Language string `xml:"xml:lang,attr,omitempty"`

	ID         string `xml:"id"`
	Title      atomText
	Published  string         `xml:"published"`
	Updated    string         `xml:"updated"`
	Authors    []atomPerson   `xml:"author"`
	Links      []atomLink     `xml:"link"`
	Categories []atomCategory `xml:"category"`
	Source     atomSource     `xml:"source"`
	Summary    *atomText
	Content    atomText
	Thumbnail  *mediaThumbnail
}

// atomTombstone says that an entry was withdrawn (RFC 6721, section 3). It names
// its own name space: most feeds have none, and the W3C's validator warns of
// spaces it does not know.
type atomTombstone struct {
	Space   string `xml:"xmlns:at,attr"`
	Ref     string `xml:"ref,attr"`
	When    string `xml:"when,attr"`
	Comment atomText
}

// atomSource names the feed that the entry was taken from (section 4.2.11).
type atomSource struct {
	ID      string `xml:"id"`
	Title   atomText
	Updated string     `xml:"updated"`
	Links   []atomLink `xml:"link"`
}

type atomText struct {
	XMLName xml.Name
	Type    string `xml:"type,attr,omitempty"`
	Text    string `xml:",chardata"`
}

type atomPerson struct {
	Name  string `xml:"name"`
	URI   string `xml:"uri,omitempty"`
	Email string `xml:"email,omitempty"`
}

type atomLink struct {
	Rel    string `xml:"rel,attr"`
	Type   string `xml:"type,attr,omitempty"`
	Title  string `xml:"title,attr,omitempty"`
	Length string `xml:"length,attr,omitempty"`
	Href   string `xml:"href,attr"`
}

type atomCategory struct {
	Term string `xml:"term,attr"`
}

type atomGenerator struct {
	Version string `xml:"version,attr,omitempty"`
	Name    string `xml:",chardata"`
}

// mediaThumbnail is Media RSS's, which both XML formats use.
type mediaThumbnail struct {
	XMLName xml.Name `xml:"media:thumbnail"`
	URL     string   `xml:"url,attr"`
}

// FeedXml gives the writer of gorilla/feeds the root.
func (d atomDocument) FeedXml() any { //nolint:revive // the name is that of gorilla/feeds
	root := &atomRoot{
		Space:        "http://www.w3.org/2005/Atom",
		MediaSpace:   mediaSpace,
		HistorySpace: historySpace,
		Language:     d.language,
		ID:           d.Id,
		Title:        plainText("title", d.Title),
		Updated:      isoTime(d.Updated),
		Author:       contactPerson(d.Author.Name, d.Author.Email),
		Links:        append(d.links.atom(d.mediaType), atomLink{Rel: d.Link.Rel, Type: d.Link.Type, Href: d.Link.Href}),
		Generator:    atomGenerator{Version: d.version, Name: "Wiredesk"},
		Archive:      mark(d.archive),
	}
	if d.Description != d.Title {
		subtitle := plainText("subtitle", d.Description)
		root.Subtitle = &subtitle
	}
	if d.hub != "" {
		root.Links = append(root.Links, atomLink{Rel: "hub", Href: d.hub})
	}
	return root
}

// mark is an empty element that is there if set.
func mark(set bool) *struct{} {
	if set {
		return &struct{}{}
	}
	return nil
}

// tombstone stands in the place of a story that was withdrawn.
func (b *builder) tombstone(v *aggregator.StoryView) atomTombstone {
	t := atomTombstone{Space: tombstoneSpace, Ref: v.ID.URN(), When: isoTime(instant(v.Updated))}
	words := "Withdrawn"
	if names := b.retracted(v); len(names) > 0 {
		words += " by " + strings.Join(names, ", ")
	}
	t.Comment = plainText("at:comment", words+".")
	return t
}

func (it *item) atom() atomEntry {
	e := atomEntry{
		Language:  it.language,
		ID:        it.Id,
		Title:     plainText("title", it.Title),
		Published: isoTime(it.Created),
		Updated:   isoTime(it.Updated),
		Links:     []atomLink{{Rel: "alternate", Href: it.Link.Href}},
		Source:    it.lead.atomSource(it.Updated),
		Content:   htmlText("content", it.Content),
		Thumbnail: thumbnail(it.image),
	}
	for _, a := range it.people {
		e.Authors = append(e.Authors, atomPerson{Name: a.Name, URI: a.URL})
	}
	if len(e.Authors) == 0 {
		e.Authors = []atomPerson{{Name: it.lead.Title, URI: it.lead.SiteURL}}
	}
	for _, c := range it.others() {
		if c.link != "" {
			e.Links = append(e.Links, atomLink{Rel: "related", Title: c.Title, Href: c.link})
		}
	}
	for _, f := range it.enclosures {
		link := atomLink{Rel: "enclosure", Type: f.Type, Href: f.URL}
		if f.LengthBytes > 0 {
			link.Length = length(f)
		}
		e.Links = append(e.Links, link)
	}
	for _, c := range it.categories {
		e.Categories = append(e.Categories, atomCategory{Term: c})
	}
	if it.Description != "" {
		summary := htmlText("summary", it.Description)
		e.Summary = &summary
	}
	return e
}

// atomSource says that the source last changed when the entry did: the source's
// own word is not kept, and what is true of the entry is true of its feed.
func (c *carriage) atomSource(updated time.Time) atomSource {
	s := atomSource{
		ID:      cmp.Or(c.FeedURL, nameURN("wiredesk:source:"+c.ID)),
		Title:   plainText("title", c.Title),
		Updated: isoTime(updated),
	}
	if c.FeedURL != "" {
		s.Links = append(s.Links, atomLink{Rel: "self", Href: c.FeedURL})
	}
	if c.SiteURL != "" {
		s.Links = append(s.Links, atomLink{Rel: "alternate", Href: c.SiteURL})
	}
	return s
}

// plainText is a Text construct of plain text. Where a careless reader would
// take it for HTML it is written as HTML, which no reader mistakes.
func plainText(name, s string) atomText {
	if strings.ContainsAny(s, "<&") {
		return htmlText(name, html.EscapeString(s))
	}
	return atomText{XMLName: xml.Name{Local: name}, Text: s}
}

func htmlText(name, s string) atomText {
	return atomText{XMLName: xml.Name{Local: name}, Type: "html", Text: s}
}

func contactPerson(name, contact string) atomPerson {
	p := atomPerson{Name: name, URI: address(contact)}
	if isMail(contact) {
		p.Email = contact
	}
	return p
}

func thumbnail(url string) *mediaThumbnail {
	if url == "" {
		return nil
	}
	return &mediaThumbnail{URL: url}
}

// isoTime writes t by RFC 3339, with its microseconds if it has any.
func isoTime(t time.Time) string {
	if t.Nanosecond() == 0 {
		return t.Format(time.RFC3339)
	}
	return t.Format("2006-01-02T15:04:05.000000Z07:00")
}
