package aggregator

import (
	"fmt"
	"iter"
	"runtime"
	"runtime/debug"
	"sync"
	"sync/atomic"
)

// Processors is how many goroutines that only compute are worth running at
// once, at least 1. A daemon may let the runtime run more, so that what waits
// for the network need not wait for them too.
func Processors() int { return min(runtime.GOMAXPROCS(0), runtime.NumCPU()) }

// Share parts n pieces of work among as many goroutines as are worth it. Each
// calls do once, with the numbers below n that it gets, and each number is given
// to one of them. Share returns when all of them have; where one panics, it
// panics too, once the others are done.
func Share(n int, do func(pieces iter.Seq[int])) {
	var given atomic.Int64
	pieces := func(yield func(int) bool) {
		for {
			i := int(given.Add(1)) - 1
			if i >= n || !yield(i) {
				return
			}
		}
	}
	if n < 2 || Processors() < 2 {
		do(pieces)
		return
	}
	var cause atomic.Pointer[error]
	var sharing sync.WaitGroup
	for range min(n, Processors()) {
		sharing.Go(func() {
			defer func() {
				if value := recover(); value != nil {
					err := fmt.Errorf("%v\n%s", value, debug.Stack())
					cause.Store(&err)
				}
			}()
			do(pieces)
		})
	}
	sharing.Wait()
	if err := cause.Load(); err != nil {
		panic(*err)
	}
}
