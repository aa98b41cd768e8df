package parse

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mmcdole/gofeed/rss"
)

// Text that is set aside is read as gofeed reads it in its place.
func TestCharacters(t *testing.T) {
	t.Parallel()
	filler := strings.Repeat(" word", minAside)
	for _, raw := range []string{
		"", "a", "  a\n b ", "&lt;p&gt;a &amp;amp; b&lt;/p&gt;", "&quot;&apos;&#39;&#x27;&#X27;&eacute;&nosuch;&", "a & b &amp; c", "?a=1&copy=2;&lt;&lt",
		"<![CDATA[<p>a &amp; b</p>]]>", " x &lt; <![CDATA[ a ]]> y <![CDATA[]]]]><![CDATA[>]]>&gt;", "& &amp; &", "&a b;&amp;", "&CounterClockwiseContourIntegral;", "&" + strings.Repeat("x", 80) + ";&lt;", "&#128;&#0;&#1114112;",
	} {
		raw += filler
		whole := "<rss><channel><item><description>" + raw + "</description></item></channel></rss>"
		f, err := (&rss.Parser{}).Parse(strings.NewReader(whole))
		if err != nil {
			continue // such as &#0;, which never comes so far
		}
		if diff := cmp.Diff(f.Items[0].Description, characters([]byte(raw))); diff != "" {
			t.Errorf("%q (-gofeed +ours):\n%s", raw, diff)
		}
	}
}

func TestSetAside(t *testing.T) {
	t.Parallel()
	text := strings.Repeat("word ", minAside)
	for _, tt := range []struct {
		body   string
		format format
		texts  int
	}{
		{"<rss><channel><item><description>" + text + "</description></item></channel></rss>", rssFormat, 1},
		{"<rss><channel><description>" + text + "</description></channel></rss>", rssFormat, 0},
		{"<rss><channel><item><description>short</description><title>" + text + "</title></item></channel></rss>", rssFormat, 0},
		{"<rss><channel><item><description>" + text + "<b/></description></item></channel></rss>", rssFormat, 0},
		{"<rss><channel><item><description>" + text + "<</description></item></channel></rss>", rssFormat, 0},
		{"<feed><entry><content type='html'>" + text + "</content><summary>" + text + "</summary></entry></feed>", atomFormat, 2},
		{"<feed><entry><content type='xhtml'>" + text + "</content><summary mode='escaped'>" + text + "</summary></entry></feed>", atomFormat, 0},
	} {
		d, err := scan([]byte(tt.body), tt.format, 256, 10)
		if err != nil {
			t.Fatal(err)
		}
		if len(d.texts) != tt.texts || tt.texts > 0 && bytes.Contains(d.body, []byte(text)) {
			t.Errorf("%d texts set aside, want %d: %s", len(d.texts), tt.texts, d.body)
		}
	}
	for _, mark := range []string{asideMark + "0" + asideMark, asideMark + "9" + asideMark, asideMark + "-1" + asideMark, asideMark} {
		parsed(t, rssOf("<item><description>"+mark+"</description><title>a</title></item><item><description>"+text+"</description></item>"))
	}
}
