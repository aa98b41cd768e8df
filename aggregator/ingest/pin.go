package ingest

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"wiredesk/aggregator"
)

// ErrPin is wrapped by the error of a pin that cannot be obeyed: it names one
// entry twice or one that was dropped, or contradicts other pins.
var ErrPin = errors.New("this pin contradicts what is known")

// pinning is a pin on its way to the writer, or one to be taken back.
type pinning struct {
	pin   aggregator.Pin
	off   bool
	reply chan<- pinned
}

type pinned struct {
	decisions []aggregator.Decision
	err       error
}

// Pin joins the stories of two entries, or parts them, for good: later
// judgement obeys the pin, and a later pin on the same entries replaces it. The
// entries may be named by any of their keys; a zero At is now.
//
// Stories are joined as when they turn out to be one: the older id stays.
// Where entries are parted that share a story, B leaves it and stands in a
// story of its own; if the story begins with B, A does. Entries that other pins
// join to the one that leaves go with it, and so do those that nothing but these
// two ties to the others: what a wrong join brought leaves whole.
//
// Pin returns what was decided on the entries that moved, or on B where all
// stand as the pin says already. Options.Committed is not called. The error is
// aggregator.ErrNotFound for an entry that is not in the store, or an ErrPin.
func (in *Ingest) Pin(ctx context.Context, pin aggregator.Pin) ([]aggregator.Decision, error) {
	pin.At = cmp.Or(pin.At, time.Now()).UTC()
	return in.ask(ctx, pinning{pin: pin})
}

// Unpin takes back what was said of two entries. They stay where they are;
// what comes later is judged without it. The error is aggregator.ErrNotFound
// where nothing was said.
func (in *Ingest) Unpin(ctx context.Context, a, b aggregator.EntryID) error {
	_, err := in.ask(ctx, pinning{pin: aggregator.Pin{A: a, B: b}, off: true})
	return err
}

// ask hands a pin to the writer and waits until it is committed.
func (in *Ingest) ask(ctx context.Context, p pinning) ([]aggregator.Decision, error) {
	answer := make(chan pinned, 1)
	p.reply = answer
	select {
	case in.pinnings <- p:
		r := <-answer
		return r.decisions, r.err
	case <-in.ended:
		return nil, ErrStopped
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// obey does what a pin says and stores it, or leaves everything as it is.
func (in *Ingest) obey(p pinning) ([]aggregator.Decision, error) {
	if err := in.restored(); err != nil {
		return nil, err
	}
	f := in.fold(in.judge)
	var decisions []aggregator.Decision
	err := guard(func() (err error) {
		decisions, err = f.pin(p, in.opts.Store)
		return err
	})
	if err == nil {
		err = in.store(f)
	}
	if err == nil {
		var pins []aggregator.Pin
		if pins, err = in.opts.Store.Pins(); err == nil {
			in.judge.SetPins(pins)
			return decisions, nil
		}
	}
	if len(f.entries) > 0 { // the judge was told of moves that were not made
		err = in.takeBack(err)
	}
	return nil, err
}

// pin folds a pin in.
func (f *fold) pin(p pinning, store Store) ([]aggregator.Decision, error) {
	a, b, err := f.pinnedEntries(p.pin)
	if err != nil {
		return nil, err
	}
	p.pin.A, p.pin.B = a.ID, b.ID
	pins, err := store.Pins()
	if err != nil {
		return nil, err
	}
	others := slices.DeleteFunc(slices.Clone(pins), func(o aggregator.Pin) bool { return ofSame(o, p.pin) })
	if p.off {
		if len(others) == len(pins) {
			return nil, fmt.Errorf("pin of %s and %s: %w", a.ID, b.ID, aggregator.ErrNotFound)
		}
		f.commit.Unpins = []aggregator.Pin{p.pin}
		return nil, nil
	}
	f.commit.Pins = []aggregator.Pin{p.pin}
	var moved []uint64
	if p.pin.Join {
		moved, err = f.pinTogether(a, b, others, p.pin.At)
	} else {
		moved, err = f.pinApart(a, b, others, p.pin.At)
	}
	if err != nil {
		return nil, err
	}
	if len(moved) == 0 {
		moved = []uint64{b.Seq}
	}
	err = f.decidePinned(moved, a, b, p.pin)
	return f.commit.Decisions, err
}

func ofSame(p, q aggregator.Pin) bool { return p.A == q.A && p.B == q.B || p.A == q.B && p.B == q.A }

// pinnedEntries returns the two entries that a pin names.
func (f *fold) pinnedEntries(pin aggregator.Pin) (a, b *aggregator.Entry, err error) {
	ids := []aggregator.EntryID{pin.A, pin.B}
	known, err := f.archive.Known(ids)
	if err != nil {
		return nil, nil, err
	}
	var entries [2]*aggregator.Entry
	for i, k := range known {
		if k.Seq == 0 {
			return nil, nil, fmt.Errorf("entry %s: %w", ids[i], aggregator.ErrNotFound)
		}
		if entries[i], err = f.entry(k.Seq); err != nil {
			return nil, nil, err
		}
		if entries[i].Story.IsZero() {
			return nil, nil, fmt.Errorf("%w: entry %s was dropped and is in no story", ErrPin, ids[i])
		}
	}
	if entries[0].Seq == entries[1].Seq {
		return nil, nil, fmt.Errorf("%w: it names entry %s twice", ErrPin, ids[0])
	}
	return entries[0], entries[1], nil
}

// pinTogether makes the stories of two entries one, unless another pin keeps
// some of theirs apart. It returns the entries that moved.
func (f *fold) pinTogether(a, b *aggregator.Entry, others []aggregator.Pin, at time.Time) (moved []uint64, err error) {
	if a.Story == b.Story {
		return nil, nil
	}
	for _, o := range others {
		if o.Join {
			continue
		}
		x, y, err := f.pinnedEntries(o)
		if err != nil {
			return nil, err
		}
		if x.Story == a.Story && y.Story == b.Story || x.Story == b.Story && y.Story == a.Story {
			return nil, fmt.Errorf("%w: their stories are kept apart by the pin of %s and %s: remove that first", ErrPin, o.A, o.B)
		}
	}
	before := map[uint64]bool{}
	for _, id := range []aggregator.StoryID{a.Story, b.Story} {
		story, err := f.story(id)
		if err != nil {
			return nil, err
		}
		for _, m := range story.Members {
			before[m.Seq] = true
		}
	}
	_, _, err = f.merge(a.Story, b.Story, at)
	for seq := range before {
		if f.entries[seq] != nil {
			moved = append(moved, seq)
		}
	}
	slices.Sort(moved)
	return moved, err
}

// pinApart lets one of two entries leave the story they share, with those that
// other pins join to it, and that nothing else ties to the others. It returns
// the entries that moved.
func (f *fold) pinApart(a, b *aggregator.Entry, others []aggregator.Pin, at time.Time) (moved []uint64, err error) {
	group := joined(b.ID, others)
	if group[a.ID] {
		return nil, fmt.Errorf("%w: other pins join %s and %s", ErrPin, a.ID, b.ID)
	}
	if a.Story != b.Story {
		return nil, nil
	}
	story, err := f.story(a.Story)
	if err != nil {
		return nil, err
	}
	ties, err := f.ties(story, aggregator.Pin{A: a.ID, B: b.ID})
	if err != nil {
		return nil, err
	}
	if all := slices.Concat(ties, others); !joined(b.ID, all)[a.ID] {
		others = all
	}
	leave, err := f.among(story, joined(b.ID, others))
	if err == nil && slices.Contains(leave, story.Seq) {
		leave, err = f.among(story, joined(a.ID, others))
	}
	if err != nil {
		return nil, err
	}
	return leave, f.part(story.ID, leave, at)
}

// ties returns which members of the story were found to belong together, but for
// the two that are parted.
func (f *fold) ties(story *aggregator.Story, parted aggregator.Pin) ([]aggregator.Pin, error) {
	members := make(map[aggregator.EntryID]bool, len(story.Members))
	var decided []aggregator.Decision
	for _, m := range story.Members {
		e, err := f.entry(m.Seq)
		if err != nil {
			return nil, err
		}
		members[e.ID] = true
		decisions, err := f.archive.Decisions(m.Seq)
		if err != nil {
			return nil, err
		}
		decided = append(decided, decisions...)
	}
	var ties []aggregator.Pin
	for i := range decided {
		d := &decided[i]
		isPin := d.Evidence.Rule == aggregator.RuleJoined || d.Evidence.Rule == aggregator.RuleParted
		joins := d.Kind == aggregator.Copy || d.Kind == aggregator.Report || !d.Merged.IsZero()
		tie := aggregator.Pin{A: d.Entry, B: d.Evidence.Partner, Join: true}
		if !isPin && joins && members[tie.B] && !ofSame(tie, parted) {
			ties = append(ties, tie)
		}
	}
	return ties, nil
}

// joined returns the entries that join pins tie to one, itself included.
func joined(id aggregator.EntryID, pins []aggregator.Pin) map[aggregator.EntryID]bool {
	group := map[aggregator.EntryID]bool{id: true}
	for grown := true; grown; {
		grown = false
		for _, p := range pins {
			if p.Join && group[p.A] != group[p.B] {
				group[p.A], group[p.B], grown = true, true, true
			}
		}
	}
	return group
}

// among returns which of the entries are members of the story, in order.
func (f *fold) among(story *aggregator.Story, group map[aggregator.EntryID]bool) (seqs []uint64, err error) {
	for _, m := range story.Members {
		e, err := f.entry(m.Seq)
		if err != nil {
			return nil, err
		}
		if group[e.ID] {
			seqs = append(seqs, m.Seq)
		}
	}
	return seqs, nil
}

// decidePinned keeps what the pin of a and b came to for each entry that moved.
func (f *fold) decidePinned(moved []uint64, a, b *aggregator.Entry, pin aggregator.Pin) error {
	rule := aggregator.RuleParted
	if pin.Join {
		rule = aggregator.RuleJoined
	}
	for _, seq := range moved {
		e, err := f.entry(seq)
		if err != nil {
			return err
		}
		story, err := f.story(e.Story)
		if err != nil {
			return err
		}
		d := aggregator.Decision{
			Entry: e.ID, Seq: e.Seq, Revision: e.Revision, Kind: aggregator.Report, Story: e.Story, At: pin.At,
			Evidence: aggregator.Evidence{Rule: rule, Partner: a.ID, Score: 1},
		}
		if e.ID == a.ID {
			d.Evidence.Partner = b.ID
		}
		for _, m := range story.Members {
			if m.Seq == seq {
				d.Kind = m.Kind
			}
		}
		f.commit.Decisions = append(f.commit.Decisions, d)
	}
	return nil
}
