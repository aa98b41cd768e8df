package main

import (
	"fmt"
	"net/http"
	"strings"
	"time"

	"wiredesk/aggregator"
)

const oneDay = 24 * time.Hour

// moveDays polls a source at noon of the next days, and returns what is known of
// it in the end.
func (g *guest) moveDays(days int, id string) (s aggregator.SourceState) {
	g.Helper()
	for range days {
		g.now = g.now.Truncate(oneDay).Add(oneDay + 12*time.Hour)
		g.poll(id)
		g.now = g.now.Add(time.Hour)
		s = g.poll(id) // once more the same day, which counts for nothing
	}
	return s
}

// moveRules are about feeds that go elsewhere, for good or for now, or are gone.
func moveRules() map[string]func(*guest) {
	feed := tagged(`"1"`, nil, rssOf(ferry()))
	rules := make(map[string]func(*guest))
	for _, code := range []int{http.StatusMovedPermanently, http.StatusPermanentRedirect} {
		rules[fmt.Sprintf("%d on three days moves the polls", code)] = func(g *guest) {
			from, to := newPublisher(g), newPublisher(g)
			g.reads(from.source("norvia"))
			from.answers(feed)
			g.poll("norvia")
			from.answers(redirected(code, to))
			to.answers(feed)
			if s := g.moveDays(2, "norvia"); s.Address != "" || s.Moved != to.URL+"/norvia" || len(s.MovedSeen) != 2 {
				g.Fatalf("after two days: %+v", s)
			}
			s := g.moveDays(1, "norvia")
			if s.Address != to.URL+"/norvia" || s.Moved != "" || s.URL != from.URL+"/norvia" {
				g.Fatalf("after three days: %+v", s)
			}
			before := len(from.asked())
			g.now = g.now.Add(time.Hour)
			s = g.poll("norvia")
			g.want(s, aggregator.NotModified)
			to.wantAsked(g, aggregator.Validators{ETag: `"1"`}) // it is the same document
			to.answers(tagged(`"2"`, nil, rssOf(ferry(), budget())))
			if s = g.pollDue("norvia"); s.Outcome != aggregator.Fetched || s.EntriesNew != 2 {
				g.Errorf("the entries did not stay what they were: %s", said(s))
			}
			if asked := len(from.asked()); asked != before {
				g.Errorf("the old address was asked %d times more", asked-before)
			}
			if target, ok := g.target("norvia"); !ok || target.Address != to.URL+"/norvia" || target.Source.URL != from.URL+"/norvia" {
				g.Errorf("the loop gets %+v", target)
			}
			g.wantWarned("source has moved for good and is polled at its new address")
			beside := g.checkBeside()
			g.stop()
			note := fmt.Sprintf("note: source norvia has moved for good to %s/norvia: write that", to.URL)
			if out := g.check(); !strings.Contains(out, note) || out != beside {
				g.Errorf("check says %q, beside a daemon %q", out, beside)
			}
			g.start()
			g.reads(from.source("norvia"), aggregator.Source{ID: "twin", URL: to.URL + "/norvia"})
			if out := g.checkBeside(); !strings.Contains(out, "source twin is that feed already") {
				g.Errorf("check says %q", out)
			}
			// Written into the configuration it is an address like any other.
			moved := to.source("norvia")
			g.reads(moved)
			if s = g.poll("norvia"); s.Address != "" || s.URL != moved.URL || s.EntriesNew != 2 {
				g.Errorf("once it was configured: %+v", s)
			}
		}
	}
	for _, code := range []int{http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect} {
		rules[fmt.Sprintf("%d never moves anything", code)] = func(g *guest) {
			from, to := newPublisher(g), newPublisher(g)
			g.reads(from.source("norvia"))
			from.answers(redirected(code, to))
			to.answers(feed)
			if s := g.moveDays(5, "norvia"); s.Address != "" || s.Moved != "" || !s.Outcome.Good() {
				g.Errorf("%+v", s)
			}
		}
	}
	rules["a redirect to a page is no move"] = func(g *guest) {
		from, portal := newPublisher(g), newPublisher(g)
		g.reads(from.source("norvia"))
		from.answers(feed)
		g.poll("norvia")
		from.answers(redirected(http.StatusMovedPermanently, portal))
		portal.answers(tagged(`"p"`, nil, []byte("<html><body>This domain is for sale</body></html>")))
		if s := g.moveDays(5, "norvia"); s.Address != "" || s.Moved != "" || s.Problem.Kind != aggregator.ProblemNotFeed {
			g.Errorf("%+v", s)
		}
	}
	rules["a move that ends in 410 is taken back"] = func(g *guest) {
		from, to := newPublisher(g), newPublisher(g)
		g.reads(from.source("norvia"))
		from.answers(redirected(http.StatusMovedPermanently, to))
		to.answers(feed)
		g.moveDays(3, "norvia")
		to.answers(status(http.StatusGone, nil, nil))
		from.answers(feed)
		s := g.pollDue("norvia")
		if s.Outcome != aggregator.Failed || s.Address != "" || s.NextPoll.IsZero() {
			g.Fatalf("%+v", s)
		}
		g.want(g.pollDue("norvia"), aggregator.NotModified)
		from.wantAsked(g, aggregator.Validators{ETag: `"1"`})
		g.wantWarned("source is polled at its configured address again")
	}
	rules["a move that fails for days is taken back"] = func(g *guest) {
		from, to := newPublisher(g), newPublisher(g)
		g.reads(from.source("norvia"))
		from.answers(redirected(http.StatusMovedPermanently, to))
		to.answers(feed)
		g.moveDays(3, "norvia")
		from.answers(feed)
		to.answers(status(http.StatusNotFound, nil, nil))
		good := g.now
		var s aggregator.SourceState
		for s = g.pollDue("norvia"); s.Address != ""; s = g.pollDue("norvia") {
			g.want(s, aggregator.Failed)
			if g.now.Sub(good) > 5*oneDay {
				g.Fatal("it is never given up")
			}
		}
		if given := g.now.Sub(good); given < 3*oneDay {
			g.Errorf("it was given up after %v", given)
		}
		g.want(g.pollDue("norvia"), aggregator.NotModified)
		from.wantAsked(g, aggregator.Validators{ETag: `"1"`})
	}
	rules["another URL in the configuration begins anew"] = func(g *guest) {
		from, to, other := newPublisher(g), newPublisher(g), newPublisher(g)
		g.reads(from.source("norvia"))
		from.answers(redirected(http.StatusMovedPermanently, to))
		to.answers(feed)
		g.moveDays(3, "norvia")
		g.reads(other.source("norvia"))
		other.answers(feed)
		if target, _ := g.target("norvia"); target.Address != other.URL+"/norvia" || !target.Due.IsZero() {
			g.Errorf("the loop gets %+v", target)
		}
		if s := g.poll("norvia"); s.Address != "" || s.EntriesNew != 1 {
			g.Errorf("%+v", s)
		}
		other.wantAsked(g, aggregator.Validators{})
	}
	rules["credentials stay where they belong"] = func(g *guest) {
		from, to := newPublisher(g), newPublisher(g)
		src := from.source("norvia")
		src.BasicAuth = aggregator.BasicAuth{User: "desk", Password: "hunter2"}
		src.Headers = map[string]aggregator.Secret{"X-Key": "hunter3"}
		g.reads(src)
		from.answers(redirected(http.StatusMovedPermanently, to))
		to.answers(feed)
		if s := g.moveDays(5, "norvia"); s.Address == "" {
			g.Fatalf("%+v", s)
		}
		for _, r := range from.asked() {
			if r.Header.Get("Authorization") == "" || r.Header.Get("X-Key") != "hunter3" {
				g.Errorf("at home the source was asked with %v", r.Header)
			}
		}
		for i, r := range to.asked() {
			if r.Header.Get("Authorization") != "" || r.Header.Get("X-Key") != "" {
				g.Errorf("request %d elsewhere told the credentials", i)
			}
		}
	}
	rules["credentials follow within their origin"] = func(g *guest) {
		p := newPublisher(g)
		src := p.source("norvia")
		src.BasicAuth = aggregator.BasicAuth{User: "desk", Password: "hunter2"}
		g.reads(src)
		p.answers(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case r.Header.Get("Authorization") == "":
				w.WriteHeader(http.StatusUnauthorized)
			case r.URL.Path == "/norvia":
				http.Redirect(w, r, "/new", http.StatusMovedPermanently)
			default:
				feed(w, r)
			}
		})
		if s := g.moveDays(4, "norvia"); s.Address != p.URL+"/new" || !s.Outcome.Good() {
			g.Errorf("%+v", s)
		}
	}
	rules["410 stops the polls until the URL changes"] = func(g *guest) {
		p := newPublisher(g)
		g.reads(p.source("norvia"))
		p.answers(feed)
		g.poll("norvia")
		p.answers(status(http.StatusGone, nil, nil))
		s := g.pollDue("norvia")
		if s.Outcome != aggregator.Gone || !s.NextPoll.IsZero() || !strings.Contains(s.Problem.Message, "withdrawn for good") {
			g.Fatalf("%+v", s)
		}
		g.wantWarned("source is gone and will not be polled again")
		if out := g.checkBeside(); !strings.Contains(out, "note: source norvia is gone (410)") {
			g.Errorf("check says %q", out)
		}
		if target, ok := g.target("norvia"); ok {
			g.Errorf("the loop still gets %+v", target)
		}
		again := p.source("norvia")
		again.URL = strings.Replace(again.URL, "http:", "HTTP:", 1) // what an operator may do
		g.reads(again)
		if target, ok := g.target("norvia"); !ok || !target.Due.IsZero() {
			g.Errorf("under another URL the loop gets %+v", target)
		}
		p.answers(feed)
		g.want(g.poll("norvia"), aggregator.Fetched)
	}
	rules["410 behind a redirect for now is a failure"] = func(g *guest) {
		from, to := newPublisher(g), newPublisher(g)
		g.reads(from.source("norvia"))
		from.answers(redirected(http.StatusFound, to))
		to.answers(status(http.StatusGone, nil, nil))
		if s := g.poll("norvia"); s.Outcome != aggregator.Failed || s.NextPoll.IsZero() {
			g.Errorf("%+v", s)
		}
		from.answers(redirected(http.StatusMovedPermanently, to))
		g.want(g.pollDue("norvia"), aggregator.Gone)
	}
	return rules
}
