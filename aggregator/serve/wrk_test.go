package serve

import (
	"errors"
	"net"
	"net/http"
	"os"
	"os/exec"
	"regexp"
	"runtime"
	"slices"
	"strconv"
	"testing"

	"wiredesk/aggregator"
)

// TestThroughput holds the server against a bare handler that writes the same
// bytes, in pairs, one processor for each of server and load. Where other
// programs keep the processors busy requests in a second tell little; the
// requests that fit into a second of the server's own processor time do:
//
//	WIREDESK_LONG=1 taskset -c 0 go test ./aggregator/serve -run TestThroughput -v
//
// It needs wrk and a second processor.
func TestThroughput(t *testing.T) {
	if os.Getenv("WIREDESK_LONG") == "" {
		t.Skip("takes minutes: set WIREDESK_LONG=1")
	}
	if _, err := exec.LookPath("wrk"); err != nil {
		t.Skip(err)
	}
	runtime.GOMAXPROCS(1)
	world := largeWorld()
	s := rendered(t, Options{Archive: world}, oneFeed(aggregator.Feed{Slug: "all", Title: "All", Limit: 200}))
	e := s.shelf.Load().feeds["all"]["atom"]
	ours := listening(t, s.Handler())
	for _, test := range []struct {
		name   string
		header string
		bare   http.HandlerFunc
	}{
		{"plain", "Accept-Encoding: identity", bare(&e.forms[identity], e)},
		{"gzip", "Accept-Encoding: gzip", bare(&e.forms[gzipCoding], e)},
		{"304", "If-None-Match: " + e.etag, func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("If-None-Match") == e.etag {
				w.Header().Set("ETag", e.etag)
				w.WriteHeader(http.StatusNotModified)
			}
		}},
	} {
		other := listening(t, test.bare)
		var shares []float64
		for range 7 {
			a := load(t, other+"/feeds/all.atom", test.header, 16)
			b := load(t, ours+"/feeds/all.atom", test.header, 16)
			shares = append(shares, b.fit/a.fit)
			t.Logf("%s: bare %.0f requests/s, %.0f in a second of its own, ours %.0f, %.0f: %.3f",
				test.name, a.rate, a.fit, b.rate, b.fit, b.fit/a.fit)
		}
		slices.Sort(shares)
		median := shares[len(shares)/2]
		t.Logf("%s: %.3f of the bare handler's", test.name, median)
		if median < 0.85 {
			t.Errorf("%s: ours has %.3f of the requests of the bare handler, want 0.85", test.name, median)
		}
	}
}

// bare writes the form with the headers it cannot be without.
func bare(f *form, e *edition) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		h := w.Header()
		h["Content-Type"], h["Content-Length"], h["Etag"] = e.contentType, f.length, f.etag
		if f.coding != nil {
			h["Content-Encoding"] = f.coding
		}
		_, _ = w.Write(f.body)
	}
}

// listening serves h on loopback until the test ends.
func listening(t *testing.T, h http.Handler) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	server := &http.Server{Handler: h}
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	t.Cleanup(func() {
		_ = server.Close()
		if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
			t.Error(err)
		}
	})
	return "http://" + l.Addr().String()
}

// loaded is what wrk says of a run.
type loaded struct {
	rate float64 // requests in a second
	fit  float64 // requests in a second of the server's own processor time
}

// load runs wrk on the second processor.
func load(t *testing.T, address, header string, connections int) (l loaded) {
	t.Helper()
	before := processorTime(t)
	out, err := exec.CommandContext(t.Context(), "taskset", "-c", "1", "wrk", "-t1", "-c", strconv.Itoa(connections), "-d2s",
		"-H", header, address).CombinedOutput()
	if err != nil {
		t.Fatalf("wrk: %v: %s", err, out)
	}
	used := processorTime(t) - before
	number := func(pattern string) string {
		found := regexp.MustCompile(pattern).FindSubmatch(out)
		if found == nil {
			t.Fatalf("wrk says %s", out)
		}
		return string(found[1])
	}
	requests, err := strconv.ParseFloat(number(`([0-9]+) requests in`), 64)
	if err == nil {
		l.fit = requests / used.Seconds()
		l.rate, err = strconv.ParseFloat(number(`Requests/sec:\s+([0-9.]+)`), 64)
	}
	if err != nil {
		t.Fatal(err)
	}
	return l
}
