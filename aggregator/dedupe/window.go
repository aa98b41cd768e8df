package dedupe

import (
	"cmp"
	"slices"
	"time"

	"wiredesk/aggregator"
)

// doc is what the judge keeps of an entry of the window.
type doc struct {
	id       aggregator.EntryID
	seq      uint64
	story    *story
	source   uint32
	seen     int64 // Unix seconds
	when     int64 // what the entry claims, as far as it may be trusted
	keys     keys
	older    [keyKinds]uint32 // number of the next older entry with each key
	packed   []uint32         // terms sorted by slot, then pairs, then sketch
	terms    uint8
	pairs    uint8
	titles   uint8 // words of the title
	bodies   uint8 // words of the summary, at most 255
	template uint8 // percent of the title that its source repeats
	labels   labelSet
	shingles uint16
	norm     uint32 // length of its vector when it was added
	skeleton uint64
	grams    signature
	x        extras
}

type extras struct {
	big     []uint64
	slug    []uint64
	prefix  []uint64 // title words' prefixes
	prefAll []uint64
	cased   bool
}

// story is what the judge keeps of a story of the window.
type story struct {
	id      aggregator.StoryID
	members []uint32 // numbers of its entries in the window, in their order
	size    int      // entries it ever had while in the window
	first   int64    // when its first entry was seen, Unix seconds
}

type labelSet uint16

// The word of a packed term: slot, then how often it stands where, then flags.
const (
	slotShift     = 8
	titleShift    = 6
	bodyShift     = 3
	packedBody    = 7
	packedFlags   = 7
	maxSlots      = 1 << 24
	shortestTitle = 3
)

func pack(t term) uint32 {
	return t.slot<<slotShift | uint32(t.title)<<titleShift | uint32(t.body)<<bodyShift | uint32(t.flags)
}

func (d *doc) words() []uint32   { return d.packed[:d.terms] }
func (d *doc) couples() []uint32 { return d.packed[d.terms : int(d.terms)+int(d.pairs)] }
func (d *doc) sketch() []uint32  { return d.packed[int(d.terms)+int(d.pairs):] }

// window holds the entries that can be joined, in the order of their Seq. Each
// has a number that it keeps while it is there; numbers start at 1.
type window struct {
	docs  []doc
	first uint32 // the number of docs[0]
}

func (w *window) at(number uint32) *doc { return &w.docs[number-w.first] }

func (w *window) end() uint32 { return w.first + uint32(len(w.docs)) }

// find returns the number of the entry with the Seq, or the one it would have.
func (w *window) find(seq uint64) (number uint32, found bool) {
	i, found := slices.BinarySearchFunc(w.docs, seq, func(d doc, seq uint64) int { return cmp.Compare(d.seq, seq) })
	return w.first + uint32(i), found
}

func unixSeconds(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.Unix()
}
