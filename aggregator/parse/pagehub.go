package parse

import (
	"bytes"
	"net/url"
	"strings"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"

	"wiredesk/aggregator"
)

// pageHubs returns what the head of an HTML page says of where its changes are
// announced (W3C WebSub, section 4): Self and Hubs, nothing else. Links in the
// body do not count, since readers may have written them (section 8.1).
func pageHubs(text []byte, link string) aggregator.Document {
	r := &reader{}
	r.base, _ = url.Parse(link)
	based := false // only the first base counts
	z := html.NewTokenizer(bytes.NewReader(text[:min(len(text), maxPageBytes)]))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return r.doc
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			switch atom.Lookup(name) {
			case atom.Body:
				return r.doc
			case atom.Base:
				if !more || based {
					continue
				}
				if href := attributes(z)["href"]; href != "" {
					r.base, based = within(r.base, href), true
				}
			case atom.Link:
				if more {
					r.pageLink(attributes(z))
				}
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == atom.Head {
				return r.doc
			}
		case html.TextToken, html.CommentToken, html.DoctypeToken:
		}
	}
}

func (r *reader) pageLink(attrs map[string]string) {
	for rel := range strings.FieldsSeq(strings.ToLower(attrs["rel"])) {
		switch rel {
		case "self":
			r.doc.Self = first(r.doc.Self, resolve(r.base, attrs["href"]))
		case "hub":
			r.hub(attrs["href"])
		}
	}
}
