package config

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestDedupeSet(t *testing.T) {
	t.Parallel()
	before := Dedupe{Window: time.Hour, Join: aggregator.JoinCopy}
	tests := map[string]struct {
		key, text string
		want      Dedupe
		wrong     string
	}{
		"a duration as in a file": {"window", "1.5d", Dedupe{Window: 36 * time.Hour, Join: aggregator.JoinCopy}, ""},
		"a name":                  {"join", "none", Dedupe{Window: time.Hour, Join: aggregator.JoinNone}, ""},
		"in quotes":               {"join", `"none"`, Dedupe{Window: time.Hour, Join: aggregator.JoinNone}, ""},
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
