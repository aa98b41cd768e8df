package schedule

import (
	"cmp"
	"maps"
	"time"

	"wiredesk/aggregator"
)

// Roster is what the loop polls, and how.
type Roster struct {
	Targets []Target
	Peace   Peace            // of every host that is not in Hosts
	Hosts   map[string]Peace // by HostOf
}

// Target is a source in the loop.
type Target struct {
	Source  aggregator.Source
	Address string // whose host is disturbed by a poll; empty: that of the source's URL
	// Due is when it is polled, not before; in the past: as soon as others that
	// are overdue leave it a place; zero: it was never polled, and is at once.
	// Of no account where the loop knows better.
	Due time.Time
	// Floor is when its server and its feed let it be polled at the earliest: no
	// change of its interval brings it forward to before; zero: Due.
	Floor time.Time
	// Rest holds the whole host of RestAt back until then; zero: it does not.
	Rest   time.Time
	RestAt string // URL; empty: the source's address
	// Every is how far apart its polls are expected to be, on the average. All
	// of them together give the mean rate, of which peaks are at most twice as
	// high. 0: unknown; it does not count.
	Every time.Duration
}

func (t *Target) floor() time.Time {
	if t.Floor.IsZero() {
		return t.Due
	}
	return t.Floor
}

// peaceOf returns what a host is left in.
func (r *Roster) peaceOf(name string) Peace {
	peace, own := r.Hosts[name]
	if !own {
		peace = r.Peace
	}
	peace.PerHost = max(peace.PerHost, 1)
	return peace
}

// replace puts a roster in force.
func (s *state) replace(next Roster, now time.Time) {
	changed := s.roster.Peace != next.Peace || !maps.Equal(s.roster.Hosts, next.Hosts)
	s.roster = Roster{Peace: next.Peace, Hosts: next.Hosts}
	if changed {
		s.resettle(now)
	}
	kept := make(map[string]bool, len(next.Targets))
	for i := range next.Targets {
		kept[next.Targets[i].Source.ID] = true
		s.set(&next.Targets[i], now)
	}
	for id, t := range s.sources {
		switch {
		case kept[id]:
		case t.polling:
			t.removed = true
		default:
			s.forget(t, now)
		}
	}
	planned, counted := 0.0, 0
	for _, t := range s.sources {
		if !t.removed && t.every > 0 {
			planned += t.perSecond()
			counted++
		}
	}
	s.plan(planned)
	s.watch.mean = 0
	if counted > 0 {
		s.watch.mean = time.Duration(float64(counted) / planned * float64(time.Second))
	}
}

// set makes a target what next says, and leaves it in its place if that can be.
func (s *state) set(next *Target, now time.Time) {
	id := next.Source.ID
	t, known := s.sources[id]
	if !known {
		t = &target{}
		s.sources[id] = t
	}
	before := t.source
	s.move(t, cmp.Or(next.Address, next.Source.URL), now)
	t.source, t.removed = next.Source, false
	s.rest(t.host, next.RestAt, next.Rest, now)
	switch {
	case before.URL != next.Source.URL && t.polling:
		moved := *next
		t.moved = &moved
	case before.URL != next.Source.URL:
		t.floor = next.floor()
		s.schedule(t, next.Due, now)
	case t.in == nil: // under way, or never due again: what its poll says counts
	case before.Interval != next.Source.Interval:
		if at := t.sooner(t.at, now); at.Before(t.at) {
			s.schedule(t, at, now)
		}
	}
	// A source that is gone expects no polls.
	t.every = 0
	if t.polling || t.in != nil {
		t.every = next.Every
	}
}

// move brings a target to the host of another address, out of the queue of the
// one before.
func (s *state) move(t *target, address string, now time.Time) {
	if t.asked == address {
		return // as nearly always, and HostOf takes its time
	}
	t.asked = address
	from, to := t.host, s.host(HostOf(address))
	if from == to {
		return
	}
	to.sources++
	if from != nil {
		s.take(t)
		from.sources--
	}
	t.host = to
	if from != nil {
		s.settle(from, now)
	}
}

// rest holds the host of the URL at, or h where there is none, back until then:
// a redirect may have led to a host that none of the sources is on.
func (s *state) rest(h *host, at string, until, now time.Time) {
	if until.IsZero() {
		return
	}
	if at != "" {
		h = s.host(HostOf(at))
	}
	h.rest = later(h.rest, until)
	s.settle(h, now)
}

// forget removes a target that is not under way.
func (s *state) forget(t *target, now time.Time) {
	s.take(t)
	delete(s.sources, t.source.ID)
	t.host.sources--
	s.settle(t.host, now)
}

func (s *state) host(name string) *host {
	h := s.hosts[name]
	if h == nil {
		h = &host{name: name, peace: s.roster.peaceOf(name), queue: newTargets(dueAt)}
		s.hosts[name] = h
	}
	return h
}

// resettle gives every host the peace that is now in force.
func (s *state) resettle(now time.Time) {
	for _, h := range s.hosts {
		h.peace = s.roster.peaceOf(h.name)
		s.settle(h, now)
	}
}
