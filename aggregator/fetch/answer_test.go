package fetch

import (
	"io"
	"maps"
	"net/http"
	"strconv"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
)

func TestStatus(t *testing.T) {
	t.Parallel()
	conditional := aggregator.Validators{ETag: `"1"`}
	for _, test := range []struct {
		name    string
		status  int
		header  http.Header
		sent    aggregator.Validators
		outcome aggregator.Outcome
		says    string // empty: no problem
		delta   bool
	}{
		{name: "200", status: 200, outcome: aggregator.Fetched},
		{name: "203", status: 203, outcome: aggregator.Fetched},
		{name: "226 as asked", status: 226, header: http.Header{"Im": {"feed"}}, sent: conditional, outcome: aggregator.Fetched, delta: true},
		{name: "226 without IM", status: 226, sent: conditional, outcome: aggregator.Fetched, delta: true},
		{name: "226 with a parameter", status: 226, header: http.Header{"Im": {"FEED;q=1"}}, sent: conditional, outcome: aggregator.Fetched, delta: true},
		{name: "226 of another kind", status: 226, header: http.Header{"Im": {"vcdiff"}}, sent: conditional, outcome: aggregator.Failed, says: "226 IM Used: a difference that was not asked for"},
		{name: "226 not asked for", status: 226, header: http.Header{"Im": {"feed"}}, outcome: aggregator.Failed, says: "226"},
		{name: "201", status: 201, outcome: aggregator.Failed, says: "201 Created, which brings no feed"},
		{name: "202", status: 202, outcome: aggregator.Failed, says: "202"},
		{name: "204", status: 204, outcome: aggregator.Failed, says: "204"},
		{name: "206", status: 206, outcome: aggregator.Failed, says: "a part of the feed"},
		{name: "300", status: 300, outcome: aggregator.Failed, says: "300"},
		{name: "304 unasked", status: 304, outcome: aggregator.Failed, says: "without conditions"},
		{name: "400", status: 400, outcome: aggregator.Failed, says: "400 Bad Request"},
		{name: "401", status: 401, outcome: aggregator.Failed, says: "set basic_auth"},
		{name: "403", status: 403, outcome: aggregator.Failed, says: "refuses us"},
		{name: "404", status: 404, outcome: aggregator.Failed, says: "check the URL"},
		{name: "410", status: 410, outcome: aggregator.Gone, says: "withdrawn for good"},
		{name: "429", status: 429, outcome: aggregator.Throttled, says: "429 Too Many Requests"},
		{name: "429 with a time", status: 429, header: http.Header{"Retry-After": {"60"}}, outcome: aggregator.Throttled, says: "in peace until 20"},
		{name: "500", status: 500, outcome: aggregator.Failed, says: "trouble of its own"},
		{name: "503", status: 503, outcome: aggregator.Failed, says: "503"},
		{name: "503 with a time", status: 503, header: http.Header{"Retry-After": {"60"}}, outcome: aggregator.Throttled, says: "503"},
		{name: "503 with nonsense", status: 503, header: http.Header{"Retry-After": {"soon"}}, outcome: aggregator.Failed, says: "503"},
		{name: "599", status: 599, outcome: aggregator.Failed, says: "answered 599:"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				maps.Copy(w.Header(), test.header)
				w.Header().Set("ETag", `"2"`)
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, document)
			})
			got := poll1(t, newClient(t, Options{}), local(url), test.sent)
			if got.Outcome != test.outcome || got.Status != test.status || got.Delta != test.delta || got.URL != url {
				t.Errorf("%+v", got)
			}
			if test.says == "" {
				if string(got.Body) != document || got.Validators.ETag != `"2"` {
					t.Errorf("body %q, validators %+v", got.Body, got.Validators)
				}
				return
			}
			wantProblem(t, got, aggregator.ProblemStatus, test.says)
			if got.Body != nil {
				t.Errorf("body %q", got.Body)
			}
			if hasTime := test.header.Get("Retry-After") == "60"; got.RetryAfter.IsZero() == hasTime {
				t.Errorf("retry after %v", got.RetryAfter)
			}
		})
	}
}

func TestRetryAfterReachesResponse(t *testing.T) {
	t.Parallel()
	for _, code := range []int{http.StatusOK, http.StatusNotModified, http.StatusTooManyRequests} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", time.Now().Add(time.Hour).UTC().Format(http.TimeFormat))
			w.WriteHeader(code)
		})
		got := poll1(t, newClient(t, Options{}), local(url), aggregator.Validators{ETag: `"1"`})
		if wait := got.RetryAfter.Sub(got.At); wait < 59*time.Minute || wait > 61*time.Minute {
			t.Errorf("%d: wait %v", code, wait)
		}
	}
}

func TestLongErrorPageIsNotRead(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(http.StatusInternalServerError)
		page := strings.Repeat("sorry ", 10000)
		for range 200 {
			if _, err := io.WriteString(w, page); err != nil {
				return
			}
		}
	})
	got := poll1(t, newClient(t, Options{}), local(url))
	wantProblem(t, got, aggregator.ProblemStatus, "500")
	if got.BytesRead > drainBytes {
		t.Errorf("read %d bytes of an error page", got.BytesRead)
	}
}

func TestUnauthorizedSaysWhatToDo(t *testing.T) {
	t.Parallel()
	locked := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusUnauthorized) })
	away := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, locked, http.StatusFound) })
	auth := aggregator.BasicAuth{User: "desk", Password: "pa55word"}
	for _, test := range []struct {
		name, url string
		auth      aggregator.BasicAuth
		says      string
	}{
		{"no credentials", locked, aggregator.BasicAuth{}, "set basic_auth"},
		{"wrong credentials", locked, auth, "check basic_auth"},
		{"credentials stayed at home", away, auth, "where the source's credentials are not sent"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			source := local(test.url)
			source.BasicAuth = test.auth
			got := poll1(t, newClient(t, Options{}), source)
			wantProblem(t, got, aggregator.ProblemStatus, test.says)
			if strings.Contains(got.Problem.Message, "pa55word") {
				t.Error("the message shows the password")
			}
		})
	}
}

func TestEmptyBody(t *testing.T) {
	t.Parallel()
	for _, coding := range []string{"", "gzip", "br", "zstd"} {
		url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			if coding != "" {
				w.Header().Set("Content-Encoding", coding)
			}
			w.Header().Set("Content-Length", strconv.Itoa(0))
		})
		got := poll1(t, newClient(t, Options{}), local(url))
		if got.Outcome != aggregator.Fetched || len(got.Body) != 0 {
			t.Errorf("%q: %+v", coding, got)
		}
	}
}
