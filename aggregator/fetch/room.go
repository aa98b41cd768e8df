package fetch

import (
	"context"
	"io"
	"time"
)

// growBytes is how much room for a body is asked for at a time.
const growBytes = 64 << 10

// room asks for the memory that a body takes before it is read. A nil room has
// no bound.
type room struct {
	limitBytes int64 // no more is ever asked for
	wire       *wireReader
	grow       func(bytes int64) error

	hasBytes  int64 // asked for and given
	readBytes int64
}

// of returns from as it may be read: never further than there is room.
func (r *room) of(from io.Reader) io.Reader {
	if r == nil {
		return from
	}
	return &roomyReader{from, r}
}

type roomyReader struct {
	from io.Reader
	room *room
}

func (r *roomyReader) Read(b []byte) (int, error) {
	room := r.room
	if room.readBytes == room.hasBytes && room.hasBytes < room.limitBytes {
		more := min(room.hasBytes+growBytes, room.limitBytes)
		if err := room.grow(more); err != nil {
			// Not the decompressor's fault, whatever it makes of it.
			room.wire.err = err
			return 0, err
		}
		room.hasBytes = more
	}
	if left := room.hasBytes - room.readBytes; left > 0 && left < int64(len(b)) {
		b = b[:left]
	}
	n, err := r.from.Read(b)
	room.readBytes += int64(n)
	return n, err
}

// roomFor returns the room for a body, if anyone counts what it takes.
func (p *poll) roomFor(ctx context.Context, wire *wireReader) *room {
	if p.grow == nil {
		return nil
	}
	return &room{
		limitBytes: p.client.opts.MaxBodyBytes, wire: wire,
		grow: func(bytes int64) error { return p.askRoom(ctx, wire.pace, bytes) },
	}
}

// askRoom waits for room for a body of so many bytes. That the server is kept
// waiting meanwhile is our doing: neither the poll's time nor the body's least
// rate counts it.
func (p *poll) askRoom(ctx context.Context, pace *pace, bytes int64) error {
	if !p.timeout.pause() {
		p.cancel(errTimeout)
		return errTimeout
	}
	pace.stop()
	err := p.grow(ctx, bytes)
	pace.restart()
	p.timeout.resume()
	return err
}

// countdown is a timer that can be halted.
type countdown struct {
	timer *time.Timer
	ends  time.Time
	left  time.Duration // while it is halted
}

func newCountdown(d time.Duration, over func()) *countdown {
	return &countdown{timer: time.AfterFunc(d, over), ends: time.Now().Add(d)}
}

func (c *countdown) stop() { c.timer.Stop() }

// pause halts the countdown and reports whether it was still under way.
func (c *countdown) pause() bool {
	c.left = time.Until(c.ends)
	return c.timer.Stop()
}

// resume goes on with what was left.
func (c *countdown) resume() {
	c.ends = time.Now().Add(c.left)
	c.timer.Reset(c.left)
}
