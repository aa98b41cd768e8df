package parse

import (
	"net/url"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestPage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body, contentType string
		want                    []Link
	}{
		{"none", "<html><body>a", "", nil},
		{"in order, each once, absolute", `<html><head>
			<link rel="alternate" type="application/rss+xml" title="All &amp; more" href="/all.rss">
			<LINK REL='home Alternate' TYPE='Application/Atom+XML; charset=utf-8' HREF=all.atom />
			<link rel=alternate type=application/feed+json href=//json.example/feed>
			<link rel="alternate" type="application/rss+xml" href="https://wire.example/all.rss">`, "", []Link{
			{"https://wire.example/all.rss", "application/rss+xml", "All & more"},
			{"https://wire.example/dir/all.atom", "application/atom+xml", ""},
			{"https://json.example/feed", "application/feed+json", ""},
		}},
		{"not feeds", `<link rel="alternate stylesheet" type=text/xml href=c><link rel=alternate hreflang=fr href=/fr><link rel=stylesheet type=text/css href=a><link rel=alternate type=application/json href=/wp-json>
			<link rel=alternate type=application/rss+xml href="javascript:a"><link rel=alternate type=application/rss+xml><link type=application/rss+xml href=b>`, "", nil},
		{"rel feed", `<link rel=feed type=application/atom+xml href=a><link rel=feed href=b>`, "", []Link{{"https://wire.example/dir/a", "application/atom+xml", ""}}},
		{"base", `<base target=_blank><base href="https://base.example/x/"><base href="z/"><link rel=alternate type=application/rss+xml href=y>`, "", []Link{{"https://base.example/x/y", "application/rss+xml", ""}}},
		{"feed scheme", `<link rel=alternate type=application/rss+xml href="feed://a.example/b"><link rel=alternate type=application/rss+xml href="feed:https://a.example/c">`, "", []Link{
			{"http://a.example/b", "application/rss+xml", ""}, {"https://a.example/c", "application/rss+xml", ""},
		}},
		{"not in comments and scripts", `<!-- <link rel=alternate type=application/rss+xml href=a> --><script>"<link rel=alternate type=application/rss+xml href=a>"</script>`, "", nil},
		{"charset of the server", "<link rel=alternate type=application/rss+xml href=a title='\xcf\xee\xf0\xf2'>", "text/html; charset=windows-1251", []Link{{"https://wire.example/dir/a", "application/rss+xml", "Порт"}}},
		{"charset of the page", "<meta charset=windows-1251><link rel=alternate type=application/rss+xml href=a title='\xcf\xee\xf0\xf2'>", "", []Link{{"https://wire.example/dir/a", "application/rss+xml", "Порт"}}},
	} {
		got, err := New(Options{}).Page([]byte(tt.body), tt.contentType, "https://wire.example/dir/page")
		if err != nil {
			t.Errorf("%s: %v", tt.name, err)
		}
		if diff := cmp.Diff(tt.want, got.Feeds); diff != "" || len(got.Leads) > 0 {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
	for _, body := range []string{"", "  ", "just text", `{"a":1}`, `<?xml version="1.0"?><opml version="2.0"><body><outline xmlUrl="https://wire.example/rss"/></body></opml>`} {
		if _, err := New(Options{}).Page([]byte(body), "", feedURL); kindOf(t, err) != aggregator.ProblemNotFeed {
			t.Errorf("%q: error %v", body, err)
		}
	}
}

func FuzzPage(f *testing.F) {
	f.Add([]byte(`<a href="feed:a"><img alt=RSS><a href=/rss#x type=application/rss+xml>b</a><a href="?feed=rss2&x=%zz">`), "")
	f.Add([]byte(`<base href=//b.example><link rel=alternate type=application/rss+xml href="feed:a" title="&#x202e;a">`), "text/html; charset=utf-16")
	p := New(Options{})
	f.Fuzz(func(t *testing.T, body []byte, contentType string) {
		page, err := p.Page(body, contentType, feedURL)
		if err != nil {
			kindOf(t, err)
		}
		if len(page.Feeds) > maxLinks || len(page.Leads) > maxLinks {
			t.Errorf("%d feeds and %d leads", len(page.Feeds), len(page.Leads))
		}
		for _, l := range slices.Concat(page.Feeds, page.Leads) {
			if u, err := url.Parse(l.URL); err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
				t.Errorf("not an absolute link: %q", l.URL)
			}
		}
	})
}
