package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestTitles(t *testing.T) {
	t.Parallel()
	rss := func(s string) string { return rssOf(`<item><guid>g</guid><title>` + s + `</title></item>`) }
	atom := func(attrs, s string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>g</id><title ` + attrs + `>` + s + `</title></entry></feed>`
	}
	json := func(s string) string {
		return `{"version":"https://jsonfeed.org/version/1.1","items":[{"id":"g","title":"` + s + `"}]}`
	}
	for _, tt := range []struct{ name, body, want string }{
		{"none", rss(""), ""},
		{"plain", rss("One"), "One"},
		{"escaped", rss("Fish &amp; chips"), "Fish & chips"},
		{"escaped twice", rss("Fish &amp;amp; chips &amp;#8211; &amp;lt;3"), "Fish & chips – <3"},
		{"markup", rss("A &lt;b&gt;bold&lt;/b&gt; &lt;i class=x>move&lt;/i>"), "A bold move"},
		{"CDATA", rss("<![CDATA[A <em>bold</em> &amp; new]]>"), "A bold & new"},
		{"unknown tags are words", rss("What Vector&lt;String&gt; &lt;means&gt;"), "What Vector<String> <means>"},
		{"a script is not read aloud", rss("One&lt;script&gt;alert(1)&lt;/script&gt;"), "One"},
		{"break", rss("One&lt;br/&gt;two"), "One two"},
		{"white space", rss(" One \n\t two\u00a0\u2009three  "), "One two three"},
		{"bidi controls", rss("a\u202eb\u2066c\u200fd\u061c&#x202e;"), "abcd"},
		{"control characters", rss("a\u0085b\u009fc\u007fd"), "a bcd"},
		{"joiners stay", rss("می\u200cخواهم ক\u09cd\u200dষ"), "می\u200cخواهم ক\u09cd\u200dষ"},
		{"Atom text is literal", atom(`type="text"`, "Use &lt;b&gt; &amp;amp;"), "Use <b> &amp;"},
		{"Atom untyped is literal", atom("", "Use &lt;b&gt; &amp;amp;"), "Use <b> &amp;"},
		{"Atom HTML", atom(`type="html"`, "Use &lt;b&gt;b&lt;/b&gt; &amp;amp; &amp;lt;i>"), "Use b & <i>"},
		{"Atom HTML in CDATA", atom(`type='html'`, "<![CDATA[Use <b>b</b> &amp; c]]>"), "Use b & c"},
		{"Atom XHTML", atom(`type="xhtml"`, `<div xmlns="http://www.w3.org/1999/xhtml">Use <b>b</b> &amp; &lt;i></div>`), "Use b & <i>"},
		{"Atom 0.3", atom(`type="text/html" mode="escaped"`, "Use &lt;b&gt;b&lt;/b&gt;"), "Use b"},
		{"JSON is literal", json("Use <b> &amp;"), "Use <b> &amp;"},
	} {
		if got := only(t, tt.body).Title; got != tt.want {
			t.Errorf("%s: title is %q, want %q", tt.name, got, tt.want)
		}
	}
	if e := only(t, rss(strings.Repeat("ব", 1000))); len(e.Title) != 999 || strings.Trim(e.Title, "ব") != "" {
		t.Errorf("a long title is cut to %d bytes, want 333 whole characters", len(e.Title))
	}
}

func TestLinks(t *testing.T) {
	t.Parallel()
	rss := func(s string) string { return rssOf(`<item><title>a</title>` + s + `</item>`) }
	atom := func(s string) string {
		return `<feed xmlns="http://www.w3.org/2005/Atom" xmlns:fb="http://rssnamespace.org/feedburner/ext/1.0"><entry><id>urn:x</id>` + s + `</entry></feed>`
	}
	for _, tt := range []struct{ name, body, guid, link string }{
		{"none", rss(""), "", ""},
		{"as it is", rss("<link>https://a.example/b?c=d&amp;e=%20f</link>"), "", "https://a.example/b?c=d&e=%20f"},
		{"relative", rss("<link>b/../c?d</link>"), "", "https://wire.example/dir/c?d"},
		{"of the host", rss("<link>/b</link>"), "", "https://wire.example/b"},
		{"of the scheme", rss("<link>//a.example/b</link>"), "", "https://a.example/b"},
		{"without scheme", rss("<link>www.a.example/b</link>"), "", "http://www.a.example/b"},
		{"upper case", rss("<link>HTTPS://a.example/B</link>"), "", "https://a.example/B"},
		{"with space in it", rss("<link>\n https://a.example/b\n\tc d </link>"), "", "https://a.example/bc%20d"},
		{"with space in its query", rss(`<link>https://a.example/b?c=d e"\f&lt;g></link>`), "", "https://a.example/b?c=d%20e%22%5Cf%3Cg%3E"},
		{"beyond ASCII", rss("<link>https://a.example/ق</link>"), "", "https://a.example/%D9%82"},
		{"bad escape", rss("<link>https://a.example/100%</link>"), "", "https://a.example/100%25"},
		{"javascript", rss("<link>javascript:alert(1)</link>"), "", ""},
		{"data", rss("<link>data:text/html,x</link>"), "", ""},
		{"mail", rss("<link>mailto:a@b.example</link>"), "", ""},
		{"no host", rss("<link>https:///b</link>"), "", ""},
		{"permalink GUID", rss("<guid>https://a.example/1</guid>"), "https://a.example/1", "https://a.example/1"},
		{"permalink GUID said", rss(`<guid isPermaLink="true">https://a.example/1</guid>`), "https://a.example/1", "https://a.example/1"},
		{"GUID that is none", rss(`<guid isPermaLink="false">https://a.example/1</guid>`), "https://a.example/1", ""},
		{"GUID that is no URL", rss(`<guid>1</guid>`), "1", ""},
		{"link before GUID", rss(`<guid>https://a.example/1</guid><link>https://a.example/2</link>`), "https://a.example/1", "https://a.example/2"},
		{"original link", rss(`<link>https://proxy.example/2</link><feedburner:origLink xmlns:feedburner="http://rssnamespace.org/feedburner/ext/1.0">https://a.example/2</feedburner:origLink>`), "", "https://a.example/2"},
		{"Atom link in RSS", rss(`<a:link xmlns:a="http://www.w3.org/2005/Atom" href="https://a.example/2"/>`), "", "https://a.example/2"},
		{"alternate", atom(`<link rel="self" href="https://a.example/0"/><link rel="replies" href="/r"/><link href="https://a.example/1"/>`), "urn:x", "https://a.example/1"},
		{"HTML alternate", atom(`<link rel="alternate" type="application/json" href="/j"/><link rel="alternate" type="text/html" href="/h"/>`), "urn:x", "https://wire.example/h"},
		{"content elsewhere", atom(`<content src="https://a.example/1" type="text/html"/>`), "urn:x", "https://a.example/1"},
		{"Atom original link", atom(`<link href="https://proxy.example/2"/><fb:origLink>https://a.example/2</fb:origLink>`), "urn:x", "https://a.example/2"},
		{"Atom id that is a URL", `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>https://a.example/1</id></entry></feed>`, "https://a.example/1", "https://a.example/1"},
		{"rdf:about", `<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"><item rdf:about="https://a.example/1?b&amp;c"><title>a</title></item></rdf:RDF>`, "https://a.example/1?b&c", "https://a.example/1?b&c"},
		{"JSON", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","url":"c","external_url":"https://b.example/"}]}`, "1", "https://wire.example/dir/c"},
	} {
		e := only(t, tt.body)
		if e.GUID != tt.guid || e.Link != tt.link || e.Canonical != aggregator.CanonicalLink(tt.link) {
			t.Errorf("%s: GUID %q, link %q, canonical %q; want %q, %q", tt.name, e.GUID, e.Link, e.Canonical, tt.guid, tt.link)
		}
	}
}

// xml:base counts from the inside out, and the last step of its path is no
// folder (RFC 3986, section 5.2.3).
func TestBase(t *testing.T) {
	t.Parallel()
	e := only(t, `<feed xmlns="http://www.w3.org/2005/Atom" xml:base="/one/feed"><entry xml:base="two/entry"><id>a</id>
		<link href="story"/><link rel="enclosure" href="?file"/>
		<content type="html" xml:base="three/">&lt;a href="x">x&lt;/a>&lt;a href="#y">y&lt;/a></content></entry></feed>`)
	if want := "https://wire.example/one/two/story"; e.Link != want {
		t.Errorf("link %q, want %q", e.Link, want)
	}
	if want := "https://wire.example/one/two/entry?file"; e.Enclosures[0].URL != want {
		t.Errorf("enclosure %q, want %q", e.Enclosures[0].URL, want)
	}
	if !strings.Contains(e.Content, `"https://wire.example/one/two/three/x"`) || !strings.Contains(e.Content, `"https://wire.example/one/two/three/#y"`) {
		t.Errorf("content %q", e.Content)
	}
	e = only(t, `<rss xml:base="http://a.example/b/"><channel xml:base="c/"><item><link>d</link><description xml:base="e/">&lt;img src=f></description></item></channel></rss>`)
	if e.Link != "http://a.example/b/c/d" || e.Image != "http://a.example/b/c/e/f" {
		t.Errorf("link %q, image %q", e.Link, e.Image)
	}
	// A base of its own counts for the element and for no other.
	e = only(t, `<rss><channel><item><link xml:base="http://a.example/">d</link><title>x</title></item></channel></rss>`)
	if e.Link != "http://a.example/d" {
		t.Errorf("link %q", e.Link)
	}
}

// What an entry says are its words: a picture in place of them makes no other
// text of it.
func TestTextIsThatOfTheWords(t *testing.T) {
	t.Parallel()
	item := func(content string) string {
		return `<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item><title>a</title><description>Longer by far</description>` + content + `</item></channel></rss>`
	}
	want := only(t, item("")).Text
	if got := only(t, item("<content:encoded>&lt;img src=/a.png>Short</content:encoded>")).Text; got != want {
		t.Errorf("digest %d of the text, %d without the picture", got, want)
	}
}

func TestSummaryAndContent(t *testing.T) {
	t.Parallel()
	rss := func(s string) string {
		return `<rss xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><item><title>a</title>` + s + `</item></channel></rss>`
	}
	long := strings.Repeat("word ", 500)
	for _, tt := range []struct{ name, body, summary, content string }{
		{"nothing", rss(""), "", ""},
		{"plain", rss("<description>One &amp;amp; two</description>"), "One & two", ""},
		{"markup", rss("<description>&lt;p>One&lt;/p>&lt;p>two&lt;/p></description>"), "One\ntwo", "<p>One</p><p>two</p>"},
		{"content too", rss("<description>Short</description><content:encoded>&lt;p>Longer by far&lt;/p></content:encoded>"), "Short", "<p>Longer by far</p>"},
		{"content alone", rss("<content:encoded>&lt;p>One&lt;/p></content:encoded>"), "One", "<p>One</p>"},
		{"content shorter", rss("<description>&lt;b>Longer by far&lt;/b></description><content:encoded>Short</content:encoded>"), "Longer by far", "<b>Longer by far</b>"},
		{"content shorter with a picture", rss("<description>Longer by far</description><content:encoded>&lt;img src=/a.png></content:encoded>"), "Longer by far", `<img src="https://wire.example/a.png">`},
		{"content shorter with a table", rss("<description>Longer by far</description><content:encoded>&lt;table>&lt;tr>&lt;td>1&lt;/td>&lt;/tr>&lt;/table></content:encoded>"), "Longer by far", "<table><tr><td>1</td></tr></table>"},
		{"content the same", rss("<description>One</description><content:encoded>One</content:encoded>"), "One", ""},
		{"content without a name space", `<rss><channel><item><title>a</title><description>One</description><encoded>One and two</encoded></item></channel></rss>`, "One", "One and two"},
		{"long", rss("<description>" + long + "</description>"), strings.TrimSpace(long[:aggregator.MaxSummaryBytes]), strings.TrimSpace(long)},
		{"only a picture", rss("<description>&lt;img src=/a.png></description>"), "", `<img src="https://wire.example/a.png">`},
		{"Atom text", `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><summary>1 &lt; 2</summary><content type="text">1 &lt; 2 &amp;amp; on</content></entry></feed>`, "1 < 2", "1 &lt; 2 &amp;amp; on"},
		{"Atom untyped HTML", `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><summary>&lt;p>One&lt;/p></summary></entry></feed>`, "One", "<p>One</p>"},
		{"Atom binary", `<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>a</id><summary>One</summary><content type="image/png">AAAA</content></entry></feed>`, "One", ""},
		{"JSON text", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","content_text":"One\ntwo\n\n<three>"}]}`, "One two\n<three>", ""},
		{"JSON HTML", `{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","summary":"S","content_html":"<p>One"}]}`, "S", "<p>One</p>"},
	} {
		e := only(t, tt.body)
		if e.Summary != tt.summary || e.Content != tt.content {
			t.Errorf("%s: summary %q, content %q; want %q, %q", tt.name, e.Summary, e.Content, tt.summary, tt.content)
		}
	}
}

func TestAuthors(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"Ida Quist", "Ida Quist"},
		{"ida@wire.example (Ida Quist)", "Ida Quist"},
		{"Ida Quist (ida@wire.example)", "Ida Quist"},
		{"Ida Quist &lt;ida@wire.example&gt;", "Ida Quist"},
		{"ida@wire.example", ""},
		{" Ida &amp;amp;\n Bo ", "Ida & Bo"},
		{"&lt;b&gt;Ida&lt;/b&gt;", "Ida"},
		{"Ren&eacute;", "René"},
	} {
		for _, element := range []string{"author", "dc:creator"} {
			e := only(t, rssOf(`<item><title>a</title><`+element+`>`+tt.in+`</`+element+`></item>`))
			got := ""
			if len(e.Authors) > 0 {
				got = e.Authors[0].Name
			}
			if got != tt.want {
				t.Errorf("%s %q is %q, want %q", element, tt.in, got, tt.want)
			}
		}
	}
	e := only(t, rssOf(`<item><title>a</title><dc:creator>A</dc:creator><dc:creator>B</dc:creator><author>A</author><itunes:author>C</itunes:author></item>`))
	if diff := cmp.Diff([]aggregator.Author{{Name: "A"}, {Name: "B"}}, e.Authors); diff != "" {
		t.Error(diff)
	}
}

func TestImage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"none", "", ""},
		{"thumbnail", `<media:content url="/big.jpg" medium="image"/><media:thumbnail url="/t.jpg"/>`, "https://wire.example/t.jpg"},
		{"media", `<media:content url="/v.mp4" type="video/mp4"/><media:content url="/big.jpg" type="image/jpeg"/>`, "https://wire.example/big.jpg"},
		{"thumbnail within", `<media:content url="/v.mp4" type="video/mp4"><media:thumbnail url="/t.jpg"/></media:content>`, "https://wire.example/t.jpg"},
		{"iTunes", `<itunes:image href="/i.jpg"/>`, "https://wire.example/i.jpg"},
		{"enclosure", `<enclosure url="/e.png" type="image/png"/>`, "https://wire.example/e.png"},
		{"in the text", `<description>&lt;img src=/1.gif width=1>&lt;img src=/2.gif></description>`, "https://wire.example/2.gif"},
		{"no such scheme", `<media:thumbnail url="data:image/png;base64,AA"/><enclosure url="/e.png" type="image/png"/>`, "https://wire.example/e.png"},
	} {
		if got := only(t, rssOf(`<item><title>a</title>`+tt.in+`</item>`)).Image; got != tt.want {
			t.Errorf("%s: %q, want %q", tt.name, got, tt.want)
		}
	}
}

// The digest tells any two things a source can say apart; the text's digest
// only their words.
func TestDigests(t *testing.T) {
	t.Parallel()
	item := func(s string) aggregator.Entry { return only(t, rssOf(`<item>`+s+`</item>`)) }
	base := `<title>One</title><description>Two</description>`
	e := item(base)
	if again := item(base); again.Digest != e.Digest || again.Text != e.Text {
		t.Error("the same item has another digest")
	}
	seen := map[aggregator.Digest]string{e.Digest: base}
	for _, other := range []string{
		`<title>OneTwo</title>`, `<description>OneTwo</description>`, `<title>Two</title><description>One</description>`,
		base + `<link>https://a.example/</link>`, base + `<guid>https://a.example/</guid>`, base + `<pubDate>2026</pubDate>`,
		base + `<author>A</author>`, base + `<category>A</category>`, base + `<category>A</category><category>B</category>`, base + `<category>AB</category>`,
		base + `<enclosure url="https://a.example/"/>`, base + `<enclosure url="https://a.example/" length="1"/>`, base + `<dc:language>fr</dc:language>`,
		`<title>One </title><description>&lt;p>Two&lt;/p></description>`,
	} {
		d := item(other).Digest
		if before, known := seen[d]; known {
			t.Errorf("%s and %s have the same digest", before, other)
		}
		seen[d] = other
	}
	for _, same := range []string{
		`<title> One</title><description>&lt;p>Two&lt;/p></description>`, base + `<pubDate>2026</pubDate>`, base + `<guid>x</guid>`,
	} {
		if item(same).Text != e.Text {
			t.Errorf("%s: another text digest", same)
		}
	}
	for _, differs := range []string{`<title>One Two</title>`, `<title>One</title><description>Two three</description>`} {
		if item(differs).Text == e.Text {
			t.Errorf("%s: the same text digest", differs)
		}
	}
	lines := item(`<title>a</title><description>&lt;p>One&lt;/p>&lt;p>two&lt;/p></description>`)
	if plain := item(`<title>a</title><description>One two</description>`); plain.Text != lines.Text {
		t.Error("white space between blocks counts in the text digest")
	}
}

func TestLanguage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ in, want string }{
		{"en", "en"}, {"EN-us", "en-US"}, {"en_GB", "en-GB"}, {"zh-hans-cn", "zh-Hans-CN"}, {"sr-latn", "sr-Latn"},
		{" de ", "de"}, {"en_US.UTF-8", "en-US"}, {"es-419", "es-419"}, {"de-1996", "de-1996"}, {"x-klingon", ""}, {"English", ""},
		{"", ""}, {"en-", ""}, {"e", ""}, {"12", ""}, {"en us", ""}, {"en-x-us", "en-x-us"},
	} {
		if got := language(tt.in); got != tt.want {
			t.Errorf("language(%q) = %q, want %q", tt.in, got, tt.want)
		}
	}
	doc := parsed(t, `<rss xmlns:dc="http://purl.org/dc/elements/1.1/"><channel><language>ar-eg</language>
		<item><title>a</title></item><item xml:lang="fr"><title>b</title></item><item><title>c</title><dc:language>ru</dc:language></item></channel></rss>`)
	var got []string
	for _, e := range doc.Entries {
		got = append(got, e.Language)
	}
	if diff := cmp.Diff([]string{"ar-EG", "fr", "ru"}, got); diff != "" {
		t.Error(diff)
	}
}

func TestContentIsBounded(t *testing.T) {
	t.Parallel()
	for name, text := range map[string]string{
		"markup":     strings.Repeat("<p><b>words and more words</b></p>", 100_000),
		"references": strings.Repeat("& ", 1_000_000),
		"one word":   strings.Repeat("x", 3_000_000),
	} {
		body := `<rss version="2.0"><channel><item><title>T</title><description><![CDATA[` + text + `]]></description></item></channel></rss>`
		doc, err := New(Options{}).Parse([]byte(body), "", "https://norvia.example/feed")
		if err != nil || len(doc.Entries) != 1 {
			t.Fatalf("%s: %d entries, %v", name, len(doc.Entries), err)
		}
		// The longest escape takes five bytes for one.
		if n := len(doc.Entries[0].Content); n > 5*aggregator.MaxContentBytes {
			t.Errorf("%s: %d bytes of content", name, n)
		}
	}
}
