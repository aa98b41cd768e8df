package parse

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"sync"

	"wiredesk/aggregator"
)

// Options bound what a document may hold. The zero value means the defaults.
type Options struct {
	// MaxEntries is how many entries of a document are kept, the first ones; 0:
	// 10,000. More are cut off, which Document.Repaired says.
	MaxEntries int
	// MaxDepth is how deep XML elements or JSON values may be nested before a
	// document counts as hostile; 0: 256.
	MaxDepth int
}

// Parser reads feed documents. It is safe for concurrent use.
type Parser struct {
	opts      Options
	renderers sync.Pool // of *renderer
}

// New returns a Parser bound by opts.
func New(opts Options) *Parser {
	opts.MaxEntries = cmp.Or(opts.MaxEntries, 10_000)
	opts.MaxDepth = cmp.Or(opts.MaxDepth, 256)
	j := newJudge()
	return &Parser{
		opts:      opts,
		renderers: sync.Pool{New: func() any { return &renderer{judge: j} }},
	}
}

// Parse reads an RSS, Atom or JSON feed. contentType is the Content-Type header
// as the server sent it, link where the body came from: what relative links in
// it are relative to. body is not changed.
//
// The error is always an [aggregator.Problem]: of the kind not_feed for what is
// no feed, malformed for a feed of which nothing could be saved, hostile for
// one over the limits, internal where a library failed. Of an HTML page, which
// is no feed, the Self and Hubs that its head names are returned beside it.
func (p *Parser) Parse(body []byte, contentType, link string) (doc aggregator.Document, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			doc, err = aggregator.Document{}, aggregator.Problem{
				Kind:    aggregator.ProblemInternal,
				Message: fmt.Sprintf("reading the document failed within the parser: %v", cause),
			}
		}
	}()
	text, repaired := toUTF8(body, contentType)
	base, _ := url.Parse(link)
	r := &reader{parser: p, base: base}
	r.render, _ = p.renderers.Get().(*renderer)
	defer func() {
		r.render.reset()
		p.renderers.Put(r.render)
	}()

	start := bytes.TrimLeft(text, " \t\r\n")
	if len(start) > 0 && (start[0] == '{' || start[0] == '[') {
		err = r.readJSON(start)
	} else {
		root := findRoot(text)
		if root.format == unknownFormat || root.format == opmlFormat {
			if root.html || page(root.name) {
				doc = pageHubs(text, link)
			}
			return doc, p.refuse(body, text, root, contentType, link)
		}
		if root.junk {
			repaired = also(repaired, "dropped what stood before the feed")
		}
		err = r.readXML(text[root.at:], root.format)
	}
	if err != nil {
		return doc, problem(err)
	}
	r.settle()
	r.doc.Repaired = also(repaired, r.doc.Repaired)
	return r.doc, nil
}

// problem returns err as a Problem.
func problem(err error) aggregator.Problem {
	if p, is := errors.AsType[aggregator.Problem](err); is {
		return p
	}
	if _, is := errors.AsType[hostileError](err); is {
		return aggregator.Problem{Kind: aggregator.ProblemHostile, Message: "the document is refused: " + err.Error()}
	}
	message := err.Error()
	return aggregator.Problem{
		Kind:    aggregator.ProblemMalformed,
		Message: "the feed is broken and nothing of it could be saved: " + strings.TrimRight(message, "."),
	}
}

// reader reads one document.
type reader struct {
	parser *Parser
	render *renderer
	base   *url.URL // of the document
	doc    aggregator.Document
	texts  [][]byte   // set aside by the scan
	full   []rendered // of the document's entries
}

// readXML reads an RSS or Atom feed that begins with its root element.
func (r *reader) readXML(text []byte, f format) error {
	d, err := scan(text, f, r.parser.opts.MaxDepth, r.parser.opts.MaxEntries)
	if err != nil {
		return err
	}
	if d.cut > 0 && len(d.entries) == 0 {
		return errors.New("it breaks off before its first entry is complete")
	}
	r.base = within(r.base, d.feed.base)
	r.texts = d.texts
	r.doc.Skipped, r.doc.Cut = d.skipped, d.cut > 0
	r.doc.Repaired = d.repaired(r.parser.opts.MaxEntries)
	r.doc.Entries = make([]aggregator.Entry, 0, len(d.entries))
	if f == atomFormat {
		return r.readAtom(d)
	}
	return r.readRSS(d)
}

// repaired says what had to be mended.
func (d *document) repaired(maxEntries int) (said string) {
	if d.mends > 0 {
		said = fmt.Sprintf("mended its markup in %d places", d.mends)
		if d.mends == 1 {
			said = "mended its markup in one place"
		}
	}
	if d.cut > 0 {
		said = also(said, cutOff(len(d.entries)))
	}
	if d.capped {
		said = also(said, fmt.Sprintf("kept the first %d entries", maxEntries))
	}
	return said
}

// cutOff says where a document broke off, after n entries that are kept.
func cutOff(n int) string {
	if n == 1 {
		return "cut off after 1 entry"
	}
	return fmt.Sprintf("cut off after %d entries", n)
}
