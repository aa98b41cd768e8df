package fetch

import (
	"context"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/http/httpguts"

	"wiredesk/aggregator"
)

const (
	accept = "application/atom+xml, application/rss+xml, application/feed+json, " +
		"application/rdf+xml;q=0.9, application/xml;q=0.8, text/xml;q=0.8, application/json;q=0.7, */*;q=0.1"
	acceptEncoding = "gzip, br, zstd"

	// What is read of a body that nobody wants, so that its connection can
	// serve again: so much and so long, and no more.
	drainBytes = 16 << 10
	drainTime  = time.Second
)

// poll is one Fetch under way. It belongs to one goroutine, but for phase.
type poll struct {
	client *Client
	req    *aggregator.Request
	source *aggregator.Source    // of req
	sent   aggregator.Validators // those that can be sent
	cancel context.CancelCauseFunc
	phase  phase

	grow    func(ctx context.Context, bytes int64) error // nil: nobody counts what the body takes
	timeout *countdown

	wireBytes int64
	resp      aggregator.Response
}

// run goes from the source's address along its redirects to the answer.
func (p *poll) run(ctx context.Context) {
	home, ok := parseHTTP(p.source.URL)
	start := home
	if ok && p.req.Address != "" {
		start, ok = parseHTTP(p.req.Address)
	}
	if !ok {
		p.fail(aggregator.ProblemAddress, "the source's URL is not an absolute http or https address: correct it in the configuration")
		return
	}
	if name, ok := badHeader(p.source.Headers); ok {
		p.fail(aggregator.ProblemInternal, "the header "+name+" of the source's configuration cannot be sent: correct its name or its value")
		return
	}
	p.sent = sendable(p.sent)
	route := newRoute(home, start, p.client.opts.MaxRedirects)
	ctx = p.phase.trace(ctx)
	for {
		answer, err := p.ask(ctx, route) //nolint:bodyclose // discard and read close it
		if err != nil {
			p.failFor(ctx, err, route.at)
			return
		}
		next := answer.Header.Get("Location")
		if !isRedirect(answer.StatusCode) {
			p.answered(ctx, answer, route)
			return
		}
		p.discard(answer.Body)
		p.resp.Status, p.resp.URL = answer.StatusCode, public(route.at)
		if err := route.follow(answer.StatusCode, next); err != nil {
			p.fail(aggregator.ProblemRedirect, err.Error())
			return
		}
	}
}

// ask sends one request to where the route has come. An error is the
// transport's, or the guard's.
func (p *poll) ask(ctx context.Context, route *route) (*http.Response, error) {
	return p.send(p.request(ctx, route))
}

// send sends r the way that the source's settings allow.
func (p *poll) send(r *http.Request) (*http.Response, error) {
	p.phase.restart()
	transport := p.client.guarded
	switch {
	case p.source.Proxy != "":
		if !p.source.AllowPrivate {
			if err := p.client.guard.checkHost(r.URL.Hostname()); err != nil {
				return nil, err
			}
		}
		var err error
		if transport, err = p.client.proxies.get(p.source.Proxy.Reveal()); err != nil {
			return nil, err
		}
	case p.source.AllowPrivate:
		transport = p.client.anywhere
	}
	return transport.RoundTrip(r)
}

func (p *poll) request(ctx context.Context, route *route) *http.Request {
	header := maps.Clone(p.client.header)
	if p.sent != (aggregator.Validators{}) {
		header.Set("A-IM", "feed")
	}
	if p.sent.ETag != "" {
		header.Set("If-None-Match", p.sent.ETag)
	}
	if p.sent.LastModified != "" {
		header.Set("If-Modified-Since", p.sent.LastModified)
	}
	r := &http.Request{Method: http.MethodGet, URL: route.at, Host: route.at.Host, Header: header, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1}
	if route.home {
		p.addOwn(r, route.at.User)
	}
	return r.WithContext(ctx)
}

// addOwn adds to r what is for the origin of the source's URL only. Of two
// ways to say the same the more explicit one wins.
func (p *poll) addOwn(r *http.Request, user *url.Userinfo) {
	if user != nil {
		password, _ := user.Password()
		r.SetBasicAuth(user.Username(), password)
	}
	if auth := p.source.BasicAuth; auth != (aggregator.BasicAuth{}) {
		r.SetBasicAuth(auth.User, auth.Password.Reveal())
	}
	for name, value := range p.source.Headers {
		r.Header.Set(name, value.Reveal())
		if http.CanonicalHeaderKey(name) == "Host" {
			r.Host = value.Reveal()
		}
	}
}

// discard reads the rest of a body nobody wants, if it is short and quick, and
// closes it: a connection whose body was read to the end is used again.
func (p *poll) discard(body io.ReadCloser) {
	if body == http.NoBody {
		return
	}
	defer func() { _ = body.Close() }()
	slow := time.AfterFunc(drainTime, func() { _ = body.Close() })
	defer slow.Stop()
	n, _ := io.CopyN(io.Discard, body, drainBytes)
	p.wireBytes += n
}

func (p *poll) fail(kind aggregator.ProblemKind, message string) {
	p.resp.Outcome = aggregator.Failed
	p.resp.Problem = aggregator.Problem{Kind: kind, Message: message}
}

// sendable returns v without what no header may hold: a validator that cannot
// be sent is as good as none.
func sendable(v aggregator.Validators) aggregator.Validators {
	if !httpguts.ValidHeaderFieldValue(v.ETag) {
		v.ETag = ""
	}
	if !httpguts.ValidHeaderFieldValue(v.LastModified) {
		v.LastModified = ""
	}
	return v
}

// badHeader returns the name of a header that cannot be sent, if there is one.
func badHeader(headers map[string]aggregator.Secret) (name string, ok bool) {
	for name, value := range headers {
		if !httpguts.ValidHeaderFieldName(name) || !httpguts.ValidHeaderFieldValue(value.Reveal()) {
			return brief(name), true
		}
	}
	return "", false
}

func isRedirect(status int) bool {
	return slices.Contains([]int{301, 302, 303, 307, 308}, status)
}

// parseHTTP reads an absolute http or https URL.
func parseHTTP(address string) (*url.URL, bool) {
	u, err := url.Parse(strings.TrimSpace(address))
	if err != nil || !isHTTP(u) {
		return nil, false
	}
	u.Fragment, u.RawFragment = "", ""
	return u, true
}

func isHTTP(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Hostname() != "" && u.Opaque == ""
}
