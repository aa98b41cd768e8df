package publish

import "testing"

func TestOPML(t *testing.T) {
	t.Parallel()
	got, err := OPML("Desk & <friends>\x00", []Outline{
		{
			Title: "Harbour\nWire & \"sons\"", FeedURL: "https://harbour.example/feed.xml?a=1&b=2",
			SiteURL: "https://harbour.example/", Language: "en", Tags: []string{"agency", "sea, coast", "agency"},
		},
		{Title: "وكالة المنارة", FeedURL: "https://manara.example/ar/rss", Type: "atom", Language: "ar"},
		{FeedURL: "https://untitled.example/", SiteURL: "javascript:alert(1)", Language: "<b>"},
		{Title: "no feed", FeedURL: "file:///etc/passwd"},
	})
	if err != nil {
		t.Fatal(err)
	}
	golden(t, "list.opml", got)
}

func TestOPMLOfNothing(t *testing.T) {
	t.Parallel()
	got, err := OPML("", nil)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := parseXML(got)
	if err != nil {
		t.Fatal(err)
	}
	if doc.attr("version") != "2.0" || doc.one("", "head").one("", "title").text == "" || len(doc.all("", "body")) != 1 {
		t.Errorf("version, title or body missing:\n%s", got)
	}
}
