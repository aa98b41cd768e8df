package fetch

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// rateWindow is what the least rate is averaged over.
const rateWindow = 10 * time.Second

var (
	errTooLarge  = errors.New("the body is over the limit")
	errUnchanged = errors.New("the body is the last one once more")
)

// read returns the decompressed body and closes it. The error is the
// connection's, errTooLarge, or the decompression's; what is returned beside it
// is what had arrived. It is errUnchanged for the body of the request's
// WireDigest, which need not be decompressed.
func (p *poll) read(ctx context.Context, answer *http.Response) ([]byte, error) {
	p.phase.reach(atBody)
	defer func() { _ = answer.Body.Close() }()
	limit := p.client.opts.MaxBodyBytes
	if answer.ContentLength > limit {
		return nil, errTooLarge
	}
	wire := &wireReader{body: answer.Body, leftBytes: limit}
	defer func() { p.wireBytes += wire.readBytes }()
	if least := p.client.opts.MinRateBytes; least > 0 && answer.ContentLength != 0 {
		wire.pace = newPace(least, func() { p.cancel(errSlow) })
		defer wire.pace.stop()
	}
	coding := codings(answer.Header)
	wire.begin(answer.Header.Get("Content-Type"), coding)
	var from io.Reader = wire
	if p.req.WireDigest != 0 {
		ahead := take(&p.client.pools.aheads, func() *[aheadBytes]byte { return new([aheadBytes]byte) })
		defer p.client.pools.aheads.Put(ahead)
		if from = wire.ahead(ahead[:]); wire.sum() == p.req.WireDigest {
			p.resp.WireDigest = p.req.WireDigest
			return nil, errUnchanged
		}
	}
	body, err := p.client.pools.decompress(from, coding, limit, p.roomFor(ctx, wire))
	if wire.err != nil {
		// What the decompressor makes of a broken connection does not matter.
		err = wire.err
	}
	if err == nil {
		p.resp.WireDigest = wire.sum()
		p.discard(wire.rest())
	}
	return body, err
}

// pace calls off a body that comes too slowly: every windowBytes of it must
// come within rateWindow. A nil pace is content with everything.
type pace struct {
	timer       *time.Timer
	windowBytes int64
	gotBytes    int64
}

func newPace(bytesASecond int64, tooSlow func()) *pace {
	return &pace{
		timer:       time.AfterFunc(rateWindow, tooSlow),
		windowBytes: bytesASecond * int64(rateWindow/time.Second),
	}
}

func (p *pace) read(n int) {
	if p == nil {
		return
	}
	if p.gotBytes += int64(n); p.gotBytes >= p.windowBytes {
		p.gotBytes = 0
		p.timer.Reset(rateWindow)
	}
}

func (p *pace) restart() {
	if p != nil {
		p.gotBytes = 0
		p.timer.Reset(rateWindow)
	}
}

func (p *pace) stop() {
	if p != nil {
		p.timer.Stop()
	}
}
