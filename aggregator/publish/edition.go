package publish

import (
	"bytes"
	"errors"
	"fmt"
	"html"
	"strings"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/gorilla/feeds"

	"wiredesk/aggregator"
)

// Format is a feed format; its text is also the extension of the feed's path.
type Format string

// The formats.
const (
	RSS  Format = "rss"  // RSS 2.0, with the RSS Advisory Board's profile
	Atom Format = "atom" // RFC 4287
	JSON Format = "json" // JSON Feed 1.1
)

// Page is the extension of a feed's page for people, which its documents lead
// to. Nothing is rendered as one here.
const Page Format = "html"

// Formats lists the formats in the order pages offer them.
func Formats() []Format { return []Format{RSS, Atom, JSON} }

// ContentType returns the media type with its charset, as HTTP's Content-Type
// carries it; "" for an unknown format.
func (f Format) ContentType() string {
	switch f {
	case RSS:
		return "application/rss+xml; charset=utf-8"
	case Atom:
		return "application/atom+xml; charset=utf-8"
	case JSON:
		return "application/feed+json; charset=utf-8"
	}
	return ""
}

// mediaType is ContentType without the charset, as links carry it.
func (f Format) mediaType() string {
	if f == Atom || f == RSS {
		return "application/" + string(f) + "+xml"
	}
	return "application/feed+json"
}

// Site is what every feed has in common.
type Site struct {
	BaseURL  string                        // how readers reach us; absolute, no trailing slash
	Contact  string                        // mail address or URL shown as the feeds' author; empty: none
	Hub      string                        // of the WebSub hub that pushes the feeds; absolute; empty: none does
	Version  string                        // of this program, for the generator; empty: not told
	Carriers map[string]aggregator.Carrier // by source id; a source not in it is shown by its id
}

// LanguageOf returns the language of an entry, else that of its source, BCP 47;
// empty: unknown.
func (s *Site) LanguageOf(e *aggregator.Entry) string {
	if e.Language != "" {
		return e.Language
	}
	return s.Carriers[e.Source].Language
}

// Edition is one rendering of one document of a feed.
type Edition struct {
	Slug     string
	Format   Format
	Self     string // where it is found: the address it says of itself
	Body     []byte
	ETag     string    // strong, quoted, made from Body (RFC 9110, section 8.8.3)
	Modified time.Time // newest Story.Changed in it, to the second; zero: no story
	Stories  int       // how many it holds
	Parts    []Part    // what Body holds between its head and its end, in order

	head, tail string
}

// Part is a story, or the tombstone of one, as it stands in the body of an
// edition. Its bytes are not to be changed.
type Part struct {
	Story  aggregator.StoryID
	Digest uint64 // xxHash of Bytes: what a reader has that has the same
	Bytes  []byte
}

// Render writes stories, in the order given, as the newest document of feed.
// In Atom a withdrawn story stands as a tombstone (RFC 6721) after the others,
// elsewhere it is left out; so are stories without entries and repetitions of
// a story. It fails only for a format it does not know.
func Render(site Site, feed aggregator.Feed, format Format, stories []aggregator.StoryView) (Edition, error) {
	editions, err := new(Printer).Print(site, feed, Document{}, stories, format)
	if err != nil {
		return Edition{}, err
	}
	return editions[0], nil
}

// Delta returns a document as e is, of only those parts whose digests are not
// in known, and how many they are (RFC 3229; the feed instance manipulation).
func (e *Edition) Delta(known map[uint64]bool) (body []byte, parts int) {
	var news []Part
	for _, p := range e.Parts {
		if !known[p.Digest] {
			news = append(news, p)
		}
	}
	body, _ = e.join(news)
	return body, len(news)
}

// join returns head, parts and tail as one body, and the parts as they lie in
// it.
func (e *Edition) join(parts []Part) ([]byte, []Part) {
	size := len(e.head) + len(e.tail) + len(parts)
	for _, p := range parts {
		size += len(p.Bytes)
	}
	body := append(make([]byte, 0, size), e.head...)
	laid := make([]Part, len(parts))
	for i, p := range parts {
		if i > 0 && e.Format == JSON {
			body = append(body, ',')
		}
		from := len(body)
		body = append(body, p.Bytes...)
		laid[i] = Part{p.Story, p.Digest, body[from:len(body):len(body)]}
	}
	return append(body, e.tail...), laid
}

// Assemble makes the edition that the parts of an archive document were kept
// of. Modified is when the newest of its stories had changed.
func Assemble(site Site, feed aggregator.Feed, doc Document, format Format, modified time.Time, parts []Part) (Edition, error) {
	p := newPage(site, feed, doc, format)
	p.last(instant(modified))
	return p.bind(feed, format, parts, len(parts))
}

// bind makes an edition of the page and its parts, of which some are stories.
func (p *page) bind(feed aggregator.Feed, format Format, parts []Part, stories int) (Edition, error) {
	e := Edition{Slug: feed.Slug, Format: format, Self: p.links.self, Modified: p.modified, Stories: stories}
	var err error
	if e.head, e.tail, err = p.frame(format); err != nil {
		return Edition{}, fmt.Errorf("render feed %s as %q: %w", feed.Slug, string(format), err)
	}
	e.Body, e.Parts = e.join(parts)
	e.ETag = fmt.Sprintf(`"%016x"`, xxhash.Sum64(e.Body))
	return e, nil
}

// frame returns what stands before and after the parts of the page.
func (p *page) frame(format Format) (head, tail string, err error) {
	var b bytes.Buffer
	switch format {
	case RSS:
		tail = "\n  </channel>\n</rss>"
		err = feeds.WriteXML(rssDocument{p}, &b)
	case Atom:
		tail = "\n</feed>"
		err = feeds.WriteXML(atomDocument{p}, &b)
	case JSON:
		tail = "]}\n"
		err = p.writeJSON(&b)
	default:
		err = errors.New("no such format")
	}
	if err != nil {
		return "", "", err
	}
	head, whole := strings.CutSuffix(b.String(), tail)
	if !whole {
		return "", "", errors.New("its frame does not end as it should")
	}
	if declaration, rest, _ := strings.Cut(head, "?>"); format != JSON {
		head = declaration + `?>` + "\n" + `<?xml-stylesheet type="text/css" href="` + html.EscapeString(p.style) + `"?>` + "\n" + rest
	}
	return head, tail, nil
}
