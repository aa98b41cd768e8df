package search

import (
	"math"
	"slices"
	"time"

	"wiredesk/aggregator"
)

// table is what is known of stories and entries besides their words: which
// story an entry is in, and what feeds are narrowed by. It is made from the
// store at the start and after a purge, and follows each commit.
type table struct {
	base    uint64  // Seq of the first of entries
	entries []entry // by Seq
	rows    []row   // the first is no story
	// Of each 64 rows: none of them was first reported earlier, or later.
	earliest, latest []int64
	free             []uint32
	sources          names
	tongues          names // languages, BCP 47
}

// entry is what is known of one.
type entry struct {
	row      uint32 // of its story; 0: it has none
	doc      uint32 // its number in the part
	part     uint16 // number of the part that has its present text; 0: none
	source   uint16
	language uint16
	took     bool // its source took it back
}

// row is what is known of a story. One without id is free.
type row struct {
	id        aggregator.StoryID
	seq       uint64
	lead      uint64
	first     int64 // nanoseconds since 1970
	sources   int32
	withdrawn bool
}

func (r *row) place() aggregator.Position {
	return aggregator.Position{First: time.Unix(0, r.first).UTC(), Seq: r.seq}
}

// nanoseconds returns t as rows have it; instants that lie beyond are the last
// that do not.
func nanoseconds(t time.Time) int64 {
	switch {
	case t.Before(time.Unix(0, math.MinInt64+1)):
		return math.MinInt64 + 1
	case t.After(time.Unix(0, math.MaxInt64)):
		return math.MaxInt64
	}
	return t.UnixNano()
}

func newTable() *table {
	return &table{
		rows: make([]row, 1), earliest: []int64{math.MaxInt64}, latest: []int64{math.MinInt64},
		sources: newNames(), tongues: newNames(),
	}
}

// names gives texts numbers. The first is the empty text. It holds as many as
// there are numbers; what comes later counts as empty.
type names struct {
	numbers map[string]uint16
	texts   []string
}

func newNames() names { return names{map[string]uint16{"": 0}, []string{""}} }

func (n *names) isFull() bool { return len(n.texts) > math.MaxUint16 }

func (n *names) number(text string) uint16 {
	number, known := n.numbers[text]
	if !known && !n.isFull() {
		number = uint16(len(n.texts))
		n.numbers[text] = number
		n.texts = append(n.texts, text)
	}
	return number
}

// at returns the entry of a Seq, nil if it is older than any known.
func (t *table) at(seq uint64) *entry {
	if seq < t.base || seq-t.base >= uint64(len(t.entries)) {
		return nil
	}
	return &t.entries[seq-t.base]
}

// maxGap is how far apart two Seqs may be: a table has room for all between.
const maxGap = 1 << 24

// reach returns the entry of a Seq and makes room for it; nil where that would
// be out of all proportion.
func (t *table) reach(seq uint64) *entry {
	if len(t.entries) == 0 {
		t.base = seq
	}
	if seq < t.base {
		if t.base-seq > maxGap {
			return nil
		}
		t.entries = slices.Concat(make([]entry, t.base-seq), t.entries)
		t.base = seq
	}
	at := seq - t.base
	if at >= uint64(len(t.entries)) {
		if at-uint64(len(t.entries)) > maxGap {
			return nil
		}
		t.entries = append(t.entries, make([]entry, at+1-uint64(len(t.entries)))...)
	}
	return &t.entries[at]
}

// put takes a story in as it is now. The stories that became it leave.
func (t *table) put(s *aggregator.Story) {
	number := uint32(0)
	first := t.reach(s.Seq)
	if first == nil {
		return
	}
	if t.rows[first.row].seq == s.Seq {
		number = first.row
	}
	if number == 0 {
		number = t.newRow()
	}
	for _, m := range s.Members {
		e := t.reach(m.Seq)
		if e == nil {
			continue
		}
		if old := e.row; old != number && old != 0 && t.rows[old].seq == m.Seq {
			t.rows[old] = row{}
			t.free = append(t.free, old)
		}
		e.row, e.source, e.took = number, t.sources.number(m.Source), m.Withdrawn
	}
	t.rows[number] = row{
		id: s.ID, seq: s.Seq, lead: s.Lead, first: nanoseconds(s.First), sources: int32(s.Sources()), withdrawn: s.Withdrawn,
	}
	block, at := number/64, t.rows[number].first
	t.earliest[block], t.latest[block] = min(t.earliest[block], at), max(t.latest[block], at)
}

func (t *table) newRow() uint32 {
	if n := len(t.free); n > 0 {
		number := t.free[n-1]
		t.free = t.free[:n-1]
		return number
	}
	if len(t.rows)%64 == 0 {
		t.earliest, t.latest = append(t.earliest, math.MaxInt64), append(t.latest, math.MinInt64)
	}
	t.rows = append(t.rows, row{})
	return uint32(len(t.rows) - 1)
}

// language returns the language of an entry.
func (t *table) language(seq uint64) string {
	if e := t.at(seq); e != nil {
		return t.tongues.texts[e.language]
	}
	return ""
}

// place says which part has the present text of an entry, under which number,
// and in which language it is.
func (t *table) place(seq uint64, part uint16, doc uint32, language string) {
	if e := t.reach(seq); e != nil {
		e.part, e.doc, e.language = part, doc, t.tongues.number(language)
	}
}

// holds reports whether a part has the present text of an entry of a story
// under that number.
func (t *table) holds(seq uint64, part uint16, doc uint32) bool {
	e := t.at(seq)
	return e != nil && e.part == part && e.doc == doc && e.row != 0
}

// inherit takes over which part has the text of each entry, and forgets those
// that left the store.
func (t *table) inherit(old *table) {
	for i := range old.entries {
		was := &old.entries[i]
		if now := t.at(old.base + uint64(i)); now != nil && was.part != 0 {
			now.part, now.doc, now.language = was.part, was.doc, t.tongues.number(old.tongues.texts[was.language])
		}
	}
}
