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
	groups := make(map[string][]*trial) // by the names of their sets
	var names []string
	for _, s := range sets {
		t, err := try(ctx, s, sets, check)
		if err != nil {
			return fmt.Errorf("%s: %w", s.name, err)
		}
		i := slices.IndexFunc(names, func(name string) bool {
			other := groups[name][0].set
			return other.language() == s.language() && (other.letter() == check) == (s.letter() == check)
		})
		if i < 0 {
			i, names = len(names), append(names, s.name)
			groups[s.name] = []*trial{t}
			continue
		}
		before := names[i]
		names[i] += ", " + s.name
		groups[names[i]] = append(groups[before], t)
		delete(groups, before)
	}
	fmt.Fprintln(out, "| sets | strictness | "+strings.Join(measures, " | ")+" |")
	fmt.Fprintln(out, "| --- | --- |"+strings.Repeat(" --- |", len(measures)))
	for _, name := range names {
		for k, strictness := range strictnesses {
			var scores []backtest.Score
			for _, t := range groups[name] {
				scores = append(scores, t.warm[k])
			}
			fmt.Fprintf(out, "| %s | %.2f |%s\n", name, strictness, row(mean(scores)))
		}
	}
	fmt.Fprintln(out, "\n| set | days before known | "+strings.Join(measures, " | ")+" |")
	fmt.Fprintln(out, "| --- | --- |"+strings.Repeat(" --- |", len(measures)))
	for _, name := range names {
		for _, t := range groups[name] {
			fmt.Fprintf(out, "| %s | yes |%s\n", t.set.name, row(t.warm[slices.Index(strictnesses, dedupe.DefaultStrictness)]))
			fmt.Fprintf(out, "| %s | no |%s\n", t.set.name, row(t.cold))
		}
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

func mean(scores []backtest.Score) (m backtest.Score) {
	for i := range scores {
		for k, v := range values(&scores[i]) {
			*values(&m)[k] += *v / float64(len(scores))
		}
	}
	return m
}
