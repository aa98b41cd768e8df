package dedupe

import (
	"cmp"
	"math"
	"slices"
	"time"

	"wiredesk/aggregator"
)

// doc is what the judge keeps of an entry of the window.
type doc struct {
	id       aggregator.EntryID
	seq      uint64
	story    *story // nil: withdrawn from the window
	keys     keys
	older    [keyKinds]uint32 // number of the next older entry with each key
	packed   []uint32         // terms sorted by slot, pairs, sketch, opinions
	skeleton uint64
	grams    signature
	seen     instant
	when     instant // what the entry claims, as far as it may be trusted
	source   uint32
	shingles uint16
	terms    uint8
	pairs    uint8
	sketched uint8
	titles   uint8 // words of the title
	bodies   uint8 // words of the summary, at most 255
	template uint8 // percent of the title that its source repeats
	gathers  bool  // labelled as telling many happenings
	live     bool  // labelled as a page that goes on growing
}

// A packed term is its slot, then how often it stands in title and summary,
// then its flags.
const (
	slotShift   = 8
	titleShift  = 6
	bodyShift   = 3
	titleMask   = 3
	bodyMask    = 7
	flagMask    = 7
	maxSlots    = 1 << (32 - slotShift)
	maxTitleTF  = titleMask
	maxBodyTF   = bodyMask
	maxOpinions = 16
	// faintest is the smallest probability worth remembering.
	faintest = 0.02
)

func pack(t term) uint32 {
	return t.slot<<slotShift | uint32(t.title)<<titleShift | uint32(t.body)<<bodyShift | uint32(t.flags)
}

func unpack(p uint32) term {
	return term{slot: p >> slotShift, title: uint8(p >> titleShift & titleMask), body: uint8(p >> bodyShift & bodyMask), flags: flags(p & flagMask)}
}

// worded returns 1 for an entry with words, 0 for old news.
func (d *doc) worded() int { return min(int(d.terms), 1) }

func (d *doc) words() []uint32 { return d.packed[:d.terms] }

func (d *doc) couples() []uint32 {
	return d.packed[d.terms : int(d.terms)+int(d.pairs)]
}

func (d *doc) sketch() []uint32 {
	at := int(d.terms) + int(d.pairs)
	return d.packed[at : at+int(d.sketched)]
}

// opinions are pairs of the number of an earlier entry and the probability,
// when the later one came, that the two tell one happening.
func (d *doc) opinions() []uint32 {
	return d.packed[int(d.terms)+int(d.pairs)+int(d.sketched):]
}

// opinion returns the probability that was found for the pair with an earlier
// entry.
func (d *doc) opinion(number uint32) float64 {
	o := d.opinions()
	for i := 0; i < len(o); i += 2 {
		if o[i] == number {
			return float64(math.Float32frombits(o[i+1]))
		}
	}
	return stranger
}

// story is what the judge keeps of a story of the window.
type story struct {
	id      aggregator.StoryID
	born    uint64   // Seq of its first entry
	first   int64    // when that was seen, Unix seconds
	members []uint32 // numbers of its entries in the window, in their order
	worded  int      // how many of them have words: the others were old news
}

// window holds the entries that can be joined, in the order of their Seq. Each
// has a number that it keeps while it is there; numbers start at 1.
type window struct {
	docs     []doc
	outlines []outline // of the docs: what a search asks of many, close together
	reaches  []reach   // of the docs
	first    uint32    // the number of docs[0]
}

// outline is what can be said of an entry without looking at its doc.
type outline struct {
	seen   instant
	source uint32
	sign   uint16 // see signOf
	open   bool   // it has a story, so that it can be joined
}

func newOutline(d *doc) outline {
	return outline{seen: d.seen, source: d.source, sign: signOf(&d.id), open: d.story != nil}
}

// reach is how far a search's words have led to an entry.
type reach struct {
	gain   float32 // what the words looked up so far are worth; 0 between two searches
	length float32 // of the entry's vector when it was added, plus 1
}

// signOf returns the beginning of an id: entries with other signs are others.
func signOf(id *aggregator.EntryID) uint16 { return uint16(id[0])<<8 | uint16(id[1]) }

func (w *window) at(number uint32) *doc { return &w.docs[number-w.first] }

func (w *window) outline(number uint32) *outline { return &w.outlines[number-w.first] }

func (w *window) end() uint32 { return w.first + uint32(len(w.docs)) }

// push appends a doc. The room for more grows slowly: docs are most of what the
// judge keeps.
func (w *window) push(d doc) {
	if n := len(w.docs); n == cap(w.docs) {
		const least = 64
		w.docs = append(make([]doc, 0, n+n/8+least), w.docs...)
		w.outlines = append(make([]outline, 0, n+n/8+least), w.outlines...)
		w.reaches = append(make([]reach, 0, n+n/8+least), w.reaches...)
	}
	w.docs = append(w.docs, d)
	w.outlines = append(w.outlines, newOutline(&d))
	w.reaches = append(w.reaches, reach{})
}

// shift drops the oldest doc.
func (w *window) shift() {
	w.docs, w.outlines, w.reaches = w.docs[1:], w.outlines[1:], w.reaches[1:]
	w.first++
}

// find returns the number of the entry with the Seq, or the one it would have.
func (w *window) find(seq uint64) (number uint32, found bool) {
	if n := len(w.docs); n == 0 || w.docs[n-1].seq < seq {
		return w.end(), false // a new one, as most are
	}
	i, found := slices.BinarySearchFunc(w.docs, seq, func(d doc, seq uint64) int { return cmp.Compare(d.seq, seq) })
	return w.first + uint32(i), found
}

// An entry is old news that claims to have been told so many windows and so long
// before it was seen.
const (
	oldWindows = 2
	oldFrom    = 7 * 24 * time.Hour
)

// old reports whether the entry was old news when it was seen, as most of what
// a source shows may be when it is read for the first time. It is folded with
// what has the same link or headline; otherwise it is compared with nothing, and
// the vocabulary and the habits don't learn from it.
func (j *Judge) old(e *aggregator.Entry) bool {
	return e.Seen.Sub(e.When()) > max(oldWindows*j.window, oldFrom)
}

func (j *Judge) windowSeconds() int64 { return int64(j.window / time.Second) }

// forget drops the oldest entries once they have left the window.
func (j *Judge) forget() {
	now := unixSeconds(j.now)
	for len(j.entries.docs) > 0 && now-j.entries.docs[0].seen.seconds() > j.windowSeconds() {
		j.version++
		number := j.entries.first
		oldest := &j.entries.docs[0]
		for _, k := range oldest.keys {
			if k != 0 && j.newest[k] == number {
				delete(j.newest, k)
			}
		}
		for _, p := range oldest.words() {
			j.words.leave(p>>slotShift, number)
		}
		j.leaveStory(number)
		*oldest = doc{}
		j.entries.shift()
	}
	j.words.fade(now / 3600)
	j.habits.fade(now)
}

// joinStory makes the entry of the number a member of a story.
func (j *Judge) joinStory(number uint32, id aggregator.StoryID) {
	d := j.entries.at(number)
	s := j.stories[id]
	if s == nil {
		s = &story{id: id, born: d.seq, first: d.seen.seconds()}
		j.stories[id] = s
	}
	if d.seq < s.born {
		s.born, s.first = d.seq, d.seen.seconds()
	}
	at, _ := slices.BinarySearch(s.members, number)
	s.members = slices.Insert(s.members, at, number)
	s.worded += d.worded()
	d.story = s
	j.entries.outline(number).open = true
}

func (j *Judge) leaveStory(number uint32) {
	d := j.entries.at(number)
	s := d.story
	if s == nil {
		return
	}
	if at, found := slices.BinarySearch(s.members, number); found {
		s.members = slices.Delete(s.members, at, at+1)
		s.worded -= d.worded()
	}
	if len(s.members) == 0 {
		delete(j.stories, s.id)
	}
	d.story = nil
	j.entries.outline(number).open = false
}

// Move tells the judge that an entry belongs to another story than it was
// added with: two stories were merged, or an operator said so. The zero story
// takes the entry back: nothing is joined to it any more. An entry that is not
// in the window is passed over.
func (j *Judge) Move(seq uint64, to aggregator.StoryID) {
	number, found := j.entries.find(seq)
	if !found {
		return
	}
	j.version++
	j.leaveStory(number)
	if !to.IsZero() {
		j.joinStory(number, to)
	}
}

// instant is a time as a doc keeps it, in Unix seconds from 1970 to 2106.
type instant uint32

func (i instant) seconds() int64 { return int64(i) }

func instantOf(t time.Time) instant { return instant(unixSeconds(t)) }

// unixSeconds returns the time in the range of an instant; what lies outside
// is taken for its nearest end.
func unixSeconds(t time.Time) int64 { return max(0, min(t.Unix(), math.MaxUint32)) }
