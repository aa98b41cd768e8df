package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestDedupeSet(t *testing.T) {
	t.Parallel()
	before := Dedupe{Window: time.Hour, Join: aggregator.JoinCopy, Strictness: 0.4}
	tests := map[string]struct {
		key, text string
		want      Dedupe
		wrong     string
	}{
		"a duration as in a file": {"window", "1.5d", Dedupe{Window: 36 * time.Hour, Join: aggregator.JoinCopy, Strictness: 0.4}, ""},
		"a name":                  {"join", "none", Dedupe{Window: time.Hour, Join: aggregator.JoinNone, Strictness: 0.4}, ""},
		"in quotes":               {"join", `"none"`, Dedupe{Window: time.Hour, Join: aggregator.JoinNone, Strictness: 0.4}, ""},
		"a share":                 {"strictness", "0.75", Dedupe{Window: time.Hour, Join: aggregator.JoinCopy, Strictness: 0.75}, ""},
		"too much":                {"strictness", "1", before, "is 1, must be a number above 0 and below 1, such as 0.5"},
		"an unknown name":         {"join", "all", before, "unknown value, must be story, copy or none"},
		"too short":               {"window", "1s", before, "is 1s, must be from 1m to 3650d"},
		"several values":          {"window", "[1h]", before, "is a list, must be a duration such as 90s, 15m, 24h or 30d"},
		"further keys":            {"window", "1h\njoin: none", before, "is not YAML: mapping values are not allowed in this context, mend the indentation or put quotes around a text that holds a colon"},
		"nothing":                 {"join", "", before, "has no value, must be story, copy or none"},
		"no YAML":                 {"join", "{", before, "is not YAML: did not find expected node content, look for a missing bracket, comma, quote or colon, or a wrong indentation"},
		"an unknown key":          {"windows", "1h", before, "unknown key, did you mean \"window\"?"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, wrong := before, ""
			if err := got.Set(test.key, test.text); err != nil {
				wrong = err.Error()
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if wrong != test.wrong {
				t.Errorf("error %q, want %q", wrong, test.wrong)
			}
		})
	}
}
