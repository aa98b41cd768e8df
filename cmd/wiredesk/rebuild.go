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
	"time"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/config"
	"wiredesk/storage"
)

func newRebuild(flags *common) *cobra.Command {
	var apply, asJSON bool
	var examples int
	cmd := &cobra.Command{
		Use:   "rebuild",
		Short: "Judge the archive anew, and show what would change",
		Long: `Rebuild judges every entry in the database anew, in the order they came, with
this version of Wiredesk and the settings of the configuration, and shows which
stories would change. Pins are obeyed. With --apply it changes them, all or none.

Entries and stories keep their ids and their places, and nothing is announced
again. The id of a story that is no more leads to the one that has its entry.

The daemon must be stopped.`,
		Example: "  wiredesk rebuild\n  wiredesk rebuild --apply",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if examples < 0 {
				return wrongCall(cmd, fmt.Errorf("--examples is %d, must be a number of entries", examples))
			}
			cfg, err := flags.load()
			if err != nil {
				return err
			}
			report, err := rebuild(cmd, cfg, apply, examples, asJSON)
			if err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), report)
			}
			return report.print(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&apply, "apply", false, "change the stories")
	cmd.Flags().IntVar(&examples, "examples", 10, "show `N` of the entries that move; --json shows all")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// rebuildReport is what judging the archive anew comes to, in the form --json
// prints.
type rebuildReport struct {
	Entries int                `json:"entries"`
	Before  ingest.StoryCounts `json:"before"`
	After   ingest.StoryCounts `json:"after"`
	Moved   int                `json:"moved"`
	Changed int                `json:"changed"` // stories, those that end or begin among them
	Applied bool               `json:"applied"`
	Moves   []movedEntry       `json:"moves"`
}

// movedEntry is an entry that comes to another story.
type movedEntry struct {
	Entry  aggregator.EntryID `json:"entry"`
	Source string             `json:"source"`
	Title  string             `json:"title"`
	Seen   time.Time          `json:"seen"`
	From   storyName          `json:"from"`
	To     storyName          `json:"to"`
	Why    string             `json:"why"`
}

// storyName is a story by its first entry.
type storyName struct {
	ID    aggregator.StoryID `json:"id"`
	Title string             `json:"title"`
}

func rebuild(cmd *cobra.Command, cfg *config.Config, apply bool, examples int, asJSON bool) (_ *rebuildReport, err error) {
	if _, err := os.Stat(cfg.Storage.Path); errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("there is no database %s yet", cfg.Storage.Path)
	}
	db, err := storage.Open(cfg.Storage.Path, storage.Options{ReadOnly: !apply, LockTimeout: 100 * time.Millisecond})
	if errors.Is(err, storage.ErrLocked) {
		return nil, fmt.Errorf("the database %s is open elsewhere: stop the daemon first", cfg.Storage.Path)
	}
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	refolded, err := refold(cmd.Context(), cmd.ErrOrStderr(), db, cfg)
	if err != nil {
		return nil, err
	}
	report := &rebuildReport{
		Entries: refolded.Entries, Before: refolded.Before, After: refolded.After,
		Moved: len(refolded.Moves), Changed: refolded.Changed,
	}
	shown := refolded.Moves
	if !asJSON {
		shown = spread(shown, examples)
	}
	if report.Moves, err = movedEntries(db, shown); err != nil {
		return nil, err
	}
	if apply {
		if err := ingest.Apply(db, refolded); err != nil {
			return nil, err
		}
		report.Applied = true
	}
	return report, nil
}

func refold(ctx context.Context, progressOn io.Writer, db *storage.DB, cfg *config.Config) (*ingest.Refolded, error) {
	settings, err := settingsOf(cfg)
	if err != nil {
		return nil, err
	}
	entries, _ := db.Counts()
	shown := newProgress(progressOn, "judging entries", int(entries))
	defer shown.clear()
	return ingest.Refold(ctx, db, judging(cfg.Dedupe), &settings, shown.step)
}

// spread returns n of the moves from all over the archive.
func spread(moves []ingest.Move, n int) []ingest.Move {
	n = min(n, len(moves))
	some := make([]ingest.Move, n)
	for i := range some {
		some[i] = moves[i*len(moves)/n]
	}
	return some
}

// movedEntries reads of the store what people know entries and stories by.
func movedEntries(db *storage.DB, moves []ingest.Move) ([]movedEntry, error) {
	list := make([]movedEntry, len(moves))
	for i, m := range moves {
		known, err := db.Known([]aggregator.EntryID{aggregator.EntryID(m.From), aggregator.EntryID(m.To)})
		if err != nil {
			return nil, err
		}
		entries, err := db.Entries([]uint64{m.Seq, known[0].Seq, known[1].Seq})
		if err != nil {
			return nil, err
		}
		list[i] = movedEntry{
			Entry: entries[0].ID, Source: entries[0].Source, Title: entries[0].Title, Seen: entries[0].Seen,
			From: storyName{m.From, entries[1].Title}, To: storyName{m.To, entries[2].Title},
			Why: m.Decision.Explain(),
		}
	}
	return list, nil
}

func (r *rebuildReport) print(w io.Writer) error {
	out := bufio.NewWriter(w)
	list := table{{"", "NOW", "THEN"}}
	if r.Applied {
		list = table{{"", "BEFORE", "NOW"}}
	}
	list.add("stories", strconv.Itoa(r.Before.Stories), strconv.Itoa(r.After.Stories))
	list.add("of two or more", strconv.Itoa(r.Before.Several), strconv.Itoa(r.After.Several))
	list.add("entries in these", strconv.Itoa(r.Before.Carried), strconv.Itoa(r.After.Carried))
	if err := list.write(out); err != nil {
		return err
	}
	move, change := "would move", "would change"
	if r.Applied {
		move, change = "moved", "changed"
	}
	fmt.Fprintf(out, "\n%s judged anew: %s %s, %s %s\n", count(r.Entries, "entry", "entries"),
		count(r.Moved, "entry", "entries"), move, count(r.Changed, "story", "stories"), change)
	for _, m := range r.Moves {
		fmt.Fprintf(out, "\n%s %s: %s\n", m.Entry.Short(), oneLine(m.Source), oneLine(m.Title))
		fmt.Fprintf(out, "  from %s %s\n", m.From.ID.Short(), oneLine(m.From.Title))
		fmt.Fprintf(out, "  to   %s %s\n", m.To.ID.Short(), oneLine(m.To.Title))
		fmt.Fprintf(out, "  %s\n", oneLine(m.Why))
	}
	return out.Flush()
}
