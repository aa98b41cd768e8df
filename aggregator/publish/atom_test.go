package publish

import (
	"bytes"
	"encoding/xml"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// atomRules are those of RFC 4287, by section.
func atomRules() []rule {
	entries := func(doc *node, fault func(*node) string) []string {
		return each(doc, atomSpace, "entry", fault)
	}
	return []rule{
		{"4.1.1 feed links to itself", true, func(doc *node) []string {
			self := doc.links("self")
			return unless(len(self) == 1 && self[0] == "https://desk.example.org/feeds/all.atom", "no rel=self")
		}},
		{"4.1.1 feed and entry have an author", true, func(doc *node) []string {
			has := func(n *node) bool { return n.one(atomSpace, "author").one(atomSpace, "name").text != "" }
			return append(unless(has(doc), "feed without author"), entries(doc, func(n *node) string {
				if !has(n) {
					return "no author"
				}
				return ""
			})...)
		}},
		{"4.2.6 ids are not links", true, func(doc *node) []string {
			return append(unless(isUUID(doc.one(atomSpace, "id").text), "feed id"), entries(doc, func(n *node) string {
				if id := n.one(atomSpace, "id").text; !isUUID(id) {
					return "id " + id
				}
				return ""
			})...)
		}},
		{"RFC 6721, 3: tombstones have ref, when and comment, and no entry of theirs", false, func(doc *node) []string {
			const space = "http://purl.org/atompub/tombstones/1.0"
			shown := make(map[string]bool)
			for _, n := range doc.all(atomSpace, "entry") {
				shown[n.one(atomSpace, "id").text] = true
			}
			return each(doc, space, "deleted-entry", func(n *node) string {
				if !isUUID(n.attr("ref")) || !isInstant(n.attr("when")) || n.one(space, "comment").text == "" || shown[n.attr("ref")] {
					return n.attr("ref")
				}
				return ""
			})
		}},
		{"4.1.1 ids differ", false, func(doc *node) []string {
			ids := []string{doc.one(atomSpace, "id").text}
			for _, n := range doc.all(atomSpace, "entry") {
				ids = append(ids, n.one(atomSpace, "id").text)
			}
			return repeated(ids)
		}},
		{"4.2.15 updated is a date", true, func(doc *node) []string {
			return append(unless(isInstant(doc.one(atomSpace, "updated").text), "feed"), entries(doc, func(n *node) string {
				if s := n.one(atomSpace, "updated").text; !isInstant(s) {
					return "updated " + s
				}
				return ""
			})...)
		}},
		{"no two entries share updated", false, func(doc *node) []string {
			var times []string
			for _, n := range doc.all(atomSpace, "entry") {
				times = append(times, n.one(atomSpace, "updated").text)
			}
			return repeated(times)
		}},
		{"4.2.9 published is there and not after updated", true, func(doc *node) []string {
			return entries(doc, func(n *node) string {
				published, updated := n.one(atomSpace, "published").text, n.one(atomSpace, "updated").text
				// In one zone the text sorts as the time does, up to the second.
				if !isInstant(published) || published[:19] > updated[:19] {
					return "published " + published + ", updated " + updated
				}
				return ""
			})
		}},
		{"4.2.11 source has id, title and updated", true, func(doc *node) []string {
			return entries(doc, func(n *node) string {
				source := n.one(atomSpace, "source")
				if source.one(atomSpace, "id").text == "" || source.one(atomSpace, "title").text == "" ||
					!isInstant(source.one(atomSpace, "updated").text) {
					return "source is not whole"
				}
				return ""
			})
		}},
		{"4.1.2 one alternate link", true, func(doc *node) []string {
			return entries(doc, func(n *node) string {
				if links := n.links("alternate"); len(links) != 1 || !isWebAddress(links[0]) {
					return "alternate link"
				}
				return ""
			})
		}},
		{"4.2.7 links are absolute", true, func(doc *node) []string {
			return entries(doc, func(n *node) string {
				source := n.one(atomSpace, "source")
				for _, l := range append(n.all(atomSpace, "link"), source.all(atomSpace, "link")...) {
					if !isWebAddress(l.attr("href")) {
						return "link " + l.attr("href")
					}
				}
				for _, author := range n.all(atomSpace, "author") {
					for _, uri := range author.all(atomSpace, "uri") {
						if !isWebAddress(uri.text) {
							return "author's uri " + uri.text
						}
					}
				}
				return ""
			})
		}},
		{"4.1.2 title and content are not empty", true, func(doc *node) []string {
			return entries(doc, func(n *node) string {
				if n.one(atomSpace, "title").text == "" || n.one(atomSpace, "content").text == "" {
					return "no title or content"
				}
				return ""
			})
		}},
		{"4.2.2 categories have a term", false, func(doc *node) []string {
			return entries(doc, func(n *node) string {
				for _, c := range n.all(atomSpace, "category") {
					if c.attr("term") == "" {
						return "category without term"
					}
				}
				return ""
			})
		}},
	}
}

func TestAtomRules(t *testing.T) {
	t.Parallel()
	var body bytes.Buffer
	gorillas := gorillasFeed()
	gorillas.Items[0].Created = gorillas.Created // no date: empty updated, random id
	if err := gorillas.WriteAtom(&body); err != nil {
		t.Fatal(err)
	}
	holds(t, Atom, atomRules(), body.Bytes())
}

func atomEntryOf(t *testing.T, stories []aggregator.StoryView) *node {
	t.Helper()
	doc, err := parseXML(render(t, Atom, stories).Body)
	if err != nil {
		t.Fatal(err)
	}
	return doc.one(atomSpace, "entry")
}

func TestAtomNamesEveryCarrier(t *testing.T) {
	t.Parallel()
	entry := atomEntryOf(t, world())
	want := []string{"https://ridge.example/ferry", "https://manara.example/ar/110"}
	if diff := cmp.Diff(want, entry.links("related")); diff != "" {
		t.Errorf("related links: one for each other source, its first entry:\n%s", diff)
	}
	source := entry.one(atomSpace, "source")
	if got := source.one(atomSpace, "title").text; got != "Harbour Wire" {
		t.Errorf("source is %q", got)
	}
	if diff := cmp.Diff([]string{"https://harbour.example/feed.xml"}, source.links("self")); diff != "" {
		t.Errorf("source's self link:\n%s", diff)
	}
}

func TestAtomLeadNeedNotBeFirst(t *testing.T) {
	t.Parallel()
	stories := world()
	stories[0].Lead = stories[0].Entries[2].Seq
	entry := atomEntryOf(t, stories)
	if got := entry.attrs[xml.Name{Space: xmlSpace, Local: "lang"}]; got != "ar" {
		t.Errorf("xml:lang is %q, not the lead's", got)
	}
	want := []string{"https://harbour.example/2026/ferry?id=7&lang=en", "https://ridge.example/ferry"}
	if diff := cmp.Diff(want, entry.links("related")); diff != "" {
		t.Error(diff)
	}
}

func TestAtomFeedIDIsTheSlugs(t *testing.T) {
	t.Parallel()
	id := func(base, slug string) string {
		site, feed := testSite(), testFeed()
		site.BaseURL, feed.Slug = base, slug
		e, err := Render(site, feed, Atom, nil)
		if err != nil {
			t.Fatal(err)
		}
		doc, err := parseXML(e.Body)
		if err != nil {
			t.Fatal(err)
		}
		return doc.one(atomSpace, "id").text
	}
	if id("https://a.example", "all") != id("https://b.example/desk", "all") {
		t.Error("the feed's id changes with base_url")
	}
	if id("https://a.example", "all") == id("https://a.example", "energy") {
		t.Error("two feeds have the same id")
	}
}

func TestAtomUpdatedDoesNotDependOnNeighbours(t *testing.T) {
	t.Parallel()
	stories := sets()["crowd"]
	alone := atomEntryOf(t, stories[100:101]).one(atomSpace, "updated").text
	among := atomEntryOf(t, stories[100:]).one(atomSpace, "updated").text
	if alone != among || alone != "2026-03-14T12:00:00.000101Z" {
		t.Errorf("alone %s, among others %s", alone, among)
	}
}

func TestContactPerson(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		contact string
		want    atomPerson
	}{
		{"", atomPerson{Name: "Wiredesk"}},
		{"desk@example.org", atomPerson{Name: "Wiredesk", Email: "desk@example.org"}},
		{"https://example.org/contact", atomPerson{Name: "Wiredesk", URI: "https://example.org/contact"}},
		{"call us", atomPerson{Name: "Wiredesk"}},
		{"Desk <desk@example.org>", atomPerson{Name: "Wiredesk"}},
	} {
		if diff := cmp.Diff(tt.want, contactPerson("Wiredesk", tt.contact)); diff != "" {
			t.Errorf("%q:\n%s", tt.contact, diff)
		}
	}
}
