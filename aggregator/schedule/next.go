package schedule

import "time"

// next returns a poll to start at now, if there is one and a place for it.
func (s *state) next(now time.Time) (visit, bool) {
	s.held = false
	for s.due.ripe(now) {
		t := s.due.first()
		s.take(t)
		s.put(t, &s.late.waiting)
	}
	for s.resting.ripe(now) {
		s.settle(s.resting.first(), now)
	}
	for s.busy < s.opts.Concurrency {
		h := s.ready(now)
		if h == nil {
			break
		}
		if h.free().After(now) { // it was put to rest while it waited
			s.settle(h, now)
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

// ready returns the host whose turn it is, or nil. Sources that were never
// polled and others take turns, so that neither a cold start nor an overload
// keeps the others waiting. Within a line the latest source comes first,
// whatever its host.
func (s *state) ready(now time.Time) *host {
	lines := [...]*line{&s.fresh, &s.late}
	if s.freshLast {
		lines[0], lines[1] = lines[1], lines[0]
	}
	for _, l := range lines {
		s.advance(l, now)
		if !l.ready.empty() {
			return l.ready.first()
		}
	}
	return nil
}

// advance lets sources through to their hosts until one of those that are ready
// has waited for longer than all that are not let through. Sources that were
// never polled go at once, others at the pace that flattens peaks: as that is
// more than the rate at which all are polled once in their mean interval, none
// is held back for as long.
func (s *state) advance(l *line, now time.Time) {
	for !l.waiting.empty() {
		t := l.waiting.first()
		if !l.ready.empty() && !t.since().Before(l.ready.first().at) {
			return
		}
		if !t.fresh() && !s.pace.take(now) {
			s.held = true
			return
		}
		s.take(t)
		s.put(t, &t.host.queue)
		s.settle(t.host, now)
	}
}

// start begins the poll of the first source in a host's queue.
func (s *state) start(h *host, room *Room, now time.Time) visit {
	t := h.queue.first()
	s.freshLast = t.fresh()
	if !t.fresh() { // a cold start is not late
		s.watch.saw(now.Sub(t.since()), h.name, now)
	}
	s.take(t)
	t.polling = true
	h.busy++
	s.busy++
	h.last = now
	s.settle(h, now)
	return visit{source: t.source, target: t, host: h, room: room}
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
		wait = min(wait, s.resting.first().at.Sub(now))
	}
	if s.held {
		wait = min(wait, s.pace.next.Sub(now))
	}
	return max(wait, 0)
}
