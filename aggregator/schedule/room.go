package schedule

import (
	"cmp"
	"context"
	"slices"
	"sync"
)

// Defaults of the memory that bodies may take.
const (
	DefaultInFlightBytes = 64_000_000
	DefaultMaxBodyBytes  = 10_000_000
)

// typicalBytes is what a body is taken to need of which nothing is known: most
// feeds have less.
const typicalBytes = 128 << 10

// flight is the memory that the bodies of all polls under way may take. The
// eldest poll has room for the largest body there can be; the others share the
// rest. So the eldest always gets on, and when it has ended another one is the
// eldest: nobody waits for ever, and all of them together never have more than
// there is.
type flight struct {
	maxBytes    int64 // of one body
	sharedBytes int64 // of all but the eldest

	mu        sync.Mutex
	rooms     []*Room // of the polls under way, the eldest first
	heldBytes int64
	waiting   int // rooms that wait to grow
}

// Room is the memory that one poll may fill with its body. A nil Room has no
// bound.
type Room struct {
	flight    *flight
	bytes     int64
	bodyBytes int64         // what was asked for: what the body came to
	wants     int64         // waits to grow to; 0: does not wait
	granted   chan struct{} // closed when it has grown
}

func newFlight(opts Options) *flight {
	return &flight{maxBytes: opts.MaxBodyBytes, sharedBytes: max(opts.InFlightBytes-opts.MaxBodyBytes, 0)}
}

// enter returns room for a poll whose last body had so many bytes, 0 if that is
// not known, or false if there is none now. There is always room for one.
func (f *flight) enter(bodyBytes int64) (*Room, bool) {
	r := &Room{flight: f, bytes: min(cmp.Or(bodyBytes, typicalBytes), f.maxBytes)}
	f.mu.Lock()
	defer f.mu.Unlock()
	// Those under way come first: they hold what others wait for.
	if len(f.rooms) > 0 && (f.waiting > 0 || f.othersBytes()+r.bytes > f.sharedBytes) {
		return nil, false
	}
	f.rooms = append(f.rooms, r)
	f.heldBytes += r.bytes
	return r, true
}

// leave gives a room back and returns what its body came to; 0: there was none.
func (f *flight) leave(r *Room) int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.heldBytes -= r.bytes
	f.rooms = slices.DeleteFunc(f.rooms, func(other *Room) bool { return other == r })
	f.serve()
	return min(r.bodyBytes, f.maxBytes)
}

// bytes returns what all rooms hold.
func (f *flight) bytes() int64 {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.heldBytes
}

// othersBytes is what all rooms but the eldest hold.
func (f *flight) othersBytes() int64 {
	if len(f.rooms) == 0 {
		return 0
	}
	return f.heldBytes - f.rooms[0].bytes
}

func (f *flight) fits(r *Room, bytes int64) bool {
	return r == f.rooms[0] || f.othersBytes()+bytes-r.bytes <= f.sharedBytes
}

func (f *flight) resize(r *Room, bytes int64) {
	f.heldBytes += bytes - r.bytes
	r.bytes = bytes
}

// serve lets those grow that wait for it, the eldest first.
func (f *flight) serve() {
	for _, r := range f.rooms {
		if r.wants == 0 {
			continue
		}
		if !f.fits(r, r.wants) {
			return
		}
		f.resize(r, r.wants)
		f.settle(r)
		close(r.granted)
	}
}

func (f *flight) settle(r *Room) {
	r.wants = 0
	f.waiting--
}

// Grow is called before the body comes to more than it had, and returns when
// there is room for so many bytes in all. Its error is that of ctx. One
// goroutine may call it at a time.
func (r *Room) Grow(ctx context.Context, bytes int64) error {
	if r == nil {
		return nil
	}
	f := r.flight
	f.mu.Lock()
	r.bodyBytes = max(r.bodyBytes, bytes)
	if bytes <= r.bytes {
		f.mu.Unlock()
		return nil
	}
	if r == f.rooms[0] || f.waiting == 0 && f.fits(r, bytes) {
		f.resize(r, bytes)
		f.mu.Unlock()
		return nil
	}
	r.wants, r.granted = bytes, make(chan struct{})
	f.waiting++
	f.mu.Unlock()
	select {
	case <-r.granted:
		return nil
	case <-ctx.Done():
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if r.wants != 0 {
		f.settle(r)
		f.serve()
	}
	return ctx.Err()
}
