package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
	"wiredesk/aggregator/fetch"
	"wiredesk/aggregator/parse"
	"wiredesk/config"
)

func newDiscover() *cobra.Command {
	var private bool
	cmd := &cobra.Command{
		Use:   "discover URL",
		Short: "Find the feeds that a page announces, as YAML for the configuration",
		Long: `Discover fetches a page, tries each feed that it announces, and prints those that
can be read as YAML to paste under sources. A URL that is a feed itself is
printed as it is. Without http:// or https:// it is taken for https://.`,
		Example: "  wiredesk discover https://www.example.org/news",
		Args:    takes("URL"),
		RunE: func(cmd *cobra.Command, args []string) error {
			address, err := webAddress(args[0])
			if err != nil {
				return err
			}
			d := discoverer{
				client: fetch.New(fetch.Options{UserAgent: userAgent("")}),
				parser: parse.New(parse.Options{}), private: private,
			}
			defer d.client.Close()
			sources, faults := d.discover(cmd.Context(), address)
			if err := cmd.Context().Err(); err != nil {
				return err
			}
			if len(sources) == 0 {
				return errors.Join(faults...)
			}
			for _, fault := range faults {
				fmt.Fprintln(cmd.ErrOrStderr(), "wiredesk: left out:", fault)
			}
			return printSources(cmd.OutOrStdout(), sources)
		},
	}
	cmd.Flags().BoolVar(&private, "allow-private", false, "dial private and loopback addresses too")
	return cmd
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

type discoverer struct {
	client  *fetch.Client
	parser  *parse.Parser
	private bool
}

// discover returns the feed behind address, or those that the page there
// announces and that can be read, and what is wrong with the others.
func (d discoverer) discover(ctx context.Context, address string) (found []aggregator.Source, faults []error) {
	response, err := d.get(ctx, address)
	if err != nil {
		return nil, []error{err}
	}
	src, err := d.read(address, &response)
	if err == nil {
		return []aggregator.Source{src}, nil
	}
	page, pageErr := d.parser.Page(response.Body, response.ContentType, response.URL)
	if problem, ok := errors.AsType[aggregator.Problem](err); pageErr != nil || ok && problem.Kind != aggregator.ProblemNotFeed {
		return nil, []error{err} // no page, or a feed that cannot be read
	}
	if len(page.Feeds) == 0 {
		return nil, []error{fmt.Errorf("%s announces no feed", address)}
	}
	for _, link := range page.Feeds {
		src, err := d.try(ctx, link.URL)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		found = append(found, src)
	}
	return found, faults
}

func (d discoverer) try(ctx context.Context, address string) (aggregator.Source, error) {
	response, err := d.get(ctx, address)
	if err != nil {
		return aggregator.Source{}, err
	}
	return d.read(address, &response)
}

func (d discoverer) get(ctx context.Context, address string) (aggregator.Response, error) {
	src := aggregator.Source{ID: config.SourceID(address), URL: address, AllowPrivate: d.private}
	response := d.client.Fetch(ctx, aggregator.Request{Source: src})
	switch {
	case response.Outcome == aggregator.Fetched:
		return response, nil
	case response.Problem.Kind == aggregator.ProblemRefused:
		return response, fmt.Errorf("%s: %w, or call discover with --allow-private", address, response.Problem)
	}
	return response, fmt.Errorf("%s: %w", address, response.Problem)
}

func (d discoverer) read(address string, response *aggregator.Response) (aggregator.Source, error) {
	doc, err := d.parser.Parse(response.Body, response.ContentType, response.URL)
	if err != nil {
		return aggregator.Source{}, fmt.Errorf("%s: %w", address, err)
	}
	return aggregator.Source{
		URL:   cmp.Or(response.Moved, address),
		Title: cut(doc.Title, maxSourceTitleBytes), Language: doc.Language, AllowPrivate: d.private,
	}, nil
}
