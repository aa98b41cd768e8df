// Command fit makes the coefficients with which aggregator/dedupe judges pairs
// of entries, from sets of labelled entries, and measures what they are worth.
//
//	go run ./cmd/fit -sets DIR -o aggregator/dedupe/coefficients.go
//	go run ./cmd/fit -sets DIR -table
//
// DIR holds NAME.jsonl, NAME.labels.json and NAME.warm.jsonl.gz for each set,
// as wiredesk backtest reads them; a set's name ends in the letter of its days,
// as in en-a. Sets whose letter is that of -check are never fitted on. The
// table scores each set with coefficients fitted on those of other days.
package main

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"fmt"
	"go/format"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/cmd/internal/backtest"
)

func main() {
	if err := run(context.Background(), os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "fit:", err)
		os.Exit(1)
	}
}

func run(ctx context.Context, args []string, out io.Writer) error {
	flags := flag.NewFlagSet("fit", flag.ContinueOnError)
	folder := flags.String("sets", "", "the folder of the labelled `sets`")
	check := flags.String("check", "b", "the `letter` of the sets that are kept for checking")
	file := flags.String("o", "", "write the coefficients to this Go `file`")
	table := flags.Bool("table", false, "score each set with what was fitted on other days")
	if err := flags.Parse(args); err != nil {
		return err
	}
	sets, err := readSets(*folder)
	if err != nil {
		return err
	}
	if *table {
		return score(ctx, out, sets, *check)
	}
	model, err := fit(ctx, sets, *check)
	if err != nil {
		return err
	}
	source, err := render(model)
	if err != nil || *file == "" {
		return errors.Join(err, write(out, source))
	}
	return os.WriteFile(*file, source, 0o644)
}

func write(out io.Writer, b []byte) error {
	_, err := out.Write(b)
	return err
}

// set is the labelled entries of some days.
type set struct {
	name      string
	rows      []backtest.Row
	warm      []backtest.Row // the days before, unlabelled
	labels    *backtest.Labels
	collected [2][]sample // pairs of two sources, and of one
}

func (s *set) letter() string { return s.name[len(s.name)-1:] }

func (s *set) language() string { return strings.SplitN(s.name, "-", 2)[0] }

func readSets(folder string) (sets []*set, err error) {
	files, err := filepath.Glob(filepath.Join(folder, "*.labels.json"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, fmt.Errorf("no *.labels.json in %q: name the folder of the labelled sets with -sets", folder)
	}
	slices.Sort(files)
	for _, file := range files {
		s := &set{name: strings.TrimSuffix(filepath.Base(file), ".labels.json")}
		base := strings.TrimSuffix(file, ".labels.json")
		if s.rows, err = readRows(base + ".jsonl"); err != nil {
			return nil, err
		}
		if s.warm, err = readRows(base + ".warm.jsonl.gz"); err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		f, err := os.Open(file)
		if err != nil {
			return nil, err
		}
		s.labels, err = backtest.ReadLabels(file, f, s.rows)
		if err := errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
		sets = append(sets, s)
	}
	return sets, nil
}

func readRows(file string) ([]backtest.Row, error) {
	f, err := os.Open(file)
	if err != nil {
		return nil, err
	}
	rows, err := backtest.ReadRows(file, f)
	return rows, errors.Join(err, f.Close())
}

// fit returns the model of all sets but those of the letters.
func fit(ctx context.Context, sets []*set, without ...string) (*dedupe.Model, error) {
	var samples [2][]sample
	for _, s := range sets {
		if slices.Contains(without, s.letter()) {
			continue
		}
		if err := s.collect(ctx); err != nil {
			return nil, fmt.Errorf("%s: %w", s.name, err)
		}
		for i := range samples {
			samples[i] = append(samples[i], s.collected[i]...)
		}
	}
	var model dedupe.Model
	for i, coefficients := range []*[]float64{&model.Cross, &model.Same} {
		var err error
		if *coefficients, err = regress(samples[i], len(dedupe.FeatureNames())); err != nil {
			return nil, err
		}
	}
	return &model, nil
}

// collect folds the set and keeps what is measured of its pairs.
func (s *set) collect(ctx context.Context) error {
	if s.collected[0] != nil {
		return nil
	}
	story := make(map[aggregator.EntryID]int)
	type measured struct {
		dedupe.Pair
		sample sample
	}
	var pairs []measured
	judge := dedupe.New(dedupe.Options{Measured: func(p dedupe.Pair) {
		pairs = append(pairs, measured{p, sample{features: slices.Clone(p.Features)}})
	}})
	outcome, err := backtest.Run(ctx, judge, s.warm, s.rows)
	if err != nil {
		return err
	}
	for i := range outcome.Rows {
		story[outcome.Rows[i].Entry.ID] = -outcome.Rows[i].N
	}
	for k, members := range s.labels.Stories {
		for _, n := range members {
			story[outcome.Rows[n-1].Entry.ID] = k + 1
		}
	}
	for _, p := range pairs {
		a, b := story[p.Entry], story[p.Partner]
		if a == 0 || b == 0 {
			continue // one is of the days before
		}
		p.sample.together = a == b
		i := 0
		if p.SameSource {
			i = 1
		}
		s.collected[i] = append(s.collected[i], p.sample)
	}
	return nil
}

// render writes the model as Go source.
func render(model *dedupe.Model) ([]byte, error) {
	var b bytes.Buffer
	b.WriteString("// Code generated by cmd/fit. DO NOT EDIT.\n\npackage dedupe\n\n")
	b.WriteString("// fitted holds the coefficients that judge pairs, in the order of featureNames.\n")
	b.WriteString("var fitted = Model{\n")
	for _, part := range []struct {
		name         string
		coefficients []float64
	}{{"Same", model.Same}, {"Cross", model.Cross}} {
		fmt.Fprintf(&b, "%s: []float64{\n", part.name)
		for i, name := range dedupe.FeatureNames() {
			fmt.Fprintf(&b, "%.5f, // %s\n", part.coefficients[i], name)
		}
		b.WriteString("},\n")
	}
	b.WriteString("}\n")
	return format.Source(b.Bytes())
}
