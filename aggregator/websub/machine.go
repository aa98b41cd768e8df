package websub

import (
	"cmp"
	"hash/fnv"
	"math"
	"net/http"
	"time"

	"wiredesk/aggregator"
)

// The times of a subscription's life.
const (
	// verifyWait is how long a hub that accepted a request may take to verify
	// it. It is to do so as soon as possible (section 5.1.2).
	verifyWait = 10 * time.Minute
	// The waits after failures double from the least to the longest: of hubs
	// that do not answer, of those that answer with a refusal, and of those
	// that looked into it and deny (section 5.2).
	deadWait       = time.Minute
	deadWaitMax    = 4 * time.Hour
	refusedWait    = time.Hour
	deniedWait     = 12 * time.Hour
	refusedWaitMax = 24 * time.Hour
	// What a hub says of a lease is taken for something between these: it must
	// not be for ever (section 5.3.1), and is to be worth asking for.
	minLease = time.Minute
	maxLease = 30 * 24 * time.Hour
	// settleTime is how long a subscription is kept at least, while its source
	// offers any.
	settleTime = time.Hour
	// maxGoodbyes is how often a hub is told that a subscription ends.
	maxGoodbyes = 5
)

// draw returns a number from 0 to 1, below 1, that depends on the token and n
// alone: so that subscriptions that began together do not stay together.
func draw(token string, n int) float64 {
	h := fnv.New64a()
	_, _ = h.Write([]byte(token))
	_, _ = h.Write([]byte{byte(n), byte(n >> 8)})
	// The low bits of FNV are the better ones.
	return float64(h.Sum64()%(1<<20)) / (1 << 20)
}

// backOff doubles from least with each failure after the first, up to most, less
// up to a quarter.
func backOff(token string, failures int, least, most time.Duration) time.Duration {
	wait := min(float64(least)*math.Exp2(float64(max(failures, 1)-1)), float64(most))
	return time.Duration(wait * (1 - draw(token, failures)/4))
}

// verified is s once the hub has asked back and been told yes.
func verified(s aggregator.Subscription, lease time.Duration, now time.Time) aggregator.Subscription {
	s.State, s.Asked, s.Failures, s.Problem = aggregator.SubscriptionActive, time.Time{}, 0, ""
	s.LeaseUntil = now.Add(lease)
	s.Next = now.Add(time.Duration(float64(lease) * (0.8 + 0.1*draw(s.Token, 0))))
	return s
}

// asked is s when a request is about to be sent.
func asked(s aggregator.Subscription, now time.Time) aggregator.Subscription {
	s.Asked, s.Next = now, now.Add(verifyWait)
	if s.State == aggregator.SubscriptionFailing {
		s.State = aggregator.SubscriptionAsked
	}
	return s
}

// failure is one attempt that came to nothing.
type failure struct {
	problem string
	refused bool      // the hub knows what was asked, and says no
	denied  bool      // and has looked into it
	until   time.Time // the hub asks to be left in peace; zero: it does not
}

// failed is s after an attempt came to nothing. Where there are others to ask
// in its place, wait only grows once all of them have failed.
func failed(s aggregator.Subscription, f failure, others int, now time.Time) aggregator.Subscription {
	s.Asked, s.Problem = time.Time{}, f.problem
	s.Failures++
	if s.State == aggregator.SubscriptionAsked {
		s.State = aggregator.SubscriptionFailing
	}
	least, most := deadWait, deadWaitMax
	switch everywhere := s.Failures > others; {
	case f.denied && everywhere:
		least, most = deniedWait, refusedWaitMax
	case f.refused && everywhere:
		least, most = refusedWait, refusedWaitMax
	}
	s.Next = later(now.Add(backOff(s.Token, s.Failures/(1+others), least, most)), f.until)
	return s
}

// overdue is what it means that a hub accepted a request and did not verify it.
func overdue() failure {
	return failure{problem: "the hub accepted the request and did not ask back: it may not reach base_url"}
}

// failureOf returns what became of a request that the hub did not accept.
func failureOf(r *aggregator.Response) failure {
	refused := r.Status/100 == 4 && r.Status != http.StatusRequestTimeout && r.Status != http.StatusTooManyRequests
	return failure{problem: r.Problem.Message, refused: refused, until: r.RetryAfter}
}

// denied is s once the hub has said that it will not serve it (section 5.2),
// which it may say at any time.
func denied(s aggregator.Subscription, reason string, others int, now time.Time) aggregator.Subscription {
	problem := "the hub denies the subscription"
	if reason != "" {
		problem += ": " + reason
	}
	s.LeaseUntil, s.State = time.Time{}, aggregator.SubscriptionAsked
	return failed(s, failure{problem: problem, denied: true}, others, now)
}

// lapsed is s when its lease has ended without another.
func lapsed(s aggregator.Subscription) aggregator.Subscription {
	s.LeaseUntil = time.Time{}
	if s.State == aggregator.SubscriptionActive {
		s.State = aggregator.SubscriptionFailing
		s.Problem = cmp.Or(s.Problem, "the lease ended before the hub renewed it")
	}
	return s
}

// unwanted is s when it is to end.
func unwanted(s aggregator.Subscription, now time.Time) aggregator.Subscription {
	s.State, s.Asked, s.Failures, s.Problem, s.Next = aggregator.SubscriptionUnsubscribing, time.Time{}, 0, "", now
	return s
}

// heard reports whether the hub may know of s, so that it must be told that it
// ends.
func heard(s *aggregator.Subscription) bool { return !s.Asked.IsZero() || !s.LeaseUntil.IsZero() }

// over reports whether s, which is to end, need not be kept any longer.
func over(s *aggregator.Subscription, now time.Time) bool {
	return s.State == aggregator.SubscriptionUnsubscribing &&
		(s.Failures >= maxGoodbyes || !s.LeaseUntil.IsZero() && !now.Before(s.LeaseUntil))
}

func later(a, b time.Time) time.Time {
	if b.After(a) {
		return b
	}
	return a
}

// wallClock is the time that leases go by, also while the machine sleeps.
func wallClock() time.Time { return time.Now().UTC().Round(0) }
