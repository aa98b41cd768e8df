package search

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// Query asks for stories. The zero value asks for none, for its limit is 0.
type Query struct {
	Text Text
	// Carried holds sets of sources: of each set one must carry the story.
	Carried [][]string
	// Languages are ranges (RFC 4647, section 3.3.1), in lower case, one of which
	// must have the language of the story's lead, or of its source. Empty: any
	// language will do.
	Languages []string
	// LanguageOf returns the language of a source; nil: none has any.
	LanguageOf func(source string) string
	MinSources int
	Since      time.Time           // no story that was first reported earlier; zero: all
	Before     aggregator.Position // only what comes after this place; zero: all
	Order      aggregator.Order
	Now        time.Time // for the order
	Limit      int
}

// InRanges reports whether a language is within one of the ranges, by basic
// filtering (RFC 4647, section 3.3.1). The ranges are in lower case.
func InRanges(tag string, ranges []string) bool {
	tag = strings.ToLower(strings.ReplaceAll(tag, "_", "-"))
	return slices.ContainsFunc(ranges, func(r string) bool {
		rest, found := strings.CutPrefix(tag, r)
		return found && (rest == "" || rest[0] == '-')
	})
}

// numbered is a part under the number that entries know it by.
type numbered struct {
	number uint16
	part
}

// finder answers one query.
type finder struct {
	table *table
	parts []numbered
	stems *wording.Stemmer
}

// find returns the stories that q asks for, in its order.
func (f *finder) find(q *Query) ([]aggregator.StoryID, error) {
	chosen := fullSet(len(f.table.rows))
	if !q.Text.IsZero() {
		found := newSet(len(f.table.rows))
		if err := f.eval(q.Text.root, found); err != nil {
			return nil, err
		}
		chosen.keep(found, false)
	}
	for _, set := range q.Carried {
		f.carried(set, chosen)
	}
	speaks := f.languages(q)
	since := int64(0)
	if !q.Since.IsZero() {
		since = nanoseconds(q.Since)
	}
	best := heap{limit: q.Limit, less: f.order(q)}
	before, all := q.Before, q.Before == (aggregator.Position{})
	beforeFirst := nanoseconds(before.First)
	chosen.each(func(number uint32) {
		r := &f.table.rows[number]
		switch {
		case r.id.IsZero(), r.withdrawn, int(r.sources) < q.MinSources:
		case !q.Since.IsZero() && r.first < since:
		case !all && (r.first > beforeFirst || r.first == beforeFirst && r.seq >= before.Seq):
		case speaks != nil && !speaks(r):
		default:
			best.offer(number)
		}
	})
	numbers := best.sorted()
	ids := make([]aggregator.StoryID, len(numbers))
	for i, number := range numbers {
		ids[i] = f.table.rows[number].id
	}
	return ids, nil
}

// eval adds to into the stories that a part of the query is in. A story has a
// word if one of its entries has it.
func (f *finder) eval(n node, into set) error {
	switch n := n.(type) {
	case phrase:
		return f.phrase(n, into)
	case oneOf:
		for _, side := range n {
			if err := f.eval(side, into); err != nil {
				return err
			}
		}
	case everyOf:
		all := fullSet(len(f.table.rows))
		for _, part := range n {
			own := newSet(len(f.table.rows))
			left, not := part.(without)
			if not {
				part = left.of
			}
			if err := f.eval(part, own); err != nil {
				return err
			}
			all.keep(own, not)
		}
		into.add(all)
	case without: // beside something to look for, or it would have been refused
		own := newSet(len(f.table.rows))
		if err := f.eval(n.of, own); err != nil {
			return err
		}
		all := fullSet(len(f.table.rows))
		all.keep(own, true)
		into.add(all)
	}
	return nil
}

func (f *finder) phrase(ph phrase, into set) error {
	for _, p := range f.parts {
		seqs := p.entries()
		err := match(p.part, ph, f.stems, func(doc uint32) {
			if int(doc) >= len(seqs) {
				return
			}
			if e := f.table.at(seqs[doc]); e != nil && e.part == p.number && e.doc == doc && !e.took {
				into.put(e.row)
			}
		})
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
	}
	return nil
}

// carried keeps the stories that one of the sources carries.
func (f *finder) carried(sources []string, chosen set) {
	asked := make([]bool, len(f.table.sources.texts))
	for _, id := range sources {
		if number, known := f.table.sources.numbers[id]; known {
			asked[number] = true
		}
	}
	own := newSet(len(f.table.rows))
	for i := range f.table.entries {
		if e := &f.table.entries[i]; asked[e.source] && !e.took {
			own.put(e.row)
		}
	}
	chosen.keep(own, false)
}

// languages returns what tells whether a story is in one that is asked for, nil
// where none is.
func (f *finder) languages(q *Query) func(*row) bool {
	if len(q.Languages) == 0 {
		return nil
	}
	const unasked, yes, no = 0, 1, 2
	answer := func(known []byte, number uint16, text string) bool {
		if known[number] == unasked {
			known[number] = no
			if InRanges(text, q.Languages) {
				known[number] = yes
			}
		}
		return known[number] == yes
	}
	tongues := make([]byte, len(f.table.tongues.texts))
	sources := make([]byte, len(f.table.sources.texts))
	return func(r *row) bool {
		lead := f.table.at(r.lead)
		switch {
		case lead == nil:
			return false
		case lead.language != 0:
			return answer(tongues, lead.language, f.table.tongues.texts[lead.language])
		case q.LanguageOf == nil:
			return false
		}
		source := f.table.sources.texts[lead.source]
		return answer(sources, lead.source, q.LanguageOf(source))
	}
}

// order returns which of two stories stands before the other.
func (f *finder) order(q *Query) func(a, b uint32) bool {
	newer := func(a, b *row) int { return cmp.Or(cmp.Compare(b.first, a.first), cmp.Compare(b.seq, a.seq)) }
	if q.Order != aggregator.OrderProminence {
		return func(a, b uint32) bool { return newer(&f.table.rows[a], &f.table.rows[b]) < 0 }
	}
	rate := func(r *row) aggregator.Prominence {
		return aggregator.ProminenceOf(int(r.sources), r.place().First, q.Now)
	}
	return func(a, b uint32) bool {
		x, y := &f.table.rows[a], &f.table.rows[b]
		return cmp.Or(rate(y).Compare(rate(x)), newer(x, y)) < 0
	}
}
