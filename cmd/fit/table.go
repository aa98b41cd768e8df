package main

import (
	"context"
	"fmt"
	"io"

	"wiredesk/aggregator/dedupe"
	"wiredesk/cmd/internal/backtest"
)

// strictnesses are the settings that the curve is drawn over.
var strictnesses = []float64{0.3, 0.35, 0.4, 0.43, 0.5, 0.55, 0.6, 0.7, 0.8}

// score prints how each set fares with coefficients fitted on other days: with
// and without the entries of the days before, and over the strictness.
func score(ctx context.Context, out io.Writer, sets []*set, check string) error {
	fmt.Fprintln(out, "set\twarm\tstrictness\tpair_p\tpair_r\tpair_f1\tb3_p\tb3_r\tb3_f1\tcopies\tbad")
	for _, s := range sets {
		model, err := fit(ctx, sets, check, s.letter())
		if err != nil {
			return err
		}
		for _, line := range []struct {
			name       string
			warm       []backtest.Row
			strictness []float64
		}{
			{"yes", s.warm, append([]float64{dedupe.DefaultStrictness}, strictnesses...)},
			{"no", nil, []float64{dedupe.DefaultStrictness}},
		} {
			for _, strictness := range line.strictness {
				judge := dedupe.New(dedupe.Options{Model: model, Strictness: strictness})
				outcome, err := backtest.Run(ctx, judge, line.warm, s.rows)
				if err != nil {
					return fmt.Errorf("%s: %w", s.name, err)
				}
				r := s.labels.Score(outcome.Rows)
				fmt.Fprintf(out, "%s\t%s\t%.2f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\t%.3f\n", s.name, line.name, strictness,
					r.PairPrecision, r.PairRecall, r.PairF1, r.CubedPrecision, r.CubedRecall, r.CubedF1, r.CopyRecall, r.BadMerge)
			}
		}
	}
	return nil
}
