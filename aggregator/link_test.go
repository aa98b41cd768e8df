package aggregator

import (
	"net/url"
	"strings"
	"testing"
)

func TestCanonicalLink(t *testing.T) {
	t.Parallel()
	const want = "https://example.org/news/storm-hits-coast"
	same := map[string]string{
		"as it is":               "https://example.org/news/storm-hits-coast",
		"http":                   "http://example.org/news/storm-hits-coast",
		"upper-case host":        "https://EXAMPLE.org/news/storm-hits-coast",
		"default port":           "https://example.org:443/news/storm-hits-coast",
		"www":                    "https://www.example.org/news/storm-hits-coast",
		"mobile host":            "https://m.example.org/news/storm-hits-coast",
		"mobile of www":          "https://www.mobile.example.org/news/storm-hits-coast",
		"www thrice":             "https://www.www.www.example.org/news/storm-hits-coast",
		"mobile before www":      "https://m.www.example.org/news/storm-hits-coast",
		"AMP host":               "https://amp.example.org/news/storm-hits-coast",
		"AMP suffix":             "https://example.org/news/storm-hits-coast/amp/",
		"AMP suffixes":           "https://example.org/news/storm-hits-coast.amp/amp//amp",
		"AMP prefix":             "https://example.org/amp/news/storm-hits-coast",
		"AMP prefixes":           "https://example.org/amp/amp/news/storm-hits-coast/amp",
		"AMP parameter":          "https://example.org/news/storm-hits-coast?amp=1",
		"AMP output":             "https://example.org/news/storm-hits-coast?outputType=amp",
		"AMP cache":              "https://example-org.cdn.ampproject.org/c/s/example.org/news/storm-hits-coast",
		"AMP viewer":             "https://www.google.com/amp/s/www.example.org/news/storm-hits-coast.amp",
		"search redirect":        "https://www.google.com/url?q=https://example.org/news/storm-hits-coast&sa=U",
		"mobile search redirect": "https://m.google.com/url/?url=http://example.org/news/storm-hits-coast",
		"redirect to AMP viewer": "https://google.com/url?q=https%3A%2F%2Fwww.google.com%2Famp%2Fs%2Fexample.org%2Fnews%2Fstorm-hits-coast",
		"trailing slash":         "https://example.org/news/storm-hits-coast/",
		"campaign":               "https://example.org/news/storm-hits-coast?utm_source=rss&utm_medium=feed",
		"campaign twice escaped": "https://example.org/news/storm-hits-coast?utm_source=rss&amp;ref=rss",
		"campaign in spaces":     "https://example.org/news/storm-hits-coast?amp;amp; utm_source=rss &amp;",
		"click id":               "https://example.org/news/storm-hits-coast?fbclid=abc",
		"tracking fragment":      "https://example.org/news/storm-hits-coast#xtor=RSS-1",
		"text fragment":          "https://example.org/news/storm-hits-coast#:~:text=storm",
		"comments":               "https://example.org/news/storm-hits-coast#comments",
		"white space":            " https://example.org/news/storm-hits-coast\n",
	}
	for name, link := range same {
		if got := CanonicalLink(link); got != want {
			t.Errorf("%s: CanonicalLink(%q) = %q, want %q", name, link, got, want)
		}
	}
}

func TestCanonicalLinkKeepsArticlesApart(t *testing.T) {
	t.Parallel()
	links := map[string]string{
		"https://example.org/a":                     "https://example.org/a",
		"https://example.org/A":                     "https://example.org/A",
		"https://example.org/?p=7":                  "https://example.org?p=7",
		"https://example.org/story.cfm?b=2&a=1":     "https://example.org/story.cfm?a=1&b=2",
		"https://example.org/story?ref=4711":        "https://example.org/story?ref=4711",
		"https://example.org/live#post-12":          "https://example.org/live#post-12",
		"https://news.example.org/a":                "https://news.example.org/a",
		"https://m.example/a":                       "https://m.example/a",
		"https://www.m.example/a":                   "https://m.example/a",
		"https://m..example/a":                      "https://m..example/a",
		"https://example.org./a":                    "https://example.org/a",
		"https://example.org/a.amp.amp.html":        "https://example.org/a.html",
		"https://google.com/amp/url?q=x":            "https://google.com/amp/url?q=x",
		"http://[fe80::1%25eth0]/a":                 "https://[fe80::1%25eth0]/a",
		"https://example.org/a?c=1 &utm_medium=x":   "https://example.org/a?c=1",
		"https://example.org:8443/a":                "https://example.org:8443/a",
		"http://[2001:db8::1]/a":                    "https://[2001:db8::1]/a",
		"https://example.org/новости":               "https://example.org/%D0%BD%D0%BE%D0%B2%D0%BE%D1%81%D1%82%D0%B8",
		"https://example.org/%d0%bd%d0%be%d0%b2":    "https://example.org/%D0%BD%D0%BE%D0%B2",
		"https://example.org/a%2fb":                 "https://example.org/a%2fb",
		"https://example.org/champ":                 "https://example.org/champ",
		"https://example.org/search?q=share&page=2": "https://example.org/search?page=2&q=share",
	}
	for link, want := range links {
		if got := CanonicalLink(link); got != want {
			t.Errorf("CanonicalLink(%q) = %q, want %q", link, got, want)
		}
	}
}

func TestCanonicalLinkOfNoArticle(t *testing.T) {
	t.Parallel()
	for _, link := range []string{
		"", "/relative", "mailto:desk@example.org", "javascript:alert(1)", "data:text/html,x", "https://",
		"https://example.org", "https://example.org/", "https://www.example.org/?utm_source=rss", "http://%zz/a",
		"https://:80/a", "https://.../a", "https://example.org/amp/amp", "https://" + strings.Repeat("google.com/amp/s/", 9) + "example.org/a",
	} {
		if got := CanonicalLink(link); got != "" {
			t.Errorf("CanonicalLink(%q) = %q, want none", link, got)
		}
	}
}

func FuzzCanonicalLink(f *testing.F) {
	f.Add("https://www.example.org/news/a/amp?utm_source=x&b=2#c")
	f.Add("https://www.google.com/amp/s/m.example.org/a")
	f.Add("http://[::1]:80/a%2fb")
	f.Add("https://m.www.www.a.b/amp/amp/c.amp.amp.html/amp?amp;amp;d=1 &a#e")
	f.Add("https://m.google.com/amp/url/?q=https://x.cdn.ampproject.org/v/s/a.b/c")
	f.Fuzz(func(t *testing.T, link string) {
		canonical := CanonicalLink(link)
		if canonical == "" {
			return
		}
		if u, err := url.Parse(canonical); err != nil || u.Scheme != "https" {
			t.Errorf("CanonicalLink(%q) = %q, which is no https URL: %v", link, canonical, err)
		}
		if again := CanonicalLink(canonical); again != canonical {
			t.Errorf("CanonicalLink(%q) = %q, whose canonical link is %q", link, canonical, again)
		}
	})
}
