package ingest

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
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
	before := in.state(src.ID)
	result := in.opts.Poller.Within(room.Grow).Ask(ctx, src, *before)
	switch {
	case result.Response.Problem.Kind == aggregator.ProblemCancelled:
		return schedule.Turn{Due: time.Now()}
	case result.Response.Outcome == aggregator.NotModified:
		foreseen := in.foresee(before, src, &result)
		in.hand(submission{result: result, foreseen: foreseen})
		return turnOf(src, foreseen.state, &result.Response)
	}
	report, err := in.Submit(result)
	if err != nil {
		// Nothing was stored, so the source stays where it is, and a document is
		// still to be fetched: as soon as its server allows. A poll that brought
		// none is repeated when it would have been anyway.
		state := after(*before, src, &result, tally{}, in.planning())
		turn := turnOf(src, &state, &result.Response)
		turn.Address = before.AddressOf(src)
		if fresh := result.Response.FreshUntil; result.Response.Outcome == aggregator.Fetched {
			if turn.Due = time.Now().Add(in.retryAfter()); fresh.After(turn.Due) {
				turn.Due = fresh
			}
		}
		return turn
	}
	return turnOf(src, &report.State, &result.Response)
}

// turnOf returns what the loop is to know of a source in that state, after that
// answer.
func turnOf(src aggregator.Source, s *aggregator.SourceState, r *aggregator.Response) schedule.Turn {
	return schedule.Turn{
		Due: s.NextPoll, Floor: floor(s, r), Address: s.AddressOf(src), Rest: s.Rest.Until, RestAt: s.Rest.At,
	}
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
	work    *processors
	grow    func(ctx context.Context, bytes int64) error
}

// NewPoller returns a Poller. However many polls are under way, no more
// documents are parsed and batches taken in at a time than there are processors
// to do it.
func NewPoller(fetcher Fetcher, parser Parser, log *slog.Logger) *Poller {
	return &Poller{fetcher: fetcher, parser: parser, log: log, work: newProcessors()}
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
	if state.URL != src.URL {
		state = aggregator.SourceState{}
	}
	req := aggregator.Request{Source: src, Address: state.Address, Validators: state.Validators, Lifetime: state.Lifetime, WireDigest: state.WireDigest, Grow: p.grow}
	result.Address = req.Address
	response := p.fetcher.Fetch(ctx, req)
	body := response.Body
	response.Body = nil
	result.Response = response
	digest := digestOf(body, response.ContentType)
	switch {
	case response.Outcome == aggregator.NotModified && state.Document == aggregator.DocumentUnreadable:
		result.Response = failed(response, stillUnreadable(state.Problem))
		result.BodyDigest = state.BodyDigest
		return result
	case response.Outcome == aggregator.Fetched && digest == state.BodyDigest && state.Document.Readable():
		result.Response.Outcome = aggregator.NotModified
		return result
	case len(body) == 0 && response.Outcome != aggregator.Fetched:
		return result
	case response.Outcome == aggregator.Failed && digest == state.BodyDigest && state.Document == aggregator.DocumentWhole:
		// The length that is announced is wrong again, as it was then.
		result.Response.Outcome, result.Response.Problem = aggregator.NotModified, aggregator.Problem{}
		return result
	}
	document, err := p.parse(body, &response)
	if response.Outcome != aggregator.Fetched {
		if err == nil && !document.Cut {
			return unended(result, document, digest)
		}
		// A body cut short on the way: what arrived whole is kept, and the
		// poll has failed all the same.
		result.Document = document
		result.Response.Validators, result.Response.Moved = aggregator.Validators{}, ""
		return result
	}
	if err != nil {
		problem := problemOf(err)
		// Of a page that is no feed there is what it says of hubs.
		result.Document, result.Response = document, failed(response, problem)
		if problem.Kind != aggregator.ProblemInternal {
			result.BodyDigest = digest
		}
		return result
	}
	result.Document, result.BodyDigest = document, digest
	return result
}

// unended is a poll of which the document came to its end and the body did not:
// what is missing is nothing of the feed.
func unended(result aggregator.PollResult, document aggregator.Document, digest aggregator.Digest) aggregator.PollResult {
	said := "all of the feed came, but its body did not end as announced"
	if document.Repaired != "" {
		said = document.Repaired + "; " + said
	}
	document.Repaired = said
	result.Response.Outcome, result.Response.Problem = aggregator.Fetched, aggregator.Problem{}
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
	p.work.take()
	defer p.work.free()
	return p.parser.Parse(body, response.ContentType, response.URL)
}

func failed(response aggregator.Response, problem aggregator.Problem) aggregator.Response {
	response.Outcome, response.Problem = aggregator.Failed, problem
	if response.At.IsZero() {
		response.At = time.Now().UTC()
	}
	return response
}

// stillUnreadable is the problem with a document that did not change since it
// could not be read, given that of the last poll.
func stillUnreadable(last aggregator.Problem) aggregator.Problem {
	switch last.Kind {
	case aggregator.ProblemNotFeed, aggregator.ProblemMalformed, aggregator.ProblemHostile:
		return last
	}
	return aggregator.Problem{Kind: aggregator.ProblemNotFeed, Message: "this is still the document that could not be read"}
}

func problemOf(err error) aggregator.Problem {
	if problem, ok := errors.AsType[aggregator.Problem](err); ok {
		return problem
	}
	return aggregator.Problem{Kind: aggregator.ProblemInternal, Message: err.Error()}
}
