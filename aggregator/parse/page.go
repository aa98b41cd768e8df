package parse

import (
	"bytes"
	"io"
	"net/url"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
	"golang.org/x/net/html/charset"

	"wiredesk/aggregator"
)

// Limits of a page that is searched for feeds.
const (
	maxPageBytes = 4 << 20
	maxLinks     = 200
)

// Link is a feed that a page announces.
type Link struct {
	URL   string // absolute http or https
	Type  string // MIME type, lower case, without parameters
	Title string // plain text; empty: none
}

// Page returns the feeds that an HTML page announces (<link rel="alternate">
// with the type of a feed), each once, in order. contentType and link are as
// for Parse. The error is an [aggregator.Problem] of the kind not_feed where
// the body is no HTML; a page that announces nothing is no error.
func (p *Parser) Page(body []byte, contentType, link string) ([]Link, error) {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return nil, aggregator.Problem{Kind: aggregator.ProblemNotFeed, Message: "the server sent an empty document"}
	}
	if bytes.IndexByte(trimmed, '<') < 0 {
		return nil, aggregator.Problem{Kind: aggregator.ProblemNotFeed, Message: "this is no HTML page"}
	}
	return p.announced(body, contentType, link), nil
}

func (p *Parser) announced(body []byte, contentType, link string) []Link {
	body = body[:min(len(body), maxPageBytes)]
	var source io.Reader = bytes.NewReader(body)
	if e, _, sure := charset.DetermineEncoding(body[:min(len(body), 1024)], contentType); sure || !utf8.Valid(body) {
		source = e.NewDecoder().Reader(source)
	}
	base, _ := url.Parse(link)
	var links []Link
	seen := make(map[string]bool)
	z := html.NewTokenizer(source)
	for len(links) < maxLinks {
		switch z.Next() {
		case html.ErrorToken:
			return links
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			a := atom.Lookup(name)
			if !more || a != atom.Link && a != atom.Base {
				continue
			}
			attrs := attributes(z)
			if a == atom.Base {
				base = within(base, attrs["href"])
				continue
			}
			l := Link{URL: resolve(base, feedScheme(attrs["href"])), Type: mediaType(attrs["type"]), Title: folded(attrs["title"])}
			if l.URL != "" && announces(attrs["rel"], l.Type) && !seen[l.URL] {
				seen[l.URL] = true
				links = append(links, l)
			}
		case html.TextToken, html.EndTagToken, html.CommentToken, html.DoctypeToken:
		}
	}
	return links
}

func attributes(z *html.Tokenizer) map[string]string {
	attrs := make(map[string]string)
	for more := true; more; {
		var key, value []byte
		key, value, more = z.TagAttr()
		if _, known := attrs[string(key)]; !known {
			attrs[string(key)] = string(value)
		}
	}
	return attrs
}

// feedScheme undoes the schemes that browsers once handed to feed readers.
func feedScheme(ref string) string {
	ref = strings.TrimSpace(ref)
	if len(ref) > 5 && strings.EqualFold(ref[:5], "feed:") {
		if rest := ref[5:]; !strings.HasPrefix(rest, "//") {
			return rest
		}
		return "http:" + ref[5:]
	}
	return ref
}

func mediaType(s string) string {
	kind, _, _ := strings.Cut(s, ";")
	return strings.ToLower(strings.TrimSpace(kind))
}

// announces reports whether a link with such a rel and type leads to a feed.
func announces(rel, kind string) bool {
	alternate := false
	for word := range strings.FieldsSeq(strings.ToLower(rel)) {
		switch word {
		case "alternate":
			alternate = true
		case "stylesheet":
			return false
		}
	}
	switch kind {
	case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
		"application/x.atom+xml", "application/x-atom+xml", "application/x-rss+xml", "text/rss+xml", "text/atom+xml", "text/rss":
		return alternate
	}
	// application/json announces an API more often than a feed.
	return false
}
