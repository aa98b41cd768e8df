package main

import (
	"errors"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

func TestAskHandler(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		answer  http.HandlerFunc
		want    string // the error; empty: none
		isUsage bool
	}{
		{"answer", func(w http.ResponseWriter, r *http.Request) {
			body, err := io.ReadAll(r.Body)
			if r.Method != http.MethodPut || r.URL.Path != "/a/b c" || r.URL.Query().Get("x") != "y z" || string(body) != `{"in":1}` || err != nil {
				http.Error(w, "asked wrongly", http.StatusTeapot)
				return
			}
			_, _ = io.WriteString(w, `{"out": 2}`)
		}, "", false},
		{"refused", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusNotFound)
			_, _ = io.WriteString(w, `{"title": "Not Found", "detail": "There is no such story."}`)
		}, "there is no such story", false},
		{"wrongly asked", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadRequest)
			_, _ = io.WriteString(w, `{"title": "Bad Request", "detail": "Étourdi."}`)
		}, "étourdi", true},
		{"no detail", func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusInternalServerError)
			_, _ = io.WriteString(w, `{"title": "Internal Server Error"}`)
		}, "it failed (Internal Server Error): the log says why", false},
		{"no problem details", func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "not a poll's result", http.StatusBadRequest)
		}, "the daemon refuses: not a poll's result", false},
		{"no JSON", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "<html>") }, "invalid character '<'", false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			ask := askHandler(test.answer, func() error { return nil })
			var got struct{ Out int }
			err := ask.do(t.Context(), http.MethodPut, "/a/b%20c", map[string][]string{"x": {"y z"}}, map[string]int{"in": 1}, &got)
			if test.want == "" {
				if err != nil || got.Out != 2 {
					t.Errorf("got %+v, %v", got, err)
				}
				return
			}
			if err == nil || !strings.Contains(err.Error(), test.want) || errors.As(err, new(usageError)) != test.isUsage {
				t.Errorf("error %v (%T), want %q", err, err, test.want)
			}
		})
	}
}

func TestSince(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 23, 18, 0, 0, 0, time.UTC)
	for _, test := range []struct {
		text string
		want time.Time // zero: refused
	}{
		{"90m", now.Add(-90 * time.Minute)},
		{"36h", now.Add(-36 * time.Hour)},
		{"3d", now.AddDate(0, 0, -3)},
		{"2026-11-20", time.Date(2026, 11, 20, 0, 0, 0, 0, time.Local)},
		{"2026-11-20 18:30", time.Date(2026, 11, 20, 18, 30, 0, 0, time.Local)},
		{"2026-11-20 18:30:15", time.Date(2026, 11, 20, 18, 30, 15, 0, time.Local)},
		{"2026-11-20T18:30:15+03:00", time.Date(2026, 11, 20, 15, 30, 15, 0, time.UTC)},
		{"", time.Time{}},
		{"0h", time.Time{}},
		{"-3h", time.Time{}},
		{"-3d", time.Time{}},
		{"99999999d", time.Time{}},
		{"yesterday", time.Time{}},
		{"2026-13-01", time.Time{}},
	} {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			s := since{now: func() time.Time { return now }}
			err := s.Set(test.text)
			if (err == nil) == test.want.IsZero() || !s.at.Equal(test.want) {
				t.Errorf("%q is %v, %v; want %v", test.text, s.at, err, test.want)
			}
		})
	}
}
