package serve

import (
	"strings"
	"testing"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

func TestNewRefuses(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		change func(*Options, *Publication)
		want   string
	}{
		{"no archive", func(o *Options, _ *Publication) { o.Archive = nil }, "archive"},
		{"relative base URL", func(_ *Options, p *Publication) { p.Site.BaseURL = "/news" }, `base_url "/news"`},
		{"base URL of another scheme", func(_ *Options, p *Publication) { p.Site.BaseURL = "ftp://news.example" }, "http or https"},
		{"base URL that is none", func(_ *Options, p *Publication) { p.Site.BaseURL = "http://[" }, "base_url"},
		{"where that does not compile", func(_ *Options, p *Publication) { p.Feeds[1].Where = "sources >=" }, "feed lead-2: where"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			opts, p := Options{Archive: smallWorld()}, publication()
			test.change(&opts, &p)
			_, err := New(opts, p)
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("New: %v, want an error about %q", err, test.want)
			}
		})
	}
}

func TestPublishRefusedChangesNothing(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	before := s.current.Load()
	bad := publication()
	bad.Feeds[0].Where = "titel contains 1"
	if err := s.Publish(bad); err == nil {
		t.Fatal("a where expression that does not compile was published")
	}
	if s.current.Load() != before {
		t.Error("a refused publication changed what is published")
	}
}

func TestPublishWithoutCarriersKeepsThem(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	next := publication()
	next.Site.Carriers = nil
	if err := s.Publish(next); err != nil {
		t.Fatal(err)
	}
	if got := s.current.Load().carrier("harbour").Title; got != "Harbour Post" {
		t.Errorf("the carrier is called %q after a publication without carriers", got)
	}
}

func TestTouchBringsCarriers(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	s.Touch(map[string]aggregator.Carrier{"harbour": {ID: "harbour", Title: "Harbour Evening Post"}})
	s.Touch(nil)
	if got := s.current.Load().carrier("harbour").Title; got != "Harbour Evening Post" {
		t.Errorf("the carrier is called %q", got)
	}
	if got := s.current.Load().carrier("gone").Title; got != "gone" {
		t.Errorf("a source that is not configured is called %q, want its id", got)
	}
}

func TestTouchNeverBlocks(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, publication())
	for range 1000 { // nobody runs the press: a Touch that waited would wait for ever
		s.Touch(nil)
	}
	if len(s.touched) != 1 {
		t.Errorf("%d tokens wait for the press, want 1", len(s.touched))
	}
}

func TestBaseURLWithPath(t *testing.T) {
	t.Parallel()
	p := publication()
	p.Site.BaseURL = "https://example.org/wire/"
	world := smallWorld()
	h := rendered(t, Options{Archive: world}, p).Handler()
	for path, want := range map[string]string{
		"/":               `href="/wire/feeds/all.atom"`,
		"/feeds.opml":     `xmlUrl="https://example.org/wire/feeds/all.atom"`,
		"/feeds/all.atom": `href="https://example.org/wire/feeds/all.atom"`,
	} {
		if body := get(t, h, path).Body.String(); !strings.Contains(body, want) {
			t.Errorf("%s lacks %s:\n%s", path, want, body)
		}
	}
}

func TestPublicationWithoutFeeds(t *testing.T) {
	t.Parallel()
	s := rendered(t, Options{Archive: smallWorld()}, Publication{Site: publish.Site{BaseURL: "http://localhost:8080"}})
	if got := get(t, s.Handler(), "/").Code; got != 200 {
		t.Errorf("/ answers %d", got)
	}
}
