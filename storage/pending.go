package storage

import (
	"bytes"
	"encoding/binary"
	"slices"
)

// Keys in no order touch as many pages as there are keys: each page is read,
// made anew and written for a single one. Those of keysBucket and newestBucket
// therefore wait in memory first, sorted out by range. When too many do, a
// transaction writes all that wait of one range or more, so that each page is
// touched for many of them.
//
// Nothing is lost with what waits: an entry's keys stand in its header, and what
// a story's place is made of in its own. For each range the file says up to
// which number its keys are in the bucket (keysWrittenKey, newestWrittenKey),
// and this alone decides: a key of a later entry waits, any other is in the
// bucket. Whoever opens the file reads what is later.

// ranges is how many ranges the keys of an index are sorted out by.
const ranges = 64

// waitingKey is a key of an index, and the entry or story that has it.
type waitingKey struct {
	key [16]byte
	seq uint64
}

func (k waitingKey) compare(to waitingKey) int { return bytes.Compare(k.key[:], to.key[:]) }

// run is a sorted part of what waits of a range, and never changed.
type run []waitingKey

// search returns where key is in the run, or would be.
func (r run) search(key []byte) (at int, found bool) {
	return slices.BinarySearchFunc(r, key, func(k waitingKey, key []byte) int { return bytes.Compare(k.key[:], key) })
}

func (r run) has(k waitingKey) bool {
	_, found := r.search(k.key[:])
	return found
}

// pending is what an index has beside its bucket in one state of the file. What
// it refers to is shared between states and not changed.
type pending struct {
	// shift is how many bits a key's first eight bytes are shifted by for the
	// lowest six to say its range.
	shift   uint8
	count   int
	written [ranges]uint64 // up to which number the keys are in the bucket
	runs    [ranges][]run  // of each range, the longest first
}

func (p *pending) rangeOf(key []byte) int {
	return int(binary.BigEndian.Uint64(key) >> p.shift % ranges)
}

// waits tells whether a key of that number is not in the bucket.
func (p *pending) waits(key []byte, seq uint64) bool { return seq > p.written[p.rangeOf(key)] }

// find returns the number a waiting key belongs to, 0 where it does not wait.
func (p *pending) find(key []byte) uint64 {
	for _, r := range p.runs[p.rangeOf(key)] {
		if at, found := r.search(key); found {
			return r[at].seq
		}
	}
	return 0
}

// add adds sorted keys of one range that do not wait yet. Runs of about one
// length become one, so that there are few of them and each key is copied only
// a few times.
func (p *pending) add(of int, keys run) {
	p.count += len(keys)
	runs := p.runs[of]
	for n := len(runs); n > 0 && len(runs[n-1]) < 2*len(keys); n-- {
		keys = mergeRuns(runs[n-1], keys)
		runs = runs[:n-1]
	}
	p.runs[of] = append(slices.Clip(runs), keys)
}

func mergeRuns(a, b run) run {
	both := make(run, 0, len(a)+len(b))
	for len(a) > 0 && len(b) > 0 {
		if a[0].compare(b[0]) < 0 {
			both, a = append(both, a[0]), a[1:]
		} else {
			both, b = append(both, b[0]), b[1:]
		}
	}
	return append(append(both, a...), b...)
}

// remove removes sorted keys of one range.
func (p *pending) remove(of int, keys run) {
	var left []run
	for _, r := range p.runs[of] {
		if slices.ContainsFunc(keys, r.has) {
			kept := slices.DeleteFunc(slices.Clone(r), keys.has)
			p.count -= len(r) - len(kept)
			r = kept
		}
		if len(r) > 0 {
			left = append(left, r)
		}
	}
	p.runs[of] = left
}

// take removes all keys of one range and returns them in order. The range is
// then written up to that number.
func (p *pending) take(of int, upTo uint64) run {
	var all run
	for _, r := range slices.Backward(p.runs[of]) {
		all = mergeRuns(r, all)
	}
	p.count -= len(all)
	p.runs[of] = nil
	p.written[of] = upTo
	return all
}

// oldest returns the range that was written the longest ago, and up to which
// number that was.
func (p *pending) oldest() (of int, upTo uint64) {
	for i, n := range p.written {
		if n < p.written[of] {
			of = i
		}
	}
	return of, p.written[of]
}

// from returns the first waiting key from the given one on. The ranges must be
// in the order of the keys.
func (p *pending) from(key []byte) (first waitingKey, found bool) {
	for of := p.rangeOf(key); of < ranges && !found; of++ {
		for _, r := range p.runs[of] {
			if at, _ := r.search(key); at < len(r) && (!found || r[at].compare(first) < 0) {
				first, found = r[at], true
			}
		}
	}
	return first, found
}

// way walks through the waiting keys in order, or from the last to the first.
type way struct {
	left   []run // what is left of each run, and none without
	upward bool
}

// before returns the way back from a key, without the key itself; nil: from the
// end.
func (p *pending) before(key []byte) way {
	return p.way(false, func(r run) run {
		if key == nil {
			return r
		}
		end, _ := r.search(key)
		return r[:end]
	})
}

// after returns the way in order from a key, without the key itself.
func (p *pending) after(key []byte) way {
	return p.way(true, func(r run) run {
		start, found := r.search(key)
		if found {
			start++
		}
		return r[start:]
	})
}

func (p *pending) way(upward bool, part func(run) run) way {
	w := way{upward: upward}
	for _, runs := range p.runs {
		for _, r := range runs {
			if r = part(r); len(r) > 0 {
				w.left = append(w.left, r)
			}
		}
	}
	return w
}

// leads tells whether the way comes by the key a before it comes by b; nil is
// its end.
func (w *way) leads(a, b []byte) bool {
	if a == nil || b == nil {
		return a != nil
	}
	return bytes.Compare(a, b) < 0 == w.upward
}

// peek returns the next key and in which of the runs it is; nil at the end.
func (w *way) peek() (key []byte, in int) {
	for i, r := range w.left {
		k := r[len(r)-1].key[:]
		if w.upward {
			k = r[0].key[:]
		}
		if w.leads(k, key) {
			key, in = k, i
		}
	}
	return key, in
}

// pass leaves the next key behind, which is in that run.
func (w *way) pass(in int) {
	r := w.left[in]
	if w.upward {
		r = r[1:]
	} else {
		r = r[:len(r)-1]
	}
	w.left[in] = r
	if last := len(w.left) - 1; len(r) == 0 {
		w.left[in] = w.left[last]
		w.left = w.left[:last]
	}
}

// bytes returns what the file keeps of it.
func (p *pending) bytes() []byte {
	b := make([]byte, 0, 4*ranges)
	for _, upTo := range p.written {
		b = binary.AppendUvarint(b, upTo)
	}
	return b
}

// read reads what the file keeps of it.
func (p *pending) read(v []byte) error {
	rest := v
	for of := range p.written {
		upTo, n := binary.Uvarint(rest)
		if n <= 0 {
			return damaged("ranges of an index in %d bytes", len(v))
		}
		p.written[of], rest = upTo, rest[n:]
	}
	if len(rest) > 0 {
		return damaged("ranges of an index in %d bytes", len(v))
	}
	return nil
}
