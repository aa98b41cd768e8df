package dedupe

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

// plainVocabulary is a vocabulary that looks everything up in maps.
type plainVocabulary struct {
	counts map[uint64]uint32
	posts  map[uint64][]uint32
}

func (p *plainVocabulary) fade(epochs int64) {
	for range epochs {
		for term, count := range p.counts {
			count = uint32(uint64(count) * fadeNumber / countUnit)
			if p.counts[term] = count; len(p.posts[term]) == 0 && count < countUnit/8 {
				delete(p.counts, term)
				delete(p.posts, term)
			}
		}
	}
}

// TestVocabularyAgainstMaps lets entries come and go in any order, and time
// pass.
func TestVocabularyAgainstMaps(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(4, 4))
	v := newVocabulary()
	plain := plainVocabulary{make(map[uint64]uint32), make(map[uint64][]uint32)}
	words := make(map[uint32][]uint64) // of the entries of the window
	hour := int64(epochHours * 1000)
	v.fade(hour)
	freed := 0
	for number := uint32(1); number < 4000; number++ {
		for range random.IntN(6) {
			term := 1 + uint64(math.Exp(random.Float64()*8)) // many rare ones, few common
			s := v.take(root{term: term, stub: uint32(term)})
			v.count(s, v.slots[s].count+countUnit)
			v.post(s, number)
			v.post(s, number) // twice changes nothing
			plain.counts[term] += countUnit
			if !slices.Contains(plain.posts[term], number) {
				plain.posts[term] = append(plain.posts[term], number)
				words[number] = append(words[number], term)
			}
		}
		if gone := number - uint32(random.IntN(300)); random.IntN(3) > 0 && words[gone] != nil {
			for _, term := range words[gone] {
				v.leave(v.find(term), gone)
				plain.posts[term] = slices.DeleteFunc(plain.posts[term], func(n uint32) bool { return n == gone })
			}
			if random.IntN(4) == 0 { // it comes back with its text revised
				for _, term := range words[gone] {
					v.post(v.find(term), gone)
					plain.posts[term] = append(plain.posts[term], gone)
					slices.Sort(plain.posts[term])
				}
			} else {
				delete(words, gone)
			}
		}
		if random.IntN(20) == 0 {
			epochs := int64(random.IntN(4))
			hour += epochs * epochHours
			v.fade(hour)
			plain.fade(epochs)
		}
		if number%50 == 0 {
			freed = max(freed, len(v.free))
			checkVocabulary(t, &v, &plain)
		}
	}
	if freed == 0 {
		t.Error("nothing was ever forgotten")
	}
	v.fade(hour + 10*maxEpochs*epochHours)
	for i := range v.slots {
		if s := &v.slots[i]; s.count > 0 {
			t.Fatalf("after years a word counts for %d", s.count)
		}
	}
}

func checkVocabulary(t *testing.T, v *vocabulary, plain *plainVocabulary) {
	t.Helper()
	got := plainVocabulary{make(map[uint64]uint32), make(map[uint64][]uint32)}
	for term, s := range v.index {
		x := v.slots[s]
		if x.term != term || v.find(term) != s {
			t.Fatalf("the slot of %d is that of %d", term, x.term)
		}
		got.counts[term] = x.count
		if v.faces[s].log != uint16(log2(uint64(x.count)+priorCount)) || v.faces[s].stub != uint32(term) {
			t.Fatalf("the face of %d is %+v", term, v.faces[s])
		}
		if len(x.posts) > 0 {
			got.posts[term] = x.posts
		}
	}
	for term, posts := range plain.posts {
		if len(posts) == 0 {
			delete(plain.posts, term)
		}
	}
	if diff := gocmp.Diff(plain, &got, gocmp.AllowUnexported(plainVocabulary{})); diff != "" {
		t.Fatalf("vocabulary (-plain +got):\n%.2000s", diff)
	}
	if 1+len(v.index)+len(v.free) != len(v.slots) || len(v.faces) != len(v.slots) {
		t.Fatalf("%d words, %d free, %d slots, %d faces", len(v.index), len(v.free), len(v.slots), len(v.faces))
	}
	if v.find(1<<40) != unknown {
		t.Fatal("a word never met is known")
	}
}

// TestRarity weighs words in a stream that counts a thousand entries.
func TestRarity(t *testing.T) {
	t.Parallel()
	v := newVocabulary()
	v.total = 1000 * countUnit
	rarityOf := func(term uint64, count uint32, common bool) int {
		s := v.take(root{term: term, common: common})
		v.count(s, count*countUnit)
		return v.rarity(s)
	}
	everywhere, often, once, common := rarityOf(1, 1000, false), rarityOf(2, 100, false), rarityOf(3, 1, false), rarityOf(4, 0, true)
	if everywhere >= often || often >= once || once > rarest || common != commonest {
		t.Errorf("rarities %d, %d, %d, common %d", everywhere, often, once, common)
	}
	// 12 entries of a hundred: the logarithm of 1200/100.1.
	if want := math.Log2(1200/100.1) * 256; math.Abs(float64(often)-want) > 3 {
		t.Errorf("rarity %d, want %.1f", often, want)
	}
	if w := weigh(everywhere); w <= 0 || w > 0.1 {
		t.Errorf("a word of every entry weighs %v", w)
	}
	if a, b := weigh(once), weigh(often); a <= b {
		t.Errorf("a rare word weighs %v, a frequent one %v", a, b)
	}
}

func TestVocabularyIsBounded(t *testing.T) {
	t.Parallel()
	v := newVocabulary()
	v.most = 3
	a, b := v.take(root{term: 1}), v.take(root{term: 2})
	for number := range uint32(5) {
		s := v.take(root{term: 10 + uint64(number)})
		if s != 0 {
			t.Fatalf("word %d got slot %d", number, s)
		}
		v.post(s, number+1)
		v.post(s, number+1) // two such words in one entry
	}
	if a == 0 || b == 0 || a == b || len(v.slots) != 3 {
		t.Errorf("slots %d and %d of %d", a, b, len(v.slots))
	}
	if len(v.slots[0].posts) != 5 || v.rarity(0) > commonest {
		t.Errorf("the other words are posted %d times, rarity %d", len(v.slots[0].posts), v.rarity(0))
	}
	v.leave(0, 1)
	v.leave(0, 1)
	if len(v.slots[0].posts) != 4 {
		t.Errorf("%d posts are left", len(v.slots[0].posts))
	}
}
