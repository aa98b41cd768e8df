package schedule

import (
	"cmp"
	"container/heap"
	"time"

	"wiredesk/aggregator"
)

// state is what the loop knows: which source is due when, and which host is
// busy or resting. It is owned by one goroutine and is told the time.
//
// A source is in one place at a time: in due, in its host's queue, or under
// way. A host with a queue is in ready when a poll may start on it, in resting
// until its time comes, or waits for a poll of its own to end.
type state struct {
	opts    Options
	sources map[string]*target
	hosts   map[string]*host
	due     times[place]
	resting times[*host]
	ready   []*host // hosts with a queue and a free place, the longest waiting first
	busy    int     // polls under way
}

type target struct {
	source  aggregator.Source
	host    string
	turn    uint64     // grows with each new due time
	due     time.Time  // of that turn; zero: never was due
	polling bool       // under way
	removed bool       // kept only until its poll has ended
	again   *time.Time // its address changed during a poll: due then
}

// place is a target's place in due or in a queue. It counts only while the
// target has not been given another.
type place struct {
	*target
	turn uint64
}

func (p place) holds() bool { return !p.removed && p.turn == p.target.turn }

type host struct {
	name    string
	queue   []place
	busy    int
	free    time.Time // no poll starts before
	waiting bool      // in ready or resting
}

// visit is a poll under way.
type visit struct {
	source aggregator.Source
	target *target
	host   *host
}

func newState(opts Options) *state {
	return &state{opts: opts, sources: make(map[string]*target), hosts: make(map[string]*host)}
}

// replace makes targets the sources.
func (s *state) replace(targets []Target) {
	kept := make(map[string]bool, len(targets))
	for _, next := range targets {
		id := next.Source.ID
		kept[id] = true
		t := s.sources[id]
		if t == nil {
			t = &target{}
			s.sources[id] = t
		}
		moved := t.source.URL != next.Source.URL
		t.source, t.host, t.removed = next.Source, hostOf(cmp.Or(next.Address, next.Source.URL)), false
		s.rest(t.host, next.RestAt, next.Rest)
		switch {
		case !moved:
			// What its last poll said of the next may be newer than what is stored.
		case t.polling:
			t.again = &next.Due
		default:
			s.schedule(t, next.Due)
		}
	}
	for id, t := range s.sources {
		if !kept[id] {
			t.removed = true
			if !t.polling {
				delete(s.sources, id)
			}
		}
	}
}

func (s *state) schedule(t *target, at time.Time) {
	t.turn++
	t.due = at
	heap.Push(&s.due, timed[place]{at: at, what: place{target: t, turn: t.turn}})
}

func (s *state) host(name string) *host {
	h := s.hosts[name]
	if h == nil {
		h = &host{name: name}
		s.hosts[name] = h
	}
	return h
}

// next returns a poll to start at now, if there is one and a place for it.
func (s *state) next(now time.Time) (visit, bool) {
	for s.due.ripe(now) {
		if p := s.due.pop(); p.holds() {
			h := s.host(p.host)
			h.queue = append(h.queue, p)
			s.admit(h, now)
		}
	}
	for s.resting.ripe(now) {
		h := s.resting.pop()
		h.waiting = false
		s.admit(h, now)
		if h.free.After(now) {
			s.hold(h)
		} else {
			s.drop(h, now)
		}
	}
	for s.busy < s.opts.Concurrency && len(s.ready) > 0 {
		h := s.ready[0]
		s.ready[0] = nil
		s.ready = s.ready[1:]
		h.waiting = false
		if h.free.After(now) { // it was put to rest while it waited
			s.admit(h, now)
			continue
		}
		t := h.take()
		if t == nil {
			s.drop(h, now)
			continue
		}
		h.busy++
		s.busy++
		h.free = now.Add(s.opts.HostGap)
		t.polling = true
		s.admit(h, now)
		return visit{source: t.source, target: t, host: h}, true
	}
	return visit{}, false
}

// take takes the first source off the queue that still waits there.
func (h *host) take() *target {
	for len(h.queue) > 0 {
		p := h.queue[0]
		h.queue[0] = place{}
		h.queue = h.queue[1:]
		if p.holds() {
			return p.target
		}
	}
	return nil
}

// admit puts a host with a queue where it is found when a poll may start on it.
func (s *state) admit(h *host, now time.Time) {
	if h.waiting || len(h.queue) == 0 || h.busy >= s.opts.PerHost {
		return
	}
	h.waiting = true
	if h.free.After(now) {
		heap.Push(&s.resting, timed[*host]{at: h.free, what: h})
		return
	}
	s.ready = append(s.ready, h)
}

// finish takes a poll's end.
func (s *state) finish(v visit, turn Turn, now time.Time) {
	s.busy--
	v.host.busy--
	s.rest(v.host.name, turn.RestAt, turn.Rest)
	t := v.target
	t.polling = false
	if turn.Address != "" && t.again == nil {
		t.host = hostOf(turn.Address)
	}
	switch {
	case t.removed:
		delete(s.sources, t.source.ID)
	case t.again != nil:
		s.schedule(t, *t.again)
		t.again = nil
	case !turn.Due.IsZero():
		s.schedule(t, turn.Due)
	}
	s.admit(v.host, now)
	s.drop(v.host, now)
}

// rest holds the host of the URL at, or name where there is none, back until
// then.
func (s *state) rest(name, at string, until time.Time) {
	if until.IsZero() {
		return
	}
	if at != "" {
		name = hostOf(at)
	}
	if h := s.host(name); until.After(h.free) {
		h.free = until
		s.hold(h)
	}
}

// hold keeps a host in mind that rests while none of its sources is due: it
// may have none at all, when a redirect led there.
func (s *state) hold(h *host) {
	if !h.waiting && h.busy == 0 && len(h.queue) == 0 {
		h.waiting = true
		heap.Push(&s.resting, timed[*host]{at: h.free, what: h})
	}
}

// drop forgets a host of which nothing is known but its name.
func (s *state) drop(h *host, now time.Time) {
	if len(h.queue) == 0 && h.busy == 0 && !h.waiting && !h.free.After(now) {
		delete(s.hosts, h.name)
	}
}

// stride is how far apart the loop looks for sources that are due. Polls that
// start together share the wake-ups of processor, writer and disk: four hundred
// a second cost half of what they cost one by one.
const stride = time.Second

// wake returns how long nothing is to be started.
func (s *state) wake(now time.Time) time.Duration {
	wait := time.Hour
	if len(s.due) > 0 {
		at := s.due[0].at
		if begun := at.Truncate(stride); begun.Before(at) {
			at = begun.Add(stride)
		}
		wait = min(wait, at.Sub(now))
	}
	if len(s.resting) > 0 {
		wait = min(wait, s.resting[0].at.Sub(now))
	}
	return max(wait, 0)
}
