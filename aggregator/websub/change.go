package websub

import (
	"time"

	"wiredesk/aggregator"
)

// fail notes that an attempt came to nothing, and turns to the next hub where
// there is one and no lease holds us to this.
func (s *Subscriber) fail(sub *aggregator.Subscription, f failure, now time.Time) {
	others := s.others(sub)
	s.setBack(sub, failed(*sub, f, others, now), now)
	if sub.State == aggregator.SubscriptionFailing && sub.Failures == 1+others {
		s.complain(sub)
	}
}

// complain says that there is no lease, and why: once, when every hub of the
// source has failed.
func (s *Subscriber) complain(sub *aggregator.Subscription) {
	s.opts.Log.Warn("a hub does not push a source, which is polled as if there were none",
		"source", sub.Source, "hub", sub.Hub, "problem", sub.Problem, "next", sub.Next)
}

// others returns how many hubs there are beside that of the subscription.
func (s *Subscriber) others(sub *aggregator.Subscription) int {
	w, wanted := s.wishes[sub.Source]
	if !wanted || s.current[sub.Source] != sub.Token {
		return 0
	}
	return len(w.hubs) - 1
}

// setBack makes next of sub, or a subscription at another hub.
func (s *Subscriber) setBack(sub *aggregator.Subscription, next aggregator.Subscription, now time.Time) {
	if next.State == aggregator.SubscriptionFailing && s.others(sub) > 0 {
		w := s.wishes[sub.Source]
		moved := s.fresh(sub.Source, w.topic, w.after(sub.Hub), now)
		moved.State, moved.Failures, moved.Problem, moved.Next = next.State, next.Failures, next.Problem, next.Next
		s.known[moved.Token] = s.known[sub.Token]
		s.forget(sub)
		s.put(moved)
		*sub = next
		return
	}
	*sub = next
	_ = s.save(sub) // asked again too early, where it is lost
	s.due.push(sub.Next, sub.Token)
}

// lapse notes that a lease has ended.
func (s *Subscriber) lapse(sub *aggregator.Subscription) {
	// Not stored: after a restart it lapses again.
	*sub = lapsed(*sub)
	if s.current[sub.Source] != sub.Token {
		return
	}
	s.mail.tell(sub.Source)
	if sub.Failures > 0 { // else it was not asked in time, and is about to be
		s.complain(sub)
	}
}

// answer decides on what a hub asks of a callback, and reports whether that is
// what we mean. An error says that it could not be stored.
func (s *Subscriber) answer(token string, in intent, now time.Time) (yes bool, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	sub := s.subs[token]
	if sub == nil || sub.Topic != in.topic {
		return false, nil
	}
	ending := sub.State == aggregator.SubscriptionUnsubscribing
	switch in.mode {
	case modeSubscribe:
		if ending {
			return false, nil
		}
		return true, s.confirm(sub, in.lease, now)
	case modeUnsubscribe:
		if ending {
			s.forget(sub)
		}
		return ending, nil
	default: // denied
		if ending {
			s.forget(sub)
			return true, nil
		}
		s.mail.tell(sub.Source)
		others := s.others(sub)
		s.setBack(sub, denied(*sub, in.reason, others, now), now)
		if sub.Failures == 1+others {
			s.complain(sub)
		}
		s.wake()
		return true, nil
	}
}

// confirm takes a hub's promise; a lease of 0 is the one that was asked for.
func (s *Subscriber) confirm(sub *aggregator.Subscription, lease time.Duration, now time.Time) error {
	if lease == 0 {
		lease = s.settings.Lease
	}
	next := verified(*sub, lease, now)
	if err := s.save(&next); err != nil {
		return err
	}
	if sub.State != aggregator.SubscriptionActive {
		s.opts.Log.Info("a hub promises to push a source", "source", sub.Source, "hub", sub.Hub, "until", next.LeaseUntil)
	}
	*sub = next
	s.due.push(sub.Next, sub.Token)
	s.due.push(sub.LeaseUntil, sub.Token)
	s.mail.tell(sub.Source)
	s.wake()
	return nil
}
