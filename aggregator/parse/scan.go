package parse

import (
	"bytes"
	"fmt"
)

// Limits of an XML document besides Options. They lie far above what feeds
// hold and far below what hurts.
const (
	maxElements   = 250_000
	maxAttributes = 500_000 // in the document
	maxAttrs      = 256     // of one element
	maxScope      = 256     // namespaces declared and in scope at once
	maxMends      = 100_000

	// gofeed copies the namespaces in scope at each element and the text of an
	// element at each piece that is added to it: both are counted as work.
	maxScopeWork = 8 << 20
	maxTextWork  = 512 << 20
)

// format is the kind of document a root element begins.
type format byte

const (
	unknownFormat format = iota
	rssFormat
	rdfFormat
	atomFormat
	opmlFormat
)

// place is what an open element is to the feed.
type place byte

const (
	placeOther place = iota
	placeRoot
	placeChannel
	placeEntry
)

// frame is an open element.
type frame struct {
	name   []byte
	place  place
	gone   bool // its tags are left out, its children stay
	out    int  // where its start tag begins in the output
	scope  int  // namespaces in scope
	text   int  // bytes of its own text so far
	second bool // entry of the root, not of a channel
	aside  bool // its text may be set aside
	inner  int  // where its start tag ends in the source
	kind   span // the value of its type, in the source; to is 0: none
}

// span is a range of bytes.
type span struct{ from, to int }

// document is an XML document that is safe to parse.
type document struct {
	format  format
	body    []byte // from the root's start tag to its end tag, well-formed
	feed    note
	notes   []note   // of the entries, in gofeed's order
	entries []span   // of the entries in body, in document order
	single  bool     // all entries stand in one container
	texts   [][]byte // set aside, as they were written
	skipped int
	mends   int
	cut     int  // bytes left out behind the first break
	capped  bool // more entries than are kept
}

// scanner walks once over the bytes of an XML document.
type scanner struct {
	maxDepth, maxEntries int

	src    []byte
	out    []byte
	copied int // src[:copied] is in out, or left out
	open   []frame
	entry  int // index of the open entry in open; 0: none
	note   note
	late   []note // of entries outside of a channel, which gofeed puts last
	doc    document

	elements, attributes  int
	scopeWork, textWork   int
	channels, rootEntries int
}

// hostileError says what of a document is over the limit.
type hostileError string

func (e hostileError) Error() string { return string(e) }

// scan makes a document safe to parse. src begins with the root's start tag.
func scan(src []byte, f format, maxDepth, maxEntries int) (document, error) {
	s := scanner{src: src, maxDepth: maxDepth, maxEntries: maxEntries, doc: document{format: f}}
	if err := s.run(); err != nil {
		return document{}, err
	}
	s.doc.notes = append(s.doc.notes, s.late...)
	s.doc.single = s.rootEntries == 0 || s.rootEntries == len(s.doc.notes)
	return s.doc, nil
}

func (s *scanner) run() error {
	for pos := 0; ; {
		n := bytes.IndexByte(s.src[pos:], '<')
		if n < 0 {
			return s.cut(len(s.src))
		}
		at := pos + n
		if n > 0 {
			s.text(pos, at)
		}
		end, err := s.markup(at)
		if err != nil {
			return err
		}
		switch {
		case s.doc.capped:
			return nil
		case end < 0:
			return s.cut(at)
		case len(s.open) == 0:
			return s.finish(end)
		}
		if s.doc.mends > maxMends {
			return hostileError(fmt.Sprintf("its markup is broken in more than %d places", maxMends))
		}
		if s.textWork > maxTextWork || s.scopeWork > maxScopeWork {
			return hostileError("its markup is far denser than that of a feed")
		}
		pos = end
	}
}

// markup reads what begins with the '<' at at and returns where it ends, or -1
// where the document breaks off.
func (s *scanner) markup(at int) (int, error) {
	rest := s.src[at:]
	if len(rest) < 2 {
		return -1, nil
	}
	switch c := rest[1]; {
	case c == '/':
		return s.endTag(at), nil
	case c == '?':
		return s.instruction(at), nil
	case c == '!':
		return s.declaration(at), nil
	case byteClass[c]&nameStart != 0:
		return s.startTag(at)
	}
	s.mend(at, at+1, "&lt;")
	return at + 1, nil
}

// text counts the text between two tags and escapes what XML forbids there.
func (s *scanner) text(from, to int) {
	if len(s.open) > 0 {
		s.open[len(s.open)-1].text += to - from
	}
	for seg := s.src[from:to]; ; {
		i := bytes.IndexByte(seg, ']')
		if i < 0 {
			return
		}
		if bytes.HasPrefix(seg[i:], []byte("]]>")) {
			at := to - len(seg) + i + 2
			s.mend(at, at+1, "&gt;")
		}
		seg = seg[i+1:]
	}
}

// piece counts the markup that interrupts the text of the innermost element.
func (s *scanner) piece() {
	if len(s.open) > 0 {
		s.textWork += s.open[len(s.open)-1].text
	}
}

// instruction reads a processing instruction. None means anything to a feed.
func (s *scanner) instruction(at int) int {
	n := bytes.Index(s.src[at:], []byte("?>"))
	if n < 0 {
		return -1
	}
	s.piece()
	s.replace(at, at+n+2, "")
	return at + n + 2
}

// declaration reads a comment, a CDATA section or a DOCTYPE.
func (s *scanner) declaration(at int) int {
	rest := s.src[at:]
	s.piece()
	switch {
	case bytes.HasPrefix(rest, []byte("<!--")):
		n := bytes.Index(rest[4:], []byte("-->"))
		if n < 0 {
			return -1
		}
		if comment := rest[4 : 4+n]; bytes.Contains(comment, []byte("--")) || bytes.HasSuffix(comment, []byte("-")) {
			s.mend(at, at+n+7, "")
		}
		return at + n + 7
	case bytes.HasPrefix(rest, []byte("<![CDATA[")):
		n := bytes.Index(rest, []byte("]]>"))
		if n < 0 {
			return -1
		}
		s.open[len(s.open)-1].text += n
		return at + n + 3
	case len(rest) < len("<![CDATA["):
		return -1
	case byteClass[rest[2]]&nameStart != 0:
		n := doctypeEnd(rest)
		if n < 0 {
			return -1
		}
		s.mend(at, at+n, "")
		return at + n
	}
	s.mend(at, at+1, "&lt;")
	return at + 1
}

// doctypeEnd returns the length of the DOCTYPE at the start of b with the
// declarations it holds, or -1.
func doctypeEnd(b []byte) int {
	depth := 0
	for i := 0; i < len(b); i++ {
		switch c := b[i]; c {
		case '<':
			if bytes.HasPrefix(b[i:], []byte("<!--")) {
				n := bytes.Index(b[i:], []byte("-->"))
				if n < 0 {
					return -1
				}
				i += n + 2
				continue
			}
			depth++
		case '>':
			if depth--; depth == 0 {
				return i + 1
			}
		case '"', '\'':
			n := bytes.IndexByte(b[i+1:], c)
			if n < 0 {
				return -1
			}
			i += n + 1
		}
	}
	return -1
}

// replace writes text in place of src[from:to].
func (s *scanner) replace(from, to int, text string) {
	if s.out == nil {
		s.out = make([]byte, 0, len(s.src)/2)
	}
	s.out = append(s.out, s.src[s.copied:from]...)
	s.out = append(s.out, text...)
	s.copied = to
}

// mend is replace where something was wrong.
func (s *scanner) mend(from, to int, text string) {
	s.doc.mends++
	s.replace(from, to, text)
}

// closing pops the open elements from the innermost to number n and writes
// their end tags in place of src[from:to].
func (s *scanner) closing(n, from, to int) {
	s.mend(from, to, "")
	for len(s.open) > n {
		if top := &s.open[len(s.open)-1]; !top.gone {
			s.out = append(append(append(s.out, "</"...), top.name...), '>')
		}
		s.pop(len(s.out))
	}
}

// undo leaves out the start tag src[from:to], of which some may have been
// written already. The output ends where the tag began.
func (s *scanner) undo(out, from, to int) {
	if s.copied > from {
		s.out = s.out[:out]
		s.copied = to
		return
	}
	s.replace(from, to, "")
}

// outAt returns where src[at] comes to stand in the output.
func (s *scanner) outAt(at int) int { return len(s.out) + at - s.copied }

// pop takes the innermost element off, which ends at out in the output.
func (s *scanner) pop(out int) {
	top := s.open[len(s.open)-1]
	s.open = s.open[:len(s.open)-1]
	if top.place != placeEntry {
		return
	}
	s.doc.entries = append(s.doc.entries, span{top.out, out})
	if top.second {
		s.rootEntries++
		s.late = append(s.late, s.note)
	} else {
		s.doc.notes = append(s.doc.notes, s.note)
	}
	s.entry, s.note = 0, note{}
}

// finish keeps everything up to end.
func (s *scanner) finish(end int) error {
	if s.out == nil {
		s.doc.body = s.src[:end]
		return nil
	}
	s.replace(end, end, "")
	s.doc.body = s.out
	return nil
}

// cut keeps what was whole where the document breaks off at at: the element
// that was open in the root, the channel or the entry list goes with all it
// holds, and the rest is closed.
func (s *scanner) cut(at int) error {
	s.doc.cut = len(s.src) - at
	if s.doc.cut == 0 {
		s.doc.cut = 1 // at least the end tag
	}
	keep := s.outAt(at)
	for i, f := range s.open {
		if f.place == placeRoot || f.place == placeChannel {
			continue
		}
		if f.place == placeEntry {
			s.doc.skipped++
		}
		keep = f.out
		s.open = s.open[:i]
		break
	}
	s.close(keep, at)
	return nil
}

// capAt keeps what stands before the entry at at.
func (s *scanner) capAt(at int) {
	s.doc.capped = true
	s.close(s.outAt(at), at)
}

// close ends the output at keep and closes what is open. src is read to at.
func (s *scanner) close(keep, at int) {
	s.replace(at, at, "")
	s.out = s.out[:keep]
	for len(s.open) > 0 {
		if top := &s.open[len(s.open)-1]; !top.gone {
			s.out = append(append(append(s.out, "</"...), top.name...), '>')
		}
		s.open = s.open[:len(s.open)-1]
	}
	s.doc.body = s.out
}
