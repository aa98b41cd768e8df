package publish

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

const historyTestSpace = "http://purl.org/syndication/history/1.0"

// RFC 5005: what a document says of those around it, in each format.
func TestDocumentsLinkToEachOther(t *testing.T) {
	t.Parallel()
	const base = "https://desk.example.org/feeds/all"
	for _, tt := range []struct {
		name    string
		feed    aggregator.Feed // its parameters
		doc     Document
		want    map[string]string // by relation, without base
		archive bool
		older   string // where next_url of JSON Feed leads
	}{
		{"the newest", aggregator.Feed{}, Document{}, map[string]string{"self": ".atom"}, false, ""},
		{
			"the newest of many", aggregator.Feed{}, Document{Older: "before=a", PrevArchive: "2026-03-13"},
			map[string]string{"self": ".atom", "next": ".atom?before=a", "prev-archive": "/archive/2026-03-13.atom"},
			false, ".json?before=a",
		},
		{
			"a page", aggregator.Feed{Narrowed: "lang=en", Page: "before=a&limit=2"}, Document{Older: "before=b&limit=2", Newer: "after=c&limit=2"},
			map[string]string{
				"self": ".atom?lang=en&before=a&limit=2", "first": ".atom?lang=en",
				"previous": ".atom?lang=en&after=c&limit=2", "next": ".atom?lang=en&before=b&limit=2",
			}, false, ".json?lang=en&before=b&limit=2",
		},
		{
			"the last page", aggregator.Feed{Page: "before=a"}, Document{},
			map[string]string{"self": ".atom?before=a", "first": ".atom"}, false, "",
		},
		{
			"an archive", aggregator.Feed{}, Document{Archive: "2026-03-13.2", PrevArchive: "2026-03-13", NextArchive: "2026-03-14"},
			map[string]string{
				"self": "/archive/2026-03-13.2.atom", "current": ".atom",
				"prev-archive": "/archive/2026-03-13.atom", "next-archive": "/archive/2026-03-14.atom",
			}, true, "/archive/2026-03-13.json",
		},
		{
			"the first archive", aggregator.Feed{}, Document{Archive: "2026-03-13"},
			map[string]string{"self": "/archive/2026-03-13.atom", "current": ".atom"}, true, "",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			feed := testFeed()
			feed.Narrowed, feed.Page = tt.feed.Narrowed, tt.feed.Page
			for _, format := range []Format{Atom, RSS} {
				e, err := Assemble(testSite(), feed, tt.doc, format, at("09:00:00"), nil)
				if err != nil {
					t.Fatal(err)
				}
				root, err := parseXML(e.Body)
				if err != nil {
					t.Fatal(err)
				}
				if format == RSS {
					root = root.one("", "channel")
				}
				got := make(map[string]string)
				for _, link := range root.all(atomSpace, "link") {
					if rel := link.attr("rel"); rel != "alternate" {
						got[rel] = strings.ReplaceAll(strings.TrimPrefix(link.attr("href"), base), ".rss", ".atom")
					}
				}
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("%s (-want +got):\n%s", format, diff)
				}
				if got := len(root.all(historyTestSpace, "archive")) == 1; got != tt.archive {
					t.Errorf("%s: fh:archive is there: %v", format, got)
				}
			}
			e, err := Assemble(testSite(), feed, tt.doc, JSON, at("09:00:00"), nil)
			if err != nil {
				t.Fatal(err)
			}
			said := parseJSON(t, e.Body)
			if got := strings.TrimPrefix(text(said, "next_url"), base); got != tt.older {
				t.Errorf("next_url %q, want %q", got, tt.older)
			}
			place, _ := said["_wiredesk"].(map[string]any)
			for name, rel := range map[string]string{
				"first": "first", "previous": "previous", "current": "current", "prev_archive": "prev-archive", "next_archive": "next-archive",
			} {
				got := strings.ReplaceAll(strings.TrimPrefix(text(place, name), base), ".json", ".atom")
				if got != tt.want[rel] {
					t.Errorf("%s %q, want %q", name, got, tt.want[rel])
				}
			}
		})
	}
}
