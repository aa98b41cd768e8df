package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"wiredesk/config"
)

// FuzzImport holds that whatever import prints can be included.
func FuzzImport(f *testing.F) {
	feed := func(attributes string) []byte {
		return []byte(`<opml version="2.0"><body><outline text="a">` + "<outline " + attributes + "/></outline></body></opml>")
	}
	long := strings.Repeat("é", 300)
	for _, attributes := range []string{
		`text="One" xmlUrl="https://one.example/feed.xml"`,
		`text="` + long + `" xmlUrl="https://one.example/feed?q=` + long + `"`,
		`text="1e3" xmlUrl="https://desk:pass@one.example:443/a b\c#part" language="pt_BR"`,
		`text="no: &#10;# &#x85; &#x2028;" xmlUrl="feed://ONE.example/%zz" language="x-klingon"`,
		`text="spaces" xmlUrl="https://one.example/feed?q=storm surge\tide"`,
		`text="- [" xmlUrl="http://[::1]:80/%D8%B9"/><outline text="b" xmlUrl="http://[::1]/%D8%B9"`,
		`text="a"/><outline text="a"><outline text="b" xmlUrl="https://one.example/"/></outline><outline text="a"`,
		`text="nobody" xmlUrl="https://:"/><outline xmlUrl="https://:80/feed"`,
		`text="numbered" xmlUrl="https://one.example/" language="a0"`,
		`text="b" xmlUrl="https://one.example"/><outline xmlUrl="https://one.example/"`,
		`text="b" xmlUrl="https://one.example/feed"/><outline xmlUrl="https://one.example/feed.xml"`,
	} {
		f.Add(feed(attributes))
	}
	deep := strings.Repeat(`<outline text="`+long+`">`, 120)
	f.Add([]byte(`<opml><body>` + deep + `<outline xmlUrl="https://one.example/"/>`))
	f.Fuzz(func(t *testing.T, text []byte) {
		sources, _, err := imported(text)
		if err != nil {
			return
		}
		var out bytes.Buffer
		if err := printSources(&out, sources); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "imported.yaml")
		if err := os.WriteFile(path, out.Bytes(), 0o600); err != nil {
			t.Fatal(err)
		}
		cfg, err := config.Load(path, config.Options{Getenv: func(string) string { return "" }})
		if err != nil {
			t.Fatalf("%v\n%s", err, &out)
		}
		if len(cfg.Sources) != len(sources) {
			t.Errorf("%d sources came back of %d", len(cfg.Sources), len(sources))
		}
	})
}
