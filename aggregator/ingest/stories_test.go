package ingest_test

import (
	"context"
	"fmt"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/storage"
)

// told is one entry, or a new text of one that was told under the GUID before.
type told struct{ source, guid, title string }

// TestLabelsChangeTheStory tells entries one after the other and looks at the
// story of the first: its members, the lead first, withdrawn ones in brackets,
// and whether the last entry changed what readers are shown.
func TestLabelsChangeTheStory(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		told      []told
		want      string
		updated   bool
		withdrawn bool
	}{
		"a further carrier": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"kelmar", "1", "ferry: Stuck"}},
			"ferry: Aground | ferry: Stuck", false, false,
		},
		"withdrawn lead": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"kelmar", "1", "ferry: Stuck"}, {"norvia", "2", "KILL ferry: Aground"}},
			"ferry: Stuck | (ferry: Aground) | (KILL ferry: Aground)", true, false,
		},
		"withdrawn member": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"kelmar", "1", "ferry: Stuck"}, {"kelmar", "2", "KILL ferry: Stuck"}},
			"ferry: Aground | (ferry: Stuck) | (KILL ferry: Stuck)", false, false,
		},
		"all withdrawn": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"norvia", "2", "KILL ferry: Aground"}},
			"(ferry: Aground) | (KILL ferry: Aground)", true, true,
		},
		"withdrawn and told again": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"norvia", "2", "KILL ferry: Aground"}, {"kelmar", "1", "ferry: Stuck"}},
			"ferry: Stuck | (ferry: Aground) | (KILL ferry: Aground)", true, false,
		},
		"a revision withdraws": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"kelmar", "1", "ferry: Stuck"}, {"norvia", "1", "KILL ferry: Aground"}},
			"ferry: Stuck | (KILL ferry: Aground)", true, false,
		},
		"a revision withdraws the only one": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"norvia", "1", "KILL ferry: Aground"}},
			"(KILL ferry: Aground)", true, true,
		},
		"a revision brings it back": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"norvia", "1", "KILL ferry: Aground"}, {"norvia", "1", "ferry: Aground"}},
			"ferry: Aground", true, false,
		},
		"a notice of its own hides nothing": {
			[]told{{"norvia", "1", "KILL ferry: Aground"}},
			"KILL ferry: Aground", true, false,
		},
		"correction of the lead's source": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"kelmar", "1", "ferry: Stuck"}, {"norvia", "2", "CORRECTED ferry: Afloat"}},
			"CORRECTED ferry: Afloat | ferry: Aground | ferry: Stuck", true, false,
		},
		"correction of another source": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"kelmar", "1", "ferry: Stuck"}, {"kelmar", "2", "CORRECTED ferry: Afloat"}},
			"ferry: Aground | ferry: Stuck | CORRECTED ferry: Afloat", false, false,
		},
		"corrected text of the lead": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"norvia", "1", "CORRECTED ferry: Afloat"}},
			"CORRECTED ferry: Afloat", true, false,
		},
		"corrected text of the lead's source": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"norvia", "2", "ferry: Stuck"}, {"norvia", "2", "CORRECTED ferry: Afloat"}},
			"CORRECTED ferry: Afloat | ferry: Aground", true, false,
		},
		"other text of a member": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"kelmar", "2", "ferry: Stuck"}, {"kelmar", "2", "ferry: Afloat"}},
			"ferry: Aground | ferry: Afloat", false, false,
		},
		"numbered update": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"norvia", "2", "UPDATE 1 ferry: Aground"}},
			"UPDATE 1 ferry: Aground | ferry: Aground", true, false,
		},
		"late update": {
			[]told{{"norvia", "1", "UPDATE 2 ferry: Aground"}, {"norvia", "2", "UPDATE 1 ferry: Aground"}},
			"UPDATE 2 ferry: Aground | UPDATE 1 ferry: Aground", false, false,
		},
		"update of a copy's source": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"kelmar", "1", "UPDATE 3 ferry: Stuck"}},
			"ferry: Aground | UPDATE 3 ferry: Stuck", false, false,
		},
		"preferred source": {
			[]told{{"norvia", "1", "ferry: Aground"}, {"herald", "1", "ferry: Stuck"}},
			"ferry: Stuck | ferry: Aground", false, false,
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTopicsBench(t)
			b.tell("norvia", "0", "backlog: so that what follows is news")
			for _, e := range test.told {
				// A text that was told before is no decision.
				b.submit(b.fetched(e.source, aggregator.Entry{GUID: e.guid, Title: e.title}))
			}
			first := test.told[0]
			view := b.wantStory(aggregator.EntryKey(first.source, aggregator.KeyGUID, first.guid).Story(), test.want)
			if view.Updated.Equal(b.now) != test.updated || view.Withdrawn != test.withdrawn || view.Turns != 0 {
				t.Errorf("updated %v at %v, withdrawn %v, %d turns", view.Updated, b.now, view.Withdrawn, view.Turns)
			}
			for _, e := range view.Entries {
				if (len(e.Labels) > 0) != (strings.ToLower(e.Title[:4]) != e.Title[:4]) {
					t.Errorf("%q has labels %v", e.Title, e.Labels)
				}
			}
		})
	}
}

// The lead changes once where nobody asked for it, to the fuller text, and not
// again.
func TestLeadTurnsOnce(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	told := func(source, guid, title, summary, content string) {
		b.submit(b.fetched(source, aggregator.Entry{GUID: guid, Title: title, Summary: summary, Content: content}))
	}
	id := b.tell("norvia", "1", "ferry: Flash").Story
	told("kelmar", "1", "ferry: Full", strings.Repeat("word ", 40), "<p>"+strings.Repeat("word ", 80)+"</p>")
	view := b.wantStory(id, "ferry: Full | ferry: Flash")
	if view.Turns != 1 || view.Members[1].TextBytes != 400 {
		t.Errorf("%d turns, texts of %d and %d bytes", view.Turns, view.Members[0].TextBytes, view.Members[1].TextBytes)
	}
	told("norvia", "2", "ferry: Fuller", strings.Repeat("word ", 300), "")
	b.wantStory(id, "ferry: Full | ferry: Flash | ferry: Fuller")
	told("norvia", "1", "ferry: Flash grown", strings.Repeat("word ", 500), "")
	b.wantStory(id, "ferry: Full | ferry: Flash grown | ferry: Fuller")
	told("herald", "1", "ferry: Preferred", "", "")
	if view := b.wantStory(id, "ferry: Preferred | ferry: Flash grown | ferry: Full | ferry: Fuller"); view.Turns != 1 {
		t.Errorf("%d turns", view.Turns)
	}
}

// Stories that a clock which was ahead put above all others stand among them
// once it is right, with and without a restart; and only those.
func TestStoriesComeBackWithTheClock(t *testing.T) {
	t.Parallel()
	for _, restart := range []bool{false, true} {
		t.Run(fmt.Sprint("restart ", restart), func(t *testing.T) {
			t.Parallel()
			b := newBench(t)
			b.submit(b.fetched("norvia", item("1", "Rain expected in Skarrow")))
			right := b.now
			b.now = b.now.AddDate(0, 0, 2)
			b.submit(b.fetched("norvia", item("2", "Budget passes after an all-night sitting"), item("1", "Rain expected in Skarrow")))
			b.submit(b.fetched("kelmar", aggregator.Entry{GUID: "k", Title: "Minister of fisheries resigns"}))
			before := b.stories()
			if restart {
				b.reopen()
			}
			b.now = right
			report := b.submit(b.fetched("herald", aggregator.Entry{GUID: "h", Title: "Ferry with forty aboard runs aground"}))
			if !report.Changed {
				t.Error("the feeds are not told")
			}
			var got []string
			for _, v := range b.stories() {
				got = append(got, v.LeadEntry().Title)
				if v.First.After(b.now) || len(got) == 4 && !v.First.Equal(before[2].First) {
					t.Errorf("%s stands at %v", v.LeadEntry().Title, v.First)
				}
				if len(got) == 2 && (v.ID != before[0].ID || !v.Updated.Equal(before[0].Updated)) {
					t.Errorf("the story is another: %+v", v.Story)
				}
			}
			want := []string{"Ferry with forty aboard runs aground", "Minister of fisheries resigns", "Budget passes after an all-night sitting", "Rain expected in Skarrow"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("order (-want +got):\n%s", diff)
			}
		})
	}
}

// The clock may be set right between two results of one batch.
func TestStoriesComeBackWithinABatch(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		db, err := storage.Open(filepath.Join(t.TempDir(), "wiredesk.db"), storage.Options{NoSync: true})
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = db.Close() }()
		in, err := ingest.New(ingest.Options{Store: db}, settings())
		if err != nil {
			t.Fatal(err)
		}
		right := &bench{t: t, now: time.Now()}
		ahead := &bench{t: t, now: time.Now().AddDate(0, 0, 2)}
		var polls sync.WaitGroup
		for _, result := range []aggregator.PollResult{
			right.fetched("norvia"), // what a source shows first is old
			ahead.fetched("norvia", item("1", "Budget passes after an all-night sitting")),
			right.fetched("herald", item("2", "Ferry with forty aboard runs aground")),
		} {
			polls.Go(func() {
				if _, err := in.Submit(result); err != nil {
					t.Error(err)
				}
			})
			synctest.Wait() // in this order, all before the writer runs
		}
		ctx, end := context.WithCancel(t.Context())
		ended := make(chan error, 1)
		go func() { ended <- in.Run(ctx) }()
		polls.Wait()
		views, _, err := db.Newest(aggregator.Position{}, 9)
		if err != nil || len(views) != 2 {
			t.Fatalf("%d stories, %v", len(views), err)
		}
		for _, v := range views {
			if v.First.After(right.now) {
				t.Errorf("%s stands at %v, and it is %v", v.LeadEntry().Title, v.First, right.now)
			}
		}
		end()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}
