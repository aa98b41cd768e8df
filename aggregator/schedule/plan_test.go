package schedule

import (
	"fmt"
	"testing"
	"time"

	"wiredesk/aggregator"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC) // a Monday

// next is when a source is polled of which nothing was known before.
func next(p Planner, src aggregator.Source, seen Observation) time.Time {
	plan, _ := p.Next(src, aggregator.Plan{}, aggregator.Rhythm{}, seen, nil)
	return plan.At
}

func good(at time.Time) Observation { return Observation{At: at, Outcome: aggregator.Fetched} }

func TestNextKeepsPhase(t *testing.T) {
	t.Parallel()
	planner := Planner{}
	src := aggregator.Source{ID: "norvia", Interval: 15 * time.Minute}
	first := next(planner, src, good(noon))
	if wait := first.Sub(noon); wait < 15*time.Minute/2 || wait > 15*time.Minute*3/2 {
		t.Fatalf("the second poll comes after %v", wait)
	}
	second := next(planner, src, good(first.Add(3*time.Second)))
	if got := second.Sub(first); got != 15*time.Minute {
		t.Errorf("polls are %v apart, want the interval", got)
	}
	// A restart that polls out of turn finds back to the same phase.
	again := next(planner, src, good(second.Add(4*time.Minute)))
	if off := again.Sub(second) % (15 * time.Minute); off != 0 {
		t.Errorf("the phase moved by %v", off)
	}
}

func TestIntervalOfMinIntervalIsKept(t *testing.T) {
	t.Parallel()
	planner := Planner{MinInterval: 2 * time.Minute}
	src := aggregator.Source{ID: "norvia", Interval: 2 * time.Minute}
	due := next(planner, src, good(noon))
	for range 5 {
		then := next(planner, src, good(due.Add(20*time.Second))) // it takes a while
		if gap := then.Sub(due); gap != 2*time.Minute {
			t.Errorf("polls are %v apart", gap)
		}
		due = then
	}
}

func TestNextSpreadsSources(t *testing.T) {
	t.Parallel()
	planner := Planner{}
	minutes := make(map[int]int)
	for i := range 1000 {
		due := next(planner, aggregator.Source{ID: fmt.Sprint("source-", i), Interval: 10 * time.Minute}, good(noon))
		minutes[int(due.Sub(noon)/time.Minute)%10]++
	}
	for minute, n := range minutes {
		if n < 50 || n > 200 {
			t.Errorf("minute %d holds %d of 1000 sources", minute, n)
		}
	}
}

func TestNextFloors(t *testing.T) {
	t.Parallel()
	planner := Planner{Budget: 10 * time.Minute, MinInterval: 2 * time.Minute, MaxInterval: 24 * time.Hour}
	hours := func(open ...int) (mask uint32) {
		mask = 1<<24 - 1
		for _, h := range open {
			mask &^= 1 << h
		}
		return mask
	}
	tests := map[string]struct {
		src  aggregator.Source
		seen Observation
		from time.Duration // the next poll comes no earlier after noon
		to   time.Duration // and no later
		rule aggregator.Rule
	}{
		"plain":                                {seen: good(noon), from: 5 * time.Minute, to: 15 * time.Minute, rule: aggregator.RuleIndex},
		"not modified":                         {seen: Observation{At: noon, Outcome: aggregator.NotModified}, from: 5 * time.Minute, to: 15 * time.Minute, rule: aggregator.RuleIndex},
		"own interval":                         {src: aggregator.Source{Interval: time.Minute}, seen: good(noon), from: 30 * time.Second, to: 2 * time.Minute, rule: aggregator.RuleInterval},
		"fresh for longer":                     {seen: Observation{At: noon, Outcome: aggregator.Fetched, FreshUntil: noon.Add(time.Hour)}, from: time.Hour, to: time.Hour, rule: aggregator.RuleFresh},
		"fresh for shorter":                    {seen: Observation{At: noon, Outcome: aggregator.Fetched, FreshUntil: noon.Add(time.Second)}, from: 5 * time.Minute, to: 15 * time.Minute, rule: aggregator.RuleIndex},
		"ttl":                                  {seen: Observation{At: noon, Outcome: aggregator.Fetched, Hints: aggregator.Hints{MinInterval: 3 * time.Hour}}, from: 3 * time.Hour, to: 3 * time.Hour, rule: aggregator.RuleHints},
		"absurd ttl":                           {seen: Observation{At: noon, Outcome: aggregator.Fetched, Hints: aggregator.Hints{MinInterval: 1000 * time.Hour}}, from: 24 * time.Hour, to: 24 * time.Hour, rule: aggregator.RuleHints},
		"retry after":                          {seen: Observation{At: noon, Outcome: aggregator.Throttled, Failures: 1, RetryAfter: noon.Add(5 * time.Hour)}, from: 5 * time.Hour, to: 5 * time.Hour, rule: aggregator.RuleRetryAfter},
		"retry after beyond a day":             {seen: Observation{At: noon, Outcome: aggregator.Throttled, Failures: 1, RetryAfter: noon.Add(50 * time.Hour)}, from: 24 * time.Hour, to: 24 * time.Hour, rule: aggregator.RuleRetryAfter},
		"retry after at once":                  {seen: Observation{At: noon, Outcome: aggregator.Throttled, Failures: 1, RetryAfter: noon}, from: 10 * time.Minute, to: 11 * time.Minute, rule: aggregator.RuleIndex},
		"retry after at once, again and again": {seen: Observation{At: noon, Outcome: aggregator.Throttled, Failures: 6, RetryAfter: noon}, from: 48 * time.Minute, to: 64 * time.Minute, rule: aggregator.RuleBackOff},
		"retry after less than its interval":   {src: aggregator.Source{Interval: 6 * time.Hour}, seen: Observation{At: noon, Outcome: aggregator.Throttled, Failures: 1, RetryAfter: noon.Add(3 * time.Second)}, from: 3 * time.Hour, to: 9 * time.Hour, rule: aggregator.RuleInterval},
		"throttled, no date":                   {seen: Observation{At: noon, Outcome: aggregator.Throttled, Failures: 6}, from: 48 * time.Minute, to: 64 * time.Minute, rule: aggregator.RuleBackOff},
		"first failure":                        {seen: Observation{At: noon, Outcome: aggregator.Failed, Failures: 1}, from: 90 * time.Second, to: 2 * time.Minute, rule: aggregator.RuleBackOff},
		"fifth failure":                        {seen: Observation{At: noon, Outcome: aggregator.Failed, Failures: 5}, from: 24 * time.Minute, to: 32 * time.Minute, rule: aggregator.RuleBackOff},
		"thousandth failure":                   {seen: Observation{At: noon, Outcome: aggregator.Failed, Failures: 1000}, from: 18 * time.Hour, to: 24 * time.Hour, rule: aggregator.RuleBackOff},
		"failure with a date":                  {seen: Observation{At: noon, Outcome: aggregator.Failed, Failures: 1, RetryAfter: noon.Add(time.Hour)}, from: time.Hour, to: time.Hour, rule: aggregator.RuleRetryAfter},
		"hours closed till six":                {seen: Observation{At: noon, Outcome: aggregator.Fetched, Hints: aggregator.Hints{SkipHours: hours(18)}}, from: 6 * time.Hour, to: 6 * time.Hour, rule: aggregator.RuleSkip},
		"Monday closed":                        {seen: Observation{At: noon, Outcome: aggregator.Fetched, Hints: aggregator.Hints{SkipDays: 1 << time.Monday}}, from: 12 * time.Hour, to: 12 * time.Hour, rule: aggregator.RuleSkip},
		"always closed":                        {seen: Observation{At: noon, Outcome: aggregator.Fetched, Hints: aggregator.Hints{SkipHours: hours()}}, from: 5 * time.Minute, to: 15 * time.Minute, rule: aggregator.RuleIndex},
	}
	for name, test := range tests {
		test.src.ID = name
		plan, _ := planner.Next(test.src, aggregator.Plan{}, aggregator.Rhythm{}, test.seen, nil)
		due := plan.At
		if plan.Rule != test.rule {
			t.Errorf("%s: %v binds, want %v", name, plan.Rule, test.rule)
		}
		if wait := due.Sub(noon); wait < test.from || wait > test.to {
			t.Errorf("%s: the next poll comes after %v, want %v to %v", name, wait, test.from, test.to)
		}
		if due.Location() != time.UTC {
			t.Errorf("%s: %v is not UTC", name, due)
		}
	}
}

// What the operator wants as the longest wait does not shorten what a server
// asks for.
func TestMaxIntervalBoundsOnlyUs(t *testing.T) {
	t.Parallel()
	planner := Planner{Budget: 2 * time.Hour, MinInterval: time.Minute, MaxInterval: time.Hour}
	for name, test := range map[string]struct {
		seen Observation
		want time.Duration
	}{
		"index":       {good(noon), time.Hour},
		"back-off":    {Observation{At: noon, Outcome: aggregator.Failed, Failures: 20}, time.Hour},
		"retry after": {Observation{At: noon, Outcome: aggregator.Throttled, Failures: 1, RetryAfter: noon.Add(5 * time.Hour)}, 5 * time.Hour},
		"fresh":       {Observation{At: noon, Outcome: aggregator.Fetched, FreshUntil: noon.Add(5 * time.Hour)}, 5 * time.Hour},
	} {
		if wait := next(planner, aggregator.Source{ID: name}, test.seen).Sub(noon); wait > test.want || wait < test.want/3 {
			t.Errorf("%s: the next poll comes after %v, want about %v", name, wait, test.want)
		}
	}
}

func TestGoneIsNeverPolledAgain(t *testing.T) {
	t.Parallel()
	if due := next(Planner{}, aggregator.Source{ID: "a"}, Observation{At: noon, Outcome: aggregator.Gone}); !due.IsZero() {
		t.Errorf("due again at %v", due)
	}
}

func TestBackOffIsSpread(t *testing.T) {
	t.Parallel()
	seen := make(map[time.Time]bool)
	for i := range 100 {
		seen[next(Planner{}, aggregator.Source{ID: fmt.Sprint(i)}, Observation{At: noon, Outcome: aggregator.Failed, Failures: 4})] = true
	}
	if len(seen) < 50 {
		t.Errorf("100 sources come back at %d moments", len(seen))
	}
}
