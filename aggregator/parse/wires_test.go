package parse

import (
	"bytes"
	"encoding/xml"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// wires is where real captured documents are, beside the project.
const wires = "../../../shared/wires"

// counted is what an independent reading finds in a document.
type counted struct {
	feed    bool
	entries int // whole ones, before the first break
	dated   int // those with a date
}

func count(body []byte) (c counted) {
	d := xml.NewDecoder(bytes.NewReader(bytes.TrimPrefix(body, []byte("\ufeff"))))
	d.Strict = false
	d.Entity = xml.HTMLEntity
	var open []string
	dated := false
	for {
		token, err := d.Token()
		if err != nil {
			return c
		}
		switch t := token.(type) {
		case xml.StartElement:
			name := strings.ToLower(t.Name.Local)
			if len(open) == 0 {
				c.feed = name == "rss" || name == "feed" || name == "rdf"
			}
			open = append(open, name)
			if name == "item" || name == "entry" {
				dated = false // the date before it was the channel's
			}
			dated = dated || name == "pubdate" || name == "published" || name == "date"
		case xml.EndElement:
			switch name, n := open[len(open)-1], len(open); {
			case name == "entry" && n == 2, name == "item" && n <= 3:
				c.entries++
				if dated {
					c.dated++
				}
			}
			open = open[:len(open)-1]
		}
	}
}

// Every entry of every captured document is read, those before the break of a
// truncated one as well, and from what is no feed nothing.
func TestWires(t *testing.T) {
	t.Parallel()
	var paths []string
	for _, pattern := range []string{"trace/*/*.xml", "many-scripts/*/*.xml"} {
		found, err := filepath.Glob(filepath.Join(wires, pattern))
		if err != nil {
			t.Fatal(err)
		}
		paths = append(paths, found...)
	}
	if len(paths) == 0 {
		t.Skip("the captured documents are not beside the project")
	}
	p := New(Options{})
	for i, path := range paths {
		if testing.Short() && i%8 != 0 {
			continue
		}
		body, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		checkWire(t, p, path, body)
		if i%8 == 0 {
			checkWire(t, p, path+", the first half", body[:len(body)/2])
		}
	}
}

func checkWire(t *testing.T, p *Parser, name string, body []byte) {
	t.Helper()
	want := count(body)
	doc, err := p.Parse(body, "", "https://wire.example/feed")
	if err != nil {
		if kindOf(t, err); want.entries > 0 {
			t.Errorf("%s: %v, want %d entries", name, err, want.entries)
		}
		return
	}
	if !want.feed {
		t.Errorf("%s: read as a feed", name)
	}
	dated := 0
	for _, e := range doc.Entries {
		if e.Title == "" || e.Link == "" || e.GUID == "" && bytes.Contains(body, []byte("<guid")) {
			t.Errorf("%s: title %q, link %q, GUID %q", name, e.Title, e.Link, e.GUID)
		}
		if !e.Published.IsZero() {
			dated++
		}
	}
	if len(doc.Entries) != want.entries || dated < want.dated {
		t.Errorf("%s: %d entries, %d dated; want %d and %d (%s)", name, len(doc.Entries), dated, want.entries, want.dated, doc.Repaired)
	}
}
