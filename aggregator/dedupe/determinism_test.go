package dedupe

import (
	"cmp"
	"fmt"
	"math/rand/v2"
	"reflect"
	"slices"
	"testing"
	"time"

	gocmp "github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// step is something that happens to a fold.
type step func(*folding)

const eventfulWindow = 3 * time.Hour

// eventful returns what happens in days of invented news with links, copies,
// revisions, pins, and gaps longer than the window; with unmade also what takes
// entries out of their stories.
func eventful(entries int, unmade bool) []step {
	random := rand.New(rand.NewPCG(3, 1))
	var news []aggregator.Entry
	from := noon
	for days := 5; days > 0; days-- {
		for _, t := range tongues {
			news = append(news, t.news(random, entries/(5*len(tongues)), from, 10*time.Hour)...)
		}
		from = from.Add([]time.Duration{14 * time.Hour, 11 * time.Hour, 3 * 24 * time.Hour}[days%3])
	}
	slices.SortStableFunc(news, func(a, b aggregator.Entry) int { return a.Seen.Compare(b.Seen) })
	var steps []step
	var pins []aggregator.Pin
	for i, e := range news {
		seq := uint64(i + 1)
		e.Published = e.Seen.Add(-time.Duration(random.IntN(90)) * time.Minute)
		if i > 0 {
			switch earlier := news[i-1-random.IntN(min(i, 40))]; random.IntN(12) {
			case 0:
				e.Title, e.Summary = earlier.Title, earlier.Summary
			case 1:
				e.Summary = earlier.Summary
			case 2:
				e.Link = fmt.Sprintf("https://%s.example/%d", e.Source, random.IntN(i)/30)
			}
		}
		news[i] = e
		steps = append(steps, func(f *folding) { f.add(e) })
		other := uint64(i + 1 - random.IntN(min(i+1, 1000)))
		switch at := e.Seen; random.IntN(40) {
		case 0:
			told := news[random.IntN(i+1)]
			steps = append(steps, func(f *folding) { f.revise(seq, told.Title, told.Summary, at) })
		case 1: // of an entry that may have left the window
			steps = append(steps, func(f *folding) { f.revise(other, "Second thoughts: "+e.Title, e.Summary, at) })
		case 2:
			if i+1 == len(news) {
				continue
			}
			// The next entry is not there yet, but its id is known, as in a rebuild.
			next := aggregator.EntryKey(news[i+1].Source, aggregator.KeyGUID, fmt.Sprint(seq+1))
			other = uint64(max(1, i+1-random.IntN(100)))
			pins = append(pins, aggregator.Pin{
				A: aggregator.EntryKey(news[other-1].Source, aggregator.KeyGUID, fmt.Sprint(other)), B: next, Join: random.IntN(2) == 0,
			})
			said := slices.Clone(pins)
			steps = append(steps, func(f *folding) { f.setPins(said) })
		case 3:
			if unmade {
				steps = append(steps, func(f *folding) { f.move(other, aggregator.StoryID{}) })
			}
		case 4:
			if unmade {
				steps = append(steps, func(f *folding) { f.move(seq, f.entries[seq-1].ID.Story()) })
			}
		}
	}
	return steps
}

// TestFoldIsDeterministic folds the same news twice, with the judge taken from
// its snapshot again and again, and by telling a judge what became of each
// entry without asking it: decisions, evidence and snapshots are the same.
func TestFoldIsDeterministic(t *testing.T) {
	t.Parallel()
	opts := Options{Window: eventfulWindow}
	entries := 5000
	if testing.Short() {
		entries = 2500
	}
	steps := eventful(entries, true)
	want := newFolding(opts)
	again := newFolding(opts)
	restarted := newFolding(opts)
	taught := newFolding(opts)
	taughtFrom := len(steps) * 3 / 4
	for i, s := range steps {
		if i%977 == 0 {
			snapshot := restarted.judge.AppendSnapshot(nil)
			restarted.judge = New(opts)
			if err := restarted.judge.Restore(snapshot); err != nil {
				t.Fatal(err)
			}
			if string(snapshot) != string(restarted.judge.AppendSnapshot(nil)) {
				t.Fatalf("step %d: a restored judge has another snapshot", i)
			}
			restarted.judge.SetPins(restarted.pins)
		}
		if i == taughtFrom {
			taught.entries, taught.pins = slices.Clone(want.entries), want.pins
			for _, tell := range want.told {
				tell(taught.judge)
			}
			taught.judge.SetPins(taught.pins)
			checkSnapshots(t, "taught", want.judge, taught.judge)
		}
		for _, f := range []*folding{want, again, restarted} {
			s(f)
		}
		if i >= taughtFrom {
			s(taught)
		}
	}
	for name, f := range map[string]*folding{"again": again, "restarted": restarted, "taught": taught} {
		// Differences are looked for where there are any: cmp takes its time.
		if decided := want.decided[len(want.decided)-len(f.decided):]; !reflect.DeepEqual(decided, f.decided) {
			t.Errorf("%s: decisions (-once +%s):\n%.2000s", name, name, gocmp.Diff(decided, f.decided))
		}
		checkSnapshots(t, name, want.judge, f.judge)
	}
	checkEventful(t, want)
}

// TestReadingFromTheStart tells a judge all texts with the stories they belong
// to now, as from the store, without the merges: where no entry was taken out
// of its story, it knows the same.
func TestReadingFromTheStart(t *testing.T) {
	t.Parallel()
	opts := Options{Window: eventfulWindow}
	f := newFolding(opts)
	for _, s := range eventful(2000, false) {
		s(f)
	}
	reread := New(opts)
	for _, told := range f.texts {
		told.Story = f.entries[told.Seq-1].Story
		reread.Add(&told, reread.Read(&told))
	}
	checkSnapshots(t, "read from the start", f.judge, reread)
}

func checkSnapshots(t *testing.T, name string, want, got *Judge) {
	t.Helper()
	if a, b := want.AppendSnapshot(nil), got.AppendSnapshot(nil); string(a) != string(b) {
		t.Errorf("%s: the snapshots, of %d and %d bytes, are different", name, len(a), len(b))
	}
}

// checkEventful makes sure that everything happened.
func checkEventful(t *testing.T, f *folding) {
	t.Helper()
	met := make(map[string]int)
	for _, d := range f.decided {
		met[d.Kind.String()]++
		met[d.Evidence.Rule]++
		if !d.Merged.IsZero() {
			met["merged by "+d.Kind.String()]++
		}
	}
	for _, what := range []string{"new", "copy", "report", "related", "update", RuleLink, RuleText, RuleBody, RuleShingles, RuleModel, aggregator.RuleJoined, "merged by copy", "merged by report"} {
		if met[what] == 0 {
			t.Errorf("nothing was %s: %v", what, met)
		}
	}
	if n := f.judge.Len(); n == len(f.entries) || n == 0 {
		t.Errorf("%d of %d entries are in the window", n, len(f.entries))
	}
}

// TestOrderWithinASecond shuffles entries that were seen in the same second.
// Where each of them tells another happening, and clearly, the same entries
// share a story in any order. What an order may change are scores, as words are
// weighed by what was counted before: so it may decide on an entry that is at
// the threshold; and of several that tell one happening it says which of them
// the others are first compared with.
func TestOrderWithinASecond(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(5, 5))
	var news []aggregator.Entry
	for range 250 {
		h := tongues[0].happening(random)
		h.occurrence = occurrence{
			"{name} {meets|sees} {other} in {place} over {firm} {plan|offer}",
			"{other} and {name} {met|talked} in {place} on Monday about {firm}, which has {m} {workers|staff}.",
		}
		at := time.Duration(random.IntN(1200)) * time.Minute
		for tellings := range 1 + random.IntN(3) {
			e := h.tell(random, fmt.Sprint("wire", tellings), noon.Add(at))
			e.GUID = fmt.Sprint("entry ", len(news))
			e.Seen = e.Seen.Truncate(8 * time.Minute) // what the polls of a batch brought
			news = append(news, e)
			at += time.Duration(10+random.IntN(60)) * time.Minute
		}
	}
	slices.SortStableFunc(news, func(a, b aggregator.Entry) int { return a.Seen.Compare(b.Seen) })
	first := newFolding(Options{})
	for _, e := range news {
		first.add(e)
	}
	want := first.partition()
	ties, joined := 0, 0
	for _, story := range want {
		joined += len(story) - 1
	}
	for range 4 {
		for from := 0; from < len(news); {
			to := from + 1
			for to < len(news) && news[to].Seen.Equal(news[from].Seen) {
				to++
			}
			stories := make(map[aggregator.StoryID]bool)
			for _, e := range first.entries[from:to] {
				stories[e.Story] = true
			}
			if len(stories) == to-from {
				random.Shuffle(to-from, func(a, b int) { news[from+a], news[from+b] = news[from+b], news[from+a] })
				ties += to - from - 1
			}
			from = to
		}
		f := newFolding(Options{})
		for _, e := range news {
			f.add(e)
		}
		if diff := gocmp.Diff(want, f.partition()); diff != "" {
			t.Errorf("stories (-first +shuffled):\n%s", diff)
		}
	}
	if ties < 400 || joined < 50 {
		t.Errorf("only %d ties and %d entries that joined a story", ties, joined)
	}
}

// partition returns the GUIDs of each story's entries, sorted.
func (f *folding) partition() [][]string {
	stories := make(map[aggregator.StoryID][]string)
	for _, e := range f.entries {
		stories[e.Story] = append(stories[e.Story], e.GUID)
	}
	all := make([][]string, 0, len(stories))
	for _, guids := range stories {
		slices.Sort(guids)
		all = append(all, guids)
	}
	slices.SortFunc(all, func(a, b []string) int { return cmp.Compare(a[0], b[0]) })
	return all
}

// TestDecideChangesNothing asks again and again, of several entries and of
// several texts of one, before it tells the judge.
func TestDecideChangesNothing(t *testing.T) {
	t.Parallel()
	random := rand.New(rand.NewPCG(8, 8))
	asked, plain := newFolding(Options{}), newFolding(Options{})
	news := tongues[0].news(random, 150, noon, 10*time.Hour)
	for i, e := range news {
		before := asked.judge.AppendSnapshot(nil)
		for _, other := range []int{i, min(i+1, len(news)-1), random.IntN(len(news)), i} {
			o := news[other]
			o.Seq = uint64(len(asked.entries) + 1)
			o.ID = aggregator.EntryKey(o.Source, aggregator.KeyGUID, fmt.Sprint("asked", other))
			first := asked.judge.Decide(&o, asked.judge.Read(&o))
			if diff := gocmp.Diff(first, asked.judge.Decide(&o, asked.judge.Read(&o))); diff != "" {
				t.Fatalf("asked twice (-first +second):\n%s", diff)
			}
		}
		// The entry itself, with another text than it will have.
		o := news[random.IntN(len(news))]
		o.Source, o.Seq = e.Source, uint64(len(asked.entries)+1)
		o.ID = aggregator.EntryKey(o.Source, aggregator.KeyGUID, fmt.Sprint(o.Seq))
		asked.judge.Decide(&o, asked.judge.Read(&o))
		// And as it will be, but at another time.
		o.Title, o.Summary, o.Seen = e.Title, e.Summary, o.Seen.Add(time.Hour)
		asked.judge.Decide(&o, asked.judge.Read(&o))
		if string(before) != string(asked.judge.AppendSnapshot(nil)) {
			t.Fatalf("entry %d: being asked changed the judge", i)
		}
		if diff := gocmp.Diff(plain.add(e), asked.add(e)); diff != "" {
			t.Fatalf("entry %d (-plain +asked before):\n%s", i, diff)
		}
	}
	checkSnapshots(t, "asked", plain.judge, asked.judge)
}
