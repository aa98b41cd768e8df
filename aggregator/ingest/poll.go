package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"runtime"
	"runtime/debug"
	"time"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
	"wiredesk/aggregator/schedule"
)

// Fetcher asks a source once. It never fails: what went wrong is in the
// response.
type Fetcher interface {
	Fetch(ctx context.Context, req aggregator.Request) aggregator.Response
}

// Parser reads a document. Its error is an aggregator.Problem.
type Parser interface {
	Parse(body []byte, contentType, url string) (aggregator.Document, error)
}

// Poll polls src once, from the request to the committed result, and says when
// it is due again. It is what the schedule's loop calls.
//
// A source that showed nothing new is not waited for: its host is free as soon
// as it has answered, and if its state cannot be stored nothing is lost.
func (in *Ingest) Poll(ctx context.Context, src aggregator.Source, room *schedule.Room) schedule.Turn {
	before := in.State(src.ID)
	result := in.opts.Poller.Within(room.Grow).Ask(ctx, src, before)
	switch {
	case result.Response.Problem.Kind == aggregator.ProblemCancelled:
		return schedule.Turn{Due: time.Now()}
	case result.Response.Outcome == aggregator.NotModified:
		state := after(before, src, &result, tally{}, in.settings.Load().Planner)
		in.hand(submission{result: result})
		return schedule.Turn{Due: state.NextPoll, Floor: floor(&state, &result.Response)}
	}
	report, err := in.Submit(result)
	if err != nil {
		// Nothing was stored, so everything is still to be fetched.
		return schedule.Turn{Due: time.Now().Add(in.retryAfter())}
	}
	turn := schedule.Turn{Due: report.State.NextPoll, Floor: floor(&report.State, &result.Response)}
	switch {
	case report.State.Outcome == aggregator.Throttled:
		turn.Rest = report.State.NextPoll
	case result.Response.Status == http.StatusServiceUnavailable:
		// It does not say for how long: a source that never answers otherwise
		// must not keep the others of its host waiting for more than a little.
		turn.Rest = result.Response.At.Add(in.retryAfter())
	}
	return turn
}

// floor returns when a source that answered well may be polled again at the
// earliest, and the zero time where that is when it is due.
func floor(s *aggregator.SourceState, r *aggregator.Response) time.Time {
	if !s.Outcome.Good() || s.Hints.SkipHours != 0 || s.Hints.SkipDays != 0 {
		return time.Time{}
	}
	earliest := s.LastPoll.Add(s.Hints.MinInterval)
	for _, other := range []time.Time{r.FreshUntil, r.RetryAfter} {
		if other.After(earliest) {
			earliest = other
		}
	}
	return earliest
}

// Poller asks sources and reads what they answer. Many goroutines may use it at
// once.
type Poller struct {
	fetcher Fetcher
	parser  Parser
	log     *slog.Logger
	parsing chan struct{}
	grow    func(ctx context.Context, bytes int64) error
}

// NewPoller returns a Poller. However many polls are under way, it parses no
// more documents at a time than there are processors to do it: a document being
// parsed takes many times the memory of its body.
func NewPoller(fetcher Fetcher, parser Parser, log *slog.Logger) *Poller {
	return &Poller{fetcher: fetcher, parser: parser, log: log, parsing: make(chan struct{}, runtime.GOMAXPROCS(0))}
}

// Within returns a Poller like p of which each request asks grow for what its
// body takes (aggregator.Request.Grow).
func (p *Poller) Within(grow func(ctx context.Context, bytes int64) error) *Poller {
	within := *p
	within.grow = grow
	return &within
}

// Ask polls src without storing anything: the request with the validators of
// state, then, if the body is a new one, the parse. Every way it can end is in
// the result.
func (p *Poller) Ask(ctx context.Context, src aggregator.Source, state aggregator.SourceState) (result aggregator.PollResult) {
	result = aggregator.PollResult{Source: src.ID, URL: src.URL}
	defer func() {
		if r := recover(); r != nil {
			p.log.Error("a poll panicked", "source", src.ID, "panic", r, "stack", string(debug.Stack()))
			result.Document = aggregator.Document{}
			result.Response = failed(result.Response, aggregator.Problem{
				Kind: aggregator.ProblemInternal, Message: fmt.Sprintf("reading this feed failed inside Wiredesk: %v", r),
			})
		}
	}()
	req := aggregator.Request{Source: src, Grow: p.grow}
	if state.URL == src.URL {
		req.Validators = state.Validators
	} else {
		state = aggregator.SourceState{}
	}
	response := p.fetcher.Fetch(ctx, req)
	body := response.Body
	response.Body = nil
	result.Response = response
	if len(body) == 0 && response.Outcome != aggregator.Fetched {
		return result
	}
	digest := digestOf(body, response.ContentType)
	if response.Outcome == aggregator.Fetched && digest == state.BodyDigest {
		result.Response.Outcome = aggregator.NotModified
		return result
	}
	document, err := p.parse(body, &response)
	if response.Outcome != aggregator.Fetched {
		// A body cut short on the way: what arrived whole is kept, and the
		// poll has failed all the same.
		result.Document = document
		return result
	}
	if err != nil {
		result.Response = failed(response, problemOf(err))
		return result
	}
	result.Document, result.BodyDigest = document, digest
	return result
}

// digestOf tells one document from another. What the header says of the bytes
// may change how they are read.
func digestOf(body []byte, contentType string) aggregator.Digest {
	var d xxhash.Digest
	d.Reset()
	_, _ = d.WriteString(contentType)
	_, _ = d.Write(body)
	return aggregator.Digest(max(d.Sum64(), 1))
}

func (p *Poller) parse(body []byte, response *aggregator.Response) (aggregator.Document, error) {
	p.parsing <- struct{}{}
	defer func() { <-p.parsing }()
	return p.parser.Parse(body, response.ContentType, response.URL)
}

func failed(response aggregator.Response, problem aggregator.Problem) aggregator.Response {
	response.Outcome, response.Problem = aggregator.Failed, problem
	if response.At.IsZero() {
		response.At = time.Now().UTC()
	}
	return response
}

func problemOf(err error) aggregator.Problem {
	if problem, ok := errors.AsType[aggregator.Problem](err); ok {
		return problem
	}
	return aggregator.Problem{Kind: aggregator.ProblemInternal, Message: err.Error()}
}
