package publish

import (
	"encoding/json"
	"io"

	"wiredesk/aggregator"
)

// jsonFeed is JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).
type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePageURL string       `json:"home_page_url"`
	FeedURL     string       `json:"feed_url"`
	NextURL     string       `json:"next_url,omitempty"`
	Description string       `json:"description,omitempty"`
	Language    string       `json:"language,omitempty"`
	Authors     []jsonAuthor `json:"authors"`
	Hubs        []jsonHub    `json:"hubs,omitempty"`
	Place       *jsonPlace   `json:"_wiredesk,omitempty"`
	Items       []jsonItem   `json:"items"`
}

type jsonHub struct {
	Type string `json:"type"`
	URL  string `json:"url"`
}

// jsonPlace is our extension of the feed: where a document stands among its
// pages and the archive documents, as RFC 5005 says it in XML. The next page has
// a field of the format's own.
type jsonPlace struct {
	About       string `json:"about"`
	Archive     bool   `json:"archive"` // it is closed and does not change
	First       string `json:"first,omitempty"`
	Previous    string `json:"previous,omitempty"`
	Current     string `json:"current,omitempty"`
	PrevArchive string `json:"prev_archive,omitempty"`
	NextArchive string `json:"next_archive,omitempty"`
}

type jsonItem struct {
	ID            string           `json:"id"`
	URL           string           `json:"url"`
	Title         string           `json:"title"`
	ContentHTML   string           `json:"content_html"`
	Summary       string           `json:"summary,omitempty"`
	Image         string           `json:"image,omitempty"`
	DatePublished string           `json:"date_published"`
	DateModified  string           `json:"date_modified"`
	Authors       []jsonAuthor     `json:"authors"`
	Tags          []string         `json:"tags,omitempty"`
	Language      string           `json:"language,omitempty"`
	Attachments   []jsonAttachment `json:"attachments,omitempty"`
	Wiredesk      jsonStory        `json:"_wiredesk"`
}

type jsonAuthor struct {
	Name string `json:"name"`
	URL  string `json:"url,omitempty"`
}

type jsonAttachment struct {
	URL         string `json:"url"`
	Type        string `json:"mime_type"`
	LengthBytes int64  `json:"size_in_bytes,omitempty"`
}

// jsonStory is our extension of an item: who carries the story, since when, and
// what became of each carrier's entry.
type jsonStory struct {
	Story     string       `json:"story"`
	First     string       `json:"first"` // its place among stories
	Lead      string       `json:"lead"`  // id of the source whose words are shown
	Labels    []jsonLabel  `json:"labels,omitempty"`
	Change    *jsonChange  `json:"change,omitempty"`
	Withdrawn []string     `json:"withdrawn_by,omitempty"` // titles of the sources that took it back
	Sources   []jsonSource `json:"sources"`                // the lead's among them, as they joined
}

type jsonSource struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	URL       string `json:"url,omitempty"`
	Published string `json:"published"`
	Seen      string `json:"seen"`
	Kind      string `json:"kind"`
}

type jsonLabel struct {
	Kind   aggregator.LabelKind `json:"kind"`
	Number int                  `json:"number,omitempty"`
}

// jsonChange is what the present text changed of the one before.
type jsonChange struct {
	At        string               `json:"at"`
	Label     aggregator.LabelKind `json:"label,omitempty"`
	Title     string               `json:"title_before,omitempty"`
	Gone      []string             `json:"no_longer_said,omitempty"`
	Come      []string             `json:"now_said,omitempty"`
	Rewritten bool                 `json:"rewritten,omitempty"`
}

// writeJSON writes the page without its items.
func (p *page) writeJSON(w io.Writer) error {
	author := jsonAuthor{Name: p.Author.Name, URL: address(p.Author.Email)}
	if isMail(p.Author.Email) {
		author.URL = "mailto:" + p.Author.Email
	}
	feed := jsonFeed{
		Version:     "https://jsonfeed.org/version/1.1",
		Title:       p.Title,
		HomePageURL: p.Link.Href,
		FeedURL:     p.links.self,
		NextURL:     p.links.older(),
		Language:    p.language,
		Authors:     []jsonAuthor{author},
		Items:       []jsonItem{},
	}
	if p.Description != p.Title {
		feed.Description = p.Description
	}
	if p.hub != "" {
		feed.Hubs = []jsonHub{{"WebSub", p.hub}}
	}
	if l := &p.links; p.archive || l.prevArchive != "" || l.first != "" {
		feed.Place = &jsonPlace{
			About: "https://www.rfc-editor.org/rfc/rfc5005", Archive: p.archive,
			First: l.first, Previous: l.previous,
			Current: l.current, PrevArchive: l.prevArchive, NextArchive: l.nextArchive,
		}
	}
	return newJSONEncoder(w).Encode(feed)
}

func newJSONEncoder(w io.Writer) *json.Encoder {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // it is no part of a page, and half of it is markup
	return enc
}

func (it *item) json() jsonItem {
	j := jsonItem{
		ID:            it.Id,
		URL:           it.Link.Href,
		Title:         it.Title,
		ContentHTML:   it.Content,
		Image:         it.image,
		DatePublished: isoTime(it.Created),
		DateModified:  isoTime(it.Updated),
		Tags:          it.categories,
		Language:      it.language,
		Wiredesk: jsonStory{
			Story: it.story.String(), First: isoTime(it.first), Lead: it.lead.ID, Withdrawn: it.retracted,
			Sources: make([]jsonSource, 0, len(it.carriages)),
		},
	}
	if it.Description != "" {
		j.Summary = it.summary
	}
	for _, a := range it.people {
		j.Authors = append(j.Authors, jsonAuthor(a))
	}
	if len(j.Authors) == 0 {
		j.Authors = []jsonAuthor{{Name: it.lead.Title, URL: it.lead.SiteURL}}
	}
	for _, f := range it.enclosures {
		j.Attachments = append(j.Attachments, jsonAttachment(f))
	}
	for _, c := range it.carriages {
		j.Wiredesk.Sources = append(j.Wiredesk.Sources, jsonSource{
			ID: c.ID, Title: c.Title, URL: c.link, Published: isoTime(c.when), Seen: isoTime(c.seen), Kind: c.kind.String(),
		})
	}
	for _, l := range it.labels {
		j.Wiredesk.Labels = append(j.Wiredesk.Labels, jsonLabel(l))
	}
	if c := it.change; c != nil {
		j.Wiredesk.Change = &jsonChange{isoTime(c.at), c.kind, c.title, c.gone, c.come, c.rewritten}
	}
	return j
}
