package config

import (
	"strings"
	"testing"
)

func TestSourceID(t *testing.T) {
	t.Parallel()
	tests := []struct{ name, url, want string }{
		{"host and path", "https://feeds.bbci.co.uk/news/world/rss.xml", "feeds-bbci-co-uk-news-world-rss"},
		{"www", "https://www.aljazeera.com/xml/rss/all.xml", "aljazeera-com-xml-rss-all"},
		{"a slash at the end", "https://wire.example/feed/", "wire-example-feed"},
		{"no path", "http://wire.example", "wire-example"},
		{"port", "http://wire.example:8000/feed.json", "wire-example-8000-feed-json"},
		{"capitals", "https://Wire.Example/RSS/News.XML", "wire-example-rss-news-xml"},
		{"no user or password", "https://desk:hunter2@wire.example/feed", "wire-example-feed"},
		{"query, never the password", "https://desk:hunter2@wire.example/rss?key=hunter2", "wire-example-rss-59b5e3a4"},
		{"query", "https://wire.example/rss?key=hunter2", "wire-example-rss-59b5e3a4"},
		{"other query", "https://wire.example/rss?key=hunter3", "wire-example-rss-3bbef309"},
		{"other letters", "https://wire.example/новости", "wire-example-019b3558"},
		{"long", "https://wire.example/" + strings.Repeat("very/long/", 20), "wire-example-very-long-very-long-very-long-very-long-very-long-v-ce5bf7aa"},
		{"not a URL", "https://%zz", "dbe6aa38"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := SourceID(test.url); got != test.want {
				t.Errorf("SourceID = %q, want %q", got, test.want)
			}
		})
	}
}
