package publish

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

type object = map[string]any

// jsonRule is one rule of JSON Feed 1.1; gorilla as in rule.
type jsonRule struct {
	name    string
	gorilla bool
	faults  func(feed object) []string
}

func text(o object, key string) string {
	s, _ := o[key].(string)
	return s
}

func objects(o object, key string) (found []object) {
	list, _ := o[key].([]any)
	for _, e := range list {
		if e, ok := e.(object); ok {
			found = append(found, e)
		}
	}
	return found
}

// unknown returns the keys of o that are neither known nor an extension.
func unknown(o object, known string) (faults []string) {
	for key := range o {
		if !strings.HasPrefix(key, "_") && !strings.Contains(" "+known+" ", " "+key+" ") {
			faults = append(faults, "unknown key "+key)
		}
	}
	return faults
}

func jsonRules() []jsonRule {
	items := func(feed object, faults func(object) []string) (all []string) {
		for _, it := range objects(feed, "items") {
			all = append(all, faults(it)...)
		}
		return all
	}
	return []jsonRule{
		{"version is 1.1", false, func(feed object) []string {
			return unless(feed["version"] == "https://jsonfeed.org/version/1.1", "version")
		}},
		{"items is a list, even when empty", true, func(feed object) []string {
			_, ok := feed["items"].([]any)
			return unless(ok, "no items")
		}},
		{"title, home_page_url and feed_url", true, func(feed object) []string {
			ok := text(feed, "title") != "" && isWebAddress(text(feed, "home_page_url")) &&
				text(feed, "feed_url") == "https://desk.example.org/feeds/all.json"
			return unless(ok, "title, home_page_url or feed_url")
		}},
		{"only known keys", false, func(feed object) []string {
			faults := unknown(feed, "version title home_page_url feed_url next_url description language authors items")
			return append(faults, items(feed, func(it object) []string {
				return unknown(it, "id url title content_html summary image date_published date_modified "+
					"authors tags language attachments")
			})...)
		}},
		{"ids are there and differ", true, func(feed object) []string {
			var ids []string
			faults := items(feed, func(it object) []string {
				ids = append(ids, text(it, "id"))
				return unless(isUUID(text(it, "id")), "id "+text(it, "id"))
			})
			return append(faults, repeated(ids)...)
		}},
		{"content_html or content_text", true, func(feed object) []string {
			return items(feed, func(it object) []string {
				return unless(text(it, "content_html")+text(it, "content_text") != "", "no content")
			})
		}},
		{"authors, each with a name", true, func(feed object) []string {
			named := func(o object) []string {
				for _, a := range objects(o, "authors") {
					if text(a, "name") == "" {
						return []string{"author without name"}
					}
				}
				return unless(len(objects(o, "authors")) > 0, "no authors")
			}
			return append(named(feed), items(feed, named)...)
		}},
		{"dates are RFC 3339", true, func(feed object) []string {
			return items(feed, func(it object) []string {
				return unless(isInstant(text(it, "date_published")) && isInstant(text(it, "date_modified")), "dates")
			})
		}},
		{"addresses are absolute", true, func(feed object) []string {
			return items(feed, func(it object) []string {
				image, ok := it["image"]
				return unless(isWebAddress(text(it, "url")) && (!ok || isWebAddress(image.(string))), "url or image")
			})
		}},
		{"attachments have url and mime_type", false, func(feed object) []string {
			return items(feed, func(it object) (faults []string) {
				for _, a := range objects(it, "attachments") {
					ok := isWebAddress(text(a, "url")) && strings.Contains(text(a, "mime_type"), "/")
					faults = append(faults, unless(ok, "attachment "+text(a, "url"))...)
				}
				return faults
			})
		}},
	}
}

func parseJSON(t *testing.T, body []byte) object {
	t.Helper()
	var feed object
	if err := json.Unmarshal(body, &feed); err != nil {
		t.Fatal(err)
	}
	return feed
}

func TestJSONRules(t *testing.T) {
	t.Parallel()
	for name, stories := range sets() {
		feed := parseJSON(t, render(t, JSON, stories).Body)
		for _, r := range jsonRules() {
			t.Run(r.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				for _, fault := range r.faults(feed) {
					t.Error(fault)
				}
			})
		}
	}
}

// Gorilla's own writer breaks the rules that are marked so: with an empty feed,
// or with an item that lacks id, link, dates and text.
func TestJSONRulesCanBeBroken(t *testing.T) {
	t.Parallel()
	empty, poor := gorillasFeed(), gorillasFeed()
	empty.Items = nil
	poor.Items[0].Id, poor.Items[0].Created = "", time.Time{}
	for _, r := range jsonRules() {
		var faults []string
		for _, f := range []interface{ ToJSON() (string, error) }{empty, poor} {
			body, err := f.ToJSON()
			if err != nil {
				t.Fatal(err)
			}
			faults = append(faults, r.faults(parseJSON(t, []byte(body)))...)
		}
		if r.gorilla && len(faults) == 0 {
			t.Errorf("%s: gorilla/feeds does not break it; is it checked at all?", r.name)
		}
	}
}

func TestJSONExtensionTellsEverySource(t *testing.T) {
	t.Parallel()
	var feed struct {
		Items []struct {
			Wiredesk jsonStory `json:"_wiredesk"`
		}
	}
	if err := json.Unmarshal(render(t, JSON, world()).Body, &feed); err != nil {
		t.Fatal(err)
	}
	want := jsonStory{
		Story: world()[0].ID.String(), First: "2026-03-14T09:00:00Z", Lead: "harbour",
		Labels: []jsonLabel{{Kind: aggregator.LabelCorrection}},
		Change: &jsonChange{
			At: "2026-03-14T10:30:00Z", Label: aggregator.LabelCorrection,
			Title: "Ferry Aurora & tug collide off Port Lind, 14 rescued",
			Gone:  []string{"Fourteen passengers were taken off the ferry Aurora."},
			Come:  []string{"Twelve passengers were taken off the ferry Aurora."},
		},
		Sources: []jsonSource{
			{"harbour", "Harbour Wire", "https://harbour.example/2026/ferry?id=7&lang=en", "2026-03-14T09:00:00Z", "2026-03-14T09:01:30Z", "new"},
			{"ridge", "Ridge & Vale Post", "https://ridge.example/ferry", "2026-03-14T09:10:00Z", "2026-03-14T09:12:00Z", "copy"},
			{"manara", "وكالة المنارة", "https://manara.example/ar/110", "2026-03-14T09:20:00Z", "2026-03-14T09:20:00Z", "report"},
		},
	}
	if diff := cmp.Diff(want, feed.Items[0].Wiredesk); diff != "" {
		t.Error(diff)
	}
}
