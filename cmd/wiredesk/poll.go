package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
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
next poll does not change. It works beside a running daemon, which is then asked
over its socket.`,
		Example: "  wiredesk poll bbc-world\n  wiredesk poll https://feeds.bbci.co.uk/news/world/rss.xml --json",
		Args:    takes("SOURCE"),
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
			left, err := readDepartures(cmd.Context(), cfg, flags.logger())
			if err != nil {
				flags.logger().Debug("what has moved or gone is not known", "err", err)
			}
			result := poller.Ask(cmd.Context(), src, unpolled(src, left))
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			if _, err := os.Stat(cfg.Storage.Path); errors.Is(err, fs.ErrNotExist) {
				fmt.Fprintf(cmd.ErrOrStderr(), "wiredesk: there is no database %s: everything would be new\n", cfg.Storage.Path)
			}
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
	var near []string
	for _, src := range cfg.Sources {
		if src.ID == name || src.URL == name {
			return src, nil
		}
		if strings.Contains(src.ID, name) {
			near = append(near, src.ID)
		}
	}
	err := fmt.Errorf("%s has no source %q", cfg.Path, name)
	if len(near) > 0 {
		err = fmt.Errorf("%w; did you mean %s?", err, strings.Join(near, " or "))
	}
	return aggregator.Source{}, usageError{err}
}

// preview asks the daemon that holds the database, or the database itself
// where none does.
func preview(ctx context.Context, cfg *config.Config, result aggregator.PollResult) (report ingest.Report, err error) {
	path, opts := cfg.Storage.Path, storage.Options{ReadOnly: true, LockTimeout: lockPatience}
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
		return askPreview(ctx, path, result)
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
		Store: db, Dedupe: judging(cfg.Dedupe),
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
	r, d := &result.Response, &result.Document
	return printJSON(w, struct {
		Source    string             `json:"source"`
		URL       string             `json:"url"`
		Outcome   aggregator.Outcome `json:"outcome"`
		Status    int                `json:"status,omitempty"`
		Problem   string             `json:"problem,omitempty"`
		Moved     string             `json:"moved,omitempty"`
		Title     string             `json:"title,omitempty"`
		Format    string             `json:"format,omitempty"`
		Repaired  string             `json:"repaired,omitempty"`
		Seconds   float64            `json:"seconds"`
		BytesRead int64              `json:"bytes"`
		Entries   int                `json:"entries"`
		Known     int                `json:"known"`
		Next      time.Time          `json:"next,omitzero"`
		WhyNext   string             `json:"why_next"`
		Decisions []decided          `json:"decisions"`
	}{
		result.Source, result.URL, r.Outcome, r.Status, r.Problem.Message, r.Moved,
		d.Title, d.Format, d.Repaired, r.Took.Seconds(), r.BytesRead,
		len(d.Entries), report.Known, report.State.NextPoll, report.State.ExplainNext(), decisions(report),
	})
}

// known says how much of a document is nothing new.
func known(entries, known int) string {
	if known == entries && entries > 0 {
		return "all known and unchanged: nothing to decide"
	}
	return fmt.Sprintf("%d of them known and unchanged", known)
}

func printPoll(w io.Writer, result *aggregator.PollResult, report *ingest.Report) error {
	r, d := &result.Response, &result.Document
	about := table{{"source", result.Source}, {"url", result.URL}}
	outcome := r.Outcome.String()
	if r.Status != 0 {
		outcome += fmt.Sprintf(", status %d, %s", r.Status, count(int(r.BytesRead), "byte", "bytes"))
	}
	about.add("outcome", fmt.Sprintf("%s in %v", outcome, r.Took.Round(time.Millisecond)))
	if problem := r.Problem.Message; problem != "" {
		about.add("problem", problem)
	}
	if result.Address != "" {
		about.add("moved", "for good to "+result.Address+", where it was asked")
	}
	if r.Moved != "" {
		about.add("moved", "redirected for good to "+r.Moved)
	}
	if d.Format != "" {
		about.add("feed", fmt.Sprintf("%s, %s, %s", d.Format, count(len(d.Entries), "entry", "entries"), known(len(d.Entries), report.Known)))
		about.add("title", d.Title)
	}
	if d.Repaired != "" {
		about.add("repaired", d.Repaired)
	}
	why := report.State.ExplainNext()
	if next := report.State.NextPoll; !next.IsZero() {
		why = "would be at " + next.Local().Format(time.DateTime+" MST") + ": " + why
	}
	about.add("next poll", why)
	if err := about.write(w); err != nil {
		return err
	}
	list := decisions(report)
	if len(list) == 0 {
		return nil
	}
	rows := table{{"DECISION", "RULE", "PUBLISHED", "TITLE"}}
	for _, row := range list {
		rows.add(row.Decision.String(), row.Rule, minute(row.Published), row.Title)
	}
	fmt.Fprintln(w)
	return rows.write(w)
}
