package schedule

import (
	"context"
	"log/slog"
	"sync"
	"time"

	"wiredesk/aggregator"
)

// Turn is what became of a poll, as far as the loop needs to know.
type Turn struct {
	Due     time.Time // when the source is due again; zero: never
	Floor   time.Time // as in Target; zero: Due
	Address string    // as in Target, from now on; empty: as before
	Rest    time.Time // the host of RestAt is to be left in peace until then; zero: the usual gap
	RestAt  string    // as in Target
}

// Options of a Loop. Poll must be set; the rest has defaults.
type Options struct {
	// Poll polls a source once. It is called from several goroutines, never
	// twice at a time for one source, and must return soon after ctx ends. It
	// asks room for what the body takes.
	Poll        func(ctx context.Context, src aggregator.Source, room *Room) Turn
	Concurrency int // polls under way at once, over all; 0: 64
	// InFlightBytes is the memory for the bodies of all polls under way; 0:
	// DefaultInFlightBytes. If it is less than MaxBodyBytes one poll at a time
	// gets through all the same.
	InFlightBytes int64
	MaxBodyBytes  int64        // the largest body there can be; 0: DefaultMaxBodyBytes
	Log           *slog.Logger // nil: nothing is logged
}

func (o Options) withDefaults() Options {
	if o.Concurrency == 0 {
		o.Concurrency = 64
	}
	if o.InFlightBytes == 0 {
		o.InFlightBytes = DefaultInFlightBytes
	}
	if o.MaxBodyBytes == 0 {
		o.MaxBodyBytes = DefaultMaxBodyBytes
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	return o
}

// Loop polls each source when it is due, and in no order but this: a source
// waits for its host, for a place among all polls and for memory, the latest
// first, and hosts take turns. No source ever waits for another host, and none
// waits for ever. Where more sources come due than twice the mean rate, some
// wait until that is over, but for those that were never polled.
type Loop struct {
	opts    Options
	replace chan Roster
	wakes   chan wakening
	ended   chan struct{}

	mu   sync.Mutex
	load Load
}

// NewLoop returns a Loop over no sources.
func NewLoop(opts Options) *Loop {
	return &Loop{
		opts: opts.withDefaults(), replace: make(chan Roster), wakes: make(chan wakening), ended: make(chan struct{}),
	}
}

// Replace puts a roster in force. A source that stays at its address keeps its
// poll under way, its due time and its place; a shorter interval of its own
// brings it forward, and whatever else of it changed counts from its next poll
// on. A source that goes is not polled again. Replace waits until Run has taken
// the roster, has ended, or ctx ends.
func (l *Loop) Replace(ctx context.Context, roster Roster) {
	select {
	case l.replace <- roster:
	case <-l.ended:
	case <-ctx.Done():
	}
}

// Load returns how well the loop keeps up. It may be called at any time.
func (l *Loop) Load() Load {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.load
}

// Run polls until ctx ends, then waits for the polls under way. It may be
// called once.
func (l *Loop) Run(ctx context.Context) error {
	defer close(l.ended)
	var polls sync.WaitGroup
	defer polls.Wait()
	// Neither channel ever blocks the loop or a poller: no more polls than they
	// have places for are under way.
	visits := make(chan visit, l.opts.Concurrency)
	defer close(visits)
	ends := make(chan end, l.opts.Concurrency)
	pollers := 0
	s := newState(l.opts)
	timer := time.NewTimer(time.Hour)
	defer timer.Stop()
	last := time.Now().Round(0)
	for {
		now := time.Now()
		if behind := last.Sub(now.Round(0)); behind > clockStep {
			l.opts.Log.Warn("the clock was set back, and what is due with it", "by", behind.Round(time.Second))
			s.shift(-behind)
		}
		last = now.Round(0)
		for v, ok := s.next(now); ok; v, ok = s.next(now) {
			visits <- v
			if s.busy > pollers {
				pollers++
				polls.Go(func() { l.poll(ctx, visits, ends) })
			}
		}
		l.judge(s, now)
		timer.Reset(s.wake(now))
		select {
		case <-ctx.Done():
			return nil
		case roster := <-l.replace:
			s.replace(roster, time.Now())
		case w := <-l.wakes:
			s.wakeUp(w, time.Now())
		case e := <-ends:
			ended := time.Now()
			s.finish(e.visit, e.turn, ended)
			for range len(ends) { // what is over already is looked at once
				e = <-ends
				s.finish(e.visit, e.turn, ended)
			}
		case <-timer.C:
		}
	}
}

// clockStep is how far the clock may be set back before what is due is set back
// with it: sources would wait until it has caught up.
const clockStep = time.Minute

// judge says how well the loop keeps up, once when it falls behind and once
// when it has caught up.
func (l *Loop) judge(s *state, now time.Time) {
	load, longest := s.load(now)
	if s.watch.judge(longest.long, now) {
		load.Behind = s.watch.behind
		if load.Behind {
			l.opts.Log.Warn("polls are late: more are due than can be made", "due", load.Due,
				"late", longest.long.Round(time.Second), "host", longest.host, "under_way", s.busy, "planned_per_second", load.PlannedPerSecond)
		} else {
			l.opts.Log.Warn("polls are on time again", "late", longest.long.Round(time.Second))
		}
	}
	l.mu.Lock()
	l.load = load
	l.mu.Unlock()
}

// end is what became of a visit.
type end struct {
	visit visit
	turn  Turn
}

// poll makes one visit after another. Pollers are kept between visits: a new
// goroutine would grow its stack anew in each.
func (l *Loop) poll(ctx context.Context, visits <-chan visit, ends chan<- end) {
	for v := range visits {
		if ctx.Err() != nil {
			return
		}
		ends <- end{v, l.opts.Poll(ctx, v.source, v.room)}
	}
}
