package ingest_test

import (
	"errors"
	"fmt"
	"slices"
	"testing"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
)

func entryID(source, guid string) aggregator.EntryID {
	return aggregator.EntryKey(source, aggregator.KeyGUID, guid)
}

func (b *bench) pin(x, y aggregator.EntryID, join bool) []aggregator.Decision {
	b.t.Helper()
	decisions, err := b.in.Pin(b.t.Context(), aggregator.Pin{A: x, B: y, Join: join, At: b.now})
	if err != nil {
		b.t.Fatalf("Pin: %v", err)
	}
	return decisions
}

func TestPin(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	b.tell("norvia", "0", "backlog: so that what follows is news")
	ferry := b.tell("norvia", "1", "ferry: Aground").Story
	boat := b.tell("kelmar", "1", "boat: Stuck").Story
	b.tell("kelmar", "2", "boat: Still stuck")
	before, _ := b.story(ferry)

	// By any key of the entries, and whichever is named first.
	decisions := b.pin(entryID("kelmar", "2"), entryID("norvia", "1"), true)
	if len(decisions) != 2 || decisions[0].Evidence.Rule != aggregator.RuleJoined || decisions[0].Story != ferry ||
		decisions[0].Entry != entryID("kelmar", "1") || decisions[1].Evidence.Partner != entryID("norvia", "1") {
		t.Errorf("decided %+v", decisions)
	}
	view := b.wantStory(boat, "ferry: Aground | boat: Stuck | boat: Still stuck")
	if view.ID != ferry || !view.Updated.Equal(before.Updated) || len(view.Merged) != 1 {
		t.Errorf("story %+v", view.Story)
	}
	if kept, err := b.db.Decisions(view.Members[2].Seq); err != nil || len(kept) != 2 || kept[1].Evidence.Rule != aggregator.RuleJoined {
		t.Errorf("kept %+v, %v", kept, err)
	}
	// The judge is told, now and after a restart.
	told := func(want float64) {
		t.Helper()
		b.reopen()
		d := b.tell("herald", fmt.Sprint("pins", want), fmt.Sprintf("rain: Falls on %v pins", want))
		if got := d.Evidence.Features[0].Value; got != want {
			t.Errorf("the judge knows %v pins, want %v", got, want)
		}
	}
	if d := b.tell("herald", "1", "ferry: Told"); d.Evidence.Features[0].Value != 1 {
		t.Errorf("the judge was not told: %+v", d.Evidence)
	}
	told(1)
	if d := b.tell("herald", "2", "boat: Told"); d.Story != ferry {
		t.Errorf("joined %v", d.Story)
	}

	// What began the story that was merged stands on its own again, and its id
	// no longer leads elsewhere.
	decisions = b.pin(entryID("norvia", "1"), entryID("kelmar", "1"), false)
	if len(decisions) != 1 || decisions[0].Story != boat || decisions[0].Kind != aggregator.New {
		t.Errorf("decided %+v", decisions)
	}
	if view := b.wantStory(boat, "boat: Stuck"); !view.First.Equal(view.Members[0].Joined) {
		t.Errorf("it stands at %v", view.First)
	}
	b.wantStory(ferry, "ferry: Told | ferry: Aground | boat: Still stuck | boat: Told")
	told(2)

	if err := b.in.Unpin(t.Context(), entryID("kelmar", "1"), entryID("norvia", "1")); err != nil {
		t.Error(err)
	}
	b.wantStory(boat, "boat: Stuck")
	if pins, err := b.db.Pins(); err != nil || len(pins) != 1 || !pins[0].Join {
		t.Errorf("pins %+v, %v", pins, err)
	}
	// What is said last stands, and what is there because of it goes along.
	b.pin(entryID("norvia", "1"), entryID("kelmar", "2"), false)
	b.wantStory(entryID("kelmar", "2").Story(), "boat: Told | boat: Still stuck")
	b.wantStory(ferry, "ferry: Told | ferry: Aground")
	if pins, err := b.db.Pins(); err != nil || len(pins) != 1 || pins[0].Join {
		t.Errorf("pins %+v, %v", pins, err)
	}
}

func TestPinApart(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	story := b.tell("norvia", "1", "ferry port: One").Story
	for _, title := range []string{"2 ferry: Two", "3 port: Three", "4 port: Four"} {
		b.tell("kelmar", title[:1], title[2:])
	}
	id := func(guid string) aggregator.EntryID {
		if guid == "1" {
			return entryID("norvia", guid)
		}
		return entryID("kelmar", guid)
	}
	// The story keeps its id: the other entry leaves.
	decisions := b.pin(id("2"), id("1"), false)
	if len(decisions) != 1 || decisions[0].Entry != id("2") || decisions[0].Evidence.Partner != id("1") {
		t.Errorf("decided %+v", decisions)
	}
	b.wantStory(story, "ferry port: One | port: Three | port: Four")
	b.wantStory(id("2").Story(), "ferry: Two")
	// What is joined for good leaves together.
	b.pin(id("3"), id("4"), true)
	b.pin(id("1"), id("4"), false)
	b.wantStory(story, "ferry port: One")
	b.wantStory(id("3").Story(), "port: Three | port: Four")
	// Apart already.
	decisions = b.pin(id("2"), id("3"), false)
	if len(decisions) != 1 || decisions[0].Entry != id("3") || decisions[0].Story != id("3").Story() {
		t.Errorf("decided %+v", decisions)
	}
}

// What a wrong join brought leaves whole, whichever of the stories is the older.
func TestPinApartTakesBackAJoin(t *testing.T) {
	t.Parallel()
	ferry, boat := entryID("kelmar", "2"), entryID("kelmar", "4")
	tests := map[string]struct {
		remove, part [2]aggregator.EntryID // remove: zero: nothing is
	}{
		"of the two":           {part: [2]aggregator.EntryID{ferry, boat}},
		"the other way round":  {part: [2]aggregator.EntryID{boat, ferry}},
		"of two others, after": {[2]aggregator.EntryID{ferry, boat}, [2]aggregator.EntryID{entryID("norvia", "3"), entryID("norvia", "1")}},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTopicsBench(t)
			older := b.tell("norvia", "1", "ferry: One").Story
			b.tell("kelmar", "2", "ferry: Two")
			younger := b.tell("norvia", "3", "boat: Three").Story
			b.tell("kelmar", "4", "boat: Four")
			b.pin(ferry, boat, true)
			b.wantStory(older, "ferry: One | ferry: Two | boat: Three | boat: Four")
			if test.remove[0] != (aggregator.EntryID{}) {
				if err := b.in.Unpin(t.Context(), test.remove[0], test.remove[1]); err != nil {
					t.Fatal(err)
				}
			}
			b.pin(test.part[0], test.part[1], false)
			b.wantStory(older, "ferry: One | ferry: Two")
			b.wantStory(younger, "boat: Three | boat: Four")
		})
	}
}

// An entry that began a story of its own takes that story's id along.
func TestPinApartTakesAliasesAlong(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	story := b.tell("norvia", "1", "ferry: One").Story
	b.tell("norvia", "2", "ferry: Two")
	boat := b.tell("norvia", "3", "boat: Three").Story
	b.pin(entryID("norvia", "2"), entryID("norvia", "3"), true)
	b.wantStory(boat, "ferry: One | ferry: Two | boat: Three")
	b.pin(entryID("norvia", "1"), entryID("norvia", "3"), false)
	b.wantStory(story, "ferry: One")
	if view := b.wantStory(boat, "ferry: Two | boat: Three"); view.ID != entryID("norvia", "2").Story() {
		t.Errorf("story %v", view.ID)
	}
}

// Entries that were taken back can be parted, and the lead from such.
func TestPinApartTheWithdrawn(t *testing.T) {
	t.Parallel()
	first, second := entryID("norvia", "1"), entryID("kelmar", "1")
	tests := map[string]struct {
		withdrawn, stays, left string
	}{
		"it leaves":       {"kelmar", "ferry: norvia", "(KILL ferry: kelmar)"},
		"the lead leaves": {"norvia", "(KILL ferry: norvia)", "ferry: kelmar"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			b := newTopicsBench(t)
			b.tell("norvia", "1", "ferry: norvia")
			b.tell("kelmar", "1", "ferry: kelmar")
			b.tell(test.withdrawn, "1", "KILL ferry: "+test.withdrawn)
			b.pin(first, second, false)
			b.wantStory(first.Story(), test.stays)
			b.wantStory(second.Story(), test.left)
		})
	}
}

func TestPinRefused(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	b.submit(b.fetched("norvia", item("0", "Horoscope")))
	for _, guid := range []string{"1", "2", "3", "4"} {
		b.tell("norvia", guid, "topic"+guid+": Told")
	}
	id := func(guid string) aggregator.EntryID { return entryID("norvia", guid) }
	b.pin(id("1"), id("2"), true)
	b.pin(id("2"), id("3"), true)
	b.pin(id("3"), id("4"), false)
	before := b.stories()
	tests := map[string]struct {
		pin  aggregator.Pin
		want error
	}{
		"an entry that is not there":        {aggregator.Pin{A: id("1"), B: id("9")}, aggregator.ErrNotFound},
		"one that was dropped":              {aggregator.Pin{A: id("0"), B: id("1"), Join: true}, ingest.ErrPin},
		"itself":                            {aggregator.Pin{A: id("1"), B: id("1"), Join: true}, ingest.ErrPin},
		"parts what others join":            {aggregator.Pin{A: id("1"), B: id("3")}, ingest.ErrPin},
		"joins a story that is kept apart":  {aggregator.Pin{A: id("4"), B: id("1"), Join: true}, ingest.ErrPin},
		"the other way round just the same": {aggregator.Pin{A: id("1"), B: id("4"), Join: true}, ingest.ErrPin},
	}
	for name, test := range tests {
		if _, err := b.in.Pin(t.Context(), test.pin); !errors.Is(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := b.in.Unpin(t.Context(), id("1"), id("4")); !errors.Is(err, aggregator.ErrNotFound) {
		t.Errorf("what was not pinned: %v", err)
	}
	after := b.stories()
	if len(before) != len(after) || !slices.EqualFunc(before, after, func(a, b aggregator.StoryView) bool { return a.Changed.Equal(b.Changed) }) {
		t.Errorf("a refused pin changed something")
	}
	if pins, err := b.db.Pins(); err != nil || len(pins) != 3 {
		t.Errorf("pins %v, %v", pins, err)
	}
}

// A pin that cannot be stored moves nothing, also in the judge's mind.
func TestPinFails(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	b.close()
	store := &failing{}
	b.open(func(s ingest.Store) ingest.Store { store.Store = s; return store })
	b.tell("norvia", "1", "ferry: Aground")
	boat := b.tell("norvia", "2", "boat: Stuck").Story
	store.down = true
	if _, err := b.in.Pin(t.Context(), aggregator.Pin{A: entryID("norvia", "1"), B: entryID("norvia", "2"), Join: true}); !errors.Is(err, errFull) {
		t.Errorf("Pin = %v", err)
	}
	store.down = false
	if d := b.tell("kelmar", "1", "boat: Still stuck"); d.Story != boat || d.Evidence.Features[0].Value != 0 {
		t.Errorf("decided %+v", d)
	}
	b.stop()
	b.stop = nil
	if _, err := b.in.Pin(t.Context(), aggregator.Pin{}); !errors.Is(err, ingest.ErrStopped) {
		t.Errorf("Pin after the end = %v", err)
	}
	if err := errors.Join(b.db.Check(), b.db.Close()); err != nil {
		t.Error(err)
	}
}

// A correction leads the entry it corrects, however the two came together.
func TestPinnedCorrectionLeads(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	b.tell("norvia", "0", "backlog: so that what follows is news")
	ferry := b.tell("norvia", "1", "ferry: Fourteen missing").Story
	fixed := b.tell("norvia", "2", "CORRECTED boat: Four missing")
	b.pin(entryID("norvia", "1"), entryID("norvia", "2"), true)
	if view, _ := b.story(ferry); view.Lead != fixed.Seq {
		t.Errorf("entry %d leads", view.Lead)
	}
}

// What a withdrawal took back stands again once that turns out to mean another
// story.
func TestPartedWithdrawalTakesNothingBack(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	b.tell("norvia", "0", "backlog: so that what follows is news")
	ferry := b.tell("norvia", "1", "ferry: Aground").Story
	b.tell("norvia", "2", "KILL ferry: Told of another")
	if view, _ := b.story(ferry); !view.Withdrawn {
		t.Fatal("it is not withdrawn")
	}
	b.pin(entryID("norvia", "1"), entryID("norvia", "2"), false)
	if view, _ := b.story(ferry); view.Withdrawn || view.Members[0].Withdrawn || len(view.Standing()) != 1 {
		t.Errorf("it is still withdrawn: %+v", view.Story)
	}
	if view, _ := b.story(entryID("norvia", "2").Story()); !view.Withdrawn {
		t.Errorf("the withdrawal is news: %+v", view.Story)
	}
}
