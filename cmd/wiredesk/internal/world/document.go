package world

import (
	"encoding/xml"
	"fmt"
	"html"
	"strings"
	"time"
)

// document is a feed as a server sends it.
type document struct {
	body        []byte
	contentType string
	changed     time.Time // when its newest text came out; zero: nothing is out yet
}

// document returns what the wire's feed looks like at the instant now.
func (w *World) document(from *wire, now time.Time) (document, error) {
	entries := w.entries(from, now)
	var doc document
	for i := range entries {
		e := &entries[i]
		if e.updated.After(doc.changed) {
			doc.changed = e.updated
		}
		if from.brief {
			e.text = e.text[:1]
		}
	}
	var err error
	switch from.Format {
	case "rss":
		doc.contentType = "application/rss+xml"
		doc.body, err = w.rss(from, entries, now)
	case "atom":
		doc.contentType = "application/atom+xml"
		doc.body, err = marshalXML(from, atomOf(from, entries, doc.changed))
	case "json":
		doc.contentType = "application/feed+json"
		doc.body, err = marshalJSON(from, entries)
	default:
		err = fmt.Errorf("no such format: %q", from.Format)
	}
	if from.charset != nil {
		doc.contentType += "; charset=" + from.charset.name
	}
	return doc, err
}

// rss returns the RSS document of the wire, with the bad habits of a sloppy
// one.
func (w *World) rss(from *wire, entries []entry, now time.Time) ([]byte, error) {
	root := rssOf(from, entries)
	if from.manner != sloppy {
		return marshalXML(from, root)
	}
	for i := range root.Channel.Items {
		item := &root.Channel.Items[i]
		item.GUID.Value = fmt.Sprintf("%s-%x", item.GUID.Value, now.UnixNano())
		item.Link = strings.TrimPrefix(item.Link, from.base)
		item.Title = html.EscapeString(item.Title)
	}
	body, err := marshalXML(from, root)
	if cutShort(w.clock.at(now)) {
		body = body[:len(body)*4/5]
	}
	return body, err
}

// marshalXML returns the document in the charset of the wire, which it
// declares.
func marshalXML(from *wire, root any) ([]byte, error) {
	body, err := xml.MarshalIndent(root, "", " ")
	if err != nil {
		return nil, fmt.Errorf("wire %s: %w", from.ID, err)
	}
	if from.charset == nil {
		return append([]byte(xml.Header), body...), nil
	}
	declaration := fmt.Sprintf("<?xml version=%q encoding=%q?>\n", "1.0", from.charset.name)
	return from.charset.encode(declaration + string(body)), nil
}

// markup returns the paragraphs as HTML.
func markup(text []string) string {
	var b strings.Builder
	for _, paragraph := range text {
		b.WriteString("<p>" + html.EscapeString(paragraph) + "</p>")
	}
	return b.String()
}

// tag returns a name that is the wire's own for ever (RFC 4151), whatever port
// its server is on.
func (from *wire) tag(path string) string {
	return "tag:" + from.ID + ".example,2026:" + path
}

// local returns the instant as the wire's own clock shows it.
func (from *wire) local(t time.Time) time.Time {
	return t.In(time.FixedZone("", int(from.zone/time.Second)))
}
