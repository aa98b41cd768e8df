package dedupe

import (
	"testing"

	"wiredesk/aggregator"
)

func TestLead(t *testing.T) {
	t.Parallel()
	priority := func(source string) int { return map[string]int{"low": -1, "high": 10, "higher": 20}[source] }
	type member = aggregator.Member
	from := func(source string) member { return member{Source: source, Kind: aggregator.Report, TextBytes: 100} }
	full := func(source string, bytes int) member {
		return member{Source: source, Kind: aggregator.Report, TextBytes: bytes}
	}
	copied := func(source string, bytes int) member {
		return member{Source: source, Kind: aggregator.Copy, TextBytes: bytes}
	}
	gone := func(m member) member { m.Withdrawn = true; return m }
	tests := map[string]struct {
		members []member
		lead    uint64
		turns   int
		want    uint64
		unasked bool
	}{
		"alone":                            {[]member{from("a")}, 1, 0, 1, false},
		"first of equals":                  {[]member{from("a"), from("b")}, 1, 0, 1, false},
		"present lead among equals":        {[]member{from("a"), from("b"), from("c")}, 2, 0, 2, false},
		"present lead among empty ones":    {[]member{full("a", 0), full("b", 0)}, 2, 0, 2, false},
		"higher priority":                  {[]member{from("a"), from("high")}, 1, 0, 2, false},
		"higher priority after a turn":     {[]member{from("a"), from("high")}, 1, 1, 2, false},
		"highest of several":               {[]member{from("a"), from("high"), from("higher"), from("high")}, 1, 0, 3, false},
		"fullest of the highest":           {[]member{from("a"), from("high"), full("high", 110)}, 1, 0, 3, false},
		"negative yields":                  {[]member{from("low"), from("a")}, 1, 0, 2, false},
		"fuller text of lower priority":    {[]member{from("a"), full("low", 900)}, 1, 0, 1, false},
		"fuller text":                      {[]member{from("a"), full("b", 150), full("c", 200)}, 1, 0, 3, true},
		"hardly fuller text":               {[]member{from("a"), full("b", 149)}, 1, 0, 1, false},
		"flash without a text":             {[]member{full("a", 0), full("b", 1)}, 1, 0, 2, true},
		"fuller text after a turn":         {[]member{from("a"), full("b", 900)}, 1, 1, 1, false},
		"fuller copy":                      {[]member{from("a"), copied("b", 900)}, 1, 0, 1, false},
		"own report behind a copy":         {[]member{copied("a", 100), full("b", 50)}, 1, 0, 2, true},
		"fuller text of the same source":   {[]member{full("a", 400), full("a", 900)}, 1, 0, 1, false},
		"report after a flash":             {[]member{from("a"), full("a", 900)}, 1, 0, 2, true},
		"other source behind one's own":    {[]member{full("a", 400), full("a", 900), full("b", 700)}, 1, 0, 3, true},
		"withdrawn lead":                   {[]member{gone(from("a")), copied("b", 50), copied("c", 60)}, 1, 0, 3, false},
		"withdrawn lead after a turn":      {[]member{gone(from("a")), from("a")}, 1, 1, 2, false},
		"withdrawn member of higher worth": {[]member{from("a"), gone(full("higher", 900))}, 1, 0, 1, false},
		"all withdrawn":                    {[]member{gone(from("a")), gone(from("b"))}, 2, 0, 2, false},
		"all withdrawn, no lead yet":       {[]member{gone(from("a")), gone(from("b"))}, 0, 0, 1, false},
		"all withdrawn, lead has left":     {[]member{gone(from("a")), gone(from("b"))}, 9, 0, 1, false},
		"lead that is gone is replaced":    {[]member{from("low"), from("low")}, 9, 0, 1, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			story := aggregator.Story{Lead: test.lead, Turns: test.turns, Members: test.members}
			for i := range story.Members {
				story.Members[i].Seq = uint64(i + 1)
			}
			if got, unasked := Lead(&story, priority); got != test.want || unasked != test.unasked {
				t.Errorf("lead %d, unasked %v; want %d, %v", got, unasked, test.want, test.unasked)
			}
		})
	}
}
