package publish

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"net/url"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
)

const (
	atomSpace    = "http://www.w3.org/2005/Atom"
	contentSpace = "http://purl.org/rss/1.0/modules/content/"
	dublinSpace  = "http://purl.org/dc/elements/1.1/"
	xmlSpace     = "http://www.w3.org/XML/1998/namespace"
)

// node is an element as a reader's parser sees it.
type node struct {
	name     xml.Name
	attrs    map[xml.Name]string
	text     string
	children []*node
}

func parseXML(body []byte) (*node, error) {
	dec := xml.NewDecoder(bytes.NewReader(body))
	root := &node{}
	open := []*node{root}
	for {
		token, err := dec.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		parent := open[len(open)-1]
		switch token := token.(type) {
		case xml.StartElement:
			n := &node{name: token.Name, attrs: make(map[xml.Name]string)}
			for _, a := range token.Attr {
				n.attrs[a.Name] = a.Value
			}
			parent.children = append(parent.children, n)
			open = append(open, n)
		case xml.EndElement:
			open = open[:len(open)-1]
		case xml.CharData:
			parent.text += string(token)
		}
	}
	if len(root.children) != 1 {
		return nil, fmt.Errorf("%d root elements", len(root.children))
	}
	return root.children[0], nil
}

// all returns the children called local; name space "" is RSS's own.
func (n *node) all(space, local string) (found []*node) {
	for _, c := range n.children {
		if c.name.Space == space && c.name.Local == local {
			found = append(found, c)
		}
	}
	return found
}

// one returns the first child called local, an empty node if there is none.
func (n *node) one(space, local string) *node {
	if found := n.all(space, local); len(found) > 0 {
		return found[0]
	}
	return &node{}
}

func (n *node) attr(local string) string { return n.attrs[xml.Name{Local: local}] }

// links returns the addresses of atom:link children with rel.
func (n *node) links(rel string) (found []string) {
	for _, l := range n.all(atomSpace, "link") {
		if l.attr("rel") == rel {
			found = append(found, l.attr("href"))
		}
	}
	return found
}

// rule is one rule of a format. faults names what breaks it in a document;
// where gorilla is set the writer of gorilla/feeds breaks it, which shows that
// the rule can be broken.
type rule struct {
	name    string
	gorilla bool
	faults  func(doc *node) []string
}

// sets are the stories that every rule must hold for.
func sets() map[string][]aggregator.StoryView {
	crowd := make([]aggregator.StoryView, 0, 200)
	for i := range uint64(200) {
		crowd = append(crowd, view(i+1, aggregator.Entry{Source: "harbour", Title: "Same second", Seen: at("12:00:00")}))
	}
	return map[string][]aggregator.StoryView{"world": world(), "torture": torture(), "runaway clock": runaway(), "none": nil, "crowd": crowd}
}

// holds renders every set and checks every rule, and that gorilla's own writer
// breaks those it is known to break.
func holds(t *testing.T, format Format, rules []rule, gorillas []byte) {
	t.Helper()
	for name, stories := range sets() {
		body := render(t, format, stories).Body
		doc, err := parseXML(body)
		if err != nil {
			t.Fatalf("%s is not well-formed: %v", name, err)
		}
		for _, r := range rules {
			t.Run(r.name+"/"+name, func(t *testing.T) {
				t.Parallel()
				for _, fault := range r.faults(doc) {
					t.Error(fault)
				}
			})
		}
	}
	doc, err := parseXML(gorillas)
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range rules {
		if r.gorilla && len(r.faults(doc)) == 0 {
			t.Errorf("%s: gorilla/feeds does not break it; is it checked at all?", r.name)
		}
	}
}

// each collects the faults of the elements called local under n.
func each(n *node, space, local string, fault func(*node) string) (faults []string) {
	for i, c := range n.all(space, local) {
		if f := fault(c); f != "" {
			faults = append(faults, fmt.Sprintf("%s %d: %s", local, i, f))
		}
	}
	return faults
}

func unless(ok bool, fault string) []string {
	if ok {
		return nil
	}
	return []string{fault}
}

func isWebAddress(s string) bool {
	u, err := url.Parse(s)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Host == "" {
		return false
	}
	return !strings.ContainsFunc(s, func(r rune) bool { return r <= ' ' || r > '~' || strings.ContainsRune("\"<>\\^`{|}", r) })
}

func isInstant(s string) bool {
	t, err := time.Parse(time.RFC3339, s)
	return err == nil && t.Year() >= 1990
}

func isUUID(s string) bool {
	rest, ok := strings.CutPrefix(s, "urn:uuid:")
	var id aggregator.StoryID
	return ok && id.UnmarshalText([]byte(rest)) == nil
}

// repeated returns a fault for every value that occurs again.
func repeated(values []string) (faults []string) {
	seen := make(map[string]bool)
	for _, v := range values {
		if seen[v] {
			faults = append(faults, "again: "+v)
		}
		seen[v] = true
	}
	return faults
}
