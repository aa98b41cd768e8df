package ingest_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestPollsAreLogged(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.fetched("norvia", item("1", "A"), item("2", "B"))
	first.Response.Took, first.Response.BytesRead = 1_500_001*time.Nanosecond, 900
	b.submit(first)
	began := b.now
	for _, r := range []aggregator.Response{
		{Outcome: aggregator.NotModified, Status: 304, Took: 2 * time.Millisecond},
		{Outcome: aggregator.NotModified, Status: 200, Took: 3 * time.Millisecond, BytesRead: 900}, // the same body
		{Outcome: aggregator.Failed, Problem: aggregator.Problem{Kind: aggregator.ProblemTimeout, Message: "too slow"}, Took: 30 * time.Second},
	} {
		b.now = b.now.Add(time.Hour)
		r.At = b.now
		b.submit(aggregator.PollResult{Source: "norvia", URL: url("norvia"), Response: r})
	}
	state := b.in.State("norvia")
	want := []aggregator.Poll{
		{At: began, Outcome: aggregator.Fetched, Status: 200, Took: time.Millisecond, BytesRead: 900, New: 2},
		{At: began.Add(time.Hour), Outcome: aggregator.NotModified, Status: 304, Took: 2 * time.Millisecond},
		{At: began.Add(2 * time.Hour), Outcome: aggregator.NotModified, Status: 200, Took: 3 * time.Millisecond, BytesRead: 900},
		{At: began.Add(3 * time.Hour), Outcome: aggregator.Failed, Kind: aggregator.ProblemTimeout, Took: 30 * time.Second},
	}
	if diff := cmp.Diff(want, state.Log.Polls()); diff != "" {
		t.Errorf("the last polls (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(aggregator.Spent{Bytes: 1800, Time: 30*time.Second + 6*time.Millisecond, NotModified: 1}, state.Spent); diff != "" {
		t.Errorf("what they cost (-want +got):\n%s", diff)
	}
}
