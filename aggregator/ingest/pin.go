package ingest

import (
	"context"
	"errors"
	"fmt"

	"wiredesk/aggregator"
)

// ErrPin is wrapped by the error of a pin that cannot be obeyed: it names one
// entry twice or one that was dropped, or contradicts other pins.
var ErrPin = errors.New("pin refused")

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
// entries may be named by any of their keys.
//
// Where entries are parted that share a story, B leaves it and stands in a
// story of its own; if the story begins with B, A does. Entries that other pins
// join to the one that leaves go with it.
//
// Pin returns what was decided on the entries that moved, and on B in any case.
// Options.Committed is not called. The error is aggregator.ErrNotFound for an
// entry that is not in the store, or an ErrPin.
func (in *Ingest) Pin(ctx context.Context, pin aggregator.Pin) ([]aggregator.Decision, error) {
	return in.pinned(ctx, pinning{pin: pin})
}

// Unpin takes back what was said of two entries. They stay where they are;
// what comes later is judged without it. The error is aggregator.ErrNotFound
// where nothing was said.
func (in *Ingest) Unpin(ctx context.Context, a, b aggregator.EntryID) error {
	_, err := in.pinned(ctx, pinning{pin: aggregator.Pin{A: a, B: b}, off: true})
	return err
}

func (in *Ingest) pinned(ctx context.Context, p pinning) ([]aggregator.Decision, error) {
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

// settlePin obeys a pin and stores it.
func (in *Ingest) settlePin(p pinning) ([]aggregator.Decision, error) {
	pins, err := in.opts.Store.Pins()
	if err != nil {
		return nil, err
	}
	entries, err := in.pinnedEntries(p.pin)
	if err != nil {
		return nil, err
	}
	p.pin.A, p.pin.B = entries[0].ID, entries[1].ID
	f := in.fold(in.judge)
	if p.off {
		f.commit.Unpins = []aggregator.Pin{p.pin}
	} else {
		f.commit.Pins = []aggregator.Pin{p.pin}
	}
	_ = pins
	return nil, in.store(f)
}

// pinnedEntries returns the two entries that a pin names.
func (in *Ingest) pinnedEntries(pin aggregator.Pin) ([2]aggregator.Entry, error) {
	var entries [2]aggregator.Entry
	ids := []aggregator.EntryID{pin.A, pin.B}
	known, err := in.opts.Store.Known(ids)
	if err != nil {
		return entries, err
	}
	for i, k := range known {
		if k.Seq == 0 {
			return entries, fmt.Errorf("entry %s: %w", ids[i], aggregator.ErrNotFound)
		}
	}
	found, err := in.opts.Store.Entries([]uint64{known[0].Seq, known[1].Seq})
	if err != nil {
		return entries, err
	}
	copy(entries[:], found)
	if entries[0].Seq == entries[1].Seq {
		return entries, fmt.Errorf("%w: both are entry %s", ErrPin, entries[0].ID)
	}
	return entries, nil
}
