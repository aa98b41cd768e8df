package fetch

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"time"

	"wiredesk/aggregator"
)

// callAnswerBytes is how much of an answer to a Call is kept.
const callAnswerBytes = 4 << 10

// Call sends one request to an address that a stranger gave us, within the
// limits of a poll, and says what became of it. The outcomes:
//
//   - Fetched: any 2xx. Body is what the answer begins with, 4 KiB at most.
//   - Throttled, Gone, Failed: as for Fetch.
//
// No redirect is followed: what answers with one has failed, as WebSub wants it
// of callbacks (sections 5.3 and 7). Nothing of any source is sent.
func (c *Client) Call(ctx context.Context, call aggregator.Call) aggregator.Response {
	p := &poll{client: c, source: &aggregator.Source{AllowPrivate: call.AllowPrivate}}
	return p.within(ctx, func(ctx context.Context) { p.call(ctx, call) })
}

func (p *poll) call(ctx context.Context, call aggregator.Call) {
	to, ok := parseHTTP(call.URL)
	if !ok {
		p.fail(aggregator.ProblemAddress, "it is not an absolute http or https address")
		return
	}
	to.User = nil
	if !p.source.AllowPrivate {
		if p.client.guard.checkHost(to.Hostname()) != nil {
			p.fail(aggregator.ProblemRefused, brief(to.Host)+" is a private or otherwise special address")
			return
		}
	}
	answer, err := p.send(p.callRequest(p.phase.trace(ctx), newRoute(to, to, 0), call)) //nolint:bodyclose // discard closes it
	if err != nil {
		p.failFor(ctx, err, to)
		if p.resp.Problem.Kind == aggregator.ProblemRefused {
			p.resp.Problem.Message = brief(to.Host) + " is a private or otherwise special address" + dialled(err, to)
		}
		return
	}
	p.resp.Status, p.resp.URL = answer.StatusCode, public(to)
	if answer.StatusCode/100 != 2 {
		p.resp.RetryAfter = retryAfter(answer.Header, time.Now().UTC().Round(0))
		p.discard(answer.Body)
		p.fail(aggregator.ProblemStatus, "it answered "+statusText(answer.StatusCode))
		p.resp.Outcome = refusal(answer.StatusCode, p.resp.RetryAfter)
		return
	}
	p.resp.Body, err = io.ReadAll(io.LimitReader(answer.Body, callAnswerBytes))
	p.wireBytes += int64(len(p.resp.Body))
	p.discard(answer.Body)
	if err != nil {
		p.failFor(ctx, err, to)
		return
	}
	p.resp.Outcome = aggregator.Fetched
}

func (p *poll) callRequest(ctx context.Context, route *route, call aggregator.Call) *http.Request {
	r := p.request(ctx, route)
	r.Header.Set("Accept", "*/*")
	r.Header.Del("Accept-Encoding")
	for name, value := range call.Header {
		r.Header.Set(name, value)
	}
	if call.Body == nil {
		return r
	}
	r.Method = http.MethodPost
	r.ContentLength = int64(len(call.Body))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(call.Body)), nil }
	r.Body, _ = r.GetBody()
	return r
}

// refusal returns what an answer that is no 2xx comes to.
func refusal(status int, retryAfter time.Time) aggregator.Outcome {
	switch {
	case status == http.StatusGone:
		return aggregator.Gone
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && !retryAfter.IsZero():
		return aggregator.Throttled
	}
	return aggregator.Failed
}
