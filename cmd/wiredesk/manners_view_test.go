package main

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// polled is a poll as the publishers' logs show it: a request, and those to
// where redirects led.
type polled struct {
	source string
	visits []*visit
}

func (p *polled) first() *visit { return p.visits[0] }
func (p *polled) last() *visit  { return p.visits[len(p.visits)-1] }

func (v *visit) validators() aggregator.Validators {
	return aggregator.Validators{ETag: v.request.Header.Get("If-None-Match"), LastModified: v.request.Header.Get("If-Modified-Since")}
}

// polls makes polls of the log.
func (w *week) polls(t *testing.T) (all []*polled) {
	t.Helper()
	places := make(map[string]string) // to source
	for id, f := range w.feeds {
		for _, address := range []string{f.source.URL, f.moved} {
			places[placeOf(address)] = id
		}
	}
	led := make(map[string]*polled) // by where a redirect has just led
	for _, v := range w.web.log {
		place := v.request.Host + v.request.URL.Path
		p := led[place]
		delete(led, place)
		switch {
		case p != nil && v.at.Sub(p.last().end) < time.Second:
			p.visits = append(p.visits, v)
		case places[place] == "":
			t.Errorf("%v: %s was asked for out of nothing", v.at, place)
			continue
		default:
			p = &polled{source: places[place], visits: []*visit{v}}
			all = append(all, p)
		}
		if to := v.header.Get("Location"); to != "" {
			led[placeOf(to)] = p
		}
	}
	return all
}

// view is what a publisher can know of a poller: what it was told, and what it
// did then.
type view struct {
	polls     int
	given     aggregator.Validators
	last      *polled
	failures  int
	fresh     time.Time // not to be asked again before
	gone      bool
	movedDays []string
}

// judge holds the logs against the rules, by other means than the poller keeps
// them with.
func (w *week) judge(t *testing.T) {
	t.Helper()
	w.web.mu.Lock()
	defer w.web.mu.Unlock()
	if w.web.worst != 1 {
		t.Errorf("one host had %d requests at a time", w.web.worst)
	}
	views, hosts := make(map[string]*view), make(map[string]*hostView)
	for id := range w.feeds {
		views[id] = &view{}
	}
	reasons := make(map[string]int)
	for _, p := range w.polls(t) {
		v := views[p.source]
		fail := func(rule string, args ...any) {
			t.Helper()
			t.Errorf("%s, poll %d, %v to %s: %s %v", p.source, v.polls+1, p.first().at.Format(time.DateTime), p.first().request.Host, rule, args)
		}
		reasons[w.reason(v, p, fail)]++
		w.checkRequests(v, p, fail)
		host := hosts[p.first().request.Host]
		if host == nil {
			host = &hostView{}
			hosts[p.first().request.Host] = host
		}
		host.check(p, w.cfg.Poll.HostGap, fail)
		v.take(p, w.feeds[p.source].asks)
	}
	for id, v := range views {
		if v.polls < 20 || v.polls > 7*24*60/2 {
			t.Errorf("%s was polled %d times in the week", id, v.polls)
		}
	}
	answers := make(map[int]int)
	for _, v := range w.web.log {
		answers[v.status]++
	}
	for _, status := range []int{0, 200, 226, 301, 302, 304, 308, 410, 429, 500} {
		if answers[status] == 0 {
			t.Errorf("status %d was never tried", status)
		}
	}
	t.Logf("%d requests: %v; answered %v", len(w.web.log), reasons, answers)
}

// reason returns the rule by which a poll comes when it does.
func (w *week) reason(v *view, p *polled, fail func(string, ...any)) string {
	at, least := p.first().at, w.cfg.Poll.MinInterval*3/4 // a quarter is for spreading
	switch {
	case v.polls == 0:
		return "the first"
	case v.gone:
		fail("it was told 410")
	case skippedBy(w.feeds[p.source].asks, at):
		fail("the document said skipHours or skipDays")
	case at.Before(v.fresh):
		fail("it was told not to come before", v.fresh)
	case at.Sub(v.last.last().end) < least:
		fail("it was here just before", at.Sub(v.last.last().end))
	}
	if v.failures == 0 {
		return "time went by"
	}
	wait := min(least<<(v.failures-1), w.cfg.Poll.MaxInterval*3/4)
	if v.last.last().status != http.StatusTooManyRequests && at.Sub(v.last.last().end) < wait {
		fail("it comes too soon after failures", v.failures, at.Sub(v.last.last().end))
	}
	return "again after a failure"
}

func skippedBy(h aggregator.Hints, at time.Time) bool {
	at = at.UTC()
	return h.SkipHours>>at.Hour()&1 == 1 || h.SkipDays>>at.Weekday()&1 == 1
}

// checkRequests: what is asked with, and where.
func (w *week) checkRequests(v *view, p *polled, fail func(string, ...any)) {
	f := w.feeds[p.source]
	for i, visit := range p.visits {
		r := visit.request
		if got := visit.validators(); got != v.given {
			fail("asked with other validators than were given", got, v.given)
		}
		if v.polls > 0 && v.given == (aggregator.Validators{}) {
			fail("no validators were given to ask with")
		}
		for _, name := range []string{"Cookie", "Referer", "From", "Range"} {
			if r.Header.Get(name) != "" {
				fail("it sends", name)
			}
		}
		if r.Method != http.MethodGet || r.UserAgent() != userAgent("desk@example.org") {
			fail("it is", r.Method, r.UserAgent())
		}
		if i == 0 && !strings.HasSuffix("http://"+r.Host+r.RequestURI, f.source.URL) && "http://"+r.Host+r.RequestURI != f.moved {
			fail("another address", r.RequestURI)
		}
		home := strings.HasPrefix(f.source.URL, "http://"+r.Host+"/")
		if auth := r.Header.Get("Authorization") != ""; auth != (home && f.source.BasicAuth.User != "") {
			fail("credentials", auth)
		}
	}
	if home := strings.HasPrefix(f.source.URL, "http://"+p.first().request.Host+"/"); home == (len(v.movedDays) >= 3) {
		fail("redirected for good on these days", v.movedDays)
	}
}

// take learns from the answer.
func (v *view) take(p *polled, asks aggregator.Hints) {
	v.polls++
	v.last = p
	answer := p.last()
	permanent := len(p.visits) > 1 && p.first().status != http.StatusFound
	switch answer.status {
	case http.StatusOK, http.StatusIMUsed, http.StatusNotModified:
		if strings.HasPrefix(string(answer.body), "<html") {
			v.failures++
			return
		}
		v.failures = 0
		if tag := answer.header.Get("ETag"); tag != "" {
			v.given.ETag = tag
		}
		if modified := answer.header.Get("Last-Modified"); modified != "" {
			v.given.LastModified = modified
		}
		if day := answer.end.UTC().Format(time.DateOnly); permanent && !slices.Contains(v.movedDays, day) {
			v.movedDays = append(v.movedDays, day)
		}
		v.fresh = answer.end.Add(max(freshFor(answer.header), asks.MinInterval)).Add(-time.Second)
	case http.StatusGone:
		v.gone = true
	default:
		v.failures++
		v.fresh = answer.end.Add(headerSeconds(answer.header.Get("Retry-After")))
	}
}

func headerSeconds(s string) time.Duration {
	n, _ := strconv.Atoi(s)
	return time.Duration(n) * time.Second
}

// freshFor returns how long an answer of this week's servers is fresh.
func freshFor(header http.Header) time.Duration {
	_, said, _ := strings.Cut(header.Get("Cache-Control"), "max-age=")
	return headerSeconds(said) - headerSeconds(header.Get("Age"))
}

// hostView is what a server sees of a poller that asks for several feeds.
type hostView struct {
	last time.Time // when a poll began
	rest time.Time // what Retry-After said
}

func (h *hostView) check(p *polled, gap time.Duration, fail func(string, ...any)) {
	at := p.first().at
	if at.Before(h.rest) {
		fail("the host asked to be left in peace until", h.rest)
	}
	if !h.last.IsZero() && at.Sub(h.last) < gap {
		fail("the host was asked just before", at.Sub(h.last))
	}
	h.last = at
	if wait := headerSeconds(p.last().header.Get("Retry-After")); wait > 0 {
		h.rest = p.last().end.Add(wait)
	}
}
