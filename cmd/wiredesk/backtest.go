package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wiredesk/aggregator/dedupe"
	"wiredesk/cmd/internal/backtest"
	"wiredesk/config"
)

// backtestCall is what a backtest is asked for.
type backtestCall struct {
	file   string
	warm   string // empty: none
	labels string // empty: those beside file, if there are any
	dedupe config.Dedupe
	wrong  int
	asJSON bool
}

func newBacktest(flags *common) *cobra.Command {
	call := backtestCall{dedupe: config.Default().Dedupe}
	cmd := &cobra.Command{
		Use:     "backtest FILE.jsonl",
		Short:   "Judge recorded entries, and score the judgement against labels",
		Long:    `Backtest`,
		Example: "  wiredesk backtest monday.jsonl > monday.tsv",
		Args:    takes("FILE.jsonl"),
		RunE: func(cmd *cobra.Command, args []string) error {
			call.file = args[0]
			return call.run(cmd)
		},
	}
	cmd.Flags().DurationVar(&call.dedupe.Window, "window", call.dedupe.Window, "how far back a story is looked for")
	cmd.Flags().StringVar((*string)(&call.dedupe.Join), "join", string(call.dedupe.Join), "story, copy or none")
	cmd.Flags().StringVar(&call.warm, "warm", "", "`FILE` of the entries of the days before")
	cmd.Flags().StringVar(&call.labels, "labels", "", "`FILE` with the labels (default FILE.labels.json, if there is one)")
	return cmd
}

func (c *backtestCall) run(cmd *cobra.Command) error {
	set, err := readRows(cmd.InOrStdin(), c.file)
	if err != nil {
		return err
	}
	var warm []backtest.Row
	if c.warm != "" {
		if warm, err = readRows(cmd.InOrStdin(), c.warm); err != nil {
			return err
		}
	}
	labels, err := c.readLabels(set)
	if err != nil {
		return err
	}
	start := time.Now()
	out := backtest.Run(dedupe.New(dedupe.Options{Window: c.dedupe.Window, Join: c.dedupe.Join}), warm, set)
	took := time.Since(start)
	w := bufio.NewWriter(cmd.OutOrStdout())
	for i := range out.Rows {
		fmt.Fprintf(w, "%d\t%s\n", out.Rows[i].N, out.Rows[i].Entry.Story)
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(cmd.ErrOrStderr(), "%d entries, %.0f/s\n", len(set), float64(len(warm)+len(set))/took.Seconds())
	if labels != nil {
		s := labels.Score(out.Rows)
		fmt.Fprintf(cmd.ErrOrStderr(), "pair_p\tpair_r\tpair_f1\tb3_p\tb3_r\tb3_f1\tcopy_r\tbad_merge\n%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\n",
			s.PairPrecision, s.PairRecall, s.PairF1, s.CubedPrecision, s.CubedRecall, s.CubedF1, s.CopyRecall, s.BadMerge)
	}
	return nil
}

func readRows(stdin io.Reader, path string) ([]backtest.Row, error) {
	if path == "-" {
		return backtest.ReadRows("standard input", stdin)
	}
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	return backtest.ReadRows(path, file)
}

// readLabels returns nil where there are none and none were asked for.
func (c *backtestCall) readLabels(set []backtest.Row) (*backtest.Labels, error) {
	path := c.labels
	if path == "" {
		base, found := strings.CutSuffix(strings.TrimSuffix(c.file, ".gz"), ".jsonl")
		if !found {
			return nil, nil
		}
		path = base + ".labels.json"
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && c.labels == "" {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	return backtest.ReadLabels(path, file, set)
}
