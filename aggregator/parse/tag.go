package parse

import (
	"bytes"
	"fmt"
	"strings"
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
		return 0, hostileError(fmt.Sprintf("it has more than %d attributes", maxAttributes))
	}
	if f.scope > maxScope {
		return 0, hostileError(fmt.Sprintf("it declares more than %d namespaces at once", maxScope))
	}
	s.scopeWork += f.scope
	if !empty && s.entry > 0 && s.copied < end && void(name) {
		s.mend(end-1, end, "/>")
		empty = true
	}
	if f.gone {
		s.undo(f.out, at, end)
	}
	f.inner = end
	if empty {
		s.pop(s.outAt(end))
	}
	return end, nil
}

// push opens the element whose start tag begins at at.
func (s *scanner) push(at int, name []byte) (*frame, error) {
	if s.elements++; s.elements > maxElements {
		return nil, hostileError(fmt.Sprintf("it has more than %d elements", maxElements))
	}
	if len(s.open) >= s.maxDepth {
		return nil, hostileError(fmt.Sprintf("its elements are nested more than %d deep", s.maxDepth))
	}
	f := frame{name: name, out: s.outAt(at)}
	if len(s.open) == 0 {
		f.place = placeRoot
	} else {
		parent := &s.open[len(s.open)-1]
		f.scope = parent.scope
		f.aside = parent.place == placeEntry && long(name)
		parent.aside = false
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
			s.attr(f, from, value, name, s.src[value:i])
			s.mend(value, i, `"`+strings.ReplaceAll(string(s.src[value:i]), `"`, "&quot;")+`"`)
			continue
		}
		length := bytes.IndexByte(s.src[value+1:], quote)
		if length < 0 {
			return -1, false
		}
		i = value + length + 2
		s.attr(f, from, value+1, name, s.src[value+1:i-1])
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
			if f.aside {
				s.setAside(f, at)
			}
			s.pop(s.outAt(end))
			return end
		}
		s.closing(n, at, end)
		return end
	}
	s.mend(at, end, "")
	return end
}
