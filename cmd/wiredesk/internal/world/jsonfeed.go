package world

import (
	"encoding/json"
	"fmt"
	"strings"
	"time"
)

type jsonFeed struct {
	Version  string       `json:"version"`
	Title    string       `json:"title"`
	HomePage string       `json:"home_page_url"`
	FeedURL  string       `json:"feed_url"`
	Language string       `json:"language"`
	Authors  []jsonAuthor `json:"authors"`
	Items    []jsonItem   `json:"items"`
}

type jsonAuthor struct {
	Name string `json:"name"`
}

type jsonItem struct {
	ID        string   `json:"id"`
	URL       string   `json:"url"`
	Title     string   `json:"title"`
	Summary   string   `json:"summary"`
	HTML      string   `json:"content_html"`
	Text      string   `json:"content_text"`
	Published string   `json:"date_published"`
	Modified  string   `json:"date_modified"`
	Tags      []string `json:"tags,omitempty"`
}

// marshalJSON returns the wire's feed as JSON Feed 1.1.
func marshalJSON(from *wire, entries []entry) ([]byte, error) {
	feed := jsonFeed{
		Version:  "https://jsonfeed.org/version/1.1",
		Title:    from.Title,
		HomePage: from.base + "/",
		FeedURL:  from.URL,
		Language: from.Language,
		Authors:  []jsonAuthor{{Name: from.Title}},
		Items:    make([]jsonItem, 0, len(entries)),
	}
	for i := range entries {
		e := &entries[i]
		feed.Items = append(feed.Items, jsonItem{
			ID: from.tag(e.path), URL: e.link, Title: e.title, Summary: e.text[0],
			HTML: markup(e.text), Text: strings.Join(e.text, "\n\n"),
			Published: from.local(e.published).Format(time.RFC3339),
			Modified:  from.local(e.updated).Format(time.RFC3339),
			Tags:      e.tags,
		})
	}
	body, err := json.MarshalIndent(feed, "", " ")
	if err != nil {
		return nil, fmt.Errorf("wire %s: %w", from.ID, err)
	}
	return body, nil
}
