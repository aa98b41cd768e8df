package publish

import (
	"fmt"
	"sync"
	"testing"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
)

func TestMemoryWritesTheSame(t *testing.T) {
	t.Parallel()
	m, site := NewMemory(1<<20), testSite()
	stories := append(world(), torture()...)
	for _, what := range []string{"at first", "again", "withdrawn", "corrected", "elsewhere"} {
		switch what {
		case "withdrawn":
			stories[0].Withdrawn = true
		case "corrected":
			stories[1].Entries[0].Title += " after all"
		case "elsewhere":
			site.BaseURL = "https://elsewhere.example"
		}
		sameAsNew(t, what, &Printer{Memory: m}, site, stories)
		sameAsNew(t, what+", backwards", &Printer{Memory: m}, site, stories[1:])
	}
	if len(m.young) == 0 {
		t.Error("nothing is remembered")
	}
}

// A story that is remembered is not written: what the memory holds is sent.
func TestMemoryIsAsked(t *testing.T) {
	t.Parallel()
	m := NewMemory(1 << 20)
	first := printWith(t, &Printer{Memory: m}, testSite(), world()[:1])
	for key, r := range m.young {
		r.part = Part{r.part.Story, xxhash.Sum64String("kept"), []byte("kept")}
		m.young[key] = r
	}
	for i, e := range printWith(t, &Printer{Memory: m}, testSite(), world()[:1]) {
		if string(e.Parts[0].Bytes) != "kept" || string(first[i].Parts[0].Bytes) == "kept" {
			t.Errorf("%s: %s", e.Format, e.Parts[0].Bytes)
		}
	}
}

func TestMemoryIsBounded(t *testing.T) {
	t.Parallel()
	m := NewMemory(100 * (1000 + rememberedBytes))
	key := func(i int) memoryKey {
		return memoryKey{aggregator.StoryID{byte(i >> 8), byte(i)}, Atom}
	}
	put := func(i, sizeBytes int) {
		m.put(key(i), remembered{made: fingerprint(i), part: Part{Bytes: make([]byte, sizeBytes)}})
	}
	var all sync.WaitGroup
	for n := range 4 {
		all.Go(func() {
			for i := range 1000 {
				put(n*1000+i, 1000)
				put(9000, 1000)
				m.get(key(0), 0)
			}
		})
	}
	all.Wait()
	size := func(kept map[memoryKey]remembered) (sum int64) {
		for _, r := range kept {
			sum += r.sizeBytes()
		}
		return sum
	}
	if young := size(m.young); young != m.used || young+size(m.old) > m.roomBytes {
		t.Errorf("%d young and %d old bytes, of which it knows %d, in %d", young, size(m.old), m.used, m.roomBytes)
	}
	if _, known := m.get(key(9000), 9000); !known {
		t.Error("what was put last is forgotten")
	}
	if _, known := m.get(key(9000), 1); known {
		t.Error("what was written from something else is taken for the same")
	}
	put(9000, int(m.roomBytes))
	if _, known := m.young[key(9000)]; known {
		t.Error("a giant is kept, or its predecessor in its place")
	}
	for i := range 60 { // more than half of the room
		put(i, 1000)
		if _, known := m.get(key(0), 0); !known {
			t.Fatal(fmt.Sprint("what is asked for all the time was forgotten after ", i))
		}
	}
	var none *Memory
	none.put(key(1), remembered{})
	if _, known := none.get(key(1), 0); known {
		t.Error("nothing remembers")
	}
}
