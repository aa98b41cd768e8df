package publish

import (
	"cmp"
	"encoding/xml"
	"strings"
	"time"
)

const cacheMinutes = 5 // how long a reader may keep an RSS edition before it asks again

// rssDocument writes a page as RSS 2.0 by the RSS Advisory Board's profile,
// without its items, with archives by RFC 5005; the items have content:encoded,
// dc:creator, dc:language and Media RSS.
type rssDocument struct{ *page }

type rssRoot struct {
	XMLName      xml.Name   `xml:"rss"`
	Version      string     `xml:"version,attr"`
	AtomSpace    string     `xml:"xmlns:atom,attr"`
	ContentSpace string     `xml:"xmlns:content,attr"`
	DublinSpace  string     `xml:"xmlns:dc,attr"`
	MediaSpace   string     `xml:"xmlns:media,attr"`
	HistorySpace string     `xml:"xmlns:fh,attr"`
	Channel      rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title         rssText    `xml:"title"`
	Link          string     `xml:"link"`
	Links         []atomLink `xml:"atom:link"`
	Description   rssText    `xml:"description"`
	Language      string     `xml:"language,omitempty"`
	Editor        *rssText   `xml:"managingEditor"`
	LastBuildDate string     `xml:"lastBuildDate,omitempty"`
	Generator     string     `xml:"generator"`
	Docs          string     `xml:"docs"`
	TTL           int        `xml:"ttl"`
	Archive       *struct{}  `xml:"fh:archive"`
}

type rssEntry struct {
	Title       rssText   `xml:"title"`
	Link        string    `xml:"link"`
	GUID        rssGUID   `xml:"guid"`
	PubDate     string    `xml:"pubDate"`
	Language    string    `xml:"dc:language,omitempty"`
	Creators    []string  `xml:"dc:creator"`
	Categories  []rssText `xml:"category"`
	Source      *rssSource
	Description rssHTML  `xml:"description"`
	Content     *rssHTML `xml:"content:encoded"`
	Enclosure   *rssEnclosure
	Media       []mediaContent
	Thumbnail   *mediaThumbnail
}

type rssGUID struct {
	IsPermaLink bool   `xml:"isPermaLink,attr"`
	ID          string `xml:",chardata"`
}

type rssSource struct {
	XMLName xml.Name `xml:"source"`
	URL     string   `xml:"url,attr"`
	Title   string   `xml:",innerxml"`
}

type rssEnclosure struct {
	XMLName xml.Name `xml:"enclosure"`
	URL     string   `xml:"url,attr"`
	Length  string   `xml:"length,attr"`
	Type    string   `xml:"type,attr"`
}

type mediaContent struct {
	XMLName  xml.Name `xml:"media:content"`
	URL      string   `xml:"url,attr"`
	FileSize string   `xml:"fileSize,attr,omitempty"`
	Type     string   `xml:"type,attr"`
}

type rssHTML struct {
	Text string `xml:",cdata"`
}

type rssText struct {
	Escaped string `xml:",innerxml"`
}

// FeedXml gives the writer of gorilla/feeds the root.
func (d rssDocument) FeedXml() any { //nolint:revive // the name is that of gorilla/feeds
	channel := rssChannel{
		Title:       rssPlain(d.Title),
		Link:        d.Link.Href,
		Links:       d.links.atom(d.mediaType),
		Description: rssPlain(d.Description),
		Language:    d.language,
		Generator:   strings.TrimSpace("Wiredesk " + d.version),
		Docs:        "https://www.rssboard.org/rss-specification",
		TTL:         cacheMinutes,
		Archive:     mark(d.archive),
	}
	if d.hub != "" {
		channel.Links = append(channel.Links, atomLink{Rel: "hub", Href: d.hub})
	}
	if isMail(d.Author.Email) {
		editor := rssPlain(d.Author.Email + " (" + d.Author.Name + ")")
		channel.Editor = &editor
	}
	if !d.modified.IsZero() {
		channel.LastBuildDate = rssTime(d.modified)
	}
	return &rssRoot{
		Version:      "2.0",
		AtomSpace:    "http://www.w3.org/2005/Atom",
		ContentSpace: "http://purl.org/rss/1.0/modules/content/",
		DublinSpace:  "http://purl.org/dc/elements/1.1/",
		MediaSpace:   mediaSpace,
		HistorySpace: historySpace,
		Channel:      channel,
	}
}

func (it *item) rss() rssEntry {
	e := rssEntry{
		Title:       rssPlain(it.Title),
		Link:        it.Link.Href,
		GUID:        rssGUID{ID: it.Id},
		PubDate:     rssTime(it.Created),
		Language:    it.language,
		Description: rssHTML{cmp.Or(it.Description, it.Content)},
		Thumbnail:   thumbnail(it.image),
	}
	if it.Description != "" {
		e.Content = &rssHTML{it.Content}
	}
	for _, a := range it.people {
		e.Creators = append(e.Creators, a.Name)
	}
	if len(e.Creators) == 0 {
		e.Creators = []string{it.lead.Title}
	}
	for _, c := range it.categories {
		e.Categories = append(e.Categories, rssPlain(c))
	}
	if it.lead.FeedURL != "" {
		e.Source = &rssSource{URL: it.lead.FeedURL, Title: rssPlain(it.lead.Title).Escaped}
	}
	for i, f := range it.enclosures {
		if i == 0 {
			e.Enclosure = &rssEnclosure{URL: f.URL, Length: length(f), Type: f.Type}
			continue
		}
		media := mediaContent{URL: f.URL, Type: f.Type}
		if f.LengthBytes > 0 {
			media.FileSize = length(f)
		}
		e.Media = append(e.Media, media)
	}
	return e
}

// rssPlain escapes plain text as character data. RSS does not say whether its
// titles are text or HTML, and readers differ. '&' and '<' become hexadecimal
// references, as the RSS Profile advises, which reads the same either way. Only
// where a reader of HTML would see a tag or an entity are they escaped as HTML
// first: shown with a stray "&lt;" is better than not shown.
func rssPlain(s string) rssText {
	if !strings.ContainsAny(s, "<>&") {
		return rssText{s}
	}
	var b strings.Builder
	for i := range len(s) {
		switch c := s[i]; {
		case c == '&' && beginsEntity(s[i+1:]):
			b.WriteString("&#x26;amp;")
		case c == '&':
			b.WriteString("&#x26;")
		case c == '<' && beginsTag(s[i+1:]):
			b.WriteString("&#x26;lt;")
		case c == '<':
			b.WriteString("&#x3C;")
		case c == '>':
			b.WriteString("&#x3E;")
		default:
			b.WriteByte(c)
		}
	}
	return rssText{b.String()}
}

// beginsTag reports whether "<" followed by s is a tag to an HTML parser.
func beginsTag(s string) bool {
	if s == "" {
		return false
	}
	letter := 'a' <= s[0]|0x20 && s[0]|0x20 <= 'z'
	return letter || s[0] == '/' || s[0] == '!' || s[0] == '?'
}

// beginsEntity reports whether "&" followed by s is a character reference to
// an HTML parser, a semicolon at its end.
func beginsEntity(s string) bool {
	name, _, ok := strings.Cut(s, ";")
	if !ok || name == "" || len(name) > 32 {
		return false
	}
	return !strings.ContainsFunc(strings.TrimPrefix(name, "#"), func(r rune) bool {
		letter := 'a' <= r|0x20 && r|0x20 <= 'z'
		return !letter && (r < '0' || r > '9')
	})
}

// rssTime writes t by RFC 822 with a year of four digits.
func rssTime(t time.Time) string { return t.Format("Mon, 02 Jan 2006 15:04:05 GMT") }
