package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/config"
)

// The defaults of the configuration are those of the judge.
func TestJudgingDefaults(t *testing.T) {
	t.Parallel()
	want := dedupe.Options{Window: dedupe.DefaultWindow, Join: aggregator.JoinStory, Strictness: dedupe.DefaultStrictness}
	if diff := cmp.Diff(want, judging(config.Default().Dedupe)); diff != "" {
		t.Errorf("(-dedupe +config):\n%s", diff)
	}
}
