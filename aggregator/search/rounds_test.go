package search

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// has tells by reading a story's texts what the index tells without.
func has(n node, texts [][]string) bool {
	switch n := n.(type) {
	case oneOf:
		return slices.ContainsFunc(n, func(n node) bool { return has(n, texts) })
	case everyOf:
		return !slices.ContainsFunc(n, func(n node) bool { return !has(n, texts) })
	case without:
		return !has(n.of, texts)
	case phrase:
		return slices.ContainsFunc(texts, func(words []string) bool {
			for i := range words {
				if i+len(n) <= len(words) && !slices.ContainsFunc(n, func(w sought) bool { return words[i+w.place] != w.letters }) {
					return true
				}
			}
			return false
		})
	}
	return false
}

// TestFindAgreesWithReading asks for whatever can be asked, of more stories than
// are looked at in one go, of which most have the words and few beside each
// other.
func TestFindAgreesWithReading(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(3, 4))
	word := func() string { return string(rune('a'+min(random.IntN(6), random.IntN(6)))) + "x" }
	text := func(n int) string {
		words := make([]string, n)
		for i := range words {
			words[i] = word()
		}
		return strings.Join(words, " ")
	}
	var query func(depth int) string
	query = func(depth int) string {
		switch random.IntN(6 - depth) {
		case 0:
			return word()
		case 1, 2:
			return `"` + text(2+random.IntN(2)) + `"`
		case 3:
			return query(depth+1) + " " + query(depth+1)
		case 4:
			return "(" + query(depth+1) + " OR " + query(depth+1) + ")"
		}
		return query(depth+1) + " -(" + query(depth+1) + ")"
	}
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		texts := make(map[uint64][][]string)
		for range 1200 {
			var entries []aggregator.Entry
			var told [][]string
			for n := range 1 + random.IntN(2) {
				title := text(6)
				entries = append(entries, a.entry(fmt.Sprint("wire-", n), "", title))
				told = append(told, strings.Fields(title))
			}
			texts[a.tell(entries...).Seq] = told
		}
		x, end := a.run(t.TempDir(), pace{})
		defer end()
		settled(t, x)
		answers := 0
		for range 300 {
			q := query(0)
			parsed, err := Parse(q)
			if err != nil {
				continue
			}
			var want []uint64
			for seq, told := range texts {
				if has(parsed.root, told) {
					want = append(want, seq)
				}
			}
			slices.Sort(want)
			slices.Reverse(want) // the newest first
			for _, limit := range []int{7, 2000} {
				want := want[:min(len(want), limit)]
				if diff := cmp.Diff(append([]uint64{}, want...), append([]uint64{}, a.seqs(x, Query{Text: parsed, Limit: limit})...)); diff != "" {
					t.Fatalf("%s, %d of them: %s", q, limit, diff)
				}
				answers += len(want)
			}
			// And the nearest above a place, upwards.
			after := 1 + random.Uint64N(a.seq)
			slices.Reverse(want)
			above, _ := slices.BinarySearch(want, after+1)
			place := aggregator.Position{First: noon.Add(time.Duration(after) * time.Minute), Seq: after}
			for _, limit := range []int{7, 2000} {
				want := want[above:]
				want = want[:min(len(want), limit)]
				got := a.seqs(x, Query{Text: parsed, After: place, Limit: limit})
				if diff := cmp.Diff(append([]uint64{}, want...), append([]uint64{}, got...)); diff != "" {
					t.Fatalf("%s, %d of them after %d: %s", q, limit, after, diff)
				}
			}
		}
		if answers < 1000 {
			t.Errorf("%d answers compare little", answers)
		}
	})
}
