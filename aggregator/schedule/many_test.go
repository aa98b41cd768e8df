package schedule

import (
	"context"
	"fmt"
	"hash/fnv"
	"math"
	"runtime"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

// many is a world of so many sources that each poll is judged as it starts.
type many struct {
	every   time.Duration
	sources []visited
	byHost  []visited
	started atomic.Int64
	early   atomic.Int64 // polls before their time
	close   atomic.Int64 // polls too soon after another, or beside it, on a host
	late    atomic.Int64 // polls a minute after their time and more
}

// visited is what is known of a source's or a host's last poll. No two polls of
// one touch it at a time, unless the loop is at fault.
type visited struct {
	polls atomic.Int64
	open  atomic.Int64
	next  atomic.Int64 // nanoseconds: no poll starts before
}

// targets returns the sources: most on hosts of their own, every tenth on one
// that it shares with four others. A third was never polled, a third is overdue
// and a third is not due yet.
func (m *many) targets(n int, start time.Time) []Target {
	m.sources, m.byHost = make([]visited, n), make([]visited, n)
	targets := make([]Target, n)
	for i := range targets {
		t := &targets[i]
		t.Source = aggregator.Source{ID: fmt.Sprintf("%d-wire-example-news", i), URL: fmt.Sprintf("https://feeds.wire%d.example/news/%d/rss.xml", m.host(i), i), Tags: []string{"world"}}
		t.Every = m.every
		switch i % 3 {
		case 1:
			t.Due = start.Add(-time.Duration(i%3600) * time.Second)
		case 2:
			t.Due = start.Add(m.every * time.Duration(i) / time.Duration(n))
			m.sources[i].next.Store(t.Due.UnixNano())
		}
	}
	return targets
}

func (m *many) host(i int) int {
	if i%10 != 0 {
		return i
	}
	return i - i%50
}

const manyGap = 2 * time.Second

// poll takes from 50 ms to a second and says that the source is due after about
// the usual interval.
func (m *many) poll(ctx context.Context, src aggregator.Source, room *Room) Turn {
	var i int
	if _, err := fmt.Sscanf(src.ID, "%d-", &i); err != nil {
		panic(err)
	}
	source, host := &m.sources[i], &m.byHost[m.host(i)]
	now := time.Now().UnixNano()
	if wait := now - source.next.Load(); wait < 0 {
		m.early.Add(1)
	} else if source.polls.Load() > 1 && wait > int64(time.Minute) {
		m.late.Add(1)
	}
	if source.open.Add(1) > 1 || host.open.Add(1) > 1 || now < host.next.Load() {
		m.close.Add(1)
	}
	host.next.Store(now + int64(manyGap))
	draw := fnv.New32a()
	fmt.Fprint(draw, i, source.polls.Add(1))
	sum := time.Duration(draw.Sum32())
	m.started.Add(1)
	_ = room.Grow(ctx, int64(sum%200_000))
	select {
	case <-time.After(50*time.Millisecond + sum%950*time.Millisecond):
	case <-ctx.Done():
	}
	due := time.Now().Add(m.every*3/4 + sum%1000*m.every/2000)
	source.next.Store(due.UnixNano())
	source.open.Add(-1)
	host.open.Add(-1)
	return Turn{Due: due}
}

func heapBytes() int64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	return int64(m.HeapAlloc)
}

// A hundred thousand sources for a day of theirs, in 250 MB, none polled
// early, late or beside another of its host.
func TestManySources(t *testing.T) {
	n := 100_000
	if testing.Short() {
		n = 10_000
	}
	synctest.Test(t, func(t *testing.T) {
		m := &many{every: 8 * time.Hour}
		before := heapBytes()
		roster := Roster{Targets: m.targets(n, time.Now()), Peace: Peace{HostGap: manyGap}}
		own := heapBytes() - before // what the test itself holds: sources are the configuration's too
		loop := NewLoop(Options{Poll: m.poll, Concurrency: 256})
		ctx, stop := context.WithCancel(t.Context())
		ended := make(chan error)
		go func() { ended <- loop.Run(ctx) }()
		loop.Replace(ctx, roster)
		for range 4 {
			time.Sleep(6 * time.Hour)
			loop.Replace(ctx, roster) // a reload that changes nothing
		}
		synctest.Wait()
		took := heapBytes() - before
		t.Logf("%d sources: %d MB in all, %d MB of them the test's own; %d polls", n, took/1_000_000, own/1_000_000, m.started.Load())
		if most := int64(250_000_000); took > most*int64(n)/100_000 {
			t.Errorf("%d sources take %d bytes", n, took)
		}
		if early, near, late := m.early.Load(), m.close.Load(), m.late.Load(); early+near+late > 0 {
			t.Errorf("%d polls early, %d too close to another on their host, %d late", early, near, late)
		}
		least := int64(math.MaxInt64)
		for i := range m.sources {
			least = min(least, m.sources[i].polls.Load())
		}
		if least < 2 {
			t.Errorf("a source was polled %d times", least)
		}
		stop()
		if err := <-ended; err != nil {
			t.Error(err)
		}
	})
}

// What a poll costs grows with the logarithm of the number of sources.
func TestCostIsLogarithmic(t *testing.T) {
	t.Parallel()
	const polls = 20_000
	comparisons := func(n int) float64 {
		s := newState(Options{Concurrency: 64}.withDefaults())
		asked := 0
		count := func(at func(*target) time.Time) func(*target) time.Time {
			return func(t *target) time.Time { asked++; return at(t) }
		}
		for _, heap := range []*times[*target]{&s.due, &s.late.waiting, &s.fresh.waiting} {
			heap.at = count(heap.at)
		}
		m := &many{every: time.Hour}
		now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
		s.replace(Roster{Targets: m.targets(n, now)}, now)
		for done := 0; done < n+polls; {
			if done == n { // every source was polled about once
				asked = 0
			}
			v, ok := s.next(now)
			if !ok {
				now = now.Add(max(s.wake(now), time.Second))
				continue
			}
			done++
			s.finish(v, Turn{Due: now.Add(m.every*3/4 + time.Duration(done*7919%1000)*m.every/2000)}, now)
		}
		return float64(asked) / polls
	}
	small, middle, large := comparisons(1_000), comparisons(10_000), comparisons(100_000)
	t.Logf("times asked for a poll: %.0f of 1,000 sources, %.0f of 10,000, %.0f of 100,000", small, middle, large)
	// From 1,000 to 100,000 the logarithm grows by two thirds.
	if large > 2.5*small || middle > 2*small || small < 10 {
		t.Errorf("a poll looks at %.0f times among 1,000 sources, %.0f among 10,000, %.0f among 100,000", small, middle, large)
	}
}

// BenchmarkPoll measures what the loop itself does for a poll.
func BenchmarkPoll(b *testing.B) {
	for _, n := range []int{1_000, 10_000, 100_000} {
		b.Run(fmt.Sprint(n), func(b *testing.B) {
			s := newState(Options{Concurrency: 64}.withDefaults())
			m := &many{every: time.Hour}
			now := time.Date(2026, 11, 1, 0, 0, 0, 0, time.UTC)
			s.replace(Roster{Targets: m.targets(n, now)}, now)
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				v, ok := s.next(now)
				for ; !ok; v, ok = s.next(now) {
					now = now.Add(max(s.wake(now), time.Second))
				}
				s.finish(v, Turn{Due: now.Add(m.every*3/4 + time.Duration(i*7919%1000)*m.every/2000)}, now)
			}
		})
	}
}
