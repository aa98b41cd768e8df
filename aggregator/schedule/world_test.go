package schedule

import (
	"container/heap"
	"math"
	"math/rand/v2"
	"slices"
	"time"
)

// The world of the replays, as in shared/polling/README.md: feeds that show
// their newest entries only, behind caches, polled by one poller within its
// manners. Times are Unix seconds.
const (
	worldDays    = 28
	worldLearn   = 14 // days that do not count
	worldBudget  = 900
	worldLeast   = 120
	worldMost    = 86400
	worldHostGap = 2
	worldPeak    = 3   // times the mean rate over all
	otherClients = 120 // mean seconds between the requests of others, which renew a cache
)

// worldFeed is a feed of the world.
type worldFeed struct {
	id     string
	times  []float64 // of its entries, ascending
	window int
	maxAge float64
	host   int
	dated  bool

	random *rand.Rand
	cached float64 // when the copy in the cache was made
	next   int     // the first entry that no poll has seen; -1: never polled
}

// newWorld draws the feeds of a world that entries are published in.
func newWorld(published map[string][]float64, seed uint64) []*worldFeed {
	names := make([]string, 0, len(published))
	for name := range published {
		names = append(names, name)
	}
	slices.Sort(names)
	random := rand.New(rand.NewPCG(seed, 5))
	feeds := make([]*worldFeed, len(names))
	for i, name := range names {
		feeds[i] = &worldFeed{
			id: name, times: published[name], next: -1,
			window: 10 + random.IntN(41),
			maxAge: math.Exp(random.Float64()*math.Log(901)) - 1, // most caches are short
			host:   random.IntN(1 + len(names)/4),
			dated:  random.Float64() >= 0.1,
			random: rand.New(rand.NewPCG(seed, uint64(i)+100)),
		}
	}
	return feeds
}

// renew brings the feed's cache to a request of ours at now.
func (f *worldFeed) renew(now float64) {
	for f.cached+f.maxAge <= now {
		others := f.cached + f.maxAge + f.random.ExpFloat64()*otherClients
		if others > now || f.maxAge == 0 {
			f.cached = now
			return
		}
		f.cached = others
	}
}

// answer is what a poll got to see: the entries of the feed from first to end,
// of which those from fresh on are new.
type answer struct {
	at                float64
	freshUntil        float64
	first, fresh, end int
	initial           bool // the first answer of the feed
}

// rule is what decides when a feed is polled next.
type rule interface {
	next(feed int, f *worldFeed, a answer) float64
}

// figures are what came of a replay. Delays are in seconds.
type figures struct {
	mean, p95, missed float64
	spent             float64 // polls, as a share of the budget
	peak              float64 // busiest ten minutes over the mean
	polls             int     // the uncounted ones included
	took              time.Duration
}

// visitAt is when a feed is due.
type visitAt struct {
	at   float64
	feed int
}

type visits []visitAt

func (v visits) Len() int           { return len(v) }
func (v visits) Less(i, j int) bool { return v[i].at < v[j].at }
func (v visits) Swap(i, j int)      { v[i], v[j] = v[j], v[i] }
func (v *visits) Push(x any)        { *v = append(*v, x.(visitAt)) }
func (v *visits) Pop() any {
	last := len(*v) - 1
	x := (*v)[last]
	*v = (*v)[:last]
	return x
}

// replay polls the feeds from start on by a rule.
func replay(feeds []*worldFeed, seed uint64, start float64, r rule) figures {
	begun := time.Now()
	random := rand.New(rand.NewPCG(seed, 2))
	due := make(visits, len(feeds))
	hosts := make([]float64, 1+len(feeds)/4)
	for i, f := range feeds {
		due[i] = visitAt{start + random.Float64()*worldBudget, i}
		f.cached = start - f.random.Float64()*f.maxAge
	}
	heap.Init(&due)
	counted, end := start+worldLearn*daySeconds, start+worldDays*daySeconds
	free, gap := 0.0, worldBudget/float64(len(feeds))/worldPeak
	var out figures
	var delays []float64
	spent, minutes := 0, make([]int, (worldDays-worldLearn)*24*60+1)
	for due[0].at < end {
		now, f := due[0].at, feeds[due[0].feed]
		if wait := max(free, hosts[f.host]); wait > now {
			due[0].at = wait
			heap.Fix(&due, 0)
			continue
		}
		free, hosts[f.host] = now+gap, now+worldHostGap
		out.polls++
		if now >= counted {
			spent++
			minutes[int((now-counted)/60)]++
		}
		f.renew(now)
		a := answer{at: now, freshUntil: f.cached + f.maxAge, initial: f.next < 0}
		a.end, _ = slices.BinarySearchFunc(f.times, f.cached, func(at, cached float64) int {
			if at <= cached {
				return -1
			}
			return 1
		})
		a.end = max(a.end, f.next)
		a.first = max(a.end-f.window, 0)
		a.fresh = max(a.first, f.next)
		if !a.initial {
			for _, at := range f.times[f.next:a.fresh] {
				if at >= counted {
					out.missed++
				}
			}
			for _, at := range f.times[a.fresh:a.end] {
				if at >= counted {
					delays = append(delays, now-at)
				}
			}
		}
		f.next = a.end
		next := r.next(due[0].feed, f, a)
		next = min(next, now+worldMost)
		due[0].at = max(next, now+worldLeast, a.freshUntil)
		heap.Fix(&due, 0)
	}
	slices.Sort(delays)
	for _, d := range delays {
		out.mean += d / float64(len(delays))
	}
	out.p95 = delays[len(delays)*95/100]
	out.spent = float64(spent) / ((worldDays - worldLearn) * daySeconds / worldBudget * float64(len(feeds)))
	out.peak = float64(busiest(minutes, 10)) / 10 / (float64(spent) / float64(len(minutes)-1))
	out.took = time.Since(begun)
	return out
}

// busiest returns the most of so many minutes in a row.
func busiest(minutes []int, length int) (most int) {
	sum := 0
	for i, n := range minutes {
		sum += n
		if i >= length {
			sum -= minutes[i-length]
		}
		most = max(most, sum)
	}
	return most
}

// meanOf returns the figures of several replays as one, with the highest peak.
func meanOf(all []figures) (m figures) {
	n := float64(len(all))
	for _, f := range all {
		m.mean += f.mean / n
		m.p95 += f.p95 / n
		m.missed += f.missed / n
		m.spent += f.spent / n
		m.peak = max(m.peak, f.peak)
		m.polls += f.polls
		m.took += f.took
	}
	return m
}
