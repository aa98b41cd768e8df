package storage

import (
	"bytes"
	"cmp"
	"fmt"
	"maps"
	"math/rand/v2"
	"path/filepath"
	"slices"
	"strconv"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

// dump returns all that is in the file, as text.
func dump(tb testing.TB, db *DB) string {
	tb.Helper()
	var b bytes.Buffer
	err := db.view(func(tx *bolt.Tx) error {
		return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
			fmt.Fprintf(&b, "%s\n", name)
			return bucket.ForEach(func(k, v []byte) error {
				fmt.Fprintf(&b, "\t%x: %x\n", k, v)
				return nil
			})
		})
	})
	if err != nil {
		tb.Fatal(err)
	}
	return b.String()
}

// model is what the database should hold, in the plainest form.
type model struct {
	last      uint64
	entries   map[uint64]aggregator.Entry
	keys      map[aggregator.EntryID]uint64
	stories   map[uint64]aggregator.Story
	decisions map[uint64][]aggregator.Decision
	revisions map[uint64][]aggregator.Revision
	states    map[string]aggregator.SourceState
	pins      []aggregator.Pin
}

func newModel() *model {
	return &model{
		entries: map[uint64]aggregator.Entry{}, keys: map[aggregator.EntryID]uint64{},
		stories: map[uint64]aggregator.Story{}, decisions: map[uint64][]aggregator.Decision{},
		revisions: map[uint64][]aggregator.Revision{}, states: map[string]aggregator.SourceState{},
	}
}

func (m *model) commit(c aggregator.Commit) {
	for _, e := range c.Entries {
		m.last = max(m.last, e.Seq)
		m.entries[e.Seq] = e
		m.keys[e.ID] = e.Seq
	}
	for _, k := range c.Keys {
		if _, taken := m.keys[k.ID]; !taken {
			m.keys[k.ID] = k.Seq
		}
	}
	for _, s := range c.Stories {
		m.stories[s.Seq] = s
	}
	for _, s := range c.Stories {
		for _, alias := range s.Merged {
			delete(m.stories, m.keys[aggregator.EntryID(alias)])
		}
	}
	for _, p := range slices.Concat(c.Unpins, c.Pins) {
		m.pins = slices.DeleteFunc(m.pins, func(o aggregator.Pin) bool { return o.A == p.A && o.B == p.B || o.A == p.B && o.B == p.A })
	}
	m.pins = append(m.pins, c.Pins...)
	for _, d := range c.Decisions {
		m.decisions[d.Seq] = append(m.decisions[d.Seq], d)
	}
	for _, r := range c.Revisions {
		m.revisions[r.Seq] = append(m.revisions[r.Seq], r)
	}
	for _, s := range c.States {
		m.states[s.Source] = s
	}
}

func (m *model) purge(before time.Time) (removed int) {
	shown := map[uint64]bool{}
	for _, s := range m.states {
		for _, seq := range s.Showing {
			shown[seq] = true
		}
	}
	old := func(seq uint64) bool { return m.entries[seq].Seen.Before(before) && !shown[seq] }
	remove := func(seq uint64) {
		removed++
		delete(m.entries, seq)
		delete(m.stories, seq)
		delete(m.decisions, seq)
		delete(m.revisions, seq)
	}
	for _, s := range m.stories {
		if !slices.ContainsFunc(s.Members, func(member aggregator.Member) bool { return !old(member.Seq) }) {
			for _, member := range s.Members {
				remove(member.Seq)
			}
		}
	}
	for seq, e := range m.entries {
		if e.Story.IsZero() && old(seq) {
			remove(seq)
		}
	}
	for id, seq := range m.keys {
		if _, there := m.entries[seq]; !there {
			delete(m.keys, id)
		}
	}
	m.pins = slices.DeleteFunc(m.pins, func(p aggregator.Pin) bool { return m.keys[p.A] == 0 || m.keys[p.B] == 0 })
	return removed
}

// compare asks the database for everything the model has.
func (m *model) compare(t *testing.T, db *DB) {
	t.Helper()
	fail := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	fail(db.Check())
	entries, stories := db.Counts()
	if int(entries) != len(m.entries) || int(stories) != len(m.stories) || db.LastSeq() != m.last {
		t.Fatalf("counts %d, %d, %d; want %d, %d, %d", entries, stories, db.LastSeq(), len(m.entries), len(m.stories), m.last)
	}
	seqs := seqRange(1, m.last+1)
	got, err := db.Entries(seqs)
	fail(err)
	for i, seq := range seqs {
		want, there := m.entries[seq]
		if !there && got[i].Seq == 0 {
			continue
		}
		equal(t, "entry", want, got[i])
		decisions, err := db.Decisions(seq)
		fail(err)
		equal(t, "decisions", m.decisions[seq], decisions)
		revisions, err := db.Revisions(seq)
		fail(err)
		equal(t, "revisions", m.revisions[seq], revisions)
	}
	for key, seq := range m.keys {
		known, err := db.Known([]aggregator.EntryID{key})
		fail(err)
		equal(t, "known", aggregator.Known{Seq: seq, Digest: m.entries[seq].Digest}, known[0])
	}
	var want []aggregator.StoryView
	for _, s := range m.stories {
		view := aggregator.StoryView{Story: s}
		for _, member := range s.Members {
			view.Entries = append(view.Entries, m.entries[member.Seq])
		}
		if earlier := m.revisions[s.Lead]; m.entries[s.Lead].Revision > 0 && len(earlier) > 0 {
			view.Before = &earlier[len(earlier)-1]
		}
		want = append(want, view)
		one, err := db.Story(s.ID)
		fail(err)
		equal(t, "story", s, one.Story)
		for _, alias := range s.Merged {
			merged, err := db.Stories([]aggregator.StoryID{alias})
			fail(err)
			equal(t, "what an alias leads to", s, merged[0])
		}
	}
	slices.SortFunc(want, func(a, b aggregator.StoryView) int {
		return cmp.Or(b.First.Compare(a.First), cmp.Compare(b.Seq, a.Seq))
	})
	views, _, err := db.Newest(aggregator.Position{}, len(want)+1)
	fail(err)
	equal(t, "newest", want, views)
	// Upwards from any place come those that stand above it.
	for at := 0; at <= len(want); at += 1 + len(want)/7 {
		var after aggregator.Position
		if at < len(want) {
			after = aggregator.Position{First: want[at].First, Seq: want[at].Seq}
		}
		var above []aggregator.Story
		for _, v := range slices.Backward(want[:at]) {
			above = append(above, v.Story)
		}
		for _, limit := range []int{3, len(want) + 1} {
			newer, err := db.NewerStories(after, limit)
			fail(err)
			equal(t, "newer", above[:min(limit, len(above))], newer)
		}
	}
	states, err := db.States()
	fail(err)
	var wantStates []aggregator.SourceState
	for _, s := range m.states {
		wantStates = append(wantStates, s)
	}
	slices.SortFunc(wantStates, func(a, b aggregator.SourceState) int { return cmp.Compare(a.Source, b.Source) })
	equal(t, "states", wantStates, states)
	slices.SortFunc(m.pins, func(a, b aggregator.Pin) int {
		return cmp.Or(bytes.Compare(a.A[:], b.A[:]), bytes.Compare(a.B[:], b.B[:]))
	})
	pins, err := db.Pins()
	fail(err)
	equal(t, "pins", m.pins, pins)
}

// random returns a commit that fits what is stored: new entries, some of them
// joining stories, some dropped, and changed ones.
func (m *model) random(r *rand.Rand) aggregator.Commit {
	var c aggregator.Commit
	source := fmt.Sprintf("s%d", r.IntN(4))
	state := aggregator.SourceState{Source: source, Polls: r.Uint64()}
	changed := map[uint64]bool{}
	for range r.IntN(6) {
		e := entry(m.last+uint64(len(c.Entries))+1+uint64(r.IntN(2)*100), source)
		if n := len(c.Entries); n > 0 {
			e.Seq = max(e.Seq, c.Entries[n-1].Seq+1)
		}
		e.ID = id(source, e.Seq)
		e.Title, e.Content, e.Labels = randomText(r), randomText(r), randomLabels(r)
		e.Seen = day().Add(time.Duration(m.last)*time.Minute + time.Duration(r.IntN(120))*time.Second)
		kind := aggregator.New
		switch r.IntN(4) {
		case 0:
			e.Story, kind = aggregator.StoryID{}, aggregator.Dropped
		case 1:
			if s, ok := m.anyStory(r, changed); ok {
				changed[s.Seq] = true
				e.Story, kind = s.ID, aggregator.Copy
				s.Related, s.Turns, s.Withdrawn = []aggregator.StoryID{id(source, 1).Story()}, r.IntN(2), r.IntN(2) == 0
				s.Members = append(slices.Clip(s.Members), aggregator.Member{Seq: e.Seq, Source: source, Kind: kind, Joined: e.Seen})
				s.Lead = s.Members[r.IntN(len(s.Members))].Seq
				s.First = s.First.Add(time.Duration(r.IntN(3)) * time.Minute)
				c.Stories = append(c.Stories, s)
				break
			}
			fallthrough
		default:
			e.Story = e.ID.Story()
			c.Stories = append(c.Stories, storyOf(&e))
		}
		c.Decisions = append(c.Decisions, decision(&e, kind))
		c.Keys = append(c.Keys, aggregator.Key{ID: id("link", uint64(r.IntN(400))), Seq: e.Seq})
		c.Entries = append(c.Entries, e)
		if r.IntN(3) == 0 {
			state.Showing = append(state.Showing, e.Seq)
		}
	}
	for _, seq := range slices.Sorted(maps.Keys(m.entries)) {
		if r.IntN(len(m.entries)) > 1 {
			continue
		}
		e := m.entries[seq]
		c.Revisions = append(c.Revisions, aggregator.Revision{Entry: e.ID, Seq: seq, N: e.Revision, At: e.Seen, Title: e.Title})
		e.Title, e.Digest, e.Revision, e.Revised = randomText(r), aggregator.Digest(r.Uint64()), e.Revision+1, e.Seen.Add(time.Hour)
		c.Entries = append(c.Entries, e)
		c.Decisions = append(c.Decisions, decision(&e, aggregator.Update))
		c.Keys = append(c.Keys, aggregator.Key{ID: id("link", uint64(r.IntN(400))), Seq: seq})
	}
	c.States = []aggregator.SourceState{state}
	return c
}

// rearrange returns a commit that makes two stories one, or lets an entry of a
// story stand on its own, and pins entries or takes that back.
func (m *model) rearrange(r *rand.Rand) aggregator.Commit {
	var c aggregator.Commit
	a, ok := m.anyStory(r, nil)
	b, both := m.anyStory(r, map[uint64]bool{a.Seq: true})
	if !ok || !both {
		return c
	}
	move := func(member aggregator.Member, to aggregator.StoryID) {
		e := m.entries[member.Seq]
		e.Story = to
		c.Entries = append(c.Entries, e)
	}
	switch last := len(a.Members) - 1; {
	case r.IntN(3) > 0 || last == 0:
		if a.Seq > b.Seq {
			a, b = b, a
		}
		a.Merged = slices.Concat(a.Merged, []aggregator.StoryID{b.ID}, b.Merged)
		a.Members = slices.Concat(a.Members, b.Members)
		for _, member := range b.Members {
			move(member, a.ID)
		}
		c.Stories = []aggregator.Story{a}
	default:
		out := a.Members[last]
		e := m.entries[out.Seq]
		alone := storyOf(&e)
		move(out, alone.ID)
		a.Members, a.Lead = a.Members[:last:last], a.Seq
		a.Merged = slices.DeleteFunc(slices.Clone(a.Merged), func(id aggregator.StoryID) bool { return id == alone.ID })
		c.Stories = []aggregator.Story{alone, a}
	}
	pin := aggregator.Pin{A: m.entries[a.Seq].ID, B: m.entries[b.Seq].ID, Join: r.IntN(2) == 0, At: day()}
	if r.IntN(3) == 0 {
		c.Unpins = []aggregator.Pin{pin}
	} else {
		c.Pins = []aggregator.Pin{pin}
	}
	return c
}

func (m *model) anyStory(r *rand.Rand, but map[uint64]bool) (aggregator.Story, bool) {
	seqs := make([]uint64, 0, len(m.stories))
	for seq := range m.stories {
		if !but[seq] {
			seqs = append(seqs, seq)
		}
	}
	if len(seqs) == 0 {
		return aggregator.Story{}, false
	}
	slices.Sort(seqs)
	return m.stories[seqs[r.IntN(len(seqs))]], true
}

// TestModel runs random commits, purges and restarts on the database and on a
// model of it, and compares all they hold.
func TestModel(t *testing.T) {
	t.Parallel()
	for seed := range uint64(3) {
		t.Run(strconv.FormatUint(seed, 10), func(t *testing.T) {
			t.Parallel()
			r := rand.New(rand.NewPCG(seed, 7))
			path := filepath.Join(t.TempDir(), "test.db")
			db, err := Open(path, fast())
			if err != nil {
				t.Fatal(err)
			}
			defer func() { _ = db.Close() }()
			// From none that wait to more than there are.
			bound := func() { db.mostKeys, db.mostPlaces = int(seed)*(10+r.IntN(90)), int(seed)*(5+r.IntN(45)) }
			bound()
			m := newModel()
			for n := range 100 {
				switch r.IntN(12) {
				case 0:
					before := day().Add(time.Duration(r.Uint64N(m.last+1)) * time.Minute)
					want, got := m.purge(before), sweepAll(t, db, before, 1+r.IntN(5))
					if got != want {
						t.Fatalf("round %d: %d entries went, want %d", n, got, want)
					}
				case 1:
					before := waits(db)
					if err := db.Close(); err != nil {
						t.Fatal(err)
					}
					if db, err = Open(path, fast()); err != nil {
						t.Fatal(err)
					}
					equal(t, "what waits after a restart", before, waits(db))
					bound()
				default:
					c := m.random(r)
					if r.IntN(4) == 0 {
						c = m.rearrange(r)
					}
					mustCommit(t, db, c)
					m.commit(c)
					if w := waits(db); len(w[0]) > db.mostKeys || len(w[1]) > db.mostPlaces {
						t.Fatalf("round %d: %d keys and %d places wait, more than %d and %d",
							n, len(w[0]), len(w[1]), db.mostKeys, db.mostPlaces)
					}
				}
				if n%20 == 19 {
					m.compare(t, db)
				}
			}
		})
	}
}
