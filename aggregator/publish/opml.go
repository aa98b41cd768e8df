package publish

import (
	"bytes"
	"cmp"
	"encoding/xml"
	"fmt"
	"strings"
)

// Outline is a feed in an OPML list.
type Outline struct {
	Title    string // plain text; empty: FeedURL
	FeedURL  string
	SiteURL  string // empty: unknown
	Type     string // "rss" for any feed that is polled; empty: "rss"
	Language string // BCP 47; empty: unknown
	Tags     []string
}

type opmlRoot struct {
	XMLName xml.Name `xml:"opml"`
	Version string   `xml:"version,attr"`
	Title   string   `xml:"head>title"`
	Body    opmlBody `xml:"body"`
}

type opmlBody struct {
	Outlines []opmlOutline `xml:"outline"`
}

type opmlOutline struct {
	Text     string `xml:"text,attr"`
	Title    string `xml:"title,attr"`
	Type     string `xml:"type,attr"`
	FeedURL  string `xml:"xmlUrl,attr"`
	SiteURL  string `xml:"htmlUrl,attr,omitempty"`
	Language string `xml:"language,attr,omitempty"`
	Category string `xml:"category,attr,omitempty"`
}

// OPML writes a subscription list by OPML 2.0, the outlines in the order given.
// Tags become its categories, where commas separate them, so a comma in a tag
// becomes a space. An outline whose FeedURL is no http or https address is left
// out.
func OPML(title string, outlines []Outline) ([]byte, error) {
	root := opmlRoot{Version: "2.0", Title: cmp.Or(line(title), "Wiredesk")}
	for _, o := range outlines {
		feed := address(o.FeedURL)
		if feed == "" {
			continue
		}
		name := cmp.Or(line(o.Title), feed)
		var tags []string
		for _, tag := range lines(o.Tags, maxCategories) {
			tags = append(tags, line(strings.ReplaceAll(tag, ",", " ")))
		}
		root.Body.Outlines = append(root.Body.Outlines, opmlOutline{
			Text: name, Title: name, Type: cmp.Or(line(o.Type), "rss"),
			FeedURL: feed, SiteURL: address(o.SiteURL),
			Language: language(o.Language), Category: strings.Join(tags, ","),
		})
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	enc := xml.NewEncoder(&b)
	enc.Indent("", "  ")
	if err := enc.Encode(root); err != nil {
		return nil, fmt.Errorf("write OPML: %w", err)
	}
	b.WriteByte('\n')
	return b.Bytes(), nil
}
