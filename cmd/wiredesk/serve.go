package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	stdlog "log"
	"log/slog"
	"net"
	"net/url"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/coreos/go-systemd/v22/activation"
	"github.com/coreos/go-systemd/v22/daemon"
	"github.com/spf13/cobra"

	"wiredesk/aggregator/serve"
	"wiredesk/config"
)

func newServe(flags *common) *cobra.Command {
	return &cobra.Command{
		Use:   "serve",
		Short: "Poll the sources and publish the merged feeds",
		Long: `Serve is the daemon: it polls the sources, keeps what it saw in the database and
publishes the merged feeds over HTTP until it is told to stop. SIGHUP makes it
read its configuration again; a faulty one is reported and changes nothing.`,
		Example: "  wiredesk serve --config /etc/wiredesk/wiredesk.yaml",
		Args:    takes(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runDaemon(cmd.Context(), flags) },
	}
}

func runDaemon(ctx context.Context, flags *common) error {
	outliveReaders()
	settleRuntime()
	reloads := make(chan os.Signal, 1)
	signal.Notify(reloads, syscall.SIGHUP)
	defer signal.Stop(reloads)
	cfg, err := flags.load()
	if err != nil {
		return err
	}
	flags.config = cfg.Path // a reload never looks elsewhere
	log := flags.logger()
	// net/http has lines of its own for what servers that are polled do wrong.
	stdlog.SetFlags(0)
	stdlog.SetOutput(serve.ErrorLog(log).Writer())
	listener, err := listen(ctx, cfg.Listen, "change listen")
	if err != nil {
		return err
	}
	cfg.BaseURL = withPort(cfg.BaseURL, listener.Addr())
	d, err := newDesk(cfg, log)
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	d.reloads = reloads
	d.reload = func() (*config.Config, error) {
		next, err := flags.load()
		if err == nil {
			next.BaseURL = withPort(next.BaseURL, listener.Addr())
		}
		return next, err
	}
	d.notify = func(state string) { notify(log, state) }
	return d.run(ctx, listener)
}

// outliveReaders keeps a daemon from ending when whoever reads its output does,
// a restarted journal or a pager.
func outliveReaders() { signal.Ignore(syscall.SIGPIPE) }

// withPort puts the port of address into a base URL that says 0, as it does
// where a free port is taken and nothing else is configured.
func withPort(base string, address net.Addr) string {
	u, err := url.Parse(base)
	tcp, ok := address.(*net.TCPAddr)
	if err != nil || !ok || u.Port() != "0" {
		return base
	}
	u.Host = strings.TrimSuffix(u.Host, "0") + strconv.Itoa(tcp.Port)
	return u.String()
}

// listen opens the address the configuration names, or takes the socket that
// systemd hands over. Where the address is taken, the other way out is otherwise.
func listen(ctx context.Context, address, otherwise string) (net.Listener, error) {
	given, err := activation.Listeners()
	if err != nil {
		return nil, fmt.Errorf("take over systemd's socket: %w", err)
	}
	switch {
	case len(given) > 1:
		return nil, fmt.Errorf("systemd hands over %d sockets, one is served", len(given))
	case len(given) == 1 && given[0] == nil:
		return nil, errors.New("systemd hands over a socket that nobody can connect to: it must be a stream")
	case len(given) == 1:
		return given[0], nil
	}
	network := "tcp"
	if path, ok := strings.CutPrefix(address, "unix:"); ok {
		network, address = "unix", path
		if err := removeStale(ctx, path, otherwise); err != nil {
			return nil, err
		}
	}
	listener, err := new(net.ListenConfig).Listen(ctx, network, address)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("listen on %s: the address is taken, perhaps by another Wiredesk: stop it or %s: %w", address, otherwise, err)
	}
	if err != nil {
		return nil, fmt.Errorf("listen on %s: %w", address, err)
	}
	return listener, nil
}

// removeStale removes a socket that nobody listens on.
func removeStale(ctx context.Context, path, otherwise string) error {
	found, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("listen on %s: %w", path, err)
	}
	if found.Mode().Type() != os.ModeSocket {
		return fmt.Errorf("listen on %s: there is a file that is no socket: remove it or %s", path, otherwise)
	}
	conn, err := new(net.Dialer).DialContext(ctx, "unix", path)
	if err == nil {
		return errors.Join(fmt.Errorf("listen on %s: another process listens there: stop it or %s", path, otherwise), conn.Close())
	}
	return os.Remove(path)
}

// notify tells systemd, where it is asked to.
func notify(log *slog.Logger, state string) {
	if _, err := daemon.SdNotify(false, state); err != nil {
		log.Warn("systemd could not be told", "state", state, "err", err)
	}
}

// reloadFunc reads the configuration again.
type reloadFunc func() (*config.Config, error)
