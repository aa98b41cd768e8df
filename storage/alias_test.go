package storage

import (
	"errors"
	"strings"
	"testing"

	"wiredesk/aggregator"
)

// merge returns a commit that makes the stories one, that of the first, with
// all the entries given.
func merge(entries []*aggregator.Entry, merged ...aggregator.StoryID) aggregator.Commit {
	s := storyOf(entries...)
	s.Merged = merged
	c := aggregator.Commit{Stories: []aggregator.Story{s}}
	for _, e := range entries {
		c.Entries = append(c.Entries, *e)
	}
	return c
}

// wantStory sees that an id leads to the story that begins with the entry.
func wantStory(t *testing.T, db *DB, id aggregator.StoryID, first uint64) {
	t.Helper()
	view, err := db.Story(id)
	if err != nil || view.Seq != first {
		t.Errorf("story %s is %d, %v; want %d", id, view.Seq, err, first)
	}
	stories, err := db.Stories([]aggregator.StoryID{id})
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "Stories and Story", view.Story, stories[0])
}

func TestAliases(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	c := lone("bbc", 1, 2, 3, 4)
	mustCommit(t, db, c)
	e := func(seq uint64) *aggregator.Entry { return &c.Entries[seq-1] }
	ids := make([]aggregator.StoryID, 5)
	for i := range c.Entries {
		ids[i+1] = c.Entries[i].ID.Story()
	}

	mustCommit(t, db, merge([]*aggregator.Entry{e(3), e(4)}, ids[4]))
	mustCheck(t, db)
	wantStory(t, db, ids[4], 3)
	// What the fourth became becomes another: one step leads to the last.
	mustCommit(t, db, merge([]*aggregator.Entry{e(1), e(3), e(4)}, ids[3], ids[4]))
	mustCheck(t, db)
	for _, id := range []aggregator.StoryID{ids[1], ids[3], ids[4]} {
		wantStory(t, db, id, 1)
	}
	if entries, stories := db.Counts(); entries != 4 || stories != 2 {
		t.Errorf("%d entries, %d stories", entries, stories)
	}
	views, _, err := db.Newest(aggregator.Position{}, 10)
	if err != nil || len(views) != 2 || views[0].Seq != 2 || views[1].Seq != 1 {
		t.Errorf("newest %v, %v", views, err)
	}

	// One of them stands on its own again.
	apart := merge([]*aggregator.Entry{e(1), e(4)}, ids[4])
	apart.Stories = append(apart.Stories, storyOf(e(3)))
	apart.Entries = append(apart.Entries, *e(3))
	mustCommit(t, db, apart)
	mustCheck(t, db)
	wantStory(t, db, ids[3], 3)
	wantStory(t, db, ids[4], 1)

	// Aliases go with their story.
	if err := db.ForgetSource("bbc"); err != nil {
		t.Fatal(err)
	}
	if n := sweepAll(t, db, e(2).Seen, 10); n != 0 {
		t.Errorf("%d entries went before the last of their story was old", n)
	}
	if n := sweepAll(t, db, e(4).Seen.Add(1), 10); n != 4 {
		t.Errorf("%d entries went", n)
	}
	mustCheck(t, db)
	for _, id := range ids[1:] {
		if _, err := db.Story(id); !errors.Is(err, aggregator.ErrNotFound) {
			t.Errorf("a purged story: %v", err)
		}
	}
}

// TestMergedAtOnce: a story that becomes another in the commit that brings it
// is only ever an alias.
func TestMergedAtOnce(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	a, b := entry(1, "bbc"), entry(2, "bbc")
	alias := b.ID.Story()
	mustCommit(t, db, merge([]*aggregator.Entry{&a, &b}, alias))
	mustCheck(t, db)
	wantStory(t, db, alias, 1)
	if _, stories := db.Counts(); stories != 1 {
		t.Errorf("%d stories", stories)
	}
}

// TestAliasesChangeHands: a story becomes another while what it had merged with
// stands on its own again or becomes a third, whatever the order of the stories.
func TestAliasesChangeHands(t *testing.T) {
	t.Parallel()
	for name, order := range map[string][]int{"as told": {0, 1, 2}, "the other way round": {2, 1, 0}} {
		db := newDB(t)
		c := lone("bbc", 1, 2, 3, 4, 5)
		mustCommit(t, db, c)
		e := func(seq uint64) *aggregator.Entry { return &c.Entries[seq-1] }
		ids := make([]aggregator.StoryID, 6)
		for i := range c.Entries {
			ids[i+1] = c.Entries[i].ID.Story()
		}
		mustCommit(t, db, merge([]*aggregator.Entry{e(3), e(4), e(5)}, ids[4], ids[5]))

		parts := []aggregator.Commit{
			merge([]*aggregator.Entry{e(1), e(3)}, ids[3]), merge([]*aggregator.Entry{e(2), e(5)}, ids[5]), merge([]*aggregator.Entry{e(4)}),
		}
		var all aggregator.Commit
		for _, i := range order {
			all.Stories = append(all.Stories, parts[i].Stories...)
			all.Entries = append(all.Entries, parts[i].Entries...)
		}
		mustCommit(t, db, all)
		mustCheck(t, db)
		for i, first := range map[int]uint64{1: 1, 2: 2, 3: 1, 4: 4, 5: 2} {
			wantStory(t, db, ids[i], first)
		}
		if _, stories := db.Counts(); stories != 3 {
			t.Errorf("%s: %d stories", name, stories)
		}
	}
}

func TestCommitRefusesBadMerges(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		commit func(e []*aggregator.Entry, ids []aggregator.StoryID) aggregator.Commit
		says   string
	}{
		"an entry is left behind": {func(e []*aggregator.Entry, ids []aggregator.StoryID) aggregator.Commit {
			return merge(e[:1], ids[1], ids[2])
		}, "still has entry 2"},
		"the story that an entry left still names it": {func(e []*aggregator.Entry, _ []aggregator.StoryID) aggregator.Commit {
			return merge([]*aggregator.Entry{e[0], e[2]})
		}, "still names it"},
		"an alias is forgotten": {func(e []*aggregator.Entry, ids []aggregator.StoryID) aggregator.Commit {
			return merge(e, ids[1])
		}, "but its alias"},
		"with itself": {func(e []*aggregator.Entry, ids []aggregator.StoryID) aggregator.Commit {
			return merge(e[:1], ids[0])
		}, "twice or with itself"},
		"with what is no story": {func(e []*aggregator.Entry, _ []aggregator.StoryID) aggregator.Commit {
			return merge(e[:1], id("nobody", 1).Story())
		}, "whose first entry is in story"},
		"with a story that stays": {func(e []*aggregator.Entry, ids []aggregator.StoryID) aggregator.Commit {
			c := merge(e[:1], ids[1], ids[2])
			whole := storyOf(e[1], e[2])
			c.Stories = append(c.Stories, whole)
			return c
		}, "still has entry 2"},
		"with a story that comes with it": {func(e []*aggregator.Entry, ids []aggregator.StoryID) aggregator.Commit {
			c := merge(e[:1], ids[2])
			c.Stories = append(c.Stories, storyOf(e[1]), storyOf(e[2]))
			c.Entries = append(c.Entries, *e[1], *e[2])
			return c
		}, "whose first entry is in story"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := newDB(t)
			c := lone("bbc", 1, 2, 3)
			e := []*aggregator.Entry{&c.Entries[0], &c.Entries[1], &c.Entries[2]}
			ids := []aggregator.StoryID{e[0].ID.Story(), e[1].ID.Story(), e[2].ID.Story()}
			mustCommit(t, db, c)
			mustCommit(t, db, merge(e[1:], ids[2]))
			before := dump(t, db)
			err := db.Commit(test.commit(e, ids))
			if !errors.Is(err, errContradiction) || !strings.Contains(err.Error(), test.says) {
				t.Errorf("got %v; want %q", err, test.says)
			}
			if before != dump(t, db) {
				t.Error("a refused commit wrote")
			}
		})
	}
}
