package fetch

import (
	"context"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"wiredesk/aggregator"
)

// answerBytes is how much of a hub's answer is read: a sentence that says what
// it does not like.
const answerBytes = 1 << 10

// Post sends form to link for src, and says what became of it. The outcomes:
//
//   - Fetched: any 2xx. There is no Body.
//   - Throttled, Gone, Failed: as for Fetch. Problem has the words with which a
//     hub refused.
//
// Redirects are followed with the form, 301 and 302 too: WebSub speaks of 307
// and 308 (section 5.1.2), and for the older two changing the method is what
// RFC 9110, section 15.4, puts up with for the sake of old programs. 303 is
// none of them: it says where to read. A redirect from https to http is not
// followed, since the form may hold a secret. Like validators, credentials and
// the source's own headers belong to the origin of the source's URL.
func (c *Client) Post(ctx context.Context, src aggregator.Source, link string, form url.Values) aggregator.Response {
	p := &poll{client: c, source: &src}
	return p.within(ctx, func(ctx context.Context) { p.post(ctx, link, form.Encode()) })
}

// post goes from link along its redirects to an answer.
func (p *poll) post(ctx context.Context, link, form string) {
	start, ok := parseHTTP(link)
	if !ok {
		p.fail(aggregator.ProblemAddress, "the hub's URL is not an absolute http or https address")
		return
	}
	start.User = nil
	if name, ok := badHeader(p.source.Headers); ok {
		p.fail(aggregator.ProblemInternal, "the header "+name+" of the source's configuration cannot be sent: correct its name or its value")
		return
	}
	home, ok := parseHTTP(p.source.URL)
	if !ok {
		home = &url.URL{} // nothing is at home
	}
	route := newRoute(home, start, p.client.opts.MaxRedirects)
	ctx = p.phase.trace(ctx)
	for {
		answer, err := p.send(p.postRequest(ctx, route, form)) //nolint:bodyclose // said and discard close it
		if err != nil {
			p.failFor(ctx, err, route.at)
			return
		}
		p.resp.Status, p.resp.URL = answer.StatusCode, public(route.at)
		if !isRedirect(answer.StatusCode) || answer.StatusCode == http.StatusSeeOther {
			p.posted(answer)
			return
		}
		p.discard(answer.Body)
		from := route.at
		switch err := route.follow(answer.StatusCode, answer.Header.Get("Location")); {
		case err != nil:
			p.fail(aggregator.ProblemRedirect, "asking the hub: "+err.Error())
			return
		case from.Scheme == "https" && route.at.Scheme == "http":
			p.fail(aggregator.ProblemRedirect, "the hub "+plain(from)+" redirects from https to http, where secrets are not sent")
			return
		}
	}
}

func (p *poll) postRequest(ctx context.Context, route *route, form string) *http.Request {
	r := p.request(ctx, route)
	r.Method = http.MethodPost
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Accept", "text/plain, */*;q=0.1")
	r.Header.Del("Accept-Encoding")
	// Asking twice is as good as asking once, which lets the transport try
	// again where a kept connection had died. The header itself is not sent.
	r.Header["Idempotency-Key"] = nil
	r.ContentLength = int64(len(form))
	r.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(form)), nil }
	r.Body, _ = r.GetBody()
	return r
}

// posted fills the response from the answer at the end of the route.
func (p *poll) posted(answer *http.Response) {
	status := answer.StatusCode
	if status/100 == 2 {
		p.discard(answer.Body)
		p.resp.Outcome = aggregator.Fetched
		return
	}
	p.resp.RetryAfter = retryAfter(answer.Header, time.Now().UTC().Round(0))
	message := "the hub answered " + statusText(status)
	if said := p.said(answer); said != "" {
		message += fmt.Sprintf(": %q", said)
	}
	p.fail(aggregator.ProblemStatus, message)
	p.resp.Outcome = refusal(status, p.resp.RetryAfter)
}

// said returns the plain text with which a hub explains an error (WebSub,
// section 5.1.2), if it is any, and closes the body.
func (p *poll) said(answer *http.Response) string {
	var text []byte
	if !strings.Contains(answer.Header.Get("Content-Type"), "html") {
		slow := time.AfterFunc(drainTime, func() { _ = answer.Body.Close() })
		text, _ = io.ReadAll(io.LimitReader(answer.Body, answerBytes))
		p.wireBytes += int64(len(text))
		slow.Stop()
	}
	p.discard(answer.Body)
	return strings.TrimSpace(brief(strings.Join(strings.Fields(string(text)), " ")))
}
