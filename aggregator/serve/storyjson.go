package serve

import (
	"time"

	"wiredesk/aggregator"
)

// storyJSON is a story for programs. Zero instants and empty texts are left
// out.
type storyJSON struct {
	ID      string               `json:"id"`
	URL     string               `json:"url"`
	First   time.Time            `json:"first"`
	Updated time.Time            `json:"updated,omitzero"`
	Changed time.Time            `json:"changed,omitzero"`
	Lead    string               `json:"lead"` // id of an entry
	Related []aggregator.StoryID `json:"related,omitempty"`
	Entries []entryJSON          `json:"entries"` // in the order they joined
}

type entryJSON struct {
	ID         string     `json:"id"`
	Kind       string     `json:"kind"`
	Source     sourceJSON `json:"source"`
	Link       string     `json:"url,omitempty"`
	Title      string     `json:"title,omitempty"`
	Summary    string     `json:"summary,omitempty"`
	Content    string     `json:"content_html,omitempty"`
	Language   string     `json:"language,omitempty"`
	Authors    []string   `json:"authors,omitempty"`
	Categories []string   `json:"categories,omitempty"`
	Published  time.Time  `json:"published,omitzero"`
	Updated    time.Time  `json:"updated,omitzero"`
	Seen       time.Time  `json:"seen"`
	Revised    time.Time  `json:"revised,omitzero"`
	Revision   int        `json:"revision,omitempty"`
}

type sourceJSON struct {
	ID    string `json:"id"`
	Title string `json:"title"`
	Site  string `json:"home_page_url,omitempty"`
	Feed  string `json:"feed_url,omitempty"`
}

func (p *published) storyJSON(view aggregator.StoryView) storyJSON {
	story := storyJSON{
		ID: view.ID.URN(), URL: p.site.BaseURL + "/stories/" + view.ID.String(),
		First: view.First, Updated: view.Updated, Changed: view.Changed,
		Lead: view.LeadEntry().ID.String(), Related: view.Related,
	}
	kinds := memberKinds(view)
	for i := range view.Entries {
		e := &view.Entries[i]
		c := p.carrier(e.Source)
		entry := entryJSON{
			ID: e.ID.String(), Kind: kinds[e.Seq].String(),
			Source: sourceJSON{c.ID, c.Title, publicLink(c.SiteURL), publicLink(c.FeedURL)},
			Link:   publicLink(e.Link), Title: e.Title, Summary: e.Summary, Content: e.Content,
			Language: p.language(e), Categories: e.Categories,
			Published: e.Published, Updated: e.Updated, Seen: e.Seen, Revised: e.Revised, Revision: e.Revision,
		}
		for _, author := range e.Authors {
			entry.Authors = append(entry.Authors, author.Name)
		}
		story.Entries = append(story.Entries, entry)
	}
	return story
}
