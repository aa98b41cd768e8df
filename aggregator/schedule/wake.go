package schedule

import (
	"context"
	"time"
)

// wakening asks for a poll at a time.
type wakening struct {
	source string
	at     time.Time
}

// Wake makes a source due at that time, as the peace of its host permits, if it
// would be due later: someone has said that there is something new. A poll that
// is under way may have come too early to see it and is followed by another.
// A source that is not in the loop stays out of it. Wake returns when Run has
// taken note, has ended, or ctx ends.
func (l *Loop) Wake(ctx context.Context, source string, at time.Time) {
	select {
	case l.wakes <- wakening{source, at}:
	case <-l.ended:
	case <-ctx.Done():
	}
}

func (s *state) wakeUp(w wakening, now time.Time) {
	t := s.sources[w.source]
	switch {
	case t == nil:
	case t.polling:
		if t.again.IsZero() || w.at.Before(t.again) {
			t.again = w.at
		}
	case t.in == &s.due && w.at.Before(t.at):
		s.schedule(t, w.at, now)
	}
}
