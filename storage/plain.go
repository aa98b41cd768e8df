package storage

import (
	"html"
	"slices"
	"strings"
)

// plainText returns the words of sanitised HTML: markup left out, references
// read, white space folded, a line feed between blocks. For most entries that
// is their summary, which then need not be stored beside the content. Where it
// is not, nothing is lost but room: the summary is stored as it is.
//
// It is part of the file's format: records written with it are read with it,
// so that a change of what it returns needs a migration.
func plainText(content string) string { return string(appendPlainText(nil, content)) }

func appendPlainText(dst []byte, content string) []byte {
	w := wordWriter{buf: slices.Grow(dst, len(content))}
	for content != "" {
		text, rest, markup := strings.Cut(content, "<")
		if strings.IndexByte(text, '&') >= 0 {
			text = html.UnescapeString(text)
		}
		w.write(text)
		if !markup {
			break
		}
		tag, after, closed := strings.Cut(rest, ">")
		if !closed {
			break
		}
		if by := between(tag); by != 0 {
			w.part(by)
		}
		content = after
	}
	return w.buf
}

// between returns what a tag puts between the words around it; 0: nothing.
func between(tag string) byte {
	name := strings.TrimPrefix(tag, "/")
	if i := strings.IndexAny(name, " /"); i >= 0 {
		name = name[:i]
	}
	switch name {
	case "p", "div", "br", "li", "ul", "ol", "dl", "dt", "dd", "tr", "table", "h1", "h2", "h3", "h4", "h5", "h6",
		"blockquote", "pre", "hr", "section", "article", "aside", "header", "footer", "figure", "figcaption",
		"details", "summary":
		return '\n'
	case "td", "th", "img":
		return ' '
	}
	return 0
}

// wordWriter writes words with one space or line feed between them.
type wordWriter struct {
	buf  []byte
	owed byte // what stands before the next word; 0: nothing
}

func (w *wordWriter) part(by byte) {
	if w.owed != '\n' {
		w.owed = by
	}
}

func (w *wordWriter) write(text string) {
	for i := 0; i < len(text); {
		from := i
		for i < len(text) && !space(text, i) {
			i++
		}
		if i > from {
			if w.owed != 0 && len(w.buf) > 0 {
				w.buf = append(w.buf, w.owed)
			}
			w.owed = 0
			w.buf = append(w.buf, text[from:i]...)
		}
		for i < len(text) && space(text, i) {
			w.part(' ')
			i++
			if text[i-1] == nbsp[0] {
				i++
			}
		}
	}
}

const nbsp = "\u00a0"

// space reports whether white space begins at i.
func space(text string, i int) bool {
	return text[i] <= ' ' || text[i] == nbsp[0] && strings.HasPrefix(text[i:], nbsp)
}
