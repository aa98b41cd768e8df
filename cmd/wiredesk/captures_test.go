package main

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/xml"
	"errors"
	"fmt"
	"html"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"unicode"

	"wiredesk/aggregator"
)

// capture is one document as a feed served it at an instant.
type capture struct {
	feed string
	at   int64 // Unix time
	body []byte
}

// readCaptures reads the captured documents of the folders, in time order. It
// skips the test where there are none.
func readCaptures(tb testing.TB, folders ...string) []capture {
	tb.Helper()
	var all []capture
	for _, folder := range folders {
		paths, err := filepath.Glob(filepath.Join("..", "..", "..", "shared", "wires", folder, "*", "*.xml"))
		if err != nil {
			tb.Fatal(err)
		}
		if len(paths) == 0 {
			tb.Skipf("no captures: ../shared/wires/%s is not beside the module", folder)
		}
		for _, path := range paths {
			at, err := strconv.ParseInt(strings.TrimSuffix(filepath.Base(path), ".xml"), 10, 64)
			if err != nil {
				tb.Fatal(err)
			}
			body, err := os.ReadFile(path)
			if err != nil {
				tb.Fatal(err)
			}
			all = append(all, capture{feed: filepath.Base(filepath.Dir(path)), at: at, body: body})
		}
	}
	slices.SortFunc(all, func(a, b capture) int {
		return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.feed, b.feed))
	})
	return all
}

// rounds splits captures in time order into those of one instant each.
func rounds(all []capture) [][]capture {
	var split [][]capture
	for len(all) > 0 {
		n := 1
		for n < len(all) && all[n].at == all[0].at {
			n++
		}
		split, all = append(split, all[:n]), all[n:]
	}
	return split
}

// reading is what a strict XML decoder finds in a document: a second opinion
// that shares no code with package parse.
type reading struct {
	feed  bool // the root is that of a feed
	whole bool // well-formed to its end
	items []telling
}

// telling is what a document says of an entry.
type telling struct{ guid, link, title string }

const atomSpace = "http://www.w3.org/2005/Atom"

// read returns what a document holds up to its end, or to where it breaks off.
func read(body []byte) reading {
	var r reading
	var root string
	var item telling
	var text strings.Builder
	depth, itemDepth := 0, 0
	d := xml.NewDecoder(bytes.NewReader(body))
	for {
		token, err := d.Token()
		if err != nil {
			r.whole = errors.Is(err, io.EOF) && root != ""
			return r
		}
		switch t := token.(type) {
		case xml.StartElement:
			depth++
			switch {
			case depth == 1:
				root = t.Name.Local
				r.feed = root == "rss" || root == "RDF" || root == "feed"
			case itemDepth == 0 && (t.Name.Local == "item" || t.Name.Local == "entry"):
				item, itemDepth = telling{}, depth
			case itemDepth > 0 && depth == itemDepth+1:
				text.Reset()
				if root == "feed" && t.Name.Local == "link" && t.Name.Space == atomSpace {
					item.follow(t)
				}
			}
		case xml.CharData:
			text.Write(t)
		case xml.EndElement:
			switch {
			case itemDepth > 0 && depth == itemDepth:
				r.items, itemDepth = append(r.items, item), 0
			case itemDepth > 0 && depth == itemDepth+1 && (t.Name.Space == "" || root != "rss"):
				item.set(t.Name.Local, strings.TrimSpace(text.String()))
			}
			depth--
		}
	}
}

// follow takes an Atom link for the entry's if it leads to the entry's page.
func (i *telling) follow(link xml.StartElement) {
	rel, href := "alternate", ""
	for _, a := range link.Attr {
		switch a.Name.Local {
		case "rel":
			rel = a.Value
		case "href":
			href = a.Value
		}
	}
	if rel == "alternate" && i.link == "" {
		i.link = href
	}
}

func (i *telling) set(name, value string) {
	switch name {
	case "guid", "id":
		i.guid = value
	case "link":
		i.link = cmp.Or(i.link, value)
	case "title":
		i.title = cmp.Or(i.title, value)
	}
}

// identity returns what tells the entry from the others of its feed.
func (i *telling) identity() string { return cmp.Or(i.guid, stripped(i.link)) }

// stripped returns a link without the parameters that say where a reader came
// from.
func stripped(link string) string {
	address, query, _ := strings.Cut(strings.TrimSpace(link), "?")
	var kept []string
	for pair := range strings.SplitSeq(query, "&") {
		name, _, _ := strings.Cut(strings.TrimPrefix(pair, "amp;"), "=")
		if name != "" && name != "ref" && !strings.HasPrefix(name, "utm_") {
			kept = append(kept, pair)
		}
	}
	if unescaped, err := url.PathUnescape(address); err == nil {
		address = unescaped
	}
	return address + "?" + strings.Join(kept, "&")
}

var tag = regexp.MustCompile(`<[^<>]*>`)

// plain returns a title in a form in which it is equal to itself, however often
// it was escaped.
func plain(title string) string {
	title = html.UnescapeString(html.UnescapeString(title))
	title = strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.In(r, unicode.Cf, unicode.Cc):
			return -1
		}
		return r
	}, tag.ReplaceAllString(title, ""))
	return strings.Join(strings.Fields(title), " ")
}

// farm serves one document for each feed, under the feed's name. It hands out
// ETags and answers 304 to whoever brings back the right one.
type farm struct {
	*httptest.Server
	// confirmed is called with each request that brings back the ETag of the
	// feed's document, which says that its asker has kept it, before it is
	// answered. nil: nobody is told.
	confirmed func(feed string)
	forgetful bool // ETags that are brought back are not looked at

	mu        sync.Mutex
	documents map[string]servedDocument
	unchanged map[string]int // 304s so far, by feed
}

// servedDocument is what a farm answers.
type servedDocument struct {
	body        []byte
	contentType string // empty: application/xml
	broken      int    // the connection breaks after so many bytes of it; 0: it does not
}

func newFarm(tb testing.TB) *farm {
	tb.Helper()
	f := &farm{documents: make(map[string]servedDocument), unchanged: make(map[string]int)}
	f.Server = httptest.NewServer(f)
	tb.Cleanup(f.Close)
	return f
}

// show puts a document in the place of the feed's last one.
func (f *farm) show(feed string, d servedDocument) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.documents[feed] = d
}

func (f *farm) shown(feed string) servedDocument {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.documents[feed]
}

// unchangedAnswers returns how many 304s a feed has answered with; those of all
// for none.
func (f *farm) unchangedAnswers(feed string) (n int) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for name, answers := range f.unchanged {
		if feed == "" || feed == name {
			n += answers
		}
	}
	return n
}

// source returns the source that a feed of the farm is.
func (f *farm) source(feed string) aggregator.Source {
	return aggregator.Source{ID: feed, URL: f.URL + "/" + feed, AllowPrivate: true}
}

func (d *servedDocument) etag() string {
	sum := sha256.Sum256(d.body)
	return fmt.Sprintf(`"%x"`, sum[:8])
}

// ServeHTTP answers with the feed's document.
func (f *farm) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	feed := strings.TrimPrefix(r.URL.Path, "/")
	d := f.shown(feed)
	if f.confirmed != nil && r.Header.Get("If-None-Match") == d.etag() {
		f.confirmed(feed)
		d = f.shown(feed)
	}
	w.Header().Set("ETag", d.etag())
	w.Header().Set("Content-Type", cmp.Or(d.contentType, "application/xml"))
	if r.Header.Get("If-None-Match") == d.etag() && !f.forgetful {
		f.mu.Lock()
		f.unchanged[feed]++
		f.mu.Unlock()
		w.WriteHeader(http.StatusNotModified)
		return
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(d.body)))
	if d.broken > 0 {
		_, _ = w.Write(d.body[:d.broken])
		_ = http.NewResponseController(w).Flush()
		panic(http.ErrAbortHandler)
	}
	_, _ = w.Write(d.body)
}

// invented is an entry that was written for a test.
type invented struct{ guid, link, title, text string }

// rssOf returns an RSS document that holds the entries.
func rssOf(entries ...invented) []byte {
	var b bytes.Buffer
	b.WriteString(`<rss version="2.0"><channel><title>Norvia Wire</title>`)
	for _, e := range entries {
		b.WriteString("<item>")
		for _, element := range [][2]string{{"guid", e.guid}, {"link", e.link}, {"title", e.title}, {"description", e.text}} {
			if element[1] != "" {
				fmt.Fprintf(&b, "<%[1]s>%[2]s</%[1]s>", element[0], html.EscapeString(element[1]))
			}
		}
		b.WriteString("</item>\n")
	}
	b.WriteString("</channel></rss>")
	return b.Bytes()
}
