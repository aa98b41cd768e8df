package parse

import (
	"bytes"
	"fmt"
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
	title, summary                     textType // of Atom text
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

const (
	nameByte  = 1 << iota // may stand in a name
	nameStart             // may begin one
	space
)

var byteClass = func() (class [256]byte) {
	for c := 'a'; c <= 'z'; c++ {
		class[c], class[c-'a'+'A'] = nameByte|nameStart, nameByte|nameStart
	}
	for c := '0'; c <= '9'; c++ {
		class[c] = nameByte
	}
	class['_'], class['-'], class['.'], class[':'] = nameByte|nameStart, nameByte, nameByte, nameByte
	class[' '], class['\t'], class['\n'], class['\r'] = space, space, space, space
	return class
}()

// nameEnd returns the end of the name at i, which is i where there is none.
func nameEnd(b []byte, i int) int {
	if i >= len(b) || byteClass[b[i]]&nameStart == 0 {
		return i
	}
	for i < len(b) && byteClass[b[i]]&nameByte != 0 {
		i++
	}
	return i
}

func skipSpace(b []byte, i int) int {
	for i < len(b) && byteClass[b[i]]&space != 0 {
		i++
	}
	return i
}

// local returns a name without its prefix.
func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// wellNamed reports whether a name has at most one prefix and something behind
// it.
func wellNamed(name []byte) bool {
	i := bytes.IndexByte(name, ':')
	return i < 0 || i < len(name)-1 && bytes.IndexByte(name[i+1:], ':') < 0
}

// void reports whether HTML knows the element as one without an end tag.
func void(name []byte) bool {
	switch string(name) {
	case "br", "hr", "img", "wbr", "BR", "HR", "IMG":
		return true
	}
	return false
}

func (s *scanner) startTag(at int) (int, error) {
	i := nameEnd(s.src, at+1)
	if i == len(s.src) {
		return -1, nil
	}
	name := s.src[at+1 : i]
	if c := s.src[i]; byteClass[c]&space == 0 && c != '/' && c != '>' || !wellNamed(name) {
		s.mend(at, at+1, "&lt;") // such as <someone@example.org>
		return at + 1, nil
	}
	s.piece()
	if s.entry > 0 && bytes.Equal(name, s.open[s.entry].name) {
		s.closing(s.entry, at, at)
	}
	f, err := s.push(at, name)
	if err != nil || s.doc.capped {
		return 0, err
	}
	end, empty := s.attrs(f, i)
	if end < 0 {
		s.undo(f.out, at, at)
		if f.place == placeEntry {
			s.doc.skipped++
		}
		s.open = s.open[:len(s.open)-1]
		return -1, nil
	}
	if n := s.attributes; n > maxAttributes {
		return 0, errHostile(fmt.Sprintf("it has more than %d attributes", maxAttributes))
	}
	if f.scope > maxScope {
		return 0, errHostile(fmt.Sprintf("it declares more than %d namespaces at once", maxScope))
	}
	s.scopeWork += f.scope
	if !empty && s.entry > 0 && s.copied < end && void(name) {
		s.mend(end-1, end, "/>")
		empty = true
	}
	if f.gone {
		s.undo(f.out, at, end)
	}
	if empty {
		s.pop(s.outAt(end))
	}
	return end, nil
}

// push opens the element whose start tag begins at at.
func (s *scanner) push(at int, name []byte) (*frame, error) {
	if s.elements++; s.elements > maxElements {
		return nil, errHostile(fmt.Sprintf("it has more than %d elements", maxElements))
	}
	if len(s.open) >= s.maxDepth {
		return nil, errHostile(fmt.Sprintf("its elements are nested more than %d deep", s.maxDepth))
	}
	f := frame{name: name, out: s.outAt(at)}
	if len(s.open) == 0 {
		f.place = placeRoot
	} else {
		parent := &s.open[len(s.open)-1]
		f.scope = parent.scope
		s.locate(&f, parent)
	}
	if f.place == placeEntry {
		if len(s.doc.notes)+len(s.late) >= s.maxEntries {
			s.capAt(at)
			return nil, nil
		}
		s.entry = len(s.open)
	}
	s.open = append(s.open, f)
	return &s.open[len(s.open)-1], nil
}

// locate says what an element is to the feed.
func (s *scanner) locate(f, parent *frame) {
	if s.doc.format == opmlFormat {
		f.place = placeChannel // all of it is a list of lists
		return
	}
	if parent.place != placeRoot && parent.place != placeChannel {
		return
	}
	prefix := f.name[:len(f.name)-len(local(f.name))]
	root := s.open[0].name
	rootPrefix := root[:len(root)-len(local(root))]
	if len(prefix) > 0 && s.doc.format != rdfFormat && !bytes.Equal(prefix, rootPrefix) {
		return
	}
	switch name := local(f.name); s.doc.format {
	case atomFormat:
		if bytes.EqualFold(name, []byte("entry")) {
			f.place = placeEntry
		}
	case rssFormat, rdfFormat:
		switch {
		case bytes.EqualFold(name, []byte("item")):
			f.place = placeEntry
			f.second = parent.place == placeRoot || parent.gone
		case bytes.EqualFold(name, []byte("channel")) && parent.place == placeRoot:
			f.place = placeChannel
			s.channels++
			// gofeed keeps the last channel only, but all entries of the root.
			f.gone = s.channels > 1
		}
	}
}

// attrs reads the attributes of f from i on and returns the end of the tag, or
// -1 where the document breaks off, and whether the tag is its own end.
func (s *scanner) attrs(f *frame, i int) (end int, empty bool) {
	for n := 0; ; n++ {
		i = skipSpace(s.src, i)
		if i >= len(s.src) {
			return -1, false
		}
		switch s.src[i] {
		case '>':
			return i + 1, false
		case '<':
			s.mend(i, i, ">")
			return i, false
		case '/':
			if i+1 < len(s.src) && s.src[i+1] == '>' {
				return i + 2, true
			}
			s.mend(i, i+1, " ")
			i++
			continue
		}
		from := i
		i = nameEnd(s.src, i)
		name := s.src[from:i]
		if len(name) == 0 || !wellNamed(name) || n >= maxAttrs {
			// Not the name of an attribute, or one too many.
			i++
			for i < len(s.src) && byteClass[s.src[i]]&space == 0 && s.src[i] != '>' && s.src[i] != '<' && s.src[i] != '/' {
				i++
			}
			s.mend(from, i, "")
			continue
		}
		s.attributes++
		value := skipSpace(s.src, i)
		if value >= len(s.src) || s.src[value] != '=' {
			continue // without a value
		}
		value = skipSpace(s.src, value+1)
		if value >= len(s.src) {
			return -1, false
		}
		quote := s.src[value]
		if quote != '"' && quote != '\'' {
			i = s.unquoted(value)
			s.attr(f, from, name, s.src[value:i])
			s.mend(value, i, `"`+strings.ReplaceAll(string(s.src[value:i]), `"`, "&quot;")+`"`)
			continue
		}
		length := bytes.IndexByte(s.src[value+1:], quote)
		if length < 0 {
			return -1, false
		}
		i = value + length + 2
		s.attr(f, from, name, s.src[value+1:i-1])
		s.escapeValue(value+1, i-1)
	}
}

// unquoted returns the end of the value without quotes at i.
func (s *scanner) unquoted(i int) int {
	end := i
	for end < len(s.src) && byteClass[s.src[end]]&space == 0 && s.src[end] != '>' && s.src[end] != '<' {
		end++
	}
	if end < len(s.src) && s.src[end] == '>' && end > i && s.src[end-1] == '/' {
		end--
	}
	return end
}

func (s *scanner) escapeValue(from, to int) {
	for {
		n := bytes.IndexByte(s.src[from:to], '<')
		if n < 0 {
			return
		}
		s.mend(from+n, from+n+1, "&lt;")
		from += n + 1
	}
}

// attr notes what gofeed does not pass on. at is where the name begins.
func (s *scanner) attr(f *frame, at int, name, value []byte) {
	switch {
	case len(name) > 4 && name[0] == 'x' && bytes.HasPrefix(name, []byte("xml")):
		s.xmlAttr(f, at, name, value)
	case f.place == placeEntry && s.doc.format == rdfFormat && string(local(name)) == "about":
		s.note.about = html.UnescapeString(string(value))
	case s.doc.format == atomFormat && (string(name) == "type" || string(name) == "mode"):
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

func (s *scanner) endTag(at int) int {
	i := nameEnd(s.src, at+2)
	name := s.src[at+2 : i]
	end := skipSpace(s.src, i)
	if end >= len(s.src) {
		return -1
	}
	tidy := s.src[end] == '>'
	if !tidy {
		n := bytes.IndexAny(s.src[end:], "<>")
		if n < 0 {
			return -1
		}
		end += n
	}
	if s.src[end] == '>' {
		end++
	}
	for n := len(s.open) - 1; n >= 0; n-- {
		f := &s.open[n]
		if len(f.name) != len(name) || !bytes.EqualFold(f.name, name) {
			continue
		}
		if n == len(s.open)-1 && tidy && !f.gone && bytes.Equal(f.name, name) {
			s.pop(s.outAt(end))
			return end
		}
		s.closing(n, at, end)
		return end
	}
	s.mend(at, end, "")
	return end
}
