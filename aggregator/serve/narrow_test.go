package serve

import (
	"encoding/json"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// narrowFeeds is what the tests narrow: sources with tags, and feeds in both
// orders.
func narrowFeeds() Publication {
	p := publication()
	for id, tags := range map[string][]string{"harbour": {"paper"}, "north": {"agency"}, "minaa": {"paper", "radio"}} {
		c := p.Site.Carriers[id]
		c.Tags = tags
		p.Site.Carriers[id] = c
	}
	p.Feeds = append(p.Feeds,
		aggregator.Feed{Slug: "told", Title: "Told by several", Where: "sources >= 2", Limit: 50},
		aggregator.Feed{Slug: "hot", Title: "What spreads", Limit: 50, MaxAge: 48 * time.Hour, Order: aggregator.OrderProminence},
	)
	return p
}

// jsonFeed is what these tests read of one.
type jsonFeed struct {
	Title   string `json:"title"`
	FeedURL string `json:"feed_url"`
	Items   []struct {
		Title string `json:"title"`
	} `json:"items"`
}

// untilNoon lets the clock of a synctest bubble show noon.
func untilNoon() { time.Sleep(time.Until(noon)) }

func readFeed(t *testing.T, s *Server, path string) jsonFeed {
	t.Helper()
	w := get(t, s.Handler(), path)
	if w.Code != http.StatusOK {
		t.Fatalf("%s: %d %s", path, w.Code, w.Body)
	}
	var feed jsonFeed
	if err := json.Unmarshal(w.Body.Bytes(), &feed); err != nil {
		t.Fatal(err)
	}
	return feed
}

func TestNarrowedFeeds(t *testing.T) {
	t.Parallel()
	// Newest first: the hostile one (north), the grain (vestnik), the bridge
	// (minaa, harbour, vestnik), the ferry (harbour, north, minaa).
	hostile, grain, bridge, ferry := "script", "Урожай", "المدينة", "Ferries"
	for _, tt := range []struct {
		name, path string
		want       []string
	}{
		{"a tag", "all.json?tag=agency", []string{hostile, ferry}},
		{"any of two tags", "all.json?tag=agency&tag=radio", []string{hostile, bridge, ferry}},
		{"a source", "all.json?source=vestnik", []string{grain, bridge}},
		{"a source and a tag", "all.json?source=vestnik&tag=paper", []string{bridge}},
		{"a language", "all.json?lang=ru", []string{grain}},
		{"any of two languages", "all.json?lang=RU&lang=ar", []string{grain, bridge}},
		{"the language of the source", "all.json?lang=en", []string{ferry}},
		{"a longer range", "all.json?lang=ru-RU", nil},
		{"sources", "all.json?min_sources=2", []string{bridge, ferry}},
		{"more than there are", "all.json?min_sources=4", nil},
		{"time", "all.json?within=90m", []string{hostile, grain}},
		{"days", "all.json?within=2d&min_sources=3", []string{bridge, ferry}},
		{"limit", "all.json?limit=1", []string{hostile}},
		{"before an instant", "all.json?before=2026-03-14T11:00:00Z", []string{bridge, ferry}},
		{"before a place", "all.json?before=2026-03-14T10:00:00Z~4", []string{ferry}},
		{"before a story of the same instant", "all.json?before=2026-03-14T10:00:00Z~5&limit=1", []string{bridge}},
		{"after an instant", "all.json?after=2026-03-14T10:00:00Z", []string{hostile, grain, bridge}},
		{"after a place", "all.json?after=2026-03-14T10:00:00Z~4", []string{hostile, grain}},
		{"the nearest after a place", "all.json?after=2026-03-13T10:00:00Z~1&limit=2", []string{grain, bridge}},
		{"after a place, of a language", "all.json?after=2026-03-13T10:00:00Z~1&lang=ru&limit=1", []string{grain}},
		{"after a place, of late", "all.json?after=2026-03-13T10:00:00Z~1&within=90m&limit=1", []string{grain}},
		{"with the feed's own expression", "told.json?lang=ar", []string{bridge}},
		{"nothing but junk", "all.json?utm_source=reader&fbclid=1&_=1773489600&min_sources=&tag=", []string{hostile, grain, bridge, ferry}},
		{"prominence", "hot.json", []string{bridge, hostile, grain, ferry}},
		{"prominence of some", "hot.json?within=90m", []string{hostile, grain}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				untilNoon()
				s := rendered(t, Options{Archive: smallWorld()}, narrowFeeds())
				var got []string
				for _, item := range readFeed(t, s, "/feeds/"+tt.path).Items {
					for _, name := range []string{hostile, grain, bridge, ferry} {
						if strings.Contains(item.Title, name) {
							got = append(got, name)
						}
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Error(diff)
				}
			})
		})
	}
}

func TestNarrowedFeedSaysWhatItIs(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		untilNoon()
		s := rendered(t, Options{Archive: smallWorld()}, narrowFeeds())
		feed := readFeed(t, s, "/feeds/all.json?within=48h&lang=ru&utm_medium=feed&lang=ar&limit=5")
		want := "https://news.example/feeds/all.json?lang=ar&lang=ru&within=2d&limit=5"
		if feed.FeedURL != want || feed.Title != "Everything once: ar or ru, the last 2d" {
			t.Errorf("it is %q at %s", feed.Title, feed.FeedURL)
		}
		ids := make(map[string]string)
		for _, path := range []string{"", "?lang=ru", "?lang=ru&limit=1", "?lang=ru&before=2026-03-14T11:30:00Z", "?lang=ru&after=2026-03-14T09:30:00Z", "?lang=ar"} {
			body := get(t, s.Handler(), "/feeds/all.atom"+path).Body.String()
			_, id, _ := strings.Cut(body, "<id>")
			id, _, _ = strings.Cut(id, "</id>")
			ids[path] = id
		}
		if ids[""] == ids["?lang=ru"] || ids["?lang=ru"] == ids["?lang=ar"] {
			t.Errorf("different feeds share an id: %v", ids)
		}
		if ids["?lang=ru&limit=1"] != ids["?lang=ru"] || ids["?lang=ru&before=2026-03-14T11:30:00Z"] != ids["?lang=ru"] || ids["?lang=ru&after=2026-03-14T09:30:00Z"] != ids["?lang=ru"] {
			t.Errorf("the parts of one feed have different ids: %v", ids)
		}
		w := get(t, s.Handler(), "/feeds/all?lang=ru&utm_source=x", "Accept", "application/feed+json")
		if got := w.Header().Get("Content-Location"); got != "/feeds/all.json?lang=ru" {
			t.Errorf("Content-Location: %q", got)
		}
	})
}

func TestNarrowedFeedsRefuse(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, narrowFeeds())
	for _, tt := range []struct{ name, path, want string }{
		{"a name that is not known", "all.json?min_source=3", `There is no parameter "min_source": did you mean min_sources?`},
		{"one in capitals", "all.json?Limit=3", `There is no parameter "Limit": did you mean limit?`},
		{"one like no other", "all.json?colour=red", `There is no parameter "colour".`},
		{"a tag nobody has", "all.json?tag=agencies", `tag "agencies" is no tag of a source here: did you mean agency?`},
		{"a source that is none", "all.json?source=nort", `source "nort" is no source here: did you mean north?`},
		{"a language by its name", "all.json?lang=arabic", `lang "arabic" is no language: write its code, such as ar or pt-BR.`},
		{"a language that is none", "all.json?lang=русский", `lang "русский" is no language: write its code, such as ar or pt-BR.`},
		{"no number", "all.json?min_sources=many", `min_sources "many" must be a whole number from 1 to 10000.`},
		{"none at all", "all.json?min_sources=0", `must be a whole number from 1`},
		{"two numbers", "all.json?limit=3&limit=4", "limit is given more than once: give it once."},
		{"too many", "all.json?limit=1001", "from 1 to 1000."},
		{"no time", "all.json?within=2", `within "2" is no time: write a number and a unit, such as 90m, 2h or 3d.`},
		{"too short a time", "all.json?within=1s", "within is 1s: it must be from 1m to 3650d."},
		{"no place", "all.json?before=yesterday", `before "yesterday" is no place: write an instant such as`},
		{"a place among the prominent", "hot.json?before=2026-03-14T11:00:00Z", "This feed is ordered by prominence"},
		{"one after it", "hot.json?after=2026-03-14T11:00:00Z", "This feed is ordered by prominence"},
		{"no place to go up from", "all.json?after=yesterday", `after "yesterday" is no place: write an instant such as`},
		{"the beginning of time", "all.json?after=0001-01-01T00:00:00Z", `after "0001-01-01T00:00:00Z" is no place`},
		{"before the beginning of time", "all.json?before=0001-01-01T00:00:00Z", `before "0001-01-01T00:00:00Z" is no place`},
		{"a year of five digits", "all.json?before=9999-12-31T23:59:59-01:00", "is no place: write an instant such as"},
		{"two places", "all.json?after=2026-03-14T11:00:00Z&after=2026-03-14T12:00:00Z", "after is given more than once: give it once."},
		{"a place on either side", "all.json?after=2026-03-14T11:00:00Z&before=2026-03-14T12:00:00Z", "before and after exclude each other: give one of them."},
		{"nothing to look for", "all.json?q=-oil", `q "-oil" cannot be searched for: it only says what to leave out: add a word to look for, on each side of an OR.`},
		{"a mark that is not closed", "all.json?q=%22oil", `q "\"oil" cannot be searched for: it has a quotation mark that is not closed.`},
		{"one of two texts", "all.json?q=oil&q=*", `q "*" cannot be searched for`},
		{"text where there is no index", "all.json?q=oil", "the operator has switched that off."},
		{"bad escapes", "all.json?tag=%zz", "The parameters cannot be read"},
		{"a semicolon", "all.json?tag=a;limit=2", "The parameters cannot be read"},
		{"too long", "all.json?tag=" + strings.Repeat("x", maxQueryBytes), "more than 4096."},
		{"too many values", "all.json?" + strings.Repeat("tag=agency&", maxNarrowed+1), "tag is given 33 times, more than 32."},
		{"a long value", "all.json?tag=" + strings.Repeat("é", 50), `tag "` + strings.Repeat("é", 30) + `…" is no tag`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := get(t, s.Handler(), "/feeds/"+tt.path)
			var problem problem
			if err := json.Unmarshal(w.Body.Bytes(), &problem); err != nil {
				t.Fatal(err)
			}
			if w.Code != http.StatusBadRequest || !strings.Contains(problem.Detail, tt.want) {
				t.Errorf("%d %q\nwant 400 and %q", w.Code, problem.Detail, tt.want)
			}
			if strings.Contains(problem.Detail, "..") || strings.HasSuffix(problem.Detail, "?.") {
				t.Errorf("%q ends twice", problem.Detail)
			}
		})
	}
}

func FuzzNarrowing(f *testing.F) {
	for _, seed := range []string{
		"q=oil+-opec&q=%22a+b%22", "q=%E6%B2%B9*", "", "tag=agency&min_sources=3&within=2h", "lang=pt-BR&lang=ar&limit=7&before=2026-03-14T11:00:00Z~4",
		"utm_source=x", "within=1e9h", "before=~", "after=2026-03-14T11:00:00.5%2B01:00~4&limit=7", "after=9999-12-31T23:59:59-01:00", "after=0001-01-01T00:00:00Z~0", "source=north&source=north", "lang=%d8%b9", "limit=00012", "a=%", "&&=&",
	} {
		f.Add(seed)
	}
	s := rendered(f, Options{Archive: smallWorld()}, narrowFeeds())
	pub := s.current.Load()
	f.Fuzz(func(t *testing.T, raw string) {
		n, err := pub.parseNarrowing(pub.feeds[0], raw)
		if err != nil {
			var refused refusal
			if !errors.As(err, &refused) || refused.status != http.StatusBadRequest || !strings.HasSuffix(refused.detail, ".") && !strings.HasSuffix(refused.detail, "?") {
				t.Fatalf("%q: %v", raw, err)
			}
			return
		}
		asked := n.of(pub.feeds[0].Feed)
		if _, err := url.ParseQuery(asked.Query()); err != nil {
			t.Fatalf("%q became %q: %v", raw, asked.Query(), err)
		}
		again, err := pub.parseNarrowing(pub.feeds[0], asked.Query())
		if err != nil {
			t.Fatalf("%q became %q, which is refused: %v", raw, asked.Query(), err)
		}
		if back := again.of(pub.feeds[0].Feed); back.Query() != asked.Query() || back.Title != asked.Title {
			t.Fatalf("%q became %q, and that %q", raw, asked.Query(), back.Query())
		}
	})
}
