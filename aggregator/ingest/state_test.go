package ingest_test

import (
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/schedule"
)

func TestTruncatedBodyIsSavedAndAskedForAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	result := b.fetched("norvia", item("1", "Ferry aground"))
	result.Response.Outcome = aggregator.Failed
	result.Response.Problem = aggregator.Problem{Kind: aggregator.ProblemTruncated, Message: "cut short"}
	result.BodyDigest = 0
	report := b.submit(result)
	if got := kinds(report); got != "new" {
		t.Errorf("decided %s", got)
	}
	if s := report.State; s.Validators != (aggregator.Validators{}) || s.BodyDigest != 0 || s.Failures != 1 || len(s.Showing) != 1 {
		t.Errorf("state %+v", s)
	}
	b.wantEntries(1)
}

func TestNotModifiedKeepsValidators(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.submit(b.fetched("norvia", item("1", "A"))).State
	b.now = b.now.Add(time.Hour)
	after := b.submit(aggregator.PollResult{Source: "norvia", URL: url("norvia"), Response: aggregator.Response{
		Outcome: aggregator.NotModified, Status: 304, At: b.now, FreshUntil: b.now.Add(5 * time.Hour)}}).State
	if after.Validators != first.Validators || after.BodyDigest != first.BodyDigest || len(after.Showing) != 1 {
		t.Errorf("state %+v", after)
	}
	if !after.NextPoll.Equal(b.now.Add(5 * time.Hour)) {
		t.Errorf("next poll at %v", after.NextPoll)
	}
}

func TestRestAfter503OutlivesARestart(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.now = b.now.Add(time.Hour)
	b.submit(aggregator.PollResult{Source: "norvia", URL: url("norvia"), Response: aggregator.Response{
		Outcome: aggregator.Failed, Status: 503, At: b.now, URL: url("norvia"), Problem: aggregator.Problem{Kind: aggregator.ProblemStatus, Message: "503"}}})
	b.reopen()
	if rest := b.in.State("norvia").Rest; rest.At != "https://norvia.example" || !rest.Until.Equal(b.now.Add(schedule.DefaultMinInterval)) {
		t.Errorf("rest %+v", rest)
	}
}

func TestAddressOfSourceChanges(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia", item("1", "A")))
	result := b.fetched("norvia", item("1", "A"))
	result.URL = "https://norvia.example/new-feed"
	result.Response.Outcome, result.Document, result.BodyDigest = aggregator.Failed, aggregator.Document{}, 0
	result.Response.Problem = aggregator.Problem{Kind: aggregator.ProblemConnect, Message: "refused"}
	if s := b.submit(result).State; s.Validators.ETag != "" || s.BodyDigest != 0 || s.URL != result.URL {
		t.Errorf("the old address's validators are kept for the new: %+v", s)
	}
}

// moved polls after a while, and finds the source redirected for good.
func (b *bench) moved(after time.Duration, to string) aggregator.SourceState {
	b.now = b.now.Add(after)
	r := b.fetched("norvia", item("1", "A"))
	r.Address, r.Response.Moved = b.in.State("norvia").Address, to
	return b.submit(r).State
}

func TestPermanentMoveIsCountedByDay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const to = "https://norvia.example/moved"
	for i, step := range []struct {
		after   time.Duration
		to      string
		days    int
		address string
	}{
		{0, to, 1, ""},
		{time.Hour, to, 1, ""},
		{24 * time.Hour, to + "2", 1, ""},
		{24 * time.Hour, to, 1, ""},
		{24 * time.Hour, to, 2, ""},
		{24 * time.Hour, "", 0, ""},
		{24 * time.Hour, to, 1, ""},
		{48 * time.Hour, to, 2, ""},
		{24 * time.Hour, to, 0, to},
		{24 * time.Hour, "", 0, to},
		{24 * time.Hour, url("norvia"), 1, to},
		{24 * time.Hour, url("norvia"), 2, to},
		{24 * time.Hour, url("norvia"), 0, ""}, // and back
	} {
		if s := b.moved(step.after, step.to); len(s.MovedSeen) != step.days || s.Address != step.address {
			t.Errorf("step %d: seen on %d days, polled at %q; want %d, %q", i, len(s.MovedSeen), s.Address, step.days, step.address)
		}
	}
}
