package publish

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/gorilla/feeds"

	"wiredesk/aggregator"
)

// rssRules are those of RSS 2.0 and the RSS Advisory Board's profile.
func rssRules() []rule {
	items := func(doc *node, fault func(*node) string) []string {
		return each(doc.one("", "channel"), "", "item", fault)
	}
	isDate := func(s string) bool {
		t, err := time.Parse("Mon, 02 Jan 2006 15:04:05 MST", s)
		return err == nil && t.Year() >= 1990
	}
	return []rule{
		{"channel links to itself", true, func(doc *node) []string {
			self := doc.one("", "channel").links("self")
			return unless(len(self) == 1 && self[0] == "https://desk.example.org/feeds/all.rss", "no atom:link rel=self")
		}},
		{"channel has title, link and description", false, func(doc *node) (faults []string) {
			for _, name := range []string{"title", "link", "description", "generator"} {
				faults = append(faults, unless(doc.one("", "channel").one("", name).text != "", "no "+name)...)
			}
			return faults
		}},
		{"dates are RFC 822 with years of four digits", true, func(doc *node) []string {
			faults := items(doc, func(n *node) string {
				if s := n.one("", "pubDate").text; !isDate(s) {
					return "pubDate " + s
				}
				return ""
			})
			for _, built := range doc.one("", "channel").all("", "lastBuildDate") {
				faults = append(faults, unless(isDate(built.text), "lastBuildDate "+built.text)...)
			}
			return faults
		}},
		{"authors are dc:creator, not bare names in author", true, func(doc *node) []string {
			return items(doc, func(n *node) string {
				if len(n.all("", "author")) > 0 || n.one(dublinSpace, "creator").text == "" {
					return "author instead of dc:creator, or neither"
				}
				return ""
			})
		}},
		{"source has a url", true, func(doc *node) []string {
			return items(doc, func(n *node) string {
				for _, source := range n.all("", "source") {
					if !isWebAddress(source.attr("url")) || source.text == "" {
						return "source without url or title"
					}
				}
				return ""
			})
		}},
		{"guid is a urn:uuid and no permalink", true, func(doc *node) []string {
			return items(doc, func(n *node) string {
				if guid := n.one("", "guid"); !isUUID(guid.text) || guid.attr("isPermaLink") != "false" {
					return "guid " + guid.text
				}
				return ""
			})
		}},
		{"guids differ", false, func(doc *node) []string {
			var ids []string
			for _, n := range doc.one("", "channel").all("", "item") {
				ids = append(ids, n.one("", "guid").text)
			}
			return repeated(ids)
		}},
		{"link is never empty", true, func(doc *node) []string {
			return items(doc, func(n *node) string {
				if s := n.one("", "link").text; !isWebAddress(s) {
					return "link " + s
				}
				return ""
			})
		}},
		{"title and description are never empty", true, func(doc *node) []string {
			return items(doc, func(n *node) string {
				if n.one("", "title").text == "" || n.one("", "description").text == "" {
					return "no title or no description"
				}
				return ""
			})
		}},
		{"description comes before content:encoded", false, func(doc *node) []string {
			return items(doc, func(n *node) string {
				for _, c := range n.children {
					if c.name.Local == "description" {
						return ""
					}
					if c.name.Space == contentSpace {
						return "content:encoded first"
					}
				}
				return ""
			})
		}},
		{"one enclosure, with url, length and type", true, func(doc *node) []string {
			return items(doc, func(n *node) string {
				all := n.all("", "enclosure")
				for _, e := range all {
					length := strings.Trim(e.attr("length"), "0123456789")
					if len(all) > 1 || !isWebAddress(e.attr("url")) || e.attr("length") == "" || length != "" ||
						!strings.Contains(e.attr("type"), "/") {
						return "bad enclosure " + e.attr("url")
					}
				}
				return ""
			})
		}},
		{"categories are not blank", false, func(doc *node) []string {
			return items(doc, func(n *node) string {
				for _, c := range n.all("", "category") {
					if strings.TrimSpace(c.text) == "" {
						return "blank category"
					}
				}
				return ""
			})
		}},
	}
}

// gorillasFeed is an item as real feeds hold them, for the writers of
// gorilla/feeds itself.
func gorillasFeed() *feeds.Feed {
	return &feeds.Feed{
		Title: "x", Link: &feeds.Link{Href: "https://a.example/"}, Updated: at("10:00:00"),
		Items: []*feeds.Item{{
			Title: "", Id: "https://a.example/1", Source: &feeds.Link{Href: "https://b.example/"},
			Author:    &feeds.Author{Name: "Ida Falk"},
			Enclosure: &feeds.Enclosure{Url: "x", Type: "audio", Length: "long"},
			Created:   time.Date(12026, 1, 1, 0, 0, 0, 0, time.UTC),
		}},
	}
}

func TestRSSRules(t *testing.T) {
	t.Parallel()
	var body bytes.Buffer
	if err := gorillasFeed().WriteRss(&body); err != nil {
		t.Fatal(err)
	}
	holds(t, RSS, rssRules(), body.Bytes())
}

func TestRSSKeepsEveryCategory(t *testing.T) {
	t.Parallel()
	doc, err := parseXML(render(t, RSS, world()).Body)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, c := range doc.one("", "channel").one("", "item").all("", "category") {
		got = append(got, c.text)
	}
	if diff := cmp.Diff([]string{"Shipping", "Accidents"}, got); diff != "" {
		t.Error(diff)
	}
}

// A control character in CDATA makes a whole document ill-formed, and "]]>"
// ends it early.
func TestRSSContentSurvivesCDATA(t *testing.T) {
	t.Parallel()
	stories := []aggregator.StoryView{view(1, aggregator.Entry{
		Source: "harbour", Summary: "a ]]> b\x08", Content: "<p>a ]]> b ]]]]>\x08\x0b\ufffe</p>",
	})}
	doc, err := parseXML(render(t, RSS, stories).Body)
	if err != nil {
		t.Fatal(err)
	}
	item := doc.one("", "channel").one("", "item")
	if got, want := item.one("", "description").text, "<p>a ]]&gt; b</p>"; got != want {
		t.Errorf("description %q, want %q", got, want)
	}
	if got, want := item.one(contentSpace, "encoded").text, "<p>a ]]> b ]]]]></p>"; got != want {
		t.Errorf("content %q, want %q", got, want)
	}
}

func TestRSSLastBuildDateIsTheNewestChange(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		stories []aggregator.StoryView
		want    string
	}{
		"stories": {world(), "Sat, 14 Mar 2026 10:30:00 GMT"},
		"none":    {nil, ""},
	} {
		doc, err := parseXML(render(t, RSS, tt.stories).Body)
		if err != nil {
			t.Fatal(err)
		}
		if got := doc.one("", "channel").one("", "lastBuildDate").text; got != tt.want {
			t.Errorf("%s: got %q, want %q", name, got, tt.want)
		}
	}
}

func TestRSSPlain(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, in, want string }{
		{"plain", "Ferry sinks", "Ferry sinks"},
		{"ampersand", "AT&T and R&D; ok", "AT&#x26;T and R&#x26;amp;D; ok"},
		{"less than", "1 < 2 > 0", "1 &#x3C; 2 &#x3E; 0"},
		{"tag", "How <b> works</b>", "How &#x26;lt;b&#x3E; works&#x26;lt;/b&#x3E;"},
		{"comment", "<!-- x", "&#x26;lt;!-- x"},
		{"entity", "What &amp; means", "What &#x26;amp;amp; means"},
		{"numeric entity", "&#169; and &#xa9;", "&#x26;amp;#169; and &#x26;amp;#xa9;"},
		{"at the end", "a & b <", "a &#x26; b &#x3C;"},
		{"end of CDATA", "]]>", "]]&#x3E;"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := rssPlain(tt.in).Escaped; got != tt.want {
				t.Errorf("got %s, want %s", got, tt.want)
			}
		})
	}
}
