package serve

import (
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestFeedsNameTheirHub(t *testing.T) {
	t.Parallel()
	p := publication()
	p.Site.Hub = "https://news.example/hub"
	locked := p.Feeds[0]
	locked.Slug, locked.Access.Token = "locked", "secret"
	p.Feeds = append(p.Feeds, locked)
	h := rendered(t, Options{Archive: smallWorld()}, p).Handler()
	const want = `<https://news.example/hub>; rel="hub", <https://news.example/feeds/all.atom>; rel="self"`
	for path, link := range map[string]string{"/feeds/all.atom": want, "/feeds/all": want, "/feeds.opml": "", "/": "", "/feeds/none.atom": "", "/feeds/all.atom?limit=1": `<https://news.example/feeds/all.atom?limit=1>; rel="self"`} {
		if got := get(t, h, path, "Accept", "application/atom+xml").Header().Get("Link"); got != link {
			t.Errorf("%s links %q, want %q", path, got, link)
		}
	}
	if got := get(t, h, "/feeds/locked.atom", "Authorization", "Bearer secret"); got.Code != http.StatusOK || strings.Contains(got.Header().Get("Link")+got.Body.String(), "https://news.example/hub") {
		t.Errorf("%d: a feed that is not for everyone names a hub", got.Code)
	}
	h = rendered(t, Options{Archive: smallWorld()}, publication()).Handler()
	if got := get(t, h, "/feeds/all.atom").Header().Get("Link"); got != `<https://news.example/feeds/all.atom>; rel="self"` {
		t.Errorf("without a hub it links %q", got)
	}
}

func TestHubHasItsAddress(t *testing.T) {
	t.Parallel()
	hub := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { _, _ = io.WriteString(w, r.Method) })
	h := rendered(t, Options{Archive: smallWorld(), Hub: hub}, publication()).Handler()
	if got := ask(t, h, http.MethodPost, "/hub"); got.Body.String() != "POST" {
		t.Errorf("answered %d %q", got.Code, got.Body)
	}
	h = rendered(t, Options{Archive: smallWorld()}, publication()).Handler()
	if got := ask(t, h, http.MethodPost, "/hub"); got.Code != http.StatusNotFound {
		t.Errorf("without a hub it is answered %d", got.Code)
	}
}

func TestTopics(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	all := s.Topics()
	if want := []string{
		"https://news.example/feeds/all.rss", "https://news.example/feeds/all.atom", "https://news.example/feeds/all.json",
		"https://news.example/feeds/lead-2.rss", "https://news.example/feeds/lead-2.atom", "https://news.example/feeds/lead-2.json",
	}; !cmp.Equal(want, all) {
		t.Errorf("topics %q", all)
	}
	for _, address := range all {
		topic, found := s.Topic(address)
		w := get(t, s.Handler(), address[len("https://news.example"):])
		if !found || topic.URL != address || topic.ETag != w.Header().Get("ETag") || topic.ContentType != w.Header().Get("Content-Type") || string(topic.Body) != w.Body.String() {
			t.Errorf("%s: %v %s %s", address, found, topic.ETag, topic.ContentType)
		}
	}
	for _, address := range []string{
		"", "https://news.example/feeds/all", "https://news.example/feeds/all.atom?q=x", "https://news.example/feeds/all.xml",
		"https://news.example/feeds/none.atom", "http://news.example/feeds/all.atom", "https://news.example.evil/feeds/all.atom", "/feeds/all.atom",
	} {
		if topic, found := s.Topic(address); found {
			t.Errorf("%q is a topic: %+v", address, topic)
		}
	}
	s, err := New(Options{Archive: smallWorld()}, publication())
	if err != nil {
		t.Fatal(err)
	}
	if topic, found := s.Topic(all[0]); !found || topic.ETag != "" {
		t.Errorf("before it is rendered it is %v with ETag %q", found, topic.ETag)
	}
}

// Whoever pushes editions hears when one is another, and only then.
func TestEditedIsTold(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var told atomic.Int64
		world := smallWorld()
		s := running(t, Options{Archive: world, Edited: func() { told.Add(1) }}, oneFeed(aggregator.Feed{Slug: "all"}))
		if told.Load() != 1 {
			t.Errorf("told %d times at the start", told.Load())
		}
		s.Touch(nil)
		time.Sleep(5 * time.Second)
		if told.Load() != 1 {
			t.Errorf("told %d times although nothing changed", told.Load())
		}
		world.put(story(entry(20, "north", "Harbour closed", noon)))
		s.Touch(nil)
		time.Sleep(5 * time.Second)
		if told.Load() != 2 {
			t.Errorf("told %d times after a change", told.Load())
		}
	})
}
