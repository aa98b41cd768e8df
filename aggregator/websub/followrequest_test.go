package websub

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
)

func newRecorder() *httptest.ResponseRecorder { return httptest.NewRecorder() }

func TestWithQuery(t *testing.T) {
	t.Parallel()
	more := url.Values{"hub.mode": {"x"}}
	for callback, want := range map[string]string{
		"https://a.example":          "https://a.example?hub.mode=x",
		"https://a.example/?":        "https://a.example/?hub.mode=x",
		"https://a.example/?b":       "https://a.example/?b&hub.mode=x",
		"https://a.example/?b=%2f&":  "https://a.example/?b=%2f&hub.mode=x",
		"https://a.example/?b=c?d=e": "https://a.example/?b=c?d=e&hub.mode=x",
	} {
		if got := withQuery(callback, more); got != want {
			t.Errorf("%s becomes %s, want %s", callback, got, want)
		}
	}
}

// FuzzFollowRequest: whatever comes is refused with a 4xx or can be asked back.
func FuzzFollowRequest(f *testing.F) {
	for _, seed := range []string{
		"hub.mode=subscribe&hub.topic=https%3A%2F%2Fa.example%2F&hub.callback=https%3A%2F%2Fb.example%2F%3Fc%3Dd&hub.secret=s&hub.lease_seconds=60",
		"hub.mode=unsubscribe&hub.topic=t&hub.callback=http://b.example",
		"hub.mode=subscribe&hub.mode=publish&hub.topic=&hub.callback=//b",
		"hub.lease_seconds=99999999999999999999&hub.callback=http://[::1%25eth0]/",
		"%", "a=b;c=d", "hub.callback=http%3A%2F%2Fa%00b",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, form string) {
		got, err := parseFollowRequest(form)
		if err != nil {
			if refused, ok := errors.AsType[denial](err); !ok || refused.status != http.StatusBadRequest || refused.words == "" {
				t.Fatalf("refused with %v", err)
			}
			return
		}
		if len(got.secret) >= 200 || got.lease < 0 || got.lease > maxLease || got.topic == "" || len(got.callback) > maxURLBytes {
			t.Errorf("let in: %+v", got)
		}
		to := withQuery(got.callback, url.Values{"hub.challenge": {"c"}})
		u, err := url.Parse(to)
		if err != nil || u.Host == "" || !strings.HasPrefix(to, got.callback) || strings.Contains(to, "\n") {
			t.Fatalf("asked back at %q: %v", to, err)
		}
		if callbackHost(got.callback) == "" {
			t.Errorf("%q is at no host", got.callback)
		}
		if !strings.Contains(u.RawQuery, "hub.challenge=c") {
			t.Errorf("the challenge is lost in %q", to)
		}
	})
}
