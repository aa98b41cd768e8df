package serve

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/search"
)

// walk reads a JSON feed and the pages that next_url leads to, and counts how
// often it meets each story. Between is called between two pages.
func walk(t *testing.T, h http.Handler, path string, between func()) (met map[string]int, pages int) {
	t.Helper()
	met = make(map[string]int)
	for path != "" {
		w := get(t, h, path)
		if w.Code != http.StatusOK {
			t.Fatalf("%s: status %d: %s", path, w.Code, w.Body)
		}
		var feed struct {
			Next  string `json:"next_url"`
			Items []struct{ ID string }
		}
		if err := json.Unmarshal(w.Body.Bytes(), &feed); err != nil {
			t.Fatal(err)
		}
		for _, it := range feed.Items {
			met[it.ID]++
		}
		next, err := url.Parse(feed.Next)
		if err != nil {
			t.Fatal(err)
		}
		path = next.RequestURI()
		if feed.Next == "" {
			path = ""
		}
		if pages++; pages > 1000 {
			t.Fatal("the pages never end")
		}
		between()
	}
	return met, pages
}

// Whoever follows next from the newest page meets every story once, although
// new ones come in meanwhile, and several share an instant.
func TestPagesMissNothing(t *testing.T) {
	t.Parallel()
	world := &shelfOfStories{}
	const stories = 330
	var all []string
	for i := range stories {
		title := fmt.Sprintf("Lock gate %d opens", i)
		source := []string{"harbour", "north"}[i%2]
		v := story(entry(uint64(i+1), source, title, noon.Add(time.Duration(i/3)*time.Minute)))
		world.put(v)
		all = append(all, v.ID.URN())
	}
	p := publication()
	p.Feeds = []aggregator.Feed{
		{Slug: "all", Title: "All", Limit: 40},
		{Slug: "none", Title: "None", Limit: 40, Where: `title contains "whale"`},
	}
	h := rendered(t, Options{Archive: world}, p).Handler()
	late := 0
	come := func() {
		late++
		world.put(story(entry(uint64(10_000+late), "north", fmt.Sprint("Late ", late), noon.Add(100*time.Hour))))
	}
	for _, test := range []struct {
		path  string
		pages int
		every int // of the stories each which is in it
	}{
		{"/feeds/all.json", 9, 1},
		{"/feeds/all.json?limit=100", 4, 1},
		{"/feeds/all.json?source=harbour&limit=20", 9, 2},
		{"/feeds/none.json", 1, stories + 1},
	} {
		met, pages := walk(t, h, test.path, come)
		if pages != test.pages {
			t.Errorf("%s: %d pages, want %d", test.path, pages, test.pages)
		}
		for i, id := range all {
			want := 0
			if i%test.every == 0 && test.every <= stories {
				want = 1
			}
			if met[id] != want {
				t.Errorf("%s: story %d was met %d times, want %d", test.path, i, met[id], want)
			}
		}
	}
}

// placed is an index that finds every story, and some that have left the
// archive since.
type placed struct{ world *shelfOfStories }

func (p placed) Changes() uint64 { return 0 }

func (p placed) Find(q search.Query) (ids []aggregator.StoryID, err error) {
	for n, v := range p.world.views {
		isAfter := v.First.Before(q.Before.First) || v.First.Equal(q.Before.First) && v.Seq < q.Before.Seq
		if !atNewest(q.Before) && !isAfter {
			continue
		}
		if n%5 == 0 {
			ids = append(ids, aggregator.StoryID{15: byte(n), 14: byte(n >> 8)})
		}
		ids = append(ids, v.ID)
	}
	return ids[:min(len(ids), q.Limit)], nil
}

// The pages of what was searched for miss nothing either, where more left the
// archive than were asked for in their place too.
func TestPagesOfASearchMissNothing(t *testing.T) {
	t.Parallel()
	world := &shelfOfStories{}
	const stories = 600
	for i := range stories {
		world.put(story(entry(uint64(i+1), "north", fmt.Sprintf("Lock gate %d opens", i), noon.Add(time.Duration(i/3)*time.Minute))))
	}
	p := publication()
	p.Feeds = []aggregator.Feed{{Slug: "all", Title: "All", Limit: 40}}
	h := rendered(t, Options{Archive: world, Searcher: placed{world}}, p).Handler()
	for _, path := range []string{"/feeds/all.json?q=gate", "/feeds/all.json?q=gate&limit=150", "/feeds/all.json?q=gate&limit=1000"} {
		met, pages := walk(t, h, path, func() {})
		if len(met) != stories {
			t.Errorf("%s: %d stories of %d on %d pages", path, len(met), stories, pages)
		}
		for id, times := range met {
			if times != 1 {
				t.Errorf("%s: %s was met %d times", path, id, times)
			}
		}
	}
}
