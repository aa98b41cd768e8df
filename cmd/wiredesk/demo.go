package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"
	"golang.org/x/sync/errgroup"

	"wiredesk/aggregator"
	"wiredesk/cmd/wiredesk/internal/world"
	"wiredesk/config"
)

func newDemo(flags *common) *cobra.Command {
	var (
		address string
		speed   float64
	)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run the daemon over a small simulated world of wires",
		Long: `Demo runs the real daemon over a dozen invented news wires on loopback, which
publish a lively day in fast motion. It needs no network and no configuration,
and keeps its database in a temporary folder that it removes at the end.`,
		Example: "  wiredesk demo --listen 127.0.0.1:8080 --speed 120",
		Args:    cobra.NoArgs,
		RunE: func(cmd *cobra.Command, _ []string) error {
			return demo(cmd.Context(), flags, cmd.OutOrStdout(), address, speed)
		},
	}
	cmd.Flags().StringVar(&address, "listen", "127.0.0.1:8080", "serve at this `ADDRESS`")
	cmd.Flags().Float64Var(&speed, "speed", 120, "simulated seconds in a second, 1 to 3600")
	return cmd
}

func demo(ctx context.Context, flags *common, out io.Writer, address string, speed float64) (err error) {
	if !(speed >= 1 && speed <= 3600) {
		return usageError{fmt.Errorf("--speed %v: want 1 to 3600", speed)}
	}
	listener, err := listen(ctx, address)
	if err != nil {
		return err
	}
	log := flags.logger()
	wires := world.New(world.Options{Speed: speed, Log: log})
	if err := wires.Listen(); err != nil {
		return errors.Join(err, listener.Close())
	}
	folder, err := os.MkdirTemp("", "wiredesk-demo-")
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	cfg := demoConfig(wires.Sources(), filepath.Join(folder, "wiredesk.db"), listener.Addr())
	d, err := newDesk(cfg, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := welcome(out, cfg, wires.Wires()); err != nil {
		return errors.Join(err, listener.Close(), d.close())
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return wires.Run(ctx) })
	group.Go(func() error { return d.run(ctx, listener) })
	return group.Wait()
}

func demoConfig(sources []aggregator.Source, database string, address net.Addr) *config.Config {
	cfg := config.Default()
	cfg.BaseURL = "http://" + address.String()
	cfg.Listen = address.String()
	cfg.Storage.Path = database
	cfg.Sources = sources
	cfg.Poll.MinInterval = time.Second
	cfg.Poll.MaxInterval = time.Minute
	cfg.Poll.Timeout = 10 * time.Second
	cfg.Poll.PerHost = len(sources) // all wires are on one address
	cfg.Poll.HostGap = 0
	cfg.Feeds = []aggregator.Feed{
		{Slug: "all", Title: "Everything once", Limit: 100},
		{Slug: "carried", Title: "Told by two or more", Where: "sources >= 2", Limit: 100},
	}
	return &cfg
}

// welcome says where to look.
func welcome(out io.Writer, cfg *config.Config, wires []world.Wire) error {
	fmt.Fprintf(out, "Wiredesk polls these invented wires:\n\n")
	table := tabwriter.NewWriter(out, 2, 0, 2, ' ', 0)
	for _, w := range wires {
		fmt.Fprintf(table, "  %s\t%s\t%s\t%s\n", w.Title, w.Language, w.Format, w.Note)
	}
	if err := table.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(out, "\nLook at\n\n  %s/\tthe newest stories\n", cfg.BaseURL)
	for _, f := range cfg.Feeds {
		fmt.Fprintf(out, "  %s/feeds/%s.atom\t%s (also .rss, .json)\n", cfg.BaseURL, f.Slug, f.Title)
	}
	_, err := fmt.Fprintf(out, "  %s/sources\thow each source does\n\nCtrl-C ends it.\n", cfg.BaseURL)
	return err
}
