package dedupe

import (
	"math/bits"
	"slices"
)

// Counts are kept in steps of 1/countUnit of an entry and fade in epochs: an
// eighth root of a half every six hours, so that they halve in two days.
const (
	countUnit  = 256
	epochHours = 6
	fadeNumber = 235 // of countUnit
	priorCount = 26  // what a word never met counts for: a tenth of an entry ...
	priorTotal = 200 // ... in so many entries
	// rarest bounds how rare a word counts, in 256ths of a power of two: one
	// entry in 1,500 or so. What is rarer is as telling.
	rarest = 2700
	// commonest bounds it for commonWords, from the first entry on: one in ten.
	commonest = 850
	maxEpochs = 400
	// maxWords bounds the vocabulary, and maxSlots it: a window of a million
	// entries has a quarter of them.
	maxWords = maxSlots / 4
)

// unknown is the slot of a word that the vocabulary has no slot for.
const unknown = ^uint32(0)

// vocabulary knows the words of the window and of the time before: how often
// each was met lately, and which entries of the window have it.
type vocabulary struct {
	slots []slot
	faces []face            // of the slots: what comparing needs, close together
	index map[uint64]uint32 // term -> slot
	free  []uint32          // the last freed first
	total uint64            // entries, in countUnits, faded
	epoch int64
	most  int // slots
}

type slot struct {
	term  uint64   // 0: free
	posts []uint32 // numbers of the window's entries with it, in their order
	count uint32   // in countUnits, faded
}

// face is what a word looks like to a comparison.
type face struct {
	stub   uint32
	log    uint16 // logarithm of its count
	common bool
}

// newVocabulary returns a vocabulary whose first slot is for all words beyond
// maxWords: they weigh as little as common ones.
func newVocabulary() vocabulary {
	return vocabulary{slots: make([]slot, 1), faces: []face{{common: true}}, index: make(map[uint64]uint32), most: maxWords}
}

func (v *vocabulary) find(term uint64) uint32 {
	if s, found := v.index[term]; found {
		return s
	}
	return unknown
}

// take returns the slot of a term, a new one if need be.
func (v *vocabulary) take(r root) uint32 {
	if s, found := v.index[r.term]; found {
		return s
	}
	var s uint32
	if n := len(v.free); n > 0 {
		s = v.free[n-1]
		v.free = v.free[:n-1]
	} else {
		if len(v.slots) >= v.most {
			return 0
		}
		s = uint32(len(v.slots))
		v.slots, v.faces = append(v.slots, slot{}), append(v.faces, face{})
	}
	v.slots[s] = slot{term: r.term}
	v.faces[s] = face{stub: r.stub, common: r.common}
	v.count(s, 0)
	v.index[r.term] = s
	return s
}

// count sets how often a word was met.
func (v *vocabulary) count(s, count uint32) {
	v.slots[s].count = count
	v.faces[s].log = uint16(log2(uint64(count) + priorCount))
}

// fade moves the vocabulary on to the hour since 1970 and lets counts fade.
func (v *vocabulary) fade(hour int64) {
	epoch := hour / epochHours
	if v.epoch == 0 {
		v.epoch = epoch
	}
	// After maxEpochs nothing is left to fade.
	for v.epoch = max(v.epoch, epoch-maxEpochs); v.epoch < epoch; v.epoch++ {
		v.total = v.total * fadeNumber / countUnit
		for i := range v.slots {
			s := &v.slots[i]
			v.count(uint32(i), uint32(uint64(s.count)*fadeNumber/countUnit))
			if len(s.posts) == 0 && s.count < countUnit/8 && s.term != 0 {
				delete(v.index, s.term)
				*s = slot{}
				v.free = append(v.free, uint32(i))
			}
		}
	}
}

// rarity returns the base-2 logarithm, in 256ths, of how rare the word of a
// slot is: entries over entries with it.
func (v *vocabulary) rarity(s uint32) int {
	return v.faces[s].rarity(v.logTotal())
}

// logTotal returns the logarithm of the number of entries.
func (v *vocabulary) logTotal() int { return log2(v.total + priorTotal*countUnit) }

func (f *face) rarity(logTotal int) int {
	most := rarest
	if f.common {
		most = commonest
	}
	return min(most, logTotal-int(f.log))
}

// log2 returns the base-2 logarithm of x > 0 in 256ths, rounded down: by
// integers alone, so that it is the same on every machine.
func log2(x uint64) int {
	n := bits.Len64(x) - 1
	var fraction uint64
	if n >= 8 {
		fraction = x >> (n - 8) & 255
	} else {
		fraction = x << (8 - n) & 255
	}
	return n<<8 + int(log2Table[fraction])
}

// log2Table holds the logarithm of 1+i/256.
var log2Table = func() (table [256]uint8) {
	// By squaring: each square gives one more binary place.
	for i := range table {
		x, y := uint64(256+i)<<22, 0 // 30 places after the point
		for range 8 {
			x = x * x >> 30
			y <<= 1
			if x >= 2<<30 {
				x >>= 1
				y |= 1
			}
		}
		table[i] = uint8(y)
	}
	return table
}()

// post enters an entry of the window under a slot.
func (v *vocabulary) post(s, number uint32) {
	x := &v.slots[s]
	if n := len(x.posts); n == 0 || x.posts[n-1] < number {
		if n == cap(x.posts) {
			// Most lists stay short, and there are many.
			x.posts = append(make([]uint32, 0, n+n/4+1), x.posts...)
		}
		x.posts = append(x.posts, number)
		return
	}
	if at, found := slices.BinarySearch(x.posts, number); !found {
		x.posts = slices.Insert(x.posts, at, number)
	}
}

// leave takes an entry of the window out of a slot.
func (v *vocabulary) leave(s, number uint32) {
	x := &v.slots[s]
	if len(x.posts) > 0 && x.posts[0] == number {
		x.posts = x.posts[1:] // the oldest go first
		return
	}
	if at, found := slices.BinarySearch(x.posts, number); found {
		x.posts = slices.Delete(x.posts, at, at+1)
	}
}
