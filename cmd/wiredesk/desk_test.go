package main

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/aggregator/websub"
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

// So is the lease that hubs are asked for.
func TestSubscribingDefaults(t *testing.T) {
	t.Parallel()
	if lease := config.Default().WebSub.Lease; lease != websub.DefaultLease {
		t.Errorf("%v in the configuration, %v in websub", lease, websub.DefaultLease)
	}
}
