package dedupe

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
)

// TestJaccardOfSketches estimates the likeness of random sets from their
// smallest digests.
func TestJaccardOfSketches(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(6, 6))
	sketch := func(set []uint32) []uint32 {
		set = slices.Clone(set)
		slices.Sort(set)
		return set[:min(len(set), maxSketch)]
	}
	worst, sum, n := 0.0, 0.0, 0
	for range 3000 {
		shared, onlyA, onlyB := random.IntN(150), random.IntN(150), random.IntN(150)
		digests := func(n int) []uint32 {
			set := make([]uint32, n)
			for i := range set {
				set[i] = random.Uint32()
			}
			return set
		}
		common := digests(shared)
		a, b := slices.Concat(common, digests(onlyA)), slices.Concat(common, digests(onlyB))
		got := jaccard(sketch(a), len(a), sketch(b), len(b))
		want := 0.0
		if len(a) > 0 && len(b) > 0 {
			want = float64(shared) / float64(shared+onlyA+onlyB)
		}
		if len(a) <= maxSketch && len(b) <= maxSketch && math.Abs(got-want) > 1e-9 {
			t.Fatalf("%v of sets that are known whole, want %v", got, want)
		}
		worst, sum, n = max(worst, math.Abs(got-want)), sum+math.Abs(got-want), n+1
	}
	// The standard error of 24 draws is .1 at most.
	if worst > 0.45 || sum/float64(n) > 0.09 {
		t.Errorf("off by %.3f at worst and %.3f on average", worst, sum/float64(n))
	}
}

func TestLikenessAtItsEnds(t *testing.T) {
	t.Parallel()
	set := []uint32{1, 5, 9}
	for _, test := range []struct {
		a, b []uint32
		want float64
	}{
		{set, set, 1}, {set, nil, 0}, {nil, nil, 0}, {set, []uint32{2, 6}, 0}, {set, []uint32{5}, 1.0 / 3},
	} {
		if got := jaccard(test.a, len(test.a), test.b, len(test.b)); math.Abs(got-test.want) > 1e-12 {
			t.Errorf("jaccard of %v and %v: %v, want %v", test.a, test.b, got, test.want)
		}
	}
	if got := overlap(set, []uint32{1, 5, 7, 8, 20}); math.Abs(got-2.0/3) > 1e-12 {
		t.Errorf("overlap %v", got)
	}
	if got := overlap(nil, set); got != 0 {
		t.Errorf("overlap with nothing %v", got)
	}
	a, b := gramsOf([]byte("ferry runs aground ")), gramsOf([]byte("ferry run aground "))
	if same, near := a.jaccard(&a), a.jaccard(&b); same != 1 || near <= 0.4 || near >= 1 {
		t.Errorf("letters: %v to itself, %v to its like", same, near)
	}
	empty := gramsOf(nil)
	if got := empty.jaccard(&empty); got != 0 {
		t.Errorf("letters of nothing: %v", got)
	}
}
