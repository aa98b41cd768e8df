package storage

import (
	"errors"
	"strconv"
	"testing"
	"time"

	"wiredesk/aggregator"
)

func TestCommitStoresEverything(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	a, b, dropped := entry(3, "bbc"), entry(4, "dw"), entry(9, "dw")
	story := storyOf(&a, &b)
	story.Related = []aggregator.StoryID{id("x", 1).Story()}
	dropped.Story = aggregator.StoryID{}
	state := aggregator.SourceState{
		Source: "bbc", URL: "https://bbc.example/feed",
		Validators: aggregator.Validators{ETag: "W/\"\xe9\"", LastModified: "Sun, 01 Mar 2026 06:00:00 GMT"},
		BodyDigest: 1 << 63, FirstPoll: day(), LastPoll: day(), LastGood: day(), LastEntry: day(), NextPoll: day().Add(time.Hour),
		Outcome: aggregator.Failed, Problem: aggregator.Problem{Kind: aggregator.ProblemTimeout, Message: "too slow"}, Failures: 3,
		Title: "BBC", Site: "https://bbc.example", Language: "en", Self: "https://bbc.example/self",
		Hubs:  []string{"https://hub.example"},
		Hints: aggregator.Hints{MinInterval: time.Hour, SkipHours: 1 << 23, SkipDays: 1 << 6},
		Moved: "https://new.example", MovedSeen: []time.Time{day()}, GUIDs: aggregator.GUIDVolatile,
		Showing: []uint64{3}, Polls: 7, EntriesNew: 1,
		Push:   aggregator.Push{LeaseUntil: day().Add(time.Hour), Last: day(), Missed: 1},
		Plan:   aggregator.Plan{At: day().Add(time.Hour), Rule: aggregator.RuleIndex, Rate: 0.1, Expected: 0.2, Theta: 12},
		Rhythm: rhythm(),
	}
	key := aggregator.EntryKey("bbc", aggregator.KeyLink, a.Canonical)
	mustCommit(t, db, aggregator.Commit{
		States: []aggregator.SourceState{state}, Entries: []aggregator.Entry{a, b, dropped},
		Keys: []aggregator.Key{{ID: key, Seq: 3}}, Stories: []aggregator.Story{story},
		Decisions: []aggregator.Decision{decision(&a, aggregator.New), decision(&b, aggregator.Copy), decision(&dropped, aggregator.Dropped)},
	})
	revised := a
	revised.Title, revised.Digest, revised.Revision, revised.Revised = "Strike over", 5, 1, day().Add(time.Hour)
	old := aggregator.Revision{Entry: a.ID, Seq: 3, At: a.Seen, Title: a.Title, Summary: a.Summary, Content: a.Content, Text: a.Text}
	mustCommit(t, db, aggregator.Commit{
		Entries: []aggregator.Entry{revised}, Revisions: []aggregator.Revision{old},
		Decisions: []aggregator.Decision{decision(&revised, aggregator.Update)},
	})
	mustCheck(t, db)

	got, err := db.Entries([]uint64{4, 1, 3, 9})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "entries", []aggregator.Entry{b, {}, revised, dropped}, got)
	known, err := db.Known([]aggregator.EntryID{key, id("nobody", 1), b.ID})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "known", []aggregator.Known{{Seq: 3, Digest: 5}, {}, {Seq: 4, Digest: b.Digest}}, known)
	for _, k := range []aggregator.EntryID{a.ID, key} {
		e, err := db.Entry(k)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "entry by key", revised, e)
	}
	view, err := db.Story(story.ID)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "story", aggregator.StoryView{Story: story, Entries: []aggregator.Entry{revised, b}, Before: &old}, view)
	stories, err := db.Stories([]aggregator.StoryID{b.ID.Story(), story.ID, aggregator.StoryID(key)})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "stories; neither a member nor a key is one", []aggregator.Story{{}, story, {}}, stories)
	states, err := db.States()
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "states", []aggregator.SourceState{state}, states)
	revisions, err := db.Revisions(3)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "revisions", []aggregator.Revision{old}, revisions)
	decisions, err := db.Decisions(3)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "decisions", []aggregator.Decision{decision(&a, aggregator.New), decision(&revised, aggregator.Update)}, decisions)
	if entries, stories := db.Counts(); entries != 3 || stories != 1 || db.LastSeq() != 9 {
		t.Errorf("counts %d entries, %d stories, last %d; want 3, 1, 9", entries, stories, db.LastSeq())
	}
	if db.SizeBytes() <= 0 {
		t.Error("a database without size")
	}
}

func TestNotFound(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	mustCommit(t, db, lone("bbc", 1))
	if _, err := db.Entry(id("bbc", 2)); !errors.Is(err, aggregator.ErrNotFound) {
		t.Errorf("Entry: %v", err)
	}
	if _, err := db.Story(id("bbc", 2).Story()); !errors.Is(err, aggregator.ErrNotFound) {
		t.Errorf("Story: %v", err)
	}
	revisions, err := db.Revisions(7)
	if len(revisions) != 0 || err != nil {
		t.Errorf("Revisions: %v, %v", revisions, err)
	}
}

// TestCommitRefusesContradictions: nothing of such a commit is stored.
//
//nolint:tparallel // the subtests share one database
func TestCommitRefusesContradictions(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	mustCommit(t, db, lone("bbc", 1, 2))
	before := dump(t, db)
	stored := lone("bbc", 1)

	tests := map[string]func() aggregator.Commit{
		"entry without number": func() aggregator.Commit { return lone("dw", 0) },
		"entry without id": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Entries[0].ID = aggregator.EntryID{}
			return c
		},
		"new entry below the last": func() aggregator.Commit { return lone("dw", 2) },
		"new entries out of order": func() aggregator.Commit { return lone("dw", 5, 4) },
		"new entry with a known id": func() aggregator.Commit {
			c := lone("bbc", 1)
			c.Entries[0].Seq, c.Stories[0].Seq, c.Stories[0].Lead, c.Stories[0].Members[0].Seq = 3, 3, 3, 3
			c.Decisions, c.Keys, c.States = nil, nil, nil
			return c
		},
		"two new entries with one id": func() aggregator.Commit {
			c := lone("dw", 3, 4)
			c.Entries[1].ID = c.Entries[0].ID
			return c
		},
		"changed entry with another id": func() aggregator.Commit {
			c := aggregator.Commit{Entries: []aggregator.Entry{stored.Entries[0]}}
			c.Entries[0].ID = id("dw", 1)
			return c
		},
		"key to nowhere": func() aggregator.Commit {
			return aggregator.Commit{Keys: []aggregator.Key{{ID: id("k", 1), Seq: 77}}}
		},
		"new entry without its story": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Stories = nil
			return c
		},
		"entry moves to a story that does not have it": func() aggregator.Commit {
			c := aggregator.Commit{Entries: []aggregator.Entry{stored.Entries[0]}}
			c.Entries[0].Story = id("bbc", 2).Story()
			return c
		},
		"story without members": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Stories[0].Members = nil
			return c
		},
		"story under another number": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Stories[0].Seq = 1
			return c
		},
		"story under another id": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Stories[0].ID = id("dw", 9).Story()
			c.Entries[0].Story = c.Stories[0].ID
			return c
		},
		"story with a missing member": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Stories[0].Members = append(c.Stories[0].Members, aggregator.Member{Seq: 44})
			return c
		},
		"story with a member twice": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Stories[0].Members = append(c.Stories[0].Members, c.Stories[0].Members[0])
			return c
		},
		"story led by a stranger": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Stories[0].Lead = 1
			return c
		},
		"decision about nothing": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Decisions[0].Seq = 5
			return c
		},
		"decision about another entry": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Decisions[0].Seq = 1
			return c
		},
		"revision of nothing": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Revisions = []aggregator.Revision{{Entry: id("dw", 4), Seq: 4}}
			return c
		},
		"revision before the first": func() aggregator.Commit {
			c := lone("dw", 3)
			c.Revisions = []aggregator.Revision{{Entry: id("dw", 3), Seq: 3, N: -1}}
			return c
		},
		"state of nobody": func() aggregator.Commit {
			c := lone("dw", 3)
			c.States[0].Source = ""
			return c
		},
	}
	for name, commit := range tests {
		t.Run(name, func(t *testing.T) {
			err := db.Commit(commit())
			if !errors.Is(err, errContradiction) {
				t.Fatalf("got %v, want a contradiction", err)
			}
			equal(t, "the store", before, dump(t, db))
		})
	}
	// The same texts are taken where nothing speaks against them.
	mustCommit(t, db, lone("dw", 3, 4))
	mustCheck(t, db)
}

// TestKeyStaysWithItsFirstEntry: a link that two entries share leads to the
// first.
func TestKeyStaysWithItsFirstEntry(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	shared := aggregator.EntryKey("bbc", aggregator.KeyLink, "https://bbc.example/live")
	c := lone("bbc", 1, 2)
	c.Keys = []aggregator.Key{{ID: shared, Seq: 1}, {ID: shared, Seq: 2}}
	mustCommit(t, db, c)
	c = lone("bbc", 3)
	// Nor can a key take another entry's own id, or come twice.
	c.Keys = []aggregator.Key{{ID: shared, Seq: 3}, {ID: id("bbc", 2), Seq: 1}, {ID: id("bbc", 3), Seq: 2}, {ID: shared, Seq: 1}}
	mustCommit(t, db, c)
	mustCheck(t, db)
	known, err := db.Known([]aggregator.EntryID{shared, id("bbc", 2), id("bbc", 3)})
	if err != nil {
		t.Fatal(err)
	}
	for i, want := range []uint64{1, 2, 3} {
		if known[i].Seq != want {
			t.Errorf("key %d leads to %d, want %d", i, known[i].Seq, want)
		}
	}
}

// TestKeysAreBounded: an entry under a new GUID at every poll does not grow for
// ever, and is still found by its id and its latest key.
func TestKeysAreBounded(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	mustCommit(t, db, lone("bbc", 1))
	volatile := func(n int) aggregator.EntryID {
		return aggregator.EntryKey("bbc", aggregator.KeyGUID, "volatile"+strconv.Itoa(n))
	}
	const rounds = maxKeys + 10
	for n := range rounds {
		mustCommit(t, db, aggregator.Commit{Keys: []aggregator.Key{{ID: volatile(n), Seq: 1}}})
	}
	mustCheck(t, db)
	known, err := db.Known([]aggregator.EntryID{id("bbc", 1), volatile(rounds - 1), volatile(rounds - maxKeys), volatile(rounds - maxKeys - 1)})
	if err != nil {
		t.Fatal(err)
	}
	d := entry(1, "bbc").Digest
	equal(t, "known", []aggregator.Known{{Seq: 1, Digest: d}, {Seq: 1, Digest: d}, {Seq: 1, Digest: d}, {}}, known)
}

// TestHistoryIsBounded: a feed that alternates between two texts does not fill
// the disk; the first text and the latest are kept.
func TestHistoryIsBounded(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	mustCommit(t, db, lone("bbc", 1))
	e := entry(1, "bbc")
	for n := range 3 * maxHistory {
		mustCommit(t, db, aggregator.Commit{
			Revisions: []aggregator.Revision{{Entry: e.ID, Seq: 1, N: n, Title: strconv.Itoa(n)}},
			Decisions: []aggregator.Decision{{Entry: e.ID, Seq: 1, Revision: n + 1, Kind: aggregator.Update}},
		})
	}
	mustCheck(t, db)
	revisions, err := db.Revisions(1)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(revisions); n != maxHistory+1 || revisions[0].N != 0 || revisions[n-1].N != 3*maxHistory-1 {
		t.Errorf("%d revisions, from %d to %d", n, revisions[0].N, revisions[n-1].N)
	}
	decisions, err := db.Decisions(1)
	if err != nil {
		t.Fatal(err)
	}
	if n := len(decisions); n != maxHistory+1 || decisions[0].Kind != aggregator.New || decisions[n-1].Revision != 3*maxHistory {
		t.Errorf("%d decisions, the first %v, the last of text %d", n, decisions[0].Kind, decisions[n-1].Revision)
	}
}

func TestForgetSource(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	mustCommit(t, db, lone("bbc", 1))
	for range 2 {
		if err := db.ForgetSource("bbc"); err != nil {
			t.Fatal(err)
		}
	}
	states, err := db.States()
	if err != nil || len(states) != 0 {
		t.Errorf("states %v, %v", states, err)
	}
	if n, _ := db.Counts(); n != 1 {
		t.Errorf("%d entries are left of 1", n)
	}
}
