package aggregator

import (
	"fmt"
	"time"
)

// Rule is what binds when a source is polled next.
type Rule byte

// The rules. The zero value is a source of which nothing was planned yet.
const (
	RuleNone        Rule = iota
	RuleIndex            // enough entries are expected to wait
	RuleInterval         // the source's own fixed interval
	RuleScroll           // entries may leave the document unseen
	RuleOverflow         // all that the last document showed was new
	RuleMinInterval      // not sooner than poll.min_interval
	RuleMaxInterval      // not later than poll.max_interval
	RuleFresh            // Cache-Control or Expires
	RuleRetryAfter       // Retry-After
	RuleHints            // the feed's ttl or update period
	RuleSkip             // the feed's skipHours or skipDays
	RuleBackOff          // the polls before failed
	RuleLease            // a hub pushes: polls only make sure
	RuleGone             // 410: never again
)

var ruleNames = [...]string{
	"none", "index", "interval", "scroll", "overflow", "min_interval", "max_interval",
	"fresh", "retry_after", "hints", "skip", "back_off", "lease", "gone",
}

// String returns the rule in the form metrics and pages use.
func (r Rule) String() string {
	if int(r) < len(ruleNames) {
		return ruleNames[r]
	}
	return fmt.Sprintf("rule(%d)", byte(r))
}

// MarshalText returns String.
func (r Rule) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (r *Rule) UnmarshalText(text []byte) error {
	for i, name := range ruleNames {
		if name == string(text) {
			*r = Rule(i)
			return nil
		}
	}
	return fmt.Errorf("unknown rule %q", text)
}

// Plan says when a source is polled next, and why. The zero value is a source
// that was never polled.
type Plan struct {
	At   time.Time // zero: never, or not planned yet
	Rule Rule      // what binds
	// Rate is how many entries a day the source is expected to bring about
	// then; 0 where the rule asks for none.
	Rate float64
	// Expected is how many entries are expected to wait at At.
	Expected float64
	// Theta is how much waiting a poll had to be expected to end, in entries
	// times seconds; 0: the rate was not asked.
	Theta float64
}

// Explain says in one sentence why the next poll is when it is.
func (p Plan) Explain() string {
	text, known := ruleTexts[p.Rule]
	switch {
	case !known:
		return "nothing is planned yet"
	case p.Rate == 0:
		return text
	case p.Rule.puts():
		return fmt.Sprintf("%s; for about %.2g entries a day it would have been polled sooner", text, p.Rate)
	}
	return fmt.Sprintf("%s; about %.2g entries a day come at that time, and %.2g are expected to wait by then", text, p.Rate, p.Expected)
}

// puts reports whether the rule puts off a poll that another would have made.
func (r Rule) puts() bool {
	switch r {
	case RuleFresh, RuleRetryAfter, RuleHints, RuleSkip:
		return true
	}
	return false
}

var ruleTexts = map[Rule]string{
	RuleIndex:       "enough new entries are expected by then to be worth a poll",
	RuleInterval:    "the configuration gives it a fixed interval",
	RuleScroll:      "entries might leave its document unseen if it were polled later",
	RuleOverflow:    "everything it showed last was new, so some may have been missed: it is asked again as soon as may be",
	RuleMinInterval: "poll.min_interval lets it be polled no sooner",
	RuleMaxInterval: "poll.max_interval lets it wait no longer",
	RuleFresh:       "the server says that its answer stays good until then (Cache-Control or Expires)",
	RuleRetryAfter:  "the server asked to be left in peace until then (Retry-After)",
	RuleHints:       "the feed asks to be polled no more often (ttl or sy:updatePeriod)",
	RuleSkip:        "the feed asks not to be polled at the hours before (skipHours or skipDays)",
	RuleBackOff:     "it failed, and is asked again after growing waits",
	RuleLease:       "a hub pushes what is new; this poll only makes sure",
	RuleGone:        "it is gone (410) and is not polled again",
}

// Rhythm is what polls have taught of when a source publishes, and of what
// polling it costs. Package schedule makes and reads it. What is counted fades
// with a half-life of ten days and is stated as of At. The zero value knows
// nothing.
type Rhythm struct {
	At      time.Time  // up to when it was learned; zero: never
	Entries float64    // how many came
	Usual   float64    // days it was watched, each hour weighed by how busy it is over all sources
	Days    [3]float64 // days it was watched: on weekdays, Saturdays and Sundays, in UTC
	// Week holds how many entries came in which half hour of which kind of day,
	// as package schedule encodes it. Empty: none came.
	Week   string
	Window int           // how many entries the last whole document showed; 0: unknown
	Fill   time.Duration // shortest time in which that many were seen to appear; 0: never seen. It grows as it fades
	Fresh  time.Duration // how long answers forbade the next poll, on average
	Polls  float64       // how many polls the budget paid
	Allots float64       // how many it allots to a source in that time
}
