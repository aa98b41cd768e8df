package dedupe

import (
	"testing"
	"time"

	"wiredesk/aggregator"
)

const night = "Lifeboats took the forty passengers off a ferry which ran aground off Kelmar island, the coast guard said."

// claimed returns the entry with the date it claims so long before it was seen.
func claimed(e aggregator.Entry, ago time.Duration) aggregator.Entry {
	e.Published = e.Seen.Add(-ago)
	return e
}

// What was told long before it was seen is folded with its copies, and compared
// with nothing else.
func TestOldNews(t *testing.T) {
	t.Parallel()
	const month = 30 * 24 * time.Hour
	first := entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0)
	report := entry("kelmar", "Forty rescued as night ferry runs aground off Kelmar", night, "", time.Hour)
	for name, test := range map[string]struct {
		first, second aggregator.Entry
		kind          aggregator.DecisionKind
		rule          string
	}{
		"report of the day":        {first, report, aggregator.Report, RuleModel},
		"as old as news may be":    {first, claimed(report, oldFrom), aggregator.Report, RuleModel},
		"old report":               {first, claimed(report, month), aggregator.New, aggregator.RuleFirst},
		"report of what is old":    {claimed(first, month), report, aggregator.New, aggregator.RuleFirst},
		"both old":                 {claimed(first, month), claimed(report, month), aggregator.New, aggregator.RuleFirst},
		"old copy by its link":     {first, claimed(entry("kelmar", "Night boat", "", "https://norvia.example/ferry", time.Hour), month), aggregator.Copy, RuleLink},
		"old copy by its words":    {first, claimed(entry("kelmar", ferry, rescue, "", time.Hour), month), aggregator.Copy, RuleTitle},
		"old copy by its title":    {first, claimed(entry("kelmar", ferry, night, "", time.Hour), month), aggregator.Copy, RuleTitle},
		"old copy, retitled":       {first, claimed(entry("kelmar", "Night boat in trouble", rescue, "", time.Hour), month), aggregator.New, aggregator.RuleFirst},
		"copies of one another":    {claimed(first, month), claimed(entry("kelmar", ferry, rescue, "", time.Hour), month), aggregator.Copy, RuleTitle},
		"copy of what is old":      {claimed(first, month), entry("kelmar", ferry, rescue, "", time.Hour), aggregator.Copy, RuleTitle},
		"old and said to be ahead": {first, claimed(report, -month), aggregator.Report, RuleModel},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFolding(Options{})
			f.add(test.first)
			if d := f.add(test.second); d.Kind != test.kind || d.Evidence.Rule != test.rule {
				t.Errorf("decided %v by %q, want %v by %q: %s", d.Kind, d.Evidence.Rule, test.kind, test.rule, d.Explain())
			}
		})
	}
}

// An old copy in a story is no member that disagrees with what is told of it.
func TestOldNewsDoesNotWeighOnItsStory(t *testing.T) {
	t.Parallel()
	report := entry("kelmar", "Forty rescued as night ferry runs aground off Kelmar", night, "", 2*time.Hour)
	score := func(between ...aggregator.Entry) float64 {
		f := newFolding(Options{})
		f.add(entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0))
		for _, e := range between {
			f.add(e)
		}
		return f.add(report).Evidence.Score
	}
	old := claimed(entry("tidewater", "Night boat", "", "https://norvia.example/ferry", time.Hour), 30*24*time.Hour)
	if alone, beside := score(), score(old); alone == 0 || beside != alone {
		t.Errorf("a report scores %.3f, and beside an old copy %.3f", alone, beside)
	}
}

// A source's backlog does not teach what words are common now.
func TestOldNewsTeachesNothing(t *testing.T) {
	t.Parallel()
	f := newFolding(Options{})
	f.add(claimed(entry("norvia", ferry, rescue, "", 0), 30*24*time.Hour))
	if n := len(f.judge.words.index); n != 0 {
		t.Errorf("%d words are known", n)
	}
	if n := len(f.judge.habits.known); n != 0 {
		t.Errorf("%d habits are known", n)
	}
}

// However short the window, what is of the last days is no old news.
func TestShortWindowMakesNoOldNews(t *testing.T) {
	t.Parallel()
	for window, want := range map[time.Duration]time.Duration{
		time.Minute:         oldFrom,
		DefaultWindow:       oldFrom,
		20 * 24 * time.Hour: 40 * 24 * time.Hour,
	} {
		j := New(Options{Window: window})
		least := claimed(entry("norvia", ferry, rescue, "", 0), want)
		more := claimed(least, want+time.Second)
		if j.old(&least) || !j.old(&more) {
			t.Errorf("window %v: old after %v %v, a second later %v", window, want, j.old(&least), j.old(&more))
		}
	}
}
