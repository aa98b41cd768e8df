package search

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"wiredesk/aggregator"
)

// pace is how the index follows the store without being in anybody's way.
type pace struct {
	look    time.Duration // between two looks at the store
	busy    uint64        // so many new entries between two looks: the store is busy, and left alone
	patient time.Duration // for so long at most
	chunk   int           // entries that are read at a time; a rest as long as that took follows
	part    int           // entries that are held in memory
	bytes   int           // of what is held in memory
	keep    time.Duration // what is held in memory is written after so long
}

var defaultPace = pace{
	look: time.Second, busy: 100, patient: 15 * time.Minute, chunk: 256,
	part: 4000, bytes: 12 << 20, keep: 10 * time.Minute,
}

var errEnough = errors.New("enough for now")

// follow indexes what comes, until ctx is done or a search could not be answered,
// which is the error.
func (x *Index) follow(ctx context.Context) error {
	tick := time.NewTicker(x.pace.look)
	defer tick.Stop()
	known := x.opts.Store.LastSeq()
	var waiting time.Time // since when the store has been too busy
	failing := false
	for ctx.Err() == nil {
		if err := x.hurt.Swap(nil); err != nil {
			return *err
		}
		last := x.opts.Store.LastSeq()
		isBusy := last-known > x.pace.busy
		known = last
		switch {
		case !isBusy:
			waiting = time.Time{}
		case waiting.IsZero():
			waiting = time.Now()
		}
		if !isBusy || time.Since(waiting) > x.pace.patient {
			err := x.catchUp(ctx)
			if err != nil && ctx.Err() == nil && !failing {
				x.opts.Log.Error("the index falls behind", "err", err)
			}
			failing = err != nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
		}
	}
	return nil
}

// catchUp indexes what is new, a little at a time, until nothing is or the
// store is busy again.
func (x *Index) catchUp(ctx context.Context) error {
	if err := x.sweep(); err != nil {
		return err
	}
	before := x.opts.Store.LastSeq()
	for ctx.Err() == nil {
		begun := time.Now()
		if err := x.saveIfDue(ctx); err != nil {
			return err // before more is held in memory
		}
		more, err := x.step()
		if err != nil {
			return err
		}
		last := x.opts.Store.LastSeq()
		if !more || last-before > x.pace.busy {
			return nil
		}
		select { // whoever else works goes first
		case <-time.After(time.Since(begun)):
		case <-ctx.Done():
		}
	}
	return nil
}

// step indexes a chunk: texts that changed, then new entries. It reports
// whether there is more.
func (x *Index) step() (more bool, err error) {
	x.mu.RLock()
	pending := slices.Sorted(maps.Keys(x.pending))
	x.mu.RUnlock()
	if len(pending) > 0 {
		pending = pending[:min(len(pending), x.pace.chunk)]
		x.mu.Lock()
		for _, seq := range pending { // a text that changes from now on is pending again
			delete(x.pending, seq)
		}
		x.mu.Unlock()
		entries, err := x.opts.Store.Entries(pending)
		if err != nil {
			x.mu.Lock()
			for _, seq := range pending {
				x.pending[seq] = struct{}{}
			}
			x.mu.Unlock()
			return false, err
		}
		for i := range entries {
			x.take(&entries[i])
		}
		return true, nil
	}
	taken := 0
	err = x.opts.Store.ReplayFrom(x.indexed+1, func(e aggregator.Entry) error {
		x.take(&e)
		x.passed(&e)
		if taken++; taken == x.pace.chunk {
			return errEnough
		}
		return nil
	})
	if errors.Is(err, errEnough) {
		return true, nil
	}
	return false, err
}

// take puts an entry into the part in memory. What was dropped is in no story.
func (x *Index) take(e *aggregator.Entry) {
	if e.Seq == 0 || e.Story.IsZero() {
		return
	}
	words := x.reader.read(e)
	x.mu.Lock()
	defer x.mu.Unlock()
	doc := x.memory.add(e, &x.reader, words)
	x.table.place(e.Seq, memoryNumber, doc, strings.ToLower(e.Language))
	x.changed++
}

// passed says that every entry up to this one was taken.
func (x *Index) passed(e *aggregator.Entry) {
	x.last, x.lastID = e.Seq, e.ID
	x.mu.Lock()
	x.indexed = e.Seq
	x.mu.Unlock()
}

// sweep reads anew which stories there are, where some were removed.
func (x *Index) sweep() error {
	x.mu.Lock()
	purged := x.purged
	x.purged = false
	if purged {
		x.since = []aggregator.Story{}
	}
	x.mu.Unlock()
	if !purged {
		return nil
	}
	if err := x.readTable(); err != nil {
		x.mu.Lock()
		x.purged, x.since = true, nil
		x.mu.Unlock()
		return err
	}
	return nil
}

// readTable reads which stories there are while commits go on, which it is told
// of in x.since.
func (x *Index) readTable() error {
	fresh := newTable()
	err := x.opts.Store.ReplayStories(func(s aggregator.Story) error {
		fresh.put(&s)
		return nil
	})
	if err != nil {
		return fmt.Errorf("read the stories: %w", err)
	}
	x.mu.Lock()
	defer x.mu.Unlock()
	for i := range x.since {
		fresh.put(&x.since[i])
	}
	fresh.inherit(x.table)
	x.table, x.since = fresh, nil
	x.changed++
	return nil
}
