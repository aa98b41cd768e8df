package websub

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// verification is what a hub asks back.
func verification(mode, topic, lease string) url.Values {
	return url.Values{"hub.mode": {mode}, "hub.topic": {topic}, "hub.challenge": {"echo"}, "hub.lease_seconds": {lease}}
}

// Whatever makes a subscription another one, the hub is told that the old one
// ends, may ask whether that is meant, and is forgotten.
func TestEndsAndMoves(t *testing.T) {
	t.Parallel()
	const moved = "https://wire.example/moved"
	for _, test := range []struct {
		name   string
		change func(w *world)
		// what is asked next: mode, hub and topic
		want []string
	}{
		{"another topic", func(w *world) { w.sub.See(state("norvia", moved, hubA)) },
			[]string{"unsubscribe " + hubA + " " + topic, "subscribe " + hubA + " " + moved}},
		{"another hub", func(w *world) { w.sub.See(state("norvia", topic, hubB)) },
			[]string{"unsubscribe " + hubA + " " + topic, "subscribe " + hubB + " " + topic}},
		{"another base URL", func(w *world) {
			s := settings("norvia")
			s.BaseURL = "https://new.example.org/wires"
			w.sub.Configure(s, []aggregator.SourceState{state("norvia", topic, hubA)})
		}, []string{"unsubscribe " + hubA + " " + topic, "subscribe " + hubA + " " + topic}},
		{"no hub any more", func(w *world) { w.sub.See(state("norvia", topic)) }, []string{"unsubscribe " + hubA + " " + topic}},
		{"gone", func(w *world) {
			s := state("norvia", topic, hubA)
			s.Outcome = aggregator.Gone
			w.sub.See(s)
		}, []string{"unsubscribe " + hubA + " " + topic}},
		{"another address", func(w *world) {
			s := settings("norvia")
			s.Sources["norvia"] = aggregator.Source{ID: "norvia", URL: "https://other.example/"}
			w.sub.Configure(s, []aggregator.SourceState{state("norvia", topic, hubA)})
		}, []string{"unsubscribe " + hubA + " " + topic}},
		{"source taken out", func(w *world) { w.sub.Configure(settings("kelmar"), nil) }, []string{"unsubscribe " + hubA + " " + topic}},
		{"turned off", func(w *world) {
			s := settings("norvia")
			s.Wanted = nil
			w.sub.Configure(s, []aggregator.SourceState{state("norvia", topic, hubA)})
		}, []string{"unsubscribe " + hubA + " " + topic}},
		{"taken out while it was down", func(w *world) {
			w.restart()
			w.sub.Configure(settings("kelmar"), nil)
		}, []string{"unsubscribe " + hubA + " " + topic}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			within(t, func(w *world) {
				old := w.subscribe("norvia", topic, hubA)
				time.Sleep(settleTime)
				w.sent()
				test.change(w)
				time.Sleep(10 * time.Second)
				var got []string
				for _, r := range w.sent() {
					got = append(got, r.mode()+" "+r.hub+" "+r.form.Get("hub.topic"))
					switch {
					case r.mode() == "unsubscribe" && (r.callback() != old.Callback || r.form.Has("hub.secret")):
						t.Errorf("unsubscribes with %v", r.form)
					case r.mode() == "subscribe" && (r.callback() == old.Callback || r.form.Get("hub.secret") == old.Secret.Reveal()):
						t.Errorf("a new subscription under the old callback or secret: %v", r.form)
					}
				}
				if diff := cmp.Diff(test.want, got, sorted); diff != "" {
					t.Errorf("asked (-want +got):\n%s", diff)
				}
				left := w.store.all()
				if len(left) != len(test.want)-1 {
					t.Errorf("%d subscriptions left", len(left))
				}
				if len(left) == 0 && !w.lastLease("norvia").IsZero() {
					t.Error("nobody was told that the lease is over")
				}
				for _, sub := range left {
					if sub.State != aggregator.SubscriptionActive || !w.lastLease("norvia").Equal(sub.LeaseUntil) {
						t.Errorf("%v, told until %v", sub, w.lastLease("norvia"))
					}
				}
				if code := bring(w.sub, old.Token, "x", "X-Hub-Signature", sign(old.Secret.Reveal(), "x")).Code; code != 410 {
					t.Errorf("a push to the old callback is answered %d, want 410", code)
				}
				if code := ask(w.sub, old.Token, verification("subscribe", topic, "60")).Code; code != 404 {
					t.Errorf("the old subscription is confirmed with %d", code)
				}
			})
		})
	}
}

// A feed that names another topic at every poll brings its hub a request or two
// an hour; one that has settled on another gets that.
func TestTopicThatChangesAllTheTime(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		w.subscribe("norvia", topic, hubA)
		w.sent()
		for i := range 24 * 30 {
			w.sub.See(state("norvia", fmt.Sprint(topic, i), hubA))
			time.Sleep(2 * time.Minute)
		}
		if n := len(w.sent()); n < 40 || n > 48 {
			t.Errorf("%d requests in a day", n)
		}
		w.sub.See(state("norvia", topic+"/at/last", hubA))
		time.Sleep(settleTime + 10*time.Second)
		if sub := w.want("norvia", aggregator.SubscriptionActive); sub.Topic != topic+"/at/last" {
			t.Errorf("subscribed to %s", sub.Topic)
		}
	})
}

// What is to end is not confirmed any more, and its pushes are refused; that it
// ends is confirmed, and then nothing is known of it.
func TestWhileItEnds(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		sub := w.subscribe("norvia", topic, hubA)
		w.mu.Lock()
		w.verify = false
		w.mu.Unlock()
		w.sub.Configure(Settings{}, nil)
		time.Sleep(time.Second)
		if n := w.sub.Counts()[aggregator.SubscriptionUnsubscribing]; n != 1 {
			t.Fatalf("%d are ending", n)
		}
		if code := bring(w.sub, sub.Token, "x", "X-Hub-Signature", sign(sub.Secret.Reveal(), "x")).Code; code != 410 {
			t.Errorf("a push is answered %d, want 410", code)
		}
		if code := ask(w.sub, sub.Token, verification("subscribe", topic, "60")).Code; code != 404 {
			t.Errorf("the subscription is confirmed with %d", code)
		}
		if code := ask(w.sub, sub.Token, verification("unsubscribe", topic+"x", "")).Code; code != 404 {
			t.Errorf("the end of another is confirmed with %d", code)
		}
		for i, want := range []int{200, 404} {
			if code := ask(w.sub, sub.Token, verification("unsubscribe", topic, "")).Code; code != want {
				t.Errorf("asked for the end, time %d: answered %d, want %d", i+1, code, want)
			}
		}
		if left := w.store.all(); len(left) > 0 {
			t.Errorf("still there: %v", left[0].State)
		}
	})
}

// A lease that could not be stored is told again.
func TestLeaseIsToldUntilItIsHeard(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		w.deaf = errFull
		sub := w.subscribe("norvia", topic, hubA)
		if !w.lastLease("norvia").IsZero() {
			t.Fatal("heard")
		}
		w.mu.Lock()
		w.deaf = nil
		w.mu.Unlock()
		time.Sleep(2 * tellAgain)
		if until := w.lastLease("norvia"); !until.Equal(sub.LeaseUntil) {
			t.Errorf("told %v, want %v", until, sub.LeaseUntil)
		}
	})
	within(t, func(w *world) { // also where it is told late
		time.Sleep(time.Hour)
		w.deaf = errFull
		sub := w.subscribe("norvia", topic, hubA)
		w.mu.Lock()
		w.deaf = nil
		w.mu.Unlock()
		time.Sleep(2 * tellAgain)
		if until := w.lastLease("norvia"); !until.Equal(sub.LeaseUntil) {
			t.Errorf("told %v, want %v", until, sub.LeaseUntil)
		}
	})
}

// A hub that does not let us go is told a few times, and no longer.
func TestGoodbyes(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		lease  time.Duration
		hub    func(request) aggregator.Response
		verify bool
		most   int
		within time.Duration
	}{
		{"dead", 10 * day, dead, false, maxGoodbyes, 2 * time.Hour},
		{"does not ask back", 10 * day, nil, false, maxGoodbyes, 2 * time.Hour},
		{"knows of nothing", 10 * day, refuses(404), false, 1, time.Minute},
		{"the lease ends first", 5 * time.Minute, dead, false, 4, 6 * time.Minute},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			within(t, func(w *world) {
				w.lease = test.lease
				w.subscribe("norvia", topic, hubA)
				w.sent()
				w.mu.Lock()
				w.hub, w.verify = test.hub, test.verify
				w.mu.Unlock()
				w.sub.Configure(Settings{}, nil)
				time.Sleep(test.within)
				if n := len(w.sent()); n < 1 || n > test.most {
					t.Errorf("told %d times, want at most %d", n, test.most)
				}
				if left := w.store.all(); len(left) > 0 {
					t.Errorf("still there: %v", left[0].State)
				}
				if said := w.warnings(); len(said) > 0 {
					t.Errorf("logged %q", said)
				}
			})
		})
	}
}

func TestVerification(t *testing.T) {
	t.Parallel()
	without := func(name string) url.Values {
		v := verification("subscribe", topic, "3600")
		v.Del(name)
		return v
	}
	for _, test := range []struct {
		name  string
		query url.Values
		want  int
	}{
		{"what was asked for", verification("subscribe", topic, "3600"), 200},
		{"without a lease", without("hub.lease_seconds"), 200},
		{"another topic", verification("subscribe", topic+"/other", "3600"), 404},
		{"nearly the topic", verification("subscribe", topic+"/", "3600"), 404},
		{"unsubscribe", verification("unsubscribe", topic, ""), 404},
		{"publish", verification("publish", topic, ""), 404},
		{"without a mode", without("hub.mode"), 404},
		{"without a topic", without("hub.topic"), 404},
		{"without a challenge", without("hub.challenge"), 404},
		{"nothing", nil, 404},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			within(t, func(w *world) {
				w.verify = false
				w.sub.Configure(settings("norvia"), []aggregator.SourceState{state("norvia", topic, hubA)})
				time.Sleep(time.Second)
				sub := w.want("norvia", aggregator.SubscriptionAsked)
				answer := ask(w.sub, sub.Token, test.query)
				if answer.Code != test.want {
					t.Errorf("answered %d, want %d", answer.Code, test.want)
				}
				if test.want == 200 && (answer.Body.String() != "echo" || !strings.HasPrefix(answer.Header().Get("Content-Type"), "text/plain")) {
					t.Errorf("answered %q as %s", answer.Body, answer.Header().Get("Content-Type"))
				}
				if test.want != 200 && strings.Contains(answer.Body.String(), "echo") {
					t.Errorf("a refusal holds the challenge: %q", answer.Body)
				}
				state := aggregator.SubscriptionAsked
				if test.want == 200 {
					state = aggregator.SubscriptionActive
				}
				w.want("norvia", state)
				if code := ask(w.sub, "unknown", test.query).Code; code != 404 {
					t.Errorf("an unknown token is answered %d", code)
				}
			})
		})
	}
}

// A hub may ask at any time whether we are still there (section 5).
func TestReconfirmation(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		sub := w.subscribe("norvia", topic, hubA)
		time.Sleep(day)
		if code := ask(w.sub, sub.Token, verification("subscribe", topic, "864000")).Code; code != 200 {
			t.Errorf("answered %d", code)
		}
		if again := w.want("norvia", aggregator.SubscriptionActive); again.LeaseUntil.Sub(sub.LeaseUntil).Round(time.Minute) != day {
			t.Errorf("the lease ends %v, before %v", again.LeaseUntil, sub.LeaseUntil)
		}
	})
}

func TestDenied(t *testing.T) {
	t.Parallel()
	denial := url.Values{"hub.mode": {"denied"}, "hub.topic": {topic}, "hub.reason": {"not\nfor you"}}
	within(t, func(w *world) {
		sub := w.subscribe("norvia", topic, hubA)
		w.sent()
		elsewhere := url.Values{"hub.mode": {"denied"}, "hub.topic": {"https://other.example/"}}
		if code := ask(w.sub, sub.Token, elsewhere).Code; code != 404 {
			t.Errorf("a denial of another topic is answered %d", code)
		}
		w.want("norvia", aggregator.SubscriptionActive)
		if code := ask(w.sub, sub.Token, denial).Code; code != 200 {
			t.Errorf("answered %d", code)
		}
		got := w.want("norvia", aggregator.SubscriptionFailing)
		if got.Problem != "the hub denies the subscription: not for you" || !w.lastLease("norvia").IsZero() {
			t.Errorf("%q, told until %v", got.Problem, w.lastLease("norvia"))
		}
		if said := w.warnings(); len(said) != 1 || !strings.Contains(said[0], "not for you") {
			t.Errorf("logged %q", said)
		}
		time.Sleep(8 * time.Hour)
		if sent := w.sent(); len(sent) > 0 {
			t.Errorf("asked again so soon: %v", sent)
		}
		time.Sleep(5 * time.Hour)
		w.want("norvia", aggregator.SubscriptionActive)
	})
	within(t, func(w *world) { // another hub may say yes
		sub := w.subscribe("norvia", topic, hubA, hubB)
		ask(w.sub, sub.Token, denial)
		time.Sleep(2 * time.Minute)
		if got := w.want("norvia", aggregator.SubscriptionActive); got.Hub != hubB {
			t.Errorf("at %s", got.Hub)
		}
	})
}

func TestLeaseIsBounded(t *testing.T) {
	t.Parallel()
	for seconds, want := range map[string]time.Duration{
		"3600": time.Hour, "1": minLease, "99999999999999999": maxLease, "": 10 * day, "0": 10 * day, "-5": 10 * day, "soon": 10 * day,
	} {
		within(t, func(w *world) {
			w.verify = false
			w.sub.Configure(settings("norvia"), []aggregator.SourceState{state("norvia", topic, hubA)})
			time.Sleep(time.Second)
			sub := w.want("norvia", aggregator.SubscriptionAsked)
			ask(w.sub, sub.Token, verification("subscribe", topic, seconds))
			if got := time.Until(w.want("norvia", aggregator.SubscriptionActive).LeaseUntil); got != want {
				t.Errorf("%q is a lease of %v, want %v", seconds, got, want)
			}
		})
	}
}

// What cannot be stored is not asked for, and not promised.
func TestStoreThatFails(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		w.store.fail(errFull)
		w.sub.Configure(settings("norvia"), []aggregator.SourceState{state("norvia", topic, hubA)})
		time.Sleep(time.Hour)
		if sent := w.sent(); len(sent) > 0 {
			t.Errorf("asked for what is not stored: %v", sent)
		}
		w.verify = false
		w.store.fail(nil)
		time.Sleep(deadWait + time.Second)
		sub := w.want("norvia", aggregator.SubscriptionAsked)
		w.store.fail(errFull)
		if code := ask(w.sub, sub.Token, verification("subscribe", topic, "3600")).Code; code != 503 {
			t.Errorf("answered %d, want 503", code)
		}
		w.want("norvia", aggregator.SubscriptionAsked)
		w.store.fail(nil)
	})
}
