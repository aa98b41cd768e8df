package websub

import (
	"context"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"time"

	"wiredesk/aggregator"
)

const (
	maxRequests = 4           // to all hubs at once; one at a time to each
	hubGap      = time.Second // between the end of one request to a hub and the next
)

// Run sends what is to be sent and takes what is brought, until ctx ends. Then
// it gives up the requests under way, takes what hubs were told was taken, and
// returns. It may be called once.
func (s *Subscriber) Run(ctx context.Context) error {
	var takers sync.WaitGroup
	taking := context.WithoutCancel(ctx)
	for _, pushes := range s.mail.pushes {
		takers.Go(func() { s.carry(taking, pushes) })
	}
	takers.Go(func() { s.herald(taking) })
	s.ask(ctx)
	s.mail.close()
	takers.Wait()
	return nil
}

// round is the requests to hubs, which one goroutine sees to.
type round struct {
	*Subscriber
	hubs    *hosts
	answers chan answer
}

// answer is what became of a request.
type answer struct {
	token, host string
	response    aggregator.Response
}

// ask sends requests until ctx ends, then waits for those under way.
func (s *Subscriber) ask(ctx context.Context) {
	r := &round{Subscriber: s, hubs: newHosts(maxRequests, hubGap, deadWaitMax), answers: make(chan answer, maxRequests)}
	var requests sync.WaitGroup
	defer requests.Wait()
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for {
		now := wallClock()
		s.takeIn(now)
		r.gather(now)
		for send := r.next(ctx, now); send != nil; send = r.next(ctx, now) {
			requests.Go(send)
		}
		timer.Reset(r.wait(now))
		select {
		case <-ctx.Done():
			return
		case <-s.changed:
		case a := <-r.answers:
			r.take(a, wallClock())
		case <-timer.C:
		}
	}
}

// gather puts what is due into the queues of its hubs.
func (r *round) gather(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.ready {
		token, ok := r.due.pop(now)
		if !ok {
			return
		}
		sub := r.subs[token]
		switch {
		case sub == nil:
			continue
		case over(sub, now):
			r.forget(sub)
			continue
		case !sub.LeaseUntil.IsZero() && !now.Before(sub.LeaseUntil):
			r.lapse(sub)
		}
		if r.current[sub.Source] == token {
			if r.fit(r.known[token], sub.Source, now); r.current[sub.Source] != token {
				continue // another took its place, and is due
			}
		}
		switch {
		case sub.Next.After(now):
		case !sub.Asked.IsZero():
			r.fail(sub, overdue(), now)
		default:
			r.hubs.enqueue(hostOf(sub.Hub), token)
		}
	}
}

// next returns a request to send at now, or nil where there is none or no place
// for it.
func (r *round) next(ctx context.Context, now time.Time) func() {
	for {
		host, token, ok := r.hubs.take(now)
		if !ok {
			return nil
		}
		if send := r.request(ctx, host, token, now); send != nil {
			r.hubs.begin(host)
			return send
		}
	}
}

// request returns what sends a subscription's request, or nil where there is
// nothing to ask any more.
func (r *round) request(ctx context.Context, host, token string, now time.Time) func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	sub := r.subs[token]
	if sub == nil || sub.Next.After(now) {
		return nil
	}
	// Stored first: the hub may ask back before its answer is here.
	next := asked(*sub, now)
	if r.save(&next) != nil {
		sub.Next = now.Add(deadWait)
		r.due.push(sub.Next, token)
		return nil
	}
	*sub = next
	r.due.push(sub.Next, token)
	src, known := r.known[token]
	if !known {
		src = aggregator.Source{ID: sub.Source, URL: sub.Topic}
	}
	link, form := sub.Hub, r.form(sub)
	return func() { r.answers <- answer{token, host, r.opts.Poster.Post(ctx, src, link, form)} }
}

// form is a request to subscribe or unsubscribe (section 5.1).
func (s *Subscriber) form(sub *aggregator.Subscription) url.Values {
	form := url.Values{"hub.mode": {modeUnsubscribe}, "hub.topic": {sub.Topic}, "hub.callback": {sub.Callback}}
	if sub.State != aggregator.SubscriptionUnsubscribing {
		form.Set("hub.mode", modeSubscribe)
		form.Set("hub.secret", sub.Secret.Reveal())
		form.Set("hub.lease_seconds", strconv.Itoa(int(s.settings.Lease/time.Second)))
	}
	return form
}

// take takes a hub's answer to a request.
func (r *round) take(a answer, now time.Time) {
	response := &a.response
	cancelled := response.Problem.Kind == aggregator.ProblemCancelled
	status := response.Status
	down := status == 0 || status >= 500 || status == http.StatusTooManyRequests
	r.hubs.end(a.host, cancelled || !down, response.RetryAfter, now)
	if cancelled {
		return // after a restart it is asked again
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	sub := r.subs[a.token]
	if sub == nil || sub.Asked.IsZero() || response.Outcome == aggregator.Fetched {
		return // not wanted any more, verified meanwhile, or about to be
	}
	f := failureOf(response)
	if f.refused && sub.State == aggregator.SubscriptionUnsubscribing {
		r.forget(sub) // it knows of none
		return
	}
	r.fail(sub, f, now)
}

// wait returns how long there is nothing to do.
func (r *round) wait(now time.Time) time.Duration {
	r.mu.Lock()
	wait := time.Hour
	if r.ready && len(r.due) > 0 {
		wait = min(wait, r.due[0].at.Sub(now))
	}
	r.mu.Unlock()
	wait = r.hubs.wait(wait, now)
	return max(wait, 0)
}
