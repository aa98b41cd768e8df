package ingest

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"iter"
	"maps"
	"slices"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
)

// snapshotInterval is how often what the judge knows is saved while entries
// come in. A crash costs at most replaying what came since.
const snapshotInterval = time.Hour

// warmWindows is how many windows of entries a judge is rebuilt from that has
// no snapshot: what it learned of words reaches further back than the entries
// it can join.
const warmWindows = 2

// windowJudge is the judge as the writer keeps it.
type windowJudge interface {
	judge
	Window() time.Duration
	LastSeq() uint64
	Places() iter.Seq[dedupe.Place]
	SetPins(pins []aggregator.Pin)
	AppendSnapshot(b []byte) []byte
	Restore(b []byte) error
}

// restore takes states, stream position and judge from the store.
func (in *Ingest) restore() error {
	list, err := in.opts.Store.States()
	if err != nil {
		return fmt.Errorf("read the sources' states: %w", err)
	}
	states := make(map[string]aggregator.SourceState, len(list))
	for _, s := range list {
		states[s.Source] = s
	}
	lastSeq := in.opts.Store.LastSeq()
	newest, err := in.opts.Store.Entries([]uint64{lastSeq})
	if err != nil {
		return fmt.Errorf("read the last entry: %w", err)
	}
	judge, err := in.restoreJudge(lastSeq, newest[0].Seen)
	if err != nil {
		return fmt.Errorf("read the entries of the window: %w", err)
	}
	in.mu.Lock()
	in.states = states
	in.mu.Unlock()
	in.judge, in.lastSeq, in.lastSeen = judge, lastSeq, newest[0].Seen
	for _, s := range list { // what came since the last entry may have been new texts
		if s.LastPoll.After(in.lastSeen) {
			in.lastSeen = s.LastPoll
		}
	}
	in.astray = false
	in.quiet = make(map[string]aggregator.SourceState)
	return nil
}

// restoreJudge returns a judge that knows what one that never stopped would:
// its last snapshot and what came since, else all of the last two windows.
func (in *Ingest) restoreJudge(lastSeq uint64, lastSeen time.Time) (windowJudge, error) {
	pins, err := in.opts.Store.Pins()
	if err != nil {
		return nil, err
	}
	judge, err := in.fromSnapshot(lastSeq)
	if err != nil {
		if lastSeq > 0 && in.Fault() == nil { // then it was said
			in.opts.Log.Info("the judge is rebuilt from the archive", "reason", err)
		}
		judge = in.newJudge()
		since := lastSeen.Add(-warmWindows * judge.Window())
		r := replay{store: in.opts.Store, tell: teach(judge)}
		if err := errors.Join(in.opts.Store.Replay(since, r.add), r.finish()); err != nil {
			return nil, err
		}
		in.unsaved = lastSeq > 0
	}
	judge.SetPins(pins)
	return judge, nil
}

// fromSnapshot returns a judge made from its snapshot and from what the store
// took since. An error says why there is none.
func (in *Ingest) fromSnapshot(lastSeq uint64) (windowJudge, error) {
	after, snapshot, err := in.opts.Store.LoadJudge()
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no snapshot of it")
	case err != nil:
		return nil, err
	case after > lastSeq:
		return nil, fmt.Errorf("its snapshot knows entry %d, the archive ends with %d", after, lastSeq)
	}
	judge := in.newJudge()
	if err := judge.Restore(snapshot); err != nil {
		return nil, fmt.Errorf("its snapshot cannot be used: %w", err)
	}
	if judge.LastSeq() != after {
		return nil, fmt.Errorf("its snapshot is of entry %d and says %d", judge.LastSeq(), after)
	}
	revised, err := in.compare(judge, after)
	if err != nil {
		return nil, err
	}
	r := replay{store: in.opts.Store, tell: teach(judge), next: after}
	for _, seq := range revised {
		if err := r.expect(seq, after); err != nil {
			return nil, err
		}
	}
	return judge, errors.Join(in.opts.Store.ReplayFrom(after+1, r.add), r.finish())
}

// compare moves the judge's entries to where the store has them now, and
// returns those that may have got another text since the snapshot. That an
// entry is another than the store's is an error: the snapshot is of another
// database.
func (in *Ingest) compare(judge windowJudge, after uint64) (revised []uint64, err error) {
	places := slices.Collect(judge.Places())
	if len(places) == 0 {
		return nil, nil
	}
	var foreign error
	n := 0 // of the places, how many were compared
	gone := func(before uint64) {
		for ; n < len(places) && places[n].Seq < before; n++ {
			judge.Move(places[n].Seq, aggregator.StoryID{})
		}
	}
	err = in.opts.Store.Heads(places[0].Seq, after, func(h aggregator.Head) {
		gone(h.Seq)
		if n == len(places) || places[n].Seq != h.Seq {
			return // dropped, or out of the window
		}
		p := places[n]
		n++
		switch {
		case h.ID != p.ID:
			foreign = fmt.Errorf("its snapshot is of another archive: entry %d is %s there, %s here", p.Seq, p.ID, h.ID)
		case h.Story != p.Story:
			judge.Move(p.Seq, h.Story)
		}
		if h.RevisedAfter >= after {
			revised = append(revised, p.Seq)
		}
	})
	gone(after + 1)
	return revised, errors.Join(err, foreign)
}

// teach returns what adds texts to a judge. That their stories are the present
// ones makes no difference: the judge was told of each that changed.
func teach(judge judge) func(*aggregator.Entry) error {
	return func(e *aggregator.Entry) error {
		reading := judge.Read(e)
		e.Labels = reading.Labels
		judge.Add(e, reading)
		return nil
	}
}

// replay tells the texts of stored entries as they were folded: each entry with
// its first text, and every later text after the entry it came after.
type replay struct {
	store Store
	tell  func(*aggregator.Entry) error
	due   map[uint64][]text // by the entry they came after
	next  uint64            // the first Seq whose texts are still due
}

// text is one an entry got later than its first.
type text struct {
	seq      uint64
	at       time.Time // when it was seen
	revision int       // N of the Revision that keeps it; present: the entry itself does
}

const present = -1

// add tells the next entry.
func (r *replay) add(e aggregator.Entry) error {
	if err := r.addTexts(e.Seq); err != nil {
		return err
	}
	if e.Revision > 0 {
		first, err := r.withText(e, 0)
		if err != nil {
			return err
		}
		if err := r.expect(e.Seq, e.Seq); err != nil {
			return err
		}
		e = first
	}
	return r.tell(&e)
}

// expect notes the texts that an entry got after the entry of that Seq.
func (r *replay) expect(seq, after uint64) error {
	entries, err := r.store.Entries([]uint64{seq})
	if err != nil {
		return err
	}
	revisions, err := r.store.Revisions(seq)
	if err != nil {
		return err
	}
	if r.due == nil {
		r.due = make(map[uint64][]text)
	}
	for _, revision := range revisions {
		if revision.N > 0 && revision.After >= after {
			r.due[revision.After] = append(r.due[revision.After], text{seq, revision.At, revision.N})
		}
	}
	// The text of an entry that was revised by an earlier version has no place.
	last := max(entries[0].RevisedAfter, after)
	r.due[last] = append(r.due[last], text{seq, entries[0].Revised, present})
	return nil
}

// addTexts tells the texts that came before the entry of that Seq.
func (r *replay) addTexts(before uint64) error {
	if r.next == 0 {
		r.next = before
	}
	for ; r.next < before; r.next++ {
		if err := r.addDue(r.next); err != nil {
			return err
		}
	}
	return nil
}

// finish tells the texts that are left.
func (r *replay) finish() error {
	for _, after := range slices.Sorted(maps.Keys(r.due)) {
		if err := r.addDue(after); err != nil {
			return err
		}
	}
	return nil
}

func (r *replay) addDue(after uint64) error {
	texts := r.due[after]
	delete(r.due, after)
	slices.SortStableFunc(texts, func(a, b text) int { return cmp.Or(a.at.Compare(b.at), cmp.Compare(a.seq, b.seq)) })
	for _, t := range texts {
		if err := r.addText(t); err != nil {
			return err
		}
	}
	return nil
}

func (r *replay) addText(t text) error {
	entries, err := r.store.Entries([]uint64{t.seq})
	if err != nil {
		return err
	}
	e := entries[0]
	if t.revision != present {
		if e, err = r.withText(e, t.revision); err != nil {
			return err
		}
	}
	return r.tell(&e)
}

// withText returns the entry with an earlier text of its, or as it is where
// that is no longer kept.
func (r *replay) withText(e aggregator.Entry, n int) (aggregator.Entry, error) {
	revisions, err := r.store.Revisions(e.Seq)
	if err != nil {
		return e, err
	}
	for _, revision := range revisions {
		if revision.N == n {
			e.Title, e.Summary, e.Content, e.Text = revision.Title, revision.Summary, revision.Content, revision.Text
			e.Revised, e.Revision = revision.At, revision.N
		}
	}
	return e, nil
}

// saveJudge saves what the judge knows if it has learned anything since. The
// writer only makes the snapshot: it is written while it goes on.
func (in *Ingest) saveJudge() {
	if !in.unsaved || in.astray {
		return
	}
	in.saving.Wait()
	in.unsaved = false
	lastSeq, snapshot := in.judge.LastSeq(), in.judge.AppendSnapshot(nil)
	in.saving.Go(func() {
		if err := in.opts.Store.SaveJudge(lastSeq, snapshot); err != nil {
			in.opts.Log.Warn("what the judge knows could not be saved", "err", err)
		}
	})
}
