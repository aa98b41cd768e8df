package ingest_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestMerge(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	older := b.tell("norvia", "1", "ferry: Aground").Story
	first := b.now
	b.tell("norvia", "2", "rain: Falls")
	younger := b.tell("kelmar", "1", "storm: Rising").Story
	b.tell("kelmar", "0", "ferry: Afloat")
	b.tell("herald", "1", "storm: Strong")
	before, _ := b.story(older)
	// The bridge names the younger first, and is no more than a further carrier.
	d := b.tell("norvia", "3", "storm ferry: Both")
	if d.Story != older || d.Merged != younger || d.Kind != aggregator.Report {
		t.Errorf("decided %+v", d)
	}
	// The herald has the higher priority.
	view := b.wantStory(younger, "storm: Strong | ferry: Aground | storm: Rising | ferry: Afloat | storm ferry: Both")
	if view.ID != older || !view.First.Equal(first) || !view.Updated.Equal(before.Updated) || !view.Changed.Equal(b.now) || view.Turns != 0 {
		t.Errorf("story %+v", view.Story)
	}
	var got []aggregator.DecisionKind
	for _, m := range view.Members {
		got = append(got, m.Kind)
	}
	if diff := cmp.Diff([]aggregator.DecisionKind{aggregator.New, aggregator.Report, aggregator.Report, aggregator.Report, aggregator.Report}, got); diff != "" {
		t.Errorf("kinds (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]aggregator.StoryID{younger}, view.Merged); diff != "" {
		t.Errorf("merged (-want +got):\n%s", diff)
	}
	if _, stories := b.db.Counts(); stories != 2 {
		t.Errorf("%d stories", stories)
	}
	decisions, err := b.db.Decisions(view.Members[4].Seq)
	if err != nil || len(decisions) != 1 || decisions[0].Merged != younger {
		t.Errorf("kept %+v, %v", decisions, err)
	}
	// The judge knows where the entries went, before and after a restart.
	if d := b.tell("kelmar", "2", "storm: Over"); d.Story != older {
		t.Errorf("joined %v", d.Story)
	}
	b.reopen()
	if d := b.tell("kelmar", "3", "storm: Seen from above"); d.Story != older {
		t.Errorf("joined %v after a restart", d.Story)
	}
}

// Stories of one document that turn out to be one, step by step, and with one
// that was there: all ids lead to the oldest.
func TestMergeWithinABatch(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	oldest := b.tell("kelmar", "1", "wind: Blows").Story
	var entries []aggregator.Entry
	for i, title := range []string{"ferry: A", "storm: B", "coast: C", "storm coast: D", "ferry storm: E", "coast wind: F"} {
		// A document shows the newest first.
		entries = slices.Insert(entries, 0, aggregator.Entry{GUID: fmt.Sprint(i), Title: title})
	}
	b.submit(b.fetched("norvia", entries...))
	view := b.wantStory(oldest, "wind: Blows | ferry: A | storm: B | coast: C | storm coast: D | ferry storm: E | coast wind: F")
	for i := range 3 {
		id := aggregator.EntryKey("norvia", aggregator.KeyGUID, fmt.Sprint(i)).Story()
		if got, _ := b.story(id); got.ID != oldest || !slices.Contains(view.Merged, id) {
			t.Errorf("story %d is %v", i, got.ID)
		}
	}
	if _, stories := b.db.Counts(); stories != 1 || len(view.Merged) != 3 {
		t.Errorf("%d stories, merged %v", stories, view.Merged)
	}
}

func TestRevisionThatTellsAnothersStory(t *testing.T) {
	t.Parallel()
	tests := map[string]struct{ titles [3]string }{
		"into an older story":      {[3]string{"ferry: Aground", "alert: Developing", "ferry: Developed"}},
		"and the older is its own": {[3]string{"alert: Developing", "ferry: Aground", "ferry: Developed"}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTopicsBench(t)
			older := b.tell("norvia", "1", test.titles[0]).Story
			younger := b.tell("norvia", "2", test.titles[1]).Story
			guid := "2"
			if name == "and the older is its own" {
				guid = "1"
			}
			d := b.tell("norvia", guid, test.titles[2])
			if d.Kind != aggregator.Update || d.Story != older || d.Merged != younger {
				t.Errorf("decided %+v", d)
			}
			view, _ := b.story(younger)
			if view.ID != older || len(view.Members) != 2 {
				t.Errorf("story %+v", view.Story)
			}
			if moved := view.Updated.Equal(b.now); moved != (guid == "1") {
				t.Errorf("updated %v: the lead's own text is news, another carrier is none", view.Updated)
			}
		})
	}
}

func TestRelated(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	a := b.tell("norvia", "1", "ferry: Aground").Story
	d := b.tell("norvia", "2", "~ferry oil: Spilled")
	if d.Kind != aggregator.Related || d.Near != a || d.Story == a {
		t.Errorf("decided %+v", d)
	}
	c := b.tell("norvia", "3", "storm: Rising").Story
	far := b.tell("norvia", "4", "~storm beach: Closed").Story
	related := func(id aggregator.StoryID, want ...aggregator.StoryID) {
		t.Helper()
		view, _ := b.story(id)
		if diff := cmp.Diff(want, view.Related); diff != "" {
			t.Errorf("related (-want +got):\n%s", diff)
		}
	}
	related(a, d.Story)
	related(d.Story, a)
	b.tell("kelmar", "1", "ferry storm: Both")
	related(a, d.Story, far)
	related(far, a)
	// Two that were related turn out to be one.
	b.tell("kelmar", "2", "beach ferry: All")
	related(c, d.Story)
	for i := range 30 {
		b.tell("kelmar", fmt.Sprint("near", i), fmt.Sprintf("~ferry aside%d: Told", i))
	}
	view, _ := b.story(a)
	if len(view.Related) != 16 || view.Related[15] != aggregator.EntryKey("kelmar", aggregator.KeyGUID, "near29").Story() {
		t.Errorf("%d related", len(view.Related))
	}
}
