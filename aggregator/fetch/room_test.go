package fetch

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

// A body asks for room before it takes it, in every coding, and never for more
// than it may have.
func TestBodyAsksForRoom(t *testing.T) {
	t.Parallel()
	const limit = 1_000_000
	for _, coding := range []string{"", "gzip", "br", "zstd"} {
		for _, test := range []struct {
			bytes int
			asks  int
			last  int64
			kind  aggregator.ProblemKind
		}{
			{1, 1, growBytes, ""},
			{growBytes, 2, 2 * growBytes, ""}, // only the next read sees the end
			{growBytes + 1, 2, 2 * growBytes, ""},
			{10 * growBytes, 11, 11 * growBytes, ""},
			{limit, 16, limit, ""},
			{limit + 1, 16, limit, aggregator.ProblemTooLarge},
			{30 * limit, 16, limit, aggregator.ProblemTooLarge},
		} {
			if coding == "" && test.bytes == 30*limit {
				continue // refused by its Content-Length
			}
			t.Run(fmt.Sprint(coding, " ", test.bytes), func(t *testing.T) {
				t.Parallel()
				packed := compressed(t, coding, []byte(strings.Repeat("x", test.bytes)))
				url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
					w.Header().Set("Content-Type", "text/xml")
					if coding != "" {
						w.Header().Set("Content-Encoding", coding)
					}
					w.WriteHeader(http.StatusOK)
					w.(http.Flusher).Flush() // no Content-Length
					_, _ = w.Write(packed)
				})
				var asked []int64
				got := newClient(t, Options{MaxBodyBytes: limit}).Fetch(t.Context(), aggregator.Request{
					Source: local(url), Grow: func(_ context.Context, bytes int64) error {
						asked = append(asked, bytes)
						return nil
					},
				})
				if got.Problem.Kind != test.kind || test.kind == "" && len(got.Body) != test.bytes {
					t.Errorf("%v, %d bytes", got.Problem, len(got.Body))
				}
				if len(asked) != test.asks || !slices.IsSorted(asked) || asked[len(asked)-1] != test.last {
					t.Errorf("asked for %v, want %d times and %d in the end", asked, test.asks, test.last)
				}
			})
		}
	}
}

// That a body waits for room is neither the server's fault nor counted.
func TestWaitingForRoom(t *testing.T) {
	t.Parallel()
	long := okHead + "Content-Length: 100000\r\n\r\n" + strings.Repeat("x", 100000)
	wait := func(long time.Duration) func(context.Context, int64) error {
		return func(ctx context.Context, _ int64) error {
			select {
			case <-time.After(long):
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		}
	}
	for _, test := range []struct {
		name  string
		pause time.Duration // of the server, after each 1,000 bytes
		grow  func(context.Context, int64) error
		kind  aggregator.ProblemKind
		took  time.Duration
	}{
		{"twice ten minutes", 0, wait(10 * time.Minute), "", 20 * time.Minute},
		{"beside a slow server", 200 * time.Millisecond, wait(10 * time.Minute), "", 20*time.Minute + 20*time.Second},
		{"beside one that is too slow", 400 * time.Millisecond, wait(10 * time.Minute), aggregator.ProblemTimeout, 20*time.Minute + 30*time.Second},
		{"a body that stops then", time.Hour, wait(10 * time.Minute), aggregator.ProblemSlow, 10*time.Minute + 10*time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				got := inBubbleGrowing(t, Options{}, drip(long, 1000, test.pause), test.grow)
				if got.Problem.Kind != test.kind || test.kind == "" && len(got.Body) != 100000 {
					t.Errorf("%v, %d bytes", got.Problem, len(got.Body))
				}
				if got.Took.Round(time.Second) != test.took {
					t.Errorf("took %v, want %v", got.Took, test.took)
				}
			})
		})
	}
}

func TestCalledOffWhileWaitingForRoom(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<rss>")) })
	ctx, cancel := context.WithCancel(t.Context())
	got := newClient(t, Options{}).Fetch(ctx, aggregator.Request{
		Source: local(url), Grow: func(ctx context.Context, _ int64) error {
			cancel()
			<-ctx.Done()
			return ctx.Err()
		},
	})
	if got.Outcome != aggregator.Failed || got.Problem.Kind != aggregator.ProblemCancelled || !errors.Is(ctx.Err(), context.Canceled) {
		t.Errorf("%v: %v", got.Outcome, got.Problem)
	}
}
