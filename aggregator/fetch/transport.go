package fetch

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"sync"
	"time"
)

const (
	// Idle connections serve the sources of one host, which are polled shortly
	// after one another. Between two polls of one source too much time goes by.
	idleTime    = 20 * time.Second
	idleInAll   = 128
	tlsSessions = 256
	proxiesKept = 16
	// What HTTP/2 lets a server send ahead of our reading; net/http's own
	// defaults are 4 MiB a stream.
	streamAheadBytes     = 256 << 10
	connectionAheadBytes = 1 << 20
)

type dialFunc func(ctx context.Context, network, address string) (net.Conn, error)

// dialUntil returns dial such that it gives up when life ends. The transport
// lets a dial outlive the poll that began it, for the benefit of a later one,
// so the poll's own context does not end it.
func dialUntil(life context.Context, dial dialFunc) dialFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		ctx, cancel := context.WithCancel(ctx)
		defer cancel()
		defer context.AfterFunc(life, cancel)()
		return dial(ctx, network, address)
	}
}

func newTransport(opts Options, dial dialFunc) *http.Transport {
	return &http.Transport{
		DialContext: dial,
		TLSClientConfig: &tls.Config{
			MinVersion:         tls.VersionTLS12,
			ClientSessionCache: tls.NewLRUClientSessionCache(tlsSessions),
		},
		TLSHandshakeTimeout:    opts.Timeout,
		DisableCompression:     true, // the decompression is ours, so that the limits hold
		MaxIdleConns:           max(idleInAll, opts.MaxIdlePerHost),
		MaxIdleConnsPerHost:    opts.MaxIdlePerHost,
		IdleConnTimeout:        idleTime,
		MaxResponseHeaderBytes: opts.MaxHeaderBytes,
		ForceAttemptHTTP2:      true,
		HTTP2: &http.HTTP2Config{
			MaxReceiveBufferPerStream:     streamAheadBytes,
			MaxReceiveBufferPerConnection: connectionAheadBytes,
		},
		OnProxyConnectResponse: checkProxyAnswer,
	}
}

// proxyStatusError is a proxy's answer to CONNECT that gives no connection.
type proxyStatusError int

func (e proxyStatusError) Error() string {
	return fmt.Sprintf("the proxy answered %s", statusText(int(e)))
}

func checkProxyAnswer(_ context.Context, _ *url.URL, _ *http.Request, answer *http.Response) error {
	if answer.StatusCode != http.StatusOK {
		return proxyStatusError(answer.StatusCode)
	}
	return nil
}

// proxyTransports keeps the transports of the proxies used last.
type proxyTransports struct {
	make func() *http.Transport

	mu   sync.Mutex
	kept []proxyTransport // at most proxiesKept, the one used last at the end
}

type proxyTransport struct {
	address   string // may hold a password
	transport *http.Transport
}

// get returns the transport that goes through the proxy at address, or
// errProxyURL.
func (p *proxyTransports) get(address string) (*http.Transport, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	i := slices.IndexFunc(p.kept, func(kept proxyTransport) bool { return kept.address == address })
	if i >= 0 {
		found := p.kept[i]
		p.kept = append(slices.Delete(p.kept, i, i+1), found)
		return found.transport, nil
	}
	proxy, err := url.Parse(address)
	if err != nil || proxy.Hostname() == "" || !slices.Contains([]string{"http", "https", "socks5", "socks5h"}, proxy.Scheme) {
		return nil, errProxyURL // err would show the password
	}
	if len(p.kept) == proxiesKept {
		p.kept[0].transport.CloseIdleConnections()
		p.kept = slices.Delete(p.kept, 0, 1)
	}
	transport := p.make()
	transport.Proxy = http.ProxyURL(proxy)
	p.kept = append(p.kept, proxyTransport{address, transport})
	return transport, nil
}

func (p *proxyTransports) closeIdle() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, kept := range p.kept {
		kept.transport.CloseIdleConnections()
	}
}
