package fetch

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestWebSub(t *testing.T) {
	t.Parallel()
	const hub, self = "https://hub.example/", "https://wire.example/feed"
	for _, test := range []struct {
		name   string
		values []string
		hubs   []string
		self   string
	}{
		{"none", nil, nil, ""},
		{"two headers", []string{`<https://hub.example/>; rel="hub"`, `<https://wire.example/feed>; rel="self"`}, []string{hub}, self},
		{"one header", []string{`<https://hub.example/>; rel="hub", <https://wire.example/feed>; rel="self"`}, []string{hub}, self},
		{"no spaces, no quotes", []string{`<https://hub.example/>;rel=hub,<https://wire.example/feed>;rel=self`}, []string{hub}, self},
		{"spaces everywhere", []string{"  <https://hub.example/>\t;  REL =  \"hub\"  ,  <https://wire.example/feed> ; Rel = self "}, []string{hub}, self},
		{"several rels", []string{`<https://wire.example/feed>; rel="alternate HUB  Self"`}, []string{self}, self},
		{"two hubs, one twice", []string{`</a>; rel=hub, </b>; rel=hub, </a>; rel=hub`}, []string{"https://wire.example/a", "https://wire.example/b"}, ""},
		{"relative", []string{`<../hub?x=1,2>; rel=hub, <>; rel=self`}, []string{"https://wire.example/hub?x=1,2"}, "https://wire.example/news/feed?page=1"},
		{"without a scheme", []string{`<//hub.example/>; rel=hub`}, []string{hub}, ""},
		{"the first self", []string{`</one>; rel=self, </two>; rel=self`}, nil, "https://wire.example/one"},
		{"quoted comma and semicolon", []string{`<https://hub.example/>; title="a, <b>; rel=x"; rel=hub, </s>; rel=self`}, []string{hub}, "https://wire.example/s"},
		{"quoted quote", []string{`</x>; title="say \"hub\", please"; rel=next, <https://hub.example/>; rel=hub`}, []string{hub}, ""},
		{"escaped in rel", []string{`<https://hub.example/>; rel="h\ub"`}, []string{hub}, ""},
		{"the first rel counts", []string{`<https://hub.example/>; rel=next; rel=hub`}, nil, ""},
		{"rel of another word", []string{`<https://hub.example/>; rel="github", </>; rel=self-service`}, nil, ""},
		{"rev is not rel", []string{`<https://hub.example/>; rev=hub`}, nil, ""},
		{"no rel", []string{`<https://hub.example/>; title=hub`}, nil, ""},
		{"about another document", []string{`<https://hub.example/>; rel=hub; anchor="/other"`}, nil, ""},
		{"about this document", []string{`<https://hub.example/>; rel=hub; anchor="?page=1"`}, []string{hub}, ""},
		{"about part of this document", []string{`<https://hub.example/>; rel=hub; anchor="#part"`}, []string{hub}, ""},
		{"no http", []string{`<mailto:hub@example>; rel=hub, <javascript:x>; rel=self, <ftp://hub.example>; rel=hub`}, nil, ""},
		{"no URL", []string{`<http://[::1>; rel=hub, <https://hub.example/>; rel=hub`}, []string{hub}, ""},
		{"user and fragment go", []string{`<https://u:p@hub.example/#x>; rel=hub`}, []string{hub}, ""},
		{"unclosed", []string{`<https://hub.example/; rel=hub`, `<https://hub.example/>; rel="hub`}, nil, ""},
		{"rubbish around", []string{`,;,rel=hub,<>,, <https://hub.example/>; rel=hub,"`}, []string{hub}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			base, _ := url.Parse("https://wire.example/news/feed?page=1")
			hubs, self := webSub(http.Header{"Link": test.values}, base)
			if diff := cmp.Diff(test.hubs, hubs); diff != "" || self != test.self {
				t.Errorf("self %q, want %q; hubs %s", self, test.self, diff)
			}
		})
	}
}

func TestAlternates(t *testing.T) {
	t.Parallel()
	var many []string
	for i := range maxAlternates + 5 {
		many = append(many, fmt.Sprintf(`</%d>; rel=alternate`, i))
	}
	base, _ := url.Parse("https://wire.example/news/")
	for name, test := range map[string]struct {
		values []string
		want   []aggregator.Alternate
	}{
		"none": {[]string{`</feed>; rel=self; type=application/rss+xml`}, nil},
		"in order, with their types": {
			[]string{`<feed>; rel="alternate"; type="Application/RSS+XML; charset=utf-8", </fr>; rel="home alternate"; hreflang=fr`, `</a>; type=application/atom+xml; rel=alternate`},
			[]aggregator.Alternate{{URL: "https://wire.example/news/feed", Type: "application/rss+xml"}, {URL: "https://wire.example/fr"}, {URL: "https://wire.example/a", Type: "application/atom+xml"}},
		},
		"of another document": {[]string{`</feed>; rel=alternate; anchor="/other"`}, nil},
		"no http":             {[]string{`<javascript:x>; rel=alternate`}, nil},
	} {
		if diff := cmp.Diff(test.want, alternates(http.Header{"Link": test.values}, base)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
	if got := alternates(http.Header{"Link": many}, base); len(got) != maxAlternates {
		t.Errorf("%d alternates of %d are kept", len(got), len(many))
	}
}

func TestHubsAreBounded(t *testing.T) {
	t.Parallel()
	var many []string
	for n := range 1000 {
		many = append(many, fmt.Sprintf("<https://hub.example/%d>; rel=hub", n))
	}
	base, _ := url.Parse("https://wire.example/")
	if hubs, _ := webSub(http.Header{"Link": {strings.Join(many, ", ")}}, base); len(hubs) != maxHubs {
		t.Errorf("%d hubs", len(hubs))
	}
}

func TestLinksAreRelativeToTheFinalURL(t *testing.T) {
	t.Parallel()
	target := serve(t, func(w http.ResponseWriter, _ *http.Request) { w.Header().Set("Link", "<hub>; rel=hub, <>; rel=self") })
	start := serve(t, http.RedirectHandler(target+"/deep/feed", http.StatusFound).ServeHTTP)
	got := poll1(t, newClient(t, Options{}), local(start))
	if diff := cmp.Diff([]string{target + "/deep/hub", target + "/deep/feed"}, append(got.Hubs, got.Self)); diff != "" {
		t.Error(diff)
	}
}

func FuzzLink(f *testing.F) {
	f.Add(`<https://hub.example/>; rel="hub self"; title="a, \"b\""; anchor="#x", </s>;rel=self`)
	f.Add(`<a>;rel=hub,<b;rel="hub`)
	f.Add("<\x00>; rel=hub, <http://%zz/>; rel=self")
	base, _ := url.Parse("https://wire.example/news/feed?page=1")
	f.Fuzz(func(t *testing.T, value string) {
		hubs, self := webSub(http.Header{"Link": {value}}, base)
		for _, address := range append(hubs, self) {
			if u, ok := parseHTTP(address); address != "" && (!ok || u.User != nil) {
				t.Errorf("%q is no absolute http URL", address)
			}
		}
	})
}
