package serve

import (
	"html"
	"net/http"
	"strings"
	"testing"
)

func TestUnknownParametersAreRefused(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld(), Sources: statuses}, publication())
	for _, test := range []struct{ path, detail string }{
		{"/api/v1/stories?min_source=2", `There is no parameter "min_source": did you mean min_sources?`},
		{"/api/v1/stories?Limit=2", `There is no parameter "Limit": did you mean limit?`},
		{"/events?sources=bbc", `There is no parameter "sources": did you mean source?`},
		{"/api/v1/stories?source=nort", `source "nort" is no source here: did you mean north?`},
		{"/events?source=nobody", `source "nobody" is no source here.`},
		{"/events?zebra=1", `There is no parameter "zebra".`},
		{"/api/v1/sources?tag=world", `There is no parameter "tag".`},
		{"/api/v1/sources/harbour?a=", `There is no parameter "a".`},
		{"/api/v1/stories/11111111?b", `There is no parameter "b".`},
		{"/api/v1/pins?story=1", `There is no parameter "story".`},
	} {
		answer := get(t, s.Handler(), test.path)
		said := html.UnescapeString(strings.ReplaceAll(answer.Body.String(), `\"`, `"`))
		if answer.Code != http.StatusBadRequest || !strings.Contains(said, test.detail) {
			t.Errorf("%s: %d, %s", test.path, answer.Code, said)
		}
	}
	for _, path := range []string{"/api/v1/stories?utm_source=mail&limit=2", "/api/v1/sources?fbclid=1"} {
		if got := get(t, s.Handler(), path).Code; got != http.StatusOK {
			t.Errorf("%s is answered %d", path, got)
		}
	}
	if got := get(t, s.Control(), "/api/v1/stories?where=x").Code; got != http.StatusBadRequest {
		t.Errorf("on the socket: %d", got)
	}
}
