package ingest_test

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/storage"
)

// BenchmarkStart is how long an Ingest needs to know 100,000 entries of the
// window again.
func BenchmarkStart(b *testing.B) {
	path := filepath.Join(b.TempDir(), "wiredesk.db")
	db, err := storage.Open(path, storage.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	random := rand.New(rand.NewPCG(1, 2))
	words := func(n int) string {
		var text strings.Builder
		for range n {
			fmt.Fprintf(&text, "word%d ", int(random.ExpFloat64()*3000))
		}
		return text.String()
	}
	var c aggregator.Commit
	for seq := range uint64(100_000) {
		source := fmt.Sprint("wire", seq%400)
		id := aggregator.EntryKey(source, aggregator.KeyGUID, fmt.Sprint(seq))
		e := aggregator.Entry{
			ID: id, Seq: seq + 1, Source: source, GUID: fmt.Sprint(seq), Title: words(10), Summary: words(40),
			Content: words(150), Seen: noon.Add(time.Duration(seq) * 2 * time.Second), Story: id.Story(),
		}
		c.Entries = append(c.Entries, e)
		c.Stories = append(c.Stories, aggregator.Story{
			ID: id.Story(), Seq: e.Seq, Lead: e.Seq, First: e.Seen, Updated: e.Seen, Changed: e.Seen,
			Members: []aggregator.Member{{Seq: e.Seq, Source: source, Kind: aggregator.New, Joined: e.Seen}},
		})
		if len(c.Entries) == 4000 {
			if err := db.Commit(c); err != nil {
				b.Fatal(err)
			}
			c = aggregator.Commit{}
		}
	}
	start := func(b *testing.B) *ingest.Ingest {
		b.Helper()
		in, err := ingest.New(ingest.Options{Store: db, Log: slog.New(slog.DiscardHandler)}, ingest.Settings{})
		if err != nil {
			b.Fatal(err)
		}
		return in
	}
	b.Run("rebuilt", func(b *testing.B) {
		for b.Loop() {
			start(b)
		}
	})
	began := time.Now()
	if err := start(b).SaveJudge(); err != nil {
		b.Fatal(err)
	}
	stat, err := os.Stat(path + ".judge")
	if err != nil {
		b.Fatal(err)
	}
	b.Logf("%d bytes, saved in %v with the start", stat.Size(), time.Since(began))
	b.Run("snapshot", func(b *testing.B) {
		for b.Loop() {
			start(b)
		}
	})
	b.Run("save", func(b *testing.B) {
		in := start(b)
		for b.Loop() {
			if n := in.SnapshotBytes(); n == 0 {
				b.Fatal("nothing is known")
			}
		}
	})
}

// BenchmarkUnchanged is what a poll that shows nothing new costs beside its
// request, one after the other of two thousand sources. Their states are stored
// together every five seconds.
func BenchmarkUnchanged(b *testing.B) {
	db, err := storage.Open(filepath.Join(b.TempDir(), "wiredesk.db"), storage.Options{NoSync: true})
	if err != nil {
		b.Fatal(err)
	}
	defer func() { _ = db.Close() }()
	const many = 2000
	sources := make([]aggregator.Source, many)
	settings := ingest.Settings{Sources: make(map[string]aggregator.Source, many)}
	var c aggregator.Commit
	for i := range sources {
		id := fmt.Sprint("wire", i)
		sources[i] = aggregator.Source{ID: id, URL: url(id), Interval: time.Hour}
		settings.Sources[id] = sources[i]
		c.States = append(c.States, aggregator.SourceState{
			Source: id, URL: url(id), Validators: aggregator.Validators{ETag: `"1"`}, Outcome: aggregator.Fetched,
			FirstPoll: noon, LastPoll: noon, LastGood: noon, Title: "Harbour wire", Showing: make([]uint64, 30),
		})
	}
	if err := db.Commit(c); err != nil {
		b.Fatal(err)
	}
	log := slog.New(slog.DiscardHandler)
	in, err := ingest.New(ingest.Options{Store: db, Poller: ingest.NewPoller(unchanged{}, nil, log), Log: log}, settings)
	if err != nil {
		b.Fatal(err)
	}
	ctx, end := context.WithCancel(b.Context())
	ended := make(chan error, 1)
	go func() { ended <- in.Run(ctx) }()
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		in.Poll(ctx, sources[i%many], nil)
	}
	end()
	if err := <-ended; err != nil {
		b.Fatal(err)
	}
}
