package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"

	"github.com/spf13/cobra"

	"wiredesk/aggregator"
	"wiredesk/aggregator/fetch"
	"wiredesk/aggregator/parse"
	"wiredesk/config"
)

func newDiscover(flags *common) *cobra.Command {
	var private bool
	cmd := &cobra.Command{
		Use:   "discover URL",
		Short: "Find the feeds that a page announces, as YAML for the configuration",
		Long: `Discover fetches a page, tries each feed that it announces, and prints those that
can be read as YAML to paste under sources. A URL that is a feed itself is
printed as it is.`,
		Example: "  wiredesk discover https://www.example.org/news",
		Args:    cobra.ExactArgs(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			d := discoverer{
				client: fetch.New(fetch.Options{UserAgent: userAgent("")}),
				parser: parse.New(parse.Options{}), private: private,
			}
			defer d.client.Close()
			sources, err := d.discover(cmd.Context(), args[0])
			if len(sources) == 0 {
				return err
			}
			if err != nil {
				fmt.Fprintln(cmd.ErrOrStderr(), err)
			}
			text, err := config.FormatSources(sources)
			if err != nil {
				return err
			}
			_, err = cmd.OutOrStdout().Write(text)
			return err
		},
	}
	cmd.Flags().BoolVar(&private, "allow-private", false, "dial private and loopback addresses too")
	return cmd
}

type discoverer struct {
	client  *fetch.Client
	parser  *parse.Parser
	private bool
}

// discover returns the feed behind address, or those that the page there
// announces and that can be read. With some feeds found, the error says which
// could not be read.
func (d discoverer) discover(ctx context.Context, address string) ([]aggregator.Source, error) {
	u, err := url.Parse(address)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, usageError{fmt.Errorf("%q is not an http or https URL", address)}
	}
	response, err := d.get(ctx, address)
	if err != nil {
		return nil, err
	}
	if doc, err := d.parser.Parse(response.Body, response.ContentType, response.URL); err == nil {
		return []aggregator.Source{d.source(address, doc)}, nil
	}
	links, err := d.parser.Page(response.Body, response.ContentType, response.URL)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	if len(links) == 0 {
		return nil, fmt.Errorf("%s announces no feed", address)
	}
	var found []aggregator.Source
	var faults []error
	for _, link := range links {
		src, err := d.try(ctx, link.URL)
		if err != nil {
			faults = append(faults, err)
			continue
		}
		found = append(found, src)
	}
	return found, errors.Join(faults...)
}

func (d discoverer) try(ctx context.Context, address string) (aggregator.Source, error) {
	response, err := d.get(ctx, address)
	if err != nil {
		return aggregator.Source{}, err
	}
	doc, err := d.parser.Parse(response.Body, response.ContentType, response.URL)
	if err != nil {
		return aggregator.Source{}, fmt.Errorf("%s: %w", address, err)
	}
	return d.source(address, doc), nil
}

func (d discoverer) get(ctx context.Context, address string) (aggregator.Response, error) {
	src := aggregator.Source{ID: config.SourceID(address), URL: address, AllowPrivate: d.private}
	response := d.client.Fetch(ctx, aggregator.Request{Source: src})
	if response.Outcome != aggregator.Fetched {
		return response, fmt.Errorf("%s: %w", address, response.Problem)
	}
	return response, nil
}

func (d discoverer) source(address string, doc aggregator.Document) aggregator.Source {
	return aggregator.Source{ID: config.SourceID(address), URL: address, Title: doc.Title, Language: doc.Language, AllowPrivate: d.private}
}
