package dedupe

import (
	"math"
	"slices"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
)

// Add makes e, whose Story is decided and of which r is the Reading, known to
// later decisions; an entry without a story only moves the window. New entries
// are added in the order of their Seq, each right after it was decided on or
// in one go from the store. An entry known already takes its new text; what
// the stream taught the judge stays as its first text taught it.
func (j *Judge) Add(e *aggregator.Entry, r Reading) {
	kept := !e.Story.IsZero() && j.join != aggregator.JoinNone && j.now.Sub(e.Seen) <= j.window
	if kept {
		j.match(e, &r) // where it was just decided on, this is done
	}
	j.version++
	fresh := e.Seq > j.last
	j.last = max(j.last, e.Seq)
	if e.Seen.After(j.now) {
		j.now = e.Seen
		j.forget()
	}
	if !kept {
		return
	}
	number, found := j.entries.find(e.Seq)
	switch {
	case found:
		j.unlearn(number)
	case number != j.entries.end():
		return // it was revised after it had left the window
	default:
		j.entries.push(doc{id: e.ID, seq: e.Seq, source: j.sourceNumber(e.Source), seen: instantOf(e.Seen)})
		j.joinStory(number, e.Story)
	}
	j.learn(e, &r, number, fresh)
	j.chain(number)
}

// learn gives the entry of the number its text, and the vocabulary its words.
func (j *Judge) learn(e *aggregator.Entry, r *Reading, number uint32, fresh bool) {
	d := j.entries.at(number)
	q := &j.query
	norm := 0.0
	for i := range q.terms {
		t := &q.terms[i]
		if t.slot == unknown || j.words.slots[t.slot].term != t.term {
			t.slot = j.words.take(t.root)
		}
		if fresh {
			j.words.count(t.slot, j.words.slots[t.slot].count+countUnit)
		}
		j.words.post(t.slot, number)
	}
	sortTerms(q.terms)
	packed := j.packed[:0]
	for _, t := range q.terms {
		packed = append(packed, pack(t))
		w := weigh(j.words.rarity(t.slot)) * standing[t.title][t.body]
		norm += float64(w * w)
	}
	packed = append(append(packed, q.pairs...), q.sketch...)
	for i, n := 0, 0; i < len(j.matches) && n < maxOpinions; i++ {
		m := &j.matches[i]
		if m.p >= faintest && m.number < number {
			packed = append(packed, m.number, math.Float32bits(float32(m.p)))
			n++
		}
	}
	j.packed, d.packed = packed, slices.Clone(packed)
	before := d.worded()
	d.terms, d.pairs, d.sketched = uint8(len(q.terms)), uint8(len(q.pairs)), uint8(len(q.sketch))
	if d.story != nil {
		d.story.worded += d.worded() - before
	}
	d.titles, d.bodies = uint8(r.titleWords), uint8(r.bodyWords)
	d.template, d.shingles = uint8(q.template), uint16(q.shingles)
	j.entries.reaches[number-j.entries.first].length = float32(1 + math.Sqrt(norm))
	d.skeleton, d.grams, d.keys, d.gathers, d.live = r.skeleton, r.grams, r.keys, r.gathers, r.live
	d.when = instantOf(e.When())
	if !fresh || j.old(e) {
		return
	}
	j.words.total += countUnit
	source := sourceDigest(e.Source)
	for i, p := range r.repeatables {
		j.habits.note(source, p, d.seen.seconds(), i >= r.titlePieces)
	}
	j.habits.note(source, r.skeleton, d.seen.seconds(), false)
}

// unlearn takes the text of the entry of the number back, save for what it
// taught.
func (j *Judge) unlearn(number uint32) {
	j.unchain(number)
	for _, p := range j.entries.at(number).words() {
		j.words.leave(p>>slotShift, number)
	}
}

func sourceDigest(source string) uint64 { return mix(xxhash.Sum64String(source)) }

func (j *Judge) sourceNumber(source string) uint32 {
	n, found := j.sources[source]
	if !found {
		n = uint32(len(j.sources) + 1)
		j.sources[source] = n
	}
	return n
}
