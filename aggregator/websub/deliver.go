package websub

import (
	"context"
	"crypto/rand"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"wiredesk/aggregator"
)

// Verification is what came of asking a callback whether it was meant.
type Verification string

// The outcomes of a verification (section 5.3).
const (
	Confirmed   Verification = "confirmed"
	Unconfirmed Verification = "refused"    // it answered, and not with the challenge
	Unanswered  Verification = "unanswered" // it could not be reached
)

// Verifications lists what can come of a verification, in order.
func Verifications() []Verification { return []Verification{Confirmed, Unconfirmed, Unanswered} }

// Delivered is what came of a push.
type Delivered string

// The outcomes of a push of ours.
const (
	PushDelivered Delivered = "taken"
	PushFailed    Delivered = "failed" // it is repeated
	PushGone      Delivered = "gone"   // the follower is dropped
)

// Deliveries lists what can come of a push, in order.
func Deliveries() []Delivered { return []Delivered{PushDelivered, PushFailed, PushGone} }

// ask returns what asks a callback back, or nil where there is nothing to ask
// any more.
func (r *hubRound) ask(ctx context.Context, id string, now time.Time) func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := r.asking[id]
	switch {
	case a == nil || a.busy:
		return nil
	case now.Sub(a.since) > askPatience:
		delete(r.asking, id)
		r.opts.Verified(Unanswered)
		return nil
	}
	a.busy = true
	a.attempts++
	query := url.Values{"hub.mode": {a.mode}, "hub.topic": {a.follower.Topic}}
	challenge := ""
	if a.mode == modeDenied {
		query.Set("hub.reason", "there is no such feed any more")
	} else {
		challenge = rand.Text()
		query.Set("hub.challenge", challenge)
	}
	if a.mode == modeSubscribe {
		query.Set("hub.lease_seconds", strconv.Itoa(int(a.lease/time.Second)))
	}
	call := aggregator.Call{URL: withQuery(a.follower.Callback, query), AllowPrivate: r.settings.AllowPrivate}
	host := a.host
	return func() {
		ctx, cancel := context.WithTimeout(ctx, askTimeout)
		defer cancel()
		r.answers <- called{id: id, host: host, asking: a, answer: challenge, response: r.opts.Caller.Call(ctx, call)}
	}
}

// verified takes what a callback answered when it was asked back.
func (r *hubRound) verified(c called, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	a := c.asking
	a.busy = false
	if r.asking[c.id] != a {
		r.asks.push(now, c.id) // another request took its place
		return
	}
	response := &c.response
	down := response.Status == 0 || response.Status >= 500
	if down && response.Problem.Kind != aggregator.ProblemRefused && a.mode != modeDenied && a.attempts < maxAsks {
		r.asks.push(now.Add(askWait), c.id)
		return
	}
	delete(r.asking, c.id)
	switch {
	case a.mode == modeDenied:
	case response.Outcome == aggregator.Fetched && string(response.Body) == c.answer:
		r.opts.Verified(Confirmed)
		r.confirm(a, c.id, now)
	case down:
		r.opts.Verified(Unanswered)
		r.opts.Log.Debug("a subscription request could not be verified", "host", a.host, "problem", response.Problem.Message)
	default:
		r.opts.Verified(Unconfirmed)
	}
}

// confirm does what was asked for.
func (r *hubRound) confirm(a *asking, id string, now time.Time) {
	old := r.all[id]
	if a.mode == modeUnsubscribe {
		if old != nil {
			r.drop(old, "it unsubscribed")
		}
		return
	}
	f := a.follower
	f.Created, f.LeaseUntil = now, now.Add(a.lease)
	if old != nil {
		f.Created, f.Sent = old.Created, old.Sent
	} else {
		r.opts.Log.Info("a feed has another follower", "topic", f.Topic, "host", a.host, "until", f.LeaseUntil)
	}
	confirmed := r.put(f)
	r.keep(confirmed, true)
	if r.topics[f.Topic].etag == "" {
		r.stale = true // the topic had no follower before it
	}
	r.plan(confirmed, now) // it may have changed since it was asked for
}

// push returns what sends an edition, or nil where there is none to send any
// more.
func (r *hubRound) push(ctx context.Context, id string, now time.Time) func() {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.all[id]
	if f == nil || f.busy || f.Next.After(now) || ended(&f.Follower, now) {
		return nil
	}
	edition, found := r.opts.Publisher.Topic(f.Topic)
	if !found || edition.ETag == "" || edition.ETag == f.Sent {
		return nil
	}
	f.busy = true
	to, host, settings := f.Follower, f.host, r.settings
	return func() {
		r.answers <- called{id: id, host: host, etag: edition.ETag, response: r.opts.Caller.Call(ctx, settings.push(&to, edition))}
	}
}

// push returns the request that brings a follower an edition (section 7), or
// tells a hub elsewhere of it: how publishers do that is left open (section 6),
// and hubs have kept to what PubSubHubbub had.
func (s *HubSettings) push(f *aggregator.Follower, edition aggregator.Topic) aggregator.Call {
	if f.LeaseUntil.IsZero() {
		form := url.Values{"hub.mode": {"publish"}, "hub.url": {f.Topic}, "hub.topic": {f.Topic}}
		return aggregator.Call{
			URL: f.Callback, Body: []byte(form.Encode()), AllowPrivate: true, // the operator named it
			Header: map[string]string{"Content-Type": "application/x-www-form-urlencoded"},
		}
	}
	header := map[string]string{
		"Content-Type": edition.ContentType,
		"Link":         fmt.Sprintf(`<%s>; rel="hub", <%s>; rel="self"`, s.Address, f.Topic),
	}
	if f.Secret != "" {
		header["X-Hub-Signature"] = signatureOf(edition.Body, f.Secret.Reveal())
	}
	return aggregator.Call{URL: f.Callback, Header: header, Body: edition.Body, AllowPrivate: s.AllowPrivate}
}

// delivered takes what a callback answered to a push.
func (r *hubRound) delivered(c called, now time.Time) {
	r.mu.Lock()
	defer r.mu.Unlock()
	f := r.all[c.id]
	if f == nil {
		return // it unsubscribed meanwhile
	}
	f.busy = false
	switch response := &c.response; {
	case response.Outcome == aggregator.Fetched:
		r.opts.Delivered(PushDelivered)
		f.Follower = taken(f.Follower, c.etag, now)
	case response.Status == http.StatusGone && !f.LeaseUntil.IsZero():
		r.opts.Delivered(PushGone)
		r.drop(f, "its callback is gone")
		return
	default:
		r.opts.Delivered(PushFailed)
		f.Follower = untaken(f.Follower, response.RetryAfter, now)
		if lost(&f.Follower, now) {
			r.drop(f, "it takes nothing any more: "+response.Problem.Message)
			return
		}
		if f.Failures == 1 && f.LeaseUntil.IsZero() {
			r.opts.Log.Warn("the hub could not be told that a feed changed", "hub", f.Callback, "topic", f.Topic, "problem", response.Problem.Message)
		}
	}
	r.keep(f, false)
	r.plan(f, now)
}
