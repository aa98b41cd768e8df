package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/cmd/internal/backtest"
	"wiredesk/config"
)

func newBacktest(flags *common) *cobra.Command {
	var call backtestCall
	settings := []*setting{{key: "window"}, {key: "join"}, {key: "strictness"}}
	cmd := &cobra.Command{
		Use:   "backtest FILE.jsonl",
		Short: "Judge recorded entries, and score the judgement against labels",
		Long: `Backtest folds recorded entries into stories as the daemon would, and prints for
each its number and its story, "n<TAB>story". It needs no database. FILE holds an
entry a line as JSON (n, source, guid, url, title, summary, published, seen), in
the order they were seen; it may be compressed by gzip, and "-" reads standard
input.

Labels say which entries belong together:

  {"n": 5, "stories": [[1, 3, 4]], "copies": [[1, 3]], "unsure": [[2, 5]]}

With them the summary on standard error says how well the stories agree, and
--wrong shows pairs that do not.

The settings are the defaults, or with --config those of its dedupe section;
--window, --join and --strictness overrule either.`,
		Example: `  wiredesk backtest monday.jsonl > monday.tsv
  wiredesk backtest monday.jsonl --warm weekend.jsonl.gz --wrong 20 > monday.tsv`,
		Args: takes("FILE.jsonl"),
		RunE: func(cmd *cobra.Command, args []string) error {
			call.file = args[0]
			d, err := dedupeSettings(flags, settings)
			if err != nil {
				return err
			}
			if err := call.check(); err != nil {
				return wrongCall(cmd, err)
			}
			return call.run(cmd, judging(d))
		},
	}
	f := cmd.Flags()
	f.StringVar(&call.warm, "warm", "", "fold the entries of `FILE` first: those of the days before")
	f.StringVar(&call.labels, "labels", "", "score against the labels in `FILE` (default FILE.labels.json, where that exists)")
	f.IntVar(&call.wrong, "wrong", 0, "show up to `N` pairs that were joined wrongly, and N that were missed")
	f.Var(settings[0], "window", "how far back a story is looked for, a `DURATION` as dedupe.window")
	f.Var(settings[1], "join", "which entries may share a story, as dedupe.join: `story`, copy or none")
	f.Var(settings[2], "strictness", "how sure a report must be, a `NUMBER` as dedupe.strictness")
	f.BoolVar(&call.asJSON, "json", false, "print JSON: every decision, the score, the wrong pairs")
	return cmd
}

// setting is a key of the dedupe section as a flag.
type setting struct {
	key  string
	text string // empty: not given
}

func (s *setting) String() string { return s.text }

// Type names the value in the flag's help.
func (s *setting) Type() string { return s.key }

// Set takes a text that the key could have in a file.
func (s *setting) Set(text string) error {
	d := config.Default().Dedupe
	s.text = text
	return d.Set(s.key, text)
}

// dedupeSettings returns the dedupe section of the configuration, should one be
// named, else the default, both overruled by settings.
func dedupeSettings(flags *common, settings []*setting) (config.Dedupe, error) {
	d := config.Default().Dedupe
	if flags.config != "" {
		cfg, err := flags.load()
		if err != nil {
			return d, err
		}
		d = cfg.Dedupe
	}
	for _, s := range settings {
		if s.text == "" {
			continue
		}
		if err := d.Set(s.key, s.text); err != nil {
			return d, fmt.Errorf("--%s: %w", s.key, err)
		}
	}
	return d, nil
}

// backtestCall is what a backtest is asked for.
type backtestCall struct {
	file, warm, labels string // empty: none; for labels those beside file, where there are any
	wrong              int
	asJSON             bool
}

func (c *backtestCall) check() error {
	switch {
	case c.wrong < 0:
		return fmt.Errorf("--wrong is %d, must be a number of pairs", c.wrong)
	case c.file == "-" && c.warm == "-":
		return errors.New("FILE and --warm are both standard input, only one can be")
	case c.wrong > 0 && c.labelsPath() == "":
		return errors.New("--wrong needs labels: name them with --labels")
	}
	return nil
}

// labelsPath returns where the labels may be, empty for nowhere.
func (c *backtestCall) labelsPath() string {
	if c.labels != "" {
		return c.labels
	}
	base, found := strings.CutSuffix(strings.TrimSuffix(c.file, ".gz"), ".jsonl")
	if !found {
		return ""
	}
	return base + ".labels.json"
}

func (c *backtestCall) run(cmd *cobra.Command, opts dedupe.Options) error {
	set, err := readRows(cmd.InOrStdin(), c.file)
	if err != nil {
		return err
	}
	labels, err := c.readLabels(cmd, set)
	if err != nil {
		return err
	}
	var warm []backtest.Row
	if c.warm != "" {
		if warm, err = readRows(cmd.InOrStdin(), c.warm); err != nil {
			return err
		}
	}
	report, err := runBacktest(cmd.Context(), opts, warm, set)
	if err != nil {
		return err
	}
	if labels != nil {
		report.hold(labels, c.wrong)
	}
	if c.asJSON {
		err = printJSON(cmd.OutOrStdout(), report)
	} else {
		err = report.print(cmd.OutOrStdout())
	}
	return errors.Join(err, report.summarise(cmd.ErrOrStderr()))
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
func (c *backtestCall) readLabels(cmd *cobra.Command, set []backtest.Row) (*backtest.Labels, error) {
	path := c.labelsPath()
	if path == "" {
		return nil, nil
	}
	file, err := os.Open(path)
	if errors.Is(err, fs.ErrNotExist) && c.labels == "" {
		if c.wrong > 0 {
			return nil, wrongCall(cmd, fmt.Errorf("--wrong needs labels, and there are none in %s: name them with --labels", path))
		}
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer func() { _ = file.Close() }() // only read from
	return backtest.ReadLabels(path, file, set)
}

// backtestReport is what became of a set, in the form --json prints.
type backtestReport struct {
	Entries int             `json:"entries"`
	Warm    int             `json:"warm"`
	Stories int             `json:"stories"`
	Judged  []judgedRow     `json:"judged"`
	Score   *backtest.Score `json:"score,omitempty"`
	Joins   []wrongPair     `json:"wrong_joins,omitempty"`
	Misses  []wrongPair     `json:"wrong_misses,omitempty"`

	outcome backtest.Outcome
	several int // stories of two or more
	rate    float64
	wrong   [2]int // all joins and misses, shown or not
}

// judgedRow is an entry of the set and what became of it.
type judgedRow struct {
	N        int                     `json:"n"`
	Story    aggregator.StoryID      `json:"story"` // in the end
	Decision aggregator.DecisionKind `json:"decision"`
	Rule     string                  `json:"rule"`
	Score    float64                 `json:"score"`
	Partner  int                     `json:"partner,omitempty"` // n of the entry it was compared with, where that is of the set
}

// wrongPair is two entries that were judged otherwise than they are labelled.
type wrongPair struct {
	A       int     `json:"a"`
	B       int     `json:"b"`
	Minutes float64 `json:"minutes"`
	Why     string  `json:"why"`

	pair backtest.Pair
}

func runBacktest(ctx context.Context, opts dedupe.Options, warm, set []backtest.Row) (*backtestReport, error) {
	start := time.Now()
	out, err := backtest.Run(ctx, dedupe.New(opts), warm, set)
	if err != nil {
		return nil, err
	}
	r := &backtestReport{
		Entries: len(set), Warm: len(warm), Judged: make([]judgedRow, len(set)),
		outcome: out, rate: float64(len(warm)+len(set)) / time.Since(start).Seconds(),
	}
	numbers := make(map[aggregator.EntryID]int, len(set))
	members := make(map[aggregator.StoryID]int)
	for i, d := range out.Decisions {
		row := &out.Rows[i]
		numbers[row.Entry.ID] = row.N
		members[row.Entry.Story]++
		r.Judged[i] = judgedRow{
			N: row.N, Story: row.Entry.Story, Decision: d.Kind,
			Rule: d.Evidence.Rule, Score: d.Evidence.Score, Partner: numbers[d.Evidence.Partner],
		}
	}
	r.Stories = len(members)
	for _, k := range members {
		if k > 1 {
			r.several++
		}
	}
	return r, nil
}

// hold compares the stories with the labels and keeps up to most wrong pairs
// of either kind.
func (r *backtestReport) hold(labels *backtest.Labels, most int) {
	score := labels.Score(r.outcome.Rows)
	r.Score = &score
	joins, misses := labels.Wrong(&r.outcome)
	r.wrong = [2]int{len(joins), len(misses)}
	r.Joins = wrongPairs(joins[:min(most, len(joins))])
	r.Misses = wrongPairs(misses[:min(most, len(misses))])
}

func wrongPairs(pairs []backtest.Pair) []wrongPair {
	shown := make([]wrongPair, len(pairs))
	for i, p := range pairs {
		shown[i] = wrongPair{A: p.A.N, B: p.B.N, Minutes: p.Apart().Minutes(), Why: whyWrong(&p), pair: p}
	}
	return shown
}

// whyWrong says what is known of a wrong pair besides its texts.
func whyWrong(p *backtest.Pair) string {
	var parts []string
	if p.Copies {
		parts = append(parts, "labelled as copies")
	}
	if p.Unsure {
		parts = append(parts, "labelled as unsure")
	}
	about := p.Decision.Explain()
	if !p.Direct {
		about = "the second is " + about
	}
	return strings.Join(append(parts, about), "; ")
}

func (r *backtestReport) print(w io.Writer) error {
	out := bufio.NewWriter(w)
	for _, row := range r.Judged {
		fmt.Fprintf(out, "%d\t%s\n", row.N, row.Story)
	}
	return out.Flush()
}

// summarise prints what there is to say besides the stories.
func (r *backtestReport) summarise(w io.Writer) error {
	out := bufio.NewWriter(w)
	fmt.Fprint(out, count(r.Entries, "entry", "entries"))
	if r.Warm > 0 {
		fmt.Fprintf(out, " after %d of the days before", r.Warm)
	}
	fmt.Fprintf(out, ", %.0f a second: %s, %d of two or more\n", r.rate, count(r.Stories, "story", "stories"), r.several)
	if s := r.Score; s != nil {
		fmt.Fprintln(out)
		list := table{{"MEASURE", "PRECISION", "RECALL", "F1"}}
		list.add("pairs", decimals(s.PairPrecision), decimals(s.PairRecall), decimals(s.PairF1))
		list.add("B-cubed", decimals(s.CubedPrecision), decimals(s.CubedRecall), decimals(s.CubedF1))
		list.add("copies", "", decimals(s.CopyRecall))
		list.add("bad merges", decimals(s.BadMerge))
		if err := list.write(out); err != nil {
			return err
		}
	}
	printWrong(out, r.Joins, r.wrong[0], "joined and belongs apart", "joined and belong apart")
	printWrong(out, r.Misses, r.wrong[1], "apart and belongs together", "apart and belong together")
	return out.Flush()
}

func decimals(f float64) string { return strconv.FormatFloat(f, 'f', 4, 64) }

func printWrong(w io.Writer, shown []wrongPair, all int, one, many string) {
	if len(shown) == 0 {
		return
	}
	fmt.Fprintf(w, "\n%s, the surest first:\n", count(all, "pair "+one, "pairs "+many))
	for _, p := range shown {
		fmt.Fprintf(w, "\n%.0f minutes apart, %s\n", p.Minutes, oneLine(p.Why))
		for _, row := range []*backtest.Row{p.pair.A, p.pair.B} {
			e := &row.Entry
			fmt.Fprintf(w, "%6d  %s %s: %s\n", row.N, e.ID.Short(), oneLine(e.Source), oneLine(e.Title))
		}
	}
}
