package storage

import (
	"testing"

	"wiredesk/aggregator"
)

func TestPlainText(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"":                                   "",
		"<p>One</p>":                         "One",
		"<p>One</p>\n <p>Two  words</p>":     "One\nTwo words",
		"One<br/>two<br>three":               "One\ntwo\nthree",
		"a <b>bold</b> move, <i>he</i>said":  "a bold move, hesaid",
		"5 &lt; 6 &amp; &#34;7&#34;":         `5 < 6 & "7"`,
		"<td>a</td><td>b</td>":               "a b",
		"a&nbsp;b\u00a0\u00a0c":              "a b c",
		`<img src="https://a.example/1>2">x`: "2\">x",
		"قال <a href=\"x\">الوزير</a> أمس":   "قال الوزير أمس",
		"<p>broken":                          "broken",
		"broken <p":                          "broken",
	} {
		if got := plainText(content); got != want {
			t.Errorf("plainText(%q) = %q, want %q", content, got, want)
		}
	}
}

// What is left out of a record because other fields say the same comes back as
// it was, and what they don't say is not left out.
func TestAlikeFieldsComeBack(t *testing.T) {
	t.Parallel()
	for name, e := range map[string]aggregator.Entry{
		"all alike":     {GUID: "https://a.example/1", Link: "https://a.example/1", Canonical: "https://a.example/1", Summary: "One two", Content: "<p>One <b>two</b></p>"},
		"none alike":    {GUID: "1", Link: "https://www.a.example/1", Canonical: "https://a.example/1", Summary: "Another", Content: "<p>One <b>two</b></p>"},
		"nothing given": {},
		"no content":    {Summary: "One"},
	} {
		var r entryRecord
		r.set(&e)
		back := r.entry(0, &entryHeader{})
		if back.GUID != e.GUID || back.Link != e.Link || back.Canonical != e.Canonical || back.Summary != e.Summary || back.Content != e.Content {
			t.Errorf("%s: %+v came back as %+v", name, e, back)
		}
		if left := r.GUID + r.Canonical + r.Summary; name == "all alike" && left != "" {
			t.Errorf("%s: %q was stored twice", name, left)
		}
	}
}

func FuzzPlainText(f *testing.F) {
	f.Add("<p>One &amp; <b>two</b></p>")
	f.Add("a\u00a0b<br>c\xc2")
	f.Fuzz(func(_ *testing.T, content string) { plainText(content) })
}
