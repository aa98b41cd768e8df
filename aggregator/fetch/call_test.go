package fetch

import (
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
)

func TestCall(t *testing.T) {
	t.Parallel()
	var got *http.Request
	var body []byte
	address := serve(t, func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		_, _ = io.WriteString(w, "echo")
	})
	c := newClient(t, Options{})
	resp := c.Call(t.Context(), aggregator.Call{URL: address + "/cb?a=b&a=%20", AllowPrivate: true})
	if resp.Outcome != aggregator.Fetched || string(resp.Body) != "echo" || got.Method != http.MethodGet || got.URL.RawQuery != "a=b&a=%20" {
		t.Errorf("%+v for %v", resp, got.URL)
	}
	if h := got.Header; h.Get("User-Agent") != userAgent || h.Get("Accept-Encoding") != "" || h.Get("Accept") != "*/*" {
		t.Errorf("header %v", h)
	}
	resp = c.Call(t.Context(), aggregator.Call{
		URL: strings.Replace(address, "://", "://u:p@", 1), AllowPrivate: true, Body: []byte("news"),
		Header: map[string]string{"Content-Type": "text/x", "Link": "<a>; rel=hub"},
	})
	if resp.Outcome != aggregator.Fetched || got.Method != http.MethodPost || string(body) != "news" || got.ContentLength != 4 {
		t.Errorf("%+v with %q", resp, body)
	}
	if h := got.Header; h.Get("Content-Type") != "text/x" || h.Get("Link") != "<a>; rel=hub" || h.Get("Authorization") != "" {
		t.Errorf("header %v", h)
	}
}

func TestCallFails(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name    string
		status  int
		header  string
		outcome aggregator.Outcome
	}{
		{"not found", 404, "", aggregator.Failed},
		{"gone", 410, "", aggregator.Gone},
		{"a redirect is not followed", 307, "/elsewhere", aggregator.Failed},
		{"throttled", 429, "", aggregator.Throttled},
		{"down", 503, "", aggregator.Failed},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			asked := 0
			address := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				asked++
				if test.header != "" {
					w.Header().Set("Location", test.header)
				}
				w.WriteHeader(test.status)
			})
			got := newClient(t, Options{}).Call(t.Context(), aggregator.Call{URL: address, AllowPrivate: true})
			if got.Outcome != test.outcome || got.Status != test.status || asked != 1 || got.Problem.Kind != aggregator.ProblemStatus {
				t.Errorf("asked %d times: %+v", asked, got)
			}
		})
	}
}

func TestCallIsGuarded(t *testing.T) {
	t.Parallel()
	address := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("it was asked") })
	c := newClient(t, Options{})
	for _, url := range []string{address, strings.Replace(address, "127.0.0.1", "localhost", 1), "http://2130706433/", "http://[::ffff:10.0.0.1]/"} {
		got := c.Call(t.Context(), aggregator.Call{URL: url})
		wantProblem(t, got, aggregator.ProblemRefused, "private")
		if strings.Contains(got.Problem.Message, "source") {
			t.Errorf("%s: %q speaks of a source", url, got.Problem.Message)
		}
	}
	wantProblem(t, c.Call(t.Context(), aggregator.Call{URL: "gopher://hub.example/"}), aggregator.ProblemAddress, "http")
}

func TestCallIsBounded(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	endless := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, strings.Repeat("x", 1<<20)) })
	mute := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	if got := newClient(t, Options{}).Call(t.Context(), aggregator.Call{URL: endless, AllowPrivate: true}); len(got.Body) != callAnswerBytes {
		t.Errorf("%d bytes are kept: %+v", len(got.Body), got.Problem)
	}
	c := newClient(t, Options{Timeout: 100 * time.Millisecond})
	wantProblem(t, c.Call(t.Context(), aggregator.Call{URL: mute, AllowPrivate: true}), aggregator.ProblemTimeout, "waiting for the answer")
}
