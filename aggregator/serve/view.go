package serve

import (
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"wiredesk/aggregator"
)

// Lengths of what a list shows, so that no story fills a screen.
const (
	excerptRunes = 280
	alsoShown    = 12
)

// storyItem is a story as pages list it.
type storyItem struct {
	Page    string // local link of its own page
	Title   string
	Link    string // of the lead; empty: none a reader may follow
	Lang    string
	Source  sourceName
	First   moment
	Updated moment // zero: as it was
	Excerpt string
	Also    []carriedBy
	More    int // carriers that Also leaves out
}

// sourceName is a source as pages name it.
type sourceName struct{ Title, Link, Lang string }

// carriedBy is a further source of a story with its own entry.
type carriedBy struct{ Source, Link, Lang string }

// moment is an instant as pages show it.
type moment struct{ time.Time }

// Machine returns the instant for the datetime attribute.
func (m moment) Machine() string { return m.UTC().Format(time.RFC3339) }

// Clock returns the time of day.
func (m moment) Clock() string { return m.UTC().Format("15:04") }

// Day returns the date in words.
func (m moment) Day() string { return m.UTC().Format("Monday, 2 January 2006") }

// Full returns date and time.
func (m moment) Full() string { return m.UTC().Format("2 January 2006, 15:04 UTC") }

// item returns the story as pages list it. The view has at least one entry.
func (p *published) item(view aggregator.StoryView) storyItem {
	lead := view.LeadEntry()
	item := storyItem{
		Page: p.storyPath(view.ID), Title: titleOf(lead), Link: publicLink(lead.Link), Lang: p.language(lead),
		Source: p.source(lead.Source), First: moment{view.First}, Excerpt: excerpt(lead.Summary, excerptRunes),
	}
	if view.Updated.Sub(view.First) >= time.Minute {
		item.Updated = moment{view.Updated}
	}
	if item.Excerpt == item.Title {
		item.Excerpt = ""
	}
	named := map[string]bool{lead.Source: true}
	for _, entry := range view.Standing() {
		if named[entry.Source] {
			continue
		}
		named[entry.Source] = true
		if len(item.Also) == alsoShown {
			item.More++
			continue
		}
		source := p.source(entry.Source)
		item.Also = append(item.Also, carriedBy{source.Title, publicLink(entry.Link), source.Lang})
	}
	return item
}

func (p *published) source(id string) sourceName {
	c := p.carrier(id)
	return sourceName{c.Title, publicLink(c.SiteURL), c.Language}
}

// language returns the language of an entry, or of its source.
func (p *published) language(entry *aggregator.Entry) string {
	if entry.Language != "" {
		return entry.Language
	}
	return p.carrier(entry.Source).Language
}

// storyPath returns the local link of a story's page.
func (p *published) storyPath(id aggregator.StoryID) string {
	return p.root + "/stories/" + id.String()
}

// titleOf returns what stands for an entry in a list; entries without a title
// have at least some text.
func titleOf(entry *aggregator.Entry) string {
	if entry.Title != "" {
		return entry.Title
	}
	if entry.Summary != "" {
		return excerpt(entry.Summary, 100)
	}
	return "Untitled"
}

// excerpt returns the beginning of text, at most about limit characters, cut
// between words where there are any.
func excerpt(text string, limit int) string {
	text = strings.Join(strings.Fields(strings.ToValidUTF8(text, "\uFFFD")), " ")
	if utf8.RuneCountInString(text) <= limit {
		return text
	}
	cut, space, n := 0, 0, 0
	for i, r := range text {
		if n >= limit && !unicode.Is(unicode.M, r) {
			break // a mark stays with the letter it stands on
		}
		if r == ' ' {
			space = i
		}
		n++
		cut = i + utf8.RuneLen(r)
	}
	if space > cut/2 {
		cut = space
	}
	return strings.TrimRightFunc(text[:cut], func(r rune) bool { return unicode.IsSpace(r) || unicode.IsPunct(r) }) + "…"
}
