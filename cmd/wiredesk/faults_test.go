package main

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"golang.org/x/text/encoding/charmap"

	"wiredesk/aggregator"
)

// everywhere is a document that is tried with an end at each of its bytes.
type everywhere struct {
	format, contentType string
	body                string
	itemEnd             string // what ends an entry
	titles              []string
}

func brittleDocuments() []everywhere {
	return []everywhere{
		{
			"rss", "application/rss+xml",
			`<?xml version="1.0"?><rss version="2.0"><channel><title>Kelmar</title>` +
				`<item><guid>1</guid><title>Ferry &amp; tug aground</title><link>https://kelmar.example/1</link><description><![CDATA[<p>Off <b>Kelmar</b></p>]]></description></item>` +
				`<item><guid>2</guid><title>نتائج الانتخابات</title><link>https://kelmar.example/2</link></item>` +
				`</channel></rss>`,
			"</item>", []string{"Ferry & tug aground", "نتائج الانتخابات"},
		},
		{
			"atom", "application/atom+xml",
			`<feed xmlns="http://www.w3.org/2005/Atom"><title>Kelmar</title>` +
				`<entry><id>urn:k:1</id><title>Ferry aground</title><link href="https://kelmar.example/1"/><updated>2026-11-02T12:00:00Z</updated></entry>` +
				`<entry><id>urn:k:2</id><title>Дождь</title><content type="html">&lt;p>Над городом</content></entry>` +
				`</feed>`,
			"</entry>", []string{"Ferry aground", "Дождь"},
		},
		{
			"json", "application/feed+json",
			`{"version":"https://jsonfeed.org/version/1.1","title":"Kelmar","items":[` +
				`{"id":"1","url":"https://kelmar.example/1","title":"Ferry \"Ida\" aground","authors":[{"name":"K"}]},` + "\n" +
				`{"id":"2","content_text":"Rain","title":"Дождь"}]}`,
			"}", []string{`Ferry "Ida" aground`, "Дождь"},
		},
	}
}

// ends returns where each entry of the document ends.
func (d *everywhere) ends() (ends []int) {
	if d.format == "json" {
		// Objects stand within its entries: the comma and the bracket behind tell.
		return []int{strings.Index(d.body, "},\n{") + 1, strings.LastIndex(d.body, "}]}") + 1}
	}
	for at := 0; ; {
		n := strings.Index(d.body[at:], d.itemEnd)
		if n < 0 {
			return ends
		}
		at += n + len(d.itemEnd)
		ends = append(ends, at)
	}
}

// TestBreaksOffAnywhere: a document that ends too early, or whose connection
// breaks, brings the entries that had arrived whole; when all of it comes the
// others are added, and those are known.
func TestBreaksOffAnywhere(t *testing.T) {
	t.Parallel()
	type trial struct {
		feed   string
		of     *everywhere
		body   []byte
		cut    int
		broken bool // on the way: its length says so
	}
	var trials []trial
	var feeds []string
	documents := brittleDocuments()
	for i := range documents {
		for cut := range len(documents[i].body) {
			for _, broken := range []bool{false, true} {
				if broken && cut == 0 {
					continue
				}
				feed := fmt.Sprintf("%s-%d-%t", documents[i].format, cut, broken)
				feeds = append(feeds, feed)
				// A town of its own, or all feeds would tell the same stories.
				body := strings.ReplaceAll(documents[i].body, "Kelmar", fmt.Sprintf("T%05d", len(trials)))
				body = strings.ReplaceAll(body, "kelmar", fmt.Sprintf("t%05d", len(trials)))
				trials = append(trials, trial{feed, &documents[i], []byte(body), cut, broken})
			}
		}
	}
	r := newReplay(t, feeds...)
	each(trials, func(try trial) {
		d := servedDocument{body: try.body[:try.cut], contentType: try.of.contentType}
		if try.broken {
			d.body, d.broken = try.body, try.cut
		}
		r.farm.show(try.feed, d)
		before, after := r.poll(try.feed)
		arrived := try.of.arrived(try.cut)
		switch {
		case int(after.EntriesNew) != arrived:
			t.Errorf("%s: %d entries had arrived: %s", try.feed, arrived, said(after))
		case try.broken && (after.Outcome != aggregator.Failed || after.Problem.Kind != aggregator.ProblemTruncated || after.Validators != before.Validators):
			t.Errorf("%s: the connection broke: %s", try.feed, said(after))
		case after.Problem.Message == "":
			t.Errorf("%s: only %d bytes came, and the state does not say so: %s", try.feed, try.cut, said(after))
		case !try.broken && arrived == 0:
			r.wantRefused(try.feed, before, after)
		case !try.broken && after.Outcome != aggregator.Fetched:
			t.Errorf("%s: %s", try.feed, said(after))
		}
	})
	each(trials, func(try trial) {
		r.farm.show(try.feed, servedDocument{body: try.body, contentType: try.of.contentType})
		if _, after := r.poll(try.feed); after.Outcome != aggregator.Fetched || after.Failures != 0 || !after.Problem.IsZero() {
			t.Errorf("%s: the whole document: %s", try.feed, said(after))
		}
	})
	r.stop()
	in := readInventory(t, r.path)
	told := in.histories()
	for _, try := range trials {
		want := slices.Sorted(slices.Values(try.of.titles))
		if got := told[try.feed]; !slices.Equal(got, want) {
			t.Errorf("%s: entries %q, want %q and no revision", try.feed, got, want)
		}
	}
	in.compareStories(t)
	t.Logf("%d places to break off; %s", len(trials), in)
}

// arrived returns how many entries the first bytes of the document hold.
func (d *everywhere) arrived(size int) (n int) {
	for _, end := range d.ends() {
		if end <= size {
			n++
		}
	}
	return n
}

// histories returns, by source, the titles that each entry had, in order and
// joined by " > "; the entries sorted.
func (in *inventory) histories() map[string][]string {
	told := make(map[string][]string)
	for seq, e := range in.entries {
		told[e.Source] = append(told[e.Source], strings.Join(in.titles[seq], " > "))
	}
	for _, titles := range told {
		slices.Sort(titles)
	}
	return told
}

// step is a document of a faulty feed, and what its poll should come to.
type step struct {
	servedDocument
	outcome aggregator.Outcome     // 0: fetched
	problem aggregator.ProblemKind // with failed
}

func fetched(entries ...invented) step {
	return step{servedDocument: servedDocument{body: rssOf(entries...)}}
}

func failed(kind aggregator.ProblemKind, contentType, body string) step {
	return step{servedDocument{body: []byte(body), contentType: contentType}, aggregator.Failed, kind}
}

// encoded is fetched in another charset than UTF-8.
func encoded(charset *charmap.Charmap, contentType, declaration string, entries ...invented) step {
	body, err := charset.NewEncoder().Bytes(rssOf(entries...))
	if err != nil {
		panic(err)
	}
	return step{servedDocument: servedDocument{body: append([]byte(declaration), body...), contentType: contentType}}
}

// TestFaultyFeeds: a feed that does wrong is found out, says so in its state,
// and loses and repeats nothing.
func TestFaultyFeeds(t *testing.T) {
	t.Parallel()
	site := "https://norvia.example/"
	budget := invented{"1", site + "budget", "Budget passes", "By one vote."}
	revised := invented{"1", site + "budget", "Budget passes after all", "By one vote."}
	ferry := invented{"2", site + "ferry", "Ferry aground", "Nobody was hurt."}
	storm := invented{"3", site + "storm", "Storm over the strait", ""}
	with := func(e invented, guid string) invented { e.guid = guid; return e }
	at := func(e invented, link string) invented { e.link = link; return e }
	page := `<!DOCTYPE html><html><head><title>Norvia</title></head><body><h1>Not here</h1></body></html>`
	russian := invented{"9", site + "9", "Паром сел на мель у берега, пассажиры ждут помощи", "Никто не пострадал, сообщила портовая служба в среду утром."}
	arabic := invented{"9", site + "9", "نتائج الانتخابات تعلن مساء اليوم", ""}
	tests := map[string]struct {
		steps []step
		want  []string // titles of each entry
	}{
		"replaced": {
			[]step{fetched(ferry, budget), fetched(storm, ferry), fetched(storm)},
			[]string{"Budget passes", "Ferry aground", "Storm over the strait"},
		},
		"new-headline": {
			[]step{fetched(ferry, budget), fetched(ferry, revised), fetched(revised)},
			[]string{"Budget passes > Budget passes after all", "Ferry aground"},
		},
		"page": {
			[]step{failed(aggregator.ProblemNotFeed, "text/html", page), fetched(ferry), failed(aggregator.ProblemNotFeed, "application/xml", page), fetched(ferry, budget)},
			[]string{"Budget passes", "Ferry aground"},
		},
		"empty": {
			[]step{fetched(ferry), failed(aggregator.ProblemNotFeed, "", ""), failed(aggregator.ProblemNotFeed, "", " \n"), fetched(ferry, budget)},
			[]string{"Budget passes", "Ferry aground"},
		},
		"huge": {
			[]step{fetched(ferry), failed(aggregator.ProblemTooLarge, "", string(bytes.Repeat([]byte(" "), 10_000_001))), fetched(ferry, budget)},
			[]string{"Budget passes", "Ferry aground"},
		},
		"deep": {
			[]step{failed(aggregator.ProblemHostile, "", "<rss><channel>"+strings.Repeat("<b>", 1000)), fetched(ferry)},
			[]string{"Ferry aground"},
		},
		"not-the-charset-it-says": {
			[]step{
				{servedDocument: servedDocument{body: rssOf(russian), contentType: "application/xml; charset=iso-8859-1"}},
				encoded(charmap.Windows1251, "application/xml; charset=windows-1251", `<?xml version="1.0" encoding="utf-8"?>`, russian),
				encoded(charmap.Windows1251, "application/xml; charset=utf-8", `<?xml version="1.0" encoding="UTF-8"?>`, russian),
				encoded(charmap.KOI8R, "text/xml", ``, russian),
			},
			[]string{russian.title},
		},
		"arabic-charset": {
			[]step{encoded(charmap.Windows1256, "application/xml", `<?xml version="1.0" encoding="windows-1256"?>`, arabic), fetched(arabic)},
			[]string{arabic.title},
		},
		"one-guid-for-all": {
			[]step{
				fetched(with(ferry, "x"), with(budget, "x")),
				fetched(with(storm, "x"), with(ferry, "x"), with(revised, "x")),
				fetched(with(storm, "x")),
			},
			[]string{"Budget passes > Budget passes after all", "Ferry aground", "Storm over the strait"},
		},
		"new-guid-each-time": {
			[]step{
				fetched(with(ferry, "a1"), with(budget, "a2")),
				fetched(with(ferry, "b1"), with(budget, "b2")),
				fetched(with(storm, "c0"), with(ferry, "c1"), with(revised, "c2")),
				fetched(with(storm, "d0"), with(ferry, "d1"), with(revised, "d2")),
			},
			[]string{"Budget passes > Budget passes after all", "Ferry aground", "Storm over the strait"},
		},
		"new-link-then-new-guid": {
			[]step{fetched(ferry), fetched(at(ferry, site+"ferry-aground")), fetched(with(at(ferry, site+"ferry-aground"), "7"))},
			[]string{"Ferry aground"},
		},
		"no-guid-at-first": {
			[]step{fetched(with(ferry, ""), with(budget, "")), fetched(ferry, budget), fetched(at(ferry, site+"ferry-aground"), revised)},
			[]string{"Budget passes > Budget passes after all", "Ferry aground"},
		},
		"no-guid": {
			[]step{
				fetched(with(ferry, ""), with(budget, "")),
				fetched(at(with(ferry, ""), "http://www.norvia.example/ferry/?utm_source=rss&utm_medium=feed"), at(with(revised, ""), site+"budget?fbclid=7")),
			},
			[]string{"Budget passes > Budget passes after all", "Ferry aground"},
		},
		"no-guid-and-no-link": {
			[]step{fetched(invented{title: "Ferry aground"}, invented{title: "Budget passes"}), fetched(invented{title: "Storm over the strait"}, invented{title: "Ferry aground"})},
			[]string{"Budget passes", "Ferry aground", "Storm over the strait"},
		},
		"site-as-guid": {
			[]step{fetched(with(ferry, site)), fetched(with(budget, site)), fetched(with(storm, site), with(budget, site))},
			[]string{"Budget passes", "Ferry aground", "Storm over the strait"},
		},
		"listed-twice": {
			[]step{fetched(ferry, budget, ferry), fetched(revised, ferry, budget)},
			[]string{"Budget passes > Budget passes after all", "Ferry aground"},
		},
	}
	feeds := make([]string, 0, len(tests))
	for name := range tests {
		feeds = append(feeds, name)
	}
	r := newReplay(t, feeds...)
	var polls sync.WaitGroup
	for name, test := range tests {
		polls.Go(func() {
			for i, s := range test.steps {
				r.farm.show(name, s.servedDocument)
				before, after := r.poll(name)
				if s.outcome == aggregator.Pending {
					s.outcome = aggregator.Fetched
				}
				if after.Outcome != s.outcome || s.outcome == aggregator.Failed && after.Problem.Kind != s.problem {
					t.Errorf("%s, document %d: %s; want %s (%s)", name, i, said(after), s.outcome, s.problem)
				}
				if s.outcome == aggregator.Failed && (after.Validators != before.Validators || after.Failures != before.Failures+1 || after.Problem.Message == "") {
					t.Errorf("%s, document %d: %s", name, i, said(after))
				}
				if s.outcome == aggregator.Fetched && (after.Failures != 0 || after.LastGood.Before(after.LastPoll.Add(-time.Second))) {
					t.Errorf("%s, document %d: %s", name, i, said(after))
				}
			}
		})
	}
	polls.Wait()
	r.stop()
	in := readInventory(t, r.path)
	told := in.histories()
	for name, test := range tests {
		if got := told[name]; !slices.Equal(got, slices.Sorted(slices.Values(test.want))) {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
	in.compareStories(t)
	in.publish(t)
}
