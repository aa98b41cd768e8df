package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/parse"
	"wiredesk/aggregator/schedule"
	"wiredesk/config"
)

func newCheck(flags *common) *cobra.Command {
	var fetchAll, asJSON bool
	cmd := &cobra.Command{
		Use:   "check",
		Short: "Check the configuration, and with --fetch each source",
		Long: `Check reads the configuration and reports every problem in it at once, as
file:line:column. Sources that have moved for good since or are gone, as far as
the database knows, are noted. With --fetch it also asks each source once and
says what it answers; nothing is stored. A source that fails makes the exit
status 1. With --json the problems of a faulty configuration are on standard
output too.`,
		Example: "  wiredesk check\n  wiredesk check --fetch --config /etc/wiredesk/wiredesk.yaml",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load()
			if err != nil {
				if problems, ok := errors.AsType[config.Problems](err); ok && asJSON {
					return errors.Join(err, printProblems(cmd.OutOrStdout(), problems))
				}
				return err
			}
			left, err := readDepartures(cmd.Context(), cfg, flags.logger())
			if err != nil {
				flags.logger().Debug("what has moved or gone is not known", "err", err)
			}
			if fetchAll {
				if err := warn(cmd.ErrOrStderr(), cfg.Warnings); err != nil {
					return err
				}
				shown := newProgress(cmd.ErrOrStderr(), "asking the sources", len(cfg.Sources))
				rows, err := checkSources(cmd.Context(), flags, cfg, left, shown.step)
				shown.clear()
				if err != nil {
					return err
				}
				return printChecks(cmd.OutOrStdout(), rows, left, asJSON)
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), checkedConfig{len(cfg.Sources), len(cfg.Feeds), listed(cfg.Warnings), left})
			}
			if err := warn(cmd.ErrOrStderr(), cfg.Warnings); err != nil {
				return err
			}
			fmt.Fprintf(cmd.OutOrStdout(), "%s: %s, %s, %s\n", cfg.Path,
				count(len(cfg.Sources), "source", "sources"), count(len(cfg.Feeds), "feed", "feeds"), soundness(cfg.Warnings))
			return left.note(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&fetchAll, "fetch", false, "ask each source")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// checked is what a source answered.
type checked struct {
	Source   string             `json:"source"`
	URL      string             `json:"url"`
	Outcome  aggregator.Outcome `json:"outcome"`
	Problem  string             `json:"problem,omitempty"`
	Moved    string             `json:"moved,omitempty"`
	Format   string             `json:"format,omitempty"`
	Repaired string             `json:"repaired,omitempty"`
	Entries  int                `json:"entries"`
	Newest   *time.Time         `json:"newest,omitempty"`
}

// checkSources asks every source once, where the daemon asks it and with its
// peace for hosts, and calls step after each.
func checkSources(ctx context.Context, flags *common, cfg *config.Config, known departures, step func()) ([]checked, error) {
	client := newClient(cfg)
	defer client.Close()
	poller := ingest.NewPoller(client, parse.New(parse.Options{}), flags.logger())
	rows := make([]checked, len(cfg.Sources))
	place := make(map[string]*checked, len(rows))
	roster := rosterOf(cfg)
	for i, src := range cfg.Sources {
		state := unpolled(src, known)
		place[src.ID] = &rows[i]
		roster.Targets = append(roster.Targets, schedule.Target{Source: src, Address: state.Address})
	}
	asking, done := context.WithCancel(ctx)
	defer done()
	var resting sync.Map // hosts that asked to be left in peace
	var left atomic.Int64
	left.Store(int64(len(rows)))
	loop := schedule.NewLoop(schedule.Options{
		Concurrency: cfg.Poll.Concurrency, InFlightBytes: cfg.Poll.InFlightBytes, MaxBodyBytes: cfg.Poll.MaxBodyBytes,
		Poll: func(ctx context.Context, src aggregator.Source, room *schedule.Room) schedule.Turn {
			state := unpolled(src, known)
			if host := schedule.HostOf(state.AddressOf(src)); !rests(&resting, host) {
				result := poller.Within(room.Grow).Ask(ctx, src, state)
				*place[src.ID] = rowOf(&result)
				if result.Response.Outcome == aggregator.Throttled {
					resting.Store(host, true)
				}
			} else {
				*place[src.ID] = checked{Source: src.ID, URL: src.URL, Problem: "not asked: its host has asked to be left in peace"}
			}
			step()
			if left.Add(-1) == 0 {
				done()
			}
			return schedule.Turn{}
		},
	})
	var group errgroup.Group
	group.Go(func() error { return loop.Run(asking) })
	loop.Replace(asking, roster)
	return rows, errors.Join(group.Wait(), ctx.Err())
}

func rests(hosts *sync.Map, host string) bool {
	_, found := hosts.Load(host)
	return found
}

func rowOf(result *aggregator.PollResult) checked {
	row := checked{
		Source: result.Source, URL: result.URL, Outcome: result.Response.Outcome,
		Problem: result.Response.Problem.Message, Moved: result.Response.Moved,
		Format: result.Document.Format, Repaired: result.Document.Repaired, Entries: len(result.Document.Entries),
	}
	for _, e := range result.Document.Entries {
		if !e.Published.IsZero() && (row.Newest == nil || e.Published.After(*row.Newest)) {
			row.Newest = &e.Published
		}
	}
	return row
}

// note says in words what there is to say of a row besides its figures.
func (c *checked) note() string {
	var notes []string
	if c.Problem != "" {
		notes = append(notes, c.Problem)
	}
	if c.Moved != "" {
		notes = append(notes, "redirected for good to "+c.Moved)
	}
	if c.Repaired != "" {
		notes = append(notes, "repaired: "+c.Repaired)
	}
	return strings.Join(notes, "; ")
}

func printChecks(w io.Writer, rows []checked, left departures, asJSON bool) error {
	bad := 0
	list := table{{"SOURCE", "OUTCOME", "FORMAT", "ENTRIES", "NEWEST", "NOTE"}}
	for _, row := range rows {
		if !row.Outcome.Good() {
			bad++
		}
		list.add(row.Source, row.Outcome.String(), cmp.Or(row.Format, "-"), strconv.Itoa(row.Entries), minute(row.Newest), row.note())
	}
	var err error
	if asJSON {
		err = printJSON(w, rows)
	} else {
		err = errors.Join(list.write(w), left.note(w))
	}
	if err != nil {
		return err
	}
	if bad > 0 {
		return fmt.Errorf("%d of %s failed", bad, count(len(rows), "source", "sources"))
	}
	return nil
}

// problem is what is wrong with a configuration in the form check prints.
type problem struct {
	File    string `json:"file"`
	Line    int    `json:"line"`
	Column  int    `json:"column"`
	Key     string `json:"key,omitempty"`
	Message string `json:"message"`
}

func printProblems(w io.Writer, problems config.Problems) error {
	return printJSON(w, map[string][]problem{"problems": listed(problems)})
}

func listed(problems config.Problems) []problem {
	list := make([]problem, len(problems))
	for i, p := range problems {
		list[i] = problem(p)
	}
	return list
}

// checkedConfig is what there is to say of a valid configuration, in the form
// check prints.
type checkedConfig struct {
	Sources  int       `json:"sources"`
	Feeds    int       `json:"feeds"`
	Warnings []problem `json:"warnings,omitempty"`
	departures
}

// soundness says what there is to say of a valid configuration in two words, or of
// one that has warnings.
func soundness(warnings config.Problems) string {
	if len(warnings) == 0 {
		return "no problems"
	}
	return "no errors, " + count(len(warnings), "warning", "warnings")
}

// warn prints what will not do what it looks like, one a line.
func warn(w io.Writer, warnings config.Problems) error {
	if len(warnings) == 0 {
		return nil
	}
	_, err := fmt.Fprintln(w, warnings)
	return err
}

func printJSON(w io.Writer, value any) error {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(value)
}
