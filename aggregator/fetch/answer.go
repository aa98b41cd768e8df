package fetch

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"time"

	"wiredesk/aggregator"
)

// answered fills the response from the answer at the end of the route.
func (p *poll) answered(ctx context.Context, answer *http.Response, route *route) {
	now := time.Now().UTC().Round(0)
	p.resp.Status, p.resp.URL = answer.StatusCode, public(route.at)
	switch status := answer.StatusCode; {
	case status == http.StatusNotModified && p.sent != (aggregator.Validators{}):
		p.discard(answer.Body)
		p.describe(answer, route, now)
		p.accept(aggregator.NotModified, answer, route)
		return
	case status == http.StatusOK, status == http.StatusNonAuthoritativeInfo, status == http.StatusIMUsed && p.deltaAsked(answer):
		p.describe(answer, route, now)
		p.resp.Delta = status == http.StatusIMUsed
		body, err := p.read(ctx, answer)
		if err != nil {
			p.failFor(ctx, err, route.at)
			if brokeOff(p.resp.Problem.Kind) && len(body) > 0 {
				p.resp.Body = body
				p.confirm(answer, route)
			}
			return
		}
		p.resp.Body = body
		p.accept(aggregator.Fetched, answer, route)
		return
	case status >= 400:
		p.resp.RetryAfter = retryAfter(answer.Header, now)
	}
	p.discard(answer.Body)
	p.refused(route)
}

// describe takes what an answer says of the document it brings or confirms.
func (p *poll) describe(answer *http.Response, route *route, now time.Time) {
	lifetime, said := lifetimeOf(answer.Header, now)
	if answer.StatusCode == http.StatusNotModified && !said {
		lifetime = p.req.Lifetime
	}
	p.resp.Lifetime, p.resp.FreshUntil = lifetime, freshUntil(lifetime, answer.Header, now)
	p.resp.ContentType = answer.Header.Get("Content-Type")
	// It names the wait before the next request, whatever the status.
	p.resp.RetryAfter = retryAfter(answer.Header, now)
	p.resp.Hubs, p.resp.Self = webSub(answer.Header, route.at)
	p.resp.Alternates = alternates(answer.Header, route.at)
}

// accept ends a poll that went well.
func (p *poll) accept(outcome aggregator.Outcome, answer *http.Response, route *route) {
	p.resp.Outcome = outcome
	if outcome == aggregator.NotModified {
		p.resp.Validators = p.sent
	}
	p.confirm(answer, route)
}

// confirm takes what holds of a document that is whole.
func (p *poll) confirm(answer *http.Response, route *route) {
	p.resp.Moved = route.moved
	if tag := answer.Header.Get("ETag"); tag != "" {
		p.resp.Validators.ETag = tag
	}
	if modified := answer.Header.Get("Last-Modified"); modified != "" {
		p.resp.Validators.LastModified = modified
	}
}

// deltaAsked reports whether a 226 is the manipulation we asked for and no
// other (RFC 3229, section 10.5.2). Servers that leave IM out mean ours.
func (p *poll) deltaAsked(answer *http.Response) bool {
	if p.sent == (aggregator.Validators{}) {
		return false
	}
	for im := range strings.SplitSeq(strings.Join(answer.Header.Values("IM"), ","), ",") {
		name, _, _ := strings.Cut(im, ";")
		if name = strings.TrimSpace(name); name != "" && !strings.EqualFold(name, "feed") {
			return false
		}
	}
	return true
}

// brokeOff reports whether what arrived of a body is worth looking into.
func brokeOff(kind aggregator.ProblemKind) bool {
	switch kind {
	case aggregator.ProblemTruncated, aggregator.ProblemReset, aggregator.ProblemSlow, aggregator.ProblemTimeout:
		return true
	default:
		return false
	}
}

// refused ends a poll whose answer, by its status, brings no document.
func (p *poll) refused(route *route) {
	status := p.resp.Status
	p.fail(aggregator.ProblemStatus, "the server answered "+statusText(status)+p.adviceFor(status, route))
	switch {
	case status == http.StatusGone && route.unbroken:
		p.resp.Outcome = aggregator.Gone
	case status == http.StatusTooManyRequests, status == http.StatusServiceUnavailable && !p.resp.RetryAfter.IsZero():
		p.resp.Outcome = aggregator.Throttled
	}
}

// adviceFor says what a status means for the operator; it goes on with the
// sentence that names the status.
func (p *poll) adviceFor(status int, route *route) string {
	credentials := p.source.BasicAuth != (aggregator.BasicAuth{}) || len(p.source.Headers) > 0
	switch {
	case status == http.StatusNotModified:
		return " to a request without conditions, which makes no sense"
	case status == http.StatusPartialContent:
		return ": a part of the feed where the whole was asked for"
	case status == http.StatusIMUsed:
		return ": a difference that was not asked for"
	case status < 400:
		return ", which brings no feed"
	case (status == http.StatusUnauthorized || status == http.StatusForbidden) && credentials && !route.home:
		return ": a redirect led to " + plain(route.at) + ", where the source's credentials are not sent; if they belong there, make it the source's URL"
	case status == http.StatusUnauthorized && credentials:
		return ": it does not accept the source's credentials; check basic_auth or headers"
	case status == http.StatusUnauthorized:
		return ": it wants a user and a password; set basic_auth"
	case status == http.StatusForbidden:
		return ": it refuses us; the publisher may have to let this address or User-Agent in"
	case status == http.StatusNotFound:
		return ": there is no feed at this address; check the URL"
	case status == http.StatusGone && !route.unbroken:
		return ": what the source redirects to for now was withdrawn; its own address is asked again"
	case status == http.StatusPreconditionFailed:
		return ": it does not know the validators it gave itself; they are forgotten"
	case status == http.StatusGone:
		return ": the feed was withdrawn for good; remove the source or give its new URL"
	case status == http.StatusProxyAuthRequired:
		return ": the proxy wants a user and a password; put them into the proxy's URL"
	case (status == http.StatusTooManyRequests || status == http.StatusServiceUnavailable) && !p.resp.RetryAfter.IsZero():
		return fmt.Sprintf(": it asks to be left in peace until %s", p.resp.RetryAfter.Format(time.RFC3339))
	case status == http.StatusTooManyRequests:
		return ": it is asked too often; a longer interval may help"
	case status >= 500:
		return ": it is in trouble of its own"
	}
	return ""
}

func statusText(status int) string {
	return strings.TrimSpace(fmt.Sprintf("%d %s", status, http.StatusText(status)))
}
