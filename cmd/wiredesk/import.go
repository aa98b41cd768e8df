package main

import (
	"errors"
	"fmt"
	"io"
	"net/url"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
	"wiredesk/aggregator/parse"
	"wiredesk/config"
)

// maxOPMLBytes bounds an OPML file.
const maxOPMLBytes = 64 << 20

// What the configuration takes of a source (docs/configuration.md).
const (
	maxSourceTitleBytes = 200
	maxSourceTags       = 100
	maxTagBytes         = 100
)

// maxShownBytes bounds what is shown of an address that is left out.
const maxShownBytes = 200

func newImport() *cobra.Command {
	return &cobra.Command{
		Use:   "import FILE.opml",
		Short: "Turn another reader's subscriptions into YAML for the configuration",
		Long: `Import reads an OPML file, as other readers export it, and prints its feeds as
YAML: save it in a folder that the configuration includes. Folders and categories
become tags. What cannot be taken is named on standard error. Feeds that are
configured already are printed too: take them out on one side. "-" reads standard
input.`,
		Example: "  wiredesk import subscriptions.opml > sources.d/imported.yaml",
		Args:    takes("FILE.opml"),
		RunE: func(cmd *cobra.Command, args []string) error {
			text, err := readFile(cmd.InOrStdin(), args[0])
			if err != nil {
				return err
			}
			sources, left, err := imported(text)
			for _, reason := range left {
				fmt.Fprintln(cmd.ErrOrStderr(), "wiredesk: left out:", reason)
			}
			if err != nil {
				return fmt.Errorf("%s: %w", args[0], err)
			}
			return printSources(cmd.OutOrStdout(), sources)
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
		return nil, fmt.Errorf("%s: over %d MiB, more than any subscription list", path, maxOPMLBytes>>20)
	}
	return text, nil
}

var errNoFeeds = errors.New("lists no feeds")

// imported returns the feeds of an OPML text as the configuration takes them,
// and those that it does not take with the reason.
func imported(text []byte) (sources []aggregator.Source, left []string, err error) {
	outlines, err := parse.OPML(text)
	if err != nil {
		return nil, nil, err
	}
	known := make(map[string]bool)
	for _, o := range outlines {
		if o.Refused != "" {
			left = append(left, withoutPassword(o.Refused)+": not an http or https URL")
			continue
		}
		address, err := url.Parse(o.URL)
		if err != nil {
			left = append(left, withoutPassword(o.URL)+": not a URL that can be read")
			continue
		}
		if known[sameFeed(*address)] {
			left = append(left, withoutPassword(o.URL)+": listed twice")
			continue
		}
		known[sameFeed(*address)] = true
		address.Fragment, address.RawFragment = "", ""
		src := aggregator.Source{URL: address.String(), Title: cut(o.Title, maxSourceTitleBytes), Language: o.Language}
		if o.Title == o.URL { // what readers write that know no title
			src.Title = ""
		}
		for _, name := range slices.Concat(o.Folders, o.Tags) {
			tag := cut(name, maxTagBytes)
			if tag != "" && len(src.Tags) < maxSourceTags && !slices.Contains(src.Tags, tag) {
				src.Tags = append(src.Tags, tag)
			}
		}
		sources = append(sources, src)
	}
	if len(sources) == 0 {
		return nil, left, errNoFeeds
	}
	return sources, left, nil
}

// sameFeed is equal for URLs that the configuration takes for one.
func sameFeed(u url.URL) string {
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	u.Host = strings.ToLower(u.Host)
	switch u.Scheme {
	case "http":
		u.Host = strings.TrimSuffix(u.Host, ":80")
	case "https":
		u.Host = strings.TrimSuffix(u.Host, ":443")
	}
	if u.Path == "" {
		u.Path = "/"
	}
	return u.String()
}

// withoutPassword returns an address as messages name it.
func withoutPassword(address string) string {
	if u, err := url.Parse(address); err == nil {
		address = u.Redacted()
	}
	return cut(address, maxShownBytes)
}

// cut returns text without what does not fit, and without control characters.
func cut(text string, limit int) string {
	text = oneLine(text)
	if len(text) > limit {
		text = strings.TrimSpace(strings.ToValidUTF8(text[:limit], ""))
	}
	return text
}

// printSources prints sources as YAML, each under an id of its own.
func printSources(w io.Writer, sources []aggregator.Source) error {
	taken := make(map[string]bool, len(sources))
	for i := range sources {
		sources[i].ID = freeID(sources[i].URL, taken)
	}
	text, err := config.FormatSources(sources)
	if err != nil {
		return err
	}
	_, err = w.Write(text)
	return err
}

// freeID returns the id that a source at address gets, made its own among those
// taken, and takes it.
func freeID(address string, taken map[string]bool) string {
	made := config.SourceID(address)
	id := made
	for n := 2; taken[id]; n++ {
		id = fmt.Sprintf("%s-%d", made, n)
	}
	taken[id] = true
	return id
}
