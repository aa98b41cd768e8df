package storage

import (
	"testing"
	"time"

	"wiredesk/aggregator"
)

// TestPollsOfASourceAreKept: what its polls did and cost comes back as it was.
func TestPollsOfASourceAreKept(t *testing.T) {
	t.Parallel()
	c, enc := mustEncoder(t)
	want := aggregator.SourceState{
		Source: "bbc", LastPoll: day(), Outcome: aggregator.NotModified, Polls: 3,
		Log: aggregator.PollLog(nil).
			Add(aggregator.Poll{At: day(), Outcome: aggregator.Failed, Kind: aggregator.ProblemTLS, Took: time.Second}).
			Add(aggregator.Poll{At: day().Add(time.Hour), Outcome: aggregator.NotModified, Status: 304, Took: time.Millisecond}),
		Spent: aggregator.Spent{Bytes: 1 << 40, Time: time.Hour, NotModified: 2},
	}
	v, err := enc.stateValue(&want)
	if err != nil {
		t.Fatal(err)
	}
	got, err := c.state("bbc", v)
	if err != nil {
		t.Fatal(err)
	}
	equal(t, "state", want, got)
}
