package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// process is this program, run as the daemon in a process of its own over one
// folder that outlives it.
type process struct {
	tb       testing.TB
	folder   string
	database string
	client   *http.Client // of whoever is the daemon now

	cmd    *exec.Cmd
	exited chan struct{} // closed when cmd has ended
	err    error         // how it ended
	said   *output       // by all of them, on standard error
}

// output is what a process wrote.
type output struct {
	mu   sync.Mutex
	text bytes.Buffer
}

func (o *output) Write(b []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.Write(b)
}

func (o *output) String() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String()
}

// newProcess writes the configuration of a daemon that polls the sources every
// two seconds.
func newProcess(tb testing.TB, sources []aggregator.Source) *process {
	tb.Helper()
	folder := tb.TempDir()
	p := &process{tb: tb, folder: folder, database: filepath.Join(folder, "wiredesk.db"), said: &output{}}
	tb.Cleanup(func() {
		if p.cmd != nil {
			p.end(os.Kill)
		}
		if tb.Failed() {
			tb.Logf("the daemon wrote:\n%s", p.said)
		}
	})
	var text strings.Builder
	fmt.Fprintf(&text, "listen: unix:%s\nbase_url: http://desk.example\nstorage: {path: %s}\n", p.socket(), p.database)
	text.WriteString("poll: {budget: 2s, min_interval: 1s, max_interval: 2s, per_host: 64, host_gap: 0s, timeout: 10s}\n")
	text.WriteString("feeds:\n  - {slug: all, title: All, limit: 1000}\nsources:\n")
	for _, src := range sources {
		fmt.Fprintf(&text, "  - {id: %s, url: %q, allow_private: true}\n", src.ID, src.URL)
	}
	if err := os.WriteFile(p.config(), []byte(text.String()), 0o600); err != nil {
		tb.Fatal(err)
	}
	p.client = &http.Client{Timeout: 10 * time.Second, Transport: &http.Transport{
		DisableKeepAlives: true,
		DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			return new(net.Dialer).DialContext(ctx, "unix", p.socket())
		},
	}}
	return p
}

func (p *process) socket() string { return filepath.Join(p.folder, "http.sock") }
func (p *process) config() string { return filepath.Join(p.folder, "wiredesk.yaml") }

// reconfigure changes the configuration for the next start.
func (p *process) reconfigure(change *strings.Replacer) {
	p.tb.Helper()
	text, err := os.ReadFile(p.config())
	if err == nil {
		err = os.WriteFile(p.config(), []byte(change.Replace(string(text))), 0o600)
	}
	if err != nil {
		p.tb.Fatal(err)
	}
}

// start starts the daemon. ctx ends it.
func (p *process) start(ctx context.Context) {
	p.tb.Helper()
	self, err := os.Executable()
	if err != nil {
		p.tb.Fatal(err)
	}
	// TestMain takes the test binary for the program by this name.
	p.cmd = exec.CommandContext(ctx, self)
	p.cmd.Args = []string{"wiredesk", "serve", "--config", p.config()}
	p.cmd.Stderr = p.said
	p.cmd.WaitDelay = 5 * time.Second
	if err := p.cmd.Start(); err != nil {
		p.tb.Fatal(err)
	}
	exited := make(chan struct{})
	p.exited = exited
	go func() {
		defer close(exited)
		p.err = p.cmd.Wait()
	}()
}

// end sends the daemon a signal, and returns how it ended.
func (p *process) end(signal os.Signal) error {
	p.tb.Helper()
	if err := p.cmd.Process.Signal(signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
		p.tb.Errorf("signal the daemon: %v", err)
	}
	<-p.exited
	p.cmd = nil
	return p.err
}

// kill ends the daemon without a warning.
func (p *process) kill() {
	p.tb.Helper()
	err := p.end(os.Kill)
	var exit *exec.ExitError
	if !errors.As(err, &exit) || exit.Sys().(syscall.WaitStatus).Signal() != syscall.SIGKILL {
		p.tb.Fatalf("the daemon had ended before it was killed: %v", err)
	}
}

// stop ends the daemon as an operator would.
func (p *process) stop() {
	p.tb.Helper()
	if err := p.end(syscall.SIGTERM); err != nil {
		p.tb.Errorf("the daemon, told to stop: %v", err)
	}
	for _, bad := range []string{"level=ERROR", "panic", "DATA RACE"} {
		if strings.Contains(p.said.String(), bad) {
			p.tb.Errorf("the daemon wrote %q", bad)
		}
	}
}

// merged returns the merged feed; an error while there is none yet.
func (p *process) merged(ctx context.Context) (feed mergedFeed, err error) {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://desk.example/feeds/all.json", nil)
	if err != nil {
		return feed, err
	}
	res, err := p.client.Do(req)
	if err != nil {
		return feed, err
	}
	defer func() { err = errors.Join(err, res.Body.Close()) }()
	body, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode != http.StatusOK {
		err = fmt.Errorf("status %d: %.100s", res.StatusCode, body)
	}
	if err != nil {
		return feed, err
	}
	return feed, json.Unmarshal(body, &feed)
}
