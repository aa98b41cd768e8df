package websub

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"wiredesk/aggregator"
)

const (
	asksAtOnce   = 4 // callbacks that are asked back, one of a host
	askGap       = time.Second
	pushesAtOnce = 8 // editions under way, one to a host
	hostGap      = 100 * time.Millisecond
	leaseCheck   = time.Minute     // how often leases are looked at
	saveWait     = 5 * time.Second // for what was pushed to be stored, which a crash repeats
	saveAgain    = time.Minute     // after it could not be
)

// hubRound is the requests to callbacks, which one goroutine sees to. Asking
// back has its own places: those who ask cannot hold up what is pushed.
type hubRound struct {
	*Hub
	askHosts, pushHosts *hosts
	answers             chan called
	leases              time.Time // when to look at them
	saved               time.Time // when followers were stored last
	unsavable           bool      // that failed
}

// called is what became of a request.
type called struct {
	id, host string
	asking   *asking // nil: it was a push
	answer   string  // that asking wants for one; empty: none
	etag     string  // of what was pushed
	response aggregator.Response
}

// Run verifies and pushes until ctx ends. Then it gives up the requests under
// way, stores what is not stored, and returns. It may be called once.
func (h *Hub) Run(ctx context.Context) error {
	r := &hubRound{
		Hub: h, askHosts: newHosts(asksAtOnce, askGap, pushWaitMax), pushHosts: newHosts(pushesAtOnce, hostGap, pushWaitMax),
		answers: make(chan called, asksAtOnce+pushesAtOnce),
	}
	var requests sync.WaitGroup
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	for ctx.Err() == nil {
		now := wallClock()
		r.look(now)
		r.gather(now)
		for send := r.next(ctx, now); send != nil; send = r.next(ctx, now) {
			requests.Go(send)
		}
		r.save(now, false)
		timer.Reset(r.wait(now))
		select {
		case <-ctx.Done():
		case <-h.changed:
		case a := <-r.answers:
			r.take(a, wallClock())
		case <-timer.C:
		}
	}
	requests.Wait()
	for len(r.answers) > 0 {
		r.take(<-r.answers, wallClock())
	}
	r.save(wallClock(), true)
	return nil
}

// look takes in what was configured and rendered, and ends leases.
func (r *hubRound) look(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if !r.ready {
		return
	}
	if !now.Before(r.leases) {
		r.leases = now.Add(leaseCheck)
		for _, f := range r.all {
			if ended(&f.Follower, now) {
				r.drop(f, "its lease has ended")
			}
		}
	}
	if !r.stale {
		return
	}
	r.stale = false
	r.tellElsewhere(now)
	for address, topic := range r.topics {
		edition, found := r.opts.Publisher.Topic(address)
		for _, f := range topic.ids {
			switch own := !f.LeaseUntil.IsZero(); {
			case own && (!found || r.settings.Address == ""):
				r.deny(f, now)
			case !own && (!found || r.settings.External != f.Callback):
				r.drop(f, "it is not configured any more")
			}
		}
		if topic.etag != edition.ETag {
			topic.etag = edition.ETag
			for _, f := range topic.ids {
				r.plan(f, now)
			}
		}
	}
}

// tellElsewhere makes the hub elsewhere a follower of every feed.
func (r *hubRound) tellElsewhere(now time.Time) {
	if r.settings.External == "" {
		return
	}
	for _, address := range r.opts.Publisher.Topics() {
		if r.all[aggregator.FollowerID(address, r.settings.External)] == nil {
			r.keep(r.put(aggregator.Follower{Topic: address, Callback: r.settings.External, Created: now}), true)
		}
	}
}

// deny drops a follower whose topic is no more, and says so once (section 5.2).
func (r *hubRound) deny(f *following, now time.Time) {
	r.drop(f, "there is no such feed any more")
	r.asking[f.id] = &asking{mode: modeDenied, follower: f.Follower, host: f.host, since: now}
	r.asks.push(now, f.id)
}

// plan says when there is something to push to f: never while a push is under
// way, after which it is planned anew.
func (r *hubRound) plan(f *following, now time.Time) {
	topic := r.topics[f.Topic]
	if f.busy || topic.etag == "" || topic.etag == f.Sent {
		return
	}
	at := later(now, f.Next)
	if f.at.IsZero() || at.Before(f.at) {
		f.at = at
		r.pushes.push(at, f.id)
	}
}

// gather puts what is due into the queues of its hosts.
func (r *hubRound) gather(now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for {
		id, ok := r.asks.pop(now)
		if !ok {
			break
		}
		if a := r.asking[id]; a != nil && !a.busy {
			r.askHosts.enqueue(a.host, id)
		}
	}
	for {
		id, ok := r.pushes.pop(now)
		if !ok {
			return
		}
		if f := r.all[id]; f != nil {
			f.at = time.Time{}
			if f.Next.After(now) {
				r.plan(f, now)
			} else {
				r.pushHosts.enqueue(f.host, id)
			}
		}
	}
}

// next returns a request to send at now, or nil where there is none or no place
// for it.
func (r *hubRound) next(ctx context.Context, now time.Time) func() {
	for {
		host, id, ok := r.askHosts.take(now)
		if !ok {
			break
		}
		if send := r.ask(ctx, id, now); send != nil {
			r.askHosts.begin(host)
			return send
		}
	}
	for {
		host, id, ok := r.pushHosts.take(now)
		if !ok {
			return nil
		}
		if send := r.push(ctx, id, now); send != nil {
			r.pushHosts.begin(host)
			return send
		}
	}
}

// take takes the answer to a request.
func (r *hubRound) take(c called, now time.Time) {
	kind := c.response.Problem.Kind
	cancelled := kind == aggregator.ProblemCancelled
	// Whom the guard keeps us from has not failed to answer.
	answered := cancelled || kind == aggregator.ProblemRefused || c.response.Status != 0
	if c.asking != nil {
		r.askHosts.end(c.host, answered, time.Time{}, now)
		r.verified(c, now)
		return
	}
	r.pushHosts.end(c.host, answered, time.Time{}, now)
	if !cancelled {
		r.delivered(c, now)
	}
}

// save stores what changed, where it is time to.
func (r *hubRound) save(now time.Time, all bool) {
	r.mu.Lock()
	if !all && now.Before(r.saveAt()) {
		r.mu.Unlock()
		return
	}
	r.saved, r.urgent = now, false
	gone := slices.Sorted(maps.Keys(r.gone))
	changed := make([]aggregator.Follower, 0, len(r.unsaved))
	ids := slices.Sorted(maps.Keys(r.unsaved))
	for _, id := range ids {
		changed = append(changed, r.all[id].Follower)
	}
	r.mu.Unlock()
	if len(gone) == 0 && len(changed) == 0 {
		return
	}
	err := r.opts.Store.SaveFollowers(changed, gone)
	if r.unsavable = err != nil; r.unsavable {
		r.opts.Log.Error("followers could not be stored", "err", err)
		return
	}
	// Nobody but this goroutine changes what these are about.
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, id := range ids {
		delete(r.unsaved, id)
	}
	for _, id := range gone {
		delete(r.gone, id)
	}
}

// saveAt returns when what changed is to be stored; far away where nothing did.
func (r *hubRound) saveAt() time.Time {
	switch {
	case len(r.unsaved) == 0 && len(r.gone) == 0:
		return r.saved.Add(24 * time.Hour)
	case r.unsavable:
		return r.saved.Add(saveAgain)
	case r.urgent:
		return r.saved
	}
	return r.saved.Add(saveWait)
}

// wait returns how long there is nothing to do.
func (r *hubRound) wait(now time.Time) time.Duration {
	r.mu.Lock()
	wait := min(leaseCheck, r.saveAt().Sub(now))
	for _, due := range []times{r.asks, r.pushes} {
		if len(due) > 0 {
			wait = min(wait, due[0].at.Sub(now))
		}
	}
	r.mu.Unlock()
	wait = r.askHosts.wait(wait, now)
	return max(r.pushHosts.wait(wait, now), 0)
}
