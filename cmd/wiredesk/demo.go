package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"os"
	"os/signal"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
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
		speed   = speed(120)
	)
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Run the daemon over a small simulated world of wires",
		Long: `Demo runs the real daemon over fifteen invented news wires on loopback, which
publish a lively day in fast motion. It needs no network and no configuration,
and keeps its database in a temporary folder that it removes at the end.`,
		Example: "  wiredesk demo --listen 127.0.0.1:8080 --speed 120",
		Args:    takes(),
		RunE: func(cmd *cobra.Command, _ []string) error {
			if err := config.CheckListen(address); err != nil {
				return wrongCall(cmd, fmt.Errorf("--listen %q %w", address, err))
			}
			return demo(cmd.Context(), flags.logger(), cmd.OutOrStdout(), address, float64(speed))
		},
	}
	cmd.Flags().StringVar(&address, "listen", "127.0.0.1:8080", "serve at this `ADDRESS`")
	cmd.Flags().Var(&speed, "speed", fmt.Sprintf("simulated seconds in a second, %d to %d", world.MinSpeed, world.MaxSpeed))
	return cmd
}

// speed is the value of --speed.
type speed float64

// String returns the number.
func (s *speed) String() string { return strconv.FormatFloat(float64(*s), 'g', -1, 64) }

// Type returns how help calls the value.
func (s *speed) Type() string { return "float" }

// Set takes a number in the range of the world.
func (s *speed) Set(text string) error {
	n, err := strconv.ParseFloat(text, 64)
	if err != nil || !(n >= world.MinSpeed && n <= world.MaxSpeed) {
		return fmt.Errorf("must be a number from %d to %d", world.MinSpeed, world.MaxSpeed)
	}
	*s = speed(n)
	return nil
}

func demo(ctx context.Context, log *slog.Logger, out io.Writer, address string, speed float64) (err error) {
	outliveReaders()
	if !signal.Ignored(syscall.SIGHUP) { // nohup
		hungUp, stop := signal.NotifyContext(ctx, syscall.SIGHUP)
		defer stop()
		ctx = hungUp
	}
	listener, err := listen(ctx, address, "choose another with --listen")
	if err != nil {
		return err
	}
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
	// The same kinds of things happen in the demo's world every day. What
	// happened the day before is long past, as short as the days are.
	cfg.Dedupe.Window = max(time.Second, time.Duration(float64(18*time.Hour)/speed))
	file := filepath.Join(folder, "demo.yaml")
	if err := os.WriteFile(file, demoFile(cfg), 0o600); err != nil {
		return errors.Join(err, listener.Close(), os.RemoveAll(folder))
	}
	d, err := newDesk(cfg, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	if err := welcome(out, cfg, file, wires.Wires()); err != nil {
		log.Info("nobody reads standard output", "err", err)
	}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error { return wires.Run(ctx) })
	group.Go(func() error { return d.run(ctx, listener) })
	return group.Wait()
}

func demoConfig(sources []aggregator.Source, database string, address net.Addr) *config.Config {
	cfg := config.Default()
	cfg.Listen, cfg.BaseURL = address.String(), localURL(address)
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

// demoFile is the demo's configuration as far as other commands need it: to find
// the daemon, and its wires.
func demoFile(cfg *config.Config) []byte {
	text := fmt.Appendf(nil, "listen: %q\nbase_url: %q\nstorage: {path: %q}\npoll: {min_interval: %q, per_host: %d, host_gap: %q}\nsources:\n",
		cfg.Listen, cfg.BaseURL, cfg.Storage.Path, cfg.Poll.MinInterval, cfg.Poll.PerHost, cfg.Poll.HostGap)
	for _, src := range cfg.Sources {
		text = fmt.Appendf(text, "  - {id: %q, url: %q, interval: %q, allow_private: true, tags: [%s]}\n",
			src.ID, src.URL, max(src.Interval, cfg.Poll.MinInterval), strings.Join(src.Tags, ", "))
	}
	text = append(text, "feeds:\n"...)
	for _, f := range cfg.Feeds {
		text = fmt.Appendf(text, "  - {slug: %q, title: %q, limit: %d", f.Slug, f.Title, f.Limit)
		if f.Where != "" {
			text = fmt.Appendf(text, ", where: %q", f.Where)
		}
		text = append(text, "}\n"...)
	}
	return text
}

// localURL returns where a browser on this machine reaches address.
func localURL(address net.Addr) string {
	tcp, ok := address.(*net.TCPAddr)
	switch {
	case !ok:
		return "http://localhost"
	case tcp.IP.IsUnspecified():
		return "http://localhost:" + strconv.Itoa(tcp.Port)
	}
	return "http://" + tcp.String()
}

// welcome says where to look.
func welcome(out io.Writer, cfg *config.Config, file string, wires []world.Wire) error {
	var text strings.Builder
	list := table{{"WIRE", "LANGUAGE", "FORMAT", "WHAT IT IS"}}
	for _, w := range wires {
		list.add(w.Title, w.Language, w.Format, w.Note)
	}
	places := table{{cfg.BaseURL + "/", "the newest stories"}}
	for _, f := range cfg.Feeds {
		places.add(cfg.BaseURL+"/feeds/"+f.Slug+".atom", f.Title+" (also .rss and .json)")
	}
	places.add(cfg.BaseURL+"/sources", "how each wire does")
	text.WriteString("Wiredesk polls these invented wires:\n\n")
	if err := list.write(&text); err != nil {
		return err
	}
	text.WriteString("\nLook at\n\n")
	if err := places.write(&text); err != nil {
		return err
	}
	fmt.Fprintf(&text, "\nIn another terminal\n\n")
	commands := table{
		{"wiredesk stories --min-sources 3 --config " + file, "what several wires told"},
		{"wiredesk why STORY --config " + file, "why they are one story"},
	}
	if err := commands.write(&text); err != nil {
		return err
	}
	text.WriteString("\nCtrl-C ends it.\n")
	_, err := io.WriteString(out, text.String())
	return err
}
