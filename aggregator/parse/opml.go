package parse

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"wiredesk/aggregator"
)

// Outline is a feed in an OPML document.
type Outline struct {
	Title    string   // plain text; empty: none
	URL      string   // absolute http or https; empty: Refused
	Refused  string   // the address as written where it is none of http or https, one line
	Site     string   // absolute link of the page the feed belongs to; empty: none
	Folders  []string // the titles of the outlines around it, the outermost first
	Tags     []string // its categories (OPML 2.0, category), in order
	Language string   // BCP 47; empty: not given
}

// OPML reads the feeds of an OPML document of version 1 or 2 in order, each as
// often as it is listed. It takes any charset and spelling of the attributes, and mends broken
// markup as Parse does. The error is an [aggregator.Problem].
func OPML(body []byte) (outlines []Outline, err error) {
	defer func() {
		if cause := recover(); cause != nil {
			outlines, err = nil, aggregator.Problem{Kind: aggregator.ProblemInternal, Message: fmt.Sprintf("reading the list failed within the parser: %v", cause)}
		}
	}()
	text, _ := toUTF8(body, "")
	root := findRoot(text)
	if root.format != opmlFormat {
		return nil, aggregator.Problem{Kind: aggregator.ProblemNotFeed, Message: "this is no OPML list of feeds"}
	}
	d, err := scan(text[root.at:], opmlFormat, 256, 0)
	if err != nil {
		return nil, problem(err)
	}
	outlines, err = readOutlines(d.body)
	if err != nil {
		return nil, aggregator.Problem{Kind: aggregator.ProblemMalformed, Message: fmt.Sprintf("the OPML list is broken: %v", err)}
	}
	return outlines, nil
}

func readOutlines(body []byte) ([]Outline, error) {
	var (
		outlines []Outline
		folders  []string // of the open outlines; a feed's own is empty
	)
	decoder := xml.NewDecoder(bytes.NewReader(body))
	decoder.Strict = false
	decoder.Entity = xml.HTMLEntity
	for {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			return outlines, nil
		}
		if err != nil {
			return nil, err
		}
		switch t := token.(type) {
		case xml.StartElement:
			if !strings.EqualFold(t.Name.Local, "outline") {
				continue
			}
			o := outline(t.Attr)
			if o.URL == "" && o.Refused == "" {
				folders = append(folders, o.Title)
				continue
			}
			folders = append(folders, "")
			o.Folders = slices.DeleteFunc(slices.Clone(folders), func(name string) bool { return name == "" })
			outlines = append(outlines, o)
		case xml.EndElement:
			if strings.EqualFold(t.Name.Local, "outline") && len(folders) > 0 {
				folders = folders[:len(folders)-1]
			}
		}
	}
}

func outline(attrs []xml.Attr) (o Outline) {
	text := ""
	for _, a := range attrs {
		switch strings.ToLower(a.Name.Local) {
		case "xmlurl":
			o.URL, o.Refused = resolve(nil, feedScheme(a.Value)), ""
			if o.URL == "" {
				o.Refused = folded(a.Value)
			}
		case "htmlurl":
			o.Site = resolve(nil, a.Value)
		case "title":
			o.Title = headline(a.Value)
		case "text":
			text = headline(a.Value)
		case "language":
			o.Language = language(a.Value)
		case "category":
			for name := range strings.SplitSeq(a.Value, ",") {
				if name = headline(strings.Trim(name, "/ ")); name != "" {
					o.Tags = append(o.Tags, name)
				}
			}
		}
	}
	if o.Title == "" {
		o.Title = text
	}
	return o
}
