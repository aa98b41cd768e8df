package schedule

import (
	"context"
	"net/url"
	"strings"
	"sync"
	"time"

	"wiredesk/aggregator"
)

// Target is a source in the loop.
type Target struct {
	Source  aggregator.Source
	Address string    // whose host is disturbed by a poll; empty: that of the source's URL
	Due     time.Time // not before; in the past: at once. Of no account where the loop knows better
	// Rest holds the whole host of RestAt back until then; zero: it does not.
	Rest   time.Time
	RestAt string // URL; empty: the source's address
}

// Turn is what became of a poll, as far as the loop needs to know.
type Turn struct {
	Due     time.Time // when the source is due again; zero: never
	Address string    // as in Target, from now on; empty: as before
	Rest    time.Time // the host of RestAt is to be left in peace until then; zero: the usual gap
	RestAt  string    // as in Target
}

// Options of a Loop. Poll must be set; the rest has defaults.
type Options struct {
	// Poll polls a source once. It is called from several goroutines, never
	// twice at a time for one source, and must return soon after ctx ends.
	Poll        func(ctx context.Context, src aggregator.Source) Turn
	Concurrency int           // polls under way at once, over all; 0: 64
	PerHost     int           // polls under way at once on one host; 0: 1
	HostGap     time.Duration // between the starts of two polls on one host; 0: none
}

// Loop polls each source when it is due. A source waits for its host and for a
// place among all polls, in the order in which it came due; no source ever
// waits for another host.
type Loop struct {
	opts    Options
	replace chan []Target
	wakes   chan wakening
	ended   chan struct{}
}

// NewLoop returns a Loop over no sources.
func NewLoop(opts Options) *Loop {
	if opts.Concurrency == 0 {
		opts.Concurrency = 64
	}
	if opts.PerHost == 0 {
		opts.PerHost = 1
	}
	return &Loop{opts: opts, replace: make(chan []Target), wakes: make(chan wakening), ended: make(chan struct{})}
}

// Replace makes targets the sources of the loop. A source that stays at its
// address keeps its poll under way and its due time; one that goes is not polled
// again. Replace waits until Run has taken the targets, has ended, or ctx ends.
func (l *Loop) Replace(ctx context.Context, targets []Target) {
	select {
	case l.replace <- targets:
	case <-l.ended:
	case <-ctx.Done():
	}
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
	for {
		now := time.Now()
		for v, ok := s.next(now); ok; v, ok = s.next(now) {
			visits <- v
			if s.busy > pollers {
				pollers++
				polls.Go(func() { l.poll(ctx, visits, ends) })
			}
		}
		timer.Reset(s.wake(now))
		select {
		case <-ctx.Done():
			return nil
		case targets := <-l.replace:
			s.replace(targets)
		case w := <-l.wakes:
			s.wakeUp(w)
		case e := <-ends:
			s.finish(e.visit, e.turn, time.Now())
		case <-timer.C:
		}
	}
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
		ends <- end{v, l.opts.Poll(ctx, v.source)}
	}
}

// hostOf returns the host, with its port, whose peace a poll of the URL disturbs.
func hostOf(link string) string {
	u, err := url.Parse(link)
	if err != nil {
		return link
	}
	return strings.ToLower(u.Host)
}
