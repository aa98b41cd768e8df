package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync/atomic"
	"text/tabwriter"
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
file:line:column. With --fetch it also asks each source once and says what it
answers; nothing is stored.`,
		Example: "  wiredesk check --fetch --config /etc/wiredesk/wiredesk.yaml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load()
			if err != nil {
				return err
			}
			if _, err := settingsOf(cfg); err != nil {
				return usageError{err}
			}
			if !fetchAll {
				if asJSON {
					return json.NewEncoder(cmd.OutOrStdout()).Encode(map[string]int{"sources": len(cfg.Sources), "feeds": len(cfg.Feeds)})
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "%s: %d sources, %d feeds, no problems\n", cfg.Path, len(cfg.Sources), len(cfg.Feeds))
				return err
			}
			rows, err := checkSources(cmd.Context(), flags, cfg)
			if err != nil {
				return err
			}
			return printChecks(cmd.OutOrStdout(), rows, asJSON)
		},
	}
	cmd.Flags().BoolVar(&fetchAll, "fetch", false, "ask each source")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// checked is what a source answered.
type checked struct {
	Source  string             `json:"source"`
	Outcome aggregator.Outcome `json:"outcome"`
	Format  string             `json:"format,omitempty"`
	Entries int                `json:"entries"`
	Newest  *time.Time         `json:"newest,omitempty"`
	Moved   string             `json:"moved,omitempty"`
	Note    string             `json:"note,omitempty"`
}

// checkSources asks every source once, with the daemon's peace for hosts.
func checkSources(ctx context.Context, flags *common, cfg *config.Config) ([]checked, error) {
	client := newClient(cfg)
	defer client.Close()
	poller := ingest.NewPoller(client, parse.New(parse.Options{}), flags.logger())
	rows := make([]checked, len(cfg.Sources))
	place := make(map[string]*checked, len(rows))
	targets := make([]schedule.Target, len(rows))
	for i, src := range cfg.Sources {
		place[src.ID], targets[i] = &rows[i], schedule.Target{Source: src}
	}
	asking, done := context.WithCancel(ctx)
	defer done()
	var left atomic.Int64
	left.Store(int64(len(rows)))
	loop := schedule.NewLoop(schedule.Options{
		Concurrency: cfg.Poll.Concurrency, PerHost: cfg.Poll.PerHost, HostGap: cfg.Poll.HostGap,
		Poll: func(ctx context.Context, src aggregator.Source) schedule.Turn {
			result := poller.Ask(ctx, src, aggregator.SourceState{Source: src.ID})
			*place[src.ID] = rowOf(&result)
			if left.Add(-1) == 0 {
				done()
			}
			return schedule.Turn{}
		},
	})
	var group errgroup.Group
	group.Go(func() error { return loop.Run(asking) })
	loop.Replace(asking, targets)
	return rows, errors.Join(group.Wait(), ctx.Err())
}

func rowOf(result *aggregator.PollResult) checked {
	row := checked{
		Source: result.Source, Outcome: result.Response.Outcome, Format: result.Document.Format,
		Entries: len(result.Document.Entries), Moved: result.Response.Moved, Note: result.Response.Problem.Message,
	}
	for _, e := range result.Document.Entries {
		if !e.Published.IsZero() && (row.Newest == nil || e.Published.After(*row.Newest)) {
			row.Newest = &e.Published
		}
	}
	switch {
	case row.Note != "":
	case row.Moved != "":
		row.Note = "moved for good to " + row.Moved
	case result.Document.Repaired != "":
		row.Note = "repaired: " + result.Document.Repaired
	}
	return row
}

func printChecks(w io.Writer, rows []checked, asJSON bool) error {
	bad := 0
	for _, row := range rows {
		if !row.Outcome.Good() {
			bad++
		}
	}
	if asJSON {
		encoder := json.NewEncoder(w)
		encoder.SetIndent("", "  ")
		if err := encoder.Encode(rows); err != nil {
			return err
		}
	} else {
		table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
		for _, row := range rows {
			newest := "-"
			if row.Newest != nil {
				newest = row.Newest.Local().Format("2006-01-02 15:04")
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%d entries\t%s\t%s\n", row.Source, row.Outcome, row.Format, row.Entries, newest, row.Note)
		}
		if err := table.Flush(); err != nil {
			return err
		}
	}
	if bad > 0 {
		return fmt.Errorf("%d of %d sources do not answer as they should", bad, len(rows))
	}
	return nil
}
