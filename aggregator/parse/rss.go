package parse

import (
	"bytes"
	"errors"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	ext "github.com/mmcdole/gofeed/extensions"
	"github.com/mmcdole/gofeed/rss"

	"wiredesk/aggregator"
)

// readRSS reads RSS 0.9x, 1.0 and 2.0.
func (r *reader) readRSS(d document) error {
	var feed *rss.Feed
	items, notes, skipped, err := each(d, func(body []byte) ([]*rss.Item, error) {
		f, err := (&rss.Parser{}).Parse(bytes.NewReader(body))
		if err != nil {
			return nil, err
		}
		if feed == nil {
			feed = f
		}
		return f.Items, nil
	})
	if err != nil {
		return err
	}
	r.doc.Skipped += skipped
	r.describeRSS(feed, d.feed)
	for i, rssItem := range items {
		r.add(r.rssItem(rssItem, notes[i]))
	}
	return nil
}

func (r *reader) describeRSS(f *rss.Feed, n note) {
	r.doc.Format = "rss"
	r.doc.Title = headline(first(f.Title, dublin(f.DublinCoreExt).Title...))
	r.doc.Site = resolve(r.base, f.Link)
	r.doc.Language = language(first(f.Language, append(dublin(f.DublinCoreExt).Language, n.lang)...))
	for _, l := range atomLinks(f.Extensions) {
		switch strings.ToLower(l["rel"]) {
		case "self":
			r.doc.Self = first(r.doc.Self, resolve(r.base, l["href"]))
		case "hub":
			r.hub(l["href"])
		case "", "alternate":
			r.doc.Site = first(r.doc.Site, resolve(r.base, l["href"]))
		}
	}
	r.doc.Hints = hints(f)
}

// hub adds a hub, once.
func (r *reader) hub(ref string) {
	link := resolve(r.base, ref)
	if link == "" {
		return
	}
	if slices.Contains(r.doc.Hubs, link) {
		return
	}
	r.doc.Hubs = append(r.doc.Hubs, link)
}

// hints reads when the feed asks to be left alone.
func hints(f *rss.Feed) (h aggregator.Hints) {
	if n := number(f.TTL); n > 0 {
		h.MinInterval = time.Duration(n) * time.Minute
	}
	h.MinInterval = max(h.MinInterval, updateInterval(f.Extensions["sy"]))
	for _, hour := range f.SkipHours {
		// 24 is the midnight of RSS 0.91.
		if n, err := strconv.Atoi(strings.TrimSpace(hour)); err == nil && n >= 0 && n <= 24 {
			h.SkipHours |= 1 << (n % 24)
		}
	}
	for _, day := range f.SkipDays {
		for d := time.Sunday; d <= time.Saturday; d++ {
			if strings.EqualFold(strings.TrimSpace(day), d.String()) {
				h.SkipDays |= 1 << d
			}
		}
	}
	return h
}

// updateInterval returns the time between two updates that a feed announces, 0
// where it does not (RSS 1.0 syndication module, which Atom feeds use as well).
// A frequency alone is one a day.
func updateInterval(sy elements) time.Duration {
	name, often := strings.ToLower(extValue(sy, "updatePeriod")), number(extValue(sy, "updateFrequency"))
	if name == "" && often > 0 {
		name = "daily"
	}
	return periods[name] / time.Duration(max(often, 1))
}

// periods are the values of sy:updatePeriod.
var periods = map[string]time.Duration{
	"hourly": time.Hour, "daily": 24 * time.Hour, "weekly": 7 * 24 * time.Hour,
	"monthly": 30 * 24 * time.Hour, "yearly": 365 * 24 * time.Hour,
}

// number returns a count of at most a year of minutes, 0 where s is none.
func number(s string) int {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil && !errors.Is(err, strconv.ErrRange) || n < 0 {
		return 0
	}
	return min(n, 365*24*60)
}

func (r *reader) rssItem(i *rss.Item, n note) *item {
	base := within(r.base, n.base)
	dc := dublin(i.DublinCoreExt)
	it := &item{
		link:      first(extValue(i.Extensions["feedburner"], "origLink"), i.Link),
		permalink: true,
		base:      within(base, n.linkBase),
		title:     prose{value: first(i.Title, dc.Title...), html: true},
		summary:   prose{value: first(i.Description, dc.Description...), html: true, base: rebased(base, n.summaryBase)},
		content:   prose{value: first(i.Content, i.Custom["encoded"], i.Custom["fulltext"]), html: true, base: rebased(base, n.contentBase)},
		language:  first(n.lang, dc.Language...),
		published: first(i.PubDate, append(dc.Date, extValue(i.Extensions["dcterms"], "issued"), extValue(i.Extensions["dcterms"], "created"))...),
		updated:   first(extValue(i.Extensions["dcterms"], "modified"), atomValue(i.Extensions, "updated")),
	}
	it.guid = n.about
	if i.GUID != nil && i.GUID.Value != "" {
		it.guid = i.GUID.Value
		it.permalink = !strings.EqualFold(strings.TrimSpace(i.GUID.IsPermalink), "false")
	}
	it.published = first(it.published, atomValue(i.Extensions, "published"), i.Custom["pubDate"], i.Custom["date"])
	if it.link == "" {
		for _, l := range atomLinks(i.Extensions) {
			if rel := l["rel"]; rel == "" || rel == "alternate" {
				it.link = l["href"]
				break
			}
		}
	}
	it.credit(i, dc)
	for _, c := range i.Categories {
		it.categories = append(it.categories, c.Value)
	}
	it.categories = append(it.categories, dc.Subject...)
	for _, e := range i.Enclosures {
		it.enclosures = append(it.enclosures, enclosure{e.URL, e.Type, e.Length})
	}
	it.extend(i.Extensions)
	return it
}

// credit sets the authors of an RSS item.
func (it *item) credit(i *rss.Item, dc *ext.DublinCoreExtension) {
	for _, name := range dc.Creator {
		it.authors = append(it.authors, aggregator.Author{Name: name})
	}
	if i.Author != "" {
		it.authors = append(it.authors, aggregator.Author{Name: i.Author})
	}
	for _, a := range i.Extensions["atom"]["author"] {
		it.authors = append(it.authors, aggregator.Author{Name: extValue(a.Children, "name"), URL: extValue(a.Children, "uri")})
	}
	if len(it.authors) == 0 {
		for _, name := range dc.Author {
			it.authors = append(it.authors, aggregator.Author{Name: name})
		}
		if name := extValue(i.Extensions["itunes"], "author"); name != "" {
			it.authors = append(it.authors, aggregator.Author{Name: name})
		}
	}
}

// rebased returns the base that an xml:base sets in base, nil where it sets
// none.
func rebased(base *url.URL, inner string) *url.URL {
	if inner == "" {
		return base
	}
	return within(base, inner)
}

// first returns the first value that is not empty.
func first(value string, others ...string) string {
	if value != "" {
		return value
	}
	for _, o := range others {
		if o != "" {
			return o
		}
	}
	return ""
}
