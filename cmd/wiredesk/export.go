package main

import (
	"github.com/spf13/cobra"

	"wiredesk/aggregator/publish"
)

func newExport(flags *common) *cobra.Command {
	return &cobra.Command{
		Use:   "export",
		Short: "Print the configured sources as OPML for other readers",
		Long: `Export prints the configured sources as an OPML list. Passwords and headers are
left out. A running daemon serves the same list as /sources.opml, there with the
titles that the feeds give themselves.`,
		Example: "  wiredesk export > wiredesk.opml",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load()
			if err != nil {
				return err
			}
			outlines := make([]publish.Outline, len(cfg.Sources))
			for i, src := range cfg.Sources {
				outlines[i] = publish.Outline{Title: src.Title, FeedURL: src.URL, Language: src.Language, Tags: src.Tags}
			}
			text, err := publish.OPML("Wiredesk sources", outlines)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
}
