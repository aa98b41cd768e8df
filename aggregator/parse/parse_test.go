package parse

import (
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

const feedURL = "https://wire.example/dir/feed.xml"

// rssOf returns an RSS feed of the items.
func rssOf(items ...string) string {
	return `<?xml version="1.0"?><rss version="2.0"><channel><title>Wire</title>` + strings.Join(items, "") + `</channel></rss>`
}

var testParser = sync.OnceValue(func() *Parser { return New(Options{}) })

// parsed reads a document that is to be readable.
func parsed(t *testing.T, body string) aggregator.Document {
	t.Helper()
	doc, err := testParser().Parse([]byte(body), "", feedURL)
	if err != nil {
		t.Fatalf("%v in %q", err, body)
	}
	checkDocument(t, doc)
	return doc
}

// only reads a document of one entry.
func only(t *testing.T, body string) aggregator.Entry {
	t.Helper()
	doc := parsed(t, body)
	if len(doc.Entries) != 1 {
		t.Fatalf("%d entries, want 1, in %q", len(doc.Entries), body)
	}
	return doc.Entries[0]
}

func titles(doc aggregator.Document) []string {
	var all []string
	for _, e := range doc.Entries {
		all = append(all, e.Title)
	}
	return all
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body, contentType string
		kind                    aggregator.ProblemKind
		says                    string
	}{
		{"empty", "", "application/rss+xml", aggregator.ProblemNotFeed, "empty"},
		{"blank", " \n\t", "", aggregator.ProblemNotFeed, "empty"},
		{"mark only", "\ufeff", "", aggregator.ProblemNotFeed, "empty"},
		{"page", "<!DOCTYPE html><html><body>Hello", "application/rss+xml", aggregator.ProblemNotFeed, "HTML page"},
		{"page without doctype", "<HTML><HEAD>", "", aggregator.ProblemNotFeed, "HTML page"},
		{"XHTML", `<?xml version="1.0"?><!DOCTYPE html PUBLIC "-//W3C//DTD XHTML 1.0 Strict//EN" "x"><html xmlns="http://www.w3.org/1999/xhtml"><body/></html>`, "application/xhtml+xml", aggregator.ProblemNotFeed, "HTML page"},
		{"page that announces", `<html><head><link rel=alternate type=application/atom+xml href=/all.atom></head>`, "", aggregator.ProblemNotFeed, "https://wire.example/all.atom"},
		{"page that speaks of feeds", "<html><body><rss version='2.0'><channel><item><title>a</title></item></channel></rss>", "", aggregator.ProblemNotFeed, "HTML page"},
		{"other XML", `<?xml version="1.0"?><urlset><url/></urlset>`, "", aggregator.ProblemNotFeed, "urlset"},
		{"list of feeds", `<opml version="2.0"><body/></opml>`, "", aggregator.ProblemNotFeed, "OPML"},
		{"text", "Error 1040: too many connections", "", aggregator.ProblemNotFeed, "Error 1040"},
		{"binary", "\x89PNG\r\n\x1a\n\x00\x00", "image/png", aggregator.ProblemNotFeed, "neither"},
		{"other JSON", `{"error":"no such feed"}`, "application/json", aggregator.ProblemNotFeed, "JSON"},
		{"JSON list", `[1,2]`, "", aggregator.ProblemNotFeed, "no items"},
		{"cut before the first entry", `<rss><channel><title>Wi`, "", aggregator.ProblemMalformed, "breaks off"},
		{"cut in the root", `<rss version="2.0`, "", aggregator.ProblemMalformed, "breaks off"},
		{"no root", `<rss@a.example> wrote`, "", aggregator.ProblemNotFeed, "neither"},
		{"cut JSON", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1"`, "", aggregator.ProblemMalformed, "breaks off"},
		{"deep", `<rss><channel><item>` + strings.Repeat("<a>", 300), "", aggregator.ProblemHostile, "256"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, err := New(Options{}).Parse([]byte(tt.body), tt.contentType, feedURL)
			if kind := kindOf(t, err); kind != tt.kind || !strings.Contains(err.Error(), tt.says) {
				t.Errorf("got %q: %v; want %q with %q", kind, err, tt.kind, tt.says)
			}
			if m := err.Error(); m[0] < 'a' || m[0] > 'z' || strings.HasSuffix(m, ".") {
				t.Errorf("%q does not read well behind a colon", m)
			}
			if diff := cmp.Diff(aggregator.Document{}, doc); diff != "" {
				t.Errorf("a refused document is not empty: %s", diff)
			}
		})
	}
}

// A feed without entries is a feed.
func TestNoEntries(t *testing.T) {
	t.Parallel()
	for _, body := range []string{
		rssOf(), `<rss/>`, `<feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title></feed>`,
		`<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"/>`, `{"version":"https://jsonfeed.org/version/1.1","items":[]}`,
	} {
		if doc := parsed(t, body); len(doc.Entries) != 0 || doc.Repaired != "" {
			t.Errorf("%s: %d entries, repaired %q", body, len(doc.Entries), doc.Repaired)
		}
	}
}

// What gofeed 1.4 cannot read as it comes (HARDENING.md, section 2).
func TestMended(t *testing.T) {
	t.Parallel()
	one := `<item><title>One</title><link>https://a.example/1</link></item>`
	two := `<item><title>Two</title><link>https://a.example/2</link></item>`
	feed := func(items string) string { return `<rss version="2.0"><channel>` + items + `</channel></rss>` }
	for _, tt := range []struct {
		name, body string
		want       []string
		repaired   string // part of it; "-": nothing
		skipped    int
	}{
		{"the last > missing", strings.TrimSuffix(feed(one+two), ">"), []string{"One", "Two"}, "after 2 entries", 0},
		{"the end missing", `<rss><channel>` + one + two, []string{"One", "Two"}, "cut off after", 0},
		{"cut within an entry", `<rss><channel>` + one + `<item><title>Two</title><link>https://a.exam`, []string{"One"}, "cut off after 1 entry", 1},
		{"cut within a start tag", `<rss><channel>` + one + `<item><enclosure url="https://a.exam`, []string{"One"}, "cut off after", 1},
		{"cut within an entry's own tag", `<rss><channel>` + one + `<item a="b`, []string{"One"}, "cut off after", 1},
		{"cut within a mended tag", `<rss><channel>` + one + `<item a=b c="d`, []string{"One"}, "cut off after", 1},
		{"cut within CDATA", `<rss><channel>` + one + `<item><description><![CDATA[abc`, []string{"One"}, "cut off after", 1},
		{"cut within a comment", `<rss><channel>` + one + `<!-- abc`, []string{"One"}, "cut off after", 0},
		{"cut behind the entries", `<rss><channel>` + one + `<title>Wi`, []string{"One"}, "cut off after", 0},
		{"cut in Atom", `<feed xmlns="http://www.w3.org/2005/Atom"><entry><title>One</title></entry><entry><title>Tw`, []string{"One"}, "cut off after", 1},
		{"an entry not closed", feed(`<item><title>One</title>` + two), []string{"One", "Two"}, "mended", 0},
		{"the last entry not closed", feed(one + `<item><title>Two</title>`), []string{"One", "Two"}, "mended", 0},
		{"a field not closed", feed(`<item><title>One<link>https://a.example/1</link></item>` + two), nil, "mended", 0},
		{"an end nobody began", feed(`</i>` + one + `</p></item>` + two), []string{"One", "Two"}, "mended", 0},
		{"ends in the wrong order", feed(`<item><title><b><i>One</b></i></title></item>`), []string{"One"}, "mended", 0},
		{"ends in another case", feed(`<item><title>One</Title></Item>`), []string{"One"}, "mended", 0},
		{"an end with more in it", feed(`<item><title>One</title ></item x>` + two), []string{"One", "Two"}, "mended", 0},
		{"HTML in the open", feed(`<item><description>a<br>b<img src=x.gif><hr></description><title>One</title></item>` + two), []string{"One", "Two"}, "mended", 0},
		{"a < in text", feed(`<item><title>1 < 2 <3 <me@a.example> <a:b:c></title></item>` + two), []string{"1 < 2 <3 <me@a.example> <a:b:c>", "Two"}, "mended", 0},
		{"a & in text", feed(`<item><title>Fish & chips &amp; tea &nosuch; &</title></item>`), []string{"Fish & chips & tea &nosuch; &"}, "-", 0},
		{"names HTML knows", feed(`<item><title>caf&eacute;&nbsp;&mdash; &laquo;a&raquo;</title></item>`), []string{"café — «a»"}, "-", 0},
		{"]]> in text", feed(`<item><title>a]]>b</title></item>` + two), []string{"a]]>b", "Two"}, "mended", 0},
		{"attributes without quotes", feed(`<item a=b/c d e= f='<' 1="2" g:h:i="" x=1/><item k><title n=o>One</title></item>`), []string{"One"}, "mended", 1},
		{"a tag that does not end", feed(`<item <title>One</title></item>` + two), []string{"One", "Two"}, "mended", 0},
		{"-- in a comment", feed(`<!-- a -- b --->` + one), []string{"One"}, "mended", 0},
		{"a DOCTYPE too late", feed(`<!DOCTYPE a [<!ENTITY b ">">]>` + one), []string{"One"}, "mended", 0},
		{"an XML declaration too late", feed(`<?xml version="1.1" encoding="x"?>` + one), []string{"One"}, "-", 0},
		{"two channels", `<rss><channel>` + one + `</channel><channel><title>b</title>` + two + `</channel></rss>`, []string{"One", "Two"}, "mended", 0},
		{"entries beside the channel", `<rss>` + two + `<channel>` + one + `</channel></rss>`, []string{"One", "Two"}, "-", 0},
		{"XML 1.1", `<?xml version="1.1"?>` + feed(one), []string{"One"}, "-", 0},
		{"an unknown charset", `<?xml version="1.0" encoding="no-such"?>` + feed(one), []string{"One"}, "-", 0},
		{"text before the XML", "Notice: undefined index\n" + feed(one), []string{"One"}, "stood before", 0},
		{"tags before the XML", "<br />\n<b>Warning</b>: x in <b>y.php</b><br />\n<?xml version=\"1.0\"?>" + feed(one), []string{"One"}, "stood before", 0},
		{"space and a mark before the XML", "\n\n \ufeff" + feed(one), []string{"One"}, "-", 0},
		{"a long comment first", "<!--" + strings.Repeat(" long", 2000) + "-->" + feed(one), []string{"One"}, "-", 0},
		{"a long DOCTYPE first", "<!DOCTYPE rss [" + strings.Repeat("<!ENTITY a '>\"'><!-- ' -->", 500) + "]>" + feed(one), []string{"One"}, "-", 0},
		{"more behind the XML", feed(one) + "<!-- 3 ms --><script>x</script> & junk", []string{"One"}, "-", 0},
		{"Atom in a strange name space", `<feed xmlns="http://www.w3.org/2005/Atom/"><entry><title>One</title></entry></feed>`, []string{"One"}, "mended", 0},
		{"Atom with a prefix", `<a:feed xmlns:a="http://www.w3.org/2005/Atom"><a:entry><a:title>One</a:title></a:entry></a:feed>`, []string{"One"}, "-", 0},
		{"control characters", feed("<item><title>O\x00\x08n\x1fe\uffff&#8;&#x8;&#xfffe;&#0;</title></item>"), []string{"One"}, "forbids", 0},
		{"entries that say nothing", feed(`<item/><item><title> </title><description><![CDATA[<p> </p>]]></description></item>` + one), []string{"One"}, "-", 2},
		{"JSON: items of nothing", `{"version":"https://jsonfeed.org/version/1","items":[null,{"id":"1","title":"One","authors":[null],"tags":null}]}`, []string{"One"}, "-", 1},
		{"JSON: null items", `{"version":"https://jsonfeed.org/version/1","items":null}`, nil, "-", 0},
		{"JSON: wrong types", `{"version":"https://jsonfeed.org/version/1","title":5,"items":[{"id":1,"title":"One","tags":"a","attachments":{}},7,{"title":"Two"}]}`, []string{"One", "Two"}, "-", 1},
		{"JSON: cut", `{"version":"https://jsonfeed.org/version/1","items":[{"title":"One"},{"title":"Tw`, []string{"One"}, "cut off after 1 entry", 1},
		{"JSON: cut behind the items", `{"version":"https://jsonfeed.org/version/1","items":[{"title":"One"},{"title":"Two"}],"ti`, []string{"One", "Two"}, "cut off after", 0},
		{"JSON: wrong brackets", `{"version":"https://jsonfeed.org/version/1","items":[{"title":"One"},{"title":"Two"]}}`, []string{"One"}, "cut off after", 1},
		{"JSON: a syntax error", `{"version":"https://jsonfeed.org/version/1","items":[{"title":"One"},{"title" "Two"}]}`, []string{"One"}, "cut off after", 1},
		{"JSON: line feeds in strings", "{\"version\":\"https://jsonfeed.org/version/1\",\"items\":[{\"title\":\"One\n\\\"two\\\"\"}]}", []string{`One "two"`}, "-", 0},
		{"JSON: more behind", `{"version":"https://jsonfeed.org/version/1","items":[{"title":"One"}]};`, []string{"One"}, "-", 0},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc := parsed(t, tt.body)
			if diff := cmp.Diff(tt.want, titles(doc)); diff != "" && tt.want != nil {
				t.Errorf("titles (-want +got):\n%s", diff)
			}
			if tt.repaired == "-" && doc.Repaired != "" || tt.repaired != "-" && !strings.Contains(doc.Repaired, tt.repaired) {
				t.Errorf("Repaired is %q, want %q", doc.Repaired, tt.repaired)
			}
			if doc.Skipped != tt.skipped {
				t.Errorf("Skipped is %d, want %d", doc.Skipped, tt.skipped)
			}
		})
	}
}

// Entities that a DTD declares, internal or external, stay literal.
func TestEntitiesStayLiteral(t *testing.T) {
	t.Parallel()
	e := only(t, `<!DOCTYPE rss [<!ENTITY word "harbour"><!ENTITY file SYSTEM "file:///etc/hostname">]>`+
		`<rss><channel><item><title>The &word; &file;</title><guid>&file;</guid></item></channel></rss>`)
	if e.Title != "The &word; &file;" || e.GUID != "&file;" {
		t.Errorf("title %q, GUID %q", e.Title, e.GUID)
	}
}

func TestMaxEntries(t *testing.T) {
	t.Parallel()
	p := New(Options{MaxEntries: 2})
	item := `<item><title>a</title></item>`
	for _, body := range []string{
		rssOf(item, item, item), `<feed xmlns="http://www.w3.org/2005/Atom">` + strings.Repeat(`<entry><id>a</id></entry>`, 3) + `</feed>`,
		`{"version":"https://jsonfeed.org/version/1","items":[{"id":"1"},{"id":"2"},{"id":"3"}]}`,
	} {
		doc, err := p.Parse([]byte(body), "", feedURL)
		if err != nil || len(doc.Entries) != 2 || !strings.Contains(doc.Repaired, "first 2 entries") {
			t.Errorf("%d entries, repaired %q, error %v", len(doc.Entries), doc.Repaired, err)
		}
	}
	if doc, err := p.Parse([]byte(rssOf(item, item)), "", feedURL); err != nil || doc.Repaired != "" {
		t.Errorf("two of two: repaired %q, error %v", doc.Repaired, err)
	}
}

func TestHints(t *testing.T) {
	t.Parallel()
	sy := func(period, often string) string {
		return `<x:updatePeriod xmlns:x="http://purl.org/rss/1.0/modules/syndication/">` + period +
			`</x:updatePeriod><x:updateFrequency xmlns:x="http://purl.org/rss/1.0/modules/syndication/">` + often + `</x:updateFrequency>`
	}
	for _, tt := range []struct {
		in   string
		want aggregator.Hints
	}{
		{"", aggregator.Hints{}},
		{"<ttl>15</ttl>", aggregator.Hints{MinInterval: 15 * time.Minute}},
		{"<ttl>soon</ttl>", aggregator.Hints{}},
		{"<ttl>-5</ttl>", aggregator.Hints{}},
		{"<ttl>99999999999</ttl>", aggregator.Hints{MinInterval: 365 * 24 * time.Hour}},
		{sy("hourly", "2"), aggregator.Hints{MinInterval: 30 * time.Minute}},
		{sy("Daily", ""), aggregator.Hints{MinInterval: 24 * time.Hour}},
		{sy("hourly", "0"), aggregator.Hints{MinInterval: time.Hour}},
		{sy("\n\thourly\t", "\n\t4\t"), aggregator.Hints{MinInterval: 15 * time.Minute}},
		{sy("", "4"), aggregator.Hints{MinInterval: 6 * time.Hour}},
		{sy("now and then", "4"), aggregator.Hints{}},
		{"<ttl>120</ttl>" + sy("hourly", "1"), aggregator.Hints{MinInterval: 2 * time.Hour}},
		{"<skipHours><hour>0</hour><hour> 23 </hour><hour>24</hour><hour>25</hour><hour>x</hour></skipHours>", aggregator.Hints{SkipHours: 1 | 1<<23}},
		{"<skipDays><day>Sunday</day><day>saturday</day><day>x</day></skipDays>", aggregator.Hints{SkipDays: 1 | 1<<6}},
	} {
		if diff := cmp.Diff(tt.want, parsed(t, rssOf(tt.in)).Hints); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.in, diff)
		}
	}
	atom := `<feed xmlns="http://www.w3.org/2005/Atom"><title>Kelmar</title>` + sy("hourly", "2") + `</feed>`
	if got := parsed(t, atom).Hints; got != (aggregator.Hints{MinInterval: 30 * time.Minute}) {
		t.Errorf("Atom: %+v", got)
	}
}

// A library that panics costs an error and no more.
func TestPanicIsAProblem(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	p.renderers.New = func() any { return (*renderer)(nil) }
	_, err := p.Parse([]byte(rssOf(`<item><description>a &lt;b&gt;</description></item>`)), "", feedURL)
	if kind := kindOf(t, err); kind != aggregator.ProblemInternal {
		t.Errorf("kind %q, error %v", kind, err)
	}
}

func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	all := fixtures(t)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for _, f := range all {
				first, err := p.Parse(f.body, "", feedURL)
				second, err2 := New(Options{}).Parse(f.body, "", feedURL)
				if err != nil || err2 != nil || !cmp.Equal(first, second) {
					t.Errorf("%s: differs: %v %v", f.name, err, err2)
				}
			}
		})
	}
	wg.Wait()
}
