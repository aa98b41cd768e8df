package websub

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestHubRefuses(t *testing.T) {
	t.Parallel()
	form := func(change func(url.Values)) string {
		v := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {atomTopic}, "hub.callback": {reader}}
		change(v)
		return v.Encode()
	}
	set := func(name, value string) string { return form(func(v url.Values) { v.Set(name, value) }) }
	withStand(t, func(s *newsstand) {
		for _, test := range []struct {
			name, body, contentType string
			status                  int
			says                    string
		}{
			{"wrong topic", set("hub.topic", "https://desk.example/feeds/none.atom"), "", 404, "self link"},
			{"another's topic", set("hub.topic", "https://evil.example/feeds/all.atom"), "", 404, "self link"},
			{"no topic", form(func(v url.Values) { v.Del("hub.topic") }), "", 400, "hub.topic"},
			{"no mode", form(func(v url.Values) { v.Del("hub.mode") }), "", 400, "hub.mode"},
			{"another mode", set("hub.mode", "list"), "", 400, "hub.mode"},
			{"a publisher", set("hub.mode", "publish"), "", 400, "announced"},
			{"no callback", form(func(v url.Values) { v.Del("hub.callback") }), "", 400, "hub.callback"},
			{"a file", set("hub.callback", "file:///etc/passwd"), "", 400, "hub.callback"},
			{"a path", set("hub.callback", "/callback"), "", 400, "hub.callback"},
			{"a fragment", set("hub.callback", reader+"#x"), "", 400, "hub.callback"},
			{"a password", set("hub.callback", "https://u:p@reader.example/"), "", 400, "hub.callback"},
			{"a line feed", set("hub.callback", reader+"\nHost: x"), "", 400, "hub.callback"},
			{"a long callback", set("hub.callback", reader+strings.Repeat("x", 2048)), "", 400, "hub.callback"},
			{"a long secret", set("hub.secret", strings.Repeat("x", 200)), "", 400, "hub.secret"},
			{"no number", set("hub.lease_seconds", "1h"), "", 400, "hub.lease_seconds"},
			{"less than nothing", set("hub.lease_seconds", "-5"), "", 400, "hub.lease_seconds"},
			{"no form", `{"hub.mode":"subscribe"}`, "application/json", 415, "form"},
			{"a broken form", "hub.mode=%zz", "", 400, "form"},
			{"too large", form(func(v url.Values) { v.Set("x", strings.Repeat("y", maxRequestBytes)) }), "", 413, "large"},
		} {
			contentType := "application/x-www-form-urlencoded; charset=utf-8"
			if test.contentType != "" {
				contentType = test.contentType
			}
			w := s.send(test.body, contentType)
			if w.Code != test.status || !strings.Contains(w.Body.String(), test.says) {
				s.t.Errorf("%s: %d %q, want %d", test.name, w.Code, w.Body, test.status)
			}
		}
		r, _ := http.NewRequestWithContext(s.t.Context(), http.MethodGet, "/hub", nil)
		w := newRecorder()
		s.hub.ServeHTTP(w, r)
		if w.Code != http.StatusMethodNotAllowed || w.Header().Get("Allow") != "POST" {
			s.t.Errorf("GET is answered %d", w.Code)
		}
		time.Sleep(time.Hour)
		if len(s.asked()) != 0 {
			s.t.Errorf("asked back %v", s.asked())
		}
		s.hub.Configure(HubSettings{})
		if w := s.send(form(func(url.Values) {}), "application/x-www-form-urlencoded"); w.Code != 404 {
			s.t.Errorf("where there is no hub it is answered %d", w.Code)
		}
		if w := s.send("", ""); w.Code != 404 {
			s.t.Errorf("where there is no hub it is answered %d", w.Code)
		}
	})
}

func TestHubIsBounded(t *testing.T) {
	t.Parallel()
	withStand(t, func(s *newsstand) {
		s.stop()
		s.most, s.perHost = 3, 2
		s.start()
		ask := func(callback string) int {
			s.t.Helper()
			code := s.ask(url.Values{"hub.mode": {"subscribe"}, "hub.topic": {atomTopic}, "hub.callback": {callback}}).Code
			time.Sleep(5 * time.Second)
			return code
		}
		for _, test := range []struct {
			callback string
			want     int
		}{
			{"https://a.example/1", 202}, {"https://a.example:8443/2", 202}, {"https://A.example./3", 503},
			{"https://a.example/1", 202}, {"https://b.example/1", 202}, {"https://c.example/1", 503},
		} {
			if got := ask(test.callback); got != test.want {
				s.t.Errorf("%s is answered %d, want %d", test.callback, got, test.want)
			}
		}
		s.wantFollowers(3)

		// Requests that wait are bounded too, of one host and of all.
		s.stop()
		s.most, s.perHost = 0, 0
		s.note(func() { s.slow = askTimeout })
		s.start()
		full := 0
		for i := range maxAskingPerHost + 10 {
			w := s.ask(url.Values{"hub.mode": {"subscribe"}, "hub.topic": {atomTopic}, "hub.callback": {"https://d.example/" + strings.Repeat("x", i)}})
			if w.Code == http.StatusServiceUnavailable && w.Header().Get("Retry-After") != "" {
				full++
			}
		}
		if full != 10 {
			s.t.Errorf("%d requests were put off", full)
		}
		time.Sleep(2 * time.Hour)
		s.hub.mu.Lock()
		n := len(s.hub.asking)
		s.hub.mu.Unlock()
		if n != 0 {
			s.t.Errorf("%d requests wait for ever", n)
		}
	})
}

// Editions that follow one another within moments are pushed together, and one
// that is under way is followed by what came meanwhile.
func TestPushesAreSpaced(t *testing.T) {
	t.Parallel()
	withStand(t, func(s *newsstand) {
		s.follows(atomTopic, reader)
		for i := range 30 {
			s.publish(atomTopic, `"b`+strings.Repeat("x", i)+`"`, strings.Repeat("x", i+1))
		}
		time.Sleep(time.Minute)
		got := s.pushed()
		if len(got) < 5 || len(got) > 8 || string(got[len(got)-1].call.Body) != strings.Repeat("x", 30) {
			s.t.Errorf("%d pushes, the last of %d bytes", len(got), len(got[len(got)-1].call.Body))
		}
		for i := 1; i < len(got); i++ {
			if gap := got[i].at.Sub(got[i-1].at); gap < pushGap {
				s.t.Errorf("pushes %v apart", gap)
			}
		}
	})
}

// One slow callback holds up nobody, and callbacks of a host are asked one
// after another.
func TestPushesTakeTurns(t *testing.T) {
	t.Parallel()
	withStand(t, func(s *newsstand) {
		for _, callback := range []string{"https://slow.example/1", "https://slow.example/2", "https://quick.example/"} {
			s.follows(atomTopic, callback)
			time.Sleep(5 * time.Second)
		}
		busy, most := 0, 0
		s.note(func() {
			s.slow = 0
			s.callback = func(out outgoing) aggregator.Response {
				if strings.HasPrefix(out.call.URL, "https://slow") {
					s.note(func() { busy++; most = max(most, busy) })
					time.Sleep(20 * time.Second)
					s.note(func() { busy-- })
				}
				return confirms(out)
			}
		})
		start := time.Now()
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		time.Sleep(time.Minute)
		for _, c := range s.pushed() {
			if c.call.URL == "https://quick.example/" && c.at.Sub(start) > 2*time.Second {
				s.t.Errorf("the quick one waited %v", c.at.Sub(start))
			}
		}
		if most != 1 || len(s.pushed()) != 3 {
			s.t.Errorf("%d at a time, %d pushes", most, len(s.pushed()))
		}
	})
}

// A feed that goes is no topic any more: its followers are told.
func TestTopicGoes(t *testing.T) {
	t.Parallel()
	withStand(t, func(s *newsstand) {
		s.follows(atomTopic, reader+"?1")
		s.follows(jsonTopic, reader+"?2")
		s.note(func() { delete(s.feeds, atomTopic) })
		s.hub.Configure(s.settings)
		time.Sleep(time.Minute)
		asks := s.asked()
		last := asks[len(asks)-1]
		if len(asks) != 3 || last.mode() != "denied" || last.query.Get("hub.topic") != atomTopic || last.query.Has("hub.challenge") || last.query.Get("hub.reason") == "" {
			s.t.Errorf("asked %v", asks)
		}
		s.wantFollowers(1)
		s.hub.Configure(HubSettings{}) // the hub is closed
		time.Sleep(time.Minute)
		s.wantFollowers(0)
	})
}

// An edition that is not rendered yet is no reason to drop or to push.
func TestUnrenderedTopicWaits(t *testing.T) {
	t.Parallel()
	withStand(t, func(s *newsstand) {
		s.follows(atomTopic, reader)
		s.stop()
		rendered := s.feeds[atomTopic]
		s.feeds[atomTopic] = aggregator.Topic{URL: atomTopic, ContentType: rendered.ContentType}
		s.start()
		time.Sleep(time.Minute)
		s.note(func() { s.feeds[atomTopic] = rendered })
		s.hub.Changed()
		time.Sleep(time.Minute)
		s.wantFollowers(1)
		if len(s.pushed()) != 0 {
			s.t.Errorf("pushed %v", s.bodies())
		}
	})
}

func TestExternalHubIsTold(t *testing.T) {
	t.Parallel()
	const elsewhere = "https://hub.example/publish?key=1"
	withStand(t, func(s *newsstand) {
		s.hub.Configure(HubSettings{External: elsewhere})
		s.settings = HubSettings{External: elsewhere}
		time.Sleep(time.Minute)
		if w := s.ask(url.Values{"hub.mode": {"subscribe"}, "hub.topic": {atomTopic}, "hub.callback": {reader}}); w.Code != 404 {
			s.t.Errorf("where the hub is elsewhere ours answers %d", w.Code)
		}
		s.note(func() { s.calls, s.callback = nil, answers(http.StatusGone) })
		s.publish(jsonTopic, `"j2"`, `{"n":2}`)
		time.Sleep(100 * time.Hour) // it is never given up
		s.note(func() { s.callback = nil })
		time.Sleep(2 * time.Hour)
		s.restart()
		time.Sleep(time.Minute)
		n := len(s.pushed())
		got := s.pushed()[n-1]
		want := url.Values{"hub.mode": {"publish"}, "hub.url": {jsonTopic}, "hub.topic": {jsonTopic}}
		form, err := url.ParseQuery(string(got.call.Body))
		if err != nil || !cmp.Equal(want, form) || got.call.URL != elsewhere || got.call.Header["Content-Type"] != "application/x-www-form-urlencoded" {
			s.t.Errorf("%s was sent %q", got.call.URL, got.call.Body)
		}
		for _, c := range s.pushed() {
			if strings.Contains(string(c.call.Body), "atom") {
				s.t.Errorf("told of what did not change: %s", c.call.Body)
			}
		}
		s.wantFollowers(2)
		s.hub.Configure(HubSettings{Address: hubURL})
		time.Sleep(time.Minute)
		s.wantFollowers(0)
		if len(s.pushed()) != n {
			s.t.Error("told after it was taken out")
		}
	})
}

// What could not be stored is stored later; a hub that could not store a
// follower pushes to it all the same.
func TestHubStoreThatFails(t *testing.T) {
	t.Parallel()
	withStand(t, func(s *newsstand) {
		s.note(func() { s.saveErr = http.ErrBodyNotAllowed })
		s.follows(atomTopic, reader)
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		if len(s.pushed()) != 1 || len(s.kept) != 0 {
			s.t.Errorf("%d pushes, %d stored", len(s.pushed()), len(s.kept))
		}
		time.Sleep(10 * time.Minute)
		saves := 0
		s.note(func() { saves, s.saveErr = s.saves, nil })
		if saves > 15 {
			s.t.Errorf("tried to store %d times in ten minutes", saves)
		}
		time.Sleep(2 * time.Minute)
		if f := s.only(); f.Sent != `"a2"` {
			s.t.Errorf("stored %+v", f)
		}
	})
}

// Pushes are stored together, and the rest at the end.
func TestPushesAreStoredTogether(t *testing.T) {
	t.Parallel()
	withStand(t, func(s *newsstand) {
		for i := range 40 {
			s.follows(atomTopic, "https://r"+strings.Repeat("x", i)+".example/")
		}
		time.Sleep(time.Minute)
		s.note(func() { s.saves = 0 })
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		s.stop()
		s.start()
		if s.saves > 3 {
			s.t.Errorf("%d transactions for 40 pushes", s.saves)
		}
		for _, f := range s.kept {
			if f.Sent != `"a2"` {
				s.t.Errorf("%s is stored with %s", f.Callback, f.Sent)
			}
		}
		synctest.Wait()
		if len(s.pushed()) != 40 {
			s.t.Errorf("%d pushes", len(s.pushed()))
		}
	})
}

// What was taken at the very end is not pushed again.
func TestEndKnowsWhatWasTaken(t *testing.T) {
	t.Parallel()
	withStand(t, func(s *newsstand) {
		s.follows(atomTopic, reader)
		s.note(func() {
			s.callback = func(out outgoing) aggregator.Response {
				s.cancel()
				return confirms(out)
			}
			s.slow = 0
		})
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		s.restart()
		time.Sleep(time.Minute)
		if len(s.pushed()) != 1 {
			s.t.Errorf("pushed %v", s.bodies())
		}
	})
}

// A request that is verified when another takes its place does what the last
// one asked for.
func TestLastRequestCounts(t *testing.T) {
	t.Parallel()
	withStand(t, func(s *newsstand) {
		s.note(func() { s.slow = 5 * time.Second })
		form := url.Values{"hub.mode": {"subscribe"}, "hub.topic": {atomTopic}, "hub.callback": {reader}, "hub.secret": {"first"}}
		s.ask(form)
		time.Sleep(time.Second)
		form.Set("hub.secret", "second")
		s.ask(form)
		time.Sleep(time.Minute)
		if f := s.only(); f.Secret.Reveal() != "second" {
			s.t.Errorf("the secret is %q", f.Secret.Reveal())
		}
		if n := len(s.asked()); n != 2 {
			s.t.Errorf("asked %d times", n)
		}
	})
}
