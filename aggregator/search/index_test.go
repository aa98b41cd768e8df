package search

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// small makes parts so small that a few entries make many of them.
var small = pace{look: time.Second, busy: 1 << 40, chunk: 3, part: 4, bytes: 1 << 30, keep: time.Hour}

func TestIndexFollows(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		x, end := a.run(t.TempDir(), small)
		defer end()
		want := func(when, text string, want ...uint64) {
			t.Helper()
			settled(t, x)
			if diff := cmp.Diff(want, a.found(x, text)); diff != "" {
				t.Errorf("%s: %s: %s", when, text, diff)
			}
		}
		before := x.Changes()
		ferry := a.tell(a.entry("harbour", "en", "Ferry aground"))
		want("a new story", "ferry", ferry.Seq)
		if x.Changes() == before {
			t.Error("it does not say that something changed")
		}
		a.revise(ferry.Seq, "Ship aground")
		want("a new text", "ship", ferry.Seq)
		want("a new text", "ferry")
		for range 5 {
			a.revise(ferry.Seq, "Vessel aground")
		}
		want("many of them", "vessel", ferry.Seq)
		want("many of them", "ship")

		other := a.tell(a.entry("north", "en", "Vessel stuck"), a.entry("south", "en", "Tug under way"))
		want("another", "vessel", other.Seq, ferry.Seq)
		merged := a.stories(ferry.ID)[0]
		merged.Members = append(merged.Members, other.Members...)
		merged.Merged = []aggregator.StoryID{other.ID}
		moved, err := a.db.Entries([]uint64{other.Members[0].Seq, other.Members[1].Seq})
		if err != nil {
			t.Fatal(err)
		}
		for i := range moved {
			moved[i].Story = merged.ID
		}
		a.commit(aggregator.Commit{Entries: moved, Stories: []aggregator.Story{merged}})
		want("merged", "vessel", ferry.Seq)
		want("merged", "tug", ferry.Seq)
		if diff := cmp.Diff([]uint64{ferry.Seq}, a.seqs(x, Query{MinSources: 3, Limit: 9})); diff != "" {
			t.Errorf("merged: %s", diff)
		}

		merged = a.stories(ferry.ID)[0]
		merged.Members[2].Withdrawn = true
		a.commit(aggregator.Commit{Stories: []aggregator.Story{merged}})
		want("an entry was taken back", "tug")
		want("an entry was taken back", "vessel", ferry.Seq)

		parted := a.stories(ferry.ID)[0]
		leaves, err := a.db.Entries([]uint64{parted.Members[1].Seq})
		if err != nil {
			t.Fatal(err)
		}
		parted.Members = append(parted.Members[:1:1], parted.Members[2])
		parted.Merged = nil
		own, entries := storyOf(leaves...)
		a.commit(aggregator.Commit{Entries: entries, Stories: []aggregator.Story{parted, own}})
		want("parted again", "vessel", own.Seq, ferry.Seq)
		want("parted again", "stuck -aground", own.Seq)

		for i := range 40 {
			a.tell(a.entry("north", "en", fmt.Sprint("Filler number ", i)))
		}
		settled(t, x)
		if n := len(filesOf(x)); n > 2*mergeAlike {
			t.Errorf("%d parts of %d entries", n, a.seq)
		}
		want("after merges", "stuck", own.Seq)
		want("after merges", "ship")

		if _, _, err := a.db.Purge(noon.Add(20*time.Minute), 1000); err != nil {
			t.Fatal(err)
		}
		x.Purged()
		time.Sleep(2 * small.look)
		want("purged", "vessel")
		for i := range 40 {
			a.tell(a.entry("north", "en", fmt.Sprint("Further number ", i)))
		}
		settled(t, x)
		for _, p := range filesOf(x) {
			for _, seq := range p.seqs {
				if seq <= ferry.Seq {
					t.Error("what was purged is still in a part")
				}
			}
		}
	})
}

func TestIndexWaitsWhileTheStoreIsBusy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		p := defaultPace
		p.busy, p.patient = 5, time.Minute
		x, end := a.run(t.TempDir(), p)
		defer end()
		time.Sleep(p.look / 2)
		for second := range 90 {
			for range 10 {
				a.tell(a.entry("wire", "en", "Oil"))
			}
			time.Sleep(p.look)
			if f := x.Figures(); second < 55 && f.Entries > 0 {
				t.Fatalf("after %d s of work it indexed %d entries", second, f.Entries)
			}
		}
		if f := x.Figures(); f.Entries == 0 {
			t.Error("it waits for ever")
		}
		settled(t, x)
	})
}

func TestIndexStartsAgain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		spoil func(t *testing.T, a *archive, folder string)
	}{
		{"as it was", func(*testing.T, *archive, string) {}},
		{"missing", func(t *testing.T, _ *archive, folder string) {
			t.Helper()
			must(t, os.RemoveAll(folder))
		}},
		{"without its manifest", func(t *testing.T, _ *archive, folder string) {
			t.Helper()
			must(t, os.Remove(filepath.Join(folder, manifestName)))
		}},
		{"with a damaged manifest", func(t *testing.T, _ *archive, folder string) {
			t.Helper()
			must(t, os.WriteFile(filepath.Join(folder, manifestName), []byte(`{"format": 1, "parts": [`), 0o600))
		}},
		{"of another version", func(t *testing.T, _ *archive, folder string) {
			t.Helper()
			m, err := readManifest(folder)
			must(t, err)
			m.Format++
			must(t, m.write(folder))
		}},
		{"with a damaged part", func(t *testing.T, _ *archive, folder string) {
			t.Helper()
			path := partIn(t, folder)
			b, err := os.ReadFile(path)
			must(t, err)
			b[len(b)/2] ^= 1
			must(t, os.WriteFile(path, b, 0o600))
		}},
		{"with a part cut short", func(t *testing.T, _ *archive, folder string) {
			t.Helper()
			must(t, os.Truncate(partIn(t, folder), 20))
		}},
		{"without a part", func(t *testing.T, _ *archive, folder string) {
			t.Helper()
			must(t, os.Remove(partIn(t, folder)))
		}},
		{"with a part nobody knows", func(t *testing.T, _ *archive, folder string) {
			t.Helper()
			must(t, os.WriteFile(filepath.Join(folder, "99999999.part"), []byte("half of"), 0o600))
		}},
		{"of another database", func(t *testing.T, _ *archive, folder string) {
			t.Helper()
			m, err := readManifest(folder)
			must(t, err)
			m.LastID[0] ^= 1
			must(t, m.write(folder))
		}},
		{"ahead of the store", func(t *testing.T, _ *archive, folder string) {
			t.Helper()
			m, err := readManifest(folder)
			must(t, err)
			m.Complete = 1 << 20
			must(t, m.write(folder))
		}},
		{"behind", func(t *testing.T, a *archive, _ string) {
			t.Helper()
			a.tell(a.entry("wire", "en", "Oil once more"))
			a.revise(1, "Gas and no longer the other")
		}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				a := newArchive(t)
				folder := filepath.Join(t.TempDir(), "index")
				x, end := a.run(folder, small)
				tellAll(a)
				settled(t, x)
				end()
				tt.spoil(t, a, folder)
				x, end = a.run(folder, small)
				defer end()
				settled(t, x)
				sameAsNew(t, a, x)
				if tt.name == "as it was" && a.heads.Load() > 0 {
					t.Error("a clean start looked at every entry")
				}
			})
		})
	}
}

// TestIndexAfterACrash copies the index at every moment of its growth, and
// starts from each copy.
func TestIndexAfterACrash(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		folder := filepath.Join(t.TempDir(), "index")
		_, end := a.run(folder, small)
		tellAll(a)
		var copies []string
		for i := range 12 {
			a.tell(a.entry("wire", "en", fmt.Sprint("Oil number ", i)))
			if i%3 == 0 {
				a.revise(uint64(1+i), fmt.Sprint("Gas number ", i))
			}
			time.Sleep(700 * time.Millisecond)
			copies = append(copies, copyOf(t, folder))
		}
		end()
		for _, from := range copies {
			x, end := a.run(from, small)
			settled(t, x)
			sameAsNew(t, a, x)
			end()
		}
	})
}

// copyOf returns a copy of a folder that is being written to. A file that was
// given its name meanwhile, or removed, is no part of any moment: the copy is
// made anew.
func copyOf(t *testing.T, folder string) string {
	t.Helper()
	for {
		into := filepath.Join(t.TempDir(), "copy")
		err := os.CopyFS(into, os.DirFS(folder))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		must(t, err)
		return into
	}
}

// sameAsNew compares what x finds with what an index made anew does.
func sameAsNew(t *testing.T, a *archive, x *Index) {
	t.Helper()
	told := a.index
	fresh, end := a.run(t.TempDir(), pace{})
	settled(t, fresh)
	for _, text := range []string{"oil", "gas", "number", "price", "石油", "الوزير", "пшеница", "oil OR gas -number", `"gas number"`, "num* OR strike"} {
		if diff := cmp.Diff(a.found(fresh, text), a.found(x, text)); diff != "" {
			t.Errorf("%s (-made anew +started again):\n%s", text, diff)
		}
	}
	if diff := cmp.Diff(a.seqs(fresh, Query{Languages: []string{"en"}, Limit: 99}), a.seqs(x, Query{Languages: []string{"en"}, Limit: 99})); diff != "" {
		t.Errorf("languages (-made anew +started again):\n%s", diff)
	}
	end()
	a.index = told
}

func filesOf(x *Index) []*file {
	x.mu.RLock()
	defer x.mu.RUnlock()
	return slices.Clone(x.files)
}

func partIn(t *testing.T, folder string) string {
	t.Helper()
	found, err := filepath.Glob(filepath.Join(folder, "*.part"))
	if err != nil || len(found) == 0 {
		t.Fatalf("no part in %s: %v", folder, err)
	}
	return found[0]
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestLanguagesAreAskedWhenTheyAreKnown: a language is known with the text, and
// only of as many as have numbers; whoever asks for one looks elsewhere until
// then, and misses nothing.
func TestLanguagesAreAskedWhenTheyAreKnown(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		x, end := a.run(t.TempDir(), pace{})
		defer end()
		settled(t, x)
		told := a.tell(a.entry("north", "sw", "Habari za bandari"))
		swahili := Query{Languages: []string{"sw"}, Limit: 9}
		if _, err := x.Find(swahili); !errors.Is(err, ErrNotReady) {
			t.Errorf("got %v of a language that was not read yet", err)
		}
		a.found(x, "habari") // what is searched for may lag
		settled(t, x)
		if diff := cmp.Diff([]uint64{told.Seq}, a.seqs(x, swahili)); diff != "" {
			t.Errorf("stories in the language (-want +got):\n%s", diff)
		}
		a.revise(told.Seq, "Habari nyingine")
		if _, err := x.Find(swahili); !errors.Is(err, ErrNotReady) {
			t.Errorf("got %v of a text that was changed", err)
		}
		settled(t, x)
		x.mu.Lock()
		x.table.tongues.texts = make([]string, math.MaxUint16+1)
		x.mu.Unlock()
		if _, err := x.Find(swahili); !errors.Is(err, ErrNotReady) {
			t.Errorf("got %v where there are more languages than numbers", err)
		}
	})
}

// TestChangedTextsOutliveAFailure: what could not be read is read later.
func TestChangedTextsOutliveAFailure(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		x, end := a.run(t.TempDir(), pace{})
		defer end()
		told := a.tell(a.entry("north", "en", "Oil price rises"))
		settled(t, x)
		a.revise(told.Seq, "Zinc price rises")
		a.fails.Store(true)
		time.Sleep(5 * time.Second)
		a.fails.Store(false)
		settled(t, x)
		if diff := cmp.Diff([]uint64{told.Seq}, a.found(x, "zinc")); diff != "" {
			t.Errorf("stories of zinc (-want +got):\n%s", diff)
		}
	})
}

// A folder that cannot be used for a while, as on a full disk, costs the search
// for that while.
func TestIndexTriesAgain(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		told := a.tell(a.entry("north", "en", "Oil price rises"))
		folder := filepath.Join(t.TempDir(), "index")
		must(t, os.WriteFile(folder, nil, 0o600))
		x := New(Options{Folder: folder, Store: a})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- x.Run(ctx) }()
		time.Sleep(10 * time.Minute)
		if _, err := x.Find(Query{Limit: 1}); !errors.Is(err, ErrNotReady) {
			t.Errorf("got %v", err)
		}
		must(t, os.Remove(folder))
		time.Sleep(2 * tryAgain)
		settled(t, x)
		if diff := cmp.Diff([]uint64{told.Seq}, a.found(x, "oil")); diff != "" {
			t.Errorf("stories of oil (-want +got):\n%s", diff)
		}
		stop()
		must(t, <-ended)
	})
}

// A part that is spoilt under a running daemon is found out by the first search
// that reads it, and made anew.
func TestIndexIsMadeAnewWhileItRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		a := newArchive(t)
		folder := t.TempDir()
		x, end := a.run(folder, small)
		defer end()
		var want []uint64
		for range 6 {
			told := a.tell(a.entry("north", "en", "Oil price rises"))
			want = append([]uint64{told.Seq}, want...)
			settled(t, x)
		}
		must(t, os.Truncate(partIn(t, folder), 20))
		text, err := Parse("oil")
		must(t, err)
		if _, err := x.Find(Query{Text: text, Limit: 10}); err == nil {
			t.Fatal("nothing was read of what was spoilt")
		}
		time.Sleep(2 * time.Second)
		settled(t, x)
		if diff := cmp.Diff(want, a.found(x, "oil")); diff != "" {
			t.Errorf("stories of oil (-want +got):\n%s", diff)
		}
	})
}

func TestIndexIsNotReadyAtOnce(t *testing.T) {
	t.Parallel()
	a := newArchive(t)
	x := New(Options{Folder: t.TempDir(), Store: a})
	if _, err := x.Find(Query{Limit: 1}); !errors.Is(err, ErrNotReady) {
		t.Errorf("got %v", err)
	}
}
