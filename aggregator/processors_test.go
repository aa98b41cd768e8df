package aggregator

import (
	"fmt"
	"iter"
	"strings"
	"sync/atomic"
	"testing"
)

func TestShareGivesEachPieceOnce(t *testing.T) {
	t.Parallel()
	for _, n := range []int{0, 1, 2, 3, 1000} {
		times := make([]atomic.Int32, n)
		Share(n, func(pieces iter.Seq[int]) {
			for i := range pieces {
				times[i].Add(1)
				if i%7 == 0 {
					break // a goroutine that leaves early leaves the rest to the others
				}
			}
			for i := range pieces {
				times[i].Add(1)
			}
		})
		for i := range times {
			if got := times[i].Load(); got != 1 {
				t.Errorf("piece %d of %d was given %d times", i, n, got)
			}
		}
	}
}

func TestSharePanicsInTheCaller(t *testing.T) {
	t.Parallel()
	done := atomic.Int32{}
	defer func() {
		if cause := fmt.Sprint(recover()); !strings.Contains(cause, "the third") {
			t.Errorf("panicked with %q, want the cause", cause)
		}
		if done.Load() == 0 {
			t.Error("the others were not waited for")
		}
	}()
	Share(100, func(pieces iter.Seq[int]) {
		for i := range pieces {
			if i == 3 {
				panic("the third")
			}
			done.Add(1)
		}
	})
	t.Error("it did not panic")
}
