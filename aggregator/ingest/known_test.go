package ingest_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
)

func TestNewKnownAndRevised(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if got := kinds(b.submit(b.fetched("norvia", item("2", "Budget passes"), item("1", "Ferry aground")))); got != "new new" {
		t.Fatalf("first document: %s", got)
	}
	report := b.submit(b.fetched("norvia", item("3", "Rain"), item("2", "Budget passes after all"), item("1", "Ferry aground")))
	if got := kinds(report); got != "update new" || report.Known != 1 {
		t.Fatalf("second document: %s, %d known", got, report.Known)
	}
	b.wantEntries(3)
	e, err := b.db.Entry(aggregator.EntryKey("norvia", aggregator.KeyGUID, "2"))
	if err != nil {
		t.Fatal(err)
	}
	if e.Title != "Budget passes after all" || e.Revision != 1 || !e.Revised.Equal(b.now) || e.Seen.Equal(b.now) {
		t.Errorf("revised entry: %+v", e)
	}
	revisions, err := b.db.Revisions(e.Seq)
	if err != nil || len(revisions) != 1 || revisions[0].Title != "Budget passes" || !revisions[0].At.Equal(e.Seen) {
		t.Errorf("revisions %+v, %v", revisions, err)
	}
	story, err := b.db.Story(e.Story)
	if err != nil || !story.Updated.Equal(b.now) || story.First.Equal(b.now) {
		t.Errorf("story %+v, %v", story.Story, err)
	}
}

func TestTextThatReturnsIsNoNews(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var got []string
	for _, title := range []string{"A", "B", "A", "B", "C", "A"} {
		got = append(got, kinds(b.submit(b.fetched("norvia", item("1", title)))))
	}
	if diff := cmp.Diff([]string{"new", "update", "", "", "update", ""}, got); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
	b.wantEntries(1)
	revisions, err := b.db.Revisions(1)
	if err != nil || len(revisions) != 3 {
		t.Errorf("%d revisions are kept, want each text once: %v", len(revisions), err)
	}
}

func TestMetadataAloneIsNoRevision(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia", item("1", "A")))
	tagged := item("1", "A")
	tagged.Categories = []string{"world"}
	if got := kinds(b.submit(b.fetched("norvia", tagged))); got != "" {
		t.Errorf("decided %s", got)
	}
	e, err := b.db.Entry(aggregator.EntryKey("norvia", aggregator.KeyGUID, "1"))
	if err != nil || len(e.Categories) != 1 || e.Revision != 0 {
		t.Errorf("entry %+v, %v", e, err)
	}
}

func TestGUIDsThatChangeAtEveryFetch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	fetch := func(round int, titles ...string) ingest.Report {
		var entries []aggregator.Entry
		for i, title := range titles {
			entries = append(entries, aggregator.Entry{GUID: fmt.Sprint("r", round, "-", i), Link: fmt.Sprint("https://norvia.example/", i), Title: title})
		}
		return b.submit(b.fetched("norvia", entries...))
	}
	fetch(1, "A", "B", "C")
	for round := 2; round < 6; round++ {
		if got := kinds(fetch(round, "A", "B", "C")); got != "" {
			t.Errorf("round %d: %s", round, got)
		}
	}
	if got := kinds(fetch(6, "A", "B", "C, retitled")); got != "update" {
		t.Errorf("retitled under yet another GUID: %s", got)
	}
	if trust := b.in.State("norvia").GUIDs; trust != aggregator.GUIDVolatile {
		t.Errorf("trust %d", trust)
	}
	b.wantEntries(3)
}

func TestNewGUIDsAfterAMove(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia",
		aggregator.Entry{GUID: "http://norvia.example/1", Link: "http://norvia.example/1", Title: "A"},
		aggregator.Entry{GUID: "http://norvia.example/2", Link: "http://norvia.example/2", Title: "B"}))
	b.submit(b.fetched("norvia",
		aggregator.Entry{GUID: "https://norvia.example/3", Link: "https://norvia.example/3", Title: "C"},
		aggregator.Entry{GUID: "https://norvia.example/2", Link: "https://norvia.example/2", Title: "B"}))
	b.wantEntries(3)
}

func TestBulletinsBehindOneAddressAreNew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for hour := range 3 {
		e := aggregator.Entry{GUID: fmt.Sprint(hour), Link: "https://norvia.example/bulletin.mp3", Title: fmt.Sprint("News at ", hour), Published: noon.Add(time.Duration(hour) * time.Hour)}
		b.submit(b.fetched("norvia", e))
	}
	b.wantEntries(3)
}

// Each of these sources tells its entries apart badly, and each in its own way
// stays the same entry for ever. Every step lists what a document shows; the
// decisions follow it.
func TestEntriesKeepTheirIdentity(t *testing.T) {
	t.Parallel()
	entry := func(guid, link, title string) aggregator.Entry {
		return aggregator.Entry{GUID: guid, Link: link, Title: title}
	}
	const page = "https://norvia.example/live"
	type step struct {
		shows []aggregator.Entry
		want  string
	}
	show := func(want string, entries ...aggregator.Entry) step { return step{entries, want} }
	tests := map[string][]step{
		"GUIDs that change at every fetch, no links": {
			show("new new", entry("1", "", "Rain expected"), entry("2", "", "Ferry aground")),
			show("", entry("3", "", "Rain expected"), entry("4", "", "Ferry aground")),
			show("new", entry("5", "", "Budget passes"), entry("6", "", "Rain expected"), entry("7", "", "Ferry aground")),
			show("", entry("8", "", "Budget passes"), entry("9", "", "Rain expected"), entry("10", "", "Ferry aground")),
		},
		"one GUID on some entries later on": {
			show("new new", entry("1", "", "Rain expected"), entry("2", "", "Ferry aground")),
			show("new new", entry("x", "", "Budget passes"), entry("x", "", "Minister resigns"), entry("1", "", "Rain expected"), entry("2", "", "Ferry aground")),
			show("", entry("1", "", "Rain expected"), entry("2", "", "Ferry aground")),
		},
		"GUIDs at first, links later": {
			show("new new", entry("1", "", "Rain expected"), entry("2", "", "Ferry aground")),
			show("", entry("", "https://norvia.example/1", "Rain expected"), entry("", "https://norvia.example/2", "Ferry aground")),
			show("update", entry("", "https://norvia.example/1", "Rain after all"), entry("", "https://norvia.example/2", "Ferry aground")),
		},
		"one page for one entry after another": {
			show("new", entry("", page, "Goal for Skarrow")),
			show("new", entry("", page, "Half-time"), entry("", page, "Goal for Skarrow")),
			show("", entry("", page, "Half-time")),
			show("new", entry("", page, "Full time"), entry("", page, "Half-time")),
			show("", entry("", page, "Full time")),
		},
		"one headline for one day after another": {
			show("new", entry("", "https://norvia.example/monday", "Weather")),
			show("new", aggregator.Entry{Link: "https://norvia.example/tuesday", Title: "Weather", Summary: "Rain"}),
		},
	}
	for name, steps := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			for i, step := range steps {
				if got := kinds(b.submit(b.fetched("norvia", step.shows...))); got != step.want {
					t.Errorf("document %d: decided %q, want %q", i, got, step.want)
				}
			}
		})
	}
}
