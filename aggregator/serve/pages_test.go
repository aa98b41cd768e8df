package serve

import (
	"encoding/json"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"wiredesk/aggregator"
)

func statuses() []SourceStatus {
	c := carriers()
	secret := c["vestnik"]
	secret.FeedURL = "https://desk:hunter2@vestnik.example/rss"
	secret.SiteURL = "javascript:alert(1)"
	return []SourceStatus{
		{Carrier: c["harbour"], State: aggregator.SourceState{
			Outcome: aggregator.Fetched, LastPoll: noon, LastGood: noon, NextPoll: noon.Add(5 * time.Minute), LastEntry: noon.Add(-time.Hour), EntriesNew: 812,
			FirstPoll: noon.Add(-4 * 24 * time.Hour), Polls: 400, Spent: aggregator.Spent{Bytes: 3_140_000, Time: 80 * time.Second, NotModified: 340},
			Hubs: []string{"https://hub.example/", "javascript:alert(1)"}, Self: "https://harbour.example/rss",
			Hints: aggregator.Hints{MinInterval: 5 * time.Minute, SkipHours: 1<<2 | 1<<3, SkipDays: 1 << time.Sunday},
			Log: aggregator.PollLog(nil).
				Add(aggregator.Poll{At: noon.Add(-5 * time.Minute), Outcome: aggregator.NotModified, Status: 304, Took: 120 * time.Millisecond}).
				Add(aggregator.Poll{At: noon, Outcome: aggregator.Fetched, Status: 200, Took: 300 * time.Millisecond, BytesRead: 48_000, New: 2}),
			Plan: aggregator.Plan{At: noon.Add(5 * time.Minute), Rule: aggregator.RuleIndex, Rate: 190, Expected: 1.1, Theta: 330},
			Push: aggregator.Push{LeaseUntil: noon.Add(100 * time.Hour), Last: noon.Add(-time.Minute)},
		}},
		{Hub: "the hub answered <403> Forbidden", Carrier: c["minaa"], State: aggregator.SourceState{
			Outcome: aggregator.Failed, Failures: 3, Problem: aggregator.Problem{Kind: aggregator.ProblemTimeout, Message: "No whole <answer> came within 30 s."},
			LastPoll: noon, LastGood: noon.Add(-time.Hour), NextPoll: noon.Add(time.Hour), Plan: aggregator.Plan{At: noon.Add(time.Hour), Rule: aggregator.RuleBackOff}, EntriesNew: 1, Moved: "https://minaa.example/new", MovedSeen: []time.Time{noon},
		}},
		{Carrier: c["north"], State: aggregator.SourceState{URL: c["north"].FeedURL, Address: "https://north.example/moved"}},
		{Carrier: secret, State: aggregator.SourceState{
			Outcome: aggregator.Gone, Failures: 1, Problem: aggregator.Problem{Kind: aggregator.ProblemStatus, Message: "The feed is gone (410)."}, LastPoll: noon, Plan: aggregator.Plan{Rule: aggregator.RuleGone},
		}},
	}
}

func TestGoldenPages(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	h := rendered(t, Options{Archive: world, Version: "1.0", Sources: statuses}, publication()).Handler()
	bridge := world.views[2].ID.String()
	for name, path := range map[string]string{
		"front.html": "/", "story.html": "/stories/" + bridge, "related.html": "/stories/" + world.views[1].ID.String(), "story.json": "/stories/" + bridge + ".json",
		"feed.html": "/feeds/lead-2.html", "sources.html": "/sources", "sources.json": "/api/v1/sources", "source.json": "/api/v1/sources/harbour", "error.html": "/nothing", "sources.opml": "/sources.opml", "feeds.opml": "/feeds.opml",
	} {
		body := get(t, h, path).Body.String()
		// The style has its own file; its hash is checked elsewhere.
		body = regexp.MustCompile(`(?s)<style>.*</style>`).ReplaceAllString(body, "<style></style>")
		golden(t, name, []byte(body))
	}
}

// elements returns the elements of a page.
func elements(t *testing.T, page string) []xml.StartElement {
	t.Helper()
	d := xml.NewDecoder(strings.NewReader(page))
	d.Strict, d.AutoClose, d.Entity = false, xml.HTMLAutoClose, xml.HTMLEntity
	var found []xml.StartElement
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			return found
		}
		if err != nil {
			t.Fatal(err)
		}
		if start, ok := token.(xml.StartElement); ok {
			found = append(found, start.Copy())
		}
	}
}

func TestHostileTextStaysText(t *testing.T) {
	t.Parallel()
	const payload = `"><script>alert(1)</script><img src=x onerror=alert(2)>'--></style></title>{{.}}`
	world := &shelfOfStories{revisions: make(map[uint64][]aggregator.Revision), decisions: make(map[uint64][]aggregator.Decision)}
	links := []string{"javascript:alert(1)", "data:text/html,x", "//evil.example", "/local", "mailto:x@y", "http:", "https://", `https://ok.example/?a="><script>`, " javascript:alert(1)", "JaVaScRiPt:alert(1)"}
	c := make(map[string]aggregator.Carrier)
	var entries []aggregator.Entry
	for i, link := range links {
		source := fmt.Sprint("source", i)
		c[source] = aggregator.Carrier{ID: source, Title: payload, SiteURL: link, FeedURL: link, Language: payload}
		e := entry(uint64(i+1), source, payload, noon.Add(time.Duration(i)*time.Minute))
		e.Link, e.Summary, e.Language, e.Content = link, payload+" and more", payload, payload
		e.Labels = []aggregator.Label{{Kind: payload}}
		world.revisions[e.Seq] = []aggregator.Revision{{Title: payload, At: noon}}
		world.decisions[e.Seq] = []aggregator.Decision{{Kind: aggregator.Copy, At: noon, Evidence: aggregator.Evidence{
			Rule: payload, Features: []aggregator.Feature{{Name: payload, Words: []string{payload}}, {Name: aggregator.FeatureLink, Words: []string{link}}},
		}}}
		entries = append(entries, e)
		world.put(story(e))
	}
	all := story(entries...)
	all.ID, all.Seq = aggregator.StoryID{1}, 100
	world.put(all)
	p := publication()
	p.Site.Carriers, p.Site.Contact = c, payload
	p.Feeds[0].Title, p.Feeds[0].Description = payload, payload
	h := rendered(t, Options{Archive: world, Version: payload, Sources: func() []SourceStatus {
		var all []SourceStatus
		for id := range c {
			all = append(all, SourceStatus{Carrier: c[id], Hub: payload, State: aggregator.SourceState{Outcome: aggregator.Failed, Problem: aggregator.Problem{Message: payload}, Moved: c[id].FeedURL}})
		}
		return all
	}}, p).Handler()
	for _, path := range []string{"/", "/stories/" + all.ID.String(), "/sources", "/" + url.PathEscape(payload), "/?before=" + url.QueryEscape(payload)} {
		page := get(t, h, path).Body.String()
		if !strings.Contains(page, "&lt;script&gt;") {
			t.Errorf("%s does not show the payload at all", path)
		}
		for _, element := range elements(t, page) {
			switch element.Name.Local {
			case "script", "img", "iframe", "object", "embed", "base", "form":
				t.Errorf("%s holds a <%s>", path, element.Name.Local)
			}
			for _, a := range element.Attr {
				if name := a.Name.Local; strings.HasPrefix(name, "on") || name == "src" || name == "style" {
					t.Errorf("%s holds %s=%q", path, name, a.Value)
				} else if name == "href" && !maySend(a.Value) {
					t.Errorf("%s links to %q", path, a.Value)
				}
			}
		}
	}
}

// maySend reports whether a page may link there: to a page of ours, within
// itself, or to an absolute http or https address.
func maySend(link string) bool {
	if own := regexp.MustCompile(`^(/|/sources|/(feeds|stories)/[^/]+|/(feeds|sources)\.opml|#feeds|/\?before=[^/]+)$`); own.MatchString(link) {
		return true
	}
	u, err := url.Parse(link)
	return err == nil && absolute(u)
}

func TestSecretsOfSourcesStayHidden(t *testing.T) {
	t.Parallel()
	h := rendered(t, Options{Archive: smallWorld(), Sources: statuses}, publication()).Handler()
	for _, path := range []string{"/sources", "/sources.opml"} {
		body := get(t, h, path).Body.String()
		if strings.Contains(body, "hunter2") || !strings.Contains(body, "https://vestnik.example/rss") {
			t.Errorf("%s shows the password or not the address:\n%s", path, body)
		}
	}
}

func TestPagesGoThroughEveryStoryOnce(t *testing.T) {
	t.Parallel()
	title, older := regexp.MustCompile(`Story \d+\.`), regexp.MustCompile(`rel="next" href="([^"]*)"`)
	for _, test := range []struct{ stories, pages int }{{frontStories, 1}, {frontStories + 1, 2}, {3 * frontStories, 3}} {
		t.Run(strconv.Itoa(test.stories), func(t *testing.T) {
			t.Parallel()
			world := &shelfOfStories{}
			for i := range test.stories {
				// several stories share an instant, so that Seq has to tell them apart
				world.put(story(entry(uint64(i+1), "north", fmt.Sprintf("Story %03d.", i), noon.Add(time.Duration(i/7)*time.Hour))))
			}
			h := rendered(t, Options{Archive: world}, publication()).Handler()
			seen := make(map[string]int)
			pages := 0
			for path := "/"; path != "" && pages < 10; pages++ {
				page := get(t, h, path).Body.String()
				for _, found := range title.FindAllString(page, -1) {
					seen[found]++
				}
				if got, want := strings.Contains(page, ">Newest stories<"), path != "/"; got != want {
					t.Errorf("%s leads back to the newest: %v", path, got)
				}
				path = ""
				if next := older.FindStringSubmatch(page); next != nil {
					path = html.UnescapeString(next[1])
				}
			}
			if len(seen) != test.stories || pages != test.pages {
				t.Errorf("%d stories on %d pages, want %d on %d", len(seen), pages, test.stories, test.pages)
			}
			for found, n := range seen {
				if n != 1 {
					t.Errorf("%s stands on the pages %d times", found, n)
				}
			}
		})
	}
}

func TestEmptyPages(t *testing.T) {
	t.Parallel()
	h := rendered(t, Options{Archive: &shelfOfStories{}}, publication()).Handler()
	for path, want := range map[string]string{"/": "No stories yet", "/?before=2026-03-14T12:00:00Z~5": "nothing older", "/sources": "No sources"} {
		if page := get(t, h, path).Body.String(); !strings.Contains(page, want) {
			t.Errorf("%s does not say %q:\n%s", path, want, page)
		}
	}
}

func TestWithdrawnStoriesAreNotListed(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	gone := story(entry(60, "north", "Taken back", noon))
	gone.Withdrawn = true
	empty := story(entry(61, "north", "Nothing left", noon))
	empty.Entries = nil
	world.put(gone, empty)
	page := get(t, rendered(t, Options{Archive: world}, publication()).Handler(), "/").Body.String()
	if strings.Contains(page, "Taken back") || strings.Contains(page, empty.ID.String()) {
		t.Error("a withdrawn story is listed")
	}
}

func TestManyCarriers(t *testing.T) {
	t.Parallel()
	entries := []aggregator.Entry{entry(1, "lead", "Storm", noon), entry(2, "lead", "Storm again", noon)}
	for i := range alsoShown + 3 {
		for range 2 {
			entries = append(entries, entry(uint64(len(entries)+1), fmt.Sprint("wire", i), fmt.Sprint("Storm ", len(entries)), noon))
		}
	}
	item := (&published{}).item(story(entries...))
	if len(item.Also) != alsoShown || item.More != 3 {
		t.Errorf("%d carriers are named and %d counted, want %d and 3", len(item.Also), item.More, alsoShown)
	}
	for _, also := range item.Also {
		if also.Source == "lead" {
			t.Error("the lead's source is named among the others")
		}
	}
}

func TestExcerpt(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, text string
		limit      int
		want       string
	}{
		{"short", "One two", 10, "One two"},
		{"exact", "0123456789", 10, "0123456789"},
		{"spaces folded", " One \n\t two ", 7, "One two"},
		{"between words", "One two three four", 12, "One two…"},
		{"no comma before the dots", "One two, three four", 10, "One two…"},
		{"one long word", "Donaudampfschifffahrt", 5, "Donau…"},
		{"no spaces in the script", "風の強い朝に港で", 4, "風の強い…"},
		{"marks stay with their letter", strings.Repeat("e\u0301", 6), 3, "e\u0301e\u0301…"},
		{"long word after a short one", "A Donaudampfschifffahrt", 12, "A Donaudampf…"},
		{"empty", "", 5, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := excerpt(test.text, test.limit); got != test.want {
				t.Errorf("excerpt(%q, %d) = %q, want %q", test.text, test.limit, got, test.want)
			}
		})
	}
}

func FuzzExcerpt(f *testing.F) {
	f.Add("One two three", 5)
	f.Add("e\u0301e\u0301", 1)
	f.Add("\xff\xfe broken", 3)
	f.Add("\xff0", 1)
	f.Fuzz(func(t *testing.T, text string, limit int) {
		limit = max(1, limit%1000)
		got := excerpt(text, limit)
		if !utf8.ValidString(got) {
			t.Errorf("excerpt(%q, %d) = %q is cut inside a character", text, limit, got)
		}
	})
}

func TestStoryJSON(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	view := world.views[2]
	w := get(t, rendered(t, Options{Archive: world}, publication()).Handler(), "/stories/"+view.ID.String()+".json")
	wantHeader(t, w.Header(), map[string]string{"Content-Type": "application/json", "Access-Control-Allow-Origin": "*"})
	var got Story
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if got.ID != view.ID.URN() || got.URL != "https://news.example/stories/"+view.ID.String() || len(got.Entries) != len(view.Entries) {
		t.Errorf("got %+v", got)
	}
	if got.Entries[0].Kind != "new" || got.Entries[1].Kind != "copy" || got.Entries[1].Source.Title != "Harbour Post" {
		t.Errorf("entries %+v", got.Entries)
	}
}
