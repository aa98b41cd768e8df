package parse

import (
	"bytes"
	"html"
	"regexp"
	"strings"

	"github.com/mmcdole/gofeed/atom"

	"wiredesk/aggregator"
)

// readAtom reads Atom 0.3 and 1.0 (RFC 4287).
func (r *reader) readAtom(d document) error {
	var feed *atom.Feed
	entries, notes, skipped, err := each(d, func(body []byte) ([]*atom.Entry, error) {
		f, err := (&atom.Parser{}).Parse(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		if feed == nil {
			feed = f
		}
		return f.Entries, nil
	})
	if err != nil {
		return err
	}
	r.doc.Skipped += skipped
	r.describeAtom(feed, d.feed)
	for i, entry := range entries {
		r.add(r.atomEntry(entry, notes[i], feed))
	}
	return nil
}

func (r *reader) describeAtom(f *atom.Feed, n note) {
	r.doc.Format = "atom"
	r.doc.Title = r.headline(atomText(f.Title, n.title, false))
	r.doc.Language = language(first(f.Language, n.lang))
	for _, l := range f.Links {
		switch strings.ToLower(l.Rel) {
		case "self":
			r.doc.Self = first(r.doc.Self, resolve(r.base, l.Href))
		case "hub":
			r.hub(l.Href)
		}
	}
	r.doc.Site = resolve(r.base, alternate(f.Links))
	r.doc.Hints.MinInterval = updateInterval(f.Extensions["sy"])
}

// alternate returns the page behind a feed or an entry, HTML preferred.
func alternate(links []*atom.Link) string {
	found := ""
	for _, l := range links {
		switch {
		case !strings.EqualFold(l.Rel, "alternate") && l.Rel != "http://www.iana.org/assignments/relation/alternate":
		case l.Type == "" || strings.Contains(l.Type, "html"):
			return l.Href
		case found == "":
			found = l.Href
		}
	}
	return found
}

func (r *reader) atomEntry(e *atom.Entry, n note, feed *atom.Feed) *item {
	base := within(r.base, n.base)
	it := &item{
		guid:      e.ID,
		link:      first(extValue(e.Extensions["feedburner"], "origLink"), alternate(e.Links)),
		permalink: true,
		base:      within(base, n.linkBase),
		title:     atomText(e.Title, n.title, false),
		summary:   atomText(e.Summary, n.summary, true),
		language:  first(n.lang, extValue(e.Extensions["dc"], "language")),
		published: e.Published,
		updated:   e.Updated,
	}
	it.summary.base = rebased(base, n.summaryBase)
	if e.Content != nil {
		it.content = atomContent(e.Content, n.content)
		it.content.base = rebased(base, n.contentBase)
		if it.link == "" {
			it.link = e.Content.Src
		}
	}
	people := e.Authors
	if len(people) == 0 && e.Source != nil {
		people = e.Source.Authors
	}
	if len(people) == 0 {
		people = feed.Authors
	}
	for _, p := range people {
		it.authors = append(it.authors, aggregator.Author{Name: first(p.Name, p.Email), URL: p.URI})
	}
	for _, name := range e.Extensions["dc"]["creator"] {
		it.authors = append(it.authors, aggregator.Author{Name: name.Value})
	}
	for _, c := range e.Categories {
		it.categories = append(it.categories, first(c.Label, c.Term))
	}
	for _, l := range e.Links {
		if strings.EqualFold(l.Rel, "enclosure") {
			it.enclosures = append(it.enclosures, enclosure{l.Href, l.Type, l.Length})
		}
	}
	it.extend(e.Extensions)
	return it
}

// atomText returns text as its type means it. gofeed has unescaped it once.
func atomText(value string, t textType, sniff bool) prose {
	switch t {
	case textHTML:
		return prose{value: value, html: true}
	case textEscaped:
		return prose{value: html.UnescapeString(value), html: true}
	case textUntyped:
		return prose{value: value, html: sniff && looksLikeHTML(value)}
	}
	return prose{value: value}
}

// atomContent returns the content of an entry, empty where it stands elsewhere
// or is no text.
func atomContent(c *atom.Content, t textType) prose {
	switch {
	case c.Src != "":
		return prose{}
	case t == textUntyped && c.Type != "":
		return prose{} // pictures and the like
	}
	return atomText(c.Value, t, true)
}

// htmlEnd is what tells HTML from text that mentions a tag.
var htmlEnd = regexp.MustCompile(`(?i)</(p|a|b|i|em|strong|div|span|ul|ol|li|h[1-6]|blockquote|table|figure)>|<(br|img|hr)[ />]`)

// looksLikeHTML reports whether text without a type is HTML all the same.
func looksLikeHTML(s string) bool {
	return strings.IndexByte(s, '<') >= 0 && htmlEnd.MatchString(s)
}
