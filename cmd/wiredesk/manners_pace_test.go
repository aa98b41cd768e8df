package main

import (
	"bytes"
	"net/http"
	"strings"
	"time"

	"wiredesk/aggregator"
)

// paceRules are about when a feed is asked for again: never earlier than its
// server, its document and its troubles allow.
func paceRules() map[string]func(*guest) {
	rules := make(map[string]func(*guest))
	for name, code := range map[string]int{"404": http.StatusNotFound, "500": http.StatusInternalServerError, "503 without a time": http.StatusServiceUnavailable} {
		rules[name+" is asked again after longer and longer waits"] = func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"), p.source("kelmar"))
			p.answers(status(code, nil, nil))
			shortest := g.cfg.Poll.MinInterval * 3 / 4 // a quarter is drawn, so that they don't come together
			together := 0
			for range 14 {
				at := g.now
				g.wantNext(g.poll("norvia"), shortest, g.cfg.Poll.MaxInterval)
				g.poll("kelmar")
				if g.state("norvia").NextPoll.Equal(g.state("kelmar").NextPoll) {
					together++
				}
				g.now = g.state("norvia").NextPoll
				shortest = min(2*shortest, 18*time.Hour)
				if g.now.Sub(at) > oneDay {
					g.Errorf("asked again after %v", g.now.Sub(at))
				}
			}
			if wait := g.state("norvia").NextPoll.Sub(g.state("norvia").LastPoll); wait < 18*time.Hour {
				g.Errorf("after 14 failures in a row the wait is %v", wait)
			}
			if together > 2 {
				g.Errorf("two sources came together again %d times", together)
			}
		}
	}
	for name, test := range map[string]struct {
		code  int
		after func(now time.Time) string
		wait  time.Duration
	}{
		"429 with seconds":           {429, func(time.Time) string { return "7200" }, 2 * time.Hour},
		"429 with a date":            {429, func(now time.Time) string { return now.Add(2 * time.Hour).UTC().Format(http.TimeFormat) }, 2 * time.Hour},
		"503 with seconds":           {503, func(time.Time) string { return "5400" }, 90 * time.Minute},
		"503 with a date":            {503, func(now time.Time) string { return now.Add(3 * time.Hour).UTC().Format(http.TimeFormat) }, 3 * time.Hour},
		"429 with more than a day":   {429, func(time.Time) string { return "999999" }, oneDay},
		"429 with a date in an age":  {429, func(time.Time) string { return "Fri, 31 Dec 9999 23:59:59 GMT" }, oneDay},
		"429 without a time to wait": {429, func(time.Time) string { return "" }, 90 * time.Second},
	} {
		rules[name+" gives the whole host peace"] = func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"), p.source("kelmar"))
			p.answers(func(w http.ResponseWriter, r *http.Request) {
				if after := test.after(time.Now()); after != "" {
					w.Header().Set("Retry-After", after)
				}
				w.WriteHeader(test.code)
			})
			s := g.poll("norvia")
			g.want(s, aggregator.Throttled)
			g.wantNext(s, test.wait, test.wait+30*time.Second)
			target, _ := g.target("norvia")
			if target.RestAt != p.URL || target.Rest.Sub(g.now) < test.wait-2*time.Second || target.Rest.After(s.NextPoll) {
				g.Errorf("after a restart the loop is told to leave %q in peace for %v", target.RestAt, target.Rest.Sub(g.now))
			}
			// Another URL on the same host makes no difference to the host.
			other := p.source("norvia")
			other.URL += "/other"
			g.reads(other, p.source("kelmar"))
			if moved, _ := g.target("norvia"); moved.RestAt != p.URL || !moved.Rest.Equal(target.Rest) {
				g.Errorf("under another URL the loop is told to leave %q in peace until %v", moved.RestAt, moved.Rest)
			}
		}
	}
	rules["429 behind a redirect gives peace where it was said"] = func(g *guest) {
		from, to := newPublisher(g), newPublisher(g)
		g.reads(from.source("norvia"))
		from.answers(redirected(http.StatusFound, to))
		to.answers(status(http.StatusTooManyRequests, headers{"Retry-After": "3600"}, nil))
		g.poll("norvia")
		if target, _ := g.target("norvia"); target.RestAt != to.URL || target.Rest.Sub(g.now) < 59*time.Minute {
			g.Errorf("the loop is told to leave %q in peace until %v", target.RestAt, target.Rest)
		}
		from.answers(with(nil, rssOf(ferry())))
		if s := g.pollDue("norvia"); s.Rest != (aggregator.Rest{}) {
			g.Errorf("the peace does not end: %+v", s.Rest)
		}
	}
	rules["peace outlasts what the source does meanwhile"] = func(g *guest) {
		p, other := newPublisher(g), newPublisher(g)
		g.reads(p.source("norvia"))
		p.answers(with(nil, []byte(strings.Replace(string(rssOf(ferry())), "<item>", "<skipDays><day>Tuesday</day></skipDays><item>", 1))))
		g.poll("norvia")
		g.now = g.now.Add(11 * time.Hour)
		p.answers(status(http.StatusTooManyRequests, headers{"Retry-After": "7200"}, nil))
		s := g.poll("norvia")
		if until := s.Rest.Until.Sub(g.now); until > 2*time.Hour+time.Second || s.NextPoll.Sub(g.now) < 25*time.Hour {
			g.Errorf("the host is left in peace for %v because the source skips Tuesday: %+v", until, s)
		}
		other.answers(with(nil, rssOf(ferry())))
		g.reads(other.source("norvia"))
		g.want(g.poll("norvia"), aggregator.Fetched)
		if target, _ := g.target("norvia"); target.RestAt != p.URL || target.Rest.IsZero() {
			g.Errorf("polled elsewhere, the source forgot the host's peace: %+v", target)
		}
	}
	freshRules(rules)
	hintRules(rules)
	return rules
}

// freshRules adds those on freshness (RFC 9111): of a 200, and of the 304s that
// follow and say something else, or nothing.
func freshRules(rules map[string]func(*guest)) {
	in := func(wait time.Duration) string { return time.Now().Add(wait).UTC().Format(http.TimeFormat) }
	const usual, most = 90 * time.Second, 4 * time.Minute // what is waited where nobody asks for anything
	for name, test := range map[string]struct {
		first, then func() headers
		fresh, next time.Duration // 0: as usual
	}{
		"max-age":             {func() headers { return headers{"Cache-Control": "public, max-age=3600"} }, func() headers { return headers{"Cache-Control": "max-age=5400"} }, time.Hour, 90 * time.Minute},
		"max-age said once":   {func() headers { return headers{"Cache-Control": "max-age=3600, must-revalidate"} }, func() headers { return nil }, time.Hour, time.Hour},
		"max-age taken back":  {func() headers { return headers{"Cache-Control": "max-age=3600"} }, func() headers { return headers{"Cache-Control": "no-cache"} }, time.Hour, 0},
		"max-age of a year":   {func() headers { return headers{"Cache-Control": "max-age=31536000, immutable"} }, func() headers { return nil }, oneDay, oneDay},
		"s-maxage alone":      {func() headers { return headers{"Cache-Control": "s-maxage=7200"} }, func() headers { return nil }, 0, 0},
		"no-store":            {func() headers { return headers{"Cache-Control": "no-store, max-age=7200"} }, func() headers { return nil }, 0, 0},
		"Age":                 {func() headers { return headers{"Cache-Control": "max-age=7200", "Age": "1800"} }, func() headers { return headers{"Age": "3600"} }, 90 * time.Minute, time.Hour},
		"Date":                {func() headers { return headers{"Cache-Control": "max-age=7200", "Date": in(-time.Hour)} }, func() headers { return headers{"Cache-Control": "max-age=9000", "Date": in(-time.Hour)} }, time.Hour, 90 * time.Minute},
		"Expires":             {func() headers { return headers{"Expires": in(time.Hour)} }, func() headers { return headers{"Expires": in(2 * time.Hour)} }, time.Hour, 2 * time.Hour},
		"Expires by Date":     {func() headers { return headers{"Expires": in(9 * time.Hour), "Date": in(8 * time.Hour)} }, func() headers { return nil }, time.Hour, time.Hour},
		"Expires in the past": {func() headers { return headers{"Expires": "0"} }, func() headers { return headers{"Expires": in(-time.Hour)} }, 0, 0},
	} {
		rules["freshness is waited for: "+name] = func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			wait := func(s aggregator.SourceState, fresh time.Duration) {
				g.Helper()
				if fresh == 0 {
					g.wantNext(s, usual, most)
				} else {
					g.wantNext(s, fresh, fresh+4*time.Minute)
				}
			}
			first := test.first()
			p.answers(func(w http.ResponseWriter, r *http.Request) { tagged(`"1"`, first, rssOf(ferry()))(w, r) })
			wait(g.poll("norvia"), test.fresh)
			p.answers(func(w http.ResponseWriter, r *http.Request) { status(http.StatusNotModified, test.then(), nil)(w, r) })
			for range 2 {
				wait(g.pollDue("norvia"), test.next)
			}
		}
	}
}

// hintRules adds those on what a document asks for.
func hintRules(rules map[string]func(*guest)) {
	sy := func(period, often string) string {
		return `<sy:updatePeriod xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">` + period + `</sy:updatePeriod>` +
			`<sy:updateFrequency xmlns:sy="http://purl.org/rss/1.0/modules/syndication/">` + often + `</sy:updateFrequency>`
	}
	for name, test := range map[string]struct {
		says       string
		wait, most time.Duration // after Monday noon
	}{
		"ttl":             {"<ttl>90</ttl>", 90 * time.Minute, 2 * time.Hour},
		"sy:updatePeriod": {sy("daily", "4"), 6 * time.Hour, 7 * time.Hour},
		"the longer one":  {"<ttl>30</ttl>" + sy("hourly", "1"), time.Hour, 2 * time.Hour},
		"skipHours":       {"<skipHours><hour>12</hour><hour>13</hour><hour>14</hour></skipHours>", 3 * time.Hour, 4 * time.Hour},
		"skipDays":        {"<skipDays><day>Monday</day><day>Tuesday</day></skipDays>", 36 * time.Hour, 37 * time.Hour},
	} {
		rules["a document's wish is granted: "+name] = func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			p.answers(tagged(`"1"`, nil, bytes.Replace(rssOf(ferry()), []byte("<item>"), []byte(test.says+"<item>"), 1)))
			g.wantNext(g.poll("norvia"), test.wait, test.most)
			// It holds on where the document did not change, or cannot be had; a
			// failure has nothing to do with how often the document changes.
			g.wantNext(g.poll("norvia"), test.wait, test.most)
			p.answers(status(http.StatusNotFound, nil, nil))
			s := g.poll("norvia")
			if next := s.NextPoll; s.Hints.SkipHours&(1<<next.Hour()) != 0 || s.Hints.SkipDays&(1<<next.Weekday()) != 0 {
				g.Errorf("after a failure the next poll comes at %v", next)
			}
		}
	}
}
