package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"math"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// decode reads an answer, which must have the status.
func decode[T any](t *testing.T, w *httptest.ResponseRecorder, status int) (got T) {
	t.Helper()
	if w.Code != status {
		t.Fatalf("status %d, want %d: %s", w.Code, status, w.Body)
	}
	if err := json.Unmarshal(w.Body.Bytes(), &got); err != nil {
		t.Fatalf("%v: %s", err, w.Body)
	}
	return got
}

func TestListStories(t *testing.T) {
	t.Parallel()
	p := publication()
	p.Feeds[1].Where = "sources >= 3"
	p.Feeds = append(p.Feeds, aggregator.Feed{Slug: "fresh", Title: "Fresh", MaxAge: time.Hour})
	gone := story(entry(50, "north", "Withdrawn", noon.Add(-time.Minute)))
	gone.Withdrawn = true
	world := smallWorld()
	world.put(gone)
	h := rendered(t, Options{Archive: world}, p).Handler()
	const (
		hostile, grain = `<script>alert("x")</script> & "quotes" win the day`, "Урожай пшеницы в долине оказался рекордным"
		bridge, ferry  = "المدينة تفتتح الجسر الجديد بعد سبع سنوات من العمل", "Ferries stop as fog closes the strait of Lume"
	)
	for _, test := range []struct {
		name, query string
		want        []string
		more        bool
	}{
		{"all", "", []string{hostile, grain, bridge, ferry}, false},
		{"some", "?limit=2", []string{hostile, grain}, true},
		{"as many as there are", "?limit=4", []string{hostile, grain, bridge, ferry}, false},
		{"older ones", "?before=" + url.QueryEscape(formatPosition(positionOf(world.views[3]))), []string{ferry}, false},
		{"since then", "?since=2026-03-14T10:00:00Z", []string{hostile, grain, bridge}, false},
		{"of a source", "?source=harbour", []string{bridge, ferry}, false},
		{"of several", "?min_sources=3", []string{bridge, ferry}, false},
		{"of too many", "?min_sources=4", nil, false},
		{"of a feed", "?feed=lead-2", []string{bridge, ferry}, false},
		{"of a feed that forgets", "?feed=fresh", nil, false},
		{"all together", "?feed=all&source=minaa&min_sources=2&since=2026-03-14T00:00:00Z&limit=1", []string{bridge}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := get(t, h, "/api/v1/stories"+test.query)
			wantHeader(t, w.Header(), map[string]string{"Content-Type": "application/json", "Cache-Control": "no-cache", "Access-Control-Allow-Origin": "*"})
			list := decode[StoryList](t, w, http.StatusOK)
			var got []string
			for _, s := range list.Stories {
				got = append(got, s.Title)
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("stories (-want +got):\n%s", diff)
			}
			if more := list.Next != ""; more != test.more {
				t.Errorf("next is %q", list.Next)
			}
		})
	}
}

func TestStoryLine(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	list := decode[StoryList](t, get(t, rendered(t, Options{Archive: world}, publication()).Handler(), "/api/v1/stories?min_sources=2&limit=1"), http.StatusOK)
	id := world.views[2].ID
	want := []StoryLine{{
		ID: id.URN(), URL: "https://news.example/stories/" + id.String(), First: noon.Add(-2 * time.Hour), Updated: noon.Add(-2 * time.Hour),
		Title: "المدينة تفتتح الجسر الجديد بعد سبع سنوات من العمل", Link: "https://minaa.example/e",
		Source:  Source{"minaa", "صوت الميناء", "https://minaa.example/", "https://minaa.example/rss"},
		Sources: 3, Entries: 3,
	}}
	if diff := cmp.Diff(want, list.Stories); diff != "" {
		t.Errorf("stories (-want +got):\n%s", diff)
	}
}

func TestListGoesThroughEveryStoryOnce(t *testing.T) {
	t.Parallel()
	world := &shelfOfStories{}
	for i := range 250 {
		world.put(story(entry(uint64(i+1), "north", fmt.Sprintf("Story %03d.", i), noon.Add(time.Duration(i/7)*time.Hour))))
	}
	h := rendered(t, Options{Archive: world}, publication()).Handler()
	seen := make(map[string]int)
	query, answers := "?limit=60", 0
	for ; query != ""; answers++ {
		list := decode[StoryList](t, get(t, h, "/api/v1/stories"+query), http.StatusOK)
		for _, s := range list.Stories {
			seen[s.ID]++
		}
		if query = ""; list.Next != "" {
			query = "?limit=60&before=" + url.QueryEscape(list.Next)
		}
	}
	if len(seen) != 250 || answers != 5 {
		t.Errorf("%d stories in %d answers, want 250 in 5", len(seen), answers)
	}
	for id, n := range seen {
		if n != 1 {
			t.Errorf("%s is listed %d times", id, n)
		}
	}
}

// TestListIsBounded: an archive in which nothing is found is not read to its
// end in one go, and the answer says where to go on.
func TestListIsBounded(t *testing.T) {
	t.Parallel()
	world := &shelfOfStories{}
	for i := range maxExamined + 50 {
		world.views = append(world.views, story(entry(uint64(maxExamined+50-i), "north", "Story", noon.Add(-time.Duration(i)*time.Second))))
	}
	s := rendered(t, Options{Archive: world}, publication())
	before := world.readCount()
	list := decode[StoryList](t, get(t, s.Handler(), "/api/v1/stories?source=vestnik"), http.StatusOK)
	if reads := world.readCount() - before; reads > maxExamined/pageOfRead+1 || len(list.Stories) > 0 {
		t.Errorf("%d stories after %d reads", len(list.Stories), reads)
	}
	last := positionOf(world.views[maxExamined-1])
	if list.Next != formatPosition(last) {
		t.Errorf("next is %q, want the place of the last story that was looked at, %q", list.Next, formatPosition(last))
	}
	list = decode[StoryList](t, get(t, s.Handler(), "/api/v1/stories?source=vestnik&before="+url.QueryEscape(list.Next)), http.StatusOK)
	if list.Next != "" {
		t.Errorf("next is %q at the end", list.Next)
	}
}

func TestListRefuses(t *testing.T) {
	t.Parallel()
	h := rendered(t, Options{Archive: smallWorld()}, publication()).Handler()
	for query, want := range map[string]int{
		"before=yesterday": 400, "limit=0": 400, "limit=1001": 400, "limit=many": 400, "min_sources=0": 400, "min_sources=x": 400,
		"since=2026-03-14": 400, "feed=none": 404,
	} {
		w := get(t, h, "/api/v1/stories?"+query)
		wantHeader(t, w.Header(), map[string]string{"Content-Type": "application/problem+json"})
		name, value, _ := strings.Cut(query, "=")
		if got := decode[problem](t, w, want); !strings.Contains(got.Detail, name) || !strings.Contains(got.Detail, value) {
			t.Errorf("%s: %q names neither the parameter nor its value", query, got.Detail)
		}
	}
}

func TestStoryByItsNames(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	ferry, bridge := world.views[3], world.views[2]
	second := bridge.Entries[1]
	merged := aggregator.EntryKey("north", aggregator.KeyGUID, "merged away").Story()
	world.alias = map[aggregator.StoryID]aggregator.StoryID{merged: bridge.ID}
	withLink, withGUID := "https://harbour.example/f?utm_source=x", "https://north.example/guid"
	world.keys = map[aggregator.EntryID]aggregator.EntryID{
		aggregator.EntryKey("harbour", aggregator.KeyLink, aggregator.CanonicalLink(withLink)): second.ID,
		aggregator.EntryKey("north", aggregator.KeyGUID, withGUID):                             ferry.Entries[1].ID,
	}
	refused := entry(90, "north", "Horoscope", noon)
	// Two entries that begin alike, of two stories.
	left, right := entry(91, "north", "Left", noon), entry(92, "north", "Right", noon)
	left.ID, right.ID = aggregator.EntryID{1, 2, 3, 4, 5}, aggregator.EntryID{1, 2, 3, 4, 6}
	// And two of one story.
	one, two := entry(93, "north", "One", noon), entry(94, "minaa", "Two", noon)
	one.ID, two.ID = aggregator.EntryID{9, 9, 9, 9, 1}, aggregator.EntryID{9, 9, 9, 9, 2}
	views := []aggregator.StoryView{story(left), story(right), story(one, two)}
	world.put(views...)
	for _, v := range world.views {
		for i := range v.Entries {
			v.Entries[i].Story = v.ID
		}
	}
	world.loose = []aggregator.Entry{refused}
	h := rendered(t, Options{Archive: world}, publication()).Handler()
	for _, test := range []struct {
		name, ask string
		status    int
		want      string // id of the story, or what the problem says
	}{
		{"its id", bridge.ID.String(), 200, bridge.ID.URN()},
		{"as a URN", bridge.ID.URN(), 200, bridge.ID.URN()},
		{"in upper case", strings.ToUpper(bridge.ID.String()), 200, bridge.ID.URN()},
		{"without hyphens", strings.ReplaceAll(bridge.ID.String(), "-", ""), 200, bridge.ID.URN()},
		{"its beginning", bridge.ID.Short(), 200, bridge.ID.URN()},
		{"more of it", bridge.ID.String()[:11], 200, bridge.ID.URN()},
		{"an alias", merged.String(), 200, bridge.ID.URN()},
		{"an entry", second.ID.String(), 200, bridge.ID.URN()},
		{"the beginning of an entry", second.ID.Short(), 200, bridge.ID.URN()},
		{"its page", "https://news.example/stories/" + bridge.ID.String(), 200, bridge.ID.URN()},
		{"its JSON", "http://localhost:8080/wire/stories/" + bridge.ID.String() + ".json", 200, bridge.ID.URN()},
		{"the link of an entry", withLink, 200, bridge.ID.URN()},
		{"the GUID of an entry that is a link", withGUID, 200, ferry.ID.URN()},
		{"two entries of one story", "09090909", 200, views[2].ID.URN()},
		{"two stories", "01020304", 409, "01020304 may mean 01020304-0500-0000-0000-000000000000 or 01020304-0600-0000-0000-000000000000"},
		{"nobody's", "00000000", 404, "00000000 is no story"},
		{"nobody's whole", "00000000-0000-5000-8000-000000000000", 404, "is no story and no entry"},
		{"no link of ours", "https://elsewhere.example/news/1", 404, "https://elsewhere.example/news/1"},
		{"a dropped entry", refused.ID.String(), 404, "is in no story"},
		{"too short", "b69020", 400, "8 digits"},
		{"a headline", "Ferries stop", 400, "names nothing"},
		{"an empty URN", "urn:uuid:", 400, "names nothing"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := get(t, h, "/api/v1/stories/"+url.PathEscape(test.ask))
			if test.status != http.StatusOK {
				if got := decode[problem](t, w, test.status); !strings.Contains(got.Detail, test.want) {
					t.Errorf("detail %q, want %q", got.Detail, test.want)
				}
				return
			}
			if got := decode[Story](t, w, http.StatusOK); got.ID != test.want {
				t.Errorf("story %s, want %s", got.ID, test.want)
			}
			wantHeader(t, w.Header(), map[string]string{"Content-Location": strings.TrimPrefix(test.want, "urn:uuid:")})
		})
	}
}

// TestStoryIsTheSameEverywhere: the API and the JSON of a page tell one story.
func TestStoryIsTheSameEverywhere(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	world.pins = []aggregator.Pin{{A: world.views[2].Entries[0].ID, B: world.views[2].Entries[1].ID, Join: true, At: noon}}
	s := rendered(t, Options{Archive: world}, publication())
	id := world.views[2].ID.String()
	page := get(t, s.Handler(), "/stories/"+id+".json").Body.String()
	for name, body := range map[string]string{
		"API": get(t, s.Handler(), "/api/v1/stories/"+id).Body.String(), "control": get(t, s.Control(), "/api/v1/stories/"+id).Body.String(),
	} {
		if body != page {
			t.Errorf("%s:\n%s\npage:\n%s", name, body, page)
		}
	}
	if !strings.Contains(page, `"pins":[{"join":true`) {
		t.Errorf("the pin is missing: %s", page)
	}
}

func TestStoryOfEverything(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	bridge, grain := world.views[2], world.views[1]
	bridge.Merged = []aggregator.StoryID{{7}}
	// One was purged, one withdrawn, one merged with the story itself, and two
	// with each other.
	gone := story(entry(50, "north", "Withdrawn", noon))
	gone.Withdrawn = true
	world.put(gone)
	world.alias = map[aggregator.StoryID]aggregator.StoryID{{7}: bridge.ID, {9}: grain.ID}
	bridge.Related = []aggregator.StoryID{{8}, gone.ID, {7}, {9}, grain.ID}
	bridge.Members[2].Withdrawn = true
	bridge.Members[2].Joined = noon
	world.put(bridge)
	world.decisions[6] = []aggregator.Decision{{
		Entry: bridge.Entries[2].ID, Seq: 6, Kind: aggregator.Report, Story: bridge.ID, Merged: aggregator.StoryID{7}, Near: grain.ID, At: noon,
		Evidence: aggregator.Evidence{Rule: "judged", Score: math.NaN(), Features: []aggregator.Feature{{Name: "balance", Value: math.Inf(-1)}}},
	}}
	got := decode[Story](t, get(t, rendered(t, Options{Archive: world}, publication()).Handler(), "/api/v1/stories/"+bridge.ID.String()), http.StatusOK)
	if diff := cmp.Diff([]string{"urn:uuid:07000000-0000-0000-0000-000000000000"}, got.Merged); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if len(got.Related) != 1 || got.Related[0].ID != grain.ID.URN() {
		t.Errorf("related: %+v", got.Related)
	}
	last := got.Entries[2]
	if !last.Withdrawn || !last.Joined.Equal(noon) || len(last.Decisions) != 1 {
		t.Fatalf("entry: %+v", last)
	}
	d := last.Decisions[0]
	if d.Merged != got.Merged[0] || d.Near != grain.ID.URN() || d.Score != 0 || !strings.Contains(d.Words, "story 07000000 turned out to be this one") {
		t.Errorf("decision: %+v", d)
	}
}

func TestWithdrawnStoryIsStillExplained(t *testing.T) {
	t.Parallel()
	gone := story(entry(50, "north", "Withdrawn", noon))
	gone.Withdrawn = true
	empty := story(entry(51, "north", "Nothing left", noon))
	empty.Withdrawn, empty.Entries = true, nil
	world := &shelfOfStories{}
	world.put(gone, empty)
	h := rendered(t, Options{Archive: world}, publication()).Handler()
	if got := decode[Story](t, get(t, h, "/api/v1/stories/"+gone.ID.String()), 200); !got.Withdrawn || len(got.Entries) != 1 {
		t.Errorf("got %+v", got)
	}
	if got := decode[Story](t, get(t, h, "/api/v1/stories/"+empty.ID.String()), 200); !got.Withdrawn || got.Lead != "" {
		t.Errorf("got %+v", got)
	}
}

func TestBrokenArchiveShowsNothing(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	s := rendered(t, Options{Archive: world, Pinner: &pinboard{world: world}}, publication())
	id := world.views[0].ID.String()
	world.fail(errors.New("secret path"))
	for _, path := range []string{"/api/v1/stories", "/api/v1/stories/" + id, "/api/v1/stories/" + id[:8], "/api/v1/stories/https:%2F%2Fa.example%2Fb", "/api/v1/pins"} {
		w := get(t, s.Control(), path)
		if got := decode[problem](t, w, http.StatusInternalServerError); strings.Contains(w.Body.String(), "secret") || got.Status != 500 {
			t.Errorf("%s answers %s", path, w.Body)
		}
	}
}
