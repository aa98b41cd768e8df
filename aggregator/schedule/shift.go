package schedule

import "time"

// shift moves all instants by as much as the clock was set, so that what is due
// stays as far ahead as it was.
func (s *state) shift(by time.Duration) {
	move := func(at *time.Time) {
		if !at.IsZero() {
			*at = at.Add(by)
		}
	}
	for _, t := range s.sources {
		move(&t.at)
		move(&t.known)
		move(&t.floor)
		move(&t.again)
		if t.moved != nil {
			move(&t.moved.Due)
			move(&t.moved.Floor)
			move(&t.moved.Rest)
		}
	}
	for _, h := range s.hosts {
		move(&h.last)
		move(&h.rest)
		move(&h.at)
	}
	move(&s.pace.next)
	move(&s.watch.minute)
	move(&s.watch.since)
}
