package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"wiredesk/aggregator/fetch"
	"wiredesk/aggregator/parse"
	"wiredesk/config"
)

func newDiscover(flags *common) *cobra.Command {
	var private, asJSON bool
	cmd := &cobra.Command{
		Use:   "discover URL",
		Short: "Find the feeds of a page or site, as YAML for the configuration",
		Long: `Discover fetches a page and looks for feeds: those that it announces, in its head
or in Link headers, and those that its links plainly lead to. Where there are
none it looks on the site's home page, and then at the usual places (/feed,
/rss.xml and their like), one after the other.

What can be read as a feed is printed as YAML to paste under sources, with what
there is to know of it in comments. The same feed in several formats, feeds of
readers' comments, and feeds that the configuration has already, if there is a
configuration, are commented out. A URL that is a feed itself is printed as it
is. Without http:// or https:// it is taken for https://.

Requests to one host are poll.host_gap apart, a second by default, so that a site
with many feeds takes a while.`,
		Example: "  wiredesk discover https://www.example.org/news\n  wiredesk discover example.org --json",
		Args:    takes("URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			address, err := webAddress(args[0])
			if err != nil {
				return err
			}
			cfg, err := flags.loadIfAny(cmd.ErrOrStderr())
			if err != nil {
				return err
			}
			shown := newProgress(cmd.ErrOrStderr(), "requests", maxDiscoverRequests)
			found, faults, err := discoverAt(cmd.Context(), cfg, address, private, shown.step)
			shown.clear()
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return errors.Join(faults...)
			}
			for _, fault := range faults {
				fmt.Fprintln(cmd.ErrOrStderr(), "wiredesk: left out:", fault)
			}
			now := time.Now()
			groups := grouped(found, cfg, now)
			if asJSON {
				return printJSON(cmd.OutOrStdout(), listedFeeds(groups, now))
			}
			return printFeeds(cmd.OutOrStdout(), groups, now)
		},
	}
	cmd.Flags().BoolVar(&private, "allow-private", false, "dial private and loopback addresses too")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print JSON")
	return cmd
}

// discoverAt looks for feeds under the settings of cfg, which may be nil.
func discoverAt(ctx context.Context, cfg *config.Config, address string, private bool, step func()) ([]foundFeed, []error, error) {
	d := discoverer{
		parser: parse.New(parse.Options{}), private: private, gap: time.Second, step: step,
		asked: make(map[string]time.Time), tried: make(map[string]bool),
	}
	if cfg == nil {
		d.client = fetch.New(fetch.Options{UserAgent: userAgent("")})
	} else {
		d.client, d.gap = newClient(cfg), cfg.Poll.HostGap
	}
	defer d.client.Close()
	looking, done := context.WithTimeout(ctx, maxDiscoverTime)
	defer done()
	found, faults := d.discover(looking, address)
	return found, faults, ctx.Err()
}

// loadIfAny reads the configuration if one is named or lies where it usually
// does; nil: there is none. One that was not named and cannot be used is only
// complained of.
func (c *common) loadIfAny(complaints io.Writer) (*config.Config, error) {
	path, err := c.path()
	if err != nil && c.config == "" {
		return nil, nil
	}
	cfg, err := c.load()
	if err != nil && c.config == "" {
		fmt.Fprintf(complaints, "wiredesk: %s is not looked at: \"wiredesk check\" says why\n", path)
		return nil, nil
	}
	return cfg, err
}

// webAddress returns the URL that was given, as people write it.
func webAddress(given string) (string, error) {
	if !strings.Contains(given, "://") {
		given = "https://" + given
	}
	u, err := url.Parse(given)
	if err != nil || u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return "", usageError{fmt.Errorf("%q is not an http or https URL", given)}
	}
	u.Fragment, u.RawFragment = "", ""
	return u.String(), nil
}
