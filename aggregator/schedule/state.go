package schedule

import (
	"time"

	"wiredesk/aggregator"
)

// state is what the loop knows: which source is due when, and which host is
// busy or resting. It is owned by one goroutine and is told the time. None of
// its steps looks at all sources but replace.
//
// A source is in one place at a time: in due until its time comes, in late
// until it is let through to its host, in its host's queue, or under way. A host
// with a queue is in ready when a poll may start on it, in resting until its
// time comes, or waits for a poll of its own to end.
type state struct {
	opts    Options
	roster  Roster // its Targets are not used
	sources map[string]*target
	hosts   map[string]*host
	due     times[*target]
	late    times[*target]
	resting times[*host]
	ready   []*host // hosts on which a poll may start, the longest waiting first
	queued  int     // sources in their hosts' queues
	busy    int     // polls under way
	pace    pace
	held    bool // the pace holds the first of late back
	flight  *flight
	watch   watch
	planned float64 // polls a second that the sources expect
}

type target struct {
	source aggregator.Source
	host   *host
	every  time.Duration
	at     time.Time       // when it is due; zero: it was never polled
	known  time.Time       // when at was settled: nothing is late before
	floor  time.Time       // no change of the interval brings it forward to before
	in     *times[*target] // due, late or its host's queue; nil: under way, or never due again
	index  int             // in there
	// bodyBytes is what its last body came to; 0: unknown.
	bodyBytes int64
	polling   bool    // under way
	removed   bool    // kept only until its poll has ended
	moved     *Target // its address changed during a poll: that is when it is due
}

type host struct {
	name    string
	peace   Peace
	sources int            // that are at it
	queue   times[*target] // those that wait for it, the latest first
	busy    int            // polls under way
	last    time.Time      // when a poll last started; zero: not that we know
	rest    time.Time      // it is left in peace until then
	waits   waits
	since   time.Time // when it came to where it waits
	until   time.Time // in resting: when it is looked at again
	index   int       // in resting
}

// waits says where a host waits.
type waits byte

const (
	nowhere waits = iota
	inReady
	inResting
)

// visit is a poll under way.
type visit struct {
	source aggregator.Source
	target *target
	host   *host
	room   *Room
}

func newState(opts Options) *state {
	return &state{
		opts: opts, sources: make(map[string]*target), hosts: make(map[string]*host),
		due: newTimes(), late: newTimes(), flight: newFlight(opts),
		resting: times[*host]{
			at:    func(h *host) time.Time { return h.until },
			index: func(h *host) *int { return &h.index },
		},
	}
}

func newTimes() times[*target] {
	return times[*target]{
		at:    func(t *target) time.Time { return t.at },
		index: func(t *target) *int { return &t.index },
	}
}

// put puts a target into one of the heaps.
func (s *state) put(t *target, in *times[*target]) {
	in.add(t)
	t.in = in
	if in == &t.host.queue {
		s.queued++
	}
}

// take takes a target out of where it waits.
func (s *state) take(t *target) {
	if t.in == nil {
		return
	}
	if t.in == &t.host.queue {
		s.queued--
	}
	t.in.remove(t)
	t.in = nil
}

func (s *state) schedule(t *target, at, now time.Time) {
	s.take(t)
	t.at, t.known = at, now
	s.put(t, &s.due)
}

// next returns a poll to start at now, if there is one and a place for it.
func (s *state) next(now time.Time) (visit, bool) {
	s.held = false
	for s.due.ripe(now) {
		t := s.due.first()
		s.take(t)
		s.put(t, &s.late)
	}
	for s.resting.ripe(now) {
		h := s.resting.take()
		h.waits = nowhere
		s.settle(h, now)
	}
	for s.busy < s.opts.Concurrency {
		s.let(now)
		if len(s.ready) == 0 {
			break
		}
		h := s.ready[0]
		if h.queue.empty() || h.free().After(now) { // it changed while it waited
			s.leaveReady(now)
			continue
		}
		room, ok := s.flight.enter(h.queue.first().bodyBytes)
		if !ok {
			break
		}
		return s.start(h, room, now), true
	}
	return visit{}, false
}

// let lets sources through to their hosts: those that were never polled, and
// others at the pace that flattens peaks, or faster if they would wait too
// long. Sources come in the order in which they are late, and hosts that are
// ready have their turn among them.
func (s *state) let(now time.Time) {
	for !s.late.empty() {
		t := s.late.first()
		if len(s.ready) > 0 && t.at.After(s.ready[0].since) {
			return
		}
		if !t.at.IsZero() && t.waited(now) < s.watch.round() && !s.pace.take(now) {
			s.held = true
			return
		}
		s.take(t)
		s.put(t, &t.host.queue)
		s.settle(t.host, now)
	}
}

// start begins the poll of the first source in the queue of the first host that
// is ready.
func (s *state) start(h *host, room *Room, now time.Time) visit {
	t := h.queue.first()
	if !t.at.IsZero() {
		s.watch.saw(t.waited(now), h.name, now)
	}
	s.take(t)
	t.polling = true
	h.busy++
	s.busy++
	h.last = now
	s.leaveReady(now)
	return visit{source: t.source, target: t, host: h, room: room}
}

// leaveReady takes the first host out of ready and puts it where it belongs.
func (s *state) leaveReady(now time.Time) {
	h := s.ready[0]
	s.ready[0] = nil
	s.ready = s.ready[1:]
	h.waits = nowhere
	s.settle(h, now)
}

// settle puts a host that waits nowhere where it is found when a poll may start
// on it, and forgets one that nothing need be known of.
func (s *state) settle(h *host, now time.Time) {
	unused := h.sources == 0 && h.busy == 0
	switch {
	case h.waits != nowhere, !unused && (h.queue.empty() || h.busy >= h.peace.PerHost):
	case h.free().After(now):
		h.waits, h.since, h.until = inResting, now, h.free()
		s.resting.add(h)
	case unused:
		delete(s.hosts, h.name)
	default:
		h.waits, h.since = inReady, now
		s.ready = append(s.ready, h)
	}
}

// finish takes a poll's end.
func (s *state) finish(v visit, turn Turn, now time.Time) {
	s.busy--
	v.host.busy--
	if turn.Rest.After(v.host.rest) {
		v.host.rest = turn.Rest
	}
	t := v.target
	if body := s.flight.leave(v.room); body > 0 {
		t.bodyBytes = body
	}
	t.polling = false
	switch {
	case t.removed:
		s.forget(t, now)
	case t.moved != nil:
		t.floor = t.moved.floor()
		s.schedule(t, t.moved.Due, now)
		t.moved = nil
	case turn.Due.IsZero():
		s.plan(-t.perSecond())
		t.every = 0
	default:
		t.floor = laterOf(turn.Floor, now)
		if turn.Floor.IsZero() {
			t.floor = turn.Due
		}
		at := turn.Due
		if v.source.Interval != t.source.Interval {
			at = t.sooner(at, now)
		}
		s.schedule(t, at, now)
	}
	s.settle(v.host, now)
}

// plan adds to what the sources expect.
func (s *state) plan(perSecond float64) {
	s.planned = max(s.planned+perSecond, 0)
	s.pace.follow(s.planned)
}

// waiting returns the wait of the source that waits longest to be let through.
func (s *state) waiting(now time.Time) wait {
	// Sources that were never polled stand before the others, but not for long.
	if s.late.empty() || s.late.first().at.IsZero() {
		return wait{}
	}
	t := s.late.first()
	return wait{t.waited(now), t.host.name}
}

// load returns how well the loop keeps up, and the wait that says so.
func (s *state) load(now time.Time) (Load, wait) {
	longest := s.watch.longest(s.waiting(now), now)
	return Load{
		Due: len(s.late.things) + s.queued, Lateness: longest.long,
		PlannedPerSecond: s.planned, InFlightBytes: s.flight.bytes(), Behind: s.watch.behind,
	}, longest
}

// wake returns how long nothing is to be started.
func (s *state) wake(now time.Time) time.Duration {
	wait := watchStride
	if !s.due.empty() {
		at := s.due.first().at
		if begun := at.Truncate(stride); begun.Before(at) {
			at = begun.Add(stride)
		}
		wait = min(wait, at.Sub(now))
	}
	if !s.resting.empty() {
		wait = min(wait, s.resting.first().until.Sub(now))
	}
	if s.held {
		wait = min(wait, s.pace.next.Sub(now))
	}
	return max(wait, 0)
}

// free returns when the next poll may start on the host.
func (h *host) free() time.Time {
	if h.last.IsZero() {
		return h.rest
	}
	return laterOf(h.last.Add(h.peace.HostGap), h.rest)
}

// waited returns how long the source has waited although its host did not ask
// for rest.
func (t *target) waited(now time.Time) time.Duration {
	return now.Sub(laterOf(laterOf(t.at, t.known), t.host.rest))
}

// sooner returns when a source that was due at is due after its own interval
// has changed.
func (t *target) sooner(at, now time.Time) time.Time {
	if t.source.Interval == 0 {
		return at
	}
	soon := laterOf(now.Add(t.source.Interval), t.floor)
	if soon.Before(at) {
		return soon
	}
	return at
}

func (t *target) perSecond() float64 {
	if t.every <= 0 {
		return 0
	}
	return 1 / t.every.Seconds()
}
