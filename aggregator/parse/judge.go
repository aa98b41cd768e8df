package parse

import (
	"bytes"
	"strings"

	"github.com/microcosm-cc/bluemonday"
	"golang.org/x/net/html/atom"
)

// judge decides which HTML is safe. It is bluemonday's policy that decides: it
// is asked once which elements it knows and what a link becomes, and of every
// other tag with attributes anew.
type judge struct {
	policy *bluemonday.Policy
	bare   map[string]string // a start tag without attributes as the policy leaves it
	known  map[string]bool   // elements of which the policy leaves something

	// What the policy puts before and behind the address of a link.
	beforeLink, behindLink string
}

func newJudge() *judge {
	j := &judge{policy: bluemonday.UGCPolicy(), bare: make(map[string]string), known: make(map[string]bool)}
	// Links are made absolute before the policy sees them.
	j.policy.AllowRelativeURLs(false)
	// The stock pattern refuses apostrophes and colons, and with them the words
	// that stand for the picture. Values are escaped in any case.
	j.policy.AllowAttrs("alt").OnElements("img")
	const address = "https://example.org/"
	j.beforeLink, j.behindLink, _ = strings.Cut(j.policy.Sanitize(`<a href="`+address+`">`), address)
	for name := range strings.FieldsSeq(`a abbr acronym article aside b bdi bdo big blockquote br caption center cite
		code col colgroup dd del details dfn dl div dt em figcaption figure font footer h1 h2 h3 h4 h5 h6 header hr i
		img ins kbd li main mark nav ol p pre q rp rt ruby s samp section small span strike strong sub summary sup
		table tbody td tfoot th thead time tr tt u ul var wbr`) {
		j.bare[name] = j.policy.Sanitize("<" + name + ">")
		j.known[name] = j.policy.Sanitize("<"+name+` href="`+address+`" src="`+address+`" dir="ltr">`) != ""
	}
	return j
}

// link appends the start tag of a link that has nothing but an address, if that
// is one which the policy leaves as it is.
func (j *judge) link(dst []byte, address string) (_ []byte, known bool) {
	if !proper(address) || strings.IndexByte(address, '#') >= 0 {
		return dst, false
	}
	return append(escaped(append(dst, j.beforeLink...), []byte(address)), j.behindLink...), true
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

// ends reports whether the start of an element is the end of the open one,
// whose own end tag HTML lets authors leave out.
func ends(element, open string) bool {
	switch element {
	case "p":
		return open == "p"
	case "li":
		return open == "li" || open == "p"
	case "dt", "dd":
		return open == "dt" || open == "dd" || open == "p"
	case "td", "th":
		return open == "td" || open == "th" || open == "p"
	case "tr":
		return open == "tr" || open == "td" || open == "th" || open == "p"
	}
	return false
}

// endsParagraph reports whether the start of an element is the end of an open
// paragraph, however deep in it (the HTML standard, section 13.2.6.4.7).
func endsParagraph(a atom.Atom) bool {
	switch a {
	case atom.P, atom.Div, atom.Ul, atom.Ol, atom.Dl, atom.Li, atom.Dt, atom.Dd, atom.Table, atom.Hr, atom.Pre,
		atom.H1, atom.H2, atom.H3, atom.H4, atom.H5, atom.H6, atom.Blockquote, atom.Section, atom.Article, atom.Aside,
		atom.Header, atom.Footer, atom.Nav, atom.Main, atom.Figure, atom.Figcaption, atom.Address, atom.Details,
		atom.Summary, atom.Center:
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
