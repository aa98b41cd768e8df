package main

import (
	"bytes"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// conditionRules are about what a feed is asked for with. Once it has been
// fetched it is never asked for without a condition, unless its server forgets.
func conditionRules() map[string]func(*guest) {
	page := []byte("<!DOCTYPE html><html><head><title>Back soon</title></head><body>We are at work.</body></html>")
	whole := rssOf(ferry(), budget())
	cut := whole[:bytes.LastIndex(whole, []byte("<item>"))+10]
	tag := func(tag string) aggregator.Validators { return aggregator.Validators{ETag: tag} }
	return map[string]func(*guest){
		"validators go back byte for byte": func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			given := aggregator.Validators{ETag: `W/"a  b,c`, LastModified: "yesterday, as it were"}
			p.answers(with(headers{"ETag": given.ETag, "Last-Modified": given.LastModified}, whole))
			g.want(g.poll("norvia"), aggregator.Fetched)
			p.wantAsked(g, aggregator.Validators{})
			p.answers(status(http.StatusNotModified, nil, nil))
			for range 3 {
				g.want(g.pollDue("norvia"), aggregator.NotModified)
				p.wantAsked(g, given)
			}
			later := aggregator.Validators{ETag: `"2"`, LastModified: given.LastModified}
			p.answers(status(http.StatusNotModified, headers{"ETag": later.ETag}, nil))
			g.pollDue("norvia")
			g.pollDue("norvia")
			p.wantAsked(g, later)
		},
		"a feed that is whole is taken though its length was announced wrong": func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			announced := func(body []byte, tag string) http.HandlerFunc {
				return with(headers{"Content-Length": strconv.Itoa(len(whole) + 100), "ETag": tag}, body)
			}
			p.answers(announced(whole, `"1"`))
			if s := g.poll("norvia"); s.Outcome != aggregator.Fetched || s.Problem.Kind != aggregator.ProblemMended || s.EntriesNew != 2 || s.Failures != 0 {
				g.Errorf("%+v", s)
			}
			if s := g.pollDue("norvia"); s.Outcome != aggregator.NotModified || s.Problem.Kind != aggregator.ProblemMended {
				g.Errorf("the same again: %+v", s)
			}
			p.wantAsked(g, tag(`"1"`))
			p.answers(announced(cut, `"2"`))
			if s := g.pollDue("norvia"); s.Outcome != aggregator.Failed || s.Problem.Kind != aggregator.ProblemTruncated || s.Failures != 1 {
				g.Errorf("cut short: %+v", s)
			}
			g.pollDue("norvia")
			p.wantAsked(g, tag(`"1"`))
		},
		"no failure makes a poll unconditional": func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			p.answers(tagged(`"1"`, nil, whole))
			g.want(g.poll("norvia"), aggregator.Fetched)
			for i, failure := range []http.HandlerFunc{
				status(http.StatusInternalServerError, headers{"ETag": `"e"`}, nil),
				status(http.StatusNotFound, headers{"ETag": `"e"`}, nil),
				status(http.StatusServiceUnavailable, nil, nil),
				status(http.StatusTooManyRequests, nil, nil),
				func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
				func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("ETag", `"e"`)
					w.Header().Set("Content-Length", strconv.Itoa(len(whole)))
					_, _ = w.Write(whole[:len(whole)-20])
				},
				with(headers{"Content-Encoding": "gzip", "ETag": `"e"`}, []byte{0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0xff}),
				with(nil, page),
				with(headers{"ETag": `"e"`}, nil),
				with(headers{"ETag": `"e"`}, bytes.Repeat([]byte("<b>"), 2000)),
			} {
				p.answers(failure)
				if s := g.pollDue("norvia"); s.Outcome.Good() {
					g.Errorf("failure %d: %s", i, said(s))
				}
				p.wantAsked(g, tag(`"1"`))
			}
			p.answers(tagged(`"1"`, nil, whole))
			g.want(g.pollDue("norvia"), aggregator.NotModified)
			p.wantAsked(g, tag(`"1"`))
		},
		"a tag that changes with every answer": func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			for i := range 4 {
				p.answers(with(headers{"ETag": fmt.Sprintf(`"%d"`, i)}, whole))
				s := g.pollDue("norvia")
				if i > 0 {
					g.want(s, aggregator.NotModified)
					p.wantAsked(g, tag(fmt.Sprintf(`"%d"`, i-1)))
				}
			}
		},
		"a server that forgets": func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			for i, step := range []struct {
				header headers
				body   []byte
				sent   string
			}{
				{headers{"ETag": `"1"`}, rssOf(ferry()), ""},
				{nil, rssOf(ferry()), `"1"`}, // the same document: what it was called once still holds
				{nil, whole, `"1"`},
				{headers{"ETag": `"2"`}, whole, ""}, // the one unconditional request that it has asked for
				{headers{"ETag": `"2"`}, whole, `"2"`},
			} {
				p.answers(with(step.header, step.body))
				if s := g.pollDue("norvia"); !s.Outcome.Good() {
					g.Errorf("step %d: %s", i, said(s))
				}
				p.wantAsked(g, tag(step.sent))
			}
			// What it says of the same document takes the place of what it said.
			p.answers(with(headers{"Last-Modified": "now"}, whole))
			g.pollDue("norvia")
			g.pollDue("norvia")
			p.wantAsked(g, aggregator.Validators{LastModified: "now"})
			p.answers(with(headers{"ETag": `"2"`}, whole))
			g.pollDue("norvia")
			p.answers(status(http.StatusPreconditionFailed, nil, nil))
			g.pollDue("norvia")
			p.wantAsked(g, tag(`"2"`))
			g.pollDue("norvia")
			p.wantAsked(g, aggregator.Validators{})
		},
		"a document that breaks off": func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			for i, step := range []struct {
				tag     string
				body    []byte
				sent    string
				outcome aggregator.Outcome
			}{
				{`"1"`, rssOf(ferry()), "", aggregator.Fetched},
				{`"2"`, cut, `"1"`, aggregator.Fetched}, // its tag may be the whole one's
				{`"2"`, cut, `"1"`, aggregator.NotModified},
				{`"2"`, cut, `"2"`, aggregator.NotModified},
				{`"3"`, cut[:len(cut)-3], `"2"`, aggregator.Fetched}, // it always breaks off
				{`"3"`, cut[:len(cut)-3], `"3"`, aggregator.NotModified},
				{`"4"`, whole, `"3"`, aggregator.Fetched},
				{`"4"`, whole, `"4"`, aggregator.NotModified},
			} {
				p.answers(tagged(step.tag, nil, step.body))
				if s := g.pollDue("norvia"); s.Outcome != step.outcome {
					g.Errorf("step %d: %s", i, said(s))
				}
				p.wantAsked(g, tag(step.sent))
			}
			if s := g.state("norvia"); s.EntriesNew != 2 {
				g.Errorf("%d entries came", s.EntriesNew)
			}
		},
		"a page in the place of the feed": func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			p.answers(tagged(`"1"`, headers{"Last-Modified": "Mon, 02 Nov 2026 08:00:00 GMT"}, rssOf(ferry())))
			g.poll("norvia")
			sent := 0
			p.answers(func(w http.ResponseWriter, r *http.Request) {
				if r.Header.Get("If-None-Match") != `"page"` {
					sent++
				}
				tagged(`"page"`, headers{"Last-Modified": "Mon, 02 Nov 2026 20:00:00 GMT"}, page)(w, r)
			})
			for end := g.now.Add(7 * 24 * time.Hour); g.now.Before(end); {
				s := g.pollDue("norvia")
				if s.Outcome != aggregator.Failed || s.Problem.Kind != aggregator.ProblemNotFeed {
					g.Fatal(said(s))
				}
			}
			if polls := len(p.asked()); sent != 2 || polls > 25 {
				g.Errorf("the page was sent %d times in %d polls, want twice in at most 25", sent, polls)
			}
			p.wantAsked(g, tag(`"page"`)) // and no date, which might hide an older feed that comes back
			p.answers(tagged(`"2"`, nil, whole))
			g.want(g.pollDue("norvia"), aggregator.Fetched)
			g.want(g.pollDue("norvia"), aggregator.NotModified)
			p.wantAsked(g, tag(`"2"`))
		},
		"a page for a moment": func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			p.answers(tagged(`"1"`, nil, whole))
			g.poll("norvia")
			p.answers(tagged(`"page"`, nil, page))
			g.want(g.pollDue("norvia"), aggregator.Failed)
			p.answers(tagged(`"1"`, nil, whole))
			g.want(g.pollDue("norvia"), aggregator.NotModified)
			p.answers(tagged(`"page"`, nil, page))
			for range 2 { // each is a first time
				g.want(g.pollDue("norvia"), aggregator.Failed)
				p.wantAsked(g, tag(`"1"`))
			}
		},
		"a difference where one was offered": func(g *guest) {
			p := newPublisher(g)
			g.reads(p.source("norvia"))
			p.answers(tagged(`"1"`, nil, bytes.Replace(rssOf(ferry()), []byte("<item>"), []byte("<ttl>90</ttl><item>"), 1)))
			g.poll("norvia")
			p.answers(status(http.StatusIMUsed, headers{"IM": "feed", "ETag": `"2"`},
				[]byte(`<rss version="2.0"><channel><item><guid>2</guid><title>Budget passes</title></item></channel></rss>`)))
			s := g.pollDue("norvia")
			g.want(s, aggregator.Fetched)
			if asked := p.asked(); asked[1].Header.Get("A-IM") != "feed" || asked[0].Header.Get("A-IM") != "" {
				g.Errorf("A-IM was %q, then %q", asked[0].Header.Get("A-IM"), asked[1].Header.Get("A-IM"))
			}
			if s.EntriesNew != 2 || len(s.Showing) != 2 || s.Title != "Norvia Wire" || s.Hints.MinInterval != 90*time.Minute {
				g.Errorf("absence in a difference was taken for a deletion: %+v", s)
			}
			// The same bytes as a whole document are another thing.
			p.answers(with(headers{"ETag": `"3"`}, []byte(`<rss version="2.0"><channel><item><guid>2</guid><title>Budget passes</title></item></channel></rss>`)))
			s = g.pollDue("norvia")
			p.wantAsked(g, tag(`"2"`))
			if s.Outcome != aggregator.Fetched || s.EntriesNew != 2 || len(s.Showing) != 1 {
				g.Errorf("after a whole document: %+v", s)
			}
		},
		"nothing is told that is not needed": func(g *guest) {
			p := newPublisher(g)
			src := p.source("norvia")
			src.URL += "?b=2&a=%20"
			g.reads(src)
			p.answers(tagged(`"1"`, headers{"Set-Cookie": "track=1; Max-Age=86400"}, whole))
			g.poll("norvia")
			g.pollDue("norvia")
			want := http.Header{
				"User-Agent": {userAgent("desk@example.org")}, "Accept-Encoding": {"gzip, br, zstd"},
				"A-Im": {"feed"}, "If-None-Match": {`"1"`},
			}
			r := p.asked()[1]
			r.Header.Del("Accept")
			if diff := cmp.Diff(want, r.Header); diff != "" || r.RequestURI != "/norvia?b=2&a=%20" {
				g.Errorf("asked for %s: %s", r.RequestURI, diff)
			}
		},
	}
}
