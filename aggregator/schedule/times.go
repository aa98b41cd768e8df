package schedule

import (
	"container/heap"
	"time"
)

// times is a heap of things by the time at which they are wanted.
type times[T any] []timed[T]

type timed[T any] struct {
	at   time.Time
	what T
}

// ripe reports whether the first is wanted at now.
func (h times[T]) ripe(now time.Time) bool { return len(h) > 0 && !h[0].at.After(now) }

// pop takes the first out.
func (h *times[T]) pop() T { return heap.Pop(h).(timed[T]).what }

// Len, Less, Swap, Push and Pop are heap.Interface.
func (h times[T]) Len() int           { return len(h) }
func (h times[T]) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h times[T]) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push is heap.Interface's.
func (h *times[T]) Push(x any) { *h = append(*h, x.(timed[T])) }

// Pop is heap.Interface's.
func (h *times[T]) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = timed[T]{}
	*h = (*h)[:last]
	return x
}
