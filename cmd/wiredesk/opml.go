package main

import (
	"fmt"
	"io"
	"os"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
	"wiredesk/aggregator/parse"
	"wiredesk/aggregator/publish"
	"wiredesk/config"
)

// maxOPMLBytes bounds an OPML file.
const maxOPMLBytes = 64 << 20

func newImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE.opml",
		Short: "Turn another reader's subscriptions into YAML for the configuration",
		Long: `Import reads an OPML file, as other readers export it, and prints its feeds as
YAML: save it in a folder that the configuration includes. Folders become tags.
"-" reads standard input.`,
		Example: "  wiredesk import subscriptions.opml > sources.d/imported.yaml",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readFile(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			outlines, err := parse.OPML(text)
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			sources := imported(outlines)
			if len(sources) == 0 {
				return fmt.Errorf("%s: holds no feeds", args[0])
			}
			yaml, err := config.FormatSources(sources)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(yaml)
			return err
		},
	}
}

func readFile(stdin io.Reader, path string) ([]byte, error) {
	in := stdin
	if path != "-" {
		file, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		defer func() { _ = file.Close() }() // only read from
		in = file
	}
	text, err := io.ReadAll(io.LimitReader(in, maxOPMLBytes+1))
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	if len(text) > maxOPMLBytes {
		return nil, fmt.Errorf("%s: over %d MB, more than any subscription list", path, maxOPMLBytes>>20)
	}
	return text, nil
}

// imported returns each feed once, with an id of its own.
func imported(outlines []parse.Outline) []aggregator.Source {
	var sources []aggregator.Source
	urls, ids := make(map[string]bool), make(map[string]int)
	for _, o := range outlines {
		if o.URL == "" || urls[o.URL] {
			continue
		}
		urls[o.URL] = true
		id := config.SourceID(o.URL)
		ids[id]++
		if n := ids[id]; n > 1 {
			id = fmt.Sprintf("%s-%d", id, n)
			ids[id]++
		}
		sources = append(sources, aggregator.Source{ID: id, URL: o.URL, Title: o.Title, Tags: o.Folders, Language: o.Language})
	}
	return sources
}

func newExport(flags *common) *cobra.Command {
	return &cobra.Command{
		Use:     "export",
		Short:   "Print the configured sources as OPML for other readers",
		Example: "  wiredesk export > wiredesk.opml",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, err := flags.load()
			if err != nil {
				return err
			}
			outlines := make([]publish.Outline, len(cfg.Sources))
			for i, src := range cfg.Sources {
				carrier := aggregator.CarrierOf(src, aggregator.SourceState{})
				outlines[i] = publish.Outline{Title: carrier.Title, FeedURL: src.URL, Language: src.Language, Tags: src.Tags}
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
