package serve

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/search"
)

func TestNarrowedFeedsAreKept(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		untilNoon()
		world := smallWorld()
		s := rendered(t, Options{Archive: world}, narrowFeeds())
		ask := func() string {
			t.Helper()
			w := get(t, s.Handler(), "/feeds/all.atom?lang=ru")
			if w.Code != http.StatusOK {
				t.Fatal(w.Code)
			}
			return w.Header().Get("ETag")
		}
		first, reads := ask(), world.readCount()
		if again := ask(); again != first || world.readCount() != reads {
			t.Error("it was made again although nothing changed")
		}
		if w := get(t, s.Handler(), "/feeds/all.atom?lang=ru&utm_source=x", "If-None-Match", first); w.Code != http.StatusNotModified {
			t.Errorf("asked again: %d", w.Code)
		}

		added := entry(20, "vestnik", "Паром снова ходит", time.Now())
		added.Language = "ru"
		world.put(story(added))
		s.Touch(nil)
		if ask() != first {
			t.Error("it was made again within a second")
		}
		time.Sleep(leastPause)
		second := ask()
		if second == first {
			t.Error("a change is not shown after a second")
		}

		world.fail(errors.New("disk on fire"))
		s.Touch(nil)
		time.Sleep(leastPause)
		if ask() != second {
			t.Error("what cannot be made does not keep its last edition")
		}
		world.fail(nil)

		fresh := rendered(t, Options{Archive: world}, narrowFeeds())
		if got := get(t, fresh.Handler(), "/feeds/all.atom?lang=ru").Header().Get("ETag"); got != second {
			t.Errorf("after a restart the tag is %s, was %s", got, second)
		}
	})
}

func TestNarrowedFeedsAreMadeOnce(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	s := rendered(t, Options{Archive: world}, narrowFeeds())
	entered, leave := make(chan bool, 100), make(chan bool)
	world.before = func(aggregator.Position) {
		entered <- true
		<-leave
	}
	var readers sync.WaitGroup
	for range 8 {
		readers.Go(func() {
			if w := get(t, s.Handler(), "/feeds/all.atom?lang=ru"); w.Code != http.StatusOK {
				t.Errorf("%d", w.Code)
			}
		})
	}
	<-entered
	close(leave)
	readers.Wait()
	if n := len(entered); n > 2 {
		t.Errorf("%d further reads: it was made more than once", n)
	}
}

// TestNarrowedFeedsOfNewSettings: whoever asks after a reload gets nothing that
// is being made as before.
func TestNarrowedFeedsOfNewSettings(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	s := rendered(t, Options{Archive: world}, narrowFeeds())
	s.places = make(chan struct{}, 2)
	entered, leave := make(chan bool, 100), make(chan bool)
	world.before = func(aggregator.Position) {
		entered <- true
		<-leave
	}
	var readers sync.WaitGroup
	ask := func(title string) {
		readers.Go(func() {
			if w := get(t, s.Handler(), "/feeds/all.atom?lang=ru"); !strings.Contains(w.Body.String(), title) {
				t.Errorf("%d, and %q is not in it", w.Code, title)
			}
		})
		<-entered
	}
	p := narrowFeeds()
	ask(p.Feeds[0].Title)
	p.Feeds[0].Title = "Everything anew"
	if err := s.Publish(p); err != nil {
		t.Fatal(err)
	}
	ask(p.Feeds[0].Title)
	close(leave)
	readers.Wait()
}

func TestNarrowedFeedsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		s := rendered(t, Options{Archive: world}, narrowFeeds())
		leave := make(chan bool)
		world.before = func(aggregator.Position) { <-leave }
		codes := make(chan int, 200)
		for i := range cap(codes) {
			go func() {
				w := get(t, s.Handler(), fmt.Sprintf("/feeds/all.json?limit=%d", i+1))
				if w.Code == http.StatusServiceUnavailable && w.Header().Get("Retry-After") == "" {
					t.Error("a reader is sent away for ever")
				}
				codes <- w.Code
			}()
		}
		synctest.Wait()
		refused := len(codes)
		if want := cap(codes) - maxWaiting - cap(s.places); refused != want {
			t.Errorf("%d readers were sent away, want %d", refused, want)
		}
		close(leave)
		for range cap(codes) {
			<-codes
		}
	})
}

func TestRecentIsBounded(t *testing.T) {
	t.Parallel()
	r := recent{roomBytes: 10 * (keptBytes + 1010)}
	for i := range 100 {
		r.put(&kept{key: fmt.Sprintf("%05d", i), edition: makeEdition(typeText, cacheMinute, `""`, noon, make([]byte, 1000))})
		r.put(&kept{key: "00000", edition: makeEdition(typeText, cacheMinute, `""`, noon, make([]byte, 1000))})
	}
	if r.used > r.roomBytes || len(r.byKey) != 10 || r.order.Len() != 10 {
		t.Errorf("%d editions in %d bytes of %d", len(r.byKey), r.used, r.roomBytes)
	}
	if r.get("00000") == nil || r.get("00099") == nil || r.get("00050") != nil {
		t.Error("it does not keep what was asked for last")
	}
	r.put(&kept{key: "00000", edition: makeEdition(typeText, cacheMinute, `""`, noon, make([]byte, r.roomBytes/2))})
	if r.get("00000") != nil {
		t.Error("a giant is kept, or its predecessor in its place")
	}
}

// searcher is an index that knows the answer.
type searcher struct {
	ids     []aggregator.StoryID
	err     error
	changes uint64
	asked   []search.Query
}

func (s *searcher) Find(q search.Query) ([]aggregator.StoryID, error) {
	s.asked = append(s.asked, q)
	return s.ids[:min(len(s.ids), q.Limit)], s.err
}

func (s *searcher) Changes() uint64 { return s.changes }

func TestSearchedFeeds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		untilNoon()
		world := smallWorld()
		grain, bridge, ferry := world.views[1].ID, world.views[2].ID, world.views[3].ID
		found := &searcher{ids: []aggregator.StoryID{{1}, ferry, grain, bridge}} // the first has left the archive
		s := rendered(t, Options{Archive: world, Searcher: found}, narrowFeeds())
		titles := func(path string) (titles []string) {
			t.Helper()
			for _, item := range readFeed(t, s, path).Items {
				titles = append(titles, item.Title[:6])
			}
			return titles
		}
		found.asked = nil
		// What the index says of languages and ages the stories are asked again.
		got := titles("/feeds/all.json?q=oil&q=%20gas++price&tag=agency&source=north&within=2d&min_sources=2&lang=EN&limit=7")
		if diff := cmp.Diff([]string{"Ferrie"}, got); diff != "" {
			t.Error(diff)
		}
		q := found.asked[0]
		if q.Text.IsZero() || q.MinSources != 2 || q.Limit != 7+reserve || !q.Since.Equal(noon.Add(-48*time.Hour)) || q.LanguageOf("minaa") != "ar" {
			t.Errorf("asked %+v", q)
		}
		if diff := cmp.Diff([][]string{{"north"}, {"north"}}, q.Carried); diff != "" {
			t.Error(diff)
		}
		if diff := cmp.Diff([]string{"Ferrie", "الم"}, titles("/feeds/told.json?q=oil")); diff != "" {
			t.Errorf("with the feed's own expression: %s", diff)
		}
		if got := found.asked[len(found.asked)-1].Limit; got != maxJudged {
			t.Errorf("%d were asked for to be judged", got)
		}
		feed := readFeed(t, s, "/feeds/all.json?q=%20gas++price%20&q=oil")
		if feed.FeedURL != "https://news.example/feeds/all.json?q=gas+price&q=oil" || feed.Title != "Everything once: gas price or oil" {
			t.Errorf("it is %q at %s", feed.Title, feed.FeedURL)
		}

		before := titles("/feeds/all.json?q=oil")
		found.ids = nil
		time.Sleep(leastPause)
		if diff := cmp.Diff(before, titles("/feeds/all.json?q=oil")); diff != "" {
			t.Errorf("it was made again although nothing changed: %s", diff)
		}
		found.changes++
		if got := titles("/feeds/all.json?q=oil"); got != nil {
			t.Errorf("what the index forgot is shown: %v", got)
		}

		for _, tt := range []struct {
			err    error
			path   string
			status int
			want   string
		}{
			{search.ErrNotReady, "all.json?q=wind", http.StatusServiceUnavailable, "being made ready"},
			{search.ErrNotReady, "all.json?min_sources=3", http.StatusOK, ""},
			{fmt.Errorf("search: %w", search.ErrBroad), "all.json?q=ab*", http.StatusBadRequest, "too many words begin so: write more letters before the *."},
			{errors.New("disk on fire"), "all.json?q=rain", http.StatusInternalServerError, ""},
		} {
			found.err = tt.err
			w := get(t, s.Handler(), "/feeds/"+tt.path)
			if w.Code != tt.status || !strings.Contains(w.Body.String(), tt.want) || strings.Contains(w.Body.String(), "fire") {
				t.Errorf("%v: %d %s", tt.err, w.Code, w.Body)
			}
			if (w.Header().Get("Retry-After") != "") != (tt.status == http.StatusServiceUnavailable) {
				t.Errorf("%v: Retry-After %q", tt.err, w.Header().Get("Retry-After"))
			}
		}
	})
}
