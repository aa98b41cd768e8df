package ingest_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// An article under the GUID of an earlier one is a new entry, and stays itself;
// one that is told anew under its GUID stays what it was.
func TestReusedGUIDs(t *testing.T) {
	t.Parallel()
	entry := func(link string, hour int, title, summary string) aggregator.Entry {
		return aggregator.Entry{
			GUID: "lead", Link: "https://norvia.example/" + link, Title: title, Summary: summary,
			Published: noon.Add(time.Duration(hour) * time.Hour),
		}
	}
	const aground = "Forty passengers were taken off the Norvia ferry by lifeboats in heavy seas on Monday"
	first := entry("ferry", 0, "Ferry runs aground off Skarrow", aground)
	second := entry("budget", 3, "Parliament passes budget", "Members voted by a narrow majority for higher taxes on property")
	third := entry("quake", 6, "Earthquake shakes Kelmar", "No injuries were reported by rescue services there so far")
	for name, test := range map[string]struct {
		shows   []aggregator.Entry
		want    []string
		entries int64
	}{
		"another article": {[]aggregator.Entry{first, second, second}, []string{"new", "new", ""}, 2},
		"one after another": {
			[]aggregator.Entry{first, second, third, third, entry("quake", 7, "Earthquake kills two", "Rescue services found them")},
			[]string{"new", "new", "new", "", "update"}, 3,
		},
		"the second told anew in the first one's words": {
			[]aggregator.Entry{first, second, entry("budget", 4, "Parliament passes budget as ferry runs aground", aground)},
			[]string{"new", "new", "update"}, 2,
		},
		"the first is back":              {[]aggregator.Entry{first, second, first}, []string{"new", "new", ""}, 2},
		"retitled at its address":        {[]aggregator.Entry{first, entry("ferry", 3, "Dozens rescued", "All are safe")}, []string{"new", "update"}, 1},
		"another parameter":              {[]aggregator.Entry{first, entry("ferry?v=2", 3, "Dozens rescued", "All are safe")}, []string{"new", "update"}, 1},
		"moved, with most of its text":   {[]aggregator.Entry{first, entry("rescue", 3, "Dozens rescued", aground+", all safe")}, []string{"new", "update"}, 1},
		"moved, with most of its title":  {[]aggregator.Entry{first, entry("rescue", 3, "Ferry aground, dozens rescued", "All safe")}, []string{"new", "update"}, 1},
		"moved, at the date it had":      {[]aggregator.Entry{first, entry("budget", 0, second.Title, second.Summary)}, []string{"new", "update"}, 1},
		"too short to tell":              {[]aggregator.Entry{entry("a", 0, "A", ""), entry("b", 1, "B", "")}, []string{"new", "update"}, 1},
		"in a script without spaces":     {[]aggregator.Entry{entry("a", 0, "フェリーが座礁", ""), entry("b", 1, "予算案が可決", "")}, []string{"new", "new"}, 2},
		"moved, a script without spaces": {[]aggregator.Entry{entry("a", 0, "フェリーが座礁", ""), entry("b", 1, "沖でフェリー座礁", "")}, []string{"new", "update"}, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			var got []string
			for _, e := range test.shows {
				got = append(got, kinds(b.submit(b.fetched("norvia", e))))
			}
			if !slices.Equal(got, test.want) {
				t.Errorf("decided %q, want %q", got, test.want)
			}
			b.wantEntries(test.entries)
		})
	}
}

// A source that has reused a GUID is not believed that it is the same article
// where neither link nor text says so.
func TestReusedGUIDIsLessTrusted(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	show := func(guid, link, title string) string {
		e := aggregator.Entry{GUID: guid, Link: "https://norvia.example/" + link, Title: title, Published: b.now}
		return kinds(b.submit(b.fetched("norvia", e)))
	}
	got := []string{
		show("1", "monday", "Weather outlook: morning rain expected"), show("1", "tuesday", "Weather outlook: morning snow expected"),
		show("2", "ferry", "Ferry runs aground"), show("2", "budget", "Parliament passes budget"),
		show("1", "thursday", "Weather outlook: morning fog expected"),
	}
	if want := []string{"new", "update", "new", "new", "related"}; !slices.Equal(got, want) {
		t.Errorf("decided %q, want %q", got, want)
	}
	if trust := b.in.State("norvia").GUIDs; trust != aggregator.GUIDReused {
		t.Errorf("trust %d", trust)
	}
}

// visit is a document with the number of a visit in all its GUIDs and links.
func visit(n int, titles ...string) []aggregator.Entry {
	entries := make([]aggregator.Entry, len(titles))
	for i, title := range titles {
		entries[i] = aggregator.Entry{
			GUID: fmt.Sprint(n, "-", i), Link: fmt.Sprintf("https://norvia.example/s%d/%d", n, i), Title: title, Published: noon,
		}
	}
	return entries
}

// Where GUIDs and links are new at each poll, entries are known by their texts.
func TestGUIDsAndLinksThatChangeAtEveryFetch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	show := func(n int, titles ...string) string {
		return kinds(b.submit(b.fetched("norvia", visit(n, titles...)...)))
	}
	got := []string{
		show(1, "Rain", "Ferry", "Budget"), show(2, "Rain", "Ferry", "Budget"), show(3, "Snow", "Rain", "Ferry", "Budget"),
		show(4, "Fog", "Snow", "Rain", "Ferry"),
	}
	b.reopen()
	got = append(got, show(5, "Fog", "Snow", "Rain", "Ferry"))
	written := b.db.SizeBytes()
	for n := range 20 {
		got = append(got, show(6+n, "Fog", "Snow", "Rain", "Ferry"))
	}
	want := append([]string{"new new new", "", "new", "new", ""}, make([]string, 20)...)
	if !slices.Equal(got, want) {
		t.Errorf("decided %q, want %q", got, want)
	}
	if grown := b.db.SizeBytes() - written; grown > 64<<10 {
		t.Errorf("the database grew by %d bytes", grown)
	}
	if trust := b.in.State("norvia").GUIDs; trust != aggregator.GUIDNameless {
		t.Errorf("trust %d", trust)
	}
	b.wantEntries(5)
	retitled := visit(30, "Fog", "Snow", "Rain", "Ferry")
	retitled[0].Summary = "It will clear by noon"
	if got := kinds(b.submit(b.fetched("norvia", retitled...))); got != "update" {
		t.Errorf("a changed text under its headline and date: %q", got)
	}
}

// A site that is made anew shows its entries under other names once.
func TestSiteMadeAnew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	show := func(n int, titles ...string) string {
		return kinds(b.submit(b.fetched("norvia", visit(n, titles...)...)))
	}
	got := []string{show(1, "Rain", "Ferry"), show(2, "Rain", "Ferry"), show(2, "Rain", "Ferry aground"), show(3, "Rain", "Ferry aground")}
	if want := []string{"new new", "", "update", ""}; !slices.Equal(got, want) {
		t.Errorf("decided %q, want %q", got, want)
	}
	if trust := b.in.State("norvia").GUIDs; trust != aggregator.GUIDReplaced {
		t.Errorf("trust %d", trust)
	}
}

// A document of new entries under headlines that come again is one.
func TestHeadlinesThatComeAgainAreNew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	show := func(n int, titles ...string) string {
		return kinds(b.submit(b.fetched("norvia", visit(n, titles...)...)))
	}
	got := []string{show(1, "Tides", "Rain", "Ferry"), show(2, "Tides", "Budget", "Quake"), show(3, "Tides")}
	if want := []string{"new new new", "new new new", "new"}; !slices.Equal(got, want) {
		t.Errorf("decided %q, want %q", got, want)
	}
}
