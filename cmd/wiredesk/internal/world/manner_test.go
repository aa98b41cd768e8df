package world

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strconv"
	"testing"
	"testing/synctest"
	"time"
)

func TestSlowServerTrickles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := begun(t)
		from := w.wireOf(t, "observer")
		began := time.Now()
		rec := w.ask(t, from, http.MethodGet, "Accept-Encoding", "gzip")
		if took, want := time.Since(began), firstByte+trickles*trickleStep; took != want {
			t.Errorf("took %v, want %v", took, want)
		}
		if err := wellFormed(rec.Body.Bytes()); err != nil || rec.Header().Get("Content-Encoding") != "" {
			t.Errorf("document: %v, %v", err, rec.Header())
		}
	})
}

func TestSlowServerShowsPages(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := begun(t)
		began := time.Now()
		rec := httptest.NewRecorder()
		w.handler(w.wireOf(t, "observer")).ServeHTTP(rec, httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/", http.NoBody))
		if took, want := time.Since(began), firstByte+trickles*trickleStep; rec.Code != http.StatusOK || took != want {
			t.Errorf("status %d after %v, want %v", rec.Code, took, want)
		}
	})
}

func TestSlowServerStopsWithItsClient(t *testing.T) {
	t.Parallel()
	for name, patience := range map[string]time.Duration{"before the first byte": time.Second, "while it trickles": firstByte + 2*trickleStep + 1} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := begun(t)
				from := w.wireOf(t, "observer")
				ctx, cancel := context.WithTimeout(t.Context(), patience)
				defer cancel()
				began := time.Now()
				rec := httptest.NewRecorder()
				func() {
					defer aborted()
					w.handler(from).ServeHTTP(rec, httptest.NewRequestWithContext(ctx, http.MethodGet, from.path(), http.NoBody))
				}()
				if took := time.Since(began); took != patience {
					t.Errorf("took %v, want %v", took, patience)
				}
				if wellFormed(rec.Body.Bytes()) == nil && rec.Body.Len() > 0 {
					t.Error("the document arrived whole")
				}
			})
		})
	}
}

func TestBusyServerThrottles(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := begun(t)
		from := w.wireOf(t, "touchline")
		if rec := w.ask(t, from, http.MethodGet); rec.Code != http.StatusOK {
			t.Fatalf("at the start: status %d", rec.Code)
		}
		time.Sleep(time.Until(w.real(1, 10, 5)))
		rec := w.ask(t, from, http.MethodGet)
		seconds, err := strconv.Atoi(rec.Header().Get("Retry-After"))
		if rec.Code != http.StatusTooManyRequests || err != nil || seconds < 1 || seconds > 10 {
			t.Fatalf("status %d, Retry-After %q", rec.Code, rec.Header().Get("Retry-After"))
		}
		time.Sleep(time.Duration(seconds) * time.Second)
		if rec := w.ask(t, from, http.MethodGet); rec.Code != http.StatusOK {
			t.Errorf("after Retry-After: status %d", rec.Code)
		}
	})
}

func TestBusyFor(t *testing.T) {
	t.Parallel()
	for at, want := range map[time.Duration]time.Duration{
		8 * time.Hour:                         0,
		10*time.Hour - 1:                      0,
		10 * time.Hour:                        20 * time.Minute,
		10*time.Hour + 19*time.Minute:         time.Minute,
		10*time.Hour + 20*time.Minute:         0,
		oneDay + 10*time.Hour + 2*time.Minute: 18 * time.Minute,
	} {
		if got := busyFor(at); got != want {
			t.Errorf("busyFor(%v) = %v, want %v", at, got, want)
		}
	}
}

func TestDeadServer(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := begun(t)
		from := w.wireOf(t, "quayside")
		answers := make(map[int]int) // 0: the connection broke off
		const polls = 300
		for range polls {
			answers[status(t, w, from)]++
			time.Sleep(5 * time.Second)
		}
		if answers[http.StatusServiceUnavailable] < polls/4 || answers[0] < polls/4 || answers[http.StatusOK] < polls/10 || answers[http.StatusOK] > polls/4 {
			t.Errorf("answers by status: %v", answers)
		}
	})
}

// aborted, when deferred, takes a handler's wish to break off the connection.
func aborted() {
	r := recover()
	if err, _ := r.(error); r != nil && !errors.Is(err, http.ErrAbortHandler) {
		panic(r)
	}
}

// status returns the status of an answer, 0 when there is none.
func status(t *testing.T, w *World, from *wire) (code int) {
	t.Helper()
	defer aborted()
	return w.ask(t, from, http.MethodGet).Code
}
