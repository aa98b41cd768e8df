package serve

import (
	"encoding/json"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/search"
)

// pageOf is what a document says of its place among others, in any format.
type pageOf struct {
	ids                   []string
	first, previous, next string // local addresses
}

func readPage(t *testing.T, h http.Handler, path string) pageOf {
	t.Helper()
	w := get(t, h, path)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	links := make(map[string]string)
	var page pageOf
	if address, _, _ := strings.Cut(path, "?"); strings.HasSuffix(address, ".json") {
		var feed struct {
			Next  string                           `json:"next_url"`
			Place struct{ First, Previous string } `json:"_wiredesk"`
			Items []struct{ ID string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &feed); err != nil {
			t.Fatal(err)
		}
		for _, it := range feed.Items {
			page.ids = append(page.ids, it.ID)
		}
		links["first"], links["previous"], links["next"] = feed.Place.First, feed.Place.Previous, feed.Next
	} else {
		type link struct {
			Rel  string `xml:"rel,attr"`
			Href string `xml:"href,attr"`
		}
		var feed struct { // Atom, or RSS
			Links   []link   `xml:"http://www.w3.org/2005/Atom link"`
			Entries []string `xml:"entry>id"`
			Channel struct {
				Links []link   `xml:"http://www.w3.org/2005/Atom link"`
				Items []string `xml:"item>guid"`
			} `xml:"channel"`
		}
		if err := xml.Unmarshal(w.Body.Bytes(), &feed); err != nil {
			t.Fatal(err)
		}
		page.ids = append(feed.Entries, feed.Channel.Items...)
		for _, l := range append(feed.Links, feed.Channel.Links...) {
			links[l.Rel] = l.Href
		}
	}
	local := func(rel string) string {
		u, err := url.Parse(links[rel])
		if err != nil {
			t.Fatal(err)
		}
		if links[rel] == "" {
			return ""
		}
		return u.RequestURI()
	}
	page.first, page.previous, page.next = local("first"), local("previous"), local("next")
	return page
}

// followPages reads a document and those that it leads to, until there is none.
// Between is called between two of them.
func followPages(t *testing.T, h http.Handler, path string, along func(pageOf) string, between func()) (pages []pageOf, last string) {
	t.Helper()
	for path != "" {
		if len(pages) == 100 {
			t.Fatalf("the pages never end: %s", path)
		}
		page := readPage(t, h, path)
		pages, last = append(pages, page), path
		path = along(page)
		between()
	}
	return pages, last
}

func toPrevious(p pageOf) string { return p.previous }
func toNext(p pageOf) string     { return p.next }

func idsOf(pages []pageOf) []string {
	var ids []string
	for _, p := range pages {
		ids = append(ids, p.ids...)
	}
	return ids
}

// reading is an index that reads the archive for each answer.
type reading struct{ world *shelfOfStories }

func (r reading) Changes() uint64 { return r.world.ChangesMade() }

func (r reading) Find(q search.Query) (ids []aggregator.StoryID, err error) {
	r.world.mu.Lock()
	defer r.world.mu.Unlock()
	compare := func(v *aggregator.StoryView, at aggregator.Position) int {
		if c := v.First.Compare(at.First); c != 0 {
			return c
		}
		return int(v.Seq) - int(at.Seq)
	}
	for i := range r.world.views {
		v := &r.world.views[i]
		if (atNewest(q.Before) || compare(v, q.Before) < 0) && (atNewest(q.After) || compare(v, q.After) > 0) &&
			!v.First.Before(q.Since) && carries(&v.Story, q.Carried) {
			ids = append(ids, v.ID)
		}
	}
	if !atNewest(q.After) {
		slices.Reverse(ids)
	}
	return ids[:min(len(ids), q.Limit)], nil
}

// ChangesMade returns how many changes there were.
func (a *shelfOfStories) ChangesMade() uint64 {
	a.mu.Lock()
	defer a.mu.Unlock()
	return uint64(len(a.changes))
}

// Whoever follows previous from a page meets every story above it once, and
// whoever follows next from the last of these every story, in order; what comes
// meanwhile is met before the end, or not at all.
func TestPagesBothWays(t *testing.T) {
	t.Parallel()
	const stories = 2500
	p := publication()
	p.Feeds = []aggregator.Feed{
		{Slug: "all", Title: "All", Limit: 400},
		{Slug: "late", Title: "Of late", Limit: 100, MaxAge: 5 * time.Hour},
		{Slug: "whales", Title: "Whales", Limit: 2, Where: `title contains "whale"`},
		{Slug: "none", Title: "None", Limit: 40, Where: `title contains "squid"`},
		{Slug: "one", Title: "One", Limit: 40, Where: `title contains "gate 2499 "`},
	}
	for i, tt := range []struct {
		name, path string
		from       int // the story before which the walk begins
		fits       func(n int) bool
	}{
		{"all", "all?", 1300, func(int) bool { return true }},
		{"pages that end with the stories", "all?limit=500", 500, func(int) bool { return true }},
		{"pages of a thousand", "all?limit=1000", 100, func(int) bool { return true }},
		{"a source", "all?source=harbour&limit=300", 1000, func(n int) bool { return n%2 == 0 }},
		{"young ones", "late?", stories - 400, func(n int) bool { return n/3 > stories/3-5*60 }},
		{"young ones, from below", "late?", 100, func(n int) bool { return n/3 > stories/3-5*60 }},
		{"an expression", "whales?", 900, func(n int) bool { return n%500 == 0 }},
		{"an expression that lets none through", "none?", 900, func(int) bool { return false }},
		{"one that is far above", "one?", 100, func(n int) bool { return n == 2499 }},
	} {
		for _, indexed := range []bool{false, true} {
			// Each format with and without an index, if not each of these walks.
			format := []string{"atom", "rss", "json"}[i%3]
			t.Run(fmt.Sprintf("%s, %s, indexed %v", tt.name, format, indexed), func(t *testing.T) {
				t.Parallel()
				synctest.Test(t, func(t *testing.T) {
					untilNoon()
					world, want, above := &shelfOfStories{}, []string(nil), 0
					for n := range stories { // three share an instant; none is at the end of its time soon
						title := fmt.Sprintf("Lock gate %d opens", n)
						if n%500 == 0 {
							title = fmt.Sprintf("A whale in lock %d", n)
						}
						v := story(entry(uint64(n+1), []string{"harbour", "north"}[n%2], title, noon.Add(time.Duration(n/3-stories/3)*time.Minute-20*time.Second)))
						world.views = append(world.views, v)
						if tt.fits(n) {
							want = append(want, v.ID.URN())
							if n >= tt.from {
								above++
							}
						}
					}
					slices.Reverse(world.views)
					slices.Reverse(want)
					o := Options{Archive: world}
					if indexed {
						o.Searcher = reading{world}
					}
					s := rendered(t, o, p)
					slug, query, _ := strings.Cut(tt.path, "?")
					at := world.views[stories-1-tt.from]
					path := "/feeds/" + slug + "." + format + "?" + query + "&before=" + url.QueryEscape(formatPosition(positionOf(at)))
					bothWays(t, s, world, path, want, above)
				})
			})
		}
	}
}

// bothWays walks up from a document, above which there are so many of the
// stories, down to the end, and up again while stories come.
func bothWays(t *testing.T, s *Server, world *shelfOfStories, path string, want []string, above int) {
	t.Helper()
	h, rest := s.Handler(), func() {}
	up, top := followPages(t, h, path, toPrevious, rest)
	slices.Reverse(up)
	met := idsOf(up)
	if diff := cmp.Diff(want[:len(met)], met); diff != "" {
		t.Errorf("upwards (-want +got):\n%s", diff)
	}
	if len(met)-len(up[len(up)-1].ids) != above {
		t.Errorf("%d stories were met above %s, want %d", len(met)-len(up[len(up)-1].ids), path, above)
	}
	if len(want) > 0 && len(up[0].ids) == 0 {
		t.Errorf("previous leads to %s, where nothing is", top)
	}
	down, bottom := followPages(t, h, top, toNext, rest)
	if diff := cmp.Diff(want, idsOf(down)); diff != "" {
		t.Errorf("downwards from %s (-want +got):\n%s", top, diff)
	}
	if newest := readPage(t, h, up[0].first); newest.previous != "" || len(newest.ids) > 0 && len(up[0].ids) > 0 && newest.ids[0] != up[0].ids[0] {
		t.Errorf("%s, where first leads, does not begin as %s", up[0].first, top)
	}

	late := 0
	come := func() {
		late++
		v := story(entry(uint64(10_000+late), "harbour", fmt.Sprintf("Late whale at gate 2499 (%d)", late), noon.Add(time.Duration(late)*time.Millisecond)))
		world.put(v)
		want = append([]string{v.ID.URN()}, want...)
		s.Touch(nil)
		time.Sleep(leastPause) // so that no page is an old one
	}
	up, top = followPages(t, h, bottom, toPrevious, func() {
		if late < 30 {
			come()
		}
	})
	slices.Reverse(up)
	met = idsOf(up)
	if len(want) == late {
		if len(met) > 0 {
			t.Errorf("%d stories that the feed does not want", len(met))
		}
		return
	}
	if diff := cmp.Diff(want[1:], met); late < 30 && diff != "" { // the last came after the end was reached
		t.Errorf("upwards while stories come (-want +got):\n%s", diff)
	}
	if again := readPage(t, h, top); again.previous == "" && (len(again.ids) == 0 || again.ids[0] != want[0]) {
		t.Errorf("%s has neither what came last nor a page before it", top)
	}
}

// A page without stories leads to the story at whose place it begins.
func TestPagesWithoutStories(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	h := rendered(t, Options{Archive: world}, narrowFeeds()).Handler()
	newest, oldest := world.views[0], world.views[3]
	at := func(name string, v aggregator.StoryView) string {
		return "/feeds/all.json?limit=2&" + name + "=" + url.QueryEscape(formatPosition(positionOf(v)))
	}
	above := readPage(t, h, at("after", newest))
	if len(above.ids) > 0 || above.previous != "" || above.first == "" {
		t.Errorf("above all: %+v", above)
	}
	if next := readPage(t, h, above.next); len(next.ids) != 2 || next.ids[0] != newest.ID.URN() {
		t.Errorf("below that: %+v", next)
	}
	below := readPage(t, h, at("before", oldest))
	if len(below.ids) > 0 || below.next != "" {
		t.Errorf("below all: %+v", below)
	}
	if previous := readPage(t, h, below.previous); len(previous.ids) != 2 || previous.ids[1] != oldest.ID.URN() {
		t.Errorf("above that: %+v", previous)
	}
	for _, path := range []string{"/feeds/all.json", "/feeds/all.json?limit=2", "/feeds/hot.json?limit=1"} {
		if page := readPage(t, h, path); page.previous != "" {
			t.Errorf("%s has a page before it: %s", path, page.previous)
		}
	}
}
