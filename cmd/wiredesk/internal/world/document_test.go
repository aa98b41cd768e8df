package world

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"html"
	"io"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode"
)

func TestDocuments(t *testing.T) {
	t.Parallel()
	w := still(t, Options{})
	letters := map[string]*unicode.RangeTable{
		"en": unicode.Latin, "fr": unicode.Latin, "ar": unicode.Arabic, "ru": unicode.Cyrillic, "zh": unicode.Han,
	}
	formats := make(map[string]int)
	for i := range w.wires {
		from := &w.wires[i]
		formats[from.Format+" "+from.Language]++
		for _, now := range []time.Time{w.clock.start, w.real(1, 12, 20), w.real(2, 19, 10), w.real(9, 3, 30)} {
			doc, err := w.document(from, now)
			if err != nil {
				t.Fatal(err)
			}
			feed := read(t, from, doc.body)
			if feed.Language != from.Language {
				t.Errorf("%s: language %q, want %q", from.ID, feed.Language, from.Language)
			}
			entries := w.entries(from, now)
			if len(feed.Items) != len(entries) {
				t.Fatalf("%s: %d items, want %d", from.ID, len(feed.Items), len(entries))
			}
			ids := make(map[string]bool)
			var newest time.Time
			for j, item := range feed.Items {
				e := &entries[j]
				if ids[item.ID] || item.ID == "" {
					t.Errorf("%s: id %q is empty or not unique", from.ID, item.ID)
				}
				ids[item.ID] = true
				published := date(t, item.Published)
				if !published.Equal(e.published) {
					t.Errorf("%s: published %v, want %v", from.ID, published, e.published)
				}
				if item.Updated != "" && !date(t, item.Updated).Equal(e.updated) {
					t.Errorf("%s: updated %s, want %v", from.ID, item.Updated, e.updated)
				}
				if e.updated.After(newest) {
					newest = e.updated
				}
				if !strings.ContainsFunc(item.Title, func(r rune) bool { return unicode.Is(letters[from.Language], r) }) {
					t.Errorf("%s: headline %q is not in %q", from.ID, item.Title, from.Language)
				}
				if from.manner != sloppy && (item.Title != e.title || item.Link != e.link) {
					t.Errorf("%s: item %q %s, want %q %s", from.ID, item.Title, item.Link, e.title, e.link)
				}
				want := e.text
				if from.brief {
					want = want[:1]
				}
				if item.Text != strings.Join(want, "\n") {
					t.Errorf("%s: text %q, want %q", from.ID, item.Text, want)
				}
			}
			if !doc.changed.Equal(newest) {
				t.Errorf("%s: changed %v, want %v", from.ID, doc.changed, newest)
			}
		}
	}
	for _, want := range []string{"rss en", "atom en", "json en", "rss ar", "rss ru", "atom ru", "atom fr", "json zh"} {
		if formats[want] == 0 {
			t.Errorf("no wire is %s", want)
		}
	}
}

func TestSloppyDocument(t *testing.T) {
	t.Parallel()
	w := still(t, Options{})
	from := w.wireOf(t, "bulletin")
	at := func(hour, minute int) string {
		doc, err := w.document(from, w.real(1, hour, minute))
		if err != nil {
			t.Fatal(err)
		}
		return string(doc.body)
	}
	whole, later, cut := at(12, 49), at(12, 48), at(12, 55)
	guid := regexp.MustCompile(`<guid isPermaLink="false">([^<]+)</guid>`)
	one, two := guid.FindAllString(whole, -1), guid.FindAllString(later, -1)
	if len(one) < 3 || len(one) != len(two) || slices.ContainsFunc(one, func(g string) bool { return slices.Contains(two, g) }) {
		t.Errorf("GUIDs do not change at every fetch: %v, %v", one, two)
	}
	if !strings.Contains(whole, "<link>/1/census/report</link>") {
		t.Error("links are not relative")
	}
	if !strings.Contains(whole, "&amp;#34;new&amp;#34; neighbours &amp;amp; where") {
		t.Error("titles are not escaped twice")
	}
	if err := wellFormed([]byte(whole)); err != nil {
		t.Errorf("in a good minute: %v", err)
	}
	if err := wellFormed([]byte(cut)); err == nil {
		t.Error("in a bad minute the document is well-formed")
	}
	if !strings.Contains(cut, "</item>") {
		t.Error("cut before the first whole item")
	}
}

// read reads the document with encoding/xml or encoding/json and its own
// knowledge of the formats.
func read(t *testing.T, from *wire, body []byte) parsed {
	t.Helper()
	var feed parsed
	switch from.Format {
	case "rss":
		var doc struct {
			Channel struct {
				Language string `xml:"language"`
				Items    []struct {
					Title       string `xml:"title"`
					Link        string `xml:"link"`
					GUID        string `xml:"guid"`
					PubDate     string `xml:"pubDate"`
					Description string `xml:"description"`
					Encoded     string `xml:"http://purl.org/rss/1.0/modules/content/ encoded"`
				} `xml:"item"`
			} `xml:"channel"`
		}
		unmarshal(t, from, body, &doc)
		feed.Language = doc.Channel.Language
		for _, item := range doc.Channel.Items {
			text := html.UnescapeString(item.Description)
			if item.Encoded != "" {
				text = paragraphs(item.Encoded)
			}
			feed.Items = append(feed.Items, parsedItem{
				ID: item.GUID, Title: item.Title, Link: item.Link, Published: item.PubDate, Text: text,
			})
		}
	case "atom":
		var doc struct {
			XMLName  xml.Name `xml:"http://www.w3.org/2005/Atom feed"`
			Language string   `xml:"http://www.w3.org/XML/1998/namespace lang,attr"`
			Entries  []struct {
				ID    string `xml:"id"`
				Title string `xml:"title"`
				Link  struct {
					Href string `xml:"href,attr"`
				} `xml:"link"`
				Published string `xml:"published"`
				Updated   string `xml:"updated"`
				Content   string `xml:"content"`
			} `xml:"entry"`
		}
		unmarshal(t, from, body, &doc)
		feed.Language = doc.Language
		for _, e := range doc.Entries {
			feed.Items = append(feed.Items, parsedItem{
				ID: e.ID, Title: e.Title, Link: e.Link.Href, Published: e.Published, Updated: e.Updated, Text: paragraphs(e.Content),
			})
		}
	case "json":
		var doc struct {
			Version  string `json:"version"`
			Language string `json:"language"`
			Items    []struct {
				ID        string `json:"id"`
				Title     string `json:"title"`
				URL       string `json:"url"`
				Published string `json:"date_published"`
				Modified  string `json:"date_modified"`
				HTML      string `json:"content_html"`
			} `json:"items"`
		}
		if err := json.Unmarshal(body, &doc); err != nil {
			t.Fatalf("%s: %v", from.ID, err)
		}
		if doc.Version != "https://jsonfeed.org/version/1.1" {
			t.Errorf("%s: version %q", from.ID, doc.Version)
		}
		feed.Language = doc.Language
		for _, item := range doc.Items {
			feed.Items = append(feed.Items, parsedItem{
				ID: item.ID, Title: item.Title, Link: item.URL, Published: item.Published, Updated: item.Modified, Text: paragraphs(item.HTML),
			})
		}
	}
	return feed
}

func unmarshal(t *testing.T, from *wire, body []byte, into any) {
	t.Helper()
	d := xml.NewDecoder(bytes.NewReader(body))
	d.CharsetReader = func(label string, in io.Reader) (io.Reader, error) {
		if from.charset == nil || label != from.charset.name {
			t.Errorf("%s: declares %q", from.ID, label)
			return in, nil
		}
		encoded, err := io.ReadAll(in)
		if err != nil {
			return nil, err
		}
		back := make(map[byte]rune)
		for r, b := range from.charset.bytes {
			back[b] = r
		}
		decoded := make([]rune, len(encoded))
		for i, b := range encoded {
			decoded[i] = rune(b)
			if b >= 0x80 {
				decoded[i] = back[b]
			}
		}
		return strings.NewReader(string(decoded)), nil
	}
	if err := d.Decode(into); err != nil {
		t.Fatalf("%s: %v", from.ID, err)
	}
	if err := wellFormed(body); err != nil {
		t.Fatalf("%s: %v", from.ID, err)
	}
}

func paragraphs(markup string) string {
	markup = strings.ReplaceAll(markup, "</p><p>", "\n")
	return html.UnescapeString(strings.TrimSuffix(strings.TrimPrefix(markup, "<p>"), "</p>"))
}

func date(t *testing.T, text string) time.Time {
	t.Helper()
	for _, layout := range []string{time.RFC1123Z, time.RFC3339} {
		if at, err := time.Parse(layout, text); err == nil {
			return at
		}
	}
	t.Fatalf("date %q is neither RFC 1123 nor RFC 3339", text)
	return time.Time{}
}
