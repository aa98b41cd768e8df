package world

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"time"
)

// manner is how a wire's server behaves.
type manner byte

const (
	steady  manner = iota
	slow           // trickles
	down           // 503 or a connection that breaks off, but for an hour in six
	busy           // 429 with Retry-After, twenty minutes in three hours
	sloppy         // GUIDs of the moment, relative links, titles escaped twice, cut short at times
	archaic        // declares a charset that is not UTF-8
)

// cutShort reports whether a sloppy wire cuts its document short at the
// simulated time: ten minutes of every hour.
func cutShort(at time.Duration) bool {
	return at%time.Hour >= 50*time.Minute
}

// withManner makes the wire's server behave as badly as it does.
func (w *World) withManner(from *wire, next http.Handler) http.Handler {
	switch from.manner {
	case slow:
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			if wait(r.Context(), firstByte) != nil {
				panic(http.ErrAbortHandler)
			}
			pause := func() error { return wait(r.Context(), trickleStep) }
			next.ServeHTTP(&trickle{ResponseWriter: rw, pause: pause}, r)
		})
	case down:
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			at := w.clock.at(time.Now())
			switch hour, half := int(at/time.Hour), int(at/(30*time.Minute)); {
			case hour%6 == 5:
				next.ServeHTTP(rw, r)
			case half%2 == 0:
				http.Error(rw, "The studio is dark. Please try again later.", http.StatusServiceUnavailable)
			default:
				// The connection breaks off without an answer.
				panic(http.ErrAbortHandler)
			}
		})
	case busy:
		return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
			left := w.clock.lasts(busyFor(w.clock.at(time.Now())))
			if left <= 0 {
				next.ServeHTTP(rw, r)
				return
			}
			seconds := (left + time.Second - 1) / time.Second
			rw.Header().Set("Retry-After", strconv.Itoa(int(seconds)))
			http.Error(rw, fmt.Sprintf("Kick-off: back in %d s.", seconds), http.StatusTooManyRequests)
		})
	default:
		return next
	}
}

// busyFor returns for how much longer a busy wire wants peace at the simulated
// time: the first twenty minutes of every third hour.
func busyFor(at time.Duration) time.Duration {
	return max(0, 20*time.Minute-(at-time.Hour)%(3*time.Hour))
}

// What a slow server does to its clients, in real time.
const (
	firstByte   = 2 * time.Second
	trickleStep = 400 * time.Millisecond
	trickles    = 8 // pieces of one write
)

// trickle writes in pieces, with a wait before each.
type trickle struct {
	http.ResponseWriter
	pause func() error // its error ends the writing
}

// Write sends body in as many pieces as trickles says. It ends early, with the
// error of the pause, when the client goes away.
func (t *trickle) Write(body []byte) (int, error) {
	flush := http.NewResponseController(t.ResponseWriter)
	size := max(1, (len(body)+trickles-1)/trickles)
	sent := 0
	for sent < len(body) {
		if err := t.pause(); err != nil {
			return sent, err
		}
		n, err := t.ResponseWriter.Write(body[sent:min(sent+size, len(body))])
		sent += n
		if err != nil {
			return sent, err
		}
		if err := flush.Flush(); err != nil {
			return sent, err
		}
	}
	return sent, nil
}

// wait returns nil after the time, or at once with the context's error when
// that ends.
func wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
