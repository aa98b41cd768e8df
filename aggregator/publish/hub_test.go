package publish

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestHubIsNamed: each format says which hub pushes it, where there is one.
func TestHubIsNamed(t *testing.T) {
	t.Parallel()
	const hub = "https://desk.example.org/hub?a=b&c=d"
	for _, format := range Formats() {
		for _, named := range []string{hub, "", "javascript:alert(1)"} {
			site := testSite()
			site.Hub = named
			made, err := Render(site, testFeed(), format, world())
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			switch format {
			case Atom:
				got = root(t, made.Body).links("hub")
			case RSS:
				got = root(t, made.Body).one("", "channel").links("hub")
			case JSON:
				var feed struct {
					Hubs []struct{ Type, URL string } `json:"hubs"`
				}
				if err := json.Unmarshal(made.Body, &feed); err != nil {
					t.Fatal(err)
				}
				for _, h := range feed.Hubs {
					if h.Type != "WebSub" {
						t.Errorf("a hub of type %q", h.Type)
					}
					got = append(got, h.URL)
				}
			}
			var want []string
			if named == hub {
				want = []string{hub}
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s with hub %q (-want +got):\n%s", format, named, diff)
			}
		}
	}
}

func root(t *testing.T, body []byte) *node {
	t.Helper()
	doc, err := parseXML(body)
	if err != nil {
		t.Fatal(err)
	}
	return doc
}
