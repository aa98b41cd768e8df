package fetch

import (
	"cmp"
	"context"
	"fmt"
	"net"
	"net/http"
	"time"

	"wiredesk/aggregator"
)

// Options are the limits of a [Client]. The zero value of each but UserAgent
// means its default.
type Options struct {
	// UserAgent names the program, its version and a contact address. It must
	// not be empty.
	UserAgent string
	// Timeout bounds a whole poll, from resolving the name to the end of the
	// body, redirects included, and without what aggregator.Request.Grow waits;
	// 0: 30 s.
	Timeout time.Duration
	// MaxBodyBytes bounds a body, both decompressed and as it crosses the
	// network; 0: 10 MB.
	MaxBodyBytes int64
	// MaxHeaderBytes bounds the header of each answer; 0: 64 KiB.
	MaxHeaderBytes int64
	// MinRateBytes is the least rate of a body as it crosses the network, in
	// bytes a second averaged over 10 s; 0: 100; negative: none.
	MinRateBytes int64
	// MaxRedirects is how many redirects a poll follows; 0: 5; negative: none.
	MaxRedirects int
	// Dial opens the connections to proxies and for sources that may have
	// private addresses; nil: over the network. All others are opened over the
	// network, where each address is looked at first.
	Dial func(ctx context.Context, network, address string) (net.Conn, error)
	// MaxIdlePerHost is how many idle connections a host keeps; 0: 64.
	MaxIdlePerHost int
}

func (o Options) withDefaults() Options {
	o.Timeout = cmp.Or(o.Timeout, 30*time.Second)
	o.MaxBodyBytes = cmp.Or(o.MaxBodyBytes, 10_000_000)
	o.MaxHeaderBytes = cmp.Or(o.MaxHeaderBytes, 64<<10)
	o.MinRateBytes = cmp.Or(o.MinRateBytes, 100)
	o.MaxRedirects = cmp.Or(o.MaxRedirects, 5)
	o.MaxIdlePerHost = cmp.Or(o.MaxIdlePerHost, 64)
	if o.Dial == nil {
		o.Dial = (&net.Dialer{Timeout: o.Timeout}).DialContext
	}
	return o
}

// Client polls sources. It is safe for concurrent use.
type Client struct {
	opts     Options
	header   http.Header // what every request carries
	guard    guard
	guarded  *http.Transport // dials public addresses only
	anywhere *http.Transport // dials private addresses too
	proxies  proxyTransports
	pools    pools
	endDials context.CancelFunc // for those nobody waits for any more
}

// New returns a Client with the given limits. It opens nothing.
func New(opts Options) *Client {
	opts = opts.withDefaults()
	life, endDials := context.WithCancel(context.Background())
	guard := newGuard()
	dialGuarded := dialUntil(life, (&net.Dialer{Timeout: opts.Timeout, Control: guard.control}).DialContext)
	dialAnywhere := dialUntil(life, opts.Dial)
	return &Client{
		opts: opts,
		header: http.Header{
			"User-Agent":      {opts.UserAgent},
			"Accept":          {accept},
			"Accept-Encoding": {acceptEncoding},
		},
		guard:    guard,
		guarded:  newTransport(opts, dialGuarded),
		anywhere: newTransport(opts, dialAnywhere),
		proxies:  proxyTransports{make: func() *http.Transport { return newTransport(opts, dialAnywhere) }},
		endDials: endDials,
	}
}

// Close ends idle connections and dials that outlived their poll. Polls still
// under way are ended by their context. A closed Client is of no more use.
func (c *Client) Close() {
	c.endDials()
	c.guarded.CloseIdleConnections()
	c.anywhere.CloseIdleConnections()
	c.proxies.closeIdle()
}

// Fetch polls req.Source once, at req.Address if it has moved there, with the
// given validators, and says what became of it. The outcomes:
//
//   - Fetched: 200 or 203, or 226 where we asked for it (Delta is set). Body
//     holds the document and belongs to the caller.
//   - NotModified: 304 to a conditional request. Validators are the request's,
//     replaced by those the answer brought.
//   - Throttled: 429, or 503 with a Retry-After that can be read.
//   - Gone: 410, unless a redirect that is not for good led to it.
//   - Failed: everything else, any other status included. If the body broke off
//     on the way, Body holds what had arrived: entries may be saved from it, but
//     its validators are to be kept only where the document turns out to be
//     whole, and the length that was announced wrong.
//
// URL is set as soon as an answer arrived, RetryAfter with any that brings or
// confirms a document and any status from 400 up; ContentType, Hubs, Self, Alternates, FreshUntil and Lifetime belong to an
// answer that brings or confirms a document; Validators and Moved are set with
// Fetched, NotModified and a Body that broke off only. URL and Moved hold no user, password or
// fragment.
//
// When ctx is cancelled the outcome is Failed with ProblemCancelled; when its
// deadline passes, ProblemTimeout.
func (c *Client) Fetch(ctx context.Context, req aggregator.Request) aggregator.Response {
	p := &poll{client: c, req: &req, source: &req.Source, sent: req.Validators, grow: req.Grow}
	return p.within(ctx, p.run)
}

// within runs what asks, within the limits of time, and returns what became of
// it, a panic included.
func (p *poll) within(ctx context.Context, run func(ctx context.Context)) (resp aggregator.Response) {
	start := time.Now()
	defer func() {
		if v := recover(); v != nil {
			p.resp = aggregator.Response{}
			p.fail(aggregator.ProblemInternal, fmt.Sprintf("a fault of Wiredesk's own while fetching; please report it: %s", brief(fmt.Sprint(v))))
		}
		resp = p.resp
		resp.Took = time.Since(start)
		resp.At = time.Now().UTC().Round(0)
		resp.BytesRead = p.wireBytes
	}()
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	p.timeout = newCountdown(p.client.opts.Timeout, func() { cancel(errTimeout) })
	defer p.timeout.stop()
	p.cancel = cancel
	run(ctx)
	return p.resp
}
