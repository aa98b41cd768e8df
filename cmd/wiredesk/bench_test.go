package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"syscall"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// benchFeeds is how many feeds a cycle of BenchmarkIngest polls, each of
// benchEntries entries.
const (
	benchFeeds   = 256
	benchEntries = 30
)

// BenchmarkIngest measures a cycle of polls over loopback, from the request to
// the commit: of feeds never seen before (cold), of feeds that answer 304, and
// of feeds that send the same body again. The floor is the same requests with
// the bodies thrown away. What the farm takes to answer is in all of them, so
// that the difference is what Wiredesk costs.
func BenchmarkIngest(b *testing.B) {
	feeds, documents := benchFarm()
	b.Run("floor", func(b *testing.B) {
		f := newFarm(b)
		client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: pollsAtOnce}}
		b.Cleanup(client.CloseIdleConnections)
		for i, feed := range feeds {
			f.show(feed, documents[i])
		}
		meter := newMeter(b)
		for b.Loop() {
			meter.run(func() {
				each(feeds, func(feed string) { get(b, client, f.source(feed)) })
			})
		}
	})
	b.Run("cold", func(b *testing.B) {
		meter := newMeter(b)
		for b.Loop() {
			b.StopTimer()
			r := newReplay(b, feeds...)
			for i, feed := range feeds {
				r.farm.show(feed, documents[i])
			}
			b.StartTimer()
			meter.run(func() { each(feeds, r.wantPoll(aggregator.Fetched)) })
			b.StopTimer()
			if entries, _ := r.desk.db.Counts(); entries != benchFeeds*benchEntries {
				b.Errorf("%d entries stored", entries)
			}
			r.stop()
			r.farm.Close()
			b.StartTimer()
		}
	})
	for _, forgetful := range []bool{false, true} {
		b.Run(map[bool]string{false: "304", true: "same-body"}[forgetful], func(b *testing.B) {
			r := newReplay(b, feeds...)
			for i, feed := range feeds {
				r.farm.show(feed, documents[i])
			}
			each(feeds, r.wantPoll(aggregator.Fetched))
			r.farm.forgetful = forgetful
			meter := newMeter(b)
			for b.Loop() {
				meter.run(func() { each(feeds, r.wantPoll(aggregator.NotModified)) })
			}
		})
	}
}

// benchFarm returns feeds of news that no other feed has, and their documents.
func benchFarm() (feeds []string, documents []servedDocument) {
	for n := range benchFeeds {
		var entries []invented
		for k := range benchEntries {
			e := inventedEntry(n*benchEntries+k, fmt.Sprintf("https://wire%d.example/%d", n, k))
			e.guid = e.link
			e.text = fmt.Sprintf("<p>%s <a href=%q>More</a> &amp; pictures.</p>%s", e.text, e.link,
				strings.Repeat("<p>The <em>quay</em> at the old customs house stays closed until the board has met again.</p>\n", 8))
			entries = append(entries, e)
		}
		feeds = append(feeds, fmt.Sprintf("wire-%03d", n))
		documents = append(documents, servedDocument{body: rssOf(entries...)})
	}
	return feeds, documents
}

// wantPoll returns a poll that must come to the outcome.
func (r *replay) wantPoll(want aggregator.Outcome) func(feed string) {
	return func(feed string) {
		if _, after := r.poll(feed); after.Outcome != want {
			r.tb.Errorf("%s: %s, want %s", feed, said(after), want)
		}
	}
}

func get(b *testing.B, client *http.Client, src aggregator.Source) {
	b.Helper()
	req, err := http.NewRequestWithContext(b.Context(), http.MethodGet, src.URL, nil)
	if err != nil {
		b.Error(err)
		return
	}
	res, err := client.Do(req)
	if err != nil {
		b.Error(err)
		return
	}
	if _, err := io.Copy(io.Discard, res.Body); err != nil {
		b.Error(err)
	}
	if err := res.Body.Close(); err != nil {
		b.Error(err)
	}
}

// meter reports the processor time that a feed takes.
type meter struct {
	used   time.Duration
	cycles int
}

func newMeter(b *testing.B) *meter {
	b.Helper()
	m := &meter{}
	b.Cleanup(func() {
		b.ReportMetric(float64(m.used.Microseconds())/1000/float64(m.cycles*benchFeeds), "cpu-ms/feed")
	})
	return m
}

func (m *meter) run(cycle func()) {
	before := processorTime()
	cycle()
	m.used += processorTime() - before
	m.cycles++
}

// processorTime returns what this process has taken so far.
func processorTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}
