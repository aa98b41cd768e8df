package websub

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// TestHubRocks goes through what websub.rocks asks of a hub, and what else can
// become of a subscription.
func TestHubRocks(t *testing.T) {
	t.Parallel()
	run := func(name string, f func(s *newsstand)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			withStand(t, f)
		})
	}
	wantBodies := func(s *newsstand, want ...string) {
		s.t.Helper()
		if diff := cmp.Diff(want, s.bodies()); diff != "" {
			s.t.Errorf("pushed (-want +got):\n%s", diff)
		}
	}

	run("plain", func(s *newsstand) {
		s.follows(atomTopic, reader)
		asks := s.asked()
		if len(asks) != 1 || asks[0].mode() != "subscribe" || asks[0].query.Get("hub.topic") != atomTopic ||
			len(asks[0].query.Get("hub.challenge")) < 20 || asks[0].query.Get("hub.lease_seconds") != "432000" {
			s.t.Fatalf("the callback was asked %+v", asks)
		}
		f := s.only()
		if f.Topic != atomTopic || f.Callback != reader || f.Secret != "" || f.LeaseUntil.Sub(f.Created) != DefaultHubLease || f.Sent != `"a1"` {
			s.t.Errorf("stored %+v", f)
		}
		wantBodies(s) // what it could read when it came is not pushed
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		wantBodies(s, "<feed>2</feed>")
		header := map[string]string{
			"Content-Type": "application/atom+xml; charset=utf-8",
			"Link":         `<https://desk.example/hub>; rel="hub", <https://desk.example/feeds/all.atom>; rel="self"`,
		}
		if got := s.pushed()[0]; got.call.URL != reader || got.call.AllowPrivate || !cmp.Equal(header, got.call.Header) {
			s.t.Errorf("pushed to %s with %v", got.call.URL, got.call.Header)
		}
	})

	run("secret", func(s *newsstand) {
		s.follows(atomTopic, reader, "hub.secret", "hush")
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		wantBodies(s, "<feed>2</feed>")
		got, ok := parseSignature(s.pushed()[0].call.Header["X-Hub-Signature"])
		if !ok || !got.signs([]byte("<feed>2</feed>"), "hush") || got.signs([]byte("<feed>2</feed>"), "hushed") ||
			!strings.HasPrefix(s.pushed()[0].call.Header["X-Hub-Signature"], "sha256=") {
			s.t.Errorf("signed %v", s.pushed()[0].call.Header)
		}
		for _, line := range s.logged {
			if strings.Contains(line, "hush") || strings.Contains(line, "/push") {
				s.t.Errorf("the log shows %q", line)
			}
		}
	})

	run("extra parameters", func(s *newsstand) {
		s.follows(atomTopic, reader, "hub.verify", "sync", "foo", "bar", "hub.verify_token", "x")
		if q := s.asked()[0].query; len(q) != 4 {
			s.t.Errorf("asked back with %v", q)
		}
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		wantBodies(s, "<feed>2</feed>")
	})

	run("a callback with a query", func(s *newsstand) {
		s.follows(atomTopic, reader+"?user=7&x=%2F%20")
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		if got := s.asked()[0].call.URL; !strings.HasPrefix(got, reader+"?user=7&x=%2F%20&hub.challenge=") {
			s.t.Errorf("asked at %s", got)
		}
		if got := s.pushed(); len(got) != 1 || got[0].call.URL != reader+"?user=7&x=%2F%20" {
			s.t.Errorf("pushed %+v", got)
		}
	})

	run("resubscribe", func(s *newsstand) {
		s.follows(atomTopic, reader, "hub.secret", "first", "hub.lease_seconds", "3600")
		first := s.only()
		time.Sleep(30 * time.Minute)
		s.follows(atomTopic, reader, "hub.secret", "second", "hub.lease_seconds", "7200")
		second := s.only()
		if second.Secret.Reveal() != "second" || !second.Created.Equal(first.Created) || second.LeaseUntil.Sub(first.LeaseUntil) < time.Hour {
			s.t.Errorf("after %+v came %+v", first, second)
		}
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		wantBodies(s, "<feed>2</feed>") // once
		if got, _ := parseSignature(s.pushed()[0].call.Header["X-Hub-Signature"]); !got.signs([]byte("<feed>2</feed>"), "second") {
			s.t.Error("not signed with the second secret")
		}
	})

	run("resubscribing loses nothing", func(s *newsstand) {
		s.follows(atomTopic, reader)
		s.note(func() { s.callback = answers(503) })
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		s.note(func() { s.callback = nil })
		s.follows(atomTopic, reader)
		time.Sleep(time.Hour)
		wantBodies(s, "<feed>2</feed>", "<feed>2</feed>")
	})

	run("what changes while a request is verified is pushed", func(s *newsstand) {
		s.follows(atomTopic, reader+"?1")
		s.note(func() { s.slow = 5 * time.Second })
		s.follows(atomTopic, reader+"?2")
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		time.Sleep(time.Minute)
		wantBodies(s, "<feed>2</feed>", "<feed>2</feed>")
	})

	run("resubscribing that is refused changes nothing", func(s *newsstand) {
		s.follows(atomTopic, reader, "hub.secret", "first")
		before := s.only()
		s.note(func() { s.callback = func(outgoing) aggregator.Response { return answered(404) } })
		s.follows(atomTopic, reader, "hub.secret", "forged")
		if diff := cmp.Diff(before, s.only()); diff != "" {
			s.t.Errorf("(-want +got):\n%s", diff)
		}
	})

	run("unsubscribe", func(s *newsstand) {
		s.follows(atomTopic, reader)
		form := url.Values{"hub.mode": {"unsubscribe"}, "hub.topic": {atomTopic}, "hub.callback": {reader}}
		s.note(func() { s.callback = func(outgoing) aggregator.Response { return answered(404) } })
		if w := s.ask(form); w.Code != http.StatusAccepted {
			s.t.Errorf("answered %d", w.Code)
		}
		time.Sleep(time.Minute)
		s.wantFollowers(1) // somebody else asked
		s.note(func() { s.callback = nil })
		s.ask(form)
		time.Sleep(time.Minute)
		s.wantFollowers(0)
		asks := s.asked()
		if last := asks[len(asks)-1]; last.mode() != "unsubscribe" || last.query.Has("hub.lease_seconds") || last.query.Get("hub.topic") != atomTopic {
			s.t.Errorf("asked back %v", last.query)
		}
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		wantBodies(s)
	})

	run("both content types", func(s *newsstand) {
		s.follows(atomTopic, reader+"?atom")
		s.follows(jsonTopic, reader+"?json")
		s.publish(jsonTopic, `"j2"`, `{"n":2}`)
		wantBodies(s, `{"n":2}`)
		if got := s.pushed()[0].call.Header["Content-Type"]; got != "application/feed+json; charset=utf-8" {
			s.t.Errorf("pushed as %s", got)
		}
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		if got := s.pushed()[1].call.Header["Content-Type"]; got != "application/atom+xml; charset=utf-8" {
			s.t.Errorf("pushed as %s", got)
		}
	})

	run("expired lease", func(s *newsstand) {
		s.follows(atomTopic, reader, "hub.lease_seconds", "600")
		time.Sleep(9 * time.Minute)
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		wantBodies(s, "<feed>2</feed>")
		time.Sleep(2 * time.Minute)
		s.publish(atomTopic, `"a3"`, "<feed>3</feed>")
		wantBodies(s, "<feed>2</feed>")
		s.wantFollowers(0)
	})

	run("leases have bounds", func(s *newsstand) {
		for _, test := range []struct{ asked, granted string }{
			{"1", "300"}, {"0", "432000"}, {"", "432000"}, {"86400", "86400"}, {"99999999999999999999999", "2592000"},
		} {
			s.follows(atomTopic, reader, "hub.lease_seconds", test.asked)
			asks := s.asked()
			if got := asks[len(asks)-1].query.Get("hub.lease_seconds"); got != test.granted {
				s.t.Errorf("asked for %q: %s s, want %s", test.asked, got, test.granted)
			}
			time.Sleep(time.Minute)
		}
	})

	run("dead callback", func(s *newsstand) {
		s.follows(atomTopic, reader, "hub.lease_seconds", "2592000")
		s.follows(atomTopic, "https://other.example/")
		s.note(func() {
			s.callback = func(out outgoing) aggregator.Response {
				if strings.HasPrefix(out.call.URL, reader) {
					return answered(0)
				}
				return confirms(out)
			}
		})
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		time.Sleep(71 * time.Hour)
		s.wantFollowers(2)
		if n := len(s.pushed()); n < 60 || n > 90 {
			s.t.Errorf("%d pushes in three days", n)
		}
		time.Sleep(3 * time.Hour)
		s.wantFollowers(1)
		s.publish(atomTopic, `"a3"`, "<feed>3</feed>")
		if got := s.pushed(); got[len(got)-1].call.URL != "https://other.example/" {
			s.t.Errorf("the last push went to %s", got[len(got)-1].call.URL)
		}
	})

	run("dead for a while", func(s *newsstand) {
		s.follows(atomTopic, reader)
		s.note(func() { s.callback = answers(503) })
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		s.publish(atomTopic, `"a3"`, "<feed>3</feed>")
		time.Sleep(time.Hour)
		s.note(func() { s.callback = nil })
		time.Sleep(time.Hour)
		got := s.bodies()
		if last := got[len(got)-1]; last != "<feed>3</feed>" {
			s.t.Errorf("caught up with %s", last)
		}
		if f := s.only(); f.Failures != 0 || !f.Failing.IsZero() || f.Sent != `"a3"` {
			s.t.Errorf("left %+v", f)
		}
		n := len(got)
		time.Sleep(3 * time.Hour)
		if again := s.bodies(); len(again) != n {
			s.t.Errorf("pushed again: %v", again[n:])
		}
	})

	run("gone", func(s *newsstand) {
		s.follows(atomTopic, reader)
		s.note(func() { s.callback = answers(http.StatusGone) })
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		s.wantFollowers(0)
		if diff := cmp.Diff([]Delivered{PushGone}, s.delivered); diff != "" {
			s.t.Errorf("(-want +got):\n%s", diff)
		}
	})

	run("verification refused", func(s *newsstand) {
		for name, answer := range map[string]func(outgoing) aggregator.Response{
			"404":      func(outgoing) aggregator.Response { return answered(404) },
			"redirect": func(outgoing) aggregator.Response { return answered(302) },
			"no challenge": func(outgoing) aggregator.Response {
				return aggregator.Response{Outcome: aggregator.Fetched, Status: 200}
			},
			"challenge and more": func(o outgoing) aggregator.Response { r := confirms(o); r.Body = append(r.Body, '\n'); return r },
		} {
			s.note(func() { s.callback, s.calls, s.verified = answer, nil, nil })
			s.follows(atomTopic, reader)
			time.Sleep(time.Hour)
			s.wantFollowers(0)
			if len(s.asked()) != 1 || !cmp.Equal(s.verified, []Verification{Unconfirmed}) {
				s.t.Errorf("%s: asked %d times: %v", name, len(s.asked()), s.verified)
			}
		}
	})

	run("verification unanswered", func(s *newsstand) {
		s.note(func() { s.callback = func(outgoing) aggregator.Response { return answered(503) } })
		s.follows(atomTopic, reader)
		time.Sleep(90 * time.Second)
		s.note(func() { s.callback = nil })
		time.Sleep(time.Hour)
		if len(s.asked()) != 3 {
			s.t.Errorf("asked %d times", len(s.asked()))
		}
		s.wantFollowers(1)
		s.note(func() { s.callback = func(outgoing) aggregator.Response { return answered(0) }; s.calls = nil })
		s.follows(jsonTopic, reader)
		time.Sleep(time.Hour)
		if n := len(s.asked()); n < 2 || n > maxAsks {
			s.t.Errorf("asked %d times", n)
		}
		s.wantFollowers(1)
	})

	run("private callback refused", func(s *newsstand) {
		s.note(func() {
			s.callback = func(out outgoing) aggregator.Response {
				if out.call.AllowPrivate {
					s.t.Error("private addresses are let in")
				}
				return aggregator.Response{Outcome: aggregator.Failed, Problem: aggregator.Problem{Kind: aggregator.ProblemRefused}}
			}
		})
		s.follows(atomTopic, "http://10.0.0.1/cb")
		time.Sleep(time.Hour)
		if n := len(s.asked()); n != 1 {
			s.t.Errorf("tried %d times", n)
		}
		s.wantFollowers(0)
		s.follows(atomTopic, "http://10.0.0.1/cb") // the host does not rest for it
		if n := len(s.asked()); n != 2 {
			s.t.Errorf("tried %d times", n)
		}
	})

	run("restart keeps subscriptions", func(s *newsstand) {
		s.follows(atomTopic, reader+"?1", "hub.secret", "hush")
		s.follows(jsonTopic, reader+"?2")
		s.publish(atomTopic, `"a2"`, "<feed>2</feed>")
		s.restart()
		time.Sleep(time.Minute)
		wantBodies(s, "<feed>2</feed>") // not again
		// What changed while it was down is pushed.
		s.stop()
		s.note(func() {
			f := s.feeds[jsonTopic]
			f.ETag, f.Body = `"j2"`, []byte(`{"n":2}`)
			s.feeds[jsonTopic] = f
		})
		s.start()
		time.Sleep(time.Minute)
		wantBodies(s, "<feed>2</feed>", `{"n":2}`)
		s.publish(atomTopic, `"a3"`, "<feed>3</feed>")
		if got, _ := parseSignature(s.pushed()[2].call.Header["X-Hub-Signature"]); !got.signs([]byte("<feed>3</feed>"), "hush") {
			s.t.Error("not signed after a restart")
		}
	})
}
