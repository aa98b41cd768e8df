package main

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"

	"github.com/spf13/cobra"

	"wiredesk/aggregator/serve"
)

const pinsPath = "/api/v1/pins"

func newPin(flags *common) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "pin",
		Short: "Join or part entries for good",
		Long: `Pin overrules what was decided: two entries are of one story, or are not, and
whatever is judged later keeps to it.

An entry is named by its id, by the first eight digits of it or more, as
"wiredesk why" prints them, or by its link. Pins are made through the running
daemon, or in the database itself where none runs.`,
		Example: "  wiredesk pin join 1b2c3d4e 5f60718a\n  wiredesk pin list",
	}
	takesCommand(cmd)
	cmd.AddCommand(
		newPinPut(flags, "join", "Say that two entries are of one story", true),
		newPinPut(flags, "part", "Say that two entries are not of one story", false),
		newPinList(flags), newPinRemove(flags),
	)
	return cmd
}

func newPinPut(flags *common, name, short string, join bool) *cobra.Command {
	var asJSON bool
	long := `Join puts both entries, and the stories they are in, together for good. The older
story keeps its id, and the younger one's leads to it.`
	if !join {
		long = `Part puts the two entries into different stories for good. The second leaves the
story, if they share one, or the first if the story begins with the second. What is
in the story only because of it goes along, so that a wrong join is taken back
whole. All that is in the two stories now is printed.`
	}
	cmd := &cobra.Command{
		Use: name + " ENTRY ENTRY", Short: short, Long: long,
		Example: "  wiredesk pin " + name + " 1b2c3d4e 5f60718a",
		Args:    takes("ENTRY", "the second ENTRY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.changePins(cmd, func(ask *asker) error {
				var answer serve.PinAnswer
				body := serve.PinRequest{Join: join, Entries: [2]string{args[0], args[1]}}
				if err := ask.do(cmd.Context(), http.MethodPut, pinsPath, nil, body, &answer); err != nil {
					return err
				}
				if asJSON {
					return printJSON(cmd.OutOrStdout(), answer)
				}
				return printPinned(cmd, ask, &answer)
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func newPinList(flags *common) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use: "list", Short: "List what is pinned", Long: "List prints every pin with its two entries.",
		Example: "  wiredesk pin list --json",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) (err error) {
			cfg, err := flags.load()
			if err != nil {
				return err
			}
			ask, err := newReader(cfg, flags.logger())
			if err != nil {
				return err
			}
			defer func() { err = errors.Join(err, ask.close()) }()
			var list serve.PinList
			if err := ask.get(cmd.Context(), pinsPath, nil, &list); err != nil {
				return err
			}
			if asJSON {
				return printJSON(cmd.OutOrStdout(), list.Pins)
			}
			if len(list.Pins) == 0 {
				fmt.Fprintln(cmd.ErrOrStderr(), "wiredesk: nothing is pinned")
				return nil
			}
			rows := table{{"SAID", "PIN", "ENTRY", "STORY", "SOURCE", "TITLE"}}
			for i := range list.Pins {
				p := &list.Pins[i]
				rows.add(append([]string{minute(&p.At), pinWord(*p)}, pinnedCells(p.Entries[0])...)...)
				rows.add(append([]string{"", ""}, pinnedCells(p.Entries[1])...)...)
			}
			return rows.write(cmd.OutOrStdout())
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

func newPinRemove(flags *common) *cobra.Command {
	return &cobra.Command{
		Use: "remove ENTRY ENTRY", Short: "Take back what was said of two entries",
		Long: `Remove forgets the pin of two entries. They stay in the stories they are in; what
comes later is judged without the pin.`,
		Example: "  wiredesk pin remove 1b2c3d4e 5f60718a",
		Args:    takes("ENTRY", "the second ENTRY"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return flags.changePins(cmd, func(ask *asker) error {
				if err := ask.do(cmd.Context(), http.MethodDelete, pinsPath, url.Values{"entry": args}, nil, nil); err != nil {
					return err
				}
				_, err := fmt.Fprintf(cmd.OutOrStdout(), "the pin of %s and %s is removed; they stay where they are\n", args[0], args[1])
				return err
			})
		},
	}
}

// changePins has what changes pins talk to the daemon or to the database.
func (c *common) changePins(cmd *cobra.Command, change func(*asker) error) (err error) {
	cfg, err := c.load()
	if err != nil {
		return err
	}
	ask, err := newWriter(cmd.Context(), cfg, c.logger())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, ask.close()) }()
	return change(ask)
}

// pinWord says what a pin is, in a word.
func pinWord(p serve.Pin) string {
	if p.Join {
		return "joined"
	}
	return "parted"
}

func pinnedCells(e serve.PinnedEntry) []string {
	return []string{shortOf(e.ID), shortOf(e.Story), e.Source, e.Title}
}

// printPinned shows the two entries with all that are in their stories now: what
// came with them, or stayed, may be on the wrong side.
func printPinned(cmd *cobra.Command, ask *asker, answer *serve.PinAnswer) error {
	rows := table{{"PIN", "ENTRY", "STORY", "SOURCE", "TITLE"}}
	for i, pinned := range answer.Entries {
		rows.add(append([]string{pinWord(answer.Pin)}, pinnedCells(pinned)...)...)
		if i == 0 && pinned.Story == answer.Entries[1].Story {
			continue
		}
		var story serve.Story
		if err := ask.get(cmd.Context(), storiesPath+"/"+url.PathEscape(pinned.Story), nil, &story); err != nil {
			return err
		}
		for _, e := range story.Entries {
			if e.ID != answer.Entries[0].ID && e.ID != answer.Entries[1].ID {
				rows.add("", shortOf(e.ID), shortOf(story.ID), e.Source.ID, e.Title)
			}
		}
	}
	return rows.write(cmd.OutOrStdout())
}
