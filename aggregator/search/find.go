package search

import (
	"cmp"
	"fmt"
	"math"
	"math/bits"
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
	// After asks for what comes before this place, and turns the order by time
	// round: what stands nearest to the place is first. Zero: nothing is asked.
	After aggregator.Position
	Order aggregator.Order
	Now   time.Time // for the order
	Limit int
}

// isUpward reports whether what stands above a place is asked for.
func (q *Query) isUpward() bool { return q.After != (aggregator.Position{}) }

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
	known map[*sought]known // by a phrase's first word
}

// find returns the stories that q asks for, in its order.
//
// Where words must stand beside each other, a query is asked twice: which stories
// have the words at all, and where they stand in the first by the order, and in
// more only until there are enough.
func (f *finder) find(q *Query) ([]aggregator.StoryID, error) {
	if q.Limit <= 0 {
		return nil, nil
	}
	chosen := fullSet(len(f.table.rows))
	if !q.Text.IsZero() {
		found := newSet(len(f.table.rows))
		if err := f.eval(q.Text.root, nil, found); err != nil {
			return nil, err
		}
		chosen.keep(found, false)
	}
	for _, set := range q.Carried {
		f.carried(set, chosen)
	}
	wants := f.wants(q)
	if !hasPhrase(q.Text.root) {
		return f.ids(f.best(q, chosen, q.Limit, wants)), nil
	}
	var numbers []uint32
	seen := 0
	for looked := max(2*q.Limit, leastLooked); looked < mostLooked; {
		first := f.best(q, chosen, looked, wants)
		within := newSet(len(f.table.rows))
		for _, number := range first {
			within.put(number)
		}
		found, err := f.within(q.Text.root, within)
		if err != nil {
			return nil, err
		}
		for _, number := range first {
			if found.has(number) {
				numbers = append(numbers, number)
			}
		}
		if len(numbers) >= q.Limit || len(first) < looked {
			return f.ids(numbers[:min(len(numbers), q.Limit)]), nil
		}
		chosen.keep(within, true)
		// As many more as hold what is lacking, if it is no rarer among them, and
		// half as many again.
		seen += len(first)
		looked = max(leastLooked, (q.Limit-len(numbers))*seen*3/2/max(1, len(numbers)))
	}
	chosen, err := f.within(q.Text.root, f.wanted(chosen, wants))
	if err != nil {
		return nil, err
	}
	return f.ids(append(numbers, f.best(q, chosen, q.Limit-len(numbers), wants)...)), nil
}

// In how many stories it is looked where words stand, before it is looked in
// more: fewer cost no less, and of more it costs more to put them in order than
// to look in all.
const (
	leastLooked = 100
	mostLooked  = 5000
)

// within returns the stories among those that a part of the query is in.
func (f *finder) within(n node, stories set) (set, error) {
	found := newSet(len(f.table.rows))
	err := f.eval(n, stories, found)
	found.keep(stories, false)
	return found, err
}

func (f *finder) ids(numbers []uint32) []aggregator.StoryID {
	ids := make([]aggregator.StoryID, len(numbers))
	for i, number := range numbers {
		ids[i] = f.table.rows[number].id
	}
	return ids
}

// best returns the first so many of the chosen stories that q wants, in its
// order.
func (f *finder) best(q *Query, chosen set, limit int, wants func(*row) bool) []uint32 {
	best := heap{limit: limit, less: f.order(q)}
	oldest, latest := int64(math.MinInt64), int64(math.MaxInt64)
	if !q.Since.IsZero() {
		oldest = nanoseconds(q.Since)
	}
	if q.isUpward() {
		oldest = max(oldest, nanoseconds(q.After.First))
	}
	for n := range chosen {
		i := n // those that come first as a rule are looked at first
		if !q.isUpward() {
			i = len(chosen) - 1 - n
		}
		word := chosen[i]
		if word == 0 || f.table.latest[i] < oldest || f.table.earliest[i] > latest {
			continue
		}
		for word != 0 {
			high := bits.Len64(word) - 1
			word &^= 1 << high
			if number := uint32(i*64 + high); wants(&f.table.rows[number]) {
				best.offer(number)
			}
		}
		// What comes after the last of enough need not be looked at.
		if q.Order == aggregator.OrderProminence || len(best.numbers) < limit {
			continue
		}
		if last := f.table.rows[best.numbers[0]].first; q.isUpward() {
			latest = last
		} else {
			oldest = max(oldest, last)
		}
	}
	return best.sorted()
}

// wanted returns those of the stories that are wanted.
func (f *finder) wanted(stories set, wants func(*row) bool) set {
	kept := newSet(len(f.table.rows))
	stories.each(func(number uint32) {
		if wants(&f.table.rows[number]) {
			kept.put(number)
		}
	})
	return kept
}

// wants returns what tells whether q asks for a story, whatever it says.
func (f *finder) wants(q *Query) func(*row) bool {
	speaks := f.languages(q)
	since := int64(0)
	if !q.Since.IsZero() {
		since = nanoseconds(q.Since)
	}
	before, all := q.Before, q.Before == (aggregator.Position{})
	beforeFirst, afterFirst := nanoseconds(before.First), nanoseconds(q.After.First)
	return func(r *row) bool {
		switch {
		case r.id.IsZero(), r.withdrawn, int(r.sources) < q.MinSources:
		case !q.Since.IsZero() && r.first < since:
		case !all && (r.first > beforeFirst || r.first == beforeFirst && r.seq >= before.Seq):
		case q.isUpward() && (r.first < afterFirst || r.first == afterFirst && r.seq <= q.After.Seq):
		default:
			return speaks == nil || speaks(r)
		}
		return false
	}
}

// hasPhrase reports whether where words stand matters to the part of a query.
func hasPhrase(n node) bool {
	switch n := n.(type) {
	case phrase:
		return len(n) > 1
	case oneOf:
		return slices.ContainsFunc(n, hasPhrase)
	case everyOf:
		return slices.ContainsFunc(n, hasPhrase)
	case without:
		return hasPhrase(n.of)
	}
	return false
}

// eval adds to into the stories that a part of the query is in. A story has a
// word if one of its entries has it. Within is in which stories it is looked
// where words stand; of the others it says nothing. Nil: it is looked nowhere,
// and there may be more stories than the part is in.
func (f *finder) eval(n node, within, into set) error {
	switch n := n.(type) {
	case phrase:
		return f.phrase(n, within, into)
	case oneOf:
		for _, side := range n {
			if err := f.eval(side, within, into); err != nil {
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
			if not && within == nil && hasPhrase(part) {
				continue // it may be in fewer than it seems
			}
			if err := f.eval(part, within, own); err != nil {
				return err
			}
			all.keep(own, not)
		}
		into.add(all)
	case without: // beside something to look for, or it would have been refused
		return f.eval(everyOf{n}, within, into)
	}
	return nil
}

// phrase adds to into the stories that have the phrase.
func (f *finder) phrase(ph phrase, within, into set) error {
	k, err := f.lookUp(ph)
	if err != nil {
		return fmt.Errorf("search: %w", err)
	}
	if within == nil || len(ph) == 1 {
		into.add(k.stories)
		return nil
	}
	for i, p := range f.parts {
		docs, err := k.matches[i].beside(func(doc uint32) bool { return within.has(f.storyOf(p, doc)) })
		if err != nil {
			return fmt.Errorf("search: %w", err)
		}
		docs.each(func(doc uint32) { into.put(f.storyOf(p, doc)) })
	}
	return nil
}

// storyOf returns the row of the story whose present text that entry of a part
// is; 0: of none.
func (f *finder) storyOf(p numbered, doc uint32) uint32 {
	e := f.table.at(p.entries()[doc])
	if e == nil || e.part != p.number || e.doc != doc || e.took {
		return 0
	}
	return e.row
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
	newer := func(a, b *row) int {
		if a.first != b.first {
			return cmp.Compare(b.first, a.first)
		}
		return cmp.Compare(b.seq, a.seq)
	}
	switch {
	case q.Order == aggregator.OrderProminence:
	case q.isUpward():
		return func(a, b uint32) bool { return newer(&f.table.rows[a], &f.table.rows[b]) > 0 }
	default:
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
