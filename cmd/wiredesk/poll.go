package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/parse"
	"wiredesk/config"
	"wiredesk/storage"
)

func newPoll(flags *common) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "poll SOURCE",
		Short: "Fetch one source now and show what would be decided, storing nothing",
		Long: `Poll fetches a source of the configuration, named by its id or URL, and shows
what the daemon would decide on each entry. Nothing is stored and the source's
next poll does not change. It works beside a running daemon.`,
		Example: "  wiredesk poll bbc-world",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			cfg, err := flags.load()
			if err != nil {
				return err
			}
			src, err := findSource(cfg, args[0])
			if err != nil {
				return err
			}
			client := newClient(cfg)
			defer client.Close()
			poller := ingest.NewPoller(client, parse.New(parse.Options{}), flags.logger())
			result := poller.Ask(cmd.Context(), src, aggregator.SourceState{Source: src.ID})
			report, err := preview(cmd.Context(), cfg, result)
			if err != nil {
				return err
			}
			if asJSON {
				err = printPollJSON(cmd.OutOrStdout(), &result, &report)
			} else {
				err = printPoll(cmd.OutOrStdout(), &result, &report)
			}
			if err == nil && !result.Response.Outcome.Good() {
				err = fmt.Errorf("poll %s: %w", src.ID, result.Response.Problem)
			}
			return err
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func findSource(cfg *config.Config, name string) (aggregator.Source, error) {
	var ids []string
	for _, src := range cfg.Sources {
		if src.ID == name || src.URL == name {
			return src, nil
		}
		if strings.Contains(src.ID, name) {
			ids = append(ids, src.ID)
		}
	}
	if len(ids) > 0 {
		return aggregator.Source{}, usageError{fmt.Errorf("no source %q in %s; perhaps %s", name, cfg.Path, strings.Join(ids, ", "))}
	}
	return aggregator.Source{}, usageError{fmt.Errorf("no source %q in %s", name, cfg.Path)}
}

// preview asks the daemon that holds the database, or the database itself
// where none does.
func preview(ctx context.Context, cfg *config.Config, result aggregator.PollResult) (report ingest.Report, err error) {
	path, opts := cfg.Storage.Path, storage.Options{ReadOnly: true, LockTimeout: 100 * time.Millisecond}
	if _, err := os.Stat(path); errors.Is(err, fs.ErrNotExist) {
		// Before the first start everything is new.
		folder, err := os.MkdirTemp("", "wiredesk-")
		if err != nil {
			return ingest.Report{}, err
		}
		defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
		path, opts = filepath.Join(folder, "empty.db"), storage.Options{}
	}
	db, err := storage.Open(path, opts)
	if errors.Is(err, storage.ErrLocked) {
		report, askErr := askPreview(ctx, path, result)
		if errors.Is(askErr, errNoDaemon) {
			return ingest.Report{}, errors.Join(err, askErr)
		}
		return report, askErr
	}
	if err != nil {
		return ingest.Report{}, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	settings, err := settingsOf(cfg)
	if err != nil {
		return ingest.Report{}, err
	}
	in, err := ingest.New(ingest.Options{
		Store: db, Dedupe: dedupe.Options{Window: cfg.Dedupe.Window, Join: cfg.Dedupe.Join},
	}, settings)
	if err != nil {
		return ingest.Report{}, err
	}
	return in.Try(result)
}

// decided is a decision in the form poll prints.
type decided struct {
	Decision  aggregator.DecisionKind `json:"decision"`
	Published *time.Time              `json:"published,omitempty"`
	Title     string                  `json:"title"`
	Link      string                  `json:"link,omitempty"`
	Story     string                  `json:"story,omitempty"`
	Rule      string                  `json:"rule"`
}

func decisions(report *ingest.Report) []decided {
	list := make([]decided, 0, len(report.Decisions))
	for i, d := range report.Decisions {
		e := report.Entries[i]
		row := decided{Decision: d.Kind, Title: e.Title, Link: e.Link, Rule: d.Evidence.Rule}
		if !e.Published.IsZero() {
			row.Published = &e.Published
		}
		if !d.Story.IsZero() {
			row.Story = d.Story.String()
		}
		list = append(list, row)
	}
	return list
}

func printPollJSON(w io.Writer, result *aggregator.PollResult, report *ingest.Report) error {
	encoder := json.NewEncoder(w)
	encoder.SetIndent("", "  ")
	return encoder.Encode(struct {
		Source    string             `json:"source"`
		URL       string             `json:"url"`
		Outcome   aggregator.Outcome `json:"outcome"`
		Status    int                `json:"status,omitempty"`
		Problem   string             `json:"problem,omitempty"`
		Title     string             `json:"title,omitempty"`
		Format    string             `json:"format,omitempty"`
		Repaired  string             `json:"repaired,omitempty"`
		Seconds   float64            `json:"seconds"`
		BytesRead int64              `json:"bytes"`
		Known     int                `json:"known"`
		Next      time.Time          `json:"next"`
		Decisions []decided          `json:"decisions"`
	}{
		result.Source, result.Response.URL, result.Response.Outcome, result.Response.Status, result.Response.Problem.Message,
		result.Document.Title, result.Document.Format, result.Document.Repaired, result.Response.Took.Seconds(), result.Response.BytesRead,
		report.Known, report.State.NextPoll, decisions(report),
	})
}

func printPoll(w io.Writer, result *aggregator.PollResult, report *ingest.Report) error {
	r, d := &result.Response, &result.Document
	fmt.Fprintf(w, "%s  %s\n", result.Source, r.URL)
	fmt.Fprintf(w, "%s, status %d, %d bytes in %v\n", r.Outcome, r.Status, r.BytesRead, r.Took.Round(time.Millisecond))
	if !r.Problem.IsZero() {
		fmt.Fprintf(w, "problem: %s\n", r.Problem.Message)
	}
	if d.Format != "" {
		fmt.Fprintf(w, "%s feed %q, %d entries, %d of them known and unchanged\n", d.Format, d.Title, len(d.Entries), report.Known)
	}
	if d.Repaired != "" {
		fmt.Fprintf(w, "repaired: %s\n", d.Repaired)
	}
	if r.Moved != "" {
		fmt.Fprintf(w, "moved for good to %s\n", r.Moved)
	}
	if !report.State.NextPoll.IsZero() {
		fmt.Fprintf(w, "after this poll the next would be at %s\n", report.State.NextPoll.Local().Format(time.DateTime))
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, row := range decisions(report) {
		when := "-"
		if row.Published != nil {
			when = row.Published.Local().Format("2006-01-02 15:04")
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\n", row.Decision, row.Rule, when, row.Title)
	}
	return table.Flush()
}
