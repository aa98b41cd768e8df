package fetch

import (
	"context"
	"crypto/tls"
	"net/http/httptrace"
	"sync/atomic"
)

// The steps of a request, in order. They say where the time ran out.
const (
	atStart int32 = iota
	atResolving
	atConnecting
	atHandshake
	atAsking
	atWaiting
	atBody
)

var phaseNames = [...]string{
	atStart:      "waiting for a connection",
	atResolving:  "resolving the name",
	atConnecting: "connecting",
	atHandshake:  "negotiating TLS",
	atAsking:     "sending the request",
	atWaiting:    "waiting for the answer",
	atBody:       "receiving the body",
}

// phase is how far a request has come. The transport tells it from its own
// goroutines, one of which may still be connecting when another connection has
// become free, so it never goes back but at restart.
type phase struct{ step atomic.Int32 }

func (p *phase) String() string { return phaseNames[p.step.Load()] }

func (p *phase) at(step int32) bool { return p.step.Load() == step }

func (p *phase) restart() { p.step.Store(atStart) }

func (p *phase) reach(step int32) {
	for {
		now := p.step.Load()
		if now >= step || p.step.CompareAndSwap(now, step) {
			return
		}
	}
}

// trace returns ctx such that requests made with it tell p.
func (p *phase) trace(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		DNSStart:          func(httptrace.DNSStartInfo) { p.reach(atResolving) },
		ConnectStart:      func(_, _ string) { p.reach(atConnecting) },
		TLSHandshakeStart: func() { p.reach(atHandshake) },
		TLSHandshakeDone: func(_ tls.ConnectionState, err error) {
			if err == nil {
				p.reach(atAsking)
			}
		},
		GotConn:      func(httptrace.GotConnInfo) { p.reach(atAsking) },
		WroteRequest: func(httptrace.WroteRequestInfo) { p.reach(atWaiting) },
	})
}
