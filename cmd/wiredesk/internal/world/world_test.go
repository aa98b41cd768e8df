package world

import (
	"context"
	"encoding/xml"
	"errors"
	"io"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// still returns a world that began at a known instant and does not listen.
func still(t *testing.T, opts Options) *World {
	t.Helper()
	if opts.Start.IsZero() {
		opts.Start = time.Date(2026, 3, 14, 9, 26, 53, 589_793_238, time.UTC)
	}
	w := New(opts)
	if w.scriptErr != nil {
		t.Fatal(w.scriptErr)
	}
	for i := range w.wires {
		w.wires[i].settle("http://" + w.wires[i].ID + ".test")
	}
	return w
}

// wireOf returns the wire with the id.
func (w *World) wireOf(t *testing.T, id string) *wire {
	t.Helper()
	for i := range w.wires {
		if w.wires[i].ID == id {
			return &w.wires[i]
		}
	}
	t.Fatalf("no wire %q", id)
	return nil
}

// real returns the instant at which the simulated clock shows the time of the
// day.
func (w *World) real(day int, hour, minute int) time.Time {
	at := time.Duration(day-1)*oneDay + time.Duration(hour)*time.Hour + time.Duration(minute)*time.Minute
	return w.clock.claim(at).Add(time.Microsecond)
}

func TestListenRefuses(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		opts Options
		want string
	}{
		{"too slow", Options{Speed: 0.5}, "speed 0.5: must be 1 to 3600"},
		{"too fast", Options{Speed: 3601}, "speed 3601: must be"},
		{"backwards", Options{Speed: -120}, "speed -120: must be"},
		{"start to come", Options{Start: time.Now().Add(time.Hour)}, "must be within the last day"},
		{"start long ago", Options{Start: time.Now().Add(-25 * time.Hour)}, "must be within the last day"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := New(tt.opts)
			err := w.Listen()
			if err == nil || !strings.Contains(err.Error(), tt.want) {
				t.Fatalf("Listen: %v, want %q", err, tt.want)
			}
			if w.Sources() != nil {
				t.Error("Sources after a failed Listen")
			}
			if err := w.Run(t.Context()); err == nil {
				t.Error("Run after a failed Listen: no error")
			}
		})
	}
}

func TestSources(t *testing.T) {
	t.Parallel()
	tests := []struct {
		speed float64
		want  time.Duration
	}{
		{MinSpeed, time.Minute}, {0, 5 * time.Second}, {60, 10 * time.Second}, {MaxSpeed, 2 * time.Second},
	}
	for _, tt := range tests {
		w := New(Options{Speed: tt.speed})
		if err := w.Listen(); err != nil {
			t.Fatal(err)
		}
		if w.Listen() == nil {
			t.Error("second Listen: no error")
		}
		seen := make(map[string]bool)
		for i, src := range w.Sources() {
			if src.Interval != tt.want {
				t.Errorf("speed %v: %s: interval %v, want %v", tt.speed, src.ID, src.Interval, tt.want)
			}
			if wire := w.Wires()[i]; src.ID != wire.ID || src.URL != wire.URL || src.Title != wire.Title || src.Language != wire.Language {
				t.Errorf("source %+v is not wire %+v", src, wire)
			}
			if !src.AllowPrivate || len(src.Tags) == 0 || !strings.HasPrefix(src.URL, "http://127.0.0.1:") {
				t.Errorf("source cannot be polled: %+v", src)
			}
			host := strings.SplitN(src.URL, "/", 4)[2]
			if seen[src.ID] || seen[host] {
				t.Errorf("id or server shared: %s %s", src.ID, host)
			}
			seen[src.ID], seen[host] = true, true
		}
		ended, stop := context.WithCancel(t.Context())
		stop()
		if err := w.Run(ended); err != nil {
			t.Errorf("Run: %v", err)
		}
	}
}

func TestRunServesUntilContextEnds(t *testing.T) {
	t.Parallel()
	w := New(Options{})
	if err := w.Listen(); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(t.Context())
	ran := make(chan error, 1)
	go func() { ran <- w.Run(ctx) }()

	transport := &http.Transport{}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport}
	get := func(ctx context.Context, url string) (int, string, error) {
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
		if err != nil {
			return 0, "", err
		}
		resp, err := client.Do(req)
		if err != nil {
			return 0, "", err
		}
		defer func() { _ = resp.Body.Close() }()
		body, err := io.ReadAll(resp.Body)
		return resp.StatusCode, string(body), err
	}
	for _, wire := range w.Wires() {
		if wire.ID == "observer" || wire.ID == "quayside" {
			continue
		}
		status, body, err := get(t.Context(), wire.URL)
		if err != nil || status != http.StatusOK || len(body) < 1000 {
			t.Errorf("%s: status %d, %d bytes, %v", wire.ID, status, len(body), err)
		}
	}
	status, page, err := get(t.Context(), w.wireOf(t, "marfa").base+"/1/tremor/full")
	if err != nil || status != http.StatusOK || !strings.Contains(page, `lang="ar" dir="rtl"`) || !strings.Contains(page, "هاشم") {
		t.Errorf("page of an entry: status %d, %v\n%s", status, err, page)
	}
	for _, path := range []string{"/1/tremor/none", "/1/wrap/report", "/0/tremor/full", "/x/y/z", "/9/tremor/full", "/none"} {
		if status, _, err := get(t.Context(), w.wireOf(t, "marfa").base+path); err != nil || status != http.StatusNotFound {
			t.Errorf("%s: status %d, %v, want 404", path, status, err)
		}
	}

	// A request to the slow server hangs when the world ends.
	asked, hanging := make(chan struct{}), make(chan error, 1)
	trace := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{
		WroteRequest: func(httptrace.WroteRequestInfo) { close(asked) },
	})
	slow := w.wireOf(t, "observer").URL
	go func() {
		_, _, err := get(trace, slow)
		hanging <- err
	}()
	<-asked
	stop()
	select {
	case err := <-ran:
		if err != nil {
			t.Errorf("Run: %v", err)
		}
	case <-time.After(5 * time.Second):
		t.Fatal("Run does not end")
	}
	if err := <-hanging; err == nil {
		t.Error("the slow server answered after the end")
	}
	if _, _, err := get(t.Context(), w.Wires()[0].URL); err == nil {
		t.Error("still served after Run")
	}
}

func TestRunTellsOfALostListener(t *testing.T) {
	t.Parallel()
	w := New(Options{})
	if err := w.Listen(); err != nil {
		t.Fatal(err)
	}
	if err := w.listeners[3].Close(); err != nil {
		t.Fatal(err)
	}
	if err := w.Run(t.Context()); err == nil || !strings.Contains(err.Error(), "wire "+w.wires[3].ID) {
		t.Errorf("Run: %v, want the wire whose listener is gone", err)
	}
}

// parsed is what the tests read of any feed document.
type parsed struct {
	Language string
	Items    []parsedItem
}

type parsedItem struct{ ID, Title, Link, Published, Updated, Text string }

// wellFormed reads an XML document to its end.
func wellFormed(document []byte) error {
	d := xml.NewDecoder(strings.NewReader(string(document)))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return oneByteReader{in}, nil }
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			return nil
		} else if err != nil {
			return err
		}
	}
}

// oneByteReader stands in for a decoder where only the markup matters: it makes
// every byte ASCII.
type oneByteReader struct{ in io.Reader }

func (r oneByteReader) Read(p []byte) (int, error) {
	n, err := r.in.Read(p)
	for i := range p[:n] {
		if p[i] >= 0x80 {
			p[i] = '?'
		}
	}
	return n, err
}
