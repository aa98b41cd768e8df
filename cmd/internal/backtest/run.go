package backtest

import (
	"context"
	"slices"
	"strconv"

	"wiredesk/aggregator"
)

// Outcome is what became of a set.
type Outcome struct {
	Rows      []Row                 // of the set, with ID, Seq and, as decided in the end, Story
	Decisions []aggregator.Decision // parallel to Rows, as they were taken
}

// Run folds the rows of warm and then those of set, in the order they stand,
// through judge, which must know nothing yet. The entries are numbered and
// named as by a daemon that saw all of them, each for the first time. Warm and
// set are not changed. The only error is that of ctx.
func Run(ctx context.Context, judge Judge, warm, set []Row) (Outcome, error) {
	fold := newFold(judge)
	out := Outcome{Rows: slices.Clone(set), Decisions: make([]aggregator.Decision, 0, len(set))}
	taken := make(map[aggregator.EntryID]bool, len(warm)+len(set))
	add := func(e *aggregator.Entry) aggregator.Decision {
		e.Seq = uint64(len(taken) + 1)
		e.ID = identity(e, taken)
		taken[e.ID] = true
		return fold.add(e)
	}
	for _, row := range warm {
		add(&row.Entry)
		if err := ctx.Err(); err != nil {
			return Outcome{}, err
		}
	}
	for i := range out.Rows {
		out.Decisions = append(out.Decisions, add(&out.Rows[i].Entry))
		if err := ctx.Err(); err != nil {
			return Outcome{}, err
		}
	}
	for i := range out.Rows {
		e := &out.Rows[i].Entry
		e.Story = fold.story(e.Seq)
	}
	return out, nil
}

// identity returns the first of an entry's keys that no entry before it has.
// That of an article that is listed again has its number in it.
func identity(e *aggregator.Entry, taken map[aggregator.EntryID]bool) aggregator.EntryID {
	for _, key := range []struct {
		kind  aggregator.KeyKind
		value string
	}{
		{aggregator.KeyGUID, e.GUID},
		{aggregator.KeyLink, e.Canonical},
	} {
		if id := aggregator.EntryKey(e.Source, key.kind, key.value); key.value != "" && !taken[id] {
			return id
		}
	}
	return aggregator.EntryKey(e.Source, aggregator.KeyText, e.Title+"\x00"+strconv.FormatUint(e.Seq, 10))
}
