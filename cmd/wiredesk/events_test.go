package main

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// Limits of what a thousand listeners may cost the daemon.
const (
	manyStreams      = 1000
	manyStreamsBytes = 60_000_000
)

// residentBytes returns how much of a process's memory is its own and not that
// of a file.
func residentBytes(tb testing.TB, pid int) int64 {
	tb.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		tb.Fatal(err)
	}
	found := regexp.MustCompile(`RssAnon:\s+(\d+) kB`).FindSubmatch(status)
	if found == nil {
		tb.Fatalf("no RssAnon in %s", status)
	}
	kilobytes, err := strconv.ParseInt(string(found[1]), 10, 64)
	if err != nil {
		tb.Fatal(err)
	}
	return kilobytes << 10
}

// eventClient is a connection on which events come.
type eventClient struct {
	net.Conn
	lines *bufio.Reader
}

// until reads lines until one has a text, and reports whether that came.
func (c *eventClient) until(text string) bool {
	for {
		line, err := c.lines.ReadString('\n')
		if err != nil {
			return false
		}
		if strings.Contains(line, text) {
			return true
		}
	}
}

// TestManyListeners: a thousand open event streams cost the daemon less than 60
// MB, all hear of a story within moments, and all end with it.
func TestManyListeners(t *testing.T) {
	t.Parallel()
	if runtime.GOOS != "linux" {
		t.Skip("memory is read from /proc")
	}
	if testing.Short() {
		t.Skip("memory means nothing under the race detector, which multiplies it")
	}
	var page atomic.Pointer[string]
	show := func(titles ...string) { text := atomOf("", titles...); page.Store(&text) }
	show("Ferry aground")
	mux := http.NewServeMux()
	mux.HandleFunc("/feed", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, *page.Load()) })
	wire := newWire(t, mux)
	p := newProcess(t, []aggregator.Source{{ID: "norvia", URL: wire.URL + "/feed"}})
	address := freeAddress(t)
	p.reconfigure(strings.NewReplacer("unix:"+p.socket(), address))
	p.client = &http.Client{Timeout: patience}
	p.start(t.Context())
	for end := time.Now().Add(patience); ; time.Sleep(20 * time.Millisecond) {
		answer, err := p.client.Get("http://" + address + "/feeds/all.json")
		if err == nil {
			body, _ := io.ReadAll(answer.Body)
			_ = answer.Body.Close()
			if bytes.Contains(body, []byte("Ferry aground")) {
				break
			}
		}
		if time.Now().After(end) {
			t.Fatalf("not ready: %v", err)
		}
	}
	before := residentBytes(t, p.cmd.Process.Pid)

	clients := make([]*eventClient, manyStreams)
	ctx, cancel := context.WithTimeout(t.Context(), 2*patience)
	defer cancel()
	for i := range clients {
		conn, err := new(net.Dialer).DialContext(ctx, "tcp", address)
		if err != nil {
			t.Fatalf("client %d: %v", i, err)
		}
		t.Cleanup(func() { _ = conn.Close() })
		if deadline, ok := ctx.Deadline(); ok {
			_ = conn.SetDeadline(deadline)
		}
		clients[i] = &eventClient{conn, bufio.NewReaderSize(conn, 1<<10)}
		if _, err := io.WriteString(conn, "GET /events HTTP/1.1\r\nHost: desk.example\r\nUser-Agent: test\r\nAccept: text/event-stream\r\n\r\n"); err != nil {
			t.Fatal(err)
		}
	}
	for i, c := range clients {
		if !c.until("retry: ") {
			t.Fatalf("client %d: no stream", i)
		}
	}
	open := residentBytes(t, p.cmd.Process.Pid)
	start := time.Now()
	show("Ferry aground", "Harbour closed after a fire")
	var hearing sync.WaitGroup
	var deaf atomic.Int64
	for _, c := range clients {
		hearing.Go(func() {
			if !c.until("Harbour closed after a fire") {
				deaf.Add(1)
			}
		})
	}
	hearing.Wait()
	told := residentBytes(t, p.cmd.Process.Pid)
	t.Logf("%d streams: %.1f MB, %.1f MB after an event, which all had %v after the wire did",
		manyStreams, float64(open-before)/1e6, float64(told-before)/1e6, time.Since(start).Round(time.Millisecond))
	if cost := max(open, told) - before; cost > manyStreamsBytes {
		t.Errorf("%d streams cost %d bytes, want at most %d", manyStreams, cost, int64(manyStreamsBytes))
	}
	if deaf.Load() > 0 {
		t.Errorf("%d clients were not told", deaf.Load())
	}
	end := time.Now()
	if err := p.end(syscall.SIGTERM); err != nil {
		t.Errorf("the daemon, told to stop: %v", err)
	}
	if took := time.Since(end); took > 5*time.Second {
		t.Errorf("the end took %v", took)
	}
	if strings.Contains(p.said.String(), "cut off") {
		t.Error("answers were cut off")
	}
}

// freeAddress returns an address of loopback at which nobody listens.
func freeAddress(tb testing.TB) string {
	tb.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	if err := l.Close(); err != nil {
		tb.Fatal(err)
	}
	return l.Addr().String()
}
