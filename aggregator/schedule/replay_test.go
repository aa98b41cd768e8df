package schedule

import (
	"bufio"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"math/rand/v2"
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
func replays(published map[string][]float64, start float64, by func(feeds []*worldFeed) rule) figures {
	all := [3]figures{}
	var running sync.WaitGroup
	for i := range all {
		running.Go(func() {
			seed := uint64(i + 1)
			feeds := newWorld(published, seed)
			all[i] = replay(feeds, seed, start, by(feeds))
		})
	}
	running.Wait()
	return meanOf(all[:])
}

// TestReplay compares rules of polling on recorded publication times, and holds
// ours to what the best known one is worth.
func TestReplay(t *testing.T) {
	if os.Getenv("WIREDESK_LONG") == "" {
		t.Skip("takes half a minute: set WIREDESK_LONG=1")
	}
	published, start := readTrace(t)
	every := replays(published, start, func([]*worldFeed) rule { return fixed{} })
	const table = "%-36s %8s %8s %8s %8s %8s %8s %10s %8s"
	t.Logf(table, "", "mean s", "p95 s", "missed", "spent", "peak", "of fixed", "took", "a poll")
	row := func(name string, f figures) {
		t.Logf("%-36s %8.1f %8.0f %8.0f %8.4f %8.2f %8.3f %10v %8v", name, f.mean, f.p95, f.missed, f.spent, f.peak,
			f.mean/every.mean, f.took.Round(time.Millisecond), (f.took / time.Duration(f.polls)).Round(10*time.Nanosecond))
	}
	row("fixed interval", every)
	row("by frequency, 5 min to 24 h", replays(published, start, func([]*worldFeed) rule { return frequent{300, 86400, 0.0293} }))
	row("by frequency, 2 min to 1 h", replays(published, start, func([]*worldFeed) rule { return frequent{120, 3600, 0.0453} }))
	ours := replays(published, start, func(feeds []*worldFeed) rule { return newPlanned(feeds, Planner{}, start) })
	row("Planner", ours)
	for _, limit := range []struct {
		what      string
		got, most float64
	}{
		{"mean delay in seconds", ours.mean, 230},
		{"mean delay over that of fixed intervals", ours.mean / every.mean, 0.47},
		{"95th percentile in seconds", ours.p95, 740},
		{"missed entries", ours.missed, 390},
		{"busiest ten minutes over the mean", ours.peak, 2.5},
		{"polls off the budget, as a share", math.Abs(ours.spent - 1), 0.01},
	} {
		if !(limit.got <= limit.most) {
			t.Errorf("%s: %.4g, want at most %v", limit.what, limit.got, limit.most)
		}
	}
}

// TestBudgetIsKept replays a small world of invented feeds, most of them quiet,
// with nights and weekends.
func TestBudgetIsKept(t *testing.T) {
	t.Parallel()
	start := float64(noon.Truncate(24 * time.Hour).Unix())
	published := make(map[string][]float64)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range 24 {
		perDay := math.Exp2(float64(i%8)) / 2
		published[fmt.Sprint("feed-", i)] = invented(random, start, worldDays, perDay)
	}
	feeds := newWorld(published, 1)
	got := replay(feeds, 1, start, newPlanned(feeds, Planner{}, start))
	every := newWorld(published, 1)
	want := replay(every, 1, start, fixed{})
	if math.Abs(got.spent-1) > 0.01 {
		t.Errorf("spent %.4f of the budget", got.spent)
	}
	if got.mean > 0.6*want.mean || got.missed > want.missed {
		t.Errorf("entries wait for %.0f s and %.0f are missed; at fixed intervals %.0f s and %.0f", got.mean, got.missed, want.mean, want.missed)
	}
}

// invented draws the times of a feed that publishes by day, three times as much
// on a weekday.
func invented(random *rand.Rand, start float64, days int, perDay float64) (times []float64) {
	most := 4 * perDay / daySeconds
	for at := start; ; {
		at += random.ExpFloat64() / most
		if at >= start+float64(days)*daySeconds {
			return times
		}
		if random.Float64() < daytime(int64(at)) {
			times = append(times, at)
		}
	}
}

// daytime returns how busy an invented newsroom is, from 0 to 1.
func daytime(at int64) float64 {
	busy := 0.02
	if hour := at % daySeconds / 3600; hour >= 8 && hour < 18 {
		busy = 1
	}
	if kindOf(at/daySeconds) != weekday {
		busy /= 3
	}
	return busy
}

// BenchmarkTune works out what ten thousand sources share.
func BenchmarkTune(b *testing.B) {
	start := float64(noon.Unix())
	published := map[string][]float64{"busy": invented(rand.New(rand.NewPCG(1, 2)), start, worldDays, 200)}
	feeds := newWorld(published, 1)
	p := newPlanned(feeds, Planner{}, start)
	replay(feeds, 1, start, p)
	for len(p.sources) < 10_000 {
		p.sources, p.states = append(p.sources, p.sources[0]), append(p.states, p.states[0])
	}
	b.ReportAllocs()
	for b.Loop() {
		p.planner.Tune(p.tuning, instant(start+worldDays*daySeconds), false, p.all)
	}
}

// BenchmarkNext plans a poll of a busy source: what each poll costs.
func BenchmarkNext(b *testing.B) {
	start := float64(noon.Unix())
	published := map[string][]float64{"busy": invented(rand.New(rand.NewPCG(1, 2)), start, worldDays, 200)}
	feeds := newWorld(published, 1)
	p := newPlanned(feeds, Planner{}, start)
	replay(feeds, 1, start, p)
	s := &p.states[0]
	seen := Observation{At: s.Plan.At, Outcome: aggregator.Fetched, Shown: 20, New: []time.Time{s.Plan.At}}
	b.ReportAllocs()
	for b.Loop() {
		p.planner.Next(p.sources[0], s.Plan, s.Rhythm, seen, p.tuning)
	}
}
