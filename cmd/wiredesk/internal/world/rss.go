package world

import (
	"encoding/xml"
	"html"
	"time"
)

type rss struct {
	XMLName xml.Name   `xml:"rss"`
	Version string     `xml:"version,attr"`
	Atom    string     `xml:"xmlns:atom,attr"`
	Content string     `xml:"xmlns:content,attr"`
	DC      string     `xml:"xmlns:dc,attr"`
	Channel rssChannel `xml:"channel"`
}

type rssChannel struct {
	Title       string    `xml:"title"`
	Link        string    `xml:"link"`
	Description string    `xml:"description"`
	Language    string    `xml:"language"`
	Self        rssLink   `xml:"atom:link"`
	Items       []rssItem `xml:"item"`
}

type rssLink struct {
	Rel  string `xml:"rel,attr"`
	Type string `xml:"type,attr"`
	Href string `xml:"href,attr"`
}

type rssItem struct {
	Title       string   `xml:"title"`
	Link        string   `xml:"link"`
	GUID        rssGUID  `xml:"guid"`
	PubDate     string   `xml:"pubDate"`
	Creator     string   `xml:"dc:creator"`
	Categories  []string `xml:"category"`
	Description string   `xml:"description"`
	Encoded     string   `xml:"content:encoded,omitempty"`
}

type rssGUID struct {
	IsPermaLink bool   `xml:"isPermaLink,attr"`
	Value       string `xml:",chardata"`
}

// rssOf returns the wire's feed as RSS 2.0. Where there is more than a summary
// it stands in content:encoded.
func rssOf(from *wire, entries []entry) rss {
	channel := rssChannel{
		Title: from.Title, Link: from.base + "/", Description: from.Title, Language: from.Language,
		Self:  rssLink{Rel: "self", Type: "application/rss+xml", Href: from.URL},
		Items: make([]rssItem, 0, len(entries)),
	}
	for i := range entries {
		e := &entries[i]
		item := rssItem{
			Title: e.title, Link: e.link, GUID: rssGUID{Value: from.tag(e.path)},
			PubDate: from.local(e.published).Format(time.RFC1123Z),
			Creator: from.Title, Categories: e.tags, Description: html.EscapeString(e.text[0]),
		}
		if len(e.text) > 1 {
			item.Encoded = markup(e.text)
		}
		channel.Items = append(channel.Items, item)
	}
	return rss{
		Version: "2.0",
		Atom:    "http://www.w3.org/2005/Atom",
		Content: "http://purl.org/rss/1.0/modules/content/",
		DC:      "http://purl.org/dc/elements/1.1/",
		Channel: channel,
	}
}
