package parse

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// plainText gathers words: runs of white space become one space, or one line
// feed between blocks, and control and bidirectional control characters are
// left out.
type plainText struct {
	buf     []byte
	pending byte // white space owed before the next word; 0: none
}

func (t *plainText) reset() { t.buf, t.pending = t.buf[:0], 0 }

// split puts a space, or a line feed, between what was and what will be
// written.
func (t *plainText) split(by byte) {
	if t.pending != '\n' {
		t.pending = by
	}
}

func (t *plainText) owed() {
	if t.pending != 0 && len(t.buf) > 0 {
		t.buf = append(t.buf, t.pending)
	}
	t.pending = 0
}

// How a byte behaves in plain text.
const (
	byteWord  = iota // stands for itself, or goes with its neighbours
	byteSpace        // ASCII white space
	byteDrop         // ASCII control character
	byteLook         // may begin a character that is white space or dropped
)

var textClass = func() (class [256]byte) {
	for c := range 0x20 {
		class[c] = byteDrop
	}
	for _, c := range "\t\n\v\f\r " {
		class[c] = byteSpace
	}
	class[0x7f] = byteDrop
	for _, c := range []byte{0xc2, 0xd8, 0xe1, 0xe2, 0xe3, 0xef} {
		class[c] = byteLook
	}
	return class
}()

// stray reports whether r is a character that text does not need and a page may
// be harmed by.
func stray(r rune) bool {
	return r < 0x20 || r >= 0x7f && r < 0xa0 || r == '\ufeff' || unicode.Is(unicode.Bidi_Control, r)
}

func (t *plainText) write(s []byte) {
	for i := 0; i < len(s); {
		from := i
		for i < len(s) && textClass[s[i]] == byteWord {
			i++
		}
		if i > from {
			t.owed()
			t.buf = append(t.buf, s[from:i]...)
		}
		if i == len(s) {
			return
		}
		switch textClass[s[i]] {
		case byteSpace:
			t.split(' ')
			i++
		case byteDrop:
			i++
		case byteLook:
			r, size := utf8.DecodeRune(s[i:])
			switch {
			case unicode.IsSpace(r):
				t.split(' ')
			case !stray(r):
				t.owed()
				t.buf = append(t.buf, s[i:i+size]...)
			}
			i += size
		}
	}
}

// folded returns s as plain text on one line.
func folded(s string) string {
	if tidy(s) {
		return s
	}
	var t plainText
	t.write([]byte(s))
	return string(t.buf)
}

// tidy reports whether folded would change nothing, at a glance.
func tidy(s string) bool {
	last := byte(' ')
	for i := range len(s) {
		c := s[i]
		if class := textClass[c]; class != byteWord && (c != ' ' || last == ' ') {
			return false
		}
		last = c
	}
	return last != ' ' || s == ""
}

// paragraphs returns s as plain text in which empty lines remain line feeds.
func paragraphs(s string) string {
	if tidy(s) {
		return s
	}
	var t plainText
	blank := true
	for line := range strings.Lines(s) {
		if strings.TrimSpace(line) == "" {
			if !blank {
				t.split('\n')
			}
			blank = true
			continue
		}
		t.split(' ')
		t.write([]byte(line))
		blank = false
	}
	return string(t.buf)
}

// headline returns HTML that stands where only text belongs as plain text on
// one line. Only elements that HTML knows are taken for markup: a headline may
// speak of Vector<String>.
func headline(s string) string {
	if strings.IndexByte(s, '<') < 0 {
		if strings.IndexByte(s, '&') >= 0 {
			s = html.UnescapeString(s)
		}
		return folded(s)
	}
	var t plainText
	var skipped atom.Atom // the element whose content is left out
	z := html.NewTokenizer(strings.NewReader(s))
	for {
		switch z.Next() {
		case html.ErrorToken:
			return string(t.buf)
		case html.TextToken:
			if skipped == 0 {
				t.write(z.Text())
			}
		case html.EndTagToken:
			if name, _ := z.TagName(); atom.Lookup(name) == skipped {
				skipped = 0
			}
		case html.StartTagToken, html.SelfClosingTagToken:
			raw := string(z.Raw())
			name, _ := z.TagName()
			switch a := atom.Lookup(name); {
			case skipped != 0:
			case a == 0:
				t.write([]byte(html.UnescapeString(raw)))
			case unread(a):
				skipped = a
			case separator(a) != 0:
				t.split(' ')
			}
		case html.CommentToken, html.DoctypeToken:
		}
	}
}
