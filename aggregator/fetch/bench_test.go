package fetch

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"syscall"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// benchmark polls a server of this very process in two ways: with Fetch and
// with net/http as it comes. The CPU time of each,
// in cpu-µs/op, is that of both sides; the difference between them is ours.
func benchmark(b *testing.B, answer http.HandlerFunc, validators aggregator.Validators, want aggregator.Outcome) {
	b.Helper()
	server := httptest.NewServer(answer)
	defer server.Close()
	b.Run("Fetch", func(b *testing.B) {
		c := newClient(b, Options{})
		req := aggregator.Request{Source: local(server.URL), Validators: validators}
		measure(b, func() {
			if got := c.Fetch(context.Background(), req); got.Outcome != want {
				b.Fatal(got.Problem)
			}
		})
	})
	b.Run("net/http", func(b *testing.B) {
		client := &http.Client{Transport: &http.Transport{}, Timeout: 30 * time.Second}
		defer client.CloseIdleConnections()
		measure(b, func() {
			r, _ := http.NewRequest(http.MethodGet, server.URL, http.NoBody)
			r.Header.Set("User-Agent", userAgent)
			if validators.ETag != "" {
				r.Header.Set("If-None-Match", validators.ETag)
			}
			answer, err := client.Do(r)
			if err != nil {
				b.Fatal(err)
			}
			if _, err := io.ReadAll(answer.Body); err != nil {
				b.Fatal(err)
			}
			_ = answer.Body.Close()
		})
	})
}

func measure(b *testing.B, op func()) {
	b.Helper()
	b.ReportAllocs()
	before := cpuTime(b)
	for b.Loop() {
		op()
	}
	b.ReportMetric(float64((cpuTime(b)-before).Microseconds())/float64(b.N), "cpu-µs/op")
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}

func BenchmarkFetchNotModified(b *testing.B) {
	benchmark(b, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("ETag", `"1"`)
		w.Header().Set("Cache-Control", "max-age=300")
		w.WriteHeader(http.StatusNotModified)
	}, aggregator.Validators{ETag: `"1"`}, aggregator.NotModified)
}

func BenchmarkFetchGzip(b *testing.B) {
	packed := compressed(b, "gzip", []byte(strings.Repeat("<item><title>The harbour opens again</title></item>\n", 600)))
	benchmark(b, func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Encoding", "gzip")
		_, _ = w.Write(packed)
	}, aggregator.Validators{}, aggregator.Fetched)
}
