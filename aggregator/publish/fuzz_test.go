package publish

import (
	"encoding/json"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"wiredesk/aggregator"
)

// FuzzRender puts any text into every field that foreign bytes can reach.
func FuzzRender(f *testing.F) {
	f.Add("Ferry sinks", "<p>Ferry sinks.</p>", "https://a.example/x", "en", int64(1773478800))
	f.Add("\x00\x08\ufffe\xff]]>", "]]> <![CDATA[ \x1b &#8;", "javascript:alert(1)", `"><x`, int64(-1<<55))
	f.Add("<?xml?>", "?>", "https://a.example/?>", "?>", int64(0))
	f.Add("\u202e\u2067 AT&T <b>", "</div>]]", "http://[::1]/%zz#a#b", "ar", int64(1<<55))
	f.Fuzz(func(t *testing.T, title, content, link, tag string, unix int64) {
		entry := aggregator.Entry{
			Source: title, Title: title, Summary: title, Content: content, Link: link, Language: tag, Image: link,
			Authors: []aggregator.Author{{Name: title, URL: link}}, Categories: []string{title, tag},
			Enclosures: []aggregator.Enclosure{{URL: link, Type: tag, LengthBytes: unix}},
			Published:  time.Unix(unix, 0), Seen: time.Unix(unix, 1),
		}
		other := entry
		other.Source = tag
		site := testSite()
		site.Contact, site.Version = link, tag
		site.Carriers[title] = aggregator.Carrier{Title: content, FeedURL: link, SiteURL: title, Language: tag}
		feed := testFeed()
		feed.Title, feed.Description = title, content
		stories := []aggregator.StoryView{view(1, entry, other), view(9, other)}
		for _, format := range Formats() {
			e, err := Render(site, feed, format, stories)
			if err != nil {
				t.Fatal(err)
			}
			if !utf8.Valid(e.Body) {
				t.Fatalf("%s: invalid UTF-8", format)
			}
			switch format {
			case JSON:
				var doc object
				if err := json.Unmarshal(e.Body, &doc); err != nil {
					t.Fatal(err)
				}
				for _, r := range jsonRules() {
					for _, fault := range r.faults(doc) {
						t.Errorf("json: %s: %s", r.name, fault)
					}
				}
			default:
				doc, err := parseXML(e.Body)
				if err != nil {
					t.Fatalf("%s: %v", format, err)
				}
				rules := rssRules()
				if format == Atom {
					rules = atomRules()
				}
				for _, r := range rules {
					for _, fault := range r.faults(doc) {
						t.Errorf("%s: %s: %s", format, r.name, fault)
					}
				}
			}
		}
		list, err := OPML(title, []Outline{{Title: title, FeedURL: link, SiteURL: content, Type: tag, Language: tag, Tags: []string{title}}})
		if err != nil {
			t.Fatal(err)
		}
		if _, err := parseXML(list); err != nil {
			t.Fatalf("opml: %v", err)
		}
	})
}

// FuzzCompileWhere compiles any text and, where it compiles, runs it.
func FuzzCompileWhere(f *testing.F) {
	for _, seed := range []string{
		"", `sources >= 2 && title contains "oil"`, `title matches "(?i)a+"`, `age < duration("2h")`,
		`any(tags, # == "x")`, `carriers[-1]`, `"\xff`, `let x = 1; x > 0`, `((((`, `titel`, "\n\n тест",
	} {
		f.Add(seed)
	}
	stories := world()
	f.Fuzz(func(t *testing.T, text string) {
		filter, err := CompileWhere(text)
		if err != nil {
			if strings.Contains(err.Error(), "\n") {
				t.Fatalf("%q: an error of several lines: %v", text, err)
			}
			return
		}
		for i := range stories {
			first, err := filter.Story(testSite(), &stories[i], at("10:00:00"))
			again, errAgain := filter.Story(testSite(), &stories[i], at("10:00:00"))
			if first != again || (err == nil) != (errAgain == nil) {
				t.Fatalf("%q: %t, %v, then %t, %v", text, first, err, again, errAgain)
			}
		}
	})
}
