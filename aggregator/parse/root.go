package parse

import (
	"bytes"
	"fmt"
	"strings"

	"wiredesk/aggregator"
)

// rootSearchBytes is how far a feed is searched for behind what does not belong
// before it.
const rootSearchBytes = 64 << 10

// root is where the root element of a document begins.
type root struct {
	at     int
	name   string
	format format
	html   bool // the document says it is HTML
	junk   bool // something that is not XML stands before it
}

// findRoot looks for the root element behind declarations, comments and
// whatever else stands before it. at is -1 where there is none.
func findRoot(text []byte) root {
	r, broken := root{at: -1}, false
	for i := 0; i < len(text); {
		n := bytes.IndexByte(text[i:], '<')
		if n < 0 {
			r.junk = r.junk || visible(text[i:])
			break
		}
		r.junk = r.junk || visible(text[i:i+n])
		i += n
		rest := text[i:]
		size := -1
		switch {
		case broken:
		case bytes.HasPrefix(rest, []byte("<?")):
			if n := bytes.Index(rest, []byte("?>")); n >= 0 {
				size = n + 2
			}
		case bytes.HasPrefix(rest, []byte("<!--")):
			if n := bytes.Index(rest, []byte("-->")); n >= 0 {
				size = n + 3
			}
		case bytes.HasPrefix(rest, []byte("<!")):
			size = doctypeEnd(rest)
			if fields := bytes.Fields(rest[:min(len(rest), 64)]); len(fields) > 1 {
				r.html = r.html || bytes.EqualFold(bytes.TrimRight(fields[1], ">"), []byte("html"))
			}
		default:
			if end := nameEnd(text, i+1); end > i+1 && tagGoesOn(text, end) {
				return r.found(text, i, end)
			}
			r.junk = true
			size = 1
		}
		if size < 0 {
			// Its end was looked for once: a second time could take for ever.
			broken, size = true, 1
		}
		i += size
	}
	return r
}

// found takes the element at i for the root unless a feed begins soon behind
// it, as it does behind the warnings of a script.
func (r root) found(text []byte, i, end int) root {
	r.at, r.name = i, string(text[i+1:end])
	r.format = formatOf(r.name)
	if r.format != unknownFormat || r.html || page(r.name) {
		return r
	}
	window := text[i:min(len(text), i+rootSearchBytes)]
	for _, start := range []string{"<rss", "<feed", "<rdf:RDF", "<opml"} {
		n := bytes.Index(window, []byte(start))
		if n >= 0 && tagGoesOn(window, n+len(start)) {
			return root{at: i + n, name: start[1:], format: formatOf(start[1:]), junk: true}
		}
	}
	return r
}

// tagGoesOn reports whether a tag can go on at i, behind its name.
func tagGoesOn(text []byte, i int) bool {
	return i == len(text) || text[i] == '>' || text[i] == '/' || byteClass[text[i]]&space != 0
}

// visible reports whether text is more than white space and byte order marks.
func visible(text []byte) bool { return len(bytes.Trim(text, " \t\r\n\ufeff")) > 0 }

func formatOf(name string) format {
	switch strings.ToLower(name[strings.IndexByte(name, ':')+1:]) {
	case "rss":
		return rssFormat
	case "rdf":
		return rdfFormat
	case "feed":
		return atomFormat
	case "opml":
		return opmlFormat
	}
	return unknownFormat
}

// page reports whether an HTML page begins with the element.
func page(name string) bool {
	switch strings.ToLower(name) {
	case "html", "head", "body", "meta", "title", "script", "link", "style":
		return true
	}
	return false
}

const opmlMessage = "this is an OPML list of feeds and no feed; import it"

// refuse says what a document is that is no feed.
func (p *Parser) refuse(body, text []byte, r root, contentType, url string) aggregator.Problem {
	problem := aggregator.Problem{Kind: aggregator.ProblemNotFeed}
	text = bytes.TrimSpace(text)
	switch {
	case !visible(text):
		problem.Message = "the server sent an empty document"
	case r.html || page(r.name):
		problem.Message = "this is an HTML page and no feed"
		if links := readPage(body, contentType, url).Feeds; len(links) > 0 {
			problem.Message = fmt.Sprintf("this is an HTML page and no feed; it announces the feed %s, use that URL", links[0].URL)
		}
	case r.format == opmlFormat:
		problem.Message = opmlMessage
	case r.at >= 0 && !r.junk:
		problem.Message = fmt.Sprintf("this is an XML document with the root element %s and no feed", aggregator.Cut(r.name, 40))
	default:
		problem.Message = fmt.Sprintf("this is neither XML nor JSON and no feed; it begins with %q", aggregator.Cut(folded(string(text[:min(len(text), 80)])), 40))
	}
	return problem
}
