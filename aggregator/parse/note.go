package parse

import (
	"bytes"
	"strings"

	"golang.org/x/net/html"
)

// note is what an element says that gofeed does not pass on. The bases are
// xml:base as written; the place they are relative to is the one outside.
type note struct {
	about string // rdf:about
	lang  string // xml:lang
	base  string

	linkBase, contentBase, summaryBase string
	title, summary, content            textType // of Atom text
}

// textType is how the text of an Atom element is meant (RFC 4287, section
// 3.1.1).
type textType byte

const (
	textUntyped textType = iota // no type: text, unless it looks like HTML
	textPlain
	textHTML
	textEscaped // Atom 0.3: mode="escaped" without a type, not yet unescaped
)

// attr notes what gofeed does not pass on. The name begins at at, the value at
// valueAt.
func (s *scanner) attr(f *frame, at, valueAt int, name, value []byte) {
	switch {
	case len(name) > 4 && name[0] == 'x' && bytes.HasPrefix(name, []byte("xml")):
		s.xmlAttr(f, at, name, value)
	case f.place == placeEntry && s.doc.format == rdfFormat && string(local(name)) == "about":
		s.note.about = html.UnescapeString(string(value))
	case s.doc.format == atomFormat && (string(name) == "type" || string(name) == "mode"):
		f.aside = f.aside && entityCoded(string(name), value)
		f.kind = span{valueAt, valueAt + len(value)}
		if to := s.noteOfParent(); to != nil {
			to.typed(f.name, string(name), strings.ToLower(string(value)))
		}
	}
}

func (s *scanner) xmlAttr(f *frame, at int, name, value []byte) {
	switch {
	case bytes.HasPrefix(name, []byte("xmlns")):
		f.scope++
		if f.place == placeRoot && s.doc.format == atomFormat && len(name) == len("xmlns") && !atomSpace(value) {
			// Under a name space it does not know gofeed would find nothing.
			s.mend(at, at+len(name), "wrong")
		}
	case string(name) == "xml:base":
		// Resolved here: gofeed takes the last step of a base's path for a folder.
		s.replace(at, at+len(name), "base")
		s.rebase(f, html.UnescapeString(string(value)))
	case string(name) == "xml:lang":
		switch f.place {
		case placeEntry:
			s.note.lang = string(value)
		case placeRoot, placeChannel:
			s.doc.feed.lang = string(value)
		}
	}
}

func atomSpace(value []byte) bool {
	switch string(bytes.TrimSpace(value)) {
	case "http://www.w3.org/2005/Atom", "http://purl.org/atom/ns#":
		return true
	}
	return false
}

// rebase notes an xml:base. Deeper than an entry's children none is kept.
func (s *scanner) rebase(f *frame, base string) {
	switch f.place {
	case placeEntry:
		s.note.base = base
	case placeRoot, placeChannel:
		s.doc.feed.base = joinBase(s.doc.feed.base, base)
	case placeOther:
		to := s.noteOfParent()
		if to == nil {
			return
		}
		switch strings.ToLower(string(local(f.name))) {
		case "link", "guid", "enclosure":
			to.linkBase = base
		case "content", "encoded":
			to.contentBase = base
		case "summary", "description":
			to.summaryBase = base
		}
	}
}

// noteOfParent returns the note of the entry or feed that the innermost element
// is a child of, or nil.
func (s *scanner) noteOfParent() *note {
	if len(s.open) < 2 {
		return nil
	}
	switch s.open[len(s.open)-2].place {
	case placeEntry:
		return &s.note
	case placeRoot, placeChannel:
		return &s.doc.feed
	}
	return nil
}

func (n *note) typed(element []byte, name, value string) {
	to := &n.summary
	switch strings.ToLower(string(local(element))) {
	case "title":
		to = &n.title
	case "content":
		to = &n.content
	case "summary":
	default:
		return
	}
	switch {
	case name == "mode" && value == "escaped":
		if *to == textUntyped {
			*to = textEscaped
		}
	case name == "mode":
	case strings.Contains(value, "html"):
		*to = textHTML
	case value == "text" || strings.HasPrefix(value, "text/"):
		*to = textPlain
	}
}
