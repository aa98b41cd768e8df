package schedule

import (
	"container/heap"
	"time"
)

// times is a heap of things by the time at which they are wanted. Each thing
// keeps its own index, so that it can be taken out wherever it stands.
type times[T any] struct {
	things []T
	at     func(T) time.Time // must stay the same while a thing is in the heap
	index  func(T) *int      // where a thing keeps its index
}

// empty reports whether nothing is in it.
func (h *times[T]) empty() bool { return len(h.things) == 0 }

// first returns what is wanted first. The heap must not be empty.
func (h *times[T]) first() T { return h.things[0] }

// ripe reports whether the first is wanted at now.
func (h *times[T]) ripe(now time.Time) bool { return !h.empty() && !h.at(h.things[0]).After(now) }

func (h *times[T]) add(thing T) { heap.Push(h, thing) }

// remove takes out a thing that is in the heap.
func (h *times[T]) remove(thing T) { heap.Remove(h, *h.index(thing)) }

// Len is heap.Interface's, as are Less, Swap, Push and Pop.
func (h *times[T]) Len() int { return len(h.things) }

// Less is heap.Interface's.
func (h *times[T]) Less(i, j int) bool { return h.at(h.things[i]).Before(h.at(h.things[j])) }

// Swap is heap.Interface's.
func (h *times[T]) Swap(i, j int) {
	h.things[i], h.things[j] = h.things[j], h.things[i]
	*h.index(h.things[i]), *h.index(h.things[j]) = i, j
}

// Push is heap.Interface's.
func (h *times[T]) Push(x any) {
	*h.index(x.(T)) = len(h.things)
	h.things = append(h.things, x.(T))
}

// Pop is heap.Interface's.
func (h *times[T]) Pop() any {
	last := len(h.things) - 1
	x := h.things[last]
	var none T
	h.things[last] = none
	h.things = h.things[:last]
	return x
}
