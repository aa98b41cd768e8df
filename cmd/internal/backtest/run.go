package backtest

import (
	"cmp"
	"context"
	"slices"
	"strconv"
	"strings"

	"wiredesk/aggregator"
)

// Outcome is what became of a set.
type Outcome struct {
	Rows      []Row                 // of the set, with ID, Seq and, as decided in the end, Story
	Decisions []aggregator.Decision // parallel to Rows, as they were taken
}

// Run folds the rows of warm and then those of set, in the order they stand,
// through judge, which must know nothing yet. Rows that follow each other and
// were seen in the same second come in the order in which they claim to have
// been told, so that theirs in the file means nothing. The entries are numbered
// and named as by a daemon that saw all of them, each for the first time. Warm
// and set are not changed. The only error is that of ctx.
func Run(ctx context.Context, judge Judge, warm, set []Row) (Outcome, error) {
	fold := newFold(judge)
	out := Outcome{Rows: slices.Clone(set), Decisions: make([]aggregator.Decision, len(set))}
	taken := make(map[aggregator.EntryID]bool, len(warm)+len(set))
	add := func(e *aggregator.Entry) aggregator.Decision {
		e.Seq = uint64(len(taken) + 1)
		e.ID = identity(e, taken)
		taken[e.ID] = true
		return fold.add(e)
	}
	for _, i := range inOrder(warm) {
		e := warm[i].Entry
		add(&e)
		if err := ctx.Err(); err != nil {
			return Outcome{}, err
		}
	}
	for _, i := range inOrder(set) {
		out.Decisions[i] = add(&out.Rows[i].Entry)
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

// inOrder returns the places of the rows in the order in which they are folded.
func inOrder(rows []Row) []int {
	order := make([]int, len(rows))
	for i := range order {
		order[i] = i
	}
	for from := 0; from < len(rows); {
		second := rows[from].Entry.Seen.Unix()
		to := from + 1
		for to < len(rows) && rows[to].Entry.Seen.Unix() == second {
			to++
		}
		slices.SortFunc(order[from:to], func(a, b int) int {
			x, y := &rows[a].Entry, &rows[b].Entry
			return cmp.Or(x.When().Compare(y.When()), strings.Compare(x.Source, y.Source), strings.Compare(x.GUID, y.GUID),
				strings.Compare(x.Link, y.Link), strings.Compare(x.Title, y.Title), strings.Compare(x.Summary, y.Summary))
		})
		from = to
	}
	return order
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
