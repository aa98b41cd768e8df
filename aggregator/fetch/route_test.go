package fetch

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

// jumps answers /301/302/end with a 301 to /302/end, and so on to /end.
func jumps(w http.ResponseWriter, r *http.Request) {
	status, rest, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	code := map[string]int{"301": 301, "302": 302, "303": 303, "307": 307, "308": 308}[status]
	if code == 0 {
		_, _ = io.WriteString(w, document)
		return
	}
	w.Header().Set("Location", "/"+rest)
	w.WriteHeader(code)
}

func TestMovedOnlyByAnUnbrokenChain(t *testing.T) {
	t.Parallel()
	url := serve(t, jumps)
	c := newClient(t, Options{})
	for _, test := range []struct{ path, end, moved string }{
		{"/end", "/end", ""},
		{"/301/end", "/end", "/end"},
		{"/308/end", "/end", "/end"},
		{"/301/308/301/end", "/end", "/end"},
		{"/302/end", "/end", ""},
		{"/303/end", "/end", ""},
		{"/307/end", "/end", ""},
		{"/302/301/end", "/end", ""},
		{"/301/302/end", "/end", "/302/end"},
		{"/301/302/301/end", "/end", "/302/301/end"},
	} {
		got := poll1(t, c, local(url+test.path))
		want := ""
		if test.moved != "" {
			want = url + test.moved
		}
		if got.Outcome != aggregator.Fetched || got.URL != url+test.end || got.Moved != want {
			t.Errorf("%s: %v at %s, moved %q; want %q", test.path, got.Outcome, got.URL, got.Moved, want)
		}
	}
}

func TestRedirectLimit(t *testing.T) {
	t.Parallel()
	url := serve(t, jumps)
	five := strings.Repeat("/302", 5)
	if got := poll1(t, newClient(t, Options{}), local(url+five+"/end")); got.Outcome != aggregator.Fetched {
		t.Errorf("five redirects: %v", got.Problem)
	}
	got := poll1(t, newClient(t, Options{}), local(url+five+"/302/end"))
	wantProblem(t, got, aggregator.ProblemRedirect, "more than 5 redirects")
	got = poll1(t, newClient(t, Options{MaxRedirects: -1}), local(url+"/302/end"))
	wantProblem(t, got, aggregator.ProblemRedirect, "put the feed's final address")
}

func TestBadRedirects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, location, says string }{
		{"to itself", "/", "in a circle"},
		{"to itself by another spelling", "/#again", "in a circle"},
		{"nowhere", "", "without saying where to"},
		{"to a file", "file:///etc/passwd", "neither http nor https (file:)"},
		{"to gopher", "gopher://127.0.0.1:70/", "neither http nor https"},
		{"to a script", "javascript:alert(1)", "neither http nor https"},
		{"to data", "data:text/xml,<rss/>", "neither http nor https"},
		{"without a host", "http:///feed", "neither http nor https"},
		{"to no URL", "http://[::1", "no URL"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			url := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if test.location != "" {
					w.Header().Set("Location", test.location)
				}
				w.WriteHeader(http.StatusMovedPermanently)
			})
			got := poll1(t, newClient(t, Options{}), local(url+"/"))
			wantProblem(t, got, aggregator.ProblemRedirect, test.says)
			if got.Status != 301 {
				t.Errorf("status %d", got.Status)
			}
		})
	}
}

func TestRedirectCircleOfTwo(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, map[string]string{"/a": "/b", "/b": "/a"}[r.URL.Path], http.StatusFound)
	})
	wantProblem(t, poll1(t, newClient(t, Options{}), local(url+"/a")), aggregator.ProblemRedirect, "in a circle")
}

func TestRedirectMessageHidesQuery(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://u:hush@"+r.Host+"/?token=hush", http.StatusFound)
	})
	got := poll1(t, newClient(t, Options{MaxRedirects: 1}), local(url))
	wantProblem(t, got, aggregator.ProblemRedirect, "in a circle")
	if strings.Contains(got.Problem.Message, "hush") {
		t.Error(got.Problem.Message)
	}
}

func TestMovedNotFromABrokenAddress(t *testing.T) {
	t.Parallel()
	url := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/" {
			http.Redirect(w, r, "/new", http.StatusMovedPermanently)
			return
		}
		w.WriteHeader(http.StatusNotFound)
	})
	if got := poll1(t, newClient(t, Options{}), local(url)); got.Moved != "" || got.URL != url+"/new" {
		t.Errorf("moved %q, at %q", got.Moved, got.URL)
	}
}

func TestStepDownToHTTPIsNotPermanent(t *testing.T) {
	t.Parallel()
	end := serve(t, func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, document) })
	secure := httptest.NewTLSServer(http.RedirectHandler(end, http.StatusMovedPermanently))
	t.Cleanup(secure.Close)
	c := newClient(t, Options{})
	c.anywhere.TLSClientConfig.RootCAs = rootsOf(secure)
	got := poll1(t, c, local(secure.URL))
	if got.Outcome != aggregator.Fetched || got.URL != end || got.Moved != "" {
		t.Errorf("%v at %s, moved %q: %v", got.Outcome, got.URL, got.Moved, got.Problem)
	}
}

func TestStepUpToHTTPSIsPermanent(t *testing.T) {
	t.Parallel()
	secure := httptest.NewTLSServer(http.HandlerFunc(jumps))
	t.Cleanup(secure.Close)
	start := serve(t, http.RedirectHandler(secure.URL+"/end", http.StatusPermanentRedirect).ServeHTTP)
	c := newClient(t, Options{})
	c.anywhere.TLSClientConfig.RootCAs = rootsOf(secure)
	if got := poll1(t, c, local(start)); got.Moved != secure.URL+"/end" {
		t.Errorf("moved %q: %v", got.Moved, got.Problem)
	}
}

// what a hop was sent of what is secret.
type secrets struct{ Auth, Key, ETag, Referer, Cookie string }

func secretsOf(r *http.Request) secrets {
	h := r.Header
	return secrets{h.Get("Authorization"), h.Get("X-Key"), h.Get("If-None-Match"), h.Get("Referer"), h.Get("Cookie")}
}

func TestCredentialsStayAtTheirOrigin(t *testing.T) {
	t.Parallel()
	var seen []secrets // polls are one after another
	var home string
	other := serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, secretsOf(r))
		http.Redirect(w, r, home+"/back", http.StatusFound)
	})
	home = serve(t, func(w http.ResponseWriter, r *http.Request) {
		seen = append(seen, secretsOf(r))
		http.SetCookie(w, &http.Cookie{Name: "a", Value: "b"})
		switch r.URL.Path {
		case "/":
			http.Redirect(w, r, "/same-origin", http.StatusFound)
		case "/same-origin":
			http.Redirect(w, r, other, http.StatusFound)
		case "/back":
			http.Redirect(w, r, "/back-again", http.StatusFound)
		}
	})
	source := local(home)
	source.BasicAuth = aggregator.BasicAuth{User: "desk", Password: "x"}
	source.Headers = map[string]aggregator.Secret{"x-key": "k"}
	if got := poll1(t, newClient(t, Options{}), source, aggregator.Validators{ETag: `"1"`}); got.Outcome != aggregator.Fetched {
		t.Fatal(got.Problem)
	}
	own, foreign := secrets{Auth: "Basic ZGVzazp4", Key: "k", ETag: `"1"`}, secrets{ETag: `"1"`}
	if diff := cmp.Diff([]secrets{own, own, foreign, foreign, foreign}, seen); diff != "" {
		t.Error(diff)
	}
}

func TestOrigin(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		a, b string
		same bool
	}{
		{"http://wire.example/a", "http://wire.example/b", true},
		{"http://wire.example", "http://WIRE.example:80", true},
		{"https://wire.example", "https://wire.example:443", true},
		{"http://wire.example", "https://wire.example", false},
		{"http://wire.example", "http://wire.example:8080", false},
		{"http://wire.example", "http://www.wire.example", false},
		{"http://wire.example:443", "https://wire.example", false},
	} {
		a, okA := parseHTTP(test.a)
		b, okB := parseHTTP(test.b)
		if !okA || !okB || (origin(a) == origin(b)) != test.same {
			t.Errorf("%s and %s: %v", test.a, test.b, !test.same)
		}
	}
}

func TestOwnHeadersAndUserOfTheURL(t *testing.T) {
	t.Parallel()
	requests := make(chan *http.Request, 1)
	url := serve(t, func(_ http.ResponseWriter, r *http.Request) { requests <- r })
	source := local(strings.Replace(url, "http://", "http://desk:x@", 1) + "/feed")
	source.Headers = map[string]aggregator.Secret{"User-Agent": "Other/1", "Host": "wire.example"}
	got := poll1(t, newClient(t, Options{}), source)
	r := <-requests
	if user, password, _ := r.BasicAuth(); user != "desk" || password != "x" {
		t.Errorf("user %q, password %q", user, password)
	}
	if r.UserAgent() != "Other/1" || r.Host != "wire.example" {
		t.Errorf("user agent %q, host %q", r.UserAgent(), r.Host)
	}
	if got.URL != url+"/feed" {
		t.Errorf("URL %q shows the password", got.URL)
	}
}

func TestHeaderThatCannotBeSent(t *testing.T) {
	t.Parallel()
	source := local("http://127.0.0.1:1/")
	source.Headers = map[string]aggregator.Secret{"X-Key": "hush\nhush"}
	got := poll1(t, newClient(t, Options{}), source)
	wantProblem(t, got, aggregator.ProblemInternal, "the header X-Key")
	if strings.Contains(got.Problem.Message, "hush") {
		t.Error(got.Problem.Message)
	}
}
