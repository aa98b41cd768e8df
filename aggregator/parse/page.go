package parse

import (
	"bytes"
	"io"
	"net/url"
	"slices"
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

// Page is what a page says of feeds.
type Page struct {
	Feeds []Link // that it announces (<link rel="alternate"> with the type of a feed), each once, in order
	// Leads are links that by their address, type or words lead to a feed or to a
	// list of feeds: those in its text (<a href>), and those it announces under
	// another type. Each once, in order, none of Feeds among them. What is behind
	// them has yet to be seen.
	Leads []Link
}

// Link is where a page leads.
type Link struct {
	URL   string // absolute http or https
	Type  string // MIME type, lower case, without parameters; empty: not given
	Title string // plain text; empty: none
}

// Page returns what an HTML page says of feeds. contentType and link are as
// for Parse. The error is an [aggregator.Problem] of the kind not_feed where
// the body is no HTML; a page that says nothing is no error.
func (p *Parser) Page(body []byte, contentType, link string) (Page, error) {
	trimmed := bytes.TrimSpace(body)
	if len(trimmed) == 0 {
		return Page{}, aggregator.Problem{Kind: aggregator.ProblemNotFeed, Message: "the server sent an empty document"}
	}
	if bytes.IndexByte(trimmed, '<') < 0 {
		return Page{}, aggregator.Problem{Kind: aggregator.ProblemNotFeed, Message: "this is no HTML page"}
	}
	if findRoot(trimmed).format == opmlFormat {
		return Page{}, aggregator.Problem{Kind: aggregator.ProblemNotFeed, Message: opmlMessage}
	}
	return readPage(body, contentType, link), nil
}

// readPage reads the first maxPageBytes of a page, and maxLinks of each kind.
func readPage(body []byte, contentType, link string) Page {
	body = body[:min(len(body), maxPageBytes)]
	var source io.Reader = bytes.NewReader(body)
	if e, _, sure := charset.DetermineEncoding(body[:min(len(body), 1024)], contentType); sure || !utf8.Valid(body) {
		source = e.NewDecoder().Reader(source)
	}
	r := pageReader{feeds: make(map[string]bool), leads: make(map[string]bool)}
	r.base, _ = url.Parse(link)
	r.site = r.base
	z := html.NewTokenizer(source)
	for {
		switch z.Next() {
		case html.ErrorToken:
			r.closeAnchor()
			return r.end()
		case html.StartTagToken, html.SelfClosingTagToken:
			name, more := z.TagName()
			r.start(atom.Lookup(name), more, z)
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == atom.A {
				r.closeAnchor()
			}
		case html.TextToken:
			if r.anchor != nil {
				r.say(string(z.Text()))
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}

// pageReader reads one page.
type pageReader struct {
	site, base   *url.URL // where the page is, what its links are relative to; nil: unknown
	based        bool     // the page has said what they are relative to
	page         Page
	feeds, leads map[string]bool // by address
	anchor       *anchor         // that is open; nil: none
}

// anchor is an <a> with its words.
type anchor struct {
	href, kind string
	words      strings.Builder
}

func (r *pageReader) start(a atom.Atom, more bool, z *html.Tokenizer) {
	if !more {
		return
	}
	switch a {
	case atom.Base:
		// The first one counts (HTML, section 4.2.3). Were each taken as relative
		// to the one before, a page could make them longer and longer.
		if href := attributes(z)["href"]; href != "" && !r.based {
			r.base, r.based = within(r.base, href), true
		}
	case atom.Link:
		r.link(attributes(z))
	case atom.A, atom.Area:
		r.closeAnchor()
		attrs := attributes(z)
		if attrs["href"] != "" && len(r.page.Leads) < maxLinks {
			r.anchor = &anchor{href: attrs["href"], kind: mediaType(attrs["type"])}
			r.say(attrs["title"])
		}
	case atom.Img:
		if r.anchor != nil {
			r.say(attributes(z)["alt"]) // the orange button
		}
	}
}

func (r *pageReader) link(attrs map[string]string) {
	l := Link{URL: resolve(r.base, feedScheme(attrs["href"])), Type: mediaType(attrs["type"]), Title: folded(attrs["title"])}
	switch {
	case l.URL == "" || r.feeds[l.URL] || !otherForm(attrs["rel"]):
	case FeedType(l.Type):
		if len(r.page.Feeds) < maxLinks {
			r.feeds[l.URL] = true
			r.page.Feeds = append(r.page.Feeds, l)
		}
	case l.Type == "text/xml" || l.Type == "application/xml" || leadsToFeed(r.site, l.URL, ""):
		r.lead(l) // announced, but not by its proper name
	}
}

func (r *pageReader) lead(l Link) {
	if !r.leads[l.URL] && len(r.page.Leads) < maxLinks {
		r.leads[l.URL] = true
		r.page.Leads = append(r.page.Leads, l)
	}
}

// maxWordsBytes is how much of an anchor's words is looked at.
const maxWordsBytes = 100

func (r *pageReader) say(words string) {
	if w := &r.anchor.words; w.Len() < maxWordsBytes {
		w.WriteString(words[:min(len(words), maxWordsBytes)])
		w.WriteByte(' ')
	}
}

func (r *pageReader) closeAnchor() {
	a := r.anchor
	if a == nil {
		return
	}
	r.anchor = nil
	href := feedScheme(a.href)
	l := Link{URL: resolve(r.base, href), Type: a.kind, Title: folded(strings.ToValidUTF8(a.words.String(), ""))}
	l.URL, _, _ = strings.Cut(l.URL, "#")
	if l.URL != "" && (FeedType(l.Type) || href != strings.TrimSpace(a.href) || leadsToFeed(r.site, l.URL, l.Title)) {
		r.lead(l)
	}
}

func (r *pageReader) end() Page {
	r.page.Leads = slices.DeleteFunc(r.page.Leads, func(l Link) bool { return r.feeds[l.URL] })
	return r.page
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

// otherForm reports whether a <link> with such a rel leads to another form of
// the page.
func otherForm(rel string) bool {
	found := false
	for word := range strings.FieldsSeq(strings.ToLower(rel)) {
		switch word {
		case "alternate", "feed":
			found = true
		case "stylesheet":
			return false
		}
	}
	return found
}

// FeedType reports whether a MIME type, in lower case and without parameters,
// is that of a feed and of nothing else. application/json is not: it is that of
// an API more often than of a feed.
func FeedType(kind string) bool {
	switch kind {
	case "application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml",
		"application/x.atom+xml", "application/x-atom+xml", "application/x-rss+xml", "text/rss+xml", "text/atom+xml", "text/rss":
		return true
	}
	return false
}
