package websub

import (
	"container/heap"
	"time"
)

// times says, the earliest first, when there is something to do for which
// subscription. An entry may have become untrue: whoever takes it looks.
type times []timed

type timed struct {
	at    time.Time
	token string
}

// push adds a time; the zero time is none.
func (h *times) push(at time.Time, token string) {
	if !at.IsZero() {
		heap.Push((*queue)(h), timed{at, token})
	}
}

// pop takes the earliest out if it has come.
func (h *times) pop(now time.Time) (token string, ok bool) {
	if len(*h) == 0 || (*h)[0].at.After(now) {
		return "", false
	}
	return heap.Pop((*queue)(h)).(timed).token, true
}

// queue is the heap behind times.
type queue []timed

// Len, Less, Swap, Push and Pop are heap.Interface.
func (h queue) Len() int           { return len(h) }
func (h queue) Less(i, j int) bool { return h[i].at.Before(h[j].at) }
func (h queue) Swap(i, j int)      { h[i], h[j] = h[j], h[i] }

// Push is heap.Interface's.
func (h *queue) Push(x any) { *h = append(*h, x.(timed)) }

// Pop is heap.Interface's.
func (h *queue) Pop() any {
	last := len(*h) - 1
	x := (*h)[last]
	(*h)[last] = timed{}
	*h = (*h)[:last]
	return x
}
