package parse

import (
	"bytes"
	"fmt"
	"html"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/mmcdole/gofeed"
)

// benchFeed writes a feed of 30 entries with 400 to 1,500 bytes of HTML each.
func benchFeed(kind string) []byte {
	r := rand.New(rand.NewPCG(1, 2))
	words := strings.Fields("harbour ferry tide pilot crane mole the of and a near north café wind wave port master says")
	word := func() string { return words[r.IntN(len(words))] }
	story := func() string {
		var b strings.Builder
		b.WriteString("<p>")
		for n := 400 + r.IntN(1100); b.Len() < n; {
			switch r.IntN(28) {
			case 0:
				fmt.Fprintf(&b, `<a href="https://wire.example/tag/%s?a=1&amp;b=2">%s</a> `, word(), word())
			case 1:
				fmt.Fprintf(&b, "<em>%s</em> ", word())
			case 2:
				b.WriteString("</p>\n<p>")
			case 3:
				if r.IntN(6) > 0 {
					continue
				}
				fmt.Fprintf(&b, `<img src="/i/%d.jpg" alt="%s" width="640"/>`, r.IntN(100), word())
			default:
				b.WriteString(word() + " ")
			}
		}
		return b.String() + "</p>"
	}
	var b strings.Builder
	for i := range 30 {
		title := word() + " " + word() + " &amp; " + word() + " " + word()
		switch kind {
		case "atom":
			fmt.Fprintf(&b, "<entry><title>%s</title><link href=\"https://wire.example/%d\"/><id>urn:wire:%d</id><updated>2026-11-23T10:%02d:00Z</updated><author><name>%s</name></author><category term=%q/><content type=\"html\">%s</content></entry>\n", title, i, i, i, word(), word(), html.EscapeString(story()))
		default:
			text := "<![CDATA[" + story() + "]]>"
			if kind == "rss escaped" {
				text = html.EscapeString(story())
			}
			fmt.Fprintf(&b, "<item><title>%s</title><link>https://wire.example/%d</link><guid isPermaLink=\"false\">%d</guid><pubDate>Mon, 23 Nov 2026 10:%02d:00 +0100</pubDate><dc:creator>%s</dc:creator><category>%s</category><category>%s</category><description>%s</description></item>\n", title, i, i, i, word(), word(), word(), text)
		}
	}
	if kind == "atom" {
		return []byte(`<?xml version="1.0" encoding="UTF-8"?><feed xmlns="http://www.w3.org/2005/Atom"><title>Wire</title><id>urn:wire</id>` + b.String() + `</feed>`)
	}
	return []byte(`<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:atom="http://www.w3.org/2005/Atom"><channel><title>Wire</title>` + b.String() + `</channel></rss>`)
}

// BenchmarkParse sets reading a feed beside what gofeed alone takes for it.
func BenchmarkParse(b *testing.B) {
	for _, kind := range []string{"rss", "rss escaped", "atom"} {
		body := benchFeed(kind)
		b.Run(kind+"/wiredesk", func(b *testing.B) {
			p := New(Options{})
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				doc, err := p.Parse(body, "", feedURL)
				if err != nil || len(doc.Entries) != 30 {
					b.Fatal(len(doc.Entries), err)
				}
			}
		})
		b.Run(kind+"/gofeed", func(b *testing.B) {
			p := gofeed.NewParser()
			p.RSSTranslator = &gofeed.DefaultRSSTranslator{DisableContentImageScan: true}
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				f, err := p.Parse(bytes.NewReader(body))
				if err != nil || len(f.Items) != 30 {
					b.Fatal(err)
				}
			}
		})
	}
}

// BenchmarkScan is what it takes to make a document safe for gofeed.
func BenchmarkScan(b *testing.B) {
	for _, kind := range []string{"rss", "rss escaped", "atom"} {
		body := benchFeed(kind)
		b.Run(kind, func(b *testing.B) {
			b.SetBytes(int64(len(body)))
			b.ReportAllocs()
			for b.Loop() {
				text, _ := toUTF8(body, "")
				root := findRoot(text)
				if _, err := scan(text[root.at:], root.format, 256, 10_000); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
