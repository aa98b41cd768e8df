package publish

import (
	"cmp"
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
	// maxContents bounds the contents of an edition, in bytes. Those that no
	// longer fit are left to their summaries.
	maxContents = 8 << 20
)

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
	retracted  []string   // titles of sources that took the story back
	first      time.Time  // its place among stories
	labels     []aggregator.Label
	change     *change // what its latest text changed; nil: it is the first
}

// carriage is a story as one source carries it.
type carriage struct {
	aggregator.Carrier
	kind  aggregator.DecisionKind
	title string // of its entry
	link  string // of its entry; empty: none
	when  time.Time
	seen  time.Time
}

// slot is what a story's neighbours in its edition decide of its item.
type slot struct {
	updated time.Time
	content bool // there is room for the lead's content
}

// slots hands out the places of an edition, in its order.
type slots struct {
	updated map[time.Time]bool
	room    int // bytes of contents that the edition still takes
}

func newSlots() *slots { return &slots{updated: make(map[time.Time]bool), room: maxContents} }

// take returns the story's place.
func (s *slots) take(v *aggregator.StoryView) slot {
	lead := v.LeadEntry()
	taken := slot{
		updated: s.apart(later(instant(v.Updated), instant(lead.When())), v.Seq),
		content: len(lead.Content) <= s.room,
	}
	if taken.content {
		s.room -= len(lead.Content)
	}
	return taken
}

// apart returns t with the story's place in the stream as its microseconds,
// which keeps apart the stories of one poll: readers that sort by updated get
// the stream's order, and a story's time does not depend on its neighbours.
func (s *slots) apart(t time.Time, seq uint64) time.Time {
	t = t.Add(time.Duration(seq%1e6) * time.Microsecond)
	for s.updated[t] {
		t = t.Add(time.Microsecond)
	}
	s.updated[t] = true
	return t
}

// builder makes the items of one page. It must not be used by two goroutines at
// a time.
type builder struct {
	site     Site
	carriers map[string]aggregator.Carrier // cleaned
}

func newBuilder(site Site) *builder {
	return &builder{site: site, carriers: make(map[string]aggregator.Carrier)}
}

func (b *builder) item(v *aggregator.StoryView, s slot) item {
	lead := v.LeadEntry()
	it := item{
		story: v.ID, first: instant(v.First), labels: lead.Labels,
		carriages: b.carriages(v, lead), retracted: b.retracted(v), change: changeOf(v),
	}
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

	title := it.lead.title
	if title == "" {
		title = cmp.Or(cut(line(lead.Summary), madeTitle), it.lead.Title)
	}
	it.Item = &feeds.Item{
		Title:   title,
		Link:    &feeds.Link{Href: cmp.Or(it.lead.link, b.site.BaseURL+"/stories/"+v.ID.String())},
		Id:      v.ID.URN(),
		Created: instant(lead.When()),
		Updated: s.updated,
	}
	content := ""
	if s.content {
		content = lead.Content
	}
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
			seen:    instant(entry.Seen),
		})
	}
	return all
}

// retracted returns the titles of the sources that took back all they brought.
func (b *builder) retracted(v *aggregator.StoryView) []string {
	standing := make(map[string]bool)
	for _, m := range v.Members {
		standing[m.Source] = standing[m.Source] || !m.Withdrawn
	}
	var titles []string
	for _, m := range v.Members {
		if !standing[m.Source] {
			standing[m.Source] = true // named once
			titles = append(titles, b.carrier(m.Source).Title)
		}
	}
	return titles
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
