package serve

import (
	"bytes"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"wiredesk/aggregator"
)

// An expression that fails is counted each time and told once, whatever fails
// by it: a rendering, a request, another story.
func TestFailingExpressionIsToldOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		var out bytes.Buffer
		var failures atomic.Int64
		s := running(t, Options{
			Archive: smallWorld(), Log: slog.New(slog.NewTextHandler(&out, nil)),
			WhereFailed: func(slug string) {
				if slug != "first" {
					t.Errorf("counted for %s", slug)
				}
				failures.Add(1)
			},
		}, oneFeed(aggregator.Feed{Slug: "first", Title: "First", Where: `categories[99] == "oil"`}))
		once := failures.Load()
		time.Sleep(time.Minute)
		s.Touch(nil)
		time.Sleep(time.Minute)
		get(t, s.Handler(), "/feeds/first.json?limit=2")
		synctest.Wait()
		if n := failures.Load(); once == 0 || n < 2*once {
			t.Errorf("%d failures at first, %d in all", once, n)
		}
		said := out.String()
		if strings.Count(said, "level=WARN") != 1 || !strings.Contains(said, "feed=first") || !strings.Contains(said, "out of range") {
			t.Errorf("logged:\n%s", said)
		}
	})
}
