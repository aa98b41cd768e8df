package main

import (
	"context"
	"fmt"
	"io"
	"slices"
	"strings"

	"wiredesk/aggregator/dedupe"
	"wiredesk/cmd/internal/backtest"
)

// strictnesses are the settings that the curve is drawn over.
var strictnesses = []float64{0.3, 0.4, dedupe.DefaultStrictness, 0.5, 0.6, 0.7, 0.8}

// score prints, in Markdown, how the sets fare with coefficients fitted on
// other days: each language's over the strictness, those for checking apart,
// and each set by itself, with and without the days before.
func score(ctx context.Context, out io.Writer, sets []*set, check string) error {
	var groups []group
	for _, s := range sets {
		t, err := try(ctx, s, sets, check)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		i := slices.IndexFunc(groups, func(g group) bool {
			return g[0].set.language() == s.language() && (g[0].set.letter() == check) == (s.letter() == check)
		})
		if i < 0 {
			i, groups = len(groups), append(groups, nil)
		}
		groups[i] = append(groups[i], t)
	}
	fmt.Fprintln(out, "| sets | strictness | "+strings.Join(measures, " | ")+" |")
	fmt.Fprintln(out, "| --- | --- |"+strings.Repeat(" --- |", len(measures)))
	for _, g := range groups {
		for k, strictness := range strictnesses {
			fmt.Fprintf(out, "| %s | %.2f |%s\n", g.names(), strictness, row(g.mean(k)))
		}
	}
	fmt.Fprintln(out, "\n| set | days before known | "+strings.Join(measures, " | ")+" |")
	fmt.Fprintln(out, "| --- | --- |"+strings.Repeat(" --- |", len(measures)))
	usual := slices.Index(strictnesses, dedupe.DefaultStrictness)
	for _, t := range slices.Concat(groups...) {
		fmt.Fprintf(out, "| %s | yes |%s\n", t.set.name, row(t.warm[usual]))
		fmt.Fprintf(out, "| %s | no |%s\n", t.set.name, row(t.cold))
	}
	return nil
}

// trial is how a set fares.
type trial struct {
	set  *set
	warm []backtest.Score // at each of the strictnesses, the days before known
	cold backtest.Score   // at the default, nothing known
}

// try scores the set with coefficients that were fitted on other days.
func try(ctx context.Context, s *set, sets []*set, check string) (*trial, error) {
	model, err := fit(ctx, sets, check, s.letter())
	if err != nil {
		return nil, err
	}
	run := func(warm []backtest.Row, strictness float64) (backtest.Score, error) {
		outcome, err := backtest.Run(ctx, dedupe.New(dedupe.Options{Model: model, Strictness: strictness}), warm, s.rows)
		if err != nil {
			return backtest.Score{}, err
		}
		return s.labels.Score(outcome.Rows), nil
	}
	t := &trial{set: s}
	for _, strictness := range strictnesses {
		score, err := run(s.warm, strictness)
		if err != nil {
			return nil, err
		}
		t.warm = append(t.warm, score)
	}
	t.cold, err = run(nil, dedupe.DefaultStrictness)
	return t, err
}

// measures name the columns of a row.
var measures = []string{"pair precision", "pair recall", "pair F1", "B³ precision", "B³ recall", "B³ F1", "copies found", "bad merges"}

func values(s *backtest.Score) []*float64 {
	return []*float64{&s.PairPrecision, &s.PairRecall, &s.PairF1, &s.CubedPrecision, &s.CubedRecall, &s.CubedF1, &s.CopyRecall, &s.BadMerge}
}

func row(s backtest.Score) string {
	var b strings.Builder
	for _, v := range values(&s) {
		fmt.Fprintf(&b, " %.3f |", *v)
	}
	return b.String()
}

// group is the sets of a language that are either fitted on or for checking.
type group []*trial

func (g group) names() string {
	names := make([]string, len(g))
	for i, t := range g {
		names[i] = t.set.name
	}
	return strings.Join(names, ", ")
}

// mean returns the mean of what the sets score at the kth strictness.
func (g group) mean(k int) (m backtest.Score) {
	sums := values(&m)
	for _, t := range g {
		for i, v := range values(&t.warm[k]) {
			*sums[i] += *v / float64(len(g))
		}
	}
	return m
}
