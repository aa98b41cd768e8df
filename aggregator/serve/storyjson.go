package serve

import (
	"fmt"
	"math"
	"time"

	"wiredesk/aggregator"
)

// Story is one story with its entries and why they are in it, in the form of
// the API. Zero instants and empty texts are left out. Ids of stories are URNs,
// those of entries bare UUIDs.
type Story struct {
	ID        string      `json:"id"`
	URL       string      `json:"url"` // of its page
	First     time.Time   `json:"first"`
	Updated   time.Time   `json:"updated,omitzero"`
	Changed   time.Time   `json:"changed,omitzero"`
	Withdrawn bool        `json:"withdrawn,omitempty"` // nothing is left of it
	Lead      string      `json:"lead,omitempty"`      // id of an entry
	Merged    []string    `json:"merged,omitempty"`    // stories that turned out to be this one
	Related   []StoryLine `json:"related,omitempty"`   // near it and kept apart
	Pins      []Pin       `json:"pins,omitempty"`      // an operator's word on its entries
	Entries   []Entry     `json:"entries"`             // in the order they joined
}

// StoryLine is a story as lists show it.
type StoryLine struct {
	ID      string    `json:"id"`
	URL     string    `json:"url"` // of its page
	First   time.Time `json:"first"`
	Updated time.Time `json:"updated,omitzero"`
	Title   string    `json:"title"`          // of its lead
	Link    string    `json:"link,omitempty"` // of its lead
	Source  Source    `json:"source"`         // of its lead
	Sources int       `json:"sources"`        // how many carry it
	Entries int       `json:"entries"`        // how many report it
}

// Entry is an entry of a story.
type Entry struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind"`
	Source     Source     `json:"source"`
	Link       string     `json:"url,omitempty"`
	Title      string     `json:"title,omitempty"`
	Labels     []Label    `json:"labels,omitempty"`
	Summary    string     `json:"summary,omitempty"`
	Content    string     `json:"content_html,omitempty"`
	Language   string     `json:"language,omitempty"`
	Authors    []string   `json:"authors,omitempty"`
	Categories []string   `json:"categories,omitempty"`
	Published  time.Time  `json:"published,omitzero"`
	Updated    time.Time  `json:"updated,omitzero"`
	Seen       time.Time  `json:"seen"`
	Joined     time.Time  `json:"joined,omitzero"` // where it is not Seen
	Revised    time.Time  `json:"revised,omitzero"`
	Revision   int        `json:"revision,omitempty"`
	Withdrawn  bool       `json:"withdrawn,omitempty"` // its source took it back
	Revisions  []Revision `json:"revisions,omitempty"` // its earlier texts, the first first
	Decisions  []Decision `json:"decisions,omitempty"` // what became of it, in order
}

// Source is who brought an entry.
type Source struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Site  string `json:"home_page_url,omitempty"`
	Feed  string `json:"feed_url,omitempty"`
}

// Label is what stood before a headline.
type Label struct {
	Kind   aggregator.LabelKind `json:"kind"`
	Number int                  `json:"number,omitempty"`
}

// Revision is an earlier text of an entry.
type Revision struct {
	Number  int       `json:"revision"` // 0: the first text
	At      time.Time `json:"at"`       // when it came
	Title   string    `json:"title,omitempty"`
	Summary string    `json:"summary,omitempty"`
}

// Decision is what became of an entry, for people in Words and for programs in
// the rest.
type Decision struct {
	Entry    string                  `json:"entry"`
	Kind     aggregator.DecisionKind `json:"kind"`
	At       time.Time               `json:"at"`
	Revision int                     `json:"revision,omitempty"` // of the text it is about
	Words    string                  `json:"words"`
	Story    string                  `json:"story,omitempty"`
	Merged   string                  `json:"merged,omitempty"`
	Near     string                  `json:"near,omitempty"`
	Rule     string                  `json:"rule"`
	Partner  string                  `json:"partner,omitempty"` // id of an entry
	Score    float64                 `json:"score"`
	Features []Feature               `json:"features,omitempty"`
}

// Feature is one thing that was weighed.
type Feature struct {
	Name  string   `json:"name"`
	Value float64  `json:"value"`
	Words []string `json:"words,omitempty"`
}

// tell returns the story in the form of the API.
func (s *Server) tell(pub *published, view aggregator.StoryView) (Story, error) {
	story := Story{
		ID: view.ID.URN(), URL: pub.storyURL(view.ID),
		First: view.First, Updated: view.Updated, Changed: view.Changed, Withdrawn: view.Withdrawn,
		Entries: make([]Entry, 0, len(view.Entries)),
	}
	if len(view.Entries) > 0 {
		story.Lead = view.LeadEntry().ID.String()
	}
	for _, id := range view.Merged {
		story.Merged = append(story.Merged, id.URN())
	}
	related, err := s.related(view)
	if err != nil {
		return Story{}, err
	}
	for i := range related {
		story.Related = append(story.Related, pub.line(&related[i]))
	}
	if story.Pins, err = s.pinsOf(view); err != nil {
		return Story{}, err
	}
	members := membersBySeq(view)
	for i := range view.Entries {
		e := &view.Entries[i]
		entry := pub.entry(e, members[e.Seq])
		if entry.Revisions, entry.Decisions, err = s.history(e); err != nil {
			return Story{}, err
		}
		story.Entries = append(story.Entries, entry)
	}
	return story, nil
}

// history returns the earlier texts of an entry, and what was decided on it.
func (s *Server) history(e *aggregator.Entry) ([]Revision, []Decision, error) {
	earlier, err := s.opts.Archive.Revisions(e.Seq)
	if err != nil {
		return nil, nil, fmt.Errorf("read revisions of entry %s: %w", e.ID, err)
	}
	decided, err := s.opts.Archive.Decisions(e.Seq)
	if err != nil {
		return nil, nil, fmt.Errorf("read decisions on entry %s: %w", e.ID, err)
	}
	var revisions []Revision
	for _, r := range earlier {
		revisions = append(revisions, Revision{r.N, r.At, r.Title, r.Summary})
	}
	var decisions []Decision
	for i := range decided {
		decisions = append(decisions, decisionOf(&decided[i]))
	}
	return revisions, decisions, nil
}

func decisionOf(d *aggregator.Decision) Decision {
	out := Decision{
		Entry: d.Entry.String(), Kind: d.Kind, At: d.At, Revision: d.Revision, Words: d.Explain(),
		Story: urn(d.Story), Merged: urn(d.Merged), Near: urn(d.Near),
		Rule: d.Evidence.Rule, Score: finite(d.Evidence.Score),
	}
	if !d.Evidence.Partner.IsZero() {
		out.Partner = d.Evidence.Partner.String()
	}
	for _, f := range d.Evidence.Features {
		out.Features = append(out.Features, Feature{f.Name, finite(f.Value), f.Words})
	}
	return out
}

// finite returns v, or 0 for what JSON has no number for.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// urn returns the id as feeds carry it, or nothing for none.
func urn(id aggregator.StoryID) string {
	if id.IsZero() {
		return ""
	}
	return id.URN()
}

// line returns a story as lists show it. It has at least one entry.
func (p *published) line(view *aggregator.StoryView) StoryLine {
	lead := view.LeadEntry()
	return StoryLine{
		ID: view.ID.URN(), URL: p.storyURL(view.ID), First: view.First, Updated: view.Updated,
		Title: titleOf(lead), Link: publicLink(lead.Link), Source: p.sourceOf(lead.Source),
		Sources: view.Sources(), Entries: len(view.Entries),
	}
}

// entry returns an entry without its history.
func (p *published) entry(e *aggregator.Entry, m aggregator.Member) Entry {
	entry := Entry{
		ID: e.ID.String(), Kind: m.Kind.String(), Source: p.sourceOf(e.Source),
		Link: publicLink(e.Link), Title: e.Title, Summary: e.Summary, Content: e.Content,
		Language: p.language(e), Categories: e.Categories, Published: e.Published, Updated: e.Updated, Seen: e.Seen,
		Revised: e.Revised, Revision: e.Revision, Withdrawn: m.Withdrawn,
	}
	if !m.Joined.Equal(e.Seen) {
		entry.Joined = m.Joined
	}
	for _, label := range e.Labels {
		entry.Labels = append(entry.Labels, Label(label))
	}
	for _, author := range e.Authors {
		entry.Authors = append(entry.Authors, author.Name)
	}
	return entry
}

func (p *published) sourceOf(id string) Source {
	c := p.carrier(id)
	return Source{c.ID, c.Title, publicLink(c.SiteURL), publicLink(c.FeedURL)}
}

// storyURL returns the address of a story's page.
func (p *published) storyURL(id aggregator.StoryID) string {
	return p.site.BaseURL + "/stories/" + id.String()
}
