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

var errTooLarge = errors.New("the body is over the limit")

// read returns the decompressed body and closes it. The error is the
// connection's, errTooLarge, or the decompression's; what is returned beside it
// is what had arrived.
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
	body, err := p.client.pools.decompress(wire, codings(answer.Header), limit, p.roomFor(ctx, wire))
	if wire.err != nil {
		// What the decompressor makes of a broken connection does not matter.
		err = wire.err
	}
	if err == nil {
		p.discard(wire.rest())
	}
	return body, err
}

// wireReader reads a body as it crosses the network.
type wireReader struct {
	body      io.ReadCloser
	leftBytes int64
	readBytes int64
	pace      *pace // nil: any
	ended     bool
	err       error // what ended the body, if not its end
}

func (w *wireReader) Read(b []byte) (int, error) {
	n, err := w.body.Read(b)
	w.readBytes += int64(n)
	w.leftBytes -= int64(n)
	w.pace.read(n)
	switch {
	case w.leftBytes < 0:
		w.err = errTooLarge
		return 0, w.err
	case errors.Is(err, io.EOF):
		w.ended = true
	case err != nil:
		w.err = err
	}
	return n, err
}

// rest returns what follows a document that ended before its body did.
func (w *wireReader) rest() io.ReadCloser {
	if w.ended {
		return http.NoBody
	}
	return w.body
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
