package config

import (
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestFormatSources(t *testing.T) {
	t.Parallel()
	got, err := FormatSources([]aggregator.Source{
		{ID: "one", URL: "https://one.example/feed.xml"},
		{
			ID: "two", URL: "https://two.example/?a=b&c=d", Title: "Two: الأخبار # 2",
			Tags: []string{"world", "true"}, Language: "no", Priority: -1, Interval: 90 * time.Minute,
			AllowPrivate: true, Drop: `title matches "(?i)x"`,
			BasicAuth: aggregator.BasicAuth{User: "desk", Password: "hunter2"},
			Headers:   map[string]aggregator.Secret{"X-Key": "hunter2"},
			Proxy:     "http://desk:hunter2@proxy.example:1",
		},
		{ID: "three", URL: "https://desk:hunter2@three.example/feed.xml"},
	})
	if err != nil {
		t.Fatal(err)
	}
	const want = `sources:
  - url: https://one.example/feed.xml
    id: one
  # left out, to be added by hand: basic_auth, headers, proxy
  - url: https://two.example/?a=b&c=d
    id: two
    title: 'Two: الأخبار # 2'
    tags: [world, "true"]
    language: "no"
    priority: -1
    interval: 1h30m
    allow_private: true
    drop: title matches "(?i)x"
  # left out, to be added by hand: basic_auth
  - url: https://three.example/feed.xml
    id: three
`
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("FormatSources (-want +got):\n%s", diff)
	}
	if strings.Contains(string(got), "hunter2") {
		t.Error("FormatSources shows the secret")
	}
}

// TestFormatSourcesLoads: what FormatSources writes is what Load reads.
func TestFormatSourcesLoads(t *testing.T) {
	t.Parallel()
	want := []aggregator.Source{
		{ID: "one", URL: "https://one.example/feed.xml"},
		{
			ID: "two", URL: "https://two.example/?a=b&c=d", Title: "- Two: 'الأخبار' # 2",
			Tags: []string{"world", "true", "1", "[a]"}, Language: "no", Priority: -1, Interval: 90 * time.Minute,
			AllowPrivate: true, Drop: "title == \"a\" ||\ntitle == 'b'",
		},
	}
	text, err := FormatSources(want)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "wiredesk.yaml")
	write(t, path, string(text))
	got, err := Load(path, Options{})
	if err != nil {
		t.Fatalf("Load: %v\n%s", err, text)
	}
	if diff := cmp.Diff(want, got.Sources); diff != "" {
		t.Errorf("Load after FormatSources (-want +got):\n%s", diff)
	}
}

func TestFormatSourcesNone(t *testing.T) {
	t.Parallel()
	got, err := FormatSources(nil)
	if err != nil || string(got) != "sources: []\n" {
		t.Errorf("FormatSources(nil) = %q, %v, want an empty list", got, err)
	}
}
