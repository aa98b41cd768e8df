package parse

import (
	"bytes"
	"net/url"
	"slices"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html"
	"golang.org/x/net/html/atom"
)

// maxNesting bounds the depth of the HTML that is written. Deeper elements
// lose their tags and keep their text.
const maxNesting = 64

// judge decides which HTML is safe. It is bluemonday's policy that decides: it
// is asked once which elements it knows, and of each tag with attributes anew.
type judge struct {
	policy *bluemonday.Policy
	bare   map[string]string // a start tag without attributes as the policy leaves it
	known  map[string]bool   // elements of which the policy leaves something
}

func newJudge() *judge {
	j := &judge{policy: bluemonday.UGCPolicy(), bare: make(map[string]string), known: make(map[string]bool)}
	// Links are made absolute before the policy sees them.
	j.policy.AllowRelativeURLs(false)
	// The stock pattern refuses apostrophes and colons, and with them the words
	// that stand for the picture. Values are escaped in any case.
	j.policy.AllowAttrs("alt").OnElements("img")
	for name := range strings.FieldsSeq(`a abbr acronym article aside b bdi bdo big blockquote br caption center cite
		code col colgroup dd del details dfn dl div dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i
		img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup
		table tbody td tfoot th thead time tr tt u ul var wbr`) {
		j.bare[name] = j.policy.Sanitize("<" + name + ">")
		j.known[name] = j.policy.Sanitize("<"+name+` href="https://example.org/" src="https://example.org/" dir="ltr">`) != ""
	}
	return j
}

// renderer turns HTML into plain text and sanitised HTML in one pass. It is
// used again and again: what it returns are copies.
type renderer struct {
	judge *judge
	base  *url.URL
	text  plainText
	html  []byte
	open  []string // elements of html that are not closed yet
	attrs []html.Attribute
	image string // the first picture

	// Tags with attributes wait on lines of their own for the policy's verdict,
	// which takes the place that holes names in html.
	tags    []byte
	holes   []int
	verdict bytes.Buffer
	filled  []byte
	wary    bool // ask for each tag by itself
}

// rendered is what becomes of HTML.
type rendered struct {
	text  string // plain text, a line feed between blocks
	html  string // sanitised
	image string // absolute URL of the first picture; empty: none
	plain bool   // html is text without markup
}

// render reads HTML whose links are relative to base. Without markup it is not
// asked for html.
func (r *renderer) render(src string, base *url.URL, markup bool) rendered {
	r.wary = false
	out, agreed := r.pass(src, base, markup)
	if !agreed {
		// The policy refused a tag whose end was written already.
		r.wary = true
		out, _ = r.pass(src, base, markup)
	}
	return out
}

// pass reads the HTML once. It reports whether the policy left something of
// every tag it was asked of.
func (r *renderer) pass(src string, base *url.URL, markup bool) (out rendered, agreed bool) {
	r.base, r.image = base, ""
	r.text.reset()
	r.html, r.open = r.html[:0], r.open[:0]
	r.tags, r.holes = r.tags[:0], r.holes[:0]
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
	written, agreed := r.html, true
	if len(r.holes) > 0 {
		written, agreed = r.fill()
	}
	return rendered{
		text: string(r.text.buf), html: string(bytes.TrimSpace(written)),
		image: r.image, plain: plain,
	}, agreed
}

// fill puts the policy's verdicts into their places.
func (r *renderer) fill() ([]byte, bool) {
	r.verdict.Reset()
	if err := r.judge.policy.SanitizeReaderToWriter(bytes.NewReader(r.tags), &r.verdict); err != nil {
		return nil, false
	}
	verdicts, from := r.verdict.Bytes(), 0
	r.filled = r.filled[:0]
	for _, hole := range r.holes {
		tag, rest, found := bytes.Cut(verdicts, []byte{'\n'})
		if !found || len(tag) == 0 {
			return nil, false
		}
		r.filled = append(append(r.filled, r.html[from:hole]...), tag...)
		verdicts, from = rest, hole
	}
	return append(r.filled, r.html[from:]...), len(verdicts) == 0
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
	if implied(a) && len(r.open) > 0 && r.open[len(r.open)-1] == element {
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

// tiny reports whether a width or height is that of a picture which only
// counts its readers.
func tiny(size string) bool {
	switch strings.TrimSuffix(strings.TrimSpace(size), "px") {
	case "0", "1":
		return true
	}
	return false
}

// wanted reports whether the policy need be asked of an attribute: the others
// it would refuse, except for ids, which would meet each other on a page.
func wanted(key []byte) bool {
	switch string(key) {
	case "class", "style", "id", "target", "rel", "srcset", "sizes", "loading", "decoding", "border", "name":
		return false
	case "data-src", "data-original", "data-lazy-src":
		return true
	}
	return !bytes.HasPrefix(key, []byte("on")) && !bytes.HasPrefix(key, []byte("data-")) && !bytes.HasPrefix(key, []byte("aria-"))
}

// unread reports whether the content of an element is no text.
func unread(a atom.Atom) bool {
	switch a {
	case atom.Script, atom.Style, atom.Iframe, atom.Object, atom.Noscript, atom.Noframes, atom.Noembed, atom.Template,
		atom.Svg, atom.Math, atom.Head, atom.Title, atom.Textarea, atom.Select, atom.Xmp, atom.Plaintext, atom.Frameset:
		return true
	}
	return false
}

func childless(a atom.Atom) bool {
	switch a {
	case atom.Br, atom.Hr, atom.Img, atom.Wbr, atom.Area, atom.Col, atom.Source, atom.Input:
		return true
	}
	return false
}

// implied reports whether the start of another such element ends this one.
func implied(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Li, atom.Dt, atom.Dd, atom.Tr, atom.Td, atom.Th:
		return true
	}
	return false
}

// separator returns what stands between an element's text and its neighbours'
// in plain text; 0: nothing.
func separator(a atom.Atom) byte {
	switch a {
	case atom.P, atom.Div, atom.Br, atom.Li, atom.Ul, atom.Ol, atom.Dl, atom.Dt, atom.Dd, atom.Tr, atom.Table,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Pre, atom.Hr, atom.Section,
		atom.Article, atom.Aside, atom.Header, atom.Footer, atom.Nav, atom.Main, atom.Figure, atom.Figcaption,
		atom.Address, atom.Form, atom.Fieldset, atom.Details, atom.Summary, atom.Center:
		return '\n'
	case atom.Td, atom.Th, atom.Img, atom.Option, atom.Button, atom.Video, atom.Audio:
		return ' '
	}
	return 0
}

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
				r, n = decodeRune(text[i:])
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
