package publish

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
)

// Printer renders the editions of one feed. It remembers how it last wrote each
// story, so that an edition costs what is new in it. What it writes does not
// depend on that. The zero value is ready; it is not safe for concurrent use.
type Printer struct {
	// Memory is asked for stories that the last edition did not have; nil: they
	// are written.
	Memory *Memory

	kept map[aggregator.StoryID]*printed
}

// printed is a story as it was last written.
type printed struct {
	made     fingerprint // of everything it was written from
	language string
	parts    map[Format]Part
}

// Print writes stories, in the order given, as the document of feed, in each of
// the formats. What is left out, and how it fails, is said of [Render].
func (p *Printer) Print(site Site, feed aggregator.Feed, doc Document, stories []aggregator.StoryView, formats ...Format) ([]Edition, error) {
	for _, format := range formats {
		if format.ContentType() == "" {
			return nil, fmt.Errorf("render feed %s as %q: %w", feed.Slug, string(format), errors.New("no such format"))
		}
	}
	b := newBuilder(site)
	next := make(map[aggregator.StoryID]*printed, len(stories))
	var shown, withdrawn []*printed
	var modified time.Time
	for i := range stories {
		v := &stories[i]
		if len(v.Entries) == 0 || next[v.ID] != nil {
			continue
		}
		modified = later(modified, instant(v.Changed))
		story, err := p.print(b, v, formats)
		if err != nil {
			return nil, fmt.Errorf("render feed %s: story %s: %w", feed.Slug, v.ID, err)
		}
		next[v.ID] = story
		if v.Withdrawn {
			withdrawn = append(withdrawn, story)
		} else {
			shown = append(shown, story)
		}
	}
	p.kept = next
	editions := make([]Edition, 0, len(formats))
	for _, format := range formats {
		pg := newPage(site, feed, doc, format)
		pg.last(modified)
		pg.language = shared(shown)
		written := shown
		if format == Atom {
			written = slices.Concat(shown, withdrawn)
		}
		parts := make([]Part, len(written))
		for i, story := range written {
			parts[i] = story.parts[format]
		}
		e, err := pg.bind(feed, format, parts, len(shown))
		if err != nil {
			return nil, err
		}
		// The kept bytes are those of the newest edition, so that no older one
		// is kept alive by a story in it.
		for i, part := range e.Parts {
			written[i].parts[format] = part
		}
		editions = append(editions, e)
	}
	return editions, nil
}

// print writes the story in the formats, unless it is kept as it is.
func (p *Printer) print(b *builder, v *aggregator.StoryView, formats []Format) (*printed, error) {
	s := slot{}
	if !v.Withdrawn {
		s = b.slot(v)
	}
	made := b.fingerprint(v, s)
	story := p.kept[v.ID]
	if story == nil || story.made != made {
		story = &printed{made: made, parts: make(map[Format]Part, len(formats))}
	}
	var it *item
	for _, format := range formats {
		if _, there := story.parts[format]; there || v.Withdrawn && format != Atom {
			continue
		}
		key := memoryKey{v.ID, format}
		if r, known := p.Memory.get(key, made); known {
			story.language, story.parts[format] = r.language, r.part
			continue
		}
		var text []byte
		var err error
		if v.Withdrawn {
			text, err = encodeXML("  ", "at:deleted-entry", b.tombstone(v))
		} else {
			if it == nil {
				made := b.item(v, s)
				it = &made
				story.language = it.language
			}
			text, err = it.encode(format)
		}
		if err != nil {
			return nil, err
		}
		story.parts[format] = Part{v.ID, xxhash.Sum64(text), text}
		p.Memory.put(key, remembered{made, story.language, story.parts[format]})
	}
	return story, nil
}

// encode writes the item as it stands in a document.
func (it *item) encode(format Format) ([]byte, error) {
	switch format {
	case RSS:
		return encodeXML("    ", "item", it.rss())
	case Atom:
		return encodeXML("  ", "entry", it.atom())
	}
	var b bytes.Buffer
	err := newJSONEncoder(&b).Encode(it.json())
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// encodeXML writes an element on lines of its own.
func encodeXML(indent, name string, value any) ([]byte, error) {
	b := bytes.NewBufferString("\n")
	enc := xml.NewEncoder(b)
	enc.Indent(indent, "  ")
	err := enc.EncodeElement(value, xml.StartElement{Name: xml.Name{Local: name}})
	return b.Bytes(), err
}

// shared returns the language that all of the stories have, "" if there is
// none.
func shared(stories []*printed) string {
	language := ""
	for i, s := range stories {
		if i > 0 && s.language != language {
			return ""
		}
		language = s.language
	}
	return language
}
