package publish

import (
	"fmt"
	"strings"
	"testing"

	"wiredesk/aggregator"
)

// lively returns n stories of the size news have, carried by one to four
// sources.
func lively(n int) []aggregator.StoryView {
	text := "<p>" + strings.Repeat("The harbour master said the tide would turn at noon & not before. ", 20) + "</p>"
	sources := []string{"harbour", "ridge", "manara", "nevka"}
	stories := make([]aggregator.StoryView, 0, n)
	for i := range n {
		var entries []aggregator.Entry
		for j := range 1 + i%len(sources) {
			entries = append(entries, aggregator.Entry{
				Source: sources[j], Title: fmt.Sprintf("Harbour story %d, told by %d", i, j),
				Link:    fmt.Sprintf("https://%s.example/%d", sources[j], i),
				Summary: "The harbour master said the tide would turn.", Content: text,
				Language: "en", Categories: []string{"Shipping", "Tides"},
				Authors: []aggregator.Author{{Name: "Ida Falk"}}, Image: "https://harbour.example/tide.jpg",
				Published: at("09:00:00"), Seen: at("09:01:00"),
			})
		}
		stories = append(stories, view(uint64(i*10+1), entries...))
	}
	return stories
}

func BenchmarkRender(b *testing.B) {
	for _, n := range []int{100, 200} {
		stories := lively(n)
		for _, format := range Formats() {
			b.Run(fmt.Sprintf("%s/%d", format, n), func(b *testing.B) {
				b.ReportAllocs()
				for b.Loop() {
					e, err := Render(testSite(), testFeed(), format, stories)
					if err != nil {
						b.Fatal(err)
					}
					b.SetBytes(int64(len(e.Body)))
				}
			})
		}
	}
}

func BenchmarkFilter(b *testing.B) {
	where, err := CompileWhere(`sources >= 2 && lower(title) contains "harbour" && age < duration("2h")`)
	if err != nil {
		b.Fatal(err)
	}
	site, stories := testSite(), lively(100)
	b.ReportAllocs()
	for b.Loop() {
		for i := range stories {
			if _, err := where.Story(site, &stories[i], at("10:00:00")); err != nil {
				b.Fatal(err)
			}
		}
	}
}
