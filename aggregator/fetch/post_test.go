package fetch

import (
	"crypto/tls"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func wish() url.Values {
	return url.Values{"hub.mode": {"subscribe"}, "hub.topic": {"https://wire.example/feed?a=b&c=é"}}
}

// takeForm returns a handler that answers 202 and hands over each request with
// its form.
func takeForm(t *testing.T, take func(r *http.Request, form url.Values)) http.HandlerFunc {
	t.Helper()
	return func(w http.ResponseWriter, r *http.Request) {
		body, err := io.ReadAll(r.Body)
		form, formErr := url.ParseQuery(string(body))
		if err != nil || formErr != nil {
			t.Errorf("form %q: %v, %v", body, err, formErr)
		}
		take(r, form)
		w.WriteHeader(http.StatusAccepted)
	}
}

func TestPostSendsTheForm(t *testing.T) {
	t.Parallel()
	asked := 0
	hub := serve(t, takeForm(t, func(r *http.Request, form url.Values) {
		asked++
		if diff := cmp.Diff(wish(), form); diff != "" || r.Method != http.MethodPost {
			t.Errorf("%s with the form (-want +got):\n%s", r.Method, diff)
		}
		h := r.Header
		if h.Get("User-Agent") != userAgent || h.Get("Content-Type") != "application/x-www-form-urlencoded" ||
			h.Get("A-IM") != "" || h.Get("Idempotency-Key") != "" || h.Get("Authorization") != "" || h.Get("X-Key") != "" {
			t.Errorf("header %v", h)
		}
	}))
	src := local("https://elsewhere.example/feed")
	src.BasicAuth = aggregator.BasicAuth{User: "desk", Password: "hunter2"}
	src.Headers = map[string]aggregator.Secret{"X-Key": "hunter2"}
	got := newClient(t, Options{}).Post(t.Context(), src, hub+"/hub", wish())
	checkResponse(t, got)
	if got.Outcome != aggregator.Fetched || got.Status != 202 || got.URL != hub+"/hub" || asked != 1 {
		t.Errorf("asked %d times: %+v", asked, got)
	}
}

func TestPostGivesCredentialsToTheirOriginOnly(t *testing.T) {
	t.Parallel()
	var saw []string
	foreign := serve(t, takeForm(t, func(r *http.Request, _ url.Values) { saw = append(saw, r.Header.Get("X-Key")) }))
	home := serve(t, func(w http.ResponseWriter, r *http.Request) {
		saw = append(saw, r.Header.Get("X-Key"))
		http.Redirect(w, r, foreign, http.StatusTemporaryRedirect)
	})
	src := local(home + "/feed")
	src.Headers = map[string]aggregator.Secret{"X-Key": "hunter2"}
	newClient(t, Options{}).Post(t.Context(), src, home+"/hub", wish())
	if diff := cmp.Diff([]string{"hunter2", ""}, saw); diff != "" {
		t.Errorf("the key was sent (-want +got):\n%s", diff)
	}
}

func TestPostRedirects(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		status   int
		location string
		arrives  bool
		says     string
	}{
		{"301", 301, "/end", true, ""},
		{"302", 302, "/end", true, ""},
		{"303 says where to read", 303, "/end", false, "303"},
		{"307", 307, "/end", true, ""},
		{"308", 308, "/end", true, ""},
		{"to nowhere", 307, "", false, "without saying where"},
		{"to itself", 307, "/hub", false, "circle"},
		{"to a file", 307, "file:///etc/passwd", false, "neither http nor https"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			arrived := false
			mux := http.NewServeMux()
			mux.HandleFunc("/hub", func(w http.ResponseWriter, _ *http.Request) {
				w.Header().Set("Location", test.location)
				w.WriteHeader(test.status)
			})
			mux.HandleFunc("/end", takeForm(t, func(r *http.Request, form url.Values) {
				arrived = r.Method == http.MethodPost && cmp.Equal(form, wish())
			}))
			got := newClient(t, Options{}).Post(t.Context(), local("https://wire.example/"), serve(t, mux.ServeHTTP)+"/hub", wish())
			checkResponse(t, got)
			if arrived != test.arrives || got.Outcome.Good() != test.arrives || !strings.Contains(got.Problem.Message, test.says) {
				t.Errorf("arrived %v: %v %q", arrived, got.Outcome, got.Problem.Message)
			}
		})
	}
}

func TestPostKeepsTheSecretOffPlainHTTP(t *testing.T) {
	t.Parallel()
	open := serve(t, takeForm(t, func(*http.Request, url.Values) { t.Error("the form came by plain HTTP") }))
	closed := httptest.NewTLSServer(http.RedirectHandler(open, http.StatusPermanentRedirect))
	t.Cleanup(closed.Close)
	c := newClient(t, Options{})
	c.anywhere.TLSClientConfig = &tls.Config{RootCAs: closed.Client().Transport.(*http.Transport).TLSClientConfig.RootCAs}
	wantProblem(t, c.Post(t.Context(), local("https://wire.example/"), closed.URL, wish()), aggregator.ProblemRedirect, "from https to http")
}

func TestPostRefusals(t *testing.T) {
	t.Parallel()
	html := func(w http.ResponseWriter) { w.Header().Set("Content-Type", "text/html") }
	later := func(w http.ResponseWriter) { w.Header().Set("Retry-After", "120") }
	for _, test := range []struct {
		name    string
		status  int
		header  func(http.ResponseWriter)
		body    string
		outcome aggregator.Outcome
		says    string
	}{
		{"explained", 400, nil, " no such\n topic ", aggregator.Failed, `the hub answered 400 Bad Request: "no such topic"`},
		{"unexplained", 500, nil, "", aggregator.Failed, "the hub answered 500 Internal Server Error"},
		{"a page", 404, html, "<h1>Lost</h1>", aggregator.Failed, "the hub answered 404 Not Found"},
		{"endless", 403, nil, strings.Repeat("no ", 100_000), aggregator.Failed, "no no"},
		{"busy", 503, later, "", aggregator.Throttled, "503"},
		{"too often", 429, later, "", aggregator.Throttled, "429"},
		{"gone", 410, nil, "", aggregator.Gone, "410"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			hub := serve(t, func(w http.ResponseWriter, _ *http.Request) {
				if test.header != nil {
					test.header(w)
				}
				w.WriteHeader(test.status)
				_, _ = io.WriteString(w, test.body)
			})
			got := newClient(t, Options{}).Post(t.Context(), local("https://wire.example/"), hub, wish())
			checkResponse(t, got)
			if got.Outcome != test.outcome || !strings.HasPrefix(got.Problem.Message, "the hub answered") ||
				!strings.Contains(got.Problem.Message, test.says) || strings.Contains(got.Problem.Message, "Lost") {
				t.Errorf("%v: %q", got.Outcome, got.Problem.Message)
			}
			if wait := got.RetryAfter.Sub(got.At); test.header != nil && test.status != 404 && (wait < 110*time.Second || wait > 120*time.Second) {
				t.Errorf("to be left in peace for %v", wait)
			}
		})
	}
}

// A feed must not make us talk to what only we can reach.
func TestPostIsGuarded(t *testing.T) {
	t.Parallel()
	hub := serve(t, func(http.ResponseWriter, *http.Request) { t.Error("the hub was asked") })
	c := newClient(t, Options{})
	got := c.Post(t.Context(), aggregator.Source{ID: "wire", URL: "https://wire.example/feed"}, hub, wish())
	wantProblem(t, got, aggregator.ProblemRefused, "private")
	wantProblem(t, c.Post(t.Context(), local("https://wire.example/"), "gopher://hub.example/", wish()), aggregator.ProblemAddress, "hub's URL")
}

func TestPostTimesOut(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	hub := serve(t, func(http.ResponseWriter, *http.Request) { <-release })
	t.Cleanup(func() { close(release) })
	wantProblem(t, newClient(t, Options{Timeout: 50 * time.Millisecond}).Post(t.Context(), local("https://wire.example/"), hub, wish()),
		aggregator.ProblemTimeout, "waiting for the answer")
}
