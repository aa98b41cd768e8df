package backtest

import (
	"strconv"

	"wiredesk/aggregator"
)

// Outcome is what became of a set.
type Outcome struct {
	Rows      []Row                 // of the set, with ID, Seq and, as decided in the end, Story
	Decisions []aggregator.Decision // parallel to Rows
}

// Run folds the rows of warm and then those of set, in the order they stand,
// through judge. Rows of warm and set are numbered through as a daemon that
// saw them all would have done it. Neither is changed.
func Run(judge Judge, warm, set []Row) Outcome {
	fold := NewFold(judge)
	out := Outcome{Rows: make([]Row, len(set)), Decisions: make([]aggregator.Decision, len(set))}
	taken := make(map[aggregator.EntryID]bool, len(warm)+len(set))
	var seq uint64
	add := func(e *aggregator.Entry) aggregator.Decision {
		seq++
		e.Seq, e.ID = seq, identity(e, taken)
		taken[e.ID] = true
		return fold.Add(e)
	}
	for _, row := range warm {
		add(&row.Entry)
	}
	for i, row := range set {
		out.Decisions[i] = add(&row.Entry)
		out.Rows[i] = row
	}
	for i := range out.Rows {
		e := &out.Rows[i].Entry
		e.Story = fold.Story(e.Seq)
	}
	return out
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
