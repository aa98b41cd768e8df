package fetch

import (
	"context"
	"maps"
	"net"
	"net/http"
	"testing"
	"time"

	"wiredesk/aggregator"
)

func TestSourceIsAskedWhereItHasMoved(t *testing.T) {
	t.Parallel()
	asked := make(chan *http.Request, 2)
	take := func(w http.ResponseWriter, r *http.Request) {
		asked <- r
		jumps(w, r)
	}
	home, away := serve(t, take), serve(t, take)
	c := newClient(t, Options{})
	source := local(home + "/old")
	source.BasicAuth = aggregator.BasicAuth{User: "desk", Password: "pa55word"}
	for _, test := range []struct {
		address, moved string
		credentials    bool
	}{
		{home + "/new", "", true},
		{away + "/new", "", false},
		{away + "/301/newer", away + "/newer", false},
	} {
		got := c.Fetch(t.Context(), aggregator.Request{Source: source, Address: test.address})
		checkResponse(t, got)
		if got.Outcome != aggregator.Fetched || got.Moved != test.moved {
			t.Errorf("%s: %+v", test.address, got)
		}
		if r := <-asked; "http://"+r.Host+r.URL.Path != test.address || (r.Header.Get("Authorization") != "") != test.credentials {
			t.Errorf("%s: asked %s for %s with %v", test.address, r.Host, r.URL.Path, r.Header)
		}
		if test.moved != "" {
			if r := <-asked; r.Header.Get("Authorization") != "" {
				t.Errorf("%s: credentials followed", test.address)
			}
		}
	}
	wantProblem(t, c.Fetch(t.Context(), aggregator.Request{Source: source, Address: "feed.xml"}), aggregator.ProblemAddress, "")
}

func TestNotModifiedConfirmsTheLifetime(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		header http.Header
		want   time.Duration
	}{
		{"says nothing", nil, time.Hour},
		{"says nothing, and is old", http.Header{"Age": {"600"}}, time.Hour},
		{"says another", http.Header{"Cache-Control": {"max-age=60"}}, time.Minute},
		{"says none", http.Header{"Cache-Control": {"no-cache"}}, 0},
		{"replaces what was said by something else", http.Header{"Cache-Control": {"public"}}, 0},
		{"is over", http.Header{"Expires": {"0"}}, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				maps.Copy(w.Header(), test.header)
				w.WriteHeader(http.StatusNotModified)
			})
			got := newClient(t, Options{}).Fetch(t.Context(), aggregator.Request{
				Source: local(url), Validators: aggregator.Validators{ETag: `"1"`}, Lifetime: time.Hour,
			})
			if got.Lifetime != test.want || got.FreshUntil.IsZero() == (test.want > 0) {
				t.Errorf("lifetime %v, fresh until %v", got.Lifetime, got.FreshUntil)
			}
			if left := got.FreshUntil.Sub(got.At); test.header.Get("Age") != "" && (left > 50*time.Minute || left < 49*time.Minute) {
				t.Errorf("fresh for %v", left)
			}
		})
	}
}

// A 410 is the last word on the address that was asked, and on none that a
// redirect leads to for now.
func TestGoneBehindARedirect(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/end" {
			w.WriteHeader(http.StatusGone)
			return
		}
		jumps(w, r)
	})
	c := newClient(t, Options{})
	for path, want := range map[string]aggregator.Outcome{
		"/end": aggregator.Gone, "/301/end": aggregator.Gone, "/302/end": aggregator.Failed, "/301/307/end": aggregator.Failed,
	} {
		if got := poll1(t, c, local(url+path)); got.Outcome != want || got.Status != http.StatusGone {
			t.Errorf("%s: %v, %v", path, got.Outcome, got.Problem)
		}
	}
}

func TestDial(t *testing.T) {
	t.Parallel()
	url := serve(t, jumps)
	c := newClient(t, Options{Dial: func(ctx context.Context, network, address string) (net.Conn, error) {
		if address != "wire.example:80" {
			t.Errorf("dials %s", address)
		}
		return new(net.Dialer).DialContext(ctx, network, url[len("http://"):])
	}})
	if got := poll1(t, c, local("http://wire.example/feed")); got.Outcome != aggregator.Fetched {
		t.Error(got.Problem)
	}
	public := local("http://127.0.0.1/feed")
	public.AllowPrivate = false
	wantProblem(t, poll1(t, c, public), aggregator.ProblemRefused, "allow_private")
}
