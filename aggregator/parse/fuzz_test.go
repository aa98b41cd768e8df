package parse

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"net/url"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

var testJudge = sync.OnceValue(newJudge)

// checkDocument holds a document against what the package promises of any.
func checkDocument(t *testing.T, doc aggregator.Document) {
	t.Helper()
	judge := testJudge()
	for i := range doc.Entries {
		e := &doc.Entries[i]
		for name, text := range map[string]string{"title": e.Title, "summary": e.Summary, "content": e.Content} {
			if !utf8.ValidString(text) {
				t.Errorf("entry %d: %s is not UTF-8: %q", i, name, text)
			}
			if j := strings.IndexFunc(text, func(r rune) bool {
				return unicode.IsControl(r) && r != '\n' && r != '\t' || unicode.Is(unicode.Bidi_Control, r)
			}); j >= 0 {
				t.Errorf("entry %d: %s holds a control character: %q", i, name, text[j:])
			}
		}
		if strings.ContainsAny(e.Title, "\n\t") || e.Title != strings.TrimSpace(e.Title) {
			t.Errorf("entry %d: title is not folded: %q", i, e.Title)
		}
		if len(e.Title) > aggregator.MaxTitleBytes || len(e.Summary) > aggregator.MaxSummaryBytes {
			t.Errorf("entry %d: %d bytes of title, %d of summary", i, len(e.Title), len(e.Summary))
		}
		if again := judge.policy.Sanitize(e.Content); again != e.Content {
			t.Errorf("entry %d: the policy is not done with the content: %s", i, cmp.Diff(e.Content, again))
		}
		links := []string{e.Link, e.Image}
		for _, f := range e.Enclosures {
			links = append(links, f.URL)
		}
		for _, link := range links {
			if u, err := url.Parse(link); link != "" && (err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https") {
				t.Errorf("entry %d: not an absolute link: %q", i, link)
			}
		}
		if e.Digest == 0 || e.Text == 0 {
			t.Errorf("entry %d: digests %x and %x", i, e.Digest, e.Text)
		}
		for _, at := range []time.Time{e.Published, e.Updated} {
			if !at.IsZero() && (at.Year() < minYear || at.Year() > maxYear || at.Location() != time.UTC) {
				t.Errorf("entry %d: date %v", i, at)
			}
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, tt := range fixtures(f) {
		f.Add(tt.body, tt.contentType)
	}
	for _, seed := range []string{
		"", "<", "{", "[", "<rss>", "<rss/>", "<feed><entry", "<rss><channel><item><title>a<b x=1 y='<' z>c</title></item>",
		`<rdf:RDF xmlns:rdf="r"><item rdf:about="a"><link>b</link></item></rdf:RDF>`,
		`<rss><channel><item><description>&lt;a href='x&#10;y'&gt;&lt;p&gt;&lt;img src=a width=1&gt;</description></item></channel></rss>`,
		"<rss><channel><item></channel></item><item><![CDATA[", "<rss><channel xml:base=b a=c xml:base='d'><item>",
		`{"version":"https://jsonfeed.org/version/1","items":[{"id":1},null,{"authors":[null]},{"title":`,
		"<rss><channel>]]><!-- a--b --><?xml version='1.1'?><!DOCTYPE a [<!ENTITY b 'c'>]><br></channel></rss>",
	} {
		f.Add([]byte(seed), "")
	}
	p := New(Options{MaxEntries: 50, MaxDepth: 40})
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		before := bytes.Clone(body)
		doc, err := p.Parse(body, contentType, "https://wire.example/dir/feed.xml")
		if !bytes.Equal(body, before) {
			t.Fatal("the body was changed")
		}
		if err != nil {
			if kindOf(t, err) == aggregator.ProblemInternal {
				t.Fatal(err)
			}
			return
		}
		checkDocument(t, doc)
		again, err := p.Parse(body, contentType, "https://wire.example/dir/feed.xml")
		if err != nil || !cmp.Equal(doc, again) {
			t.Fatalf("read differently the second time: %v %s", err, cmp.Diff(doc, again))
		}
	})
}

// What the scan lets through is well-formed for the decoder behind it.
func FuzzScan(f *testing.F) {
	for _, tt := range fixtures(f) {
		f.Add(tt.body)
	}
	f.Add([]byte(`<rss a=b/c d='<' e 1 f:g:h=''><channel><a:b:c/><x<y></b></channel></rss>`))
	f.Fuzz(func(t *testing.T, body []byte) {
		text, _ := toUTF8(body, "")
		root := findRoot(text)
		if root.format == unknownFormat {
			return
		}
		d, err := scan(text[root.at:], root.format, 40, 50)
		if err != nil {
			return
		}
		decoder := xml.NewDecoder(bytes.NewReader(d.body))
		decoder.Strict = false
		for {
			_, err := decoder.Token()
			if errors.Is(err, io.EOF) {
				break
			}
			if err != nil && len(d.entries) > 0 {
				t.Fatalf("%v in %q", err, d.body)
			}
			if err != nil {
				return
			}
		}
		for i, e := range d.entries {
			if e.from >= e.to || e.to > len(d.body) || d.body[e.from] != '<' || d.body[e.to-1] != '>' || i > 0 && d.entries[i-1].to > e.from {
				t.Fatalf("entry %d is %v of %d bytes", i, e, len(d.body))
			}
		}
	})
}
