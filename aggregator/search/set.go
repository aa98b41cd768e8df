package search

import (
	"math/bits"
	"slices"
)

// set is some of the rows of a table.
type set []uint64

func newSet(rows int) set { return make(set, (rows+63)/64) }

func (s set) put(number uint32) { s[number/64] |= 1 << (number % 64) }

// putWithin is put for a number that may be beyond all that the set has room for.
func (s set) putWithin(number uint32) {
	if int(number/64) < len(s) {
		s.put(number)
	}
}

func (s set) has(number uint32) bool {
	return int(number/64) < len(s) && s[number/64]>>(number%64)&1 != 0
}

func (s set) isEmpty() bool {
	for _, word := range s {
		if word != 0 {
			return false
		}
	}
	return true
}

// fullSet returns the set of all rows but the first, which is no story.
func fullSet(rows int) set {
	s := newSet(rows)
	for i := range s {
		s[i] = ^uint64(0)
	}
	if beyond := rows % 64; beyond > 0 {
		s[len(s)-1] = 1<<beyond - 1
	}
	if rows > 0 {
		s[0] &^= 1
	}
	return s
}

func (s set) add(o set) {
	for i := range s {
		s[i] |= o[i]
	}
}

// keep leaves what is in o, or with not what is not.
func (s set) keep(o set, not bool) {
	for i := range s {
		if not {
			s[i] &^= o[i]
		} else {
			s[i] &= o[i]
		}
	}
}

// each hands over the numbers in the set, the highest first: those of the
// newest stories, as a rule, so that a heap of the newest is soon full of them.
func (s set) each(yield func(number uint32)) {
	for i, word := range slices.Backward(s) {
		for word != 0 {
			high := bits.Len64(word) - 1
			yield(uint32(i*64 + high))
			word &^= 1 << high
		}
	}
}

// heap holds the best of what it is offered, the worst of them first.
type heap struct {
	limit   int
	less    func(a, b uint32) bool // a is better
	numbers []uint32
}

func (h *heap) offer(number uint32) {
	switch {
	case len(h.numbers) < h.limit:
		h.numbers = append(h.numbers, number)
		for i := len(h.numbers) - 1; i > 0; {
			up := (i - 1) / 2
			if !h.less(h.numbers[up], h.numbers[i]) {
				break
			}
			h.numbers[up], h.numbers[i] = h.numbers[i], h.numbers[up]
			i = up
		}
	case h.limit > 0 && h.less(number, h.numbers[0]):
		h.numbers[0] = number
		h.sink(len(h.numbers))
	}
}

// sink brings the first of n down to where it belongs.
func (h *heap) sink(n int) {
	for i := 0; ; {
		worst := i
		for _, below := range []int{2*i + 1, 2*i + 2} {
			if below < n && h.less(h.numbers[worst], h.numbers[below]) {
				worst = below
			}
		}
		if worst == i {
			return
		}
		h.numbers[worst], h.numbers[i] = h.numbers[i], h.numbers[worst]
		i = worst
	}
}

// sorted returns what is held, the best first, and leaves the heap of no use.
func (h *heap) sorted() []uint32 {
	for n := len(h.numbers) - 1; n > 0; n-- {
		h.numbers[0], h.numbers[n] = h.numbers[n], h.numbers[0]
		h.sink(n)
	}
	return h.numbers
}
