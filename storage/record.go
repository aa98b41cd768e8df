package storage

import (
	"wiredesk/aggregator"
)

// The records are what CBOR holds: the domain types without what stands in the
// key or the header, under numbers that are never given twice. A field may be
// added under the next number; one that changes its meaning needs a migration.

type entryRecord struct {
	Source     string            `cbor:"1,keyasint,omitempty"`
	GUID       string            `cbor:"2,keyasint,omitempty"`
	Link       string            `cbor:"3,keyasint,omitempty"`
	Canonical  string            `cbor:"4,keyasint,omitempty"`
	Title      string            `cbor:"5,keyasint,omitempty"`
	Summary    string            `cbor:"6,keyasint,omitempty"`
	Content    string            `cbor:"7,keyasint,omitempty"`
	Language   string            `cbor:"8,keyasint,omitempty"`
	Authors    []authorRecord    `cbor:"9,keyasint,omitempty"`
	Categories []string          `cbor:"10,keyasint,omitempty"`
	Enclosures []enclosureRecord `cbor:"11,keyasint,omitempty"`
	Image      string            `cbor:"12,keyasint,omitempty"`
	Published  stamp             `cbor:"13,keyasint,omitempty"`
	Updated    stamp             `cbor:"14,keyasint,omitempty"`
	Revised    stamp             `cbor:"15,keyasint,omitempty"`
	Revision   int               `cbor:"16,keyasint,omitempty"`
	Text       aggregator.Digest `cbor:"17,keyasint,omitempty"`
	Alike      alike             `cbor:"18,keyasint,omitempty"`
	Labels     []labelRecord     `cbor:"19,keyasint,omitempty"`
	After      uint64            `cbor:"20,keyasint,omitempty"` // RevisedAfter

	words []byte // room to compare Summary in
}

// alike names fields that are left out because others say the same, as in most
// entries they do: it halves the file.
type alike byte

const (
	guidIsLink         alike = 1 << iota
	canonicalIsLink          // Canonical equals Link
	summaryIsOfContent       // Summary is plainText(Content)
)

type authorRecord struct {
	Name string `cbor:"1,keyasint,omitempty"`
	URL  string `cbor:"2,keyasint,omitempty"`
}

type labelRecord struct {
	Kind   aggregator.LabelKind `cbor:"1,keyasint,omitempty"`
	Number int                  `cbor:"2,keyasint,omitempty"`
}

type enclosureRecord struct {
	URL         string `cbor:"1,keyasint,omitempty"`
	Type        string `cbor:"2,keyasint,omitempty"`
	LengthBytes int64  `cbor:"3,keyasint,omitempty"`
}

// set overwrites r with e, keeping r's slices for the next entry.
func (r *entryRecord) set(e *aggregator.Entry) {
	authors, enclosures, labels, words := r.Authors[:0], r.Enclosures[:0], r.Labels[:0], r.words[:0]
	for _, a := range e.Authors {
		authors = append(authors, authorRecord(a))
	}
	for _, x := range e.Enclosures {
		enclosures = append(enclosures, enclosureRecord(x))
	}
	for _, l := range e.Labels {
		labels = append(labels, labelRecord(l))
	}
	*r = entryRecord{
		Source: e.Source, GUID: e.GUID, Link: e.Link, Canonical: e.Canonical,
		Title: e.Title, Summary: e.Summary, Content: e.Content, Language: e.Language,
		Authors: authors, Categories: e.Categories, Enclosures: enclosures, Image: e.Image,
		Published: stampOf(e.Published), Updated: stampOf(e.Updated), Revised: stampOf(e.Revised),
		Revision: e.Revision, Text: e.Text, After: e.RevisedAfter, Labels: labels, words: words,
	}
	if e.GUID == e.Link && e.GUID != "" {
		r.GUID, r.Alike = "", r.Alike|guidIsLink
	}
	if e.Canonical == e.Link && e.Canonical != "" {
		r.Canonical, r.Alike = "", r.Alike|canonicalIsLink
	}
	if e.Summary != "" && len(e.Summary) < len(e.Content) {
		r.words = appendPlainText(words, e.Content)
		if string(r.words) == e.Summary {
			r.Summary, r.Alike = "", r.Alike|summaryIsOfContent
		}
	}
}

func (r *entryRecord) entry(seq uint64, h *entryHeader) aggregator.Entry {
	e := aggregator.Entry{
		ID: h.id, Seq: seq, Source: r.Source, GUID: r.GUID, Link: r.Link, Canonical: r.Canonical,
		Title: r.Title, Summary: r.Summary, Content: r.Content, Language: r.Language,
		Categories: r.Categories, Image: r.Image,
		Published: r.Published.time(), Updated: r.Updated.time(), Seen: h.seen.time(), Revised: r.Revised.time(),
		Revision: r.Revision, RevisedAfter: r.After, Digest: h.digest, Text: r.Text, Story: h.story,
	}
	for _, a := range r.Authors {
		e.Authors = append(e.Authors, aggregator.Author(a))
	}
	for _, x := range r.Enclosures {
		e.Enclosures = append(e.Enclosures, aggregator.Enclosure(x))
	}
	for _, l := range r.Labels {
		e.Labels = append(e.Labels, aggregator.Label(l))
	}
	if r.Alike&guidIsLink != 0 {
		e.GUID = r.Link
	}
	if r.Alike&canonicalIsLink != 0 {
		e.Canonical = r.Link
	}
	if r.Alike&summaryIsOfContent != 0 {
		e.Summary = plainText(r.Content)
	}
	return e
}

type storyRecord struct {
	Members   []memberRecord       `cbor:"1,keyasint,omitempty"`
	Lead      uint64               `cbor:"2,keyasint,omitempty"`
	Updated   stamp                `cbor:"3,keyasint,omitempty"`
	Changed   stamp                `cbor:"4,keyasint,omitempty"`
	Related   []aggregator.StoryID `cbor:"5,keyasint,omitempty"`
	Withdrawn bool                 `cbor:"6,keyasint,omitempty"`
	Merged    []aggregator.StoryID `cbor:"7,keyasint,omitempty"`
	Turns     int                  `cbor:"8,keyasint,omitempty"`
}

type memberRecord struct {
	Seq    uint64                  `cbor:"1,keyasint,omitempty"`
	Source string                  `cbor:"2,keyasint,omitempty"`
	Kind   aggregator.DecisionKind `cbor:"3,keyasint,omitempty"`
	Joined stamp                   `cbor:"4,keyasint,omitempty"`

	Withdrawn bool `cbor:"5,keyasint,omitempty"`
	TextBytes int  `cbor:"6,keyasint,omitempty"`
}

// set overwrites r with s, keeping r's slice for the next story.
func (r *storyRecord) set(s *aggregator.Story) {
	members := r.Members[:0]
	for _, m := range s.Members {
		members = append(members, memberRecord{
			Seq: m.Seq, Source: m.Source, Kind: m.Kind, Joined: stampOf(m.Joined),
			Withdrawn: m.Withdrawn, TextBytes: m.TextBytes,
		})
	}
	*r = storyRecord{
		Members: members, Lead: s.Lead, Updated: stampOf(s.Updated), Changed: stampOf(s.Changed),
		Related: s.Related, Withdrawn: s.Withdrawn, Merged: s.Merged, Turns: s.Turns,
	}
}

func (r *storyRecord) story(seq uint64, h *storyHeader) aggregator.Story {
	s := aggregator.Story{
		ID: h.id, Seq: seq, Lead: r.Lead, First: h.first.time(), Updated: r.Updated.time(),
		Changed: r.Changed.time(), Related: r.Related, Withdrawn: r.Withdrawn,
		Merged: r.Merged, Turns: r.Turns,
	}
	for _, m := range r.Members {
		s.Members = append(s.Members, aggregator.Member{
			Seq: m.Seq, Source: m.Source, Kind: m.Kind, Joined: m.Joined.time(),
			Withdrawn: m.Withdrawn, TextBytes: m.TextBytes,
		})
	}
	return s
}

type revisionRecord struct {
	At      stamp             `cbor:"1,keyasint,omitempty"`
	Title   string            `cbor:"2,keyasint,omitempty"`
	Summary string            `cbor:"3,keyasint,omitempty"`
	Content string            `cbor:"4,keyasint,omitempty"`
	Text    aggregator.Digest `cbor:"5,keyasint,omitempty"`
	After   uint64            `cbor:"6,keyasint,omitempty"`
}

func recordOfRevision(r *aggregator.Revision) revisionRecord {
	return revisionRecord{At: stampOf(r.At), Title: r.Title, Summary: r.Summary, Content: r.Content, Text: r.Text, After: r.After}
}

func (r *revisionRecord) revision(id aggregator.EntryID, seq uint64, n int) aggregator.Revision {
	return aggregator.Revision{
		Entry: id, Seq: seq, N: n, At: r.At.time(),
		Title: r.Title, Summary: r.Summary, Content: r.Content, Text: r.Text, After: r.After,
	}
}

type decisionRecord struct {
	Revision int                     `cbor:"1,keyasint,omitempty"`
	Kind     aggregator.DecisionKind `cbor:"2,keyasint,omitempty"`
	Story    aggregator.StoryID      `cbor:"3,keyasint,omitzero"`
	At       stamp                   `cbor:"4,keyasint,omitempty"`
	Rule     string                  `cbor:"5,keyasint,omitempty"`
	Partner  aggregator.EntryID      `cbor:"6,keyasint,omitzero"`
	Score    float64                 `cbor:"7,keyasint,omitempty"`
	Features []featureRecord         `cbor:"8,keyasint,omitempty"`
	Merged   aggregator.StoryID      `cbor:"9,keyasint,omitzero"`
	Near     aggregator.StoryID      `cbor:"10,keyasint,omitzero"`
}

type featureRecord struct {
	Name  string   `cbor:"1,keyasint,omitempty"`
	Value float64  `cbor:"2,keyasint,omitempty"`
	Words []string `cbor:"3,keyasint,omitempty"`
}

func (r *decisionRecord) set(d *aggregator.Decision) {
	features := r.Features[:0]
	for _, f := range d.Evidence.Features {
		features = append(features, featureRecord(f))
	}
	*r = decisionRecord{
		Revision: d.Revision, Kind: d.Kind, Story: d.Story, At: stampOf(d.At),
		Rule: d.Evidence.Rule, Partner: d.Evidence.Partner, Score: d.Evidence.Score, Features: features,
		Merged: d.Merged, Near: d.Near,
	}
}

func (r *decisionRecord) decision(id aggregator.EntryID, seq uint64) aggregator.Decision {
	d := aggregator.Decision{
		Entry: id, Seq: seq, Revision: r.Revision, Kind: r.Kind, Story: r.Story, At: r.At.time(),
		Merged: r.Merged, Near: r.Near,
		Evidence: aggregator.Evidence{Rule: r.Rule, Partner: r.Partner, Score: r.Score},
	}
	for _, f := range r.Features {
		d.Evidence.Features = append(d.Evidence.Features, aggregator.Feature(f))
	}
	return d
}
