package storage

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	bolt "go.etcd.io/bbolt"

	"wiredesk/aggregator"
)

const (
	benchEntries = 60_000
	benchBatch   = 32 // polls a commit
	benchPoll    = 30 // entries a poll
)

// benchCommits returns a cold start on 2,000 feeds, which show what they told
// in the last 30 days.
func benchCommits() []aggregator.Commit {
	summary := strings.Repeat("Ships wait outside the breakwater since Monday. ", 10)
	r := rand.New(rand.NewPCG(1, 1))
	var commits []aggregator.Commit
	var c aggregator.Commit
	for first := uint64(1); first <= benchEntries; first += benchPoll {
		source := fmt.Sprintf("source-%d", first/benchPoll)
		poll := lone(source, seqRange(first, first+benchPoll-1)...)
		for i := range poll.Entries {
			poll.Entries[i].Content = "<p>" + summary + "</p>"
			poll.Entries[i].Summary = summary[:300]
			poll.Decisions[i].Evidence = aggregator.Evidence{Rule: "first", Score: 1}
			poll.Stories[i].First = day().Add(-time.Duration(r.Int64N(int64(30 * 24 * time.Hour))))
		}
		c.States = append(c.States, poll.States...)
		c.Entries = append(c.Entries, poll.Entries...)
		c.Keys = append(c.Keys, poll.Keys...)
		c.Stories = append(c.Stories, poll.Stories...)
		c.Decisions = append(c.Decisions, poll.Decisions...)
		if len(c.States) == benchBatch || first+benchPoll > benchEntries {
			commits = append(commits, c)
			c = aggregator.Commit{}
		}
	}
	return commits
}

// pair is one put.
type pair struct {
	bucket     string
	key, value []byte
}

// floorPuts returns what each commit puts, in the order of each bucket's keys:
// what it costs to store the same bytes when nothing has to be worked out and
// nothing waits.
func floorPuts(b *testing.B, commits []aggregator.Commit) [][]pair {
	b.Helper()
	db := newDB(b)
	db.mostKeys, db.mostPlaces = 0, 0
	have := map[string]bool{}
	var batches [][]pair
	for _, c := range commits {
		mustCommit(b, db, c)
		var batch []pair
		err := db.view(func(tx *bolt.Tx) error {
			return tx.ForEach(func(name []byte, bucket *bolt.Bucket) error {
				return bucket.ForEach(func(k, v []byte) error {
					full := string(name) + string(k)
					if !have[full] || string(name) == metaBucket {
						batch = append(batch, pair{string(name), []byte(string(k)), []byte(string(v))})
						have[full] = true
					}
					return nil
				})
			})
		})
		if err != nil {
			b.Fatal(err)
		}
		batches = append(batches, batch)
	}
	return batches
}

// BenchmarkCommit stores 60,000 entries of 2,000 polls, 64 polls a commit, and
// beside it the same bytes with bare bbolt; "x/floor" is the one by the other.
func BenchmarkCommit(b *testing.B) {
	commits := benchCommits()
	floor := floorPuts(b, commits)
	dir := b.TempDir()
	var ours, bare time.Duration
	n := 0
	for b.Loop() {
		n++
		ours += benchOurs(b, filepath.Join(dir, fmt.Sprintf("ours-%d.db", n)), commits)
		bare += benchBare(b, filepath.Join(dir, fmt.Sprintf("bare-%d.db", n)), floor)
	}
	b.ReportMetric(ours.Seconds()/float64(n), "s/cold-start")
	b.ReportMetric(bare.Seconds()/float64(n), "s/floor")
	b.ReportMetric(ours.Seconds()/bare.Seconds(), "x/floor")
}

// BenchmarkColdStart stores the same 60,000 entries, waiting for the disk, and
// tells what an entry costs. What is written is told on Linux only.
func BenchmarkColdStart(b *testing.B) {
	commits := benchCommits()
	dir := b.TempDir()
	var fileBytes int64
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	written := -writtenBytes()
	n := 0
	for b.Loop() {
		n++
		path := filepath.Join(dir, fmt.Sprintf("%d.db", n))
		benchOurs(b, path, commits)
		stat, err := os.Stat(path)
		if err != nil {
			b.Fatal(err)
		}
		fileBytes = stat.Size()
	}
	written += writtenBytes()
	runtime.ReadMemStats(&after)
	entries := float64(n) * benchEntries
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/entries, "ns/entry")
	b.ReportMetric(float64(after.TotalAlloc-before.TotalAlloc)/entries, "B/entry")
	b.ReportMetric(float64(after.Mallocs-before.Mallocs)/entries, "allocs/entry")
	b.ReportMetric(float64(written)/entries, "B-written/entry")
	b.ReportMetric(float64(fileBytes)/1e6, "MB-file")
}

// writtenBytes returns what this process handed to the system to write.
func writtenBytes() (n int64) {
	status, err := os.ReadFile("/proc/self/io")
	if err != nil {
		return 0
	}
	_, after, _ := strings.Cut(string(status), "wchar: ")
	_, _ = fmt.Sscan(after, &n)
	return n
}

func benchOurs(b *testing.B, path string, commits []aggregator.Commit) time.Duration {
	b.Helper()
	db, err := Open(path, Options{})
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for _, c := range commits {
		mustCommit(b, db, c)
	}
	took := time.Since(start)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return took
}

func benchBare(b *testing.B, path string, batches [][]pair) time.Duration {
	b.Helper()
	db, err := bolt.Open(path, 0o600, Options{}.bolt(nil))
	if err != nil {
		b.Fatal(err)
	}
	start := time.Now()
	for _, batch := range batches {
		err := db.Update(func(tx *bolt.Tx) error {
			var bucket *bolt.Bucket
			name := ""
			for _, p := range batch {
				if p.bucket != name {
					name = p.bucket
					var err error
					if bucket, err = tx.CreateBucketIfNotExists([]byte(name)); err != nil {
						return err
					}
					if name != keysBucket && name != sourcesBucket {
						bucket.FillPercent = fillPercent
					}
				}
				if err := bucket.Put(p.key, p.value); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			b.Fatal(err)
		}
	}
	took := time.Since(start)
	if err := db.Close(); err != nil {
		b.Fatal(err)
	}
	return took
}

// BenchmarkOpen opens a database of 60,000 entries, of which half the keys wait.
func BenchmarkOpen(b *testing.B) {
	path := filepath.Join(b.TempDir(), "test.db")
	benchOurs(b, path, benchCommits())
	waiting := 0
	for b.Loop() {
		db, err := Open(path, Options{})
		if err != nil {
			b.Fatal(err)
		}
		waiting = db.states.Load()[1].waiting.keys.count
		if err := db.Close(); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(waiting), "waiting")
}

// BenchmarkKnown asks for the 30 ids of one poll among 60,000 entries.
func BenchmarkKnown(b *testing.B) {
	db := newDB(b)
	for _, c := range benchCommits() {
		mustCommit(b, db, c)
	}
	ids := make([]aggregator.EntryID, benchPoll)
	for i := range ids {
		ids[i] = id("source-7", uint64(7*benchPoll+1+i))
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, err := db.Known(ids); err != nil {
			b.Fatal(err)
		}
	}
}

// BenchmarkNewest reads the newest 200 of 60,000 stories.
func BenchmarkNewest(b *testing.B) {
	db := newDB(b)
	for _, c := range benchCommits() {
		mustCommit(b, db, c)
	}
	b.ReportAllocs()
	for b.Loop() {
		if views, _, err := db.Newest(aggregator.Position{}, 200); err != nil || len(views) != 200 {
			b.Fatal(len(views), err)
		}
	}
}

// BenchmarkState writes the state of a usual source and reads it again: what
// each poll that found nothing new costs the store before bbolt.
func BenchmarkState(b *testing.B) {
	state := aggregator.SourceState{
		Source: "wire", URL: "https://wire.example/rss.xml",
		Validators: aggregator.Validators{ETag: `"5f2-63ad0c1b9e4c0"`, LastModified: "Mon, 23 Nov 2026 18:00:00 GMT"},
		BodyDigest: 1 << 60, FirstPoll: day(), LastPoll: day(), LastGood: day(), LastEntry: day(), NextPoll: day(),
		Outcome: aggregator.NotModified, Title: "The Wire", Site: "https://wire.example/", Language: "en",
		Polls: 2000, EntriesNew: 900, Spent: aggregator.Spent{Bytes: 1 << 24, Time: time.Hour, NotModified: 1800},
	}
	for i := range 10 {
		state.Log = state.Log.Add(aggregator.Poll{
			At: day().Add(time.Duration(i) * 15 * time.Minute), Outcome: aggregator.NotModified, Status: 304, Took: 150 * time.Millisecond,
		})
	}
	for i := range 30 {
		state.Showing = append(state.Showing, uint64(100_000+i))
	}
	c, enc := mustEncoder(b)
	var bytes int
	b.Run("write", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			v, err := enc.stateValue(&state)
			if err != nil {
				b.Fatal(err)
			}
			bytes = len(v)
			enc.buf.Reset()
		}
		b.ReportMetric(float64(bytes), "bytes")
	})
	v, err := enc.stateValue(&state)
	if err != nil {
		b.Fatal(err)
	}
	b.Run("read", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			if _, err := c.state("wire", v); err != nil {
				b.Fatal(err)
			}
		}
	})
}
