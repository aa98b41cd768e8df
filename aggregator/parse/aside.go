package parse

import (
	"bytes"
	"html"
	"strconv"
	"strings"
)

// minAside is the length from which on a text is set aside.
//
// encoding/xml, which gofeed stands on, looks at every byte by itself, three
// times over. So the scan takes the long texts of the entries out of the
// document, leaves marks in their place, and they are put back behind gofeed:
// that halves the cost of reading a feed.
const minAside = 64

// asideMark stands around the number of a text that was set aside. Unicode
// keeps the character free for such uses.
const asideMark = "\uFDD0"

// long reports whether the element, a child of an entry, holds its text.
func long(name []byte) bool {
	switch string(name) {
	case "description", "content:encoded", "content", "summary":
		return true
	}
	return false
}

// entityCoded reports whether the attribute of an Atom element lets its text be
// nothing but characters and references.
func entityCoded(name string, value []byte) bool {
	if name != "type" {
		return false
	}
	switch string(value) {
	case "html", "text", "text/html", "text/plain":
		return true
	}
	return false
}

// setAside takes the text of f, which ends at to, out of the document, if it is
// worth it and all of the tag is yet to be written.
func (s *scanner) setAside(f *frame, to int) {
	from := f.inner
	if to-from < minAside || s.copied > from || s.copied > f.kind.from && f.kind.to > 0 {
		return
	}
	if f.kind.to > 0 {
		// gofeed would parse the mark as HTML.
		s.replace(f.kind.from, f.kind.to, "text")
	}
	s.replace(from, to, asideMark+strconv.Itoa(len(s.doc.texts))+asideMark)
	s.doc.texts = append(s.doc.texts, s.src[from:to])
}

// whole returns value, or the text that was set aside where value stands for
// one.
func (r *reader) whole(value string) string {
	rest, found := strings.CutPrefix(value, asideMark)
	if !found {
		return value
	}
	number, found := strings.CutSuffix(rest, asideMark)
	if i, err := strconv.Atoi(number); found && err == nil && i >= 0 && i < len(r.texts) {
		return characters(r.texts[i])
	}
	return value
}

// characters returns the text of an element as gofeed would: without the space
// around it, CDATA as it is, references resolved elsewhere, those that HTML
// knows as well.
func characters(raw []byte) string {
	raw = bytes.TrimSpace(raw)
	var b strings.Builder
	b.Grow(len(raw))
	for {
		before, rest, found := bytes.Cut(raw, []byte("<![CDATA["))
		resolveReferences(&b, before)
		if !found {
			return b.String()
		}
		var inside []byte
		inside, raw, _ = bytes.Cut(rest, []byte("]]>"))
		b.Write(inside)
	}
}

// resolveReferences writes text with its references resolved. What no semicolon
// ends is no reference: HTML would take the copy out of ?a&copy=2.
func resolveReferences(b *strings.Builder, text []byte) {
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			b.Write(text)
			return
		}
		b.Write(text[:i])
		text = text[i:]
		end := bytes.IndexByte(text[:min(len(text), 64)], ';')
		if end < 0 {
			b.WriteByte('&')
			text = text[1:]
			continue
		}
		switch name := string(text[1:end]); name {
		case "lt":
			b.WriteByte('<')
		case "gt":
			b.WriteByte('>')
		case "amp":
			b.WriteByte('&')
		case "quot":
			b.WriteByte('"')
		case "apos":
			b.WriteByte('\'')
		default:
			value := html.UnescapeString("&" + name + ";")
			if strings.ContainsAny(name, " \t\r\n") || value == html.UnescapeString("&"+name)+";" {
				b.WriteByte('&')
				text = text[1:]
				continue
			}
			b.WriteString(value)
		}
		text = text[end+1:]
	}
}
