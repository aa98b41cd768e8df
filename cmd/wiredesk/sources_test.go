package main

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/serve"
)

func TestPrintSource(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	at := func(at time.Time) string { return minute(&at) }
	exact := func(at time.Time) string { return at.Local().Format(time.DateTime + " MST") }
	for name, test := range map[string]struct {
		source serve.SourceDetail
		want   []string
	}{
		"never polled": {
			serve.SourceDetail{SourceLine: serve.SourceLine{Source: serve.Source{ID: "wire", Title: "The Wire", Feed: "https://wire.example/rss"}, State: "waiting", WhyNext: "it was never polled"}},
			[]string{"source wire", "title The Wire", "url https://wire.example/rss", "state waiting", "next poll at once: it was never polled"},
		},
		"all there is to say": {
			serve.SourceDetail{
				SourceLine: serve.SourceLine{
					Source: serve.Source{ID: "wire", Title: "The Wire", Feed: "https://wire.example/rss", Site: "https://wire.example/"}, Language: "en", Tags: []string{"a", "b"},
					State: "failed", Problem: "it is broken", Notes: []string{"one thing", "and another"}, Failures: 2, LastGood: noon, LastEntry: noon,
					NextPoll: noon.Add(time.Hour), WhyNext: "it waits", Polls: 200, NotModified: 199, Bytes: 3_140_000, Seconds: 90, Entries: 12, EntriesADay: 7.25,
				},
				Hubs: []string{"https://hub.example/"}, PushUntil: noon.Add(time.Hour), Hints: &serve.Hints{Seconds: 7200, SkipHours: []int{2, 3}, SkipDays: []string{"Sunday"}},
				Recent: []serve.PollLine{{At: noon, Outcome: aggregator.Failed, Problem: aggregator.ProblemTimeout, Seconds: 30}, {At: noon.Add(-time.Hour), Outcome: aggregator.Fetched, Status: 200, Seconds: .12, Bytes: 48_000, Entries: 2}},
			},
			[]string{
				"source wire", "title The Wire", "url https://wire.example/rss", "page https://wire.example/", "language en", "tags a, b",
				"state failed, 2 failures in a row, last good " + at(noon), "problem it is broken", "note one thing", "note and another",
				"next poll " + at(noon.Add(time.Hour)) + ": it waits",
				"it asks for 2h between two polls; for none in the hours 2, 3 GMT; for none on Sunday", "hub https://hub.example/",
				"pushed until " + at(noon.Add(time.Hour)) + ", last -", "entries 12 new entries, 7.2 a day, the last " + at(noon),
				"polls 200, 99% of them answered 304, 3.1 MB read, 1m30s waited", "",
				"POLLED OUTCOME STATUS TOOK READ NEW",
				exact(noon) + " failed, timeout - 30s 0 bytes 0",
				exact(noon.Add(-time.Hour)) + " fetched 200 120ms 48 kB 2",
			},
		},
	} {
		var out strings.Builder
		if err := printSource(&out, &test.source); err != nil {
			t.Fatal(err)
		}
		var got []string
		for line := range strings.Lines(out.String()) {
			got = append(got, strings.Join(strings.Fields(line), " ")) // zones have names of several lengths
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
