package config

import (
	"errors"
	"io/fs"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/schedule"
)

// one is the least that every configuration needs.
const one = "sources: [{url: https://one.example/feed.xml}]\n"

// load writes files, name and text by turns, and loads the first. DIR in an
// environment variable stands for their folder.
func load(t *testing.T, env map[string]string, files ...string) (*Config, string, error) {
	t.Helper()
	dir := t.TempDir()
	for i := 0; i < len(files); i += 2 {
		write(t, filepath.Join(dir, files[i]), files[i+1])
	}
	config, err := Load(filepath.Join(dir, files[0]), Options{HostOf: schedule.HostOf, Getenv: func(name string) string {
		return strings.ReplaceAll(env[name], "DIR", dir)
	}})
	return config, dir, err
}

func TestLoadEverything(t *testing.T) {
	t.Parallel()
	got, dir, err := load(t, map[string]string{"WIRE_KEY": "key from the environment"},
		"wiredesk.yaml", `
listen: 0.0.0.0:9000
base_url: https://news.example.org/wires/
contact: desk@example.org
storage: {path: news.db, keep: 2w}
poll:
  budget: 10m
  min_interval: 90s
  max_interval: 1d
  timeout: 1m
  max_body: 2MiB
  in_flight: 30MB
  per_host: 2
  host_gap: 0s
  concurrency: 8
dedupe: {window: 1.5d, join: copy, strictness: 0.6}
search: {index: false}
websub: {subscribe: true, lease: 10d}
hub: {enabled: true, external: "https://hub.example.org/", lease: 3d, allow_private: true}
include: [sources.d/*.yaml, extra.yaml]
hosts:
  - {host: ONE.example, per_host: 4}
  - {host: a.example, host_gap: 2m}
sources:
  - url: https://one.example/Feed.xml?a=b
    id: one
    title: "  One  "
    tags: [world, &tag 2026]
    language: pt-BR
    priority: -3
    interval: 5m
    allow_private: true
    basic_auth: {user: desk, password_file: one.password}
    headers: {X-Key: {env: WIRE_KEY}, Accept-Language: pt}
    proxy: {file: proxy.url}
    drop: |
      title == "x" ||
      title == "y"
feeds:
  - slug: all
  - {slug: two-2, title: Two, description: Of two, where: sources >= 2, limit: 7, max_age: 48h, order: prominence}
`,
		"one.password", "hunter2 \r\n",
		"proxy.url", "socks5://desk:hunter2@proxy.example:1080\n",
		"sources.d/b.yaml", "sources: [{url: https://b.example/}]\n",
		"sources.d/a.yaml", "sources: [{url: https://www.a.example/news/feed.xml}, {id: of-books, url: 'https://news.xn--bcher-kva.example/'}]\nfeeds: [{slug: of-a}]\nhosts: [{host: bücher.example, per_host: 3, host_gap: 0s}]\n",
		"extra.yaml", "",
	)
	if err != nil {
		t.Fatal(err)
	}
	want := &Config{
		Path:    filepath.Join(dir, "wiredesk.yaml"),
		Listen:  "0.0.0.0:9000",
		BaseURL: "https://news.example.org/wires",
		Contact: "desk@example.org",
		Storage: Storage{Path: "news.db", Keep: 14 * 24 * time.Hour},
		Poll: Poll{
			Budget: 10 * time.Minute, MinInterval: 90 * time.Second, MaxInterval: 24 * time.Hour,
			Timeout: time.Minute, MaxBodyBytes: 2 << 20, InFlightBytes: 30_000_000, PerHost: 2, HostGap: 0, Concurrency: 8,
		},
		Dedupe: Dedupe{Window: 36 * time.Hour, Join: aggregator.JoinCopy, Strictness: 0.6},
		WebSub: WebSub{Subscribe: true, Lease: 10 * 24 * time.Hour},
		Hub:    Hub{Enabled: true, External: "https://hub.example.org/", Lease: 3 * day, AllowPrivate: true},
		Sources: []aggregator.Source{
			{
				ID: "one", URL: "https://one.example/Feed.xml?a=b", Title: "One",
				Tags: []string{"world", "2026"}, Language: "pt-BR", Priority: -3,
				Interval: 5 * time.Minute, AllowPrivate: true,
				BasicAuth: aggregator.BasicAuth{User: "desk", Password: "hunter2 "},
				Headers:   map[string]aggregator.Secret{"X-Key": "key from the environment", "Accept-Language": "pt"},
				Proxy:     "socks5://desk:hunter2@proxy.example:1080",
				Drop:      "title == \"x\" ||\ntitle == \"y\"",
			},
			{ID: "a-example-news-feed", URL: "https://www.a.example/news/feed.xml"},
			{ID: "of-books", URL: "https://news.xn--bcher-kva.example/"},
			{ID: "b-example", URL: "https://b.example/"},
		},
		Hosts: []Host{
			{Name: "one.example", PerHost: 4, HostGap: 0},
			{Name: "a.example", PerHost: 2, HostGap: 2 * time.Minute},
			{Name: "xn--bcher-kva.example", PerHost: 3, HostGap: 0},
		},
		Feeds: []aggregator.Feed{
			{Slug: "all", Title: "all", Limit: 100},
			{Slug: "two-2", Title: "Two", Description: "Of two", Where: "sources >= 2", Limit: 7, MaxAge: 48 * time.Hour, Order: aggregator.OrderProminence},
			{Slug: "of-a", Title: "of-a", Limit: 100},
		},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

func TestLoadDefaults(t *testing.T) {
	t.Parallel()
	got, _, err := load(t, nil, "wiredesk.yaml", one)
	if err != nil {
		t.Fatal(err)
	}
	want := Default()
	want.Path = got.Path
	want.Sources = []aggregator.Source{{ID: "one-example-feed", URL: "https://one.example/feed.xml"}}
	if diff := cmp.Diff(&want, got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

// TestDefaultIsItself keeps Default from sharing anything between its callers.
func TestDefaultIsItself(t *testing.T) {
	t.Parallel()
	changed := Default()
	changed.Feeds[0].Slug = "changed"
	if got := Default().Feeds[0].Slug; got != "all" {
		t.Errorf("after a change of another's, the default feed is %q, want all", got)
	}
}

func TestLoadListenAndBaseURL(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, text, listen, base string }{
		{"default", "", "127.0.0.1:8080", "http://localhost:8080"},
		{"all addresses", "listen: :9000\n", ":9000", "http://localhost:9000"},
		{"all IPv6 addresses", "listen: '[::]:9000'\n", "[::]:9000", "http://localhost:9000"},
		{"loopback", "listen: '[::1]:9000'\n", "[::1]:9000", "http://localhost:9000"},
		{"a name", "listen: desk.example:80\n", "desk.example:80", "http://desk.example:80"},
		{"an IPv6 address", "listen: '[2001:db8::1]:80'\n", "[2001:db8::1]:80", "http://[2001:db8::1]:80"},
		{"a socket", "listen: unix:/run/wiredesk/http.sock\n", "unix:/run/wiredesk/http.sock", "http://localhost"},
		{"a path for its base", "base_url: http://news.example/wires//\n", "127.0.0.1:8080", "http://news.example/wires"},
		{"base_url given", "listen: :9000\nbase_url: https://news.example/\n", ":9000", "https://news.example"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := load(t, nil, "wiredesk.yaml", test.text+one)
			if err != nil {
				t.Fatal(err)
			}
			if got.Listen != test.listen || got.BaseURL != test.base {
				t.Errorf("listen %q, base_url %q, want %q and %q", got.Listen, got.BaseURL, test.listen, test.base)
			}
		})
	}
}

func TestLoadStatePath(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, state, path, want string }{
		{"no state directory", "", "", "wiredesk.db"},
		{"default path", "/var/lib/wiredesk", "", "/var/lib/wiredesk/wiredesk.db"},
		{"relative path", "/var/lib/wiredesk", "a/b.db", "/var/lib/wiredesk/a/b.db"},
		{"several state directories", "/var/lib/a:/var/lib/b", "", "/var/lib/a/wiredesk.db"},
		{"absolute path", "/var/lib/wiredesk", "/srv/b.db", "/srv/b.db"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := one
			if test.path != "" {
				text += "storage: {path: " + test.path + "}\n"
			}
			got, _, err := load(t, map[string]string{"STATE_DIRECTORY": test.state}, "wiredesk.yaml", text)
			if err != nil {
				t.Fatal(err)
			}
			if got.Storage.Path != test.want {
				t.Errorf("storage.path %q, want %q", got.Storage.Path, test.want)
			}
		})
	}
}

func TestLoadIncludesItselfNever(t *testing.T) {
	t.Parallel()
	got, _, err := load(t, nil, "wiredesk.yaml", "include: ['*.yaml', wiredesk.yaml, more.yaml]\n", "more.yaml", one)
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Sources) != 1 {
		t.Errorf("%d sources, want each file read once and so 1", len(got.Sources))
	}
}

func TestLoadExpressions(t *testing.T) {
	t.Parallel()
	path := filepath.Join(t.TempDir(), "wiredesk.yaml")
	write(t, path, "sources: [{url: https://one.example/, drop: d}]\nfeeds: [{slug: all, where: w}]\n")
	var asked []string
	_, err := Load(path, Options{CheckExpression: func(kind ExpressionKind, text string) error {
		asked = append(asked, string(kind)+" "+text)
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"drop d", "where w"}, asked); diff != "" {
		t.Errorf("expressions checked (-want +got):\n%s", diff)
	}
}

func TestLoadUnreadable(t *testing.T) {
	t.Parallel()
	_, err := Load(filepath.Join(t.TempDir(), "none.yaml"), Options{})
	if !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("error %v, want one that wraps fs.ErrNotExist", err)
	}
	if _, isText := errors.AsType[Problems](err); isText {
		t.Errorf("error %v is Problems, want that of the operating system", err)
	}
}

func TestLoadContact(t *testing.T) {
	t.Parallel()
	for _, contact := range []string{"desk@example.org", "https://example.org/about?a=b"} {
		got, _, err := load(t, nil, "wiredesk.yaml", one+"contact: "+contact+"\n")
		if err != nil {
			t.Fatal(err)
		}
		if got.Contact != contact {
			t.Errorf("contact %q, want %q", got.Contact, contact)
		}
	}
}

func TestNeedsRestart(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*Config)
		want   []string
	}{
		{"nothing", func(*Config) {}, nil},
		{"one", func(c *Config) { c.Listen = ":1" }, []string{"listen"}},
		{"all", func(c *Config) {
			c.Listen, c.Contact, c.Storage.Path = ":1", "b@example.org", "b.db"
			c.Poll.Timeout, c.Poll.MaxBodyBytes = time.Minute, 1000
			c.Poll.InFlightBytes, c.Poll.Concurrency = 1000, 1
			c.Dedupe = Dedupe{Window: time.Hour, Join: aggregator.JoinNone, Strictness: 0.7}
			c.Search.Index = false
		}, []string{
			"listen", "contact", "storage.path", "poll.timeout", "poll.max_body", "poll.in_flight",
			"poll.concurrency", "dedupe.window", "dedupe.join", "dedupe.strictness", "search.index",
		}},
		{"what a reload changes", func(c *Config) {
			c.Path, c.BaseURL, c.Storage.Keep = "b.yaml", "https://b.example", 4*day
			c.Poll.Budget, c.Poll.MinInterval, c.Poll.MaxInterval = time.Hour, time.Minute, time.Hour
			c.Poll.PerHost, c.Poll.HostGap, c.Hosts = 2, 0, []Host{{Name: "one.example", PerHost: 1}}
			c.Sources, c.Feeds, c.WebSub = nil, nil, WebSub{Subscribe: true, Lease: time.Hour}
			c.Hub = Hub{External: "https://hub.example.org/", Lease: time.Hour}
		}, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			before, after := Default(), Default()
			test.change(&after)
			if diff := cmp.Diff(test.want, before.NeedsRestart(&after)); diff != "" {
				t.Errorf("NeedsRestart (-want +got):\n%s", diff)
			}
		})
	}
}
