package publish

import (
	"bytes"
	"fmt"
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

// Edition is one rendering of one feed.
type Edition struct {
	Slug     string
	Format   Format
	Body     []byte
	ETag     string    // strong, quoted, made from Body (RFC 9110, section 8.8.3)
	Modified time.Time // newest Story.Changed in it, to the second; zero: no story
	Stories  int       // how many it holds
}

// Render writes stories, in the order given, as an edition of feed. Withdrawn
// stories, stories without entries and repetitions of a story are left out. It
// fails only for a format it does not know.
func Render(site Site, feed aggregator.Feed, format Format, stories []aggregator.StoryView) (Edition, error) {
	p := newPage(site, feed, format, stories)
	var body bytes.Buffer
	body.Grow(p.sizeBytes())
	var err error
	switch format {
	case RSS:
		err = feeds.WriteXML(rssDocument{p}, &body)
	case Atom:
		err = feeds.WriteXML(atomDocument{p}, &body)
	case JSON:
		err = p.writeJSON(&body)
	default:
		err = fmt.Errorf("no such format")
	}
	if err != nil {
		return Edition{}, fmt.Errorf("render feed %s as %q: %w", feed.Slug, string(format), err)
	}
	return Edition{
		Slug:     feed.Slug,
		Format:   format,
		Body:     body.Bytes(),
		ETag:     fmt.Sprintf(`"%016x"`, xxhash.Sum64(body.Bytes())),
		Modified: p.modified,
		Stories:  len(p.items),
	}, nil
}
