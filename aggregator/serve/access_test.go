package serve

import (
	"bytes"
	"encoding/base64"
	"log/slog"
	"net/http"
	"strings"
	"testing"

	"wiredesk/aggregator"
)

// lockedFeeds is a publication of which one feed has a password and one a token.
func lockedFeeds() Publication {
	p := publication()
	p.Feeds = append(p.Feeds,
		aggregator.Feed{Slug: "desk", Title: "For the desk", Limit: 10, Access: aggregator.FeedAccess{
			Basic: aggregator.BasicAuth{User: "desk", Password: "sesame: open"},
		}},
		aggregator.Feed{Slug: "wire", Title: "For machines", Limit: 10, Access: aggregator.FeedAccess{Token: "t0ken"}},
	)
	return p
}

func basic(userAndPassword string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(userAndPassword))
}

func TestAccess(t *testing.T) {
	t.Parallel()
	h := rendered(t, Options{Archive: smallWorld()}, lockedFeeds()).Handler()
	for _, test := range []struct {
		name, slug, authorization string
		want                      int
	}{
		{"open", "all", "", 200},
		{"open to whoever shows a password", "all", basic("x:y"), 200},
		{"nothing shown", "desk", "", 401},
		{"the password", "desk", basic("desk:sesame: open"), 200},
		{"another password", "desk", basic("desk:sesame"), 401},
		{"another user", "desk", basic("Desk:sesame: open"), 401},
		{"the user alone", "desk", basic("desk"), 401},
		{"no base64", "desk", "Basic %%%", 401},
		{"the other feed's token", "desk", "Bearer t0ken", 401},
		{"the password as a token", "desk", "Bearer sesame: open", 401},
		{"no token", "wire", "", 401},
		{"the token", "wire", "Bearer t0ken", 200},
		{"the token, scheme in lower case", "wire", "bearer t0ken", 200},
		{"another token", "wire", "Bearer t0ken2", 401},
		{"an empty token", "wire", "Bearer ", 401},
		{"the token as a password", "wire", basic(":t0ken"), 401},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for _, path := range []string{".atom", ".rss", ".json", ".html", "", ".json?min_sources=2"} {
				w := get(t, h, "/feeds/"+test.slug+path, "Authorization", test.authorization)
				if w.Code != test.want {
					t.Errorf("%s: status %d, want %d", path, w.Code, test.want)
				}
				if test.slug == "all" {
					continue
				}
				if cache := w.Header().Get("Cache-Control"); strings.Contains(cache, "public") {
					t.Errorf("%s: Cache-Control %s lets shared caches keep it", path, cache)
				}
				if !strings.Contains(strings.Join(w.Header().Values("Vary"), ","), "Authorization") {
					t.Errorf("%s: Vary %q", path, w.Header().Values("Vary"))
				}
				if scheme, _, _ := strings.Cut(w.Header().Get("WWW-Authenticate"), " "); w.Code == 401 && scheme != map[string]string{"desk": "Basic", "wire": "Bearer"}[test.slug] {
					t.Errorf("%s: challenged with %q", path, scheme)
				}
			}
		})
	}
}

func TestLockedFeedsAreInNoList(t *testing.T) {
	t.Parallel()
	world := smallWorld()
	var logged bytes.Buffer
	s := rendered(t, Options{Archive: world, Log: slog.New(slog.NewTextHandler(&logged, &slog.HandlerOptions{Level: slog.LevelDebug}))}, lockedFeeds())
	h := s.Handler()
	for _, path := range []string{"/", "/sources", "/feeds.opml", "/sources.opml", "/feeds/all.html", "/nothing", "/stories/" + world.views[0].ID.String()} {
		if body := get(t, h, path).Body.String(); strings.Contains(body, "For the desk") || strings.Contains(body, "/feeds/wire") {
			t.Errorf("%s names a feed that is not for everyone", path)
		}
	}
	opml := get(t, h, "/feeds.opml", "Authorization", "Bearer t0ken")
	if body := opml.Body.String(); !strings.Contains(body, "/feeds/wire.atom") || strings.Contains(body, "/feeds/desk") {
		t.Errorf("with its token a feed is listed, and no other: %s", body)
	}
	wantHeader(t, opml.Header(), map[string]string{"Cache-Control": "private, max-age=60", "Vary": "Authorization, Accept-Encoding"})
	for authorization, want := range map[string]int{"": http.StatusUnauthorized, "Bearer t0ken": http.StatusOK} {
		if got := get(t, h, "/api/v1/stories?feed=wire", "Authorization", authorization).Code; got != want {
			t.Errorf("the API tells what is in the feed: status %d, want %d", got, want)
		}
	}
	if got := get(t, s.Control(), "/api/v1/stories?feed=wire").Code; got != http.StatusOK {
		t.Errorf("the operator's socket answers %d", got)
	}
	get(t, h, "/feeds/wire.atom", "Authorization", "Bearer t0ken")
	if strings.Contains(logged.String(), "t0ken") || strings.Contains(logged.String(), "sesame") {
		t.Errorf("a secret is in the log: %s", logged.String())
	}
}
