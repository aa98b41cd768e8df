package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/websub"
	"wiredesk/config"
)

// neighbours lets a daemon's hub push to callbacks on loopback.
func neighbours(cfg *config.Config) { cfg.Hub.AllowPrivate = true }

// TestDeskFollowsDesk has one daemon read another's feed: from its hub, by
// pushes alone.
func TestDeskFollowsDesk(t *testing.T) {
	t.Parallel()
	var page atomic.Pointer[string]
	show := func(titles ...string) { text := atomOf("", titles...); page.Store(&text) }
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", func(rw http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(rw, *page.Load()) })
	w := newWire(t, mux)
	show("Ferry aground")
	first := newPushedDesk(t, w.URL+"/feed", neighbours)
	first.until("published", func() bool { return first.shows("Ferry aground") })
	second := newPushedDesk(t, first.base+"/feeds/all.atom")
	sub := second.subscribed()
	if sub.Hub != first.base+"/hub" || sub.Topic != first.base+"/feeds/all.atom" {
		t.Errorf("subscribed at %s to %s", sub.Hub, sub.Topic)
	}
	if n := first.hub.Followers(); n != 1 {
		t.Errorf("%d followers", n)
	}
	if got := first.metric("wiredesk_hub_followers") + first.metric(`wiredesk_hub_verifications_total{outcome="confirmed"}`); got != "11" {
		t.Errorf("metrics say %s", got)
	}

	show("Ferry aground", "Harbour closed after a fire")
	first.wakeSource(t.Context(), "norvia")
	second.until("pushed on", func() bool { return second.shows("Harbour closed after a fire") && second.shows("Ferry aground") })
	// What stood there before may have been rendered, and pushed, after the subscription.
	first.until("counted", func() bool { return first.metric(`wiredesk_hub_deliveries_total{outcome="taken"}`) > "0" })

	// After a restart it is still known whom to push to.
	first.stop()
	first.start()
	first.until("ready", func() bool { return first.shows("Harbour closed after a fire") })
	show("Ferry aground", "Harbour closed after a fire", "Fire in the harbour is out")
	first.wakeSource(t.Context(), "norvia")
	second.until("pushed after a restart", func() bool { return second.shows("Fire in the harbour is out") })
	if got := second.metric(`wiredesk_polls_total{outcome="fetched"}`); got != "1" {
		t.Errorf("the second daemon polled %s times", got)
	}
	if got := second.metric(`wiredesk_websub_pushes_total{outcome="unsigned"}`); got != "0" {
		t.Errorf("%s pushes were not signed", got)
	}

	// The source goes: the hub asks back, and forgets.
	next := *second.cfg
	next.Sources = []aggregator.Source{{ID: "kelmar", URL: w.URL + "/other", AllowPrivate: true}}
	second.reload = func() (*config.Config, error) { return &next, nil }
	second.reconfigure(t.Context())
	first.until("unsubscribed", func() bool { return first.hub.Followers() == 0 })
}

// TestPrivateCallbackIsRefused: nobody has our hub call what only it can reach.
func TestPrivateCallbackIsRefused(t *testing.T) {
	t.Parallel()
	var called atomic.Int64
	callback := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		called.Add(1)
		_, _ = io.WriteString(w, r.URL.Query().Get("hub.challenge"))
	}))
	t.Cleanup(callback.Close)
	mux := http.NewServeMux()
	w := newWire(t, mux)
	mux.Handle("/feed", answered{contentType: "application/atom+xml", body: atomOf("", "Ferry aground")})
	d := newPushedDesk(t, w.URL+"/feed")
	d.until("published", func() bool { return d.shows("Ferry aground") })
	if answer, err := http.PostForm(d.base+"/hub", url.Values{}); err != nil || answer.StatusCode != http.StatusNotFound {
		t.Errorf("%v, %v", answer, err)
	}
	subscribe := func() {
		t.Helper()
		answer, err := http.PostForm(d.base+"/hub", url.Values{
			"hub.mode": {"subscribe"}, "hub.topic": {d.base + "/feeds/all.rss"}, "hub.callback": {callback.URL + "/push"},
		})
		if err != nil || answer.StatusCode != http.StatusAccepted {
			t.Fatalf("%v, %v", answer, err)
		}
		_ = answer.Body.Close()
	}
	d.hub.Configure(websub.HubSettings{Address: d.base + "/hub"})
	subscribe()
	d.until("tried", func() bool { return d.metric(`wiredesk_hub_verifications_total{outcome="unanswered"}`) == "1" })
	if called.Load() != 0 || d.hub.Followers() != 0 {
		t.Errorf("called %d times, %d followers", called.Load(), d.hub.Followers())
	}
	d.hub.Configure(websub.HubSettings{Address: d.base + "/hub", AllowPrivate: true})
	subscribe()
	d.until("let in", func() bool { return d.hub.Followers() == 1 && called.Load() == 1 })
}

// TestExternalHubIsPinged: where the configuration names a hub, it is told what
// changed, and our feeds name it.
func TestExternalHubIsPinged(t *testing.T) {
	t.Parallel()
	forms := make(chan url.Values, 100)
	elsewhere := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		if r.ParseForm() == nil {
			forms <- r.PostForm
		}
	}))
	t.Cleanup(elsewhere.Close)
	mux := http.NewServeMux()
	w := newWire(t, mux)
	mux.Handle("/feed", answered{contentType: "application/atom+xml", body: atomOf("", "Ferry aground")})
	d := newPushedDesk(t, w.URL+"/feed", neighbours, func(cfg *config.Config) { cfg.Hub.External = elsewhere.URL + "/publish" })
	told := map[string]bool{}
	for len(told) < 3 {
		select {
		case form := <-forms:
			if form.Get("hub.mode") != "publish" || form.Get("hub.url") != form.Get("hub.topic") {
				t.Fatalf("told %v", form)
			}
			told[strings.TrimPrefix(form.Get("hub.url"), d.base)] = true
		case <-time.After(patience):
			t.Fatalf("told of %v only", told)
		}
	}
	if !told["/feeds/all.atom"] || !told["/feeds/all.rss"] || !told["/feeds/all.json"] {
		t.Errorf("told of %v", told)
	}
	answer, err := http.Get(d.base + "/feeds/all.atom")
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if want := fmt.Sprintf(`rel="hub" href="%s/publish"`, elsewhere.URL); err != nil || !strings.Contains(string(body), want) {
		t.Errorf("the feed does not say %s: %v", want, err)
	}
	if want := fmt.Sprintf(`<%s/publish>; rel="hub"`, elsewhere.URL); !strings.Contains(answer.Header.Get("Link"), want) {
		t.Errorf("the header says %s", answer.Header.Get("Link"))
	}
}

// A hub that others cannot reach is named nowhere.
func TestHubOf(t *testing.T) {
	t.Parallel()
	const public, home = "https://news.example.org", "http://localhost:8080"
	for _, test := range []struct {
		name string
		base string
		hub  config.Hub
		link string
	}{
		{"usual", public, config.Hub{Enabled: true}, public + "/hub"},
		{"off", public, config.Hub{}, ""},
		{"at home", home, config.Hub{Enabled: true}, ""},
		{"for neighbours", home, config.Hub{Enabled: true, AllowPrivate: true}, home + "/hub"},
		{"elsewhere", public, config.Hub{Enabled: true, External: "https://hub.example/"}, "https://hub.example/"},
		{"elsewhere from home", home, config.Hub{Enabled: true, External: "https://hub.example/"}, ""},
	} {
		cfg := config.Default()
		cfg.BaseURL, cfg.Hub = test.base, test.hub
		if got := hubLink(&cfg); got != test.link {
			t.Errorf("%s: %q, want %q", test.name, got, test.link)
		}
		if got := hubOf(&cfg); got.AllowPrivate != test.hub.AllowPrivate || got.External != "" && got.Address != "" {
			t.Errorf("%s: %+v", test.name, got)
		}
	}
}
