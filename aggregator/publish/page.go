package publish

import (
	"cmp"
	"crypto/sha1"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/gorilla/feeds"

	"wiredesk/aggregator"
)

const (
	maxCategories = 32
	maxPeople     = 16
	maxEnclosures = 16
	madeTitle     = 80 // characters of a title made from a text
)

// page is one edition before it has a format: the model of gorilla/feeds, and
// beside it what that model has no place for. All its text is clean, all its
// addresses are absolute, all its dates in range.
type page struct {
	*feeds.Feed
	self      string // where the edition is found
	mediaType string
	version   string
	language  string    // that all items share; empty: there are several, or none
	modified  time.Time // newest change of a story in it; zero: no story
	items     []item
}

// item is one story. Of feeds.Item it uses Title, Link, Description (the
// summary as HTML, empty if Content says it all), Content, Id, Created and
// Updated.
type item struct {
	*feeds.Item
	story      aggregator.StoryID
	language   string
	summary    string // plain
	people     []aggregator.Author
	categories []string
	enclosures []aggregator.Enclosure
	image      string
	lead       carriage
	carriages  []carriage // one for each source, as they joined; the lead's is lead
}

// carriage is a story as one source carries it.
type carriage struct {
	aggregator.Carrier
	kind  aggregator.DecisionKind
	title string // of its entry
	link  string // of its entry; empty: none
	when  time.Time
}

// maxContents bounds the contents of an edition, in bytes. Those that no longer
// fit are left to their summaries.
const maxContents = 8 << 20

func newPage(site Site, feed aggregator.Feed, format Format, stories []aggregator.StoryView) *page {
	title := cmp.Or(line(feed.Title), line(feed.Slug), "Wiredesk")
	p := &page{
		Feed: &feeds.Feed{
			Title:       title,
			Link:        &feeds.Link{Href: site.BaseURL + "/", Rel: "alternate", Type: "text/html"},
			Description: cmp.Or(line(feed.Description), title),
			Author:      &feeds.Author{Name: "Wiredesk", Email: line(site.Contact)},
			Id:          nameURN("wiredesk:feed:" + withQuery(feed.Slug, feed.Narrowed)),
			Items:       make([]*feeds.Item, 0, len(stories)),
		},
		self:      withQuery(site.BaseURL+"/feeds/"+feed.Slug+"."+string(format), feed.Query()),
		mediaType: format.mediaType(),
		version:   site.Version,
		items:     make([]item, 0, len(stories)),
	}
	b := builder{
		site:     site,
		carriers: make(map[string]aggregator.Carrier),
		shown:    make(map[aggregator.StoryID]bool, len(stories)),
		updated:  make(map[time.Time]bool, len(stories)),
		room:     maxContents,
	}
	for i := range stories {
		v := &stories[i]
		if v.Withdrawn || len(v.Entries) == 0 || b.shown[v.ID] {
			continue
		}
		b.shown[v.ID] = true
		it := b.item(v)
		p.Add(it.Item)
		p.items = append(p.items, it)
		if changed := instant(v.Changed); changed.After(p.modified) {
			p.modified = changed
		}
		if len(p.items) == 1 {
			p.language = it.language
		} else if it.language != p.language {
			p.language = ""
		}
	}
	p.Updated = instant(p.modified) // Atom wants one even of a feed without entries
	return p
}

func withQuery(address, query string) string {
	if query == "" {
		return address
	}
	return address + "?" + query
}

// sizeBytes guesses how long the edition will be, so that its buffer need not
// grow by doubling.
func (p *page) sizeBytes() int {
	size := 4 << 10
	for i := range p.items {
		it := &p.items[i]
		size += 2<<10 + len(it.Content) + len(it.Content)/8 + len(it.Description)
	}
	return size
}

// builder makes the items of one page.
type builder struct {
	site     Site
	carriers map[string]aggregator.Carrier // cleaned
	shown    map[aggregator.StoryID]bool
	updated  map[time.Time]bool
	room     int // bytes of contents that the page still takes
}

func (b *builder) item(v *aggregator.StoryView) item {
	lead := v.LeadEntry()
	it := item{story: v.ID, carriages: b.carriages(v, lead)}
	for _, c := range it.carriages {
		if c.ID == lead.Source {
			it.lead = c
		}
	}
	it.summary = closed(clean(lead.Summary))
	it.language = cmp.Or(language(lead.Language), language(it.lead.Language))
	it.people = people(lead.Authors)
	it.categories = lines(lead.Categories, maxCategories)
	it.enclosures = enclosures(lead.Enclosures)
	it.image = address(lead.Image)

	published := it.lead.when
	it.Item = &feeds.Item{
		Title:   cmp.Or(it.lead.title, cut(line(lead.Summary), madeTitle), it.lead.Title),
		Link:    &feeds.Link{Href: cmp.Or(it.lead.link, b.site.BaseURL+"/stories/"+v.ID.String())},
		Id:      v.ID.URN(),
		Created: published,
		Updated: b.apart(later(instant(v.Updated), published), v.Seq),
	}
	content := lead.Content
	if len(content) > b.room {
		content = ""
	}
	b.room -= len(content)
	it.Description, it.Content = it.texts(clean(content))
	return it
}

// carriages returns the story as each of its sources carries it: by the lead
// for the lead's source, by the first entry it brought for any other. Who took
// it back carries it no more.
func (b *builder) carriages(v *aggregator.StoryView, lead *aggregator.Entry) []carriage {
	all := make([]carriage, 0, len(v.Entries))
	seen := make(map[string]bool, len(v.Entries))
	kinds := make(map[uint64]aggregator.DecisionKind, len(v.Members))
	for _, m := range v.Members {
		kinds[m.Seq] = m.Kind
	}
	for _, entry := range v.Standing() {
		if seen[entry.Source] {
			continue
		}
		seen[entry.Source] = true
		if entry.Source == lead.Source {
			entry = lead
		}
		all = append(all, carriage{
			Carrier: b.carrier(entry.Source),
			kind:    kinds[entry.Seq],
			title:   line(entry.Title),
			link:    address(entry.Link),
			when:    instant(entry.When()),
		})
	}
	return all
}

// carrier returns the source with clean text and addresses.
func (b *builder) carrier(id string) aggregator.Carrier {
	if c, ok := b.carriers[id]; ok {
		return c
	}
	c := b.site.Carriers[id]
	c.ID = id
	c.Title = cmp.Or(line(c.Title), line(id), "Unnamed source")
	c.FeedURL = address(c.FeedURL)
	c.SiteURL = address(c.SiteURL)
	b.carriers[id] = c
	return c
}

// apart returns t with the story's place in the stream as its microseconds,
// which keeps apart the stories of one poll: readers that sort by updated get
// the stream's order, and a story's time does not depend on its neighbours.
func (b *builder) apart(t time.Time, seq uint64) time.Time {
	t = t.Add(time.Duration(seq%1e6) * time.Microsecond)
	for b.updated[t] {
		t = t.Add(time.Microsecond)
	}
	b.updated[t] = true
	return t
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// lines returns the clean, different, non-empty ones of all, at most limit.
func lines(all []string, limit int) []string {
	var kept []string
	seen := make(map[string]bool)
	for _, s := range all {
		if s = line(s); s != "" && !seen[s] && len(kept) < limit {
			seen[s] = true
			kept = append(kept, s)
		}
	}
	return kept
}

func people(all []aggregator.Author) []aggregator.Author {
	var kept []aggregator.Author
	for _, a := range all {
		if name := personName(line(a.Name)); name != "" && len(kept) < maxPeople {
			kept = append(kept, aggregator.Author{Name: name, URL: address(a.URL)})
		}
	}
	return kept
}

// personName returns a name without the mail address that often follows it in
// angle brackets.
func personName(name string) string {
	before, address, ok := strings.Cut(name, "<")
	if ok && strings.Contains(address, "@") {
		return strings.TrimSpace(before)
	}
	return name
}

func enclosures(all []aggregator.Enclosure) []aggregator.Enclosure {
	var kept []aggregator.Enclosure
	for _, e := range all {
		if url := address(e.URL); url != "" && len(kept) < maxEnclosures {
			kept = append(kept, aggregator.Enclosure{
				URL: url, Type: mimeType(e.Type), LengthBytes: max(e.LengthBytes, 0),
			})
		}
	}
	return kept
}

// length returns an enclosure's length in digits; 0 says that it is unknown.
func length(e aggregator.Enclosure) string { return strconv.FormatInt(e.LengthBytes, 10) }

// nameURN returns the version 5 UUID of name in the name space of OIDs as a URN
// (RFC 9562, section 5.5).
func nameURN(name string) string {
	space := [16]byte{
		0x6b, 0xa7, 0xb8, 0x12, 0x9d, 0xad, 0x11, 0xd1, 0x80, 0xb4, 0x00, 0xc0, 0x4f, 0xd4, 0x30, 0xc8,
	}
	u := sha1.Sum(append(space[:], name...))
	u[6] = u[6]&0x0f | 0x50
	u[8] = u[8]&0x3f | 0x80
	return fmt.Sprintf("urn:uuid:%x-%x-%x-%x-%x", u[:4], u[4:6], u[6:8], u[8:10], u[10:16])
}
