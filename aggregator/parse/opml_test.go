package parse

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"wiredesk/aggregator"
)

const feedList = `<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Feeds</title></head><body>
<outline text="Ports"><outline title="North &amp;amp; sea">
 <outline type="rss" text="Harbour" title="Harbour Wire" xmlUrl="https://harbour.example/rss" htmlUrl="https://harbour.example/" language="en-gb"/>
 <outline text="Tide" XMLURL="feed://tide.example/atom">
  <outline text="Within" xmlurl="https://within.example/"/>
 </outline>
</outline><outline text="Empty"/></outline>
<outline text="Порт" xmlUrl="http://port.example/?a=1&b=2"/>
<outline text="Again" xmlUrl="https://harbour.example/rss"/>
<outline text="Not one" xmlUrl="javascript:alert(1)"/>
</body></opml>`

func wantOutlines() []Outline {
	return []Outline{
		{Title: "Harbour Wire", URL: "https://harbour.example/rss", Site: "https://harbour.example/", Folders: []string{"Ports", "North & sea"}, Language: "en-GB"},
		{Title: "Tide", URL: "http://tide.example/atom", Folders: []string{"Ports", "North & sea"}},
		{Title: "Within", URL: "https://within.example/", Folders: []string{"Ports", "North & sea"}},
		{Title: "Порт", URL: "http://port.example/?a=1&b=2", Folders: []string{}},
		{Title: "Again", URL: "https://harbour.example/rss", Folders: []string{}},
		{Title: "Not one", Refused: "javascript:alert(1)", Folders: []string{}},
	}
}

func TestOPML(t *testing.T) {
	t.Parallel()
	utf16, err := unicode.UTF16(unicode.BigEndian, unicode.UseBOM).NewEncoder().String(feedList)
	if err != nil {
		t.Fatal(err)
	}
	for name, body := range map[string]string{
		"as it is": feedList, "UTF-16": utf16, "truncated": feedList[:strings.Index(feedList, `<outline text="Again"`)],
		"version 1":  strings.Replace(feedList, `version="2.0"`, `version="1.0"`, 1),
		"upper case": strings.NewReplacer("<outline", "<OUTLINE", "</outline", "</OUTLINE", "opml", "OPML").Replace(feedList),
		"broken":     strings.Replace(feedList, "</head>", "</hed><br>", 1),
	} {
		got, err := OPML([]byte(body))
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
		want := wantOutlines()
		if name == "truncated" {
			want = want[:4]
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	for body, kind := range map[string]aggregator.ProblemKind{
		"": aggregator.ProblemNotFeed, "<rss/>": aggregator.ProblemNotFeed, "<html>": aggregator.ProblemNotFeed,
		"<opml>" + strings.Repeat("<outline>", 1_000_000): aggregator.ProblemHostile,
	} {
		if _, err := OPML([]byte(body)); kindOf(t, err) != kind {
			t.Errorf("%.20q: error %v, want the kind %s", body, err, kind)
		}
	}
}

func FuzzOPML(f *testing.F) {
	f.Add([]byte(feedList))
	f.Add([]byte(`<opml><body><outline xmlUrl=a.example text='&lt;b'><outline`))
	f.Fuzz(func(t *testing.T, body []byte) {
		outlines, err := OPML(body)
		if err != nil && kindOf(t, err) == aggregator.ProblemInternal {
			t.Fatal(err)
		}
		for _, o := range outlines {
			taken := strings.HasPrefix(o.URL, "http://") || strings.HasPrefix(o.URL, "https://")
			if taken != (o.URL != "") || taken == (o.Refused != "") || strings.Contains(o.Refused, "\n") || strings.Contains(o.Title, "\n") {
				t.Errorf("outline %+v", o)
			}
		}
	})
}
