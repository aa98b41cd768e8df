package search

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
	"wiredesk/storage"
)

var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

// archive is a real store whose commits an index is told of.
type archive struct {
	tb    testing.TB
	db    *storage.DB
	index *Index // nil: nobody is told
	seq   uint64
	heads atomic.Int64 // calls of Heads
	fails atomic.Bool  // entries cannot be read by their Seq
}

func newArchive(tb testing.TB) *archive {
	tb.Helper()
	db, err := storage.Open(filepath.Join(tb.TempDir(), "test.db"), storage.Options{InitialMmapBytes: 1 << 28, NoSync: true})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return &archive{tb: tb, db: db}
}

func (a *archive) ReplayFrom(seq uint64, yield func(aggregator.Entry) error) error {
	return a.db.ReplayFrom(seq, yield)
}
func (a *archive) ReplayStories(yield func(aggregator.Story) error) error {
	return a.db.ReplayStories(yield)
}
func (a *archive) Heads(from, to uint64, yield func(aggregator.Head)) error {
	a.heads.Add(1)
	return a.db.Heads(from, to, yield)
}
func (a *archive) Entries(seqs []uint64) ([]aggregator.Entry, error) {
	if a.fails.Load() {
		return nil, errors.New("the disk is gone")
	}
	return a.db.Entries(seqs)
}
func (a *archive) LastSeq() uint64 { return a.db.LastSeq() }

// entry returns a new entry of source.
func (a *archive) entry(source, language, title string) aggregator.Entry {
	a.seq++
	return aggregator.Entry{
		ID: aggregator.EntryKey(source, aggregator.KeyGUID, fmt.Sprint(a.seq)), Seq: a.seq, Source: source,
		Language: language, Title: title, Seen: noon.Add(time.Duration(a.seq) * time.Minute),
	}
}

// storyOf returns the story of the entries, which it changes to name it.
func storyOf(entries ...aggregator.Entry) (aggregator.Story, []aggregator.Entry) {
	first := entries[0]
	s := aggregator.Story{
		ID: first.ID.Story(), Seq: first.Seq, Lead: first.Seq, First: first.Seen, Updated: first.Seen, Changed: first.Seen,
	}
	for i := range entries {
		entries[i].Story = s.ID
		kind := aggregator.Report
		if i == 0 {
			kind = aggregator.New
		}
		s.Members = append(s.Members, aggregator.Member{Seq: entries[i].Seq, Source: entries[i].Source, Kind: kind, Joined: entries[i].Seen})
	}
	return s, entries
}

// tell stores a story of the entries and returns it.
func (a *archive) tell(entries ...aggregator.Entry) aggregator.Story {
	a.tb.Helper()
	s, entries := storyOf(entries...)
	a.commit(aggregator.Commit{Entries: entries, Stories: []aggregator.Story{s}})
	return s
}

func (a *archive) commit(c aggregator.Commit) {
	a.tb.Helper()
	if err := a.db.Commit(c); err != nil {
		a.tb.Fatal(err)
	}
	if a.index != nil {
		a.index.Committed(&c)
	}
}

// revise stores another title of an entry.
func (a *archive) revise(seq uint64, title string) {
	a.tb.Helper()
	entries, err := a.db.Entries([]uint64{seq})
	if err != nil {
		a.tb.Fatal(err)
	}
	e := entries[0]
	e.Title, e.RevisedAfter, e.Revision = title, a.db.LastSeq(), e.Revision+1
	a.commit(aggregator.Commit{Entries: []aggregator.Entry{e}, Stories: a.stories(e.Story)})
}

func (a *archive) stories(ids ...aggregator.StoryID) []aggregator.Story {
	a.tb.Helper()
	stories, err := a.db.Stories(ids)
	if err != nil {
		a.tb.Fatal(err)
	}
	return stories
}

// run starts an index over the archive in a synctest bubble, and returns what
// ends it.
func (a *archive) run(folder string, p pace) (*Index, func()) {
	a.tb.Helper()
	x := New(Options{Folder: folder, Store: a})
	if p != (pace{}) {
		x.pace = p
	}
	a.index = x
	ctx, stop := context.WithCancel(a.tb.Context())
	ended := make(chan error)
	go func() { ended <- x.Run(ctx) }()
	synctest.Wait()
	running := true
	end := func() {
		if running {
			running = false
			a.index = nil
			stop()
			if err := <-ended; err != nil {
				a.tb.Errorf("Run: %v", err)
			}
		}
	}
	return x, end
}

// settled waits until x has indexed everything.
func settled(tb testing.TB, x *Index) {
	tb.Helper()
	for range 10_000 {
		if f := x.Figures(); f.Behind == 0 && f.Ready {
			return
		}
		time.Sleep(100 * time.Millisecond)
	}
	tb.Fatalf("the index stays behind: %+v", x.Figures())
}

// found returns the Seqs of the stories that a text finds, the newest first.
func (a *archive) found(x *Index, text string) []uint64 {
	a.tb.Helper()
	parsed, err := Parse(text)
	if err != nil {
		a.tb.Fatalf("%s: %v", text, err)
	}
	return a.seqs(x, Query{Text: parsed, Limit: 1000})
}

func (a *archive) seqs(x *Index, q Query) []uint64 {
	a.tb.Helper()
	ids, err := x.Find(q)
	if err != nil {
		a.tb.Fatal(err)
	}
	var seqs []uint64
	for _, s := range a.stories(ids...) {
		seqs = append(seqs, s.Seq)
	}
	return slices.Clip(seqs)
}
