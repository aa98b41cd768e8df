package dedupe

import (
	"bytes"
	"cmp"
	"encoding/binary"
	"errors"
	"fmt"
	"iter"
	"maps"
	"math"
	"slices"
	"time"

	"wiredesk/aggregator"
)

// Place is where an entry of the window stands.
type Place struct {
	Seq   uint64
	ID    aggregator.EntryID
	Story aggregator.StoryID // zero: taken back
}

// Places lists the entries of the window in the order of their Seq.
func (j *Judge) Places() iter.Seq[Place] {
	return func(yield func(Place) bool) {
		for i := range j.entries.docs {
			d := &j.entries.docs[i]
			p := Place{Seq: d.seq, ID: d.id}
			if d.story != nil {
				p.Story = d.story.id
			}
			if !yield(p) {
				return
			}
		}
	}
}

// snapshotMagic begins a snapshot; its last letter counts the versions of what
// follows, and of what the judge makes of a text.
const snapshotMagic = "wdjudge\x02"

// noStory is the place of the story of an entry that has none.
const noStory = math.MaxUint32

// AppendSnapshot appends to b all that the judge knows, in a form that Restore
// reads. Judges that were told the same have the same snapshot, byte for byte.
// Pins are not in it.
func (j *Judge) AppendSnapshot(b []byte) []byte {
	w := writer{append(b, snapshotMagic...)}
	w.number(uint64(j.window))
	w.number(j.last)
	w.bytes([]byte(j.nowText()))
	names := make([]string, len(j.sources))
	for name, number := range j.sources {
		names[number-1] = name
	}
	w.number(uint64(len(names)))
	for _, name := range names {
		w.bytes([]byte(name))
	}
	j.words.snapshot(&w)
	j.habits.snapshot(&w)

	stories := slices.SortedFunc(maps.Values(j.stories), func(a, b *story) int {
		return cmp.Or(cmp.Compare(a.born, b.born), bytes.Compare(a.id[:], b.id[:]))
	})
	places := make(map[*story]uint32, len(stories))
	w.number(uint64(len(stories)))
	for i, s := range stories {
		places[s] = uint32(i)
		w.raw(s.id[:])
		w.number(s.born)
		w.number(uint64(s.first))
	}
	w.number(uint64(j.entries.first))
	w.number(uint64(len(j.entries.docs)))
	for i := range j.entries.docs {
		d := &j.entries.docs[i]
		place, found := places[d.story]
		if !found {
			place = noStory
		}
		w.raw(d.id[:])
		w.number(d.seq)
		w.number(uint64(place))
		w.number(uint64(d.seen))
		w.number(uint64(d.when))
		for _, k := range d.keys {
			w.number(uint64(k))
		}
		w.number(uint64(d.source))
		w.number(d.skeleton)
		for _, x := range d.grams {
			w.number(x)
		}
		w.number(uint64(math.Float32bits(j.entries.reaches[i].length)))
		w.number(uint64(d.shingles))
		w.raw([]byte{d.terms, d.pairs, d.sketched, d.titles, d.bodies, d.template, oneIf(d.gathers) | oneIf(d.live)<<1})
		w.number(uint64(len(d.packed)))
		for _, x := range d.packed {
			w.b = binary.LittleEndian.AppendUint32(w.b, x)
		}
	}
	return w.b
}

// nowText is the time as it is snapshot: a text keeps the zero time apart.
func (j *Judge) nowText() string {
	if j.now.IsZero() {
		return ""
	}
	return j.now.UTC().Format(time.RFC3339Nano)
}

// ErrSnapshot is returned for a snapshot that cannot be restored: it is
// damaged, or another version or other options wrote it.
var ErrSnapshot = errors.New("not a snapshot of this judge")

// Restore makes a judge that knows nothing know what the snapshot holds. The
// error is an ErrSnapshot and leaves the judge as it was: its entries have to
// be added again.
func (j *Judge) Restore(b []byte) error {
	fresh := New(Options{Window: j.window, Join: j.join, Strictness: j.strictness, Model: j.model, Measured: j.measured})
	fresh.pins = j.pins
	r := reader{b: b}
	fresh.restore(&r)
	switch {
	case r.err != nil:
		return fmt.Errorf("%w: %w", ErrSnapshot, r.err)
	case len(r.b) > 0:
		return fmt.Errorf("%w: %d bytes too many", ErrSnapshot, len(r.b))
	}
	*j = *fresh
	return nil
}

func (j *Judge) restore(r *reader) {
	if magic := r.raw(len(snapshotMagic)); string(magic) != snapshotMagic {
		r.fail("it begins with %q", magic)
		return
	}
	if w := r.number(); w != uint64(j.window) {
		r.fail("it was taken with a window of %v", time.Duration(w))
		return
	}
	j.last = r.number()
	if text := string(r.bytes()); text != "" {
		now, err := time.Parse(time.RFC3339Nano, text)
		if err != nil {
			r.fail("time %q", text)
			return
		}
		j.now = now.UTC()
	}
	for n := r.count(1); n > 0; n-- {
		j.sourceNumber(string(r.bytes()))
	}
	j.words.restore(r)
	j.habits.restore(r)
	stories := make([]*story, r.count(18))
	for i := range stories {
		s := &story{}
		copy(s.id[:], r.raw(len(s.id)))
		s.born, s.first = r.number(), int64(r.number())
		stories[i] = s
	}
	j.entries.first = uint32(r.number())
	n := r.count(40)
	j.entries.docs, j.entries.outlines, j.entries.reaches = make([]doc, 0, n), make([]outline, 0, n), make([]reach, 0, n)
	for range n {
		if !j.restoreDoc(r, stories) {
			return
		}
	}
	for i := range j.entries.docs {
		j.chain(j.entries.first + uint32(i))
	}
}

// restoreDoc reads the next entry; false after a failure.
func (j *Judge) restoreDoc(r *reader, stories []*story) bool {
	number := j.entries.end()
	j.entries.docs = append(j.entries.docs, doc{})
	d := &j.entries.docs[len(j.entries.docs)-1]
	copy(d.id[:], r.raw(len(d.id)))
	d.seq = r.number()
	place := r.number()
	d.seen, d.when = instant(r.number()), instant(r.number())
	for i := range d.keys {
		d.keys[i] = key(r.number())
	}
	d.source = uint32(r.number())
	d.skeleton = r.number()
	for i := range d.grams {
		d.grams[i] = r.number()
	}
	length := math.Float32frombits(uint32(r.number()))
	d.shingles = uint16(r.number())
	sizes := r.raw(7)
	d.packed = make([]uint32, r.count(4))
	for i := range d.packed {
		if x := r.raw(4); r.err == nil {
			d.packed[i] = binary.LittleEndian.Uint32(x)
		}
	}
	if r.err != nil {
		return false
	}
	d.terms, d.pairs, d.sketched, d.titles, d.bodies, d.template = sizes[0], sizes[1], sizes[2], sizes[3], sizes[4], sizes[5]
	d.gathers, d.live = sizes[6]&1 != 0, sizes[6]&2 != 0
	if int(d.terms) > maxTerms || int(d.terms)+int(d.pairs)+int(d.sketched) > len(d.packed) || len(d.opinions())%2 != 0 {
		r.fail("entry %d has parts of %d, %d and %d in %d", d.seq, d.terms, d.pairs, d.sketched, len(d.packed))
		return false
	}
	if n := len(j.entries.docs); n > 1 && d.seq <= j.entries.docs[n-2].seq || d.seq > j.last {
		r.fail("entry %d is out of order", d.seq)
		return false
	}
	if place != noStory {
		if place >= uint64(len(stories)) {
			r.fail("entry %d is of story %d of %d", d.seq, place, len(stories))
			return false
		}
		d.story = stories[place]
		d.story.members = append(d.story.members, number)
		d.story.worded += d.worded()
		j.stories[d.story.id] = d.story
	}
	j.entries.outlines = append(j.entries.outlines, newOutline(d))
	j.entries.reaches = append(j.entries.reaches, reach{length: length})
	for _, p := range d.words() {
		slot := p >> slotShift
		if int(slot) >= len(j.words.slots) {
			r.fail("entry %d has word %d of %d", d.seq, slot, len(j.words.slots))
			return false
		}
		j.words.post(slot, number)
	}
	return true
}

func (v *vocabulary) snapshot(w *writer) {
	w.number(v.total)
	w.number(uint64(v.epoch))
	w.number(uint64(len(v.slots)))
	for i := range v.slots {
		f := &v.faces[i]
		w.number(v.slots[i].term)
		w.number(uint64(f.stub))
		w.number(uint64(v.slots[i].count)<<1 | uint64(oneIf(f.common)))
	}
	w.number(uint64(len(v.free)))
	for _, s := range v.free {
		w.number(uint64(s))
	}
}

func (v *vocabulary) restore(r *reader) {
	v.total, v.epoch = r.number(), int64(r.number())
	v.slots = make([]slot, r.count(3))
	v.faces = make([]face, len(v.slots))
	for i := range v.slots {
		term, stub, count := r.number(), r.number(), r.number()
		v.slots[i].term = term
		v.faces[i] = face{stub: uint32(stub), common: count&1 != 0}
		v.count(uint32(i), uint32(count>>1))
		if term != 0 {
			v.index[term] = uint32(i)
		}
	}
	v.free = make([]uint32, r.count(1))
	for i := range v.free {
		v.free[i] = uint32(r.number())
		if int(v.free[i]) >= len(v.slots) {
			r.fail("free word %d of %d", v.free[i], len(v.slots))
			return
		}
	}
}

func (h *habits) snapshot(w *writer) {
	w.number(uint64(h.swept))
	w.number(uint64(len(h.known)))
	for _, k := range slices.Sorted(maps.Keys(h.known)) {
		w.number(k)
		w.number(uint64(h.known[k]))
	}
}

func (h *habits) restore(r *reader) {
	h.swept = int64(r.number())
	for n := r.count(2); n > 0; n-- {
		k := r.number()
		h.known[k] = habit(r.number())
	}
}

// writer writes the parts of a snapshot.
type writer struct{ b []byte }

func (w *writer) number(x uint64) { w.b = binary.AppendUvarint(w.b, x) }
func (w *writer) raw(x []byte)    { w.b = append(w.b, x...) }
func (w *writer) bytes(x []byte)  { w.number(uint64(len(x))); w.raw(x) }

func oneIf(x bool) byte {
	if x {
		return 1
	}
	return 0
}

// reader reads the parts of a snapshot. After the first failure all it reads
// is zero.
type reader struct {
	b   []byte
	err error
}

func (r *reader) fail(format string, args ...any) {
	if r.err == nil {
		r.err = fmt.Errorf(format, args...)
	}
	r.b = nil
}

func (r *reader) number() uint64 {
	x, n := binary.Uvarint(r.b)
	if n <= 0 {
		r.fail("it breaks off")
		return 0
	}
	r.b = r.b[n:]
	return x
}

func (r *reader) raw(n int) []byte {
	if n > len(r.b) {
		r.fail("it breaks off")
		return nil
	}
	x := r.b[:n]
	r.b = r.b[n:]
	return x
}

func (r *reader) bytes() []byte { return r.raw(r.count(1)) }

// count reads how many things follow, each of at least so many bytes: a count
// that the rest cannot hold is a failure, and nothing is allocated for it.
func (r *reader) count(least int) int {
	n := r.number()
	if n > uint64(len(r.b)/least) {
		r.fail("%d things in %d bytes", n, len(r.b))
		return 0
	}
	return int(n)
}
