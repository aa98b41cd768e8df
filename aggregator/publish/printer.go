package publish

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"iter"
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
	var jobs []job
	var modified time.Time
	known := make(map[aggregator.StoryID]bool, len(stories))
	places := newSlots()
	for i := range stories {
		v := &stories[i]
		if len(v.Entries) == 0 || known[v.ID] {
			continue
		}
		known[v.ID] = true
		modified = later(modified, instant(v.Changed))
		j := job{view: v}
		if !v.Withdrawn {
			j.slot = places.take(v)
		}
		jobs = append(jobs, j)
	}
	aggregator.Share(len(jobs), func(pieces iter.Seq[int]) {
		w := newWriter(site)
		for i := range pieces {
			jobs[i].written, jobs[i].err = p.print(w, &jobs[i], formats)
		}
	})
	p.kept = make(map[aggregator.StoryID]*printed, len(jobs))
	var shown, withdrawn []*printed
	for i := range jobs {
		j := &jobs[i]
		if j.err != nil {
			return nil, fmt.Errorf("render feed %s: story %s: %w", feed.Slug, j.view.ID, j.err)
		}
		p.kept[j.view.ID] = j.written
		if j.view.Withdrawn {
			withdrawn = append(withdrawn, j.written)
		} else {
			shown = append(shown, j.written)
		}
	}
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

// job is a story to be printed.
type job struct {
	view    *aggregator.StoryView
	slot    slot
	written *printed
	err     error
}

// print writes the story in the formats, unless it is kept as it is.
func (p *Printer) print(w *writer, j *job, formats []Format) (*printed, error) {
	v := j.view
	made := w.fingerprint(v, j.slot)
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
			text, err = w.atom.encode("at:deleted-entry", w.tombstone(v))
		} else {
			if it == nil {
				made := w.item(v, j.slot)
				it = &made
				story.language = it.language
			}
			text, err = w.encode(it, format)
		}
		if err != nil {
			return nil, err
		}
		story.parts[format] = Part{v.ID, xxhash.Sum64(text), text}
		p.Memory.put(key, remembered{made, story.language, story.parts[format]})
	}
	return story, nil
}

// writer makes items and writes them. It must not be used by two goroutines at
// a time.
type writer struct {
	*builder
	rss, atom elements
}

func newWriter(site Site) *writer {
	return &writer{builder: newBuilder(site), rss: elements{indent: "    "}, atom: elements{indent: "  "}}
}

// encode writes the item as it stands in a document.
func (w *writer) encode(it *item, format Format) ([]byte, error) {
	switch format {
	case RSS:
		return w.rss.encode("item", it.rss())
	case Atom:
		return w.atom.encode("entry", it.atom())
	}
	var b bytes.Buffer
	err := newJSONEncoder(&b).Encode(it.json())
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}

// elements writes elements of XML, each on lines of its own.
type elements struct {
	indent string
	buf    bytes.Buffer
	enc    *xml.Encoder // nil: not used yet
}

func (e *elements) encode(name string, value any) ([]byte, error) {
	e.buf.Reset()
	if e.enc == nil {
		e.enc = xml.NewEncoder(&e.buf)
		e.enc.Indent(e.indent, "  ")
		e.buf.WriteByte('\n') // as the encoder does before every further one
	}
	if err := e.enc.EncodeElement(value, xml.StartElement{Name: xml.Name{Local: name}}); err != nil {
		e.enc = nil // it stands within an element
		return nil, err
	}
	return bytes.Clone(e.buf.Bytes()), nil
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
