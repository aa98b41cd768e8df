package schedule

import (
	"bufio"
	"errors"
	"io/fs"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// tracePath is where recorded publication times are, beside the project.
// WIREDESK_TRACE names another file of the same form.
const tracePath = "../../../shared/polling/trace.csv"

// readTrace returns the times of each feed's entries, ascending, in Unix
// seconds, and the day on which they begin.
func readTrace(t *testing.T) (published map[string][]float64, start float64) {
	t.Helper()
	path := os.Getenv("WIREDESK_TRACE")
	if path == "" {
		path = filepath.FromSlash(tracePath)
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) {
		t.Skipf("no trace at %s", path)
	}
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	published = make(map[string][]float64)
	start = math.Inf(1)
	lines := bufio.NewScanner(file)
	lines.Scan() // the names of the columns
	for lines.Scan() {
		line := lines.Text()
		comma := strings.LastIndexByte(line, ',') // names hold some, too
		at, err := strconv.ParseFloat(line[comma+1:], 64)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		feed := line[:max(comma, 0)]
		published[feed] = append(published[feed], at)
		start = min(start, at)
	}
	if err := lines.Err(); err != nil {
		t.Fatal(err)
	}
	for _, times := range published {
		slices.Sort(times)
	}
	return published, math.Floor(start/daySeconds) * daySeconds
}

// planned polls by the real planner, told what the daemon would tell it.
type planned struct {
	planner Planner
	tuning  *Tuning
	sources []aggregator.Source
	states  []aggregator.SourceState
	dates   []time.Time
}

func newPlanned(feeds []*worldFeed, planner Planner, start float64) *planned {
	p := &planned{planner: planner}
	for _, f := range feeds {
		p.sources = append(p.sources, aggregator.Source{ID: f.id})
		p.states = append(p.states, aggregator.SourceState{Source: f.id})
	}
	p.tuning = planner.Tune(nil, instant(start), false, p.all)
	return p
}

func (p *planned) all(yield func(aggregator.Source, aggregator.SourceState) bool) {
	for i := range p.sources {
		if !yield(p.sources[i], p.states[i]) {
			return
		}
	}
}

func instant(seconds float64) time.Time {
	return time.Unix(0, int64(seconds*1e6)*1e3).UTC()
}

func (p *planned) next(feed int, f *worldFeed, a answer) float64 {
	now := instant(a.at)
	if p.tuning.Due(now) {
		p.tuning = p.planner.Tune(p.tuning, now, false, p.all)
	}
	p.dates = p.dates[:0]
	for _, at := range f.times[a.fresh:a.end] {
		if f.dated {
			p.dates = append(p.dates, instant(at))
		} else {
			p.dates = append(p.dates, time.Time{})
		}
	}
	s := &p.states[feed]
	outcome := aggregator.NotModified
	shown := 0
	if a.initial || a.end > a.fresh {
		outcome, shown = aggregator.Fetched, a.end-a.first
	}
	s.Plan, s.Rhythm = p.planner.Next(p.sources[feed], s.Plan, s.Rhythm, Observation{
		At: now, Outcome: outcome, FreshUntil: instant(a.freshUntil), Shown: shown, New: p.dates,
	}, p.tuning)
	return float64(s.Plan.At.UnixNano()) / 1e9
}

// fixed polls at one interval.
type fixed struct{}

func (fixed) next(_ int, _ *worldFeed, a answer) float64 { return a.at + worldBudget }

// frequent polls each feed by how many entries the last week brought, within
// bounds.
type frequent struct {
	least, most float64
	share       float64 // of the mean time between entries
}

func (q frequent) next(_ int, f *worldFeed, a answer) float64 {
	const week = 7 * daySeconds
	first, _ := slices.BinarySearch(f.times[:a.end], a.at-week)
	if n := a.end - first; n > 0 {
		return a.at + min(max(week/float64(n)*q.share, q.least), q.most)
	}
	return a.at + q.most
}

// replays replays the trace for each seed at once.
func replays(published map[string][]float64, start float64, make func(feeds []*worldFeed) rule) figures {
	all := [3]figures{}
	var running sync.WaitGroup
	for i := range all {
		running.Go(func() {
			seed := uint64(i + 1)
			feeds := newWorld(published, seed)
			all[i] = replay(feeds, seed, start, make(feeds))
		})
	}
	running.Wait()
	return meanOf(all[:])
}

func TestX(t *testing.T) {
	published, start := readTrace(t)
	for _, d := range []float64{0, 14} {
		s := start + d*daySeconds
		b := time.Now()
		var last []*planned
		var mu sync.Mutex
		f := replays(published, s, func(feeds []*worldFeed) rule {
			p := newPlanned(feeds, Planner{}, s)
			mu.Lock()
			last = append(last, p)
			mu.Unlock()
			return p
		})
		t.Logf("@%v %v wall %v theta %v", d, f, time.Since(b).Round(time.Millisecond), last[0].tuning.theta)
	}
}
