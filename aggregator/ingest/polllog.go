package ingest

import (
	"net/http"
	"time"

	"wiredesk/aggregator"
)

// logged adds a poll, which brought so many new entries, to the source's last
// ones and to what all of them have cost.
func logged(s *aggregator.SourceState, r *aggregator.Response, fresh int) {
	took := r.Took.Truncate(time.Millisecond)
	s.Log = s.Log.Add(aggregator.Poll{
		At: s.LastPoll, Outcome: r.Outcome, Kind: r.Problem.Kind, Status: r.Status,
		Took: took, BytesRead: r.BytesRead, New: fresh,
	})
	s.Spent.Bytes += r.BytesRead
	s.Spent.Time += took
	if r.Status == http.StatusNotModified {
		s.Spent.NotModified++
	}
}
