package serve

import (
	"cmp"
	"context"
	"errors"
	"net/url"
	"sync"
	"time"
)

// How the streams of /events are kept.
const (
	defaultStreams = 2000
	// streamQueue is how many events wait in memory for a client. What comes
	// while it has no room is read from the archive when it has.
	streamQueue = 64
	// changesPage is how many changes are read from the archive at once, each
	// with all of its story.
	changesPage = 20
	// replaysAtOnce bounds the clients that are told at once what they missed.
	replaysAtOnce = 4
	// changesPause is the wait after the archive failed.
	changesPause = 5 * time.Second
)

var errStreams = errors.New("too many streams")

// events is who listens at /events.
type events struct {
	most    int
	news    chan struct{} // holds a token while there may be changes that were not sent
	replays chan struct{} // holds a token for each client that is told what it missed

	mu      sync.Mutex
	streams map[*stream]struct{}
	ended   bool
	cutOff  uint64 // streams of clients that took nothing
}

// stream is one client.
type stream struct {
	asked url.Values  // what narrows it
	key   string      // equal for equal ones
	queue chan *event // closed when the stream is to end
	// behind says that there was no room, and what came since is not in the
	// queue. It is guarded by the mutex of events.
	behind bool
}

// event is a change of a story, or a word of ours, ready to send to everyone.
type event struct {
	n    uint64
	text []byte
	all  bool // every client hears of it, whatever it asked for
}

func newEvents(most int) *events {
	return &events{
		most: cmp.Or(most, defaultStreams), news: make(chan struct{}, 1), replays: make(chan struct{}, replaysAtOnce),
		streams: map[*stream]struct{}{},
	}
}

func (e *events) wake() {
	select {
	case e.news <- struct{}{}:
	default: // a token is there already
	}
}

// join adds a client, which from then on is sent what changes. It fails where
// there are too many, or no more are let in.
func (e *events) join(asked url.Values) (*stream, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.ended || len(e.streams) >= e.most {
		return nil, errStreams
	}
	s := &stream{asked: asked, key: asked.Encode(), queue: make(chan *event, streamQueue)}
	e.streams[s] = struct{}{}
	return s, nil
}

// leave takes a client out; cut says that it took nothing any more.
func (e *events) leave(s *stream, cut bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	delete(e.streams, s)
	if cut {
		e.cutOff++
	}
}

// resume has a client sent again what comes, and reports whether it was behind:
// then it is to read what it missed.
func (e *events) resume(s *stream) (behind bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	behind, s.behind = s.behind, false
	return behind
}

// end ends all streams, and lets no more in.
func (e *events) end() {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.ended = true
	for s := range e.streams {
		close(s.queue)
	}
	clear(e.streams)
}

// idle reports whether nobody listens.
func (e *events) idle() bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	return len(e.streams) == 0
}

// send gives an event to those it is for. Nobody is waited for: who has no room
// left is behind.
func (e *events) send(ev *event, lets func(s *stream) bool) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for s := range e.streams {
		if s.behind || !ev.all && !lets(s) {
			continue
		}
		select {
		case s.queue <- ev:
		default:
			s.behind = true
		}
	}
}

// Streams returns how many clients listen at /events, and how many were cut off
// since the start because they took nothing.
func (s *Server) Streams() (now int, cutOff uint64) {
	s.events.mu.Lock()
	defer s.events.mu.Unlock()
	return len(s.events.streams), s.events.cutOff
}

// Announce sends what becomes of stories to those who listen at /events, until
// ctx is done; then it ends their streams. It returns nil. It must be called
// once, or streams do not end before [Server.Serve] cuts them off.
func (s *Server) Announce(ctx context.Context) error {
	defer s.events.end()
	sent, err := s.lastChange()
	known := err == nil
	for {
		var pause <-chan time.Time
		if err != nil {
			s.opts.Log.Warn("changes of stories could not be read", "err", err)
			pause = time.After(changesPause)
		}
		select {
		case <-ctx.Done():
			return nil
		case <-pause:
		case <-s.events.news:
		}
		if known {
			sent, err = s.announce(ctx, sent)
			continue
		}
		sent, err = s.lastChange()
		known = err == nil
	}
}

func (s *Server) lastChange() (uint64, error) {
	_, last, err := s.opts.Archive.ChangesKept()
	return last, err
}

// announce sends what changed after sent, and returns the last of it.
func (s *Server) announce(ctx context.Context, sent uint64) (uint64, error) {
	// Read before it is seen that nobody listens: who comes in between reads
	// the same or a later one, and begins there.
	last, err := s.lastChange()
	if err != nil {
		return sent, err
	}
	if s.events.idle() {
		return last, nil
	}
	for ctx.Err() == nil {
		pub := s.current.Load()
		changes, next, err := s.opts.Archive.Changes(sent, changesPage)
		if err != nil {
			return sent, err
		}
		if next == sent {
			break
		}
		now := time.Now()
		for i := range changes {
			ev, err := pub.event(&changes[i])
			if err != nil {
				return sent, err
			}
			if ev == nil {
				continue
			}
			let := map[string]bool{} // by what was asked for, which many ask alike
			s.events.send(ev, func(to *stream) bool {
				answer, known := let[to.key]
				if !known {
					answer = pub.concerns(to.asked, &changes[i].Story, now)
					let[to.key] = answer
				}
				return answer
			})
		}
		sent = next
	}
	return sent, nil
}
