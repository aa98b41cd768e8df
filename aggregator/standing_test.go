package aggregator

import (
	"strings"
	"testing"
	"time"
)

func TestExplainNext(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		state SourceState
		want  string
	}{
		"never polled": {SourceState{}, "it was never polled"},
		"failed":       {SourceState{Outcome: Failed, Failures: 3, Plan: Plan{Rule: RuleBackOff}}, "it waits longer after each failure in a row, and this is the 3rd"},
		"gone":         {SourceState{Outcome: Gone, Plan: Plan{Rule: RuleGone}}, "it is gone (410) and is not polled again"},
		"interval":     {SourceState{Outcome: Fetched, Plan: Plan{Rule: RuleInterval}}, "the configuration gives it a fixed interval"},
		"index": {
			SourceState{Outcome: NotModified, Plan: Plan{Rule: RuleIndex, Rate: 48, Expected: 1.25}},
			"enough new entries are expected by then to be worth a poll; about 48 entries a day come at that time, and 1.2 are expected to wait by then",
		},
		"hints": {
			SourceState{Outcome: Fetched, Plan: Plan{Rule: RuleHints, Rate: 48, Expected: 1.25}},
			"the feed asks to be polled no more often (ttl or sy:updatePeriod); for about 48 entries a day it would have been polled sooner",
		},
	} {
		if got := test.state.ExplainNext(); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestNotes(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	var anew PollLog
	for i := range 4 {
		anew = anew.Add(Poll{At: noon.Add(time.Duration(i) * time.Hour), Outcome: NotModified, Status: 200, BytesRead: 4000})
	}
	for name, test := range map[string]struct {
		state SourceState
		want  string
	}{
		"well":      {SourceState{Outcome: Fetched, LastGood: noon}, ""},
		"gone":      {SourceState{Outcome: Gone, Failures: 1, LastGood: noon}, "it is gone and not polled again: take it out of the configuration, or give its new url and keep its id"},
		"throttled": {SourceState{Outcome: Throttled, Failures: 1, LastGood: noon}, "it was asked too often: no source of its host is polled before the next poll of this one"},
		"failed":    {SourceState{Outcome: Failed, Failures: 12}, ""},
		"moved": {
			SourceState{Outcome: Fetched, LastGood: noon, Address: "https://wire.example/new"},
			"it has moved for good to https://wire.example/new and is polled there: make that its url, and keep its id",
		},
		"moving": {
			SourceState{Outcome: Fetched, LastGood: noon, Moved: "https://wire.example/new", MovedSeen: []time.Time{noon}},
			"it is redirected for good to https://wire.example/new, seen on 1 day: on the third it will be polled there",
		},
		"nameless": {
			SourceState{Outcome: Fetched, LastGood: noon, GUIDs: GUIDNameless},
			"its entries have other GUIDs and links at every poll, and are known by their texts: one that is edited may come as a new one",
		},
		"sent anew": {SourceState{Outcome: NotModified, LastGood: noon, Log: anew}, "the server sent the same document anew in 4 of the last polls, where 304 would have done"},
		"two at once": {
			SourceState{Outcome: Throttled, Failures: 2, LastGood: noon, Log: anew},
			"it was asked too often: no source of its host is polled before the next poll of this one; the server sent the same document anew in 4 of the last polls, where 304 would have done",
		},
	} {
		if got := strings.Join(test.state.Notes(), "; "); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}

func TestExplainPolls(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	var log PollLog
	if got := log.Explain(); got != "" {
		t.Errorf("no polls: %q", got)
	}
	for i, p := range []Poll{
		{Outcome: Fetched, Status: 200, New: 30},
		{Outcome: Fetched, Status: 200},
		{Outcome: NotModified, Status: 304},
		{Outcome: Failed, Kind: ProblemTimeout},
		{Outcome: Failed, Status: 200, Kind: ProblemTruncated, New: 1}, // what arrived was kept
		{Outcome: Throttled, Status: 429},
		{Outcome: Gone, Status: 410},
	} {
		p.At = noon.Add(time.Duration(i) * time.Hour)
		log = log.Add(p)
	}
	const want = "of the last 7 polls 2 brought 31 new entries, 2 brought nothing new, 1 was refused for the time being, 1 found it gone, 1 failed"
	if got := log.Explain(); got != want {
		t.Errorf("%q, want %q", got, want)
	}
	if got := (&SourceState{}).ExplainCost(); got != "" {
		t.Errorf("no polls cost: %q", got)
	}
	state := SourceState{Polls: 1000, Spent: Spent{Bytes: 16_840_000, Time: 5*time.Minute + 3*time.Second, NotModified: 999}}
	if got := state.ExplainCost(); got != "1000 polls, 99% of them answered 304, read 16.8 MB and waited 5m3s for answers" {
		t.Errorf("%q", got)
	}
}

func TestEntriesADay(t *testing.T) {
	t.Parallel()
	noon := time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)
	for name, test := range map[string]struct {
		state SourceState
		rate  float64
		ok    bool
	}{
		"never polled": {SourceState{}, 0, false},
		"young":        {SourceState{FirstPoll: noon, LastPoll: noon.Add(23 * time.Hour), EntriesNew: 30}, 0, false},
		"four days":    {SourceState{FirstPoll: noon, LastPoll: noon.Add(96 * time.Hour), EntriesNew: 30}, 7.5, true},
	} {
		if rate, ok := test.state.EntriesADay(); rate != test.rate || ok != test.ok {
			t.Errorf("%s: %v, %v", name, rate, ok)
		}
	}
}

func TestSpanAndSize(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0ms", 80 * time.Millisecond: "80ms", time.Second: "1s", 59_700 * time.Millisecond: "1m", 90 * time.Second: "1m30s",
		15 * time.Minute: "15m", 89*time.Minute + 40*time.Second: "1h30m", 3 * time.Hour: "3h", 52 * time.Hour: "2d4h", 24 * time.Hour: "1d",
		23*time.Hour + 59*time.Minute + 45*time.Second: "1d", 59*time.Minute + 59_800*time.Millisecond: "1h", -time.Hour: "-1h", 9999*time.Hour + time.Minute: "417d",
	} {
		if got := Span(d); got != want {
			t.Errorf("%v: %s, want %s", d, got, want)
		}
	}
	for n, want := range map[int64]string{
		0: "0 bytes", 1: "1 byte", 999: "999 bytes", 1000: "1 kB", 48_499: "48 kB", 999_999: "1.0 MB", 3_140_000: "3.1 MB", 2_000_000_000: "2.0 GB",
	} {
		if got := Size(n); got != want {
			t.Errorf("%d: %s, want %s", n, got, want)
		}
	}
}
