package serve

import (
	"cmp"
	"context"
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// cabinet keeps archive documents in memory, of the stories of an archive.
type cabinet struct {
	*shelfOfStories
	mu   sync.Mutex
	docs map[string]aggregator.Archived // by feed and name
	fail error                          // what SaveArchived answers, if set
}

func newCabinet(world *shelfOfStories) *cabinet {
	return &cabinet{shelfOfStories: world, docs: make(map[string]aggregator.Archived)}
}

func (c *cabinet) SaveArchived(docs []aggregator.Archived) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.fail != nil {
		return c.fail
	}
	for _, d := range docs {
		if _, there := c.docs[d.Feed+" "+d.Name]; !there {
			c.docs[d.Feed+" "+d.Name] = d
		}
	}
	return nil
}

func (c *cabinet) Archived(feed, name string, body bool) (aggregator.Archived, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	d, there := c.docs[feed+" "+name]
	if !there {
		return aggregator.Archived{}, aggregator.ErrNotFound
	}
	if !body {
		d.Body = nil
	}
	return d, nil
}

func (c *cabinet) ArchiveNames(feed string) ([]string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	var names []string
	for _, d := range c.docs {
		if d.Feed == feed {
			names = append(names, d.Name)
		}
	}
	slices.Sort(names)
	return names, nil
}

func (c *cabinet) PurgeArchives(before time.Time) (bool, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for key, d := range c.docs {
		if day, _ := aggregator.ParseArchiveName(d.Name); !day.Add(oneDay).After(before) {
			delete(c.docs, key)
		}
	}
	return false, nil
}

func (c *cabinet) Replay(since time.Time, yield func(aggregator.Entry) error) error {
	c.shelfOfStories.mu.Lock()
	entries := c.entries()
	c.shelfOfStories.mu.Unlock()
	slices.SortFunc(entries, func(a, b aggregator.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, e := range entries {
		if e.Seen.Before(since) {
			continue
		}
		if err := yield(e); err != nil {
			return err
		}
	}
	return nil
}

func (c *cabinet) Stories(ids []aggregator.StoryID) ([]aggregator.Story, error) {
	stories := make([]aggregator.Story, len(ids))
	for i, id := range ids {
		if v, err := c.Story(id); err == nil {
			stories[i] = v.Story
		}
	}
	return stories, nil
}

// told is a story whose entries know it, as the store has them.
func told(entries ...aggregator.Entry) aggregator.StoryView {
	for i := range entries {
		entries[i].Story = entries[0].ID.Story()
	}
	return story(entries...)
}

// archiveServer returns a server with archives, whose press and archivist are
// worked by hand.
func archiveServer(t *testing.T, docs *cabinet, p Publication) (s *Server, at func(time.Time)) {
	t.Helper()
	s, err := New(Options{Archive: docs.shelfOfStories, Documents: docs}, p)
	if err != nil {
		t.Fatal(err)
	}
	plates := make(map[string]*plate)
	return s, func(now time.Time) {
		t.Helper()
		if _, err := s.closeDays(t.Context(), now); err != nil {
			t.Fatal(err)
		}
		reprint(t, s, plates)
		s.pass(t.Context(), plates)
	}
}

// document is a feed document as a reader takes it, in whatever format.
type document struct {
	ids        []string
	prev, next string // rel=prev-archive, rel=next-archive
	current    string
	archive    bool
}

func readDocument(t *testing.T, h http.Handler, path string) document {
	t.Helper()
	w := get(t, h, path)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
	}
	var d document
	link := func(rel, href string) {
		u, err := url.Parse(href)
		if err != nil {
			t.Fatal(err)
		}
		switch rel {
		case "prev-archive":
			d.prev = u.Path
		case "next-archive":
			d.next = u.Path
		case "current":
			d.current = u.Path
		}
	}
	if strings.HasSuffix(path, ".json") {
		var feed struct {
			Items    []struct{ ID string }
			Wiredesk struct {
				Prev    string `json:"prev_archive"`
				Next    string `json:"next_archive"`
				Current string
				Archive bool
			} `json:"_wiredesk"`
		}
		if err := json.Unmarshal(w.Body.Bytes(), &feed); err != nil {
			t.Fatal(err)
		}
		for _, it := range feed.Items {
			d.ids = append(d.ids, it.ID)
		}
		link("prev-archive", feed.Wiredesk.Prev)
		link("next-archive", feed.Wiredesk.Next)
		link("current", feed.Wiredesk.Current)
		d.archive = feed.Wiredesk.Archive
		return d
	}
	dec := xml.NewDecoder(w.Body)
	within := ""
	for {
		token, err := dec.Token()
		if err != nil {
			return d
		}
		switch token := token.(type) {
		case xml.StartElement:
			switch token.Name.Local {
			case "entry", "item", "source":
				within = token.Name.Local
			case "archive":
				d.archive = true
			case "link":
				attrs := make(map[string]string)
				for _, a := range token.Attr {
					attrs[a.Name.Local] = a.Value
				}
				link(attrs["rel"], attrs["href"])
			case "id", "guid":
				var id string
				if err := dec.DecodeElement(&id, &token); err != nil {
					t.Fatal(err)
				}
				if within == "entry" || within == "item" {
					d.ids = append(d.ids, id)
				}
			}
		case xml.EndElement:
			if token.Name.Local == within {
				within = map[bool]string{true: "entry"}[within == "source"]
			}
		}
	}
}

// A reader that was away for a month finds every story once: the closed days by
// prev-archive, and what came since in the newest document and its pages.
func TestMonthAway(t *testing.T) {
	t.Parallel()
	world := &shelfOfStories{}
	docs := newCabinet(world)
	p := publication()
	p.Feeds = []aggregator.Feed{
		{Slug: "all", Title: "All", Limit: 20},
		{Slug: "two", Title: "Told by two", Limit: 20, Where: "sources >= 2"},
	}
	s, at := archiveServer(t, docs, p)
	h := s.Handler()
	start := time.Date(2026, 10, 26, 0, 0, 0, 0, time.UTC)
	want := map[string][]string{}
	seq := uint64(0)
	put := func(days float64, entries ...aggregator.Entry) {
		for i := range entries {
			seq++
			entries[i].Seq = seq
			entries[i].Seen = start.Add(time.Duration(days*24*float64(time.Hour)) + time.Duration(i)*time.Minute)
		}
		v := told(entries...)
		world.put(v)
		want["all"] = append(want["all"], v.ID.URN())
		if len(entries) > 1 {
			want["two"] = append(want["two"], v.ID.URN())
		}
	}
	for day := range 31 {
		for i := range 12 {
			title := fmt.Sprintf("Day %d, ship %d", day, i)
			entries := []aggregator.Entry{entry(0, "north", title, start)}
			if i%4 == 0 {
				entries = append(entries, entry(0, "harbour", title+", too", start))
			}
			if day != 9 || i > 11 { // a quiet day
				put(float64(day)+float64(i)/12, entries...)
			}
		}
		if day == 12 {
			// Old news of a source that is new: it stands far back in the list.
			put(float64(day)+0.5, entry(0, "vestnik", "Old news", start))
			world.views[slices.IndexFunc(world.views, func(v aggregator.StoryView) bool { return v.Seq == seq })].First = start.AddDate(0, 0, -40)
			world.put()
		}
		at(start.Add(time.Duration(day)*oneDay + 30*time.Minute)) // the day before is not closed yet
		at(start.Add(time.Duration(day)*oneDay + 70*time.Minute))
	}
	late := aggregator.StoryView{}
	for _, v := range world.views {
		if strings.HasPrefix(v.Entries[0].Title, "Day 27, ship 1") && len(v.Entries) == 1 {
			late = v
		}
	}
	// It came into the feed of two sources when its second joined, days later.
	seq++
	joins := entry(seq, "minaa", "Late to the ship", start.Add(30*oneDay+3*time.Hour))
	world.put(told(late.Entries[0], joins))
	want["two"] = append(want["two"], late.ID.URN())
	at(start.Add(31*oneDay + 2*time.Hour))

	for slug, stories := range want {
		for _, format := range []string{"atom", "rss", "json"} {
			met := make(map[string]int)
			newest := readDocument(t, h, "/feeds/"+slug+"."+format)
			if newest.archive || newest.prev != "/feeds/"+slug+"/archive/2026-11-25."+format {
				t.Fatalf("%s.%s: the newest document links to %q", slug, format, newest.prev)
			}
			documents := 0
			next := "/feeds/" + slug + "/archive/2026-11-26." + format
			for path := newest.prev; path != ""; documents++ {
				d := readDocument(t, h, path)
				if !d.archive || d.next != next || d.current != "/feeds/"+slug+"."+format {
					t.Errorf("%s: archive %v, next %q, current %q", path, d.archive, d.next, d.current)
				}
				for _, id := range d.ids {
					met[id]++
				}
				next, path = path, d.prev
			}
			if documents != 31 {
				t.Errorf("%s.%s: %d documents, want one for each day", slug, format, documents)
			}
			for _, id := range stories {
				if met[id] != 1 {
					t.Errorf("%s.%s: story %s was met %d times", slug, format, id, met[id])
				}
				delete(met, id)
			}
			if len(met) > 0 {
				t.Errorf("%s.%s: %d stories that are none of it", slug, format, len(met))
			}
		}
	}
	met, _ := walk(t, h, "/feeds/all.json", func() {})
	for _, id := range want["all"] {
		if met[id] != 1 {
			t.Errorf("by pages story %s was met %d times", id, met[id])
		}
	}
}

// threeDays returns a server of which three days are closed.
func threeDays(t *testing.T) (*Server, *cabinet, func(time.Time), []aggregator.StoryView) {
	t.Helper()
	world := &shelfOfStories{}
	docs := newCabinet(world)
	p := oneFeed(aggregator.Feed{Slug: "all", Title: "All", Limit: 20})
	p.Keep = 10 * oneDay
	s, at := archiveServer(t, docs, p)
	var stories []aggregator.StoryView
	for i := range 3 {
		v := told(entry(uint64(i+1), "north", fmt.Sprint("Tide on day ", i), noon.Add(time.Duration(i)*oneDay)))
		world.put(v)
		stories = append(stories, v)
	}
	at(noon.Add(3 * oneDay))
	return s, docs, at, stories
}

func TestClosedDaysNeverChange(t *testing.T) {
	t.Parallel()
	s, docs, at, stories := threeDays(t)
	h := s.Handler()
	paths := []string{}
	for _, format := range []string{"atom", "rss", "json"} {
		for _, day := range []string{"14", "15", "16"} {
			paths = append(paths, "/feeds/all/archive/2026-03-"+day+"."+format)
		}
	}
	read := func() (all []string) {
		for _, path := range paths {
			w := get(t, h, path)
			all = append(all, path, w.Header().Get("ETag"), w.Header().Get("Last-Modified"), w.Body.String())
		}
		return all
	}
	before := read()
	// A correction, a further carrier, a new source title, and later days.
	changed := stories[1]
	changed.Entries = slices.Clone(changed.Entries)
	changed.Entries[0].Title, changed.Entries[0].Revision = "CORRECTED-Ebb", 1
	changed.Before = &aggregator.Revision{Title: stories[1].Entries[0].Title}
	further := entry(9, "harbour", "Ebb", noon.Add(4*oneDay))
	docs.put(told(changed.Entries[0], further))
	s.Touch(map[string]aggregator.Carrier{"north": {ID: "north", Title: "The Wire of the North"}})
	at(noon.Add(6 * oneDay))
	if !strings.Contains(get(t, h, "/feeds/all.atom").Body.String(), "CORRECTED-Ebb") {
		t.Error("the newest document lacks the correction")
	}
	if diff := gocmp.Diff(before, read()); diff != "" {
		t.Errorf("after a correction (-before +after):\n%s", diff)
	}
	again, err := New(Options{Archive: docs.shelfOfStories, Documents: docs}, oneFeed(aggregator.Feed{Slug: "all", Title: "All", Limit: 20}))
	if err != nil {
		t.Fatal(err)
	}
	h = again.Handler()
	if diff := gocmp.Diff(before, read()); diff != "" {
		t.Errorf("after a restart (-before +after):\n%s", diff)
	}
}

func TestClosedDaysLoseWhatIsWithdrawn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, docs, _, stories := threeDays(t)
		const path = "/feeds/all/archive/2026-03-15.rss"
		if !strings.Contains(get(t, s.Handler(), path).Body.String(), "Tide on day 1") {
			t.Fatal("the document lacks the story")
		}
		gone := stories[1]
		gone.Withdrawn, gone.Updated = true, noon.Add(20*oneDay)
		docs.put(gone)
		time.Sleep(archivedFresh)
		w := get(t, s.Handler(), path)
		if w.Code != http.StatusOK || strings.Contains(w.Body.String(), "Tide on day 1") {
			t.Errorf("status %d, and the withdrawn story is there still", w.Code)
		}
		wantHeader(t, w.Header(), map[string]string{"Last-Modified": gone.Updated.Format(http.TimeFormat)})
	})
}

func TestArchiveEndsWhereNothingIsKept(t *testing.T) {
	t.Parallel()
	s, _, at, _ := threeDays(t)
	h := s.Handler()
	for name, want := range map[string]int{
		"2026-03-14": 200, "2026-03-16": 200, "2026-03-13": 404, "2026-03-17": 404, "2026-03-14.001": 404, "today": 404, "2026-03-32": 404,
	} {
		if got := get(t, h, "/feeds/all/archive/"+name+".atom").Code; got != want {
			t.Errorf("%s: status %d, want %d", name, got, want)
		}
	}
	for _, path := range []string{"/feeds/none/archive/2026-03-14.atom", "/feeds/all/archive/2026-03-14.html", "/feeds/all/archive/2026-03-14"} {
		if got := get(t, h, path).Code; got != http.StatusNotFound {
			t.Errorf("%s: status %d", path, got)
		}
	}
	first := get(t, h, "/feeds/all/archive/2026-03-15.atom")
	wantHeader(t, first.Header(), map[string]string{
		"Cache-Control": "public, max-age=86400", "Content-Type": "application/atom+xml; charset=utf-8",
		"Link": `<https://news.example/feeds/all/archive/2026-03-15.atom>; rel="self"`, "Access-Control-Allow-Origin": "*",
	})
	if w := get(t, h, "/feeds/all/archive/2026-03-15.atom", "If-None-Match", first.Header().Get("ETag")); w.Code != http.StatusNotModified {
		t.Errorf("status %d to its own ETag", w.Code)
	}
	at(noon.Add(10*oneDay + 12*time.Hour + time.Minute)) // the 14th ended ten days and more ago
	for name, want := range map[string]int{"2026-03-14": 410, "2026-03-10": 410, "2026-03-15": 200} {
		if got := get(t, h, "/feeds/all/archive/"+name+".rss").Code; got != want {
			t.Errorf("%s, once the 14th is purged: status %d, want %d", name, got, want)
		}
	}
	if d := readDocument(t, h, "/feeds/all/archive/2026-03-15.rss"); d.prev != "/feeds/all/archive/2026-03-14.rss" {
		t.Errorf("a closed document changed: its prev-archive is %q", d.prev)
	}
}

func TestFullDaysHaveSeveralDocuments(t *testing.T) {
	t.Parallel()
	world := &shelfOfStories{}
	docs := newCabinet(world)
	for i := range 2*maxArchived + 10 {
		world.views = append(world.views, told(entry(uint64(i+1), "north", fmt.Sprint("Gull ", i), noon.Add(time.Duration(i)*time.Second))))
	}
	world.put()
	s, at := archiveServer(t, docs, oneFeed(aggregator.Feed{Slug: "all", Title: "All", Limit: 20}))
	at(noon.Add(2 * oneDay))
	met := make(map[string]int)
	var names []string
	for path := readDocument(t, s.Handler(), "/feeds/all.json").prev; path != ""; {
		d := readDocument(t, s.Handler(), path)
		names = append(names, strings.TrimSuffix(strings.TrimPrefix(path, "/feeds/all/archive/"), ".json"))
		for _, id := range d.ids {
			met[id]++
		}
		path = d.prev
	}
	if diff := gocmp.Diff([]string{"2026-03-15", "2026-03-14.002", "2026-03-14.001", "2026-03-14"}, names); diff != "" {
		t.Errorf("documents (-want +got):\n%s", diff)
	}
	if len(met) != 2*maxArchived+10 {
		t.Errorf("%d stories of %d", len(met), 2*maxArchived+10)
	}
}

func TestArchivistTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := &shelfOfStories{}
		docs := newCabinet(world)
		docs.fail = errors.New("disk full")
		world.put(told(entry(1, "north", "Before the flood", time.Now().Add(-2*oneDay))))
		s := running(t, Options{Archive: world, Documents: docs}, oneFeed(aggregator.Feed{Slug: "all", Title: "All", Limit: 20}))
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- s.RunArchive(ctx) }()
		time.Sleep(10 * time.Minute)
		if names, _ := docs.ArchiveNames("all"); len(names) != 0 {
			t.Errorf("%q were stored on a full disk", names)
		}
		docs.mu.Lock()
		docs.fail = nil
		docs.mu.Unlock()
		time.Sleep(archiveCheck + 2*time.Second)
		synctest.Wait()
		if names, _ := docs.ArchiveNames("all"); len(names) != 1 {
			t.Errorf("once there is room again %q are stored, want the one day that ended an hour ago", names)
		}
		if !strings.Contains(feedText(t, s, "all"), "prev_archive") {
			t.Error("the newest document does not link to what was closed")
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

func FuzzUnpackParts(f *testing.F) {
	var enc encoder
	f.Add(enc.encode(zstdCoding, []byte{1, 'a', 1, 'b', 1, 'c'}), 1)
	f.Add(enc.encode(zstdCoding, []byte{255, 255, 255, 255, 255, 255, 255, 255, 255, 1}), 1)
	f.Add([]byte("x"), 3)
	f.Fuzz(func(t *testing.T, body []byte, stories int) {
		ids := make([]aggregator.StoryID, min(max(stories, 0), 100))
		parts, err := unpackParts(body, ids, "atom")
		if err == nil && len(parts) != len(ids) {
			t.Errorf("%d parts of %d stories", len(parts), len(ids))
		}
	})
}
