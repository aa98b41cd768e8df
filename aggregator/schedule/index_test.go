package schedule

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// watcher polls one source by the planner under one tuning.
type watcher struct {
	planner Planner
	src     aggregator.Source
	tuning  *Tuning
	plan    aggregator.Plan
	rhythm  aggregator.Rhythm
}

func newWatcher(theta float64) *watcher {
	return &watcher{src: aggregator.Source{ID: "norvia"}, tuning: &Tuning{theta: theta, population: flat(), polls: flat()}}
}

func (w *watcher) poll(seen Observation) aggregator.Plan {
	seen.Outcome = aggregator.Fetched
	w.plan, w.rhythm = w.planner.Next(w.src, w.plan, w.rhythm, seen, w.tuning)
	return w.plan
}

// watch polls when the plan says so, from noon on, and returns the polls.
func (w *watcher) watch(published []float64, days int) (polls []time.Time) {
	at, next := noon, 0
	for end := noon.AddDate(0, 0, days); at.Before(end); at = w.plan.At {
		seen := Observation{At: at, Shown: 50}
		for ; next < len(published) && published[next] <= float64(at.UnixNano())/1e9; next++ {
			seen.New = append(seen.New, instant(published[next]))
		}
		w.poll(seen)
		polls = append(polls, at)
	}
	return polls
}

// A source with an even rate is polled at the interval that is proven best.
func TestIntervalFollowsTheRoot(t *testing.T) {
	t.Parallel()
	for _, perDay := range []float64{2, 20, 200} {
		const theta = 20
		w := newWatcher(theta)
		random := rand.New(rand.NewPCG(3, uint64(perDay)))
		var published []float64
		for at := float64(noon.Unix()); at < float64(noon.Unix())+40*daySeconds; {
			at += random.ExpFloat64() * daySeconds / perDay
			published = append(published, at)
		}
		polls := w.watch(published, 40)
		late := polls[len(polls)*3/4:]
		got := late[len(late)-1].Sub(late[0]).Seconds() / float64(len(late)-1)
		want := math.Sqrt(2 * theta * daySeconds / perDay)
		if got < 0.85*want || got > 1.15*want {
			t.Errorf("%v entries a day: polled every %.0f s, want about %.0f", perDay, got, want)
		}
	}
}

// By day a newsroom is polled more often than by night, and on a Sunday less.
func TestIntervalFollowsTheHours(t *testing.T) {
	t.Parallel()
	const theta, days = 20, 42
	random := rand.New(rand.NewPCG(5, 6))
	w := newWatcher(theta)
	polls := w.watch(invented(random, float64(noon.Unix()), days, 60), days)
	mean := func(kind, hour int) float64 {
		var gaps []float64
		for i, at := range polls[:len(polls)-1] {
			if at.After(noon.AddDate(0, 0, 21)) && kindOf(at.Unix()/daySeconds) == kind && at.Hour() == hour {
				gaps = append(gaps, polls[i+1].Sub(at).Seconds())
			}
		}
		slices.Sort(gaps)
		return gaps[len(gaps)/2]
	}
	busy := math.Sqrt(2 * theta * daySeconds / (4 * 60)) // a second, while daytime is 1
	if got := mean(weekday, 12); got < 0.8*busy || got > 1.2*busy {
		t.Errorf("by day polled every %.0f s, want about %.0f", got, busy)
	}
	if day, night := mean(weekday, 12), mean(weekday, 2); night < 3*day {
		t.Errorf("by night polled every %.0f s, by day every %.0f s", night, day)
	}
	if week, sun := mean(weekday, 12), mean(sunday, 12); sun < 1.3*week {
		t.Errorf("on Sundays polled every %.0f s, on weekdays every %.0f s", sun, week)
	}
}

// An even rate over a moment that polls wait for does not depend on where half
// hours begin.
func TestRipe(t *testing.T) {
	t.Parallel()
	even := flat()
	even.scale(0.01) // an entry every hundred seconds
	for _, from := range []float64{0, 899, 900, 901, 1799.5, 86399} {
		got := ripe(&even, 50, 0, from, from+daySeconds)
		if want := math.Sqrt(2 * 50 / 0.01); math.Abs(got.at-from-want) > 1 || math.Abs(got.waiting-want*0.01) > 0.02 || got.scroll {
			t.Errorf("from %v: ripe after %.1f s with %.2f waiting, want %.1f s", from, got.at-from, got.waiting, want)
		}
		if got := ripe(&even, 50, 0.5, from, from+daySeconds); math.Abs(got.at-from-50) > 1 || !got.scroll {
			t.Errorf("from %v: half an entry waits after %.1f s, want 50", from, got.at-from)
		}
		if got := ripe(&even, 1e9, 0, from, from+5000); got.at != from+5000 || math.Abs(got.waiting-50) > 0.01 {
			t.Errorf("from %v: until %.1f with %.2f waiting, want 5000 s and 50", from, got.at-from, got.waiting)
		}
	}
}

func TestOverflow(t *testing.T) {
	t.Parallel()
	at := func(minutes int) time.Time { return noon.Add(time.Duration(minutes) * time.Minute) }
	entries := func(n int, when time.Time) []time.Time { return slices.Repeat([]time.Time{when}, n) }
	w := newWatcher(1e4)
	w.poll(Observation{At: noon, Shown: 10, New: entries(10, time.Time{})})
	if w.plan.Rule == aggregator.RuleOverflow {
		t.Error("the first document is taken for an overflow")
	}
	plan := w.poll(Observation{At: at(30), Shown: 10, New: entries(10, at(20))})
	if plan.Rule != aggregator.RuleOverflow || !plan.At.Equal(at(32)) {
		t.Errorf("after an overflow %v, by %v", plan.At, plan.Rule)
	}
	if plan = w.poll(Observation{At: at(32), Shown: 10, New: entries(10, at(31))}); plan.Rule != aggregator.RuleOverflow {
		t.Errorf("after another: by %v", plan.Rule)
	}
	plan = w.poll(Observation{At: at(34), Shown: 10, New: entries(10, time.Time{})})
	if plan.Rule == aggregator.RuleOverflow {
		t.Error("a feed that renames its undated entries is polled as fast as may be")
	}
	if delta := w.poll(Observation{At: at(72), New: entries(3, at(70))}); delta.Rule == aggregator.RuleOverflow {
		t.Error("a part of a document is taken for an overflow")
	}
}

// However little theta asks for polls, nothing is to leave a document unseen.
func TestNothingScrollsOff(t *testing.T) {
	t.Parallel()
	known := func(perDay float64) aggregator.Rhythm { // at all hours alike
		r := aggregator.Rhythm{
			At: noon.Add(-30 * time.Minute), Entries: 20 * perDay, Usual: 20, Days: [3]float64{14, 3, 3}, Window: 10,
		}
		var c counts
		for i := range c {
			c[i] = uint32(perDay * r.Days[i/slotsADay] / slotsADay * countUnit * sincePeriod(r.At, r.At))
		}
		r.Week = c.encode()
		return r
	}
	filled := func(perDay float64) aggregator.Rhythm {
		r := known(perDay)
		r.Fill = 10 * time.Minute
		return r
	}
	for name, test := range map[string]struct {
		rhythm aggregator.Rhythm
		came   int // entries, in the half hour since the last poll
		want   time.Duration
		rule   aggregator.Rule
	}{
		"quiet":                        {rhythm: known(1), want: 24 * time.Hour, rule: aggregator.RuleMaxInterval},
		"so many are expected":         {rhythm: known(200), want: 17 * time.Minute, rule: aggregator.RuleScroll},
		"so many came of late":         {rhythm: known(1), came: 6, want: 35 * time.Minute, rule: aggregator.RuleScroll},
		"not so many":                  {rhythm: known(1), came: 3, want: 24 * time.Hour, rule: aggregator.RuleMaxInterval},
		"it filled up once":            {rhythm: filled(250), want: 7 * time.Minute, rule: aggregator.RuleScroll},
		"it filled up in busier hours": {rhythm: filled(1), want: 24 * time.Hour, rule: aggregator.RuleMaxInterval},
	} {
		w := newWatcher(1e12)
		w.rhythm = test.rhythm
		plan := w.poll(Observation{At: noon, Shown: 10, New: slices.Repeat([]time.Time{noon.Add(-20 * time.Minute)}, test.came)})
		if off := (plan.At.Sub(noon) - test.want).Abs(); plan.Rule != test.rule || off > test.want/10 {
			t.Errorf("%s: the next poll comes after %v by %v, want %v by %v", name, plan.At.Sub(noon), plan.Rule, test.want, test.rule)
		}
	}
}

func TestPushedSourcesAreLeftAlone(t *testing.T) {
	t.Parallel()
	lease := aggregator.Push{LeaseUntil: noon.Add(100 * time.Hour)}
	ending := aggregator.Push{LeaseUntil: noon.Add(time.Hour)}
	missed := lease
	missed.Missed = maxMissed + 1
	for name, test := range map[string]struct {
		push aggregator.Push
		rule aggregator.Rule
		wait time.Duration // 0: the index's
	}{
		"none":              {rule: aggregator.RuleIndex},
		"lease":             {push: lease, rule: aggregator.RuleLease, wait: SafetyInterval},
		"lease about to go": {push: ending, rule: aggregator.RuleLease, wait: time.Hour},
		"lease is over":     {push: aggregator.Push{LeaseUntil: noon}, rule: aggregator.RuleIndex},
		"pushes missing":    {push: missed, rule: aggregator.RuleIndex},
	} {
		w := newWatcher(20)
		plan := w.poll(Observation{At: noon, Shown: 10, Push: test.push})
		wait := plan.At.Sub(noon)
		if plan.Rule != test.rule || test.wait > 0 && wait != test.wait || test.wait == 0 && wait > 20*time.Minute {
			t.Errorf("%s: the next poll comes after %v by %v", name, wait, plan.Rule)
		}
	}
}

func TestExplain(t *testing.T) {
	t.Parallel()
	for rule := aggregator.RuleIndex; rule <= aggregator.RuleGone; rule++ {
		plan := aggregator.Plan{Rule: rule}
		if text := plan.Explain(); text == (aggregator.Plan{}).Explain() {
			t.Errorf("%v is not explained: %s", rule, text)
		}
		var again aggregator.Rule
		if text, _ := rule.MarshalText(); again.UnmarshalText(text) != nil || again != rule {
			t.Errorf("%s is read as %v", text, again)
		}
	}
	plan := aggregator.Plan{Rule: aggregator.RuleIndex, Rate: 48, Expected: 0.75}
	if got, want := plan.Explain(), "enough new entries are expected by then to be worth a poll; about 48 entries a day come at that time, and 0.75 are expected to wait by then"; got != want {
		t.Errorf("explained as %q, want %q", got, want)
	}
}
