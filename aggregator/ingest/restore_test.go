package ingest_test

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
)

// history is all that a run has decided: what a restart must not change.
type history struct {
	Stories   []aggregator.StoryView
	Decisions map[uint64][]aggregator.Decision
}

func (b *bench) history() history {
	b.t.Helper()
	h := history{Stories: b.stories(), Decisions: map[uint64][]aggregator.Decision{}}
	for seq := range b.db.LastSeq() {
		decisions, err := b.db.Decisions(seq + 1)
		if err != nil {
			b.t.Fatal(err)
		}
		h.Decisions[seq+1] = decisions
	}
	return h
}

// turmoil returns polls of a stream in which stories merge, entries are
// revised and withdrawn, and the window moves on.
func turmoil(b *bench, polls int, write func(e *aggregator.Entry, n int, random *rand.Rand)) []aggregator.PollResult {
	random := rand.New(rand.NewPCG(7, 11))
	sources := []string{"norvia", "kelmar", "herald"}
	shown := map[string][]aggregator.Entry{}
	var results []aggregator.PollResult
	for n := range polls {
		source := sources[random.IntN(len(sources))]
		document := shown[source]
		for i := range document {
			if random.IntN(6) == 0 {
				write(&document[i], n, random)
			}
		}
		for i := range random.IntN(3) {
			e := aggregator.Entry{GUID: fmt.Sprint(n, "-", i)}
			write(&e, n, random)
			document = append(document, e)
		}
		document = document[max(0, len(document)-6):]
		shown[source] = document
		results = append(results, b.fetched(source, slices.Clone(document)...))
	}
	return results
}

// byTopics writes what the judge of topics reads.
func byTopics(e *aggregator.Entry, n int, random *rand.Rand) {
	var words []string
	if random.IntN(12) == 0 {
		words = append(words, []string{"KILL", "CORRECTED", "UPDATE 2"}[random.IntN(3)])
	}
	words = append(words, fmt.Sprintf("topic%d", n/20+random.IntN(12)))
	switch random.IntN(6) {
	case 0:
		words = append(words, fmt.Sprintf("topic%d", n/20+random.IntN(12)))
	case 1:
		words[len(words)-1] = "~" + words[len(words)-1]
	}
	e.Title = strings.Join(words, " ") + fmt.Sprintf(": Told in poll %d", n)
}

// byWords writes what the real judge can be of two minds about: reports that
// share more or fewer words with others of their happening, and some of two.
func byWords(e *aggregator.Entry, n int, random *rand.Rand) {
	syllables := strings.Fields("kel nor os bre tal quen har zel dor is pal wex yar ul ca fen")
	happening := func() (words []string) {
		h := n/20 + random.IntN(12)
		for k := range 8 {
			words = append(words, syllables[h%16]+syllables[(h/16+k)%16]+syllables[(h+3*k)%16])
		}
		random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
		return words
	}
	title := happening()[:3+random.IntN(4)]
	if random.IntN(5) == 0 {
		title = append(title, happening()[:4]...)
	}
	e.Title = strings.Join(title, " ")
	if random.IntN(12) == 0 {
		e.Title = []string{"KILL: ", "CORRECTED-", "UPDATE 2-"}[random.IntN(3)] + e.Title
	}
	e.Summary = ""
	if random.IntN(2) == 0 {
		e.Summary = "It was said that " + strings.Join(happening(), " ") + "."
	}
	if random.IntN(3) == 0 {
		e.Published = noon.Add(time.Duration(n)*10*time.Minute - time.Duration(random.IntN(300))*time.Minute)
	}
	if random.IntN(4) == 0 {
		e.Link = fmt.Sprintf("https://norvia.example/%d", n/4+random.IntN(4))
	}
}

func (b *bench) saved() []byte {
	b.t.Helper()
	snapshot, err := os.ReadFile(b.path + ".judge")
	if err != nil {
		b.t.Fatal(err)
	}
	return snapshot
}

func (b *bench) replace(name string, content []byte) {
	b.t.Helper()
	if err := os.WriteFile(name, content, 0o600); err != nil {
		b.t.Fatal(err)
	}
}

// The same polls give the same stories and the same evidence, however the
// daemon was stopped among them and whatever became of the snapshot.
func TestRestartsChangeNothing(t *testing.T) {
	t.Parallel()
	t.Run("judged by topics", func(t *testing.T) {
		t.Parallel()
		restartsChangeNothing(t, newTopicsBench, byTopics)
	})
	t.Run("judged by words", func(t *testing.T) {
		t.Parallel()
		restartsChangeNothing(t, newBench, byWords)
	})
}

func restartsChangeNothing(t *testing.T, newBench func(*testing.T) *bench, write func(*aggregator.Entry, int, *rand.Rand)) {
	t.Helper()
	const polls = 240 // 40 hours: less than the two windows that a judge is rebuilt from
	run := func(t *testing.T, restart func(b *bench, n int)) (h history) {
		t.Helper()
		synctest.Test(t, func(t *testing.T) {
			b := newBench(t)
			for n, result := range turmoil(b, polls, write) {
				b.submit(result)
				restart(b, n)
			}
			h = b.history()
		})
		return h
	}
	undisturbed := run(t, func(*bench, int) {})
	merged, withdrawn, revised := 0, 0, 0
	for _, v := range undisturbed.Stories {
		merged += len(v.Merged)
		for i, m := range v.Members {
			if m.Withdrawn {
				withdrawn++
			}
			revised += v.Entries[i].Revision
		}
	}
	if merged < 10 || withdrawn < 10 || revised < 50 {
		t.Fatalf("%d merges, %d withdrawals, %d revisions: the run tests nothing", merged, withdrawn, revised)
	}
	every := func(n int, f func(b *bench)) func(*bench, int) {
		return func(b *bench, i int) {
			if i%n == n-1 {
				b.close()
				f(b)
				b.open(nil)
			}
		}
	}
	remove := func(b *bench) {
		if err := os.Remove(b.path + ".judge"); err != nil {
			b.t.Fatal(err)
		}
	}
	tests := map[string]func() func(*bench, int){
		"from the snapshot": func() func(*bench, int) { return every(17, func(*bench) {}) },
		"without":           func() func(*bench, int) { return every(29, remove) },
		"from one cut short": func() func(*bench, int) {
			return every(53, func(b *bench) { s := b.saved(); b.replace(b.path+".judge", s[:len(s)*2/3]) })
		},
		"from one with a flipped bit": func() func(*bench, int) {
			return every(53, func(b *bench) {
				s := b.saved()
				s[len(s)/2] ^= 4
				b.replace(b.path+".judge", s)
			})
		},
		"from one with another number": func() func(*bench, int) {
			return every(53, func(b *bench) {
				s := b.saved()
				s[23] ^= 1
				b.replace(b.path+".judge", s)
			})
		},
		"killed": func() func(*bench, int) {
			// What was saved last is older than the store.
			var old []byte
			n := 0
			return every(31, func(b *bench) {
				if n%3 == 0 {
					old = b.saved()
				}
				n++
				b.replace(b.path+".judge", old)
			})
		},
		"killed before the first snapshot": func() func(*bench, int) {
			return func(b *bench, n int) {
				if n == 100 {
					b.close()
					remove(b)
					b.open(nil)
				}
			}
		},
	}
	for name, restart := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(undisturbed, run(t, restart())); diff != "" {
				t.Errorf("history (-undisturbed +restarted):\n%s", diff)
			}
		})
	}
}

// A judge that is restored is told every text when the undisturbed one was.
func TestTextsAreReplayedInOrder(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.close()
	var judge *topics
	b.judge = func() ingest.WindowJudge {
		judge = newTopics().(*topics)
		return judge
	}
	b.open(nil)
	stream := []told{
		{"norvia", "1", "a: One"}, {"norvia", "2", "b: Two"}, {"norvia", "1", "a: One again"}, {"kelmar", "3", "c: Three"},
		{"norvia", "2", "b: Two again"}, {"kelmar", "4", "d: Four"}, {"norvia", "1", "a: One at last"}, {"kelmar", "5", "e: Five"},
		{"kelmar", "5", "e: Five again"},
	}
	var want []string
	var early []byte
	for i, e := range stream {
		b.tell(e.source, e.guid, e.title)
		want = append(want, e.title)
		if i == 3 {
			b.reopen()
			early = b.saved()
		}
	}
	b.close()
	b.replace(b.path+".judge", early)
	b.open(nil)
	if diff := cmp.Diff(want[4:], judge.told); diff != "" {
		t.Errorf("told since the snapshot (-want +got):\n%s", diff)
	}
	b.close()
	b.replace(b.path+".judge", nil)
	b.open(nil)
	if diff := cmp.Diff(want, judge.told); diff != "" {
		t.Errorf("told without a snapshot (-want +got):\n%s", diff)
	}
}

// Texts that came between the same two entries keep their order, also where the
// clock stood still.
func TestTextsOfOneInstant(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.close()
	var judge *topics
	b.judge = func() ingest.WindowJudge {
		judge = newTopics().(*topics)
		return judge
	}
	b.open(nil)
	submit := func(source string, titles ...string) {
		var entries []aggregator.Entry
		for i, title := range titles {
			entries = append(entries, aggregator.Entry{GUID: source + fmt.Sprint(i), Title: title})
		}
		result := b.fetched(source, entries...)
		result.Response.At = noon
		b.submit(result)
	}
	submit("norvia", "b: Two", "a: One")
	submit("kelmar", "c: Three")
	submit("kelmar", "c: Three again")
	submit("norvia", "b: Two again", "a: One again")
	want := []string{"a: One", "b: Two", "c: Three", "c: Three again", "a: One again", "b: Two again"}
	if diff := cmp.Diff(want, judge.told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
	b.close()
	b.replace(b.path+".judge", nil)
	b.open(nil)
	if diff := cmp.Diff(want, judge.told); diff != "" {
		t.Errorf("told without a snapshot (-want +got):\n%s", diff)
	}
}

// A snapshot that knows more than the store, or of other entries, is of no use.
func TestForeignSnapshot(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const polls = 120
		b := newTopicsBench(t)
		results := turmoil(b, polls, byTopics)
		var store []byte
		for n, result := range results {
			if n == polls/2 {
				b.close()
				var err error
				if store, err = os.ReadFile(b.path); err != nil {
					t.Fatal(err)
				}
				b.open(nil)
			}
			b.submit(result)
		}
		b.reopen()
		newer, undisturbed := b.saved(), b.history()
		b.close()
		other := newTopicsBench(t)
		for n := range 30 {
			other.tell("kelmar", fmt.Sprint(n), fmt.Sprintf("other: Entry %d", n))
		}
		other.close()
		for name, snapshot := range map[string][]byte{"newer": newer, "another's": other.saved()} {
			b.replace(b.path, store)
			b.replace(b.path+".judge", snapshot)
			b.open(nil)
			for _, result := range results[polls/2:] {
				b.submit(result)
			}
			if diff := cmp.Diff(undisturbed, b.history()); diff != "" {
				t.Errorf("%s: history (-undisturbed +restored):\n%s", name, diff)
			}
			b.close()
		}
	})
}

// A store that refuses a commit among others changes nothing that comes later.
func TestFailedCommitsChangeNothing(t *testing.T) {
	t.Parallel()
	run := func(fails bool) (h history) {
		synctest.Test(t, func(t *testing.T) {
			b := newTopicsBench(t)
			b.close()
			store := &failing{}
			b.open(func(s ingest.Store) ingest.Store { store.Store = s; return store })
			for n, result := range turmoil(b, 120, byTopics) {
				if store.down = fails && n%10 == 9; store.down {
					// What is unchanged is not stored at once.
					if report, err := b.in.Submit(result); err == nil && len(report.Decisions) > 0 {
						t.Error("stored")
					}
					store.down = false
				}
				b.submit(result)
			}
			h = b.history()
		})
		return h
	}
	if diff := cmp.Diff(run(false), run(true)); diff != "" {
		t.Errorf("history (-without failures +with):\n%s", diff)
	}
}

// What was purged since the snapshot is joined no more.
func TestSnapshotOfPurgedEntries(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	b.settings.Keep = time.Hour
	b.now = time.Now().Add(-3 * time.Hour)
	old := b.tell("norvia", "1", "ferry: Aground").Story
	b.now = time.Now().Add(-10 * time.Minute)
	b.submit(b.fetched("norvia", aggregator.Entry{GUID: "2", Title: "rain: Falls"}))
	b.reopen() // Run begins with a purge
	if err := b.in.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.reopen()
	if _, err := b.db.Story(old); !errors.Is(err, aggregator.ErrNotFound) {
		t.Fatalf("the old story: %v", err)
	}
	if d := b.tell("kelmar", "1", "ferry: Afloat"); d.Kind != aggregator.New {
		t.Errorf("decided %+v", d)
	}
}

// A judge that had to be rebuilt is saved though nothing new came.
func TestRebuiltJudgeIsSaved(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	b.tell("norvia", "1", "ferry: Aground")
	b.close()
	if err := os.Remove(b.path + ".judge"); err != nil {
		t.Fatal(err)
	}
	b.reopen()
	b.close()
	if _, err := os.Stat(b.path + ".judge"); err != nil {
		t.Error(err)
	}
}

func TestSnapshotOncePerHour(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newTopicsBench(t)
		saved := func() bool {
			_, err := os.Stat(b.path + ".judge")
			return err == nil
		}
		b.tell("norvia", "1", "ferry: Aground")
		time.Sleep(59 * time.Minute)
		if saved() {
			t.Error("saved at once")
		}
		time.Sleep(2 * time.Minute)
		synctest.Wait()
		if !saved() {
			t.Error("not saved after an hour")
		}
		if err := os.Remove(b.path + ".judge"); err != nil {
			t.Error(err)
		}
		time.Sleep(2 * time.Hour)
		b.close()
		if saved() {
			t.Error("saved again with nothing new")
		}
	})
}
