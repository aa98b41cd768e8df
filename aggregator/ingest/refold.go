package ingest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
)

// Refolded is what the stories of an archive come to when all its entries are
// judged anew.
type Refolded struct {
	Entries       int // that were judged: all but the dropped ones
	Before, After StoryCounts
	Changed       int    // stories that become other than they are, begin or end
	Moves         []Move // entries that come to another story, by Seq

	commit   aggregator.Commit
	lastSeq  uint64 // of the judge
	snapshot []byte
}

// StoryCounts says how many stories there are.
type StoryCounts struct {
	Stories int `json:"stories"`
	Several int `json:"several"` // stories of two entries or more
	Carried int `json:"carried"` // entries in these
}

func (c *StoryCounts) add(story *aggregator.Story) {
	c.Stories++
	if n := len(story.Members); n > 1 {
		c.Several++
		c.Carried += n
	}
}

// Move is an entry that comes to another story.
type Move struct {
	Seq      uint64
	From, To aggregator.StoryID
	// Decision is the one that moves it: on the entry itself or, where it was
	// of its story before, on the one that shows this to be another.
	Decision aggregator.Decision
}

// Refold judges all entries of a store anew, each text when it was told, as
// opts and settings have it now. Pins are obeyed; what was dropped stays
// dropped. It writes nothing, and nothing may be written to the store
// meanwhile. Step is called with each entry.
//
// It takes a few hundred bytes of memory for each entry of the store.
func Refold(ctx context.Context, store Store, opts dedupe.Options, settings *Settings, step func()) (*Refolded, error) {
	return refold(ctx, store, dedupe.New(opts), settings, step)
}

// refold is Refold by a judge that knows nothing yet.
func refold(ctx context.Context, store Store, judge windowJudge, settings *Settings, step func()) (*Refolded, error) {
	pins, err := store.Pins()
	if err != nil {
		return nil, fmt.Errorf("read the pins: %w", err)
	}
	list, err := store.States()
	if err != nil {
		return nil, fmt.Errorf("read the sources' states: %w", err)
	}
	r := &refolding{
		store:   store,
		states:  make(map[string]aggregator.SourceState, len(list)),
		was:     make(map[uint64]aggregator.StoryID),
		moving:  make(map[uint64]aggregator.Decision),
		merging: make(map[aggregator.StoryID]aggregator.Decision),
	}
	for _, s := range list {
		r.states[s.Source] = s
	}
	judge.SetPins(pins)
	r.fold = newFold(unread{store}, judge, settings, nil, func(source string) *aggregator.SourceState {
		state := r.states[source]
		return &state
	})
	texts := replay{store: store, tell: r.take}
	err = store.ReplayFrom(0, func(e aggregator.Entry) error {
		step()
		return errors.Join(texts.add(e), ctx.Err())
	})
	if err := errors.Join(err, texts.finish()); err != nil {
		return nil, err
	}
	if err := r.obey(pins); err != nil {
		return nil, err
	}
	out, err := r.compare()
	if err != nil {
		return nil, err
	}
	out.lastSeq, out.snapshot = judge.LastSeq(), judge.AppendSnapshot(nil)
	return out, nil
}

// Apply makes the stories of the store what Refold found, all or none, and
// keeps the judge that found it for the next start. Entries and stories keep
// their ids: that of a story that is no more leads to where its first entry is
// now. Stories that stay keep their place, and are no more up to date than
// before.
func Apply(store Store, refolded *Refolded) error {
	if err := store.Commit(refolded.commit); err != nil {
		return err
	}
	return store.SaveJudge(refolded.lastSeq, refolded.snapshot)
}

// unread is an archive whose stories are not known yet.
type unread struct{ Archive }

// Stories returns none.
func (unread) Stories(ids []aggregator.StoryID) ([]aggregator.Story, error) {
	return make([]aggregator.Story, len(ids)), nil
}

// refolding is one run of Refold.
type refolding struct {
	*fold
	store  Store
	states map[string]aggregator.SourceState
	was    map[uint64]aggregator.StoryID // entries that were not dropped, and their stories in the store
	// Decisions that gave an entry another story than it has in the store, and
	// those that showed a story to be another, by the id of that.
	moving  map[uint64]aggregator.Decision
	merging map[aggregator.StoryID]aggregator.Decision
}

// take folds a text of an entry in.
func (r *refolding) take(e *aggregator.Entry) error {
	reading := r.judge.Read(e)
	if e.Story.IsZero() { // dropped
		r.judge.Add(e, reading)
		return nil
	}
	e.Labels = reading.Labels
	var d aggregator.Decision
	var err error
	old := r.entries[e.Seq]
	r.entries[e.Seq] = e
	if old == nil {
		r.was[e.Seq] = e.Story
		d = r.judge.Decide(e, reading)
		err = r.place(e, &d, r.first(e, !e.Seen.After(r.states[e.Source].FirstPoll)))
		if e.Story != r.was[e.Seq] {
			r.moving[e.Seq] = d
		}
	} else if e.Story = old.Story; e.Text != old.Text {
		d = r.judge.Revise(e, reading)
		err = r.revise(e, old, &d)
	}
	if !d.Merged.IsZero() {
		r.merging[d.Merged] = d
	}
	r.judge.Add(e, reading)
	r.entries[e.Seq] = outline(r.entries[e.Seq])
	return err
}

// outline returns what the fold needs of an entry once it is folded in.
func outline(e *aggregator.Entry) *aggregator.Entry {
	return &aggregator.Entry{
		ID: e.ID, Seq: e.Seq, Source: e.Source, Labels: e.Labels, Text: e.Text,
		Published: e.Published, Seen: e.Seen, Revised: e.Revised, Revision: e.Revision, Story: e.Story,
	}
}

// duties returns pins in an order in which each can be obeyed: first what is
// apart, with all that is joined to either of the two, then what is together.
func duties(pins []aggregator.Pin) []aggregator.Pin {
	inOrder := func(group map[aggregator.EntryID]bool) []aggregator.EntryID {
		return slices.SortedFunc(maps.Keys(group), func(a, b aggregator.EntryID) int { return bytes.Compare(a[:], b[:]) })
	}
	var apart, together []aggregator.Pin
	for _, p := range pins {
		if p.Join {
			together = append(together, p)
			continue
		}
		for _, a := range inOrder(joined(p.A, pins)) {
			for _, b := range inOrder(joined(p.B, pins)) {
				apart = append(apart, aggregator.Pin{A: a, B: b, At: p.At})
			}
		}
	}
	return append(apart, together...)
}

// obey does what pins say of entries that the judge did not see together.
func (r *refolding) obey(pins []aggregator.Pin) error {
	for _, pin := range duties(pins) {
		a, b, err := r.pinnedEntries(pin)
		if errors.Is(err, ErrPin) || errors.Is(err, aggregator.ErrNotFound) {
			continue // it is of an entry that was dropped or is gone
		}
		if err != nil {
			return err
		}
		others := slices.DeleteFunc(slices.Clone(pins), func(o aggregator.Pin) bool { return ofSame(o, pin) })
		var moved []uint64
		if pin.Join {
			moved, err = r.pinTogether(a, b, others, pin.At)
		} else {
			moved, err = r.pinApart(a, b, others, pin.At)
		}
		if errors.Is(err, ErrPin) {
			continue // another pin stands against it
		}
		if err != nil {
			return err
		}
		if err := r.decidePinned(moved, a, b, pin); err != nil {
			return err
		}
	}
	for _, d := range r.commit.Decisions {
		r.moving[d.Seq] = d
	}
	return nil
}

// compare holds the stories against those of the store.
func (r *refolding) compare() (*Refolded, error) {
	stored, err := r.storedStories()
	if err != nil {
		return nil, err
	}
	if err := r.leadOn(stored); err != nil {
		return nil, err
	}
	out := &Refolded{Entries: len(r.was)}
	kept := make(map[aggregator.StoryID]*aggregator.Story, len(stored))
	for i := range stored {
		old := &stored[i]
		kept[old.ID] = old
		out.Before.add(old)
		if r.stories[old.ID] == nil {
			out.Changed++
		}
	}
	for _, story := range r.stories {
		out.After.add(story)
		old := kept[story.ID]
		if old != nil {
			old.Related = slices.DeleteFunc(old.Related, func(id aggregator.StoryID) bool { return kept[id] == nil })
			carryOver(story, old)
		}
		if old == nil || !alike(story, old) {
			out.Changed++
			out.commit.Stories = append(out.commit.Stories, *story)
		}
	}
	slices.SortFunc(out.commit.Stories, func(a, b aggregator.Story) int { return cmp.Compare(a.Seq, b.Seq) })
	for _, seq := range slices.Sorted(maps.Keys(r.was)) {
		e := r.entries[seq]
		if e.Story == r.was[seq] {
			continue
		}
		move := Move{Seq: seq, From: r.was[seq], To: e.Story, Decision: r.merging[r.was[seq]]}
		if d, decided := r.moving[seq]; decided {
			d.Story = e.Story // which that of the decision may have become since
			move.Decision = d
			out.commit.Decisions = append(out.commit.Decisions, d)
		}
		out.Moves = append(out.Moves, move)
	}
	for moves := range slices.Chunk(out.Moves, readAtOnce) {
		seqs := make([]uint64, len(moves))
		for i, m := range moves {
			seqs[i] = m.Seq
		}
		entries, err := r.store.Entries(seqs)
		if err != nil {
			return nil, err
		}
		for i := range entries {
			entries[i].Story = moves[i].To
		}
		out.commit.Entries = append(out.commit.Entries, entries...)
	}
	return out, nil
}

// readAtOnce is how many entries or stories are read in one transaction.
const readAtOnce = 256

// storedStories returns the stories of the store in the order of their Seq.
func (r *refolding) storedStories() ([]aggregator.Story, error) {
	ids := make([]aggregator.StoryID, 0, len(r.was))
	for seq, id := range r.was {
		if r.entries[seq].ID.Story() == id {
			ids = append(ids, id)
		}
	}
	stories := make([]aggregator.Story, 0, len(ids))
	for some := range slices.Chunk(ids, readAtOnce) {
		read, err := r.store.Stories(some)
		if err != nil {
			return nil, err
		}
		stories = append(stories, read...)
	}
	slices.SortFunc(stories, func(a, b aggregator.Story) int { return cmp.Compare(a.Seq, b.Seq) })
	return stories, nil
}

// leadOn makes every id that leads to a story of the store, and is that of a
// story no more, an alias of the one that has its entry.
func (r *refolding) leadOn(stored []aggregator.Story) error {
	for _, story := range r.stories {
		story.Merged = nil
	}
	for i := range stored {
		ids := make([]aggregator.EntryID, 0, 1+len(stored[i].Merged))
		for _, id := range slices.Concat(stored[i].Merged, []aggregator.StoryID{stored[i].ID}) {
			ids = append(ids, aggregator.EntryID(id))
		}
		known, err := r.store.Known(ids)
		if err != nil {
			return err
		}
		for j, id := range ids {
			e := r.entries[known[j].Seq]
			if e == nil || r.stories[id.Story()] != nil {
				continue
			}
			to := r.stories[e.Story]
			to.Merged = append(to.Merged, id.Story())
		}
	}
	return nil
}

// carryOver gives a story that is in the store already what does not depend on
// its members: nothing of it is announced again. Where its members are the same
// it has the same lead.
func carryOver(story, old *aggregator.Story) {
	story.First, story.Updated = old.First, old.Updated
	if old.Changed.After(story.Changed) {
		story.Changed = old.Changed
	}
	if slices.EqualFunc(story.Members, old.Members, func(m, n aggregator.Member) bool { return m.Seq == n.Seq && m.Withdrawn == n.Withdrawn }) {
		story.Lead, story.Turns = old.Lead, old.Turns
	}
}

// alike reports whether two versions of a story are the same but for when it
// changed.
func alike(a, b *aggregator.Story) bool {
	return a.Lead == b.Lead && a.Withdrawn == b.Withdrawn &&
		sameIDs(a.Related, b.Related) && sameIDs(a.Merged, b.Merged) &&
		slices.EqualFunc(a.Members, b.Members, func(m, n aggregator.Member) bool {
			return m.Seq == n.Seq && m.Kind == n.Kind && m.Withdrawn == n.Withdrawn
		})
}

// sameIDs reports whether two lists without repetitions name the same stories.
func sameIDs(a, b []aggregator.StoryID) bool {
	return len(a) == len(b) && !slices.ContainsFunc(a, func(id aggregator.StoryID) bool { return !slices.Contains(b, id) })
}
