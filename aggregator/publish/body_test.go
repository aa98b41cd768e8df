package publish

import (
	"testing"

	"wiredesk/aggregator"
)

func TestTexts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		entries        []aggregator.Entry
		summary, whole string
	}{
		{
			"content and summary", []aggregator.Entry{{Summary: "Short.", Content: "<p>Long.</p>"}},
			"<p>Short.</p>", "<p>Long.</p>",
		},
		{"summary alone", []aggregator.Entry{{Summary: "A & B"}}, "", "<p>A &amp; B</p>"},
		{"content alone", []aggregator.Entry{{Content: "<p>Long.</p>"}}, "", "<p>Long.</p>"},
		{"title alone", []aggregator.Entry{{Title: "A < B"}}, "", "<p>A &lt; B</p>"},
		{"content of nothing", []aggregator.Entry{{Summary: "Short.", Content: " \x00 "}}, "", "<p>Short.</p>"},
		{
			"right to left", []aggregator.Entry{{Summary: "قصير", Content: "<p>طويل</p>", Language: "ar-EG"}},
			`<div dir="rtl" lang="ar-EG"><p>قصير</p></div>`, `<div dir="rtl" lang="ar-EG"><p>طويل</p></div>`,
		},
		{
			"carriers", []aggregator.Entry{
				{Source: "harbour", Summary: "S"},
				{Source: "ridge", Link: "https://ridge.example/?a=1&b=2"},
				{Source: "harbour", Link: "https://harbour.example/again"},
				{Source: "manara", Link: "javascript:x"},
				{Source: "ridge", Link: "https://ridge.example/again"},
			},
			"", `<p>S</p><p>Also carried by:</p><ul>` +
				`<li><a href="https://ridge.example/?a=1&amp;b=2"><bdi>Ridge &amp; Vale Post</bdi></a></li>` +
				`<li><bdi>وكالة المنارة</bdi></li></ul>`,
		},
		{
			"one source twice is no list", []aggregator.Entry{{Source: "ridge", Summary: "S"}, {Source: "ridge"}},
			"", "<p>S</p>",
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			it := itemOf(view(1, tt.entries...))
			if it.Description != tt.summary || it.Content != tt.whole {
				t.Errorf("got summary %q, whole %q\nwant %q, %q", it.Description, it.Content, tt.summary, tt.whole)
			}
		})
	}
}
