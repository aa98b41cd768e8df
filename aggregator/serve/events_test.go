package serve

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestEventsTellWhatBecomesOfStories(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld() // four stories, four changes
		s, _ := announcing(t, Options{Archive: world})
		l := attend(t, s, "/events")
		if l.header.Get("Content-Type") != "text/event-stream" || l.header.Get("Cache-Control") != "no-store" ||
			l.header.Get("Access-Control-Allow-Origin") != "*" || l.header.Get("Content-Length") != "" {
			t.Errorf("header %v", l.header)
		}
		if !strings.HasPrefix(l.read(), "retry: ") {
			t.Errorf("begins with %q", l.read())
		}
		fire := entry(20, "north", "Fire in the harbour", noon)
		view := story(fire)
		change(s, world, view)

		view = story(fire, entry(21, "harbour", "Harbour burns", noon.Add(time.Minute)))
		change(s, world, view)
		view.Updated, view.Changed = noon.Add(2*time.Minute), noon.Add(2*time.Minute)
		change(s, world, view)
		view.Entries[0].Labels = []aggregator.Label{{Kind: aggregator.LabelCorrection}}
		view.Updated = noon.Add(3 * time.Minute)
		change(s, world, view)
		view.Merged = []aggregator.StoryID{{9}}
		change(s, world, view)
		change(s, world, view) // nothing
		view.Withdrawn = true
		change(s, world, view)
		wantNames(t, l, "5 new", "6 carried", "7 updated", "8 corrected", "9 merged", "10 withdrawn")

		var got Event
		if err := json.Unmarshal([]byte(l.events()[4].Data), &got); err != nil {
			t.Fatal(err)
		}
		want := Event{StoryLine: s.current.Load().line(&view), Changed: view.Changed, Merged: []string{aggregator.StoryID{9}.URN()}}
		if diff := cmp.Diff(want, got); diff != "" || got.Sources != 2 || got.Title != "Fire in the harbour" {
			t.Errorf("the event (-want +got):\n%s", diff)
		}
	})
}

func TestEventsAreReplayed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		for i := range uint64(3 * changesPage) {
			world.put(story(entry(100+i, "north", fmt.Sprint("News ", i), noon.Add(time.Duration(i)*time.Second))))
		}
		last := 4 + 3*changesPage
		s, _ := announcing(t, Options{Archive: world})
		for _, test := range []struct {
			name  string
			id    func() string
			count func() int
			reset bool
		}{
			{"nothing", func() string { return "" }, func() int { return 0 }, false},
			{"the beginning", func() string { return "0" }, func() int { return last }, false},
			{"some", func() string { return "4" }, func() int { return last - 4 }, false},
			{"all but one", func() string { return fmt.Sprint(last - 1) }, func() int { return 1 }, false},
			{"all", func() string { return fmt.Sprint(last) }, func() int { return 0 }, false},
			{"what is to come", func() string { return fmt.Sprint(last + 1) }, func() int { return 1 }, true},
			{"a word", func() string { return "yesterday" }, func() int { return 1 }, true},
			{"less than nothing", func() string { return "-1" }, func() int { return 1 }, true},
		} {
			l := attend(t, s, "/events", "Last-Event-ID", test.id())
			names := l.names()
			if count := test.count(); len(names) != count || test.reset && names[0] != fmt.Sprintf("%d reset", last) ||
				!test.reset && count > 0 && names[0] != fmt.Sprintf("%d new", last-count+1) {
				t.Errorf("after %s come %d events, %v first; want %d of %d", test.name, len(names), names[:min(1, len(names))], count, last)
			}
			// What comes later comes once.
			had := len(names)
			last++
			change(s, world, story(entry(uint64(1000+last), "north", fmt.Sprint("Later ", last), noon)))
			if names = l.names(); len(names) != had+1 || names[had] != fmt.Sprintf("%d new", last) {
				t.Errorf("after %s: then %v", test.name, names[had:])
			}
			l.leave()
			<-l.ended
		}
		// What is no longer kept cannot be told.
		world.forget(10)
		wantNames(t, attend(t, s, "/events", "Last-Event-ID", "9"), fmt.Sprintf("%d reset", last))
		if l := attend(t, s, "/events", "Last-Event-ID", "10"); len(l.events()) != last-10 {
			t.Errorf("after the first that is kept come %d", len(l.events()))
		}
	})
}

// A client that goes and comes back with the last id it saw misses nothing and
// gets nothing twice, whatever happens meanwhile.
func TestEventsGoOnAfterARestart(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		s, stop := announcing(t, Options{Archive: world})
		l := attend(t, s, "/events")
		change(s, world, story(entry(20, "north", "One", noon)))
		stop()
		<-l.ended // at once: nobody waits for the end of the grace time
		wantNames(t, l, "5 new")
		if got := get(t, s.Handler(), "/events").Code; got != http.StatusServiceUnavailable {
			t.Errorf("after the end it is answered %d", got)
		}
		world.put(story(entry(21, "north", "Two", noon)))
		s, _ = announcing(t, Options{Archive: world})
		l = attend(t, s, "/events", "Last-Event-ID", "5")
		change(s, world, story(entry(22, "north", "Three", noon)))
		wantNames(t, l, "6 new", "7 new")
	})
}

func TestEventsAreNarrowed(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		p := publication()
		p.Feeds = append(p.Feeds, aggregator.Feed{Slug: "fire", Where: `title contains "Fire"`, MaxAge: time.Hour})
		s, _ := announcing(t, Options{Archive: world})
		if err := s.Publish(p); err != nil {
			t.Fatal(err)
		}
		fires, harbour, all := attend(t, s, "/events?feed=fire"), attend(t, s, "/events?source=harbour"), attend(t, s, "/events")
		now := time.Now().UTC()
		change(s, world, story(entry(20, "north", "Fire in the north", now)))
		change(s, world, story(entry(21, "harbour", "Fog", now)))
		change(s, world, story(entry(22, "harbour", "Fire of old", now.Add(-2*time.Hour))))
		wantNames(t, fires, "5 new")
		wantNames(t, harbour, "6 new", "7 new")
		wantNames(t, all, "5 new", "6 new", "7 new")
		// That a story is no more everyone hears.
		gone := story(entry(21, "harbour", "Fog", now))
		gone.Withdrawn = true
		change(s, world, gone)
		wantNames(t, fires, "5 new", "8 withdrawn")
		wantNames(t, attend(t, s, "/events?feed=fire", "Last-Event-ID", "4"), "5 new", "8 withdrawn")

		for path, status := range map[string]int{"/events?feed=none": 404, "/events?min_sources=x": 400} {
			if got := get(t, s.Handler(), path).Code; got != status {
				t.Errorf("%s is answered %d, want %d", path, got, status)
			}
		}
		if got := ask(t, s.Handler(), http.MethodHead, "/events"); got.Code != 200 || got.Body.Len() != 0 || got.Header().Get("Content-Type") != typeEvents {
			t.Errorf("HEAD is answered %d", got.Code)
		}
	})
}

// A client that is slow holds up nobody, and misses nothing: more happens than
// has room in memory, twice.
func TestSlowListenerHoldsUpNobody(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		s, _ := announcing(t, Options{Archive: world})
		slow, quick := attend(t, s, "/events"), attend(t, s, "/events")
		seq := uint64(100)
		for round := range 2 {
			slow.delay(time.Hour)
			start := time.Now()
			for range 2 * streamQueue {
				seq++
				change(s, world, story(entry(seq, "north", fmt.Sprint("News ", seq), noon)))
			}
			if took := time.Since(start); took != 0 {
				t.Errorf("the others waited %v", took)
			}
			if n := len(quick.events()); n != 2*streamQueue*(round+1) {
				t.Errorf("the quick one has %d events", n)
			}
			if n := len(slow.events()); n >= 2*streamQueue*(round+1) {
				t.Errorf("the slow one has %d events: it was not slow", n)
			}
			slow.delay(0)
			time.Sleep(2 * time.Hour)
			synctest.Wait()
		}
		// What comes when there is room again waits for what came before.
		slow.delay(time.Second)
		for range 2 * streamQueue {
			seq++
			change(s, world, story(entry(seq, "north", fmt.Sprint("News ", seq), noon)))
		}
		for range streamQueue {
			time.Sleep(3 * time.Second)
			seq++
			change(s, world, story(entry(seq, "north", fmt.Sprint("News ", seq), noon)))
		}
		time.Sleep(time.Hour)
		synctest.Wait()
		got := slow.events()
		if len(got) != 7*streamQueue {
			t.Errorf("the slow one got %d events", len(got))
		}
		for i, e := range got {
			if e.ID != fmt.Sprint(5+i) {
				t.Fatalf("event %d is %s: something is missing", i, e.ID)
			}
		}
		// One that is behind what is kept is told so.
		slow.delay(time.Hour)
		for range 2 * streamQueue {
			seq++
			change(s, world, story(entry(seq, "north", fmt.Sprint("News ", seq), noon)))
		}
		world.forget(uint64(len(world.changes) - 1))
		slow.delay(0)
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		got = slow.events()
		if last := got[len(got)-1]; last.Name != eventReset || last.ID != fmt.Sprint(len(world.changes)) {
			t.Errorf("the last event is %+v", last)
		}
	})
}

func TestEventsBeat(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := announcing(t, Options{Archive: smallWorld()})
		l := attend(t, s, "/events")
		time.Sleep(10 * time.Minute)
		if n := strings.Count(l.read(), ":\n\n"); n < 20 || n > 40 {
			t.Errorf("%d signs of life in ten minutes", n)
		}
		if len(l.events()) != 0 {
			t.Errorf("events %v", l.events())
		}
	})
}

// Where nobody listens nothing is read, and who comes is told what comes after.
func TestNobodyListens(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		s, _ := announcing(t, Options{Archive: world})
		change(s, world, story(entry(20, "north", "One", noon)))
		if world.looked != 0 {
			t.Errorf("stories were read %d times for nobody", world.looked)
		}
		l := attend(t, s, "/events")
		change(s, world, story(entry(21, "north", "Two", noon)))
		wantNames(t, l, "6 new")
	})
}

func TestStreamsAreBounded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := announcing(t, Options{Archive: smallWorld(), MaxStreams: 2})
		first := attend(t, s, "/events")
		attend(t, s, "/events")
		w := get(t, s.Handler(), "/events")
		if w.Code != http.StatusServiceUnavailable || w.Header().Get("Retry-After") == "" {
			t.Errorf("the third is answered %d", w.Code)
		}
		first.leave()
		<-first.ended
		attend(t, s, "/events")
		if now, cutOff := s.Streams(); now != 2 || cutOff != 0 {
			t.Errorf("%d streams, %d cut off", now, cutOff)
		}
	})
}

func TestEventsOutliveAnArchiveThatFails(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		world := smallWorld()
		world.fail(errors.New("no disk"))
		s, _ := announcing(t, Options{Archive: world})
		l := attend(t, s, "/events")
		<-l.ended // it cannot be said where it begins
		world.fail(nil)
		time.Sleep(time.Minute)
		l = attend(t, s, "/events")
		world.put(story(entry(20, "north", "One", noon)))
		world.fail(errors.New("no disk"))
		s.Touch(nil)
		time.Sleep(time.Minute)
		wantNames(t, l)
		world.fail(nil)
		time.Sleep(time.Minute)
		wantNames(t, l, "5 new")
	})
}

// TestEventsOverTheNetwork: streams outlive the server's limits of whole
// answers, and end with it at once.
func TestEventsOverTheNetwork(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	s, err := New(Options{Archive: world}, publication())
	if err != nil {
		t.Fatal(err)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	var running sync.WaitGroup
	running.Go(func() { _ = s.Announce(ctx) })
	running.Go(func() {
		if err := s.Serve(ctx, l); err != nil {
			t.Error(err)
		}
	})
	r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, "http://"+l.Addr().String()+"/events", nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Last-Event-ID", "3")
	client := &http.Client{Transport: &http.Transport{}}
	answer, err := client.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	lines := bufio.NewScanner(answer.Body)
	until := func(want string) {
		t.Helper()
		for lines.Scan() {
			if lines.Text() == want {
				return
			}
		}
		t.Fatalf("the stream ended before %q: %v", want, lines.Err())
	}
	until("id: 4")
	world.put(story(entry(20, "north", "One", noon)))
	s.Touch(nil)
	until("id: 5")
	start := time.Now()
	cancel()
	for lines.Scan() {
	}
	running.Wait()
	if took := time.Since(start); took > drainTime/2 {
		t.Errorf("the end took %v", took)
	}
	client.CloseIdleConnections()
}
