package main

import (
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// What is taken in while the merged feed is asked for, and how long the slowest
// hundredth of the requests may take.
const (
	wiresTakenIn   = 3000
	entriesOfWire  = 30
	mostOfRequests = 20 * time.Millisecond
)

// TestLatencyWhileTakenIn asks for the merged feed over 64 connections while a
// daemon that just started takes in three thousand feeds as fast as it can:
//
//	WIREDESK_LONG=1 go test ./cmd/wiredesk -run TestLatencyWhileTakenIn -v
//
// It needs wrk, and two processors that do nothing else.
func TestLatencyWhileTakenIn(t *testing.T) {
	if !long() {
		t.Skip("tells something on a quiet machine only: set WIREDESK_LONG=1")
	}
	if _, err := exec.LookPath("wrk"); err != nil {
		t.Skip(err)
	}
	feeds := make([]string, wiresTakenIn)
	for i := range feeds {
		feeds[i] = inventedFeed(uint64(i))
	}
	farm := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		n, _ := strconv.Atoi(filepath.Base(r.URL.Path))
		_, _ = io.WriteString(w, feeds[n])
	}))
	t.Cleanup(farm.Close)
	sources := make([]aggregator.Source, wiresTakenIn)
	for i := range sources {
		sources[i] = aggregator.Source{ID: fmt.Sprintf("wire%d", i), URL: fmt.Sprintf("%s/%d", farm.URL, i)}
	}
	p := newProcess(t, sources)
	address := freeAddress(t)
	p.reconfigure(strings.NewReplacer("unix:"+p.socket(), address, "limit: 1000", "limit: 200"))
	p.client = &http.Client{Timeout: patience}
	p.start(t.Context())
	entries := func() float64 {
		answer, err := p.client.Get("http://" + address + "/metrics")
		if err != nil {
			return 0
		}
		defer answer.Body.Close()
		text, _ := io.ReadAll(answer.Body)
		found := regexp.MustCompile(`(?m)^wiredesk_store_entries ([0-9.e+]+)$`).FindSubmatch(text)
		if found == nil {
			return 0
		}
		n, _ := strconv.ParseFloat(string(found[1]), 64)
		return n
	}
	for end := time.Now().Add(patience); entries() < 50*entriesOfWire; time.Sleep(20 * time.Millisecond) {
		if time.Now().After(end) {
			t.Fatal("nothing is taken in")
		}
	}
	time.Sleep(time.Second) // the first editions
	before := entries()
	said, err := exec.CommandContext(t.Context(), "wrk", "-t1", "-c64", "-d4s", "--latency",
		"-H", "Accept-Encoding: gzip", "http://"+address+"/feeds/all.atom").CombinedOutput()
	if err != nil {
		t.Fatalf("wrk: %v: %s", err, said)
	}
	taken := entries() - before
	slow := regexp.MustCompile(`99%\s+([0-9.]+[a-z]+)`).FindSubmatch(said)
	if slow == nil || regexp.MustCompile(`Non-2xx|Socket errors`).Match(said) {
		t.Fatalf("wrk says %s", said)
	}
	t.Logf("%.0f entries taken in meanwhile\n%s", taken, said)
	if taken == 0 {
		t.Error("nothing was taken in meanwhile")
	}
	if d, err := time.ParseDuration(string(slow[1])); err != nil || d > mostOfRequests {
		t.Errorf("the slowest hundredth takes %s, want %v", slow[1], mostOfRequests)
	}
}

// inventedFeed returns a feed of which the headlines have words of their own.
func inventedFeed(n uint64) string {
	syllables := []string{"ka", "lo", "mir", "ten", "sha", "ru", "vel", "do", "pi", "gan", "este", "bor"}
	random := rand.New(rand.NewPCG(n, 1))
	titles := make([]string, entriesOfWire)
	for i := range titles {
		var title strings.Builder
		for range 8 {
			for range 3 {
				title.WriteString(syllables[random.IntN(len(syllables))])
			}
			title.WriteByte(' ')
		}
		titles[i] = title.String() + strconv.FormatUint(n, 10)
	}
	return strings.ReplaceAll(atomOf("", titles...), "2026-11-02T12:00:00Z", time.Now().UTC().Format(time.RFC3339))
}
