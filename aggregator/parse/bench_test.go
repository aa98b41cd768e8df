package parse

import (
	"bytes"
	"os"
	"testing"

	"github.com/mmcdole/gofeed"
)

func BenchmarkTmp(b *testing.B) {
	for _, n := range []string{"00000", "00001", "00002"} {
		body, err := os.ReadFile("/tmp/w/parse/feeds/" + n + ".xml")
		if err != nil {
			b.Skip()
		}
		p := New(Options{})
		b.Run(n+"/wiredesk", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				if _, err := p.Parse(body, "", "http://x.example/"); err != nil {
					b.Fatal(err)
				}
			}
		})
		b.Run(n+"/gofeed", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				g := gofeed.NewParser()
				g.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
				_, _ = g.Parse(bytes.NewReader(body))
			}
		})
		b.Run(n+"/scan", func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			for b.Loop() {
				text, _ := toUTF8(body, "")
				r := findRoot(text)
				_, _ = scan(text[r.at:], r.format, 256, 10000)
			}
		})
	}
}
