package parse

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	feedjson "github.com/mmcdole/gofeed/json"

	"wiredesk/aggregator"
)

// jsonFeed is a JSON Feed (version 1 and 1.1) whose items are not read yet, so
// that one of them cannot cost the others.
type jsonFeed struct {
	Version     string             `json:"version"`
	Title       string             `json:"title"`
	HomePageURL string             `json:"home_page_url"`
	FeedURL     string             `json:"feed_url"`
	Language    string             `json:"language"`
	Author      *feedjson.Author   `json:"author"`
	Authors     []*feedjson.Author `json:"authors"`
	Hubs        []struct {
		URL string `json:"url"`
	} `json:"hubs"`
	Items []json.RawMessage `json:"items"`
}

// readJSON reads a JSON Feed.
func (r *reader) readJSON(text []byte) error {
	s := jsonScanner{text: text, maxDepth: r.parser.opts.MaxDepth, maxItems: r.parser.opts.MaxEntries}
	if err := s.run(); err != nil {
		return err
	}
	var feed jsonFeed
	err := json.Unmarshal(s.result(), &feed)
	if syntax, is := errors.AsType[*json.SyntaxError](err); is {
		// The scan looks at brackets and strings only.
		s = jsonScanner{text: text[:min(int(syntax.Offset), len(text))-1], maxDepth: s.maxDepth, maxItems: s.maxItems, broken: true}
		if err = s.run(); err != nil {
			return err
		}
		err = json.Unmarshal(s.result(), &feed)
	}
	if _, is := errors.AsType[*json.UnmarshalTypeError](err); err != nil && !is {
		if s.broken {
			return errors.New("it breaks off before its first item is complete")
		}
		return fmt.Errorf("it is no valid JSON: %w", err)
	}
	if feed.Items == nil && !strings.Contains(feed.Version, "jsonfeed.org") {
		return aggregator.Problem{Kind: aggregator.ProblemNotFeed, Message: "this is a JSON document and no JSON Feed: it has no items"}
	}
	if s.broken && len(feed.Items) == 0 {
		return errors.New("it breaks off before its first item is complete")
	}
	r.describeJSON(&feed, &s)
	for _, raw := range feed.Items {
		i, ok := jsonItem(raw)
		if !ok {
			r.doc.Skipped++
			continue
		}
		r.add(r.jsonItem(i, &feed))
	}
	return nil
}

func (r *reader) describeJSON(f *jsonFeed, s *jsonScanner) {
	r.doc.Format = "json"
	r.doc.Title = folded(f.Title)
	r.doc.Language = language(f.Language)
	r.doc.Self = resolve(r.base, f.FeedURL)
	r.doc.Site = resolve(r.base, f.HomePageURL)
	for _, h := range f.Hubs {
		r.hub(h.URL)
	}
	switch {
	case s.broken:
		r.doc.Cut = true
		r.doc.Repaired = cutOff(len(f.Items))
		r.doc.Skipped += s.partial
	case s.capped:
		r.doc.Repaired = fmt.Sprintf("kept the first %d entries", len(f.Items))
	}
	r.doc.Entries = make([]aggregator.Entry, 0, len(f.Items))
}

// jsonItem decodes an item, and where a member is of the wrong type the others.
func jsonItem(raw json.RawMessage) (item *feedjson.Item, ok bool) {
	if len(raw) == 0 || raw[0] != '{' {
		return nil, false
	}
	item = &feedjson.Item{}
	if json.Unmarshal(raw, item) == nil {
		return item, true
	}
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil, false
	}
	for name, value := range members {
		alone, err := json.Marshal(map[string]json.RawMessage{name: value})
		if err != nil {
			continue
		}
		var one feedjson.Item
		if json.Unmarshal(alone, &one) == nil {
			id := item.ID
			_ = json.Unmarshal(alone, item)
			if name != "id" {
				item.ID = id // decoding always sets it
			}
		}
	}
	return item, true
}

func (r *reader) jsonItem(i *feedjson.Item, f *jsonFeed) *item {
	it := &item{
		guid:      i.ID,
		link:      first(i.URL, i.ExternalURL),
		permalink: true,
		base:      r.base,
		title:     prose{value: i.Title},
		summary:   prose{value: i.Summary},
		content:   prose{value: i.ContentHTML, html: true},
		language:  i.Language,
		images:    []string{i.Image, i.BannerImage},
		published: i.DatePublished,
		updated:   i.DateModified,
	}
	if i.ContentHTML == "" {
		it.content = prose{value: i.ContentText}
	}
	people := slices.Concat(i.Authors, []*feedjson.Author{i.Author})
	if i.Author == nil && len(i.Authors) == 0 {
		people = slices.Concat(f.Authors, []*feedjson.Author{f.Author})
	}
	for _, a := range people {
		if a != nil {
			it.authors = append(it.authors, aggregator.Author{Name: a.Name, URL: a.URL})
		}
	}
	it.categories = i.Tags
	if i.Attachments != nil {
		for _, a := range *i.Attachments {
			it.enclosures = append(it.enclosures, enclosure{a.URL, a.MimeType, strconv.FormatInt(a.SizeInBytes, 10)})
		}
	}
	return it
}
