package schedule

import (
	"time"

	"wiredesk/aggregator"
)

// state is what the loop knows: which source is due when, and which host is
// busy or resting. It is owned by one goroutine and is told the time. None of
// its steps looks at all sources but replace.
//
// A source is in one place at a time: in due until its time comes, in a line
// until it is let through to its host, in its host's queue, or under way. A host
// with a queue is in a line too when a poll may start on it, in resting until
// its time comes, or waits for a poll of its own to end.
type state struct {
	opts    Options
	roster  Roster // its Targets are not used
	sources map[string]*target
	hosts   map[string]*host
	due     times[*target]
	resting times[*host]
	late    line // sources whose time has come
	fresh   line // sources that were never polled
	queued  int  // sources in their hosts' queues
	busy    int  // polls under way
	pace    pace
	held    bool // the pace holds the first of late back
	flight  *flight
	watch   watch
	planned float64 // polls a second that the sources expect
	// freshLast: the last poll that started was of a source that had never been
	// polled. The two lines take turns.
	freshLast bool
}

// line is where sources wait, the latest first.
type line struct {
	waiting times[*target] // not let through to their hosts yet
	ready   times[*host]   // on which the poll of one may start
}

type target struct {
	source aggregator.Source
	host   *host
	asked  string // the address that host is of
	every  time.Duration
	at     time.Time       // when it is due; zero: it was never polled
	known  time.Time       // when at was settled: nothing is late before
	floor  time.Time       // no change of the interval brings it forward to before
	in     *times[*target] // where it waits; nil: under way, or never due again
	index  int             // in there
	// bodyBytes is what its last body came to; 0: unknown.
	bodyBytes int64
	polling   bool      // under way
	removed   bool      // kept only until its poll has ended
	again     time.Time // it was woken during a poll: due then; zero: it was not
	moved     *Target   // its address changed during a poll: that is when it is due
}

type host struct {
	name    string
	peace   Peace
	sources int            // that are at it
	queue   times[*target] // those that wait for it, the latest first
	busy    int            // polls under way
	last    time.Time      // when a poll last started; zero: not that we know
	rest    time.Time      // it is left in peace until then
	in      *times[*host]  // where it waits; nil: nowhere
	at      time.Time      // its order in there
	index   int
}

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
		due: newTargets(dueAt), resting: newHosts(), flight: newFlight(opts),
		late:  line{waiting: newTargets(dueAt), ready: newHosts()},
		fresh: line{waiting: newTargets(knownAt), ready: newHosts()},
	}
}

func newTargets(at func(*target) time.Time) times[*target] {
	return times[*target]{at: at, index: func(t *target) *int { return &t.index }}
}

func dueAt(t *target) time.Time   { return t.at }
func knownAt(t *target) time.Time { return t.known }

func newHosts() times[*host] {
	return times[*host]{
		at:    func(h *host) time.Time { return h.at },
		index: func(h *host) *int { return &h.index },
	}
}

// put has a target wait.
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

// schedule has a target wait until it is due.
func (s *state) schedule(t *target, at, now time.Time) {
	queued := t.in == &t.host.queue
	s.take(t)
	if queued {
		s.settle(t.host, now)
	}
	t.at, t.known = at, now
	if t.fresh() {
		s.put(t, &s.fresh.waiting)
	} else {
		s.put(t, &s.due)
	}
}

// settle puts a host where it is found when a poll may start on it, and forgets
// one of which nothing need be known.
func (s *state) settle(h *host, now time.Time) {
	if h.in != nil {
		h.in.remove(h)
		h.in = nil
	}
	unused := h.sources == 0 && h.busy == 0
	switch {
	case !unused && (h.queue.empty() || h.busy >= h.peace.PerHost):
	case h.free().After(now):
		h.wait(&s.resting, h.free())
	case unused:
		delete(s.hosts, h.name)
	case h.queue.first().fresh():
		h.wait(&s.fresh.ready, h.queue.first().since())
	default:
		h.wait(&s.late.ready, h.queue.first().since())
	}
}

func (h *host) wait(in *times[*host], at time.Time) {
	h.at = at
	in.add(h)
	h.in = in
}

// finish takes a poll's end.
func (s *state) finish(v visit, turn Turn, now time.Time) {
	s.busy--
	v.host.busy--
	s.rest(v.host, turn.RestAt, turn.Rest, now)
	t := v.target
	if body := s.flight.leave(v.room); body > 0 {
		t.bodyBytes = body
	}
	t.polling = false
	if turn.Address != "" && t.moved == nil && !t.removed {
		s.move(t, turn.Address, now)
	}
	again := t.again
	t.again = time.Time{}
	switch {
	case t.removed:
		s.forget(t, now)
	case t.moved != nil:
		t.floor = t.moved.floor()
		s.schedule(t, t.moved.Due, now)
		t.moved = nil
	case turn.Due.IsZero():
		s.plan(s.planned - t.perSecond())
		t.every = 0
	default:
		t.floor = turn.Floor
		if t.floor.IsZero() {
			t.floor = turn.Due
		}
		at := turn.Due
		if v.source.Interval != t.source.Interval {
			at = t.sooner(at, now)
		}
		if !again.IsZero() && again.Before(at) {
			at = again
		}
		s.schedule(t, at, now)
	}
	s.settle(v.host, now)
}

// plan takes how many polls a second the sources expect.
func (s *state) plan(perSecond float64) {
	s.planned = max(perSecond, 0)
	s.pace.follow(s.planned)
}

// load returns how well the loop keeps up, and the wait that says so.
func (s *state) load(now time.Time) (Load, wait) {
	var first wait
	if !s.late.waiting.empty() {
		t := s.late.waiting.first()
		first = wait{now.Sub(t.since()), t.host.name}
	}
	longest := s.watch.longest(first, now)
	return Load{
		Due: s.late.waiting.Len() + s.fresh.waiting.Len() + s.queued, Lateness: longest.long,
		PlannedPerSecond: s.planned, InFlightBytes: s.flight.bytes(), Behind: s.watch.behind,
	}, longest
}

// free returns when the next poll may start on the host.
func (h *host) free() time.Time {
	if h.last.IsZero() {
		return h.rest
	}
	return later(h.last.Add(h.peace.HostGap), h.rest)
}

// fresh reports whether the source was never polled.
func (t *target) fresh() bool { return t.at.IsZero() }

// since returns from when on the source waits although its host is not asked to
// be left in peace.
func (t *target) since() time.Time { return later(later(t.at, t.known), t.host.rest) }

// sooner returns when a source that was due at is due after its own interval
// has changed.
func (t *target) sooner(at, now time.Time) time.Time {
	soon := later(now.Add(t.source.Interval), t.floor)
	if t.source.Interval == 0 || !soon.Before(at) {
		return at
	}
	return soon
}

func (t *target) perSecond() float64 {
	if t.every <= 0 {
		return 0
	}
	return 1 / t.every.Seconds()
}
