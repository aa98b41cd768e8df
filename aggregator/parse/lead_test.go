package parse

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestPageLeads(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       []string // addresses, words behind them
	}{
		{"words, in order, each once", `<a href=/syndication>RSS feeds</a><p><a href="/syndication#world"><b>RSS</b></a><a href=/x/>Atom</a>`, []string{
			"https://www.wire.example/syndication RSS feeds", "https://www.wire.example/x/ Atom",
		}},
		{"words on a file", `<a href=beta.xml>RSS</a><a href=https://cdn.example/b.xml>Atom feed</a><a href=/c.json>JSON Feed</a><a href=/map.xml>Sitemap</a><a href=/d.json>Prices</a>`, []string{
			"https://www.wire.example/beta.xml RSS", "https://cdn.example/b.xml Atom feed", "https://www.wire.example/c.json JSON Feed",
		}},
		{"a button", `<a href=/abo><img src=orange.png alt="RSS"></a>`, []string{"https://www.wire.example/abo RSS"}},
		{"a title", `<a href=/abo title="RSS-Feed abonnieren"><svg></svg></a>`, []string{"https://www.wire.example/abo RSS-Feed abonnieren"}},
		{"never closed", `<a href=/abo>RSS`, []string{"https://www.wire.example/abo RSS"}},
		{"type", `<a type="application/atom+xml" href=/hourly>Hourly</a>`, []string{"https://www.wire.example/hourly Hourly"}},
		{"announced under another type", `<link rel=alternate type=text/xml href=/hourly><link rel=alternate href=/feed.xml><link rel=alternate type=application/json href=/wp-json/1><link rel=alternate hreflang=fr href=/fr>`, []string{
			"https://www.wire.example/hourly ", "https://www.wire.example/feed.xml ",
		}},
		{"scheme", `<a href="feed:https://other.example/x">us</a>`, []string{"https://other.example/x us"}},
		{"announced already", `<link rel=alternate type=application/rss+xml href=/rss.xml><a href=/rss.xml>RSS</a>`, nil},
		{"articles", `<a href=/2026/11/rss-is-back>RSS, or how we lost the open web</a><a href=/2026/atom-smasher>Atom smasher restarts</a>`, nil},
		{"no link", `<a name=rss>RSS</a><a href="mailto:rss@wire.example">RSS</a><a href="">RSS</a>`, nil},
	} {
		got, err := New(Options{}).Page([]byte(tt.body), "text/html; charset=utf-8", "https://www.wire.example/")
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		var leads []string
		for _, l := range got.Leads {
			leads = append(leads, l.URL+" "+l.Title)
		}
		if diff := cmp.Diff(tt.want, leads); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestLeadsToFeed(t *testing.T) {
	t.Parallel()
	lead := map[string]bool{
		"https://wire.example/feed":                                                 true,
		"https://wire.example/world/Feed/":                                          true,
		"https://wire.example/rss.xml":                                              true,
		"https://wire.example/newsfeed.xml":                                         true,
		"https://wire.example/xml/rss/all.xml":                                      true,
		"https://wire.example/world.rss":                                            true,
		"https://wire.example/feed.json":                                            true,
		"https://wire.example/?feed=rss2":                                           true,
		"https://wire.example/news?format=feed&type=rss":                            true,
		"https://blog.wire.example/atom":                                            true,
		"https://feeds.burner.example/TheWire":                                      true,
		"https://wire.example/feeds.html":                                           true,
		"https://wire.example/":                                                     false,
		"https://wire.example/sitemap.xml":                                          false,
		"https://wire.example/wp-json/oembed":                                       false,
		"https://wire.example/manifest.json":                                        false,
		"https://wire.example/feedback":                                             false,
		"https://wire.example/news/feed-prices-rise":                                false,
		"https://wire.example/search?format=print":                                  false,
		"https://feeds.burner.example/":                                             false,
		"https://network.example/feed/":                                             false, // another site's
		"https://reader.example/i/subscription/feed/https://wire.example/rss.xml":   false,
		"https://reader.example/add?feed=rss&url=https%3A%2F%2Fwire.example%2Frss":  false,
		"https://validator.example/check.cgi?url=http://wire.example/rss&type=atom": false,
	}
	site := &url.URL{Scheme: "https", Host: "www.wire.example", Path: "/news/"}
	for address, want := range lead {
		if got := leadsToFeed(site, address, ""); got != want {
			t.Errorf("%s: %v", address, got)
		}
	}
	if leadsToFeed(nil, "https://wire.example/x", "RSS") {
		t.Error("words count although nobody knows whose they are")
	}
}

// TestHostilePages: whatever a page is made of, it is read soon and gives a
// bounded number of links.
func TestHostilePages(t *testing.T) {
	t.Parallel()
	many := func(format string) string {
		var b strings.Builder
		for i := 0; b.Len() < maxPageBytes+1000; i++ {
			fmt.Fprintf(&b, format, i)
		}
		return b.String()
	}
	for name, body := range map[string]string{
		"links":        many(`<link rel=alternate type=application/rss+xml href=%d>`),
		"leads":        many(`<a href=/rss/%d.xml>RSS`),
		"bases":        many(`<base href=%d/>`),
		"one tag":      `<link rel="` + strings.Repeat("alternate ", maxPageBytes/10) + `" type=application/rss+xml href=a>`,
		"one anchor":   `<a href=/rss>` + strings.Repeat("RSS <b>", maxPageBytes/7),
		"one address":  `<a href="/rss?` + strings.Repeat("a=b&", maxPageBytes/4) + `">`,
		"attributes":   `<a ` + strings.Repeat("a=b ", maxPageBytes/4) + `>`,
		"never closed": `<a href="` + strings.Repeat("x", maxPageBytes),
		"opening":      strings.Repeat("<", maxPageBytes),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			start := time.Now()
			page, err := New(Options{}).Page([]byte(body), "", feedURL)
			if err != nil {
				t.Fatal(err)
			}
			if took := time.Since(start); took > time.Minute {
				t.Errorf("it took %v", took)
			}
			if len(page.Feeds) > maxLinks || len(page.Leads) > maxLinks {
				t.Errorf("%d feeds and %d leads", len(page.Feeds), len(page.Leads))
			}
		})
	}
}
