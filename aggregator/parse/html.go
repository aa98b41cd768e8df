package parse

import (
	"bytes"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxNesting bounds the depth of the HTML that is written. Deeper elements
// lose their tags and keep their text.
const maxNesting = 64

// renderer turns HTML into plain text and sanitised HTML in one pass. It is
// used again and again: what it returns are copies.
//
// Asking the policy costs more than all else, and most of that for each
// question. So the tags with attributes of a whole document, but for plain
// links, wait on lines of their own, and what was rendered has holes that settle
// fills.
type renderer struct {
	judge *judge
	base  *url.URL
	text  plainText
	html  []byte   // of all that was rendered, one behind the other
	open  []string // elements of html that are not closed yet
	attrs []html.Attribute
	image string // the first picture

	tags   []byte // a line for each hole
	holes  []int
	filled []byte
	wary   bool // ask for each tag by itself
}

// rendered is what becomes of HTML.
type rendered struct {
	text  string // plain text, a line feed between blocks
	html  string // sanitised, once it is settled
	image string // absolute URL of the first picture; empty: none
	plain bool   // html is text without markup

	src    string
	base   *url.URL
	within span  // of the renderer's html
	holes  []int // where in it tags are to stand
	tags   int   // where in the renderer's tags the first of them begins
}

// render reads HTML whose links are relative to base. Without markup it is not
// asked for html. Tags of which nothing came are to be taken back with forget.
func (r *renderer) render(src string, base *url.URL, markup bool) rendered {
	r.base, r.image = base, ""
	r.text.reset()
	r.open, r.holes = r.open[:0], r.holes[:0]
	from, waiting := len(r.html), len(r.tags)
	plain := true
	skipped, depth := atom.Atom(0), 0 // the element whose content is left out

	z := html.NewTokenizer(strings.NewReader(src))
	for {
		kind := z.Next()
		if kind == html.ErrorToken {
			break
		}
		if kind == html.TextToken {
			if skipped == 0 {
				text := z.Text()
				r.text.write(text)
				if markup {
					r.html = escaped(r.html, text)
				}
			}
			continue
		}
		if kind != html.StartTagToken && kind != html.EndTagToken && kind != html.SelfClosingTagToken {
			continue
		}
		name, more := z.TagName()
		a := atom.Lookup(name)
		switch {
		case skipped != 0:
			if a == skipped {
				switch kind {
				case html.StartTagToken:
					depth++
				case html.EndTagToken:
					if depth--; depth == 0 {
						skipped = 0
					}
				}
			}
			continue
		case kind == html.StartTagToken && unread(a):
			skipped, depth = a, 1
			r.text.split(' ')
			continue
		}
		if by := separator(a); by != 0 {
			r.text.split(by)
		}
		if kind == html.EndTagToken {
			if markup {
				r.end(string(name))
			}
			continue
		}
		if r.start(z, a, name, more, markup) {
			plain = false
		}
	}
	for markup && len(r.open) > 0 {
		r.pop()
	}
	return rendered{
		text: string(r.text.buf), image: r.image, plain: plain,
		src: src, base: base, within: span{from, len(r.html)}, holes: slices.Clone(r.holes), tags: waiting,
	}
}

// reset makes r ready for another document, also after a panic, and lets go of
// what an uncommonly large one needed.
func (r *renderer) reset() {
	if cap(r.html)+cap(r.text.buf)+cap(r.tags) > 1<<20 {
		r.html, r.text.buf, r.tags = nil, nil, nil
	}
	r.html, r.tags, r.wary = r.html[:0], r.tags[:0], false
}

// forget takes back what was rendered last.
func (r *renderer) forget(out rendered) { r.tags = r.tags[:out.tags] }

// settle asks the policy of all tags that wait and fills the holes of all, in
// the order in which they were rendered.
func (r *renderer) settle(all []rendered) {
	var verdicts []byte
	if len(r.tags) > 0 {
		verdicts = r.judge.policy.SanitizeReader(bytes.NewReader(r.tags)).Bytes()
	}
	agreed := bytes.Count(verdicts, []byte{'\n'}) == bytes.Count(r.tags, []byte{'\n'})
	r.tags = r.tags[:0]
	for i := range all {
		out := &all[i]
		if len(out.holes) == 0 {
			out.html += string(bytes.TrimSpace(r.html[out.within.from:out.within.to]))
			continue
		}
		var whole bool
		if verdicts, whole = r.fill(out, verdicts); !whole || !agreed {
			r.ponder(out)
		}
	}
}

// fill puts verdicts into the holes of out and returns the verdicts left. It
// reports whether the policy left something of each tag.
func (r *renderer) fill(out *rendered, verdicts []byte) (rest []byte, whole bool) {
	r.filled = r.filled[:0]
	from := out.within.from
	whole = true
	for _, hole := range out.holes {
		tag, rest, found := bytes.Cut(verdicts, []byte{'\n'})
		whole = whole && found && len(tag) > 0
		r.filled = append(append(r.filled, r.html[from:hole]...), tag...)
		verdicts, from = rest, hole
	}
	out.html = string(bytes.TrimSpace(append(r.filled, r.html[from:out.within.to]...)))
	return verdicts, whole
}

// ponder renders out again where the policy refused a tag whose end was
// written already.
func (r *renderer) ponder(out *rendered) {
	r.wary = true
	again := r.render(out.src, out.base, true)
	out.html = string(bytes.TrimSpace(r.html[again.within.from:again.within.to]))
	r.wary = false
}

// start writes a start tag and reports whether the policy left it.
func (r *renderer) start(z *html.Tokenizer, a atom.Atom, name []byte, more, markup bool) bool {
	element := a.String()
	if a == 0 {
		element = string(name)
	}
	r.attrs = r.attrs[:0]
	for more {
		var key, value []byte
		key, value, more = z.TagAttr()
		if wanted(key) {
			r.attrs = append(r.attrs, html.Attribute{Key: atom.String(key), Val: string(value)})
		}
	}
	if !r.resolve(a) || !markup || !r.judge.known[element] {
		return false
	}
	if endsParagraph(a) {
		r.end("p")
	}
	for len(r.open) > 0 && ends(element, r.open[len(r.open)-1]) {
		r.pop()
	}
	if len(r.open) >= maxNesting || !r.ask(element) {
		return false
	}
	if !childless(a) {
		r.open = append(r.open, element)
	}
	return true
}

// ask writes a start tag, or the hole it will fill, and reports whether the
// policy left something of it as far as is known.
func (r *renderer) ask(element string) bool {
	if len(r.attrs) == 0 {
		tag := r.judge.bare[element]
		r.html = append(r.html, tag...)
		return tag != ""
	}
	if element == "a" && len(r.attrs) == 1 && r.attrs[0].Key == "href" {
		var known bool
		if r.html, known = r.judge.link(r.html, r.attrs[0].Val); known {
			return true
		}
	}
	from := len(r.tags)
	r.tags = append(append(r.tags, '<'), element...)
	for _, a := range r.attrs {
		r.tags = append(append(append(r.tags, ' '), a.Key...), `="`...)
		value := len(r.tags)
		r.tags = escaped(r.tags, []byte(a.Val))
		for i, c := range r.tags[value:] {
			if c == '\n' {
				r.tags[value+i] = ' '
			}
		}
		r.tags = append(r.tags, '"')
	}
	r.tags = append(r.tags, ">\n"...)
	if !r.wary {
		r.holes = append(r.holes, len(r.html))
		return true
	}
	tag := r.judge.policy.Sanitize(string(r.tags[from : len(r.tags)-1]))
	r.tags = r.tags[:from]
	r.html = append(r.html, tag...)
	return tag != ""
}

// end closes an element and those that are open within it.
func (r *renderer) end(name string) {
	if i := slices.Index(r.open, name); i < 0 {
		return
	}
	for last := ""; last != name; {
		last = r.open[len(r.open)-1]
		r.pop()
	}
}

func (r *renderer) pop() {
	r.html = append(append(append(r.html, "</"...), r.open[len(r.open)-1]...), '>')
	r.open = r.open[:len(r.open)-1]
}

// resolve makes the links among the attributes absolute, and reports whether
// the element is worth anything: a link leads somewhere, a picture is one.
func (r *renderer) resolve(a atom.Atom) bool {
	late := ""
	for i := 0; i < len(r.attrs); i++ {
		attr := &r.attrs[i]
		switch attr.Key {
		case "data-src", "data-original", "data-lazy-src":
			late = attr.Val
		case "href", "src", "cite":
			if attr.Val = resolve(r.base, attr.Val); attr.Val != "" {
				continue
			}
		default:
			continue
		}
		r.attrs = slices.Delete(r.attrs, i, i+1)
		i--
	}
	switch a {
	case atom.A:
		return r.attr("href") != ""
	case atom.Img:
		if tiny(r.attr("width")) || tiny(r.attr("height")) {
			return false
		}
		src := r.attr("src")
		if src == "" && late != "" {
			// A script was to put the picture in its place.
			if src = resolve(r.base, late); src != "" {
				r.attrs = append(r.attrs, html.Attribute{Key: "src", Val: src})
			}
		}
		if r.image == "" {
			r.image = src
		}
		return src != ""
	}
	return true
}

func (r *renderer) attr(key string) string {
	for _, a := range r.attrs {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

// htmlClass marks the bytes that escaped looks at.
var htmlClass = func() (class [256]byte) {
	for c := range 256 {
		switch textClass[c] {
		case byteDrop, byteLook:
			class[c] = 1
		}
	}
	for _, c := range `&<>"'` + "\r\v\f" {
		class[c] = 1
	}
	return class
}()

// escaped appends text as HTML, in the form bluemonday gives it.
func escaped(dst, text []byte) []byte {
	for i := 0; i < len(text); {
		from := i
		for i < len(text) && htmlClass[text[i]] == 0 {
			i++
		}
		dst = append(dst, text[from:i]...)
		if i == len(text) {
			break
		}
		size := 1
		switch text[i] {
		case '&':
			dst = append(dst, "&amp;"...)
		case '<':
			dst = append(dst, "&lt;"...)
		case '>':
			dst = append(dst, "&gt;"...)
		case '"':
			dst = append(dst, "&#34;"...)
		case '\'':
			dst = append(dst, "&#39;"...)
		default:
			r, n := rune(text[i]), 1
			if r >= 0x80 {
				r, n = utf8.DecodeRune(text[i:])
			}
			if !stray(r) {
				dst = append(dst, text[i:i+n]...)
			}
			size = n
		}
		i += size
	}
	return dst
}
