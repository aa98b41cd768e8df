package storage

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wiredesk/aggregator"
)

// TestMain lets the test binary stand in for a second process: see childEnv.
func TestMain(m *testing.M) {
	if task := os.Getenv(childEnv); task != "" {
		os.Exit(runChild(task, os.Args[1]))
	}
	os.Exit(m.Run())
}

// fast leaves out the wait for the disk and most of the address space.
func fast() Options { return Options{NoSync: true, InitialMmapBytes: 64 << 20} }

func mustOpen(tb testing.TB, path string) *DB {
	tb.Helper()
	db, err := Open(path, fast())
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	return db
}

func newDB(tb testing.TB) *DB {
	tb.Helper()
	return mustOpen(tb, filepath.Join(tb.TempDir(), "test.db"))
}

func mustCommit(tb testing.TB, db *DB, c aggregator.Commit) {
	tb.Helper()
	if err := db.Commit(c); err != nil {
		tb.Fatal(err)
	}
}

func mustCheck(tb testing.TB, db *DB) {
	tb.Helper()
	if err := db.Check(); err != nil {
		tb.Fatal(err)
	}
}

// equal compares what went in with what came out: nil and empty are one.
func equal(tb testing.TB, what string, want, got any) {
	tb.Helper()
	if diff := cmp.Diff(want, got, cmpopts.EquateEmpty()); diff != "" {
		tb.Fatalf("%s (-want +got):\n%s", what, diff)
	}
}

// day is the first instant of the fixtures.
func day() time.Time { return time.Date(2026, 3, 1, 6, 0, 0, 0, time.UTC) }

func id(source string, n uint64) aggregator.EntryID {
	return aggregator.EntryKey(source, aggregator.KeyGUID, strconv.FormatUint(n, 10))
}

// entry returns a full entry of the source, seen seq minutes into the day, the
// first of its story.
func entry(seq uint64, source string) aggregator.Entry {
	e := aggregator.Entry{
		ID: id(source, seq), Seq: seq, Source: source,
		GUID:      fmt.Sprintf("tag:%s,2026:%d", source, seq),
		Link:      fmt.Sprintf("https://%s.example/news/%d?utm_source=feed", source, seq),
		Canonical: fmt.Sprintf("https://%s.example/news/%d", source, seq),
		Title:     fmt.Sprintf("Harbour pilots end strike after %d days", seq),
		Summary:   "Ships wait outside the breakwater since Monday.",
		Content:   "<p>Ships wait outside the breakwater since Monday.</p>",
		Language:  "en", Authors: []aggregator.Author{{Name: "Ada Quill", URL: "https://wire.example/ada"}},
		Categories: []string{"ports", "labour"},
		Enclosures: []aggregator.Enclosure{{URL: "https://wire.example/a.mp3", Type: "audio/mpeg", LengthBytes: 123456}},
		Image:      "https://wire.example/a.jpg",
		Published:  day().Add(-time.Hour), Updated: day().Add(-30 * time.Minute),
		Seen:   day().Add(time.Duration(seq) * time.Minute),
		Digest: aggregator.Digest(seq * 77), Text: aggregator.Digest(seq * 99),
	}
	e.Story = e.ID.Story()
	return e
}

// storyOf returns the story of the entries, the first of them its lead, and
// makes them name it.
func storyOf(entries ...*aggregator.Entry) aggregator.Story {
	first := entries[0]
	s := aggregator.Story{
		ID: first.ID.Story(), Seq: first.Seq, Lead: first.Seq,
		First: first.Seen, Updated: first.Seen, Changed: first.Seen,
	}
	for i, e := range entries {
		kind := aggregator.Copy
		if i == 0 {
			kind = aggregator.New
		}
		e.Story = s.ID
		s.Members = append(s.Members, aggregator.Member{Seq: e.Seq, Source: e.Source, Kind: kind, Joined: e.Seen})
	}
	return s
}

func decision(e *aggregator.Entry, kind aggregator.DecisionKind) aggregator.Decision {
	return aggregator.Decision{
		Entry: e.ID, Seq: e.Seq, Revision: e.Revision, Kind: kind, Story: e.Story, At: e.Seen,
		Evidence: aggregator.Evidence{
			Rule: "same text", Partner: id("other", 1), Score: 0.75,
			Features: []aggregator.Feature{{Name: "words", Value: 12, Words: []string{"harbour", "pilots"}}},
		},
	}
}

// lone returns a commit of new entries, each a story of its own.
func lone(source string, seqs ...uint64) aggregator.Commit {
	var c aggregator.Commit
	for _, seq := range seqs {
		e := entry(seq, source)
		c.Stories = append(c.Stories, storyOf(&e))
		c.Entries = append(c.Entries, e)
		c.Decisions = append(c.Decisions, decision(&e, aggregator.New))
		c.Keys = append(c.Keys, aggregator.Key{ID: aggregator.EntryKey(source, aggregator.KeyLink, e.Canonical), Seq: seq})
	}
	c.States = []aggregator.SourceState{{Source: source, URL: "https://" + source + ".example/feed", Showing: seqs}}
	return c
}

// seqRange returns the numbers from first to last.
func seqRange(first, last uint64) []uint64 {
	var seqs []uint64
	for seq := first; seq <= last; seq++ {
		seqs = append(seqs, seq)
	}
	return seqs
}

// randomText may hold anything, also what is no UTF-8.
func randomText(r *rand.Rand) string {
	switch r.IntN(5) {
	case 0:
		return ""
	case 1:
		return "\xff\xfe broken \x00 bytes"
	case 2:
		return "بندر · порт · বন্দর"
	}
	return strings.Repeat("harbour ", r.IntN(60))
}

func randomLabels(r *rand.Rand) []aggregator.Label {
	all := []aggregator.Label{{Kind: aggregator.LabelCorrection}, {Kind: aggregator.LabelUpdate, Number: r.IntN(9)}}
	return all[:r.IntN(3)]
}
