package publish

import (
	"encoding/json"
	"io"
)

// jsonFeed is JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/).
type jsonFeed struct {
	Version     string       `json:"version"`
	Title       string       `json:"title"`
	HomePageURL string       `json:"home_page_url"`
	FeedURL     string       `json:"feed_url"`
	Description string       `json:"description,omitempty"`
	Language    string       `json:"language,omitempty"`
	Authors     []jsonAuthor `json:"authors"`
	Hubs        []jsonHub    `json:"hubs,omitempty"`
	Items       []jsonItem   `json:"items"`
}

type jsonHub struct {
	Type string `json:"type"`
	URL  string `json:"url"`
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

// jsonStory is our extension: who carries the story.
type jsonStory struct {
	Story   string       `json:"story"`
	Sources []jsonSource `json:"sources"` // the lead's among them, as they joined
}

type jsonSource struct {
	ID        string `json:"id"`
	Title     string `json:"title"`
	URL       string `json:"url,omitempty"`
	Published string `json:"published"`
	Kind      string `json:"kind"`
}

func (p *page) writeJSON(w io.Writer) error {
	author := jsonAuthor{Name: p.Author.Name, URL: address(p.Author.Email)}
	if isMail(p.Author.Email) {
		author.URL = "mailto:" + p.Author.Email
	}
	feed := jsonFeed{
		Version:     "https://jsonfeed.org/version/1.1",
		Title:       p.Title,
		HomePageURL: p.Link.Href,
		FeedURL:     p.self,
		Language:    p.language,
		Authors:     []jsonAuthor{author},
		Items:       make([]jsonItem, 0, len(p.items)),
	}
	if p.Description != p.Title {
		feed.Description = p.Description
	}
	if p.hub != "" {
		feed.Hubs = []jsonHub{{"WebSub", p.hub}}
	}
	for i := range p.items {
		feed.Items = append(feed.Items, p.items[i].json())
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false) // it is no part of a page, and half of it is markup
	return enc.Encode(feed)
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
		Wiredesk:      jsonStory{Story: it.story.String(), Sources: make([]jsonSource, 0, len(it.carriages))},
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
			ID: c.ID, Title: c.Title, URL: c.link, Published: isoTime(c.when), Kind: c.kind.String(),
		})
	}
	return j
}
