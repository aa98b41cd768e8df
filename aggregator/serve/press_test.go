package serve

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// running starts the press in a synctest bubble and ends it with the test.
func running(t *testing.T, opts Options, p Publication) *Server {
	t.Helper()
	s, err := New(opts, p)
	if err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ended := make(chan error)
	go func() { ended <- s.Run(ctx) }()
	t.Cleanup(func() {
		stop()
		if err := <-ended; err != nil {
			t.Errorf("Run: %v", err)
		}
	})
	synctest.Wait()
	return s
}

// oneFeed is a publication of a single feed.
func oneFeed(feed aggregator.Feed) Publication {
	return Publication{Site: publish.Site{BaseURL: "https://news.example", Carriers: carriers()}, Feeds: []aggregator.Feed{feed}}
}

func feedText(t *testing.T, s *Server, slug string) string {
	t.Helper()
	return get(t, s.Handler(), "/feeds/"+slug+".json").Body.String()
}

// passes counts what starts reading the archive at its newest story: the front
// page and each feed once a rendering.
func passes(world *shelfOfStories) *atomic.Int64 {
	var n atomic.Int64
	world.before = func(at aggregator.Position) {
		if atNewest(at) {
			n.Add(1)
		}
	}
	return &n
}

func TestRunRendersOnceAtStart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		count := passes(world)
		s := running(t, Options{Archive: world}, publication())
		if got := get(t, s.Handler(), "/readyz").Code; got != http.StatusOK {
			t.Errorf("/readyz answers %d after the first pass", got)
		}
		time.Sleep(10 * time.Minute)
		if got := count.Load(); got != 3 {
			t.Errorf("%d renderings although nothing changed, want 3", got)
		}
	})
}

func TestRunRendersAtMostOnceASecond(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		count := passes(world)
		s := running(t, Options{Archive: world}, publication())
		for range 1000 {
			s.Touch(nil)
			time.Sleep(10 * time.Millisecond)
		}
		if got := count.Load(); got < 3*10 || got > 3*11 {
			t.Errorf("%d renderings of 3 things in 10 seconds of changes, want 30 to 33", got)
		}
	})
}

func TestRunShowsTheLastChange(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		s := running(t, Options{Archive: world}, publication())
		for i := range 20 {
			title := fmt.Sprintf("Lighthouse keeper counts %d ships", i)
			world.put(story(entry(uint64(100+i), "north", title, noon.Add(time.Duration(i)*time.Minute))))
			s.Touch(nil)
			time.Sleep(time.Second)
			synctest.Wait()
			if !strings.Contains(feedText(t, s, "all"), title) || !strings.Contains(get(t, s.Handler(), "/").Body.String(), title) {
				t.Fatalf("a second after the change %q is not shown", title)
			}
		}
	})
}

func TestRunSeesAChangeMadeWhileItRenders(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		var once atomic.Bool
		s := running(t, Options{Archive: world}, publication())
		world.mu.Lock()
		world.before = func(aggregator.Position) {
			if !once.Swap(true) {
				time.Sleep(100 * time.Millisecond)
			}
		}
		world.mu.Unlock()
		s.Touch(nil)
		time.Sleep(1500 * time.Millisecond)
		world.put(story(entry(200, "north", "Late tide", noon)))
		s.Touch(nil)
		time.Sleep(2 * time.Second)
		synctest.Wait()
		if !strings.Contains(feedText(t, s, "all"), "Late tide") {
			t.Error("a change made during a rendering was lost")
		}
	})
}

func TestRunRestsAfterASlowFeed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		var reads atomic.Int64
		world.before = func(aggregator.Position) {
			reads.Add(1)
			time.Sleep(2 * time.Second)
		}
		s := running(t, Options{Archive: world}, oneFeed(aggregator.Feed{Slug: "all", Title: "All", Limit: 10}))
		for range 600 {
			s.Touch(nil)
			time.Sleep(time.Second)
		}
		if got := reads.Load(); got < 100 || got > 124 {
			t.Errorf("%d renderings of 2 s each in 10 minutes of changes, want each of the two things to take a fifth of the time", got)
		}
	})
}

func TestRunLetsStoriesAge(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := &shelfOfStories{}
		world.put(story(entry(1, "north", "Short-lived", time.Now())))
		count := passes(world)
		p := oneFeed(aggregator.Feed{Slug: "brief", Title: "Brief", Limit: 10, MaxAge: 90 * time.Second})
		p.Feeds = append(p.Feeds,
			aggregator.Feed{Slug: "fresh", Title: "Fresh", Limit: 10, Where: `age < duration("90s")`},
			aggregator.Feed{Slug: "all", Title: "All", Limit: 10})
		s := running(t, Options{Archive: world}, p)
		for _, slug := range []string{"brief", "fresh", "all"} {
			if !strings.Contains(feedText(t, s, slug), "Short-lived") {
				t.Fatalf("feed %s lacks the story at first", slug)
			}
		}
		time.Sleep(150 * time.Second)
		for slug, want := range map[string]bool{"brief": false, "fresh": false, "all": true} {
			if got := strings.Contains(feedText(t, s, slug), "Short-lived"); got != want {
				t.Errorf("feed %s holds the aged story: %v, want %v", slug, got, want)
			}
		}
		if got := count.Load(); got != 4+2+2 {
			t.Errorf("%d renderings, want 4 at the start and 2 a minute", got)
		}
	})
}

func TestRunKeepsTheLastEditionOnError(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		s := running(t, Options{Archive: world}, publication())
		before := feedText(t, s, "all")
		world.fail(errors.New("disk on fire"))
		s.Touch(nil)
		time.Sleep(time.Minute)
		if after := feedText(t, s, "all"); after != before || before == "" {
			t.Errorf("the edition changed from %q to %q when rendering failed", before, after)
		}
		if got := get(t, s.Handler(), "/readyz").Code; got != http.StatusOK {
			t.Errorf("/readyz answers %d though editions are served", got)
		}
		if got := world.readCount(); got > 3+3*13 {
			t.Errorf("%d reads in a minute of failing", got)
		}
		world.fail(nil)
		world.put(story(entry(300, "north", "Fire is out", noon)))
		time.Sleep(failPause + time.Second)
		if !strings.Contains(feedText(t, s, "all"), "Fire is out") {
			t.Error("rendering was not tried again")
		}
	})
}

func TestRunNotReadyUntilRendered(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		world.fail(errors.New("disk on fire"))
		s := running(t, Options{Archive: world}, publication())
		w := get(t, s.Handler(), "/readyz")
		if w.Code != http.StatusServiceUnavailable || !strings.Contains(w.Body.String(), "disk on fire") {
			t.Errorf("/readyz answers %d %q", w.Code, w.Body)
		}
		for _, path := range []string{"/", "/feeds/all", "/feeds/all.json"} {
			w := get(t, s.Handler(), path)
			if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
				t.Errorf("%s answers %d, Retry-After %q", path, w.Code, w.Header().Get("Retry-After"))
			}
		}
		world.fail(nil)
		time.Sleep(failPause + time.Second)
		if w := get(t, s.Handler(), "/readyz"); w.Code != http.StatusOK {
			t.Errorf("/readyz answers %d %q when the archive is well again", w.Code, w.Body)
		}
	})
}

func TestRunSurvivesAPanic(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		var calls atomic.Int64
		world.before = func(aggregator.Position) {
			if calls.Add(1) == 1 {
				panic("secret of the front page")
			}
		}
		s := running(t, Options{Archive: world}, publication())
		w := get(t, s.Handler(), "/readyz")
		if w.Code != http.StatusServiceUnavailable || strings.Contains(w.Body.String(), "secret") {
			t.Errorf("/readyz answers %d %q", w.Code, w.Body)
		}
		if got := get(t, s.Handler(), "/feeds/all.rss").Code; got != http.StatusOK {
			t.Errorf("a panic in one rendering cost another: status %d", got)
		}
		time.Sleep(failPause + time.Second)
		if got := get(t, s.Handler(), "/readyz").Code; got != http.StatusOK {
			t.Errorf("/readyz answers %d after the next try", got)
		}
	})
}

func TestRunFollowsThePublication(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s := running(t, Options{Archive: smallWorld()}, publication())
		next := publication()
		next.Feeds = []aggregator.Feed{next.Feeds[0], {Slug: "arabic", Title: "Arabic", Where: `lang == "ar"`, Limit: 10}}
		next.Feeds[0].Limit = 1
		if err := s.Publish(next); err != nil {
			t.Fatal(err)
		}
		if got := get(t, s.Handler(), "/feeds/lead-2.rss").Code; got != http.StatusNotFound {
			t.Errorf("a feed that is no longer published answers %d", got)
		}
		time.Sleep(time.Second)
		synctest.Wait()
		if text := feedText(t, s, "arabic"); !strings.Contains(text, "الجسر") || strings.Contains(text, "Ferries") {
			t.Errorf("the new feed holds %s", text)
		}
		if text := feedText(t, s, "all"); strings.Contains(text, "Ferries") {
			t.Error("the changed feed keeps what it was before")
		}
		if n := len(s.shelf.Load().feeds); n != 2 {
			t.Errorf("%d feeds are kept, want 2", n)
		}
	})
}

func TestNewFeedAnswers503UntilRendered(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	next := publication()
	next.Feeds = append(next.Feeds, aggregator.Feed{Slug: "late", Title: "Late", Limit: 1})
	if err := s.Publish(next); err != nil {
		t.Fatal(err)
	}
	if got := get(t, s.Handler(), "/feeds/late.rss").Code; got != http.StatusServiceUnavailable {
		t.Errorf("status %d", got)
	}
}

func TestRunStopsInTheMiddleOfAnArchive(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := &shelfOfStories{}
		for i := range 10 * pageOfRead {
			world.put(story(entry(uint64(i+1), "north", fmt.Sprint("Story ", i), noon.Add(time.Duration(i)*time.Second))))
		}
		ctx, stop := context.WithCancel(t.Context())
		var pages atomic.Int64
		world.before = func(at aggregator.Position) {
			if !atNewest(at) && pages.Add(1) == 2 {
				stop()
			}
		}
		s, err := New(Options{Archive: world}, oneFeed(aggregator.Feed{Slug: "none", Title: "None", Where: "sources > 5", Limit: 10}))
		if err != nil {
			t.Fatal(err)
		}
		if err := s.Run(ctx); err != nil {
			t.Errorf("Run: %v", err)
		}
		if got := pages.Load(); got != 2 {
			t.Errorf("%d pages were read, want an end at the second", got)
		}
		if s.shelf.Load().feeds["none"] != nil {
			t.Error("a feed was made of half an archive")
		}
	})
}

func TestWholeArchiveIsSearched(t *testing.T) {
	t.Parallel()
	world := &shelfOfStories{}
	for i := range 3*pageOfRead + 7 {
		world.put(story(entry(uint64(i+1), "north", fmt.Sprint("Story ", i), noon.Add(time.Duration(i)*time.Second))))
	}
	s := rendered(t, Options{Archive: world}, oneFeed(aggregator.Feed{Slug: "first", Title: "First", Where: `title == "Story 0"`, Limit: 10}))
	if !strings.Contains(feedText(t, s, "first"), "Story 0") {
		t.Error("the oldest story of the archive was not found")
	}
}

func TestEditionsAreStableAcrossRestarts(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		paths := []string{"/", "/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/feeds.opml", "/sources.opml", "/sources", "/stories/" + world.views[0].ID.String()}
		answers := func() map[string]http.Header {
			h := rendered(t, Options{Archive: world}, publication()).Handler()
			got := make(map[string]http.Header)
			for _, path := range paths {
				w := get(t, h, path)
				got[path] = w.Header()
				got[path].Set("Body", w.Body.String())
			}
			return got
		}
		time.Sleep(time.Until(noon.Add(time.Hour)))
		before := answers()
		time.Sleep(36 * time.Hour)
		if diff := cmp.Diff(before, answers()); diff != "" {
			t.Errorf("after a restart (-before +after):\n%s", diff)
		}
	})
}

func TestLastModifiedGrowsWithTheBytes(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	old := makeEdition(typeText, cacheMinute, `"1"`, noon, nil)
	for _, test := range []struct {
		name     string
		etag     string
		old      *edition
		modified time.Time
		now      time.Time
		want     time.Time
	}{
		{"first", `"2"`, nil, noon.Add(time.Millisecond), noon.Add(time.Hour), noon},
		{"same bytes", `"1"`, old, noon.Add(time.Minute), noon.Add(time.Hour), noon},
		{"later", `"2"`, old, noon.Add(time.Minute), noon.Add(time.Hour), noon.Add(time.Minute)},
		{"within the same second", `"2"`, old, noon.Add(900 * time.Millisecond), noon.Add(time.Hour), noon.Add(time.Second)},
		{"a story left", `"2"`, old, noon.Add(-time.Hour), noon.Add(time.Hour), noon.Add(time.Second)},
		{"the last story left", `"2"`, old, time.Time{}, noon.Add(time.Hour), noon.Add(time.Second)},
		{"in the future", `"2"`, nil, noon.Add(time.Hour), noon.Add(time.Millisecond), noon},
		{"still empty", `"2"`, makeEdition(typeText, cacheMinute, `"1"`, time.Time{}, nil), time.Time{}, noon, time.Time{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got := s.bind(publish.Edition{Format: publish.RSS, ETag: test.etag, Modified: test.modified}, cacheMinute, test.old, test.now, &s.encoder)
			if !got.modified.Equal(test.want) {
				t.Errorf("Last-Modified %v, want %v", got.modified, test.want)
			}
		})
	}
}
