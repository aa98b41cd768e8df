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
	hubMemory   = 24 * time.Hour
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
	hubs    map[string]*hub // by host
	waiting map[string]*hub // those with a queue
	queued  map[string]bool // tokens in queues
	swept   time.Time
	busy    int
	answers chan answer
}

// hub is how requests to a host go.
type hub struct {
	queue    []string // tokens
	busy     bool
	free     time.Time // nothing is sent before
	failures int       // requests in a row that it did not answer
}

// answer is what became of a request.
type answer struct {
	token, host string
	response    aggregator.Response
}

// ask sends requests until ctx ends, then waits for those under way.
func (s *Subscriber) ask(ctx context.Context) {
	r := &round{
		Subscriber: s, hubs: map[string]*hub{}, waiting: map[string]*hub{}, queued: map[string]bool{},
		answers: make(chan answer, maxRequests),
	}
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
		case sub.Next.After(now) || r.queued[token]:
		case !sub.Asked.IsZero():
			r.fail(sub, overdue(), now)
		default:
			r.enqueue(sub)
		}
	}
}

func (r *round) enqueue(sub *aggregator.Subscription) {
	host := hostOf(sub.Hub)
	h := r.hubs[host]
	if h == nil {
		h = &hub{}
		r.hubs[host] = h
	}
	h.queue = append(h.queue, sub.Token)
	r.waiting[host], r.queued[sub.Token] = h, true
}

// next returns a request to send at now, or nil where there is none or no place
// for it.
func (r *round) next(ctx context.Context, now time.Time) func() {
	if r.busy == maxRequests {
		return nil
	}
	for host, h := range r.waiting {
		if h.busy || h.free.After(now) {
			continue
		}
		for len(h.queue) > 0 {
			token := h.queue[0]
			h.queue = h.queue[1:]
			delete(r.queued, token)
			if send := r.request(ctx, host, token, now); send != nil {
				h.busy = true
				r.busy++
				return send
			}
		}
		delete(r.waiting, host)
	}
	return nil
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
	r.busy--
	h := r.hubs[a.host]
	h.busy = false
	if response.Problem.Kind == aggregator.ProblemCancelled {
		return // after a restart it is asked again
	}
	h.free = now.Add(hubGap)
	if status := response.Status; status == 0 || status >= 500 || status == http.StatusTooManyRequests {
		h.failures++
		h.free = later(now.Add(backOff(a.host, h.failures, deadWait, deadWaitMax)), response.RetryAfter)
	} else {
		h.failures = 0
	}
	r.sweep(now)
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

// sweep forgets the hubs that nothing was asked of for long.
func (r *round) sweep(now time.Time) {
	if now.Sub(r.swept) < time.Hour {
		return
	}
	r.swept = now
	for host, h := range r.hubs {
		if len(h.queue) == 0 && !h.busy && now.Sub(h.free) > hubMemory {
			delete(r.hubs, host)
		}
	}
}

// wait returns how long there is nothing to do.
func (r *round) wait(now time.Time) time.Duration {
	r.mu.Lock()
	wait := time.Hour
	if r.ready && len(r.due) > 0 {
		wait = min(wait, r.due[0].at.Sub(now))
	}
	r.mu.Unlock()
	if r.busy < maxRequests {
		for _, h := range r.waiting {
			if !h.busy {
				wait = min(wait, h.free.Sub(now))
			}
		}
	}
	return max(wait, 0)
}
