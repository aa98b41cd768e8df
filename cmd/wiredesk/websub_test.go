package main

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/config"
	"wiredesk/storage"
)

// wire is a publisher on loopback.
type wire struct {
	*httptest.Server
	polls atomic.Int64 // requests for /feed
}

func newWire(tb testing.TB, mux *http.ServeMux) *wire {
	tb.Helper()
	w := &wire{}
	w.Server = httptest.NewServer(http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/feed" {
			w.polls.Add(1)
		}
		mux.ServeHTTP(rw, r)
	}))
	tb.Cleanup(w.Close)
	return w
}

// atomOf is an Atom document with further links in its head.
func atomOf(links string, titles ...string) string {
	var b strings.Builder
	b.WriteString(`<feed xmlns="http://www.w3.org/2005/Atom"><title>Norvia Wire</title>` + links)
	for _, title := range titles {
		fmt.Fprintf(&b, `<entry><id>urn:%[1]x</id><title>%[1]s</title><link href="https://norvia.example/%[1]x"/><updated>2026-11-02T12:00:00Z</updated></entry>`, title)
	}
	return b.String() + "</feed>"
}

// answered is what a publisher answers.
type answered struct {
	links       []string // Link headers
	contentType string
	body        string
	redirect    int    // status; 0: none
	to          string // where that leads
}

func (s answered) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for _, link := range s.links {
		w.Header().Add("Link", link)
	}
	if s.redirect != 0 {
		http.Redirect(w, r, s.to, s.redirect)
		return
	}
	w.Header().Set("Content-Type", s.contentType)
	_, _ = io.WriteString(w, s.body)
}

// TestWebSubRocks has a daemon go through what websub.rocks asks of a
// subscriber: discovery (its tests 100 to 104), subscribing (200 to 205) and
// distribution (300 to 302). What of it needs days is in aggregator/websub.
func TestWebSubRocks(t *testing.T) {
	t.Parallel()
	const (
		atom = "application/atom+xml"
		rss  = "application/rss+xml"
	)
	header := func(hub, self string) []string {
		return []string{fmt.Sprintf("<%s>; rel=self", self), fmt.Sprintf("<%s>; rel=hub", hub)}
	}
	inAtom := func(hub, self string) string {
		return fmt.Sprintf(`<link rel="hub" href="%s"/><link rel="self" href="%s"/>`, hub, self)
	}
	for _, test := range []struct {
		name string
		// shows returns what the publisher shows at each path, given where it
		// and the hub are.
		shows func(wire, hub string) map[string]answered
		topic string // that must be asked for, at the wire
	}{
		{"100 discovery in the header", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {links: header(hub+"/hub", w+"/feed"), contentType: atom, body: atomOf("", "Ferry aground")}}
		}, "/feed"},
		{"101 discovery in HTML", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {contentType: "text/html", body: fmt.Sprintf(
				`<!doctype html><html><head><link rel="hub" href="%s/hub"><link rel="self" href="%s/feed"></head><body><p>News</p></body></html>`, hub, w)}}
		}, "/feed"},
		{"102 discovery in Atom", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {contentType: atom, body: atomOf(inAtom(hub+"/hub", w+"/feed"), "Ferry aground")}}
		}, "/feed"},
		{"103 discovery in RSS", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {contentType: rss, body: fmt.Sprintf(
				`<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Norvia</title><atom:link rel="hub" href="%s/hub"/><atom:link rel="self" href="%s/feed"/><item><guid>1</guid><title>Ferry aground</title></item></channel></rss>`, hub, w)}}
		}, "/feed"},
		{"discovery in JSON Feed", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {contentType: "application/feed+json", body: fmt.Sprintf(
				`{"version":"https://jsonfeed.org/version/1.1","title":"Norvia","feed_url":"%s/feed","hubs":[{"type":"WebSub","url":"%s/hub"}],"items":[{"id":"1","title":"Ferry aground"}]}`, w, hub)}}
		}, "/feed"},
		{"104 header before document", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {links: header(hub+"/hub", w+"/feed"), contentType: atom,
				body: atomOf(inAtom(hub+"/wrong", w+"/wrong"), "Ferry aground")}}
		}, "/feed"},
		{"200 a different self", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {links: header(hub+"/hub", w+"/feed?self=other"), contentType: atom, body: atomOf("", "Ferry aground")}}
		}, "/feed?self=other"},
		{"201 a topic moved by 302", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {redirect: 302, to: "/moved"},
				"/moved": {links: header(hub+"/hub", w+"/moved"), contentType: atom, body: atomOf("", "Ferry aground")}}
		}, "/moved"},
		{"202 a topic moved by 301", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {redirect: 301, to: "/moved"},
				"/moved": {links: header(hub+"/hub", w+"/moved"), contentType: atom, body: atomOf("", "Ferry aground")}}
		}, "/moved"},
		{"203 a hub moved by 307", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {links: header(hub+"/307", w+"/feed"), contentType: atom, body: atomOf("", "Ferry aground")}}
		}, "/feed"},
		{"204 a hub moved by 308", func(w, hub string) map[string]answered {
			return map[string]answered{"/feed": {links: header(hub+"/308", w+"/feed"), contentType: atom, body: atomOf("", "Ferry aground")}}
		}, "/feed"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t)
			mux := http.NewServeMux()
			w := newWire(t, mux)
			for path, s := range test.shows(w.URL, h.URL) {
				mux.Handle(path, s)
			}
			d := newPushedDesk(t, w.URL+"/feed")
			d.subscribed()
			asked := h.asked()
			if len(asked) != 1 || asked[0].Get("hub.topic") != w.URL+test.topic || asked[0].Get("hub.mode") != "subscribe" {
				t.Errorf("the hub was asked %v, want once for %s", asked, w.URL+test.topic)
			}
			d.until("asked back", func() bool { return len(h.verdicts()) > 0 })
			if diff := cmp.Diff([]verdict{{"subscribe", 200, true}}, h.verdicts(), cmp.AllowUnexported(verdict{})); diff != "" {
				t.Errorf("the hub asked back (-want +got):\n%s", diff)
			}
		})
	}

	plain := func(w, hub string) answered {
		return answered{links: header(hub+"/hub", w+"/feed"), contentType: atom, body: atomOf("", "Ferry aground")}
	}
	t.Run("205 verification of a wrong topic", func(t *testing.T) {
		t.Parallel()
		h := newHub(t)
		h.topic = "https://evil.example/feed"
		mux := http.NewServeMux()
		w := newWire(t, mux)
		mux.Handle("/feed", plain(w.URL, h.URL))
		d := newPushedDesk(t, w.URL+"/feed")
		d.until("asked back", func() bool { return len(h.verdicts()) > 0 })
		if diff := cmp.Diff([]verdict{{"subscribe", 404, false}}, h.verdicts(), cmp.AllowUnexported(verdict{})); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		if state := d.hubs.Subscription("norvia").State; state != aggregator.SubscriptionAsked {
			t.Errorf("the subscription is %v", state)
		}
	})
	for _, test := range []struct {
		name    string
		secret  func(secret string) string
		outcome string
	}{
		{"300 delivery", func(s string) string { return s }, "document"},
		{"301 a bad signature", func(s string) string { return s + "x" }, "unsigned"},
		{"302 a missing signature", func(string) string { return "" }, "unsigned"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			h := newHub(t)
			mux := http.NewServeMux()
			w := newWire(t, mux)
			mux.Handle("/feed", plain(w.URL, h.URL))
			d := newPushedDesk(t, w.URL+"/feed")
			d.subscribed()
			form := h.asked()[0]
			if status := h.deliver(form, atom, []byte(atomOf("", "Harbour closed")), test.secret(form.Get("hub.secret"))); status/100 != 2 {
				t.Errorf("answered %d", status)
			}
			d.until("counted", func() bool { return d.metric(`wiredesk_websub_pushes_total{outcome="`+test.outcome+`"}`) == "1" })
			if shows := d.shows("Harbour closed"); test.outcome != "document" && shows {
				t.Error("what nobody signed is published")
			}
			if test.outcome == "document" {
				d.until("published", func() bool { return d.shows("Harbour closed") })
			}
			if polls := w.polls.Load(); polls != 1 {
				t.Errorf("polled %d times", polls)
			}
		})
	}
}

// TestPush: what a hub brings is in the merged feed without another poll, also
// after a restart, which the hub does not notice; when the source goes, so does
// the subscription.
func TestPush(t *testing.T) {
	t.Parallel()
	h := newHub(t)
	mux := http.NewServeMux()
	w := newWire(t, mux)
	var page atomic.Pointer[string]
	first := atomOf("", "Ferry aground")
	page.Store(&first)
	mux.HandleFunc("/feed", func(rw http.ResponseWriter, r *http.Request) {
		rw.Header().Set("Link", fmt.Sprintf("<%s/hub>; rel=hub, <%s/feed>; rel=self", h.URL, w.URL))
		http.ServeContent(rw, r, "feed.xml", time.Time{}, strings.NewReader(*page.Load()))
	})
	d := newPushedDesk(t, w.URL+"/feed")
	sub := d.subscribed()
	form := h.asked()[0]
	push := func(body string) {
		t.Helper()
		if status := h.deliver(form, "application/atom+xml", []byte(body), form.Get("hub.secret")); status/100 != 2 {
			t.Errorf("a push is answered %d", status)
		}
	}
	push(atomOf("", "Harbour closed after a fire"))
	d.until("published", func() bool { return d.shows("Harbour closed after a fire") && d.shows("Ferry aground") })
	state := d.ingest.State("norvia")
	if state.Push.Last.IsZero() || !state.Push.LeaseUntil.Equal(sub.LeaseUntil) || state.Polls != 1 || state.EntriesNew != 2 {
		t.Errorf("the source's state: %+v", state)
	}
	if got := d.metric(`wiredesk_polls_total{outcome="fetched"}`); got != "1" {
		t.Errorf("%s polls counted", got)
	}
	if got := d.metric(`wiredesk_websub_subscriptions{state="active"}`); got != "1" {
		t.Errorf("%s active subscriptions", got)
	}

	d.stop()
	d.start()
	d.until("ready", func() bool { return d.shows("Ferry aground") })
	push(atomOf("", "Fire in the harbour is out"))
	d.until("published after a restart", func() bool { return d.shows("Fire in the harbour is out") })
	// What the hub may have brought while nobody listened is looked for once.
	d.until("looked for", func() bool { return w.polls.Load() == 2 })
	if asked := h.asked(); len(asked) != 1 {
		t.Errorf("the hub was asked %d times", len(asked))
	}

	// A push that is no document has the source polled.
	second := atomOf("", "Ferry aground", "Ferry afloat again")
	page.Store(&second)
	push("")
	d.until("polled", func() bool { return d.shows("Ferry afloat again") })
	if polls := w.polls.Load(); polls != 3 {
		t.Errorf("polled %d times", polls)
	}

	// The source goes: the hub is told, asks back, and is forgotten.
	next := *d.cfg
	next.Sources = []aggregator.Source{{ID: "kelmar", URL: w.URL + "/other", AllowPrivate: true}}
	d.reload = func() (*config.Config, error) { return &next, nil }
	d.reconfigure(t.Context())
	d.until("unsubscribed", func() bool {
		v := h.verdicts()
		return len(v) == 2 && v[1] == verdict{"unsubscribe", 200, true}
	})
	if asked := h.asked(); len(asked) != 2 || asked[1].Get("hub.callback") != form.Get("hub.callback") {
		t.Errorf("the hub was asked %v", asked)
	}
	if status := h.deliver(form, "application/atom+xml", []byte(first), form.Get("hub.secret")); status != http.StatusGone {
		t.Errorf("a push after the end is answered %d", status)
	}
	d.stop()
	db, err := storage.Open(d.cfg.Storage.Path, storage.Options{ReadOnly: true})
	if err != nil {
		t.Fatal(err)
	}
	left, err := db.Subscriptions()
	if err := errors.Join(err, db.Check(), db.Close()); err != nil || len(left) != 0 {
		t.Errorf("%d subscriptions left: %v", len(left), err)
	}
}

// Where hubs elsewhere cannot reach us only those of private sources are asked.
func TestUnreachableDeskAsksNoHub(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		private bool
		trouble string
		want    bool
	}{{false, "", true}, {true, "", true}, {false, "is localhost", false}, {true, "is localhost", true}} {
		cfg := config.Default()
		cfg.WebSub.Subscribe, cfg.WebSub.Unreachable = true, test.trouble
		if got := wanted(&cfg)(aggregator.Source{AllowPrivate: test.private}); got != test.want {
			t.Errorf("private %v, %q: %v", test.private, test.trouble, got)
		}
		cfg.WebSub.Subscribe = false
		if wanted(&cfg)(aggregator.Source{AllowPrivate: test.private}) {
			t.Errorf("private %v, %q: wanted though it is off", test.private, test.trouble)
		}
	}
}
