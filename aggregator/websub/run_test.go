package websub

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"wiredesk/aggregator"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const day = 24 * time.Hour

func TestSubscribing(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		start := time.Now()
		sub := w.subscribe("norvia", topic, hubA)
		sent := w.sent()
		if len(sent) != 1 {
			t.Fatalf("%d requests, want one", len(sent))
		}
		r := sent[0]
		if r.hub != hubA || r.source.ID != "norvia" || r.mode() != "subscribe" || r.form.Get("hub.topic") != topic ||
			r.form.Get("hub.lease_seconds") != "864000" || r.callback() != base+"/websub/"+sub.Token {
			t.Errorf("asked %s for %v", r.hub, r.form)
		}
		if secret := r.form.Get("hub.secret"); len(secret) < 32 || len(secret) >= 200 || secret != sub.Secret.Reveal() {
			t.Errorf("a secret of %d bytes", len(secret))
		}
		if len(sub.Token) < 22 { // 128 bits in base64
			t.Errorf("a token of %d characters", len(sub.Token))
		}
		until := start.Add(1100*time.Millisecond + 10*day)
		if !sub.LeaseUntil.Equal(until) || !w.lastLease("norvia").Equal(until) {
			t.Errorf("until %v, told %v; want %v", sub.LeaseUntil, w.lastLease("norvia"), until)
		}
		if said := w.warnings(); len(said) > 0 {
			t.Errorf("logged %q", said)
		}
		// The same again is nothing new.
		w.sub.See(state("norvia", topic, hubA))
		time.Sleep(time.Hour)
		if sent := w.sent(); len(sent) > 0 {
			t.Errorf("asked again: %v", sent)
		}
	})
}

func TestRenewalBeforeTheLeaseEnds(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		w.lease = 5 * day
		var ids []string
		var states []aggregator.SourceState
		for i := range 40 {
			ids = append(ids, fmt.Sprint("s", i))
			states = append(states, state(ids[i], fmt.Sprint(topic, i), hubA))
		}
		w.sub.Configure(settings(ids...), states)
		time.Sleep(time.Minute)
		first := w.sent()
		for range 3 {
			spread := make(map[time.Duration]bool)
			from := make(map[string]time.Time)
			for _, id := range ids {
				from[id] = w.want(id, aggregator.SubscriptionActive).LeaseUntil.Add(-5 * day)
			}
			time.Sleep(5*day*9/10 + time.Minute)
			again := w.sent()
			if len(again) != len(ids) {
				t.Fatalf("%d requests, want %d", len(again), len(ids))
			}
			for _, r := range again {
				before := slices.IndexFunc(first, func(f request) bool { return f.callback() == r.callback() })
				if before < 0 || first[before].form.Get("hub.secret") != r.form.Get("hub.secret") {
					t.Errorf("renewed under another callback or secret: %v", r.form)
				}
				part := r.at.Sub(from[r.source.ID])
				if part < 5*day*8/10 || part > 5*day*9/10+time.Minute {
					t.Errorf("%s: renewed after %v of five days", r.source.ID, part)
				}
				spread[part.Truncate(time.Hour)] = true
			}
			if len(spread) < 6 {
				t.Errorf("renewed within %d hours: all at once", len(spread))
			}
		}
		for _, l := range w.leases {
			if l.until.IsZero() {
				t.Errorf("the lease of %s was given up", l.source)
			}
		}
	})
}

// A hub that is dead for a day is asked now and then, the lease ends, and when
// it is back the subscription is.
func TestHubDeadForADay(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		w.lease = 20 * time.Hour
		sub := w.subscribe("norvia", topic, hubA)
		time.Sleep(time.Until(sub.LeaseUntil) * 7 / 10)
		w.sent()
		w.answers(dead)
		died := time.Now()
		time.Sleep(time.Until(sub.LeaseUntil) - time.Minute)
		w.want("norvia", aggregator.SubscriptionActive)
		time.Sleep(2 * time.Minute)
		failing := w.want("norvia", aggregator.SubscriptionFailing)
		if failing.Problem != "nothing listens there" || !w.lastLease("norvia").IsZero() {
			t.Errorf("problem %q, lease told %v", failing.Problem, w.lastLease("norvia"))
		}
		time.Sleep(day - time.Since(died) + 6*time.Hour)
		asked := w.sent()
		if n := len(asked); n < 8 || n > 20 {
			t.Errorf("asked %d times in a day and more", n)
		}
		for _, r := range asked {
			if r.callback() != sub.Callback {
				t.Errorf("asked under another callback: %s", r.callback())
			}
		}
		if said := w.warnings(); len(said) != 1 || !strings.Contains(said[0], "nothing listens there") {
			t.Errorf("logged %q, want one warning", said)
		}
		w.answers(nil)
		time.Sleep(deadWaitMax + time.Minute)
		back := w.want("norvia", aggregator.SubscriptionActive)
		if back.Problem != "" || back.Failures != 0 || !w.lastLease("norvia").Equal(back.LeaseUntil) {
			t.Errorf("when it is back: %+v, lease told %v", back, w.lastLease("norvia"))
		}
	})
}

// However many sources name it, a dead hub is not asked by each of them.
func TestDeadHubRestsAsAWhole(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		var ids []string
		var states []aggregator.SourceState
		for i := range 300 {
			ids = append(ids, fmt.Sprintf("s%03d", i))
			states = append(states, state(ids[i], fmt.Sprint(topic, i), hubA))
		}
		alive := func(r request) aggregator.Response {
			if r.hub == hubA {
				return dead(r)
			}
			return aggregator.Response{Outcome: aggregator.Fetched, Status: 202}
		}
		w.answers(alive)
		ids = append(ids, "other")
		states = append(states, state("other", topic, hubB))
		w.sub.Configure(settings(ids...), states)
		time.Sleep(day)
		if n := len(w.sent()); n > 30 {
			t.Errorf("%d requests in a day", n)
		}
		w.want("other", aggregator.SubscriptionActive)
		w.answers(nil)
		time.Sleep(deadWaitMax + 600*time.Second)
		if n := w.sub.Counts()[aggregator.SubscriptionActive]; n != 301 {
			t.Errorf("%d active, want all", n)
		}
		sent := w.sent()
		for i := 1; i < len(sent); i++ {
			if gap := sent[i].at.Sub(sent[i-1].at); gap < hubGap {
				t.Fatalf("two requests to one hub %v apart", gap)
			}
		}
	})
}

func TestRefusal(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		w.answers(refuses(403))
		w.sub.Configure(settings("norvia"), []aggregator.SourceState{state("norvia", topic, hubA)})
		time.Sleep(7 * day)
		if n := len(w.sent()); n < 7 || n > 15 {
			t.Errorf("a hub that refuses was asked %d times in a week", n)
		}
		if said := w.warnings(); len(said) != 1 || !strings.Contains(said[0], "403") {
			t.Errorf("logged %q, want one warning", said)
		}
	})
}

func TestHubThatAsksToBeLeftInPeace(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		until := time.Now().Add(7 * time.Hour)
		w.answers(func(request) aggregator.Response {
			return aggregator.Response{Outcome: aggregator.Throttled, Status: 429, RetryAfter: until, Problem: aggregator.Problem{Message: "busy"}}
		})
		w.sub.Configure(settings("a", "b"), []aggregator.SourceState{state("a", topic, hubA), state("b", topic+"b", hubA)})
		time.Sleep(7*time.Hour - time.Second)
		if n := len(w.sent()); n != 1 {
			t.Errorf("asked %d times before it may be", n)
		}
		w.restart()
		w.sub.Configure(settings("a"), []aggregator.SourceState{state("a", topic, hubA)})
		if next := w.want("a", aggregator.SubscriptionFailing).Next; next.Before(until) {
			t.Errorf("after a restart it is asked at %v, want not before %v", next, until)
		}
		w.restart()
		w.sub.Configure(settings("a", "b"), []aggregator.SourceState{state("a", topic, hubA), state("b", topic+"b", hubA)})
		w.answers(nil)
		time.Sleep(time.Minute)
		w.want("a", aggregator.SubscriptionActive)
		w.want("b", aggregator.SubscriptionActive)
	})
}

// A hub that accepts and does not ask back has not understood, or cannot reach
// us.
func TestNeverVerified(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		w.verify = false
		w.sub.Configure(settings("norvia"), []aggregator.SourceState{state("norvia", topic, hubA)})
		time.Sleep(verifyWait - time.Second)
		w.want("norvia", aggregator.SubscriptionAsked)
		time.Sleep(2 * time.Second)
		w.want("norvia", aggregator.SubscriptionFailing)
		if said := w.warnings(); len(said) != 1 || !strings.Contains(said[0], "base_url") {
			t.Errorf("logged %q, want one warning that names base_url", said)
		}
		time.Sleep(day)
		if n := len(w.sent()); n < 5 || n > 20 {
			t.Errorf("asked %d times in a day", n)
		}
	})
}

func TestNextHubWhereOneFails(t *testing.T) {
	t.Parallel()
	within(t, func(w *world) {
		w.answers(func(r request) aggregator.Response {
			if r.hub == hubA {
				return dead(r)
			}
			return aggregator.Response{Outcome: aggregator.Fetched, Status: 202}
		})
		w.sub.Configure(settings("norvia"), []aggregator.SourceState{state("norvia", topic, hubA, hubB)})
		time.Sleep(2 * time.Minute)
		sub := w.want("norvia", aggregator.SubscriptionActive)
		sent := w.sent()
		if sub.Hub != hubB || len(sent) != 2 || sent[0].callback() == sent[1].callback() || sent[0].form.Get("hub.secret") == sent[1].form.Get("hub.secret") {
			t.Errorf("at %s after %d requests: %+v", sub.Hub, len(sent), sent)
		}
		if n := len(w.store.all()); n != 1 {
			t.Errorf("%d subscriptions stored", n)
		}
		// As long as that holds a lease it stays.
		w.sub.See(state("norvia", topic, hubB, hubA))
		time.Sleep(time.Minute)
		if sent := w.sent(); len(sent) > 0 {
			t.Errorf("asked again: %+v", sent)
		}
	})
}

func TestRestartInTheMiddle(t *testing.T) {
	t.Parallel()
	states := func(leaseUntil time.Time) []aggregator.SourceState {
		s := state("norvia", topic, hubA)
		s.Push.LeaseUntil = leaseUntil
		return []aggregator.SourceState{s}
	}
	t.Run("before the hub asks back", func(t *testing.T) {
		t.Parallel()
		within(t, func(w *world) {
			w.verify = false
			w.sub.Configure(settings("norvia"), states(time.Time{}))
			time.Sleep(time.Second)
			sent := w.sent()
			w.restart()
			w.sub.Configure(settings("norvia"), states(time.Time{}))
			answer := ask(w.sub, sent[0].token(), verification("subscribe", topic, "3600"))
			if answer.Code != 200 || answer.Body.String() != "echo" {
				t.Errorf("answered %d %q", answer.Code, answer.Body)
			}
			w.want("norvia", aggregator.SubscriptionActive)
			time.Sleep(10 * time.Minute)
			if sent := w.sent(); len(sent) > 0 {
				t.Errorf("asked again: %+v", sent)
			}
		})
	})
	t.Run("while a lease is in force", func(t *testing.T) {
		t.Parallel()
		within(t, func(w *world) {
			sub := w.subscribe("norvia", topic, hubA)
			w.sent()
			time.Sleep(day)
			w.restart()
			w.sub.Configure(settings("norvia"), states(sub.LeaseUntil))
			time.Sleep(6 * day)
			if sent := w.sent(); len(sent) > 0 {
				t.Errorf("asked again: %+v", sent)
			}
			if diff := cmp.Diff(sub, w.want("norvia", aggregator.SubscriptionActive)); diff != "" {
				t.Errorf("(-before +after):\n%s", diff)
			}
			if answer := bring(w.sub, sub.Token, "<feed/>", "X-Hub-Signature", sign(sub.Secret.Reveal(), "<feed/>")); answer.Code/100 != 2 {
				t.Errorf("a push is answered %d", answer.Code)
			}
			if diff := cmp.Diff([]Outcome{PushTaken}, w.came()); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			time.Sleep(2*day + time.Minute)
			if sent := w.sent(); len(sent) != 1 || sent[0].callback() != sub.Callback {
				t.Errorf("not renewed: %+v", sent)
			}
		})
	})
	t.Run("until the lease is over", func(t *testing.T) {
		t.Parallel()
		within(t, func(w *world) {
			sub := w.subscribe("norvia", topic, hubA)
			w.stop()
			w.answers(dead)
			time.Sleep(11 * day)
			w.start()
			w.sub.Configure(settings("norvia"), states(sub.LeaseUntil))
			time.Sleep(time.Second)
			w.want("norvia", aggregator.SubscriptionFailing)
			if until := w.lastLease("norvia"); !until.IsZero() {
				t.Errorf("told a lease until %v", until)
			}
		})
	})
	t.Run("after a crash between the two places a lease is stored in", func(t *testing.T) {
		t.Parallel()
		within(t, func(w *world) {
			sub := w.subscribe("norvia", topic, hubA)
			for _, stored := range []time.Time{{}, sub.LeaseUntil.Add(-day)} {
				w.restart()
				w.mu.Lock()
				w.leases = nil
				w.mu.Unlock()
				w.sub.Configure(settings("norvia"), states(stored))
				if until := w.lastLease("norvia"); !until.Equal(sub.LeaseUntil) {
					t.Errorf("stored %v, told %v, want %v", stored, until, sub.LeaseUntil)
				}
			}
			w.sub.Configure(settings("norvia", "kelmar"), []aggregator.SourceState{{Source: "kelmar", Push: aggregator.Push{LeaseUntil: sub.LeaseUntil}}})
			synctest.Wait()
			if last := w.leases[len(w.leases)-1]; !w.lastLease("kelmar").IsZero() || last.until != (time.Time{}) {
				t.Errorf("a lease of nobody is left: told %v", w.leases)
			}
		})
	})
	t.Run("before it is configured", func(t *testing.T) {
		t.Parallel()
		within(t, func(w *world) {
			w.subscribe("norvia", topic, hubA)
			w.sent()
			time.Sleep(day)
			w.stop()
			time.Sleep(10 * day)
			w.start()
			time.Sleep(time.Hour)
			if sent := w.sent(); len(sent) > 0 {
				t.Errorf("asked by settings that nobody has made: %v", sent[0].form)
			}
			w.sub.Configure(settings("norvia"), states(time.Time{}))
			time.Sleep(5 * time.Second)
			w.want("norvia", aggregator.SubscriptionActive)
			if said := w.warnings(); len(said) > 0 {
				t.Errorf("logged %q", said)
			}
		})
	})
}
