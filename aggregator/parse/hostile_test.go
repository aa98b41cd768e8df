package parse

import (
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// kindOf returns the kind of the problem err is, empty for none.
func kindOf(t *testing.T, err error) aggregator.ProblemKind {
	t.Helper()
	if err == nil {
		return ""
	}
	var p aggregator.Problem
	if !errors.As(err, &p) {
		t.Fatalf("error is a %T, want an aggregator.Problem: %v", err, err)
	}
	if p.Message == "" || p.Kind == "" {
		t.Fatalf("problem %#v lacks kind or message", p)
	}
	return p.Kind
}

// nested returns n elements within each other, written by open and end.
func nested(n int, open func(i int) string, end string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(open(i))
	}
	b.WriteString(strings.Repeat(end, n))
	return b.String()
}

// hostileDocuments are what makes a parser without bounds burn time or memory.
func hostileDocuments() map[string]struct {
	body    string
	kind    aggregator.ProblemKind
	entries int
} {
	type document = struct {
		body    string
		kind    aggregator.ProblemKind
		entries int
	}
	inChannel := func(s string) string { return `<rss version="2.0"><channel><title>t</title>` + s + `</channel></rss>` }
	inItem := func(s string) string { return inChannel(`<item><title>one</title>` + s + `</item>`) }
	return map[string]document{
		"a million empty items":           {inChannel(strings.Repeat("<item/>", 1_000_000)), "", 0},
		"a million items":                 {inChannel(strings.Repeat("<item><title>a</title></item>", 300_000)), "", 10_000},
		"a million nested tags":           {inItem(nested(1_000_000, func(int) string { return "<a>" }, "</a>")), aggregator.ProblemHostile, 0},
		"a million open tags":             {inItem(strings.Repeat("<a>", 1_000_000)), aggregator.ProblemHostile, 0},
		"ten thousand nested name spaces": {inItem(nested(10_000, func(i int) string { return fmt.Sprintf(`<a xmlns:n%d="urn:%d">`, i, i) }, "</a>")), aggregator.ProblemHostile, 0},
		"name spaces beside each other": {inItem(`<a ` + func() string {
			var b strings.Builder
			for i := range 250 {
				fmt.Fprintf(&b, `xmlns:n%d="u" `, i)
			}
			return b.String()
		}() + `>` + strings.Repeat("<b/>", 240_000) + `</a>`), aggregator.ProblemHostile, 0},
		"nested bases":                 {`<feed xmlns="http://www.w3.org/2005/Atom">` + nested(20_000, func(i int) string { return fmt.Sprintf(`<a xml:base="%d/">`, i) }, "</a>") + `</feed>`, aggregator.ProblemHostile, 0},
		"bases beside each other":      {`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x</id>` + strings.Repeat(`<a xml:base="b/"/>`, 200_000) + `</entry></feed>`, "", 1},
		"a million attributes":         {inItem(`<a ` + strings.Repeat(`b="" `, 1_000_000) + `/>`), aggregator.ProblemHostile, 0},
		"attributes on many":           {inItem(strings.Repeat(`<a b="" c="" d=""/>`, 200_000)), aggregator.ProblemHostile, 0},
		"text in pieces":               {inItem(`<x:v xmlns:x="urn:x">` + strings.Repeat("aaaa<!---->", 700_000) + `</x:v>`), aggregator.ProblemHostile, 0},
		"text between elements":        {inItem(`<x:v xmlns:x="urn:x">` + strings.Repeat("aaaaaaaa<b/>", 240_000) + `</x:v>`), aggregator.ProblemHostile, 0},
		"CDATA in pieces":              {inItem(`<x:v xmlns:x="urn:x">` + strings.Repeat("<![CDATA[aaaa]]>", 500_000) + `</x:v>`), aggregator.ProblemHostile, 0},
		"a million angle brackets":     {inItem(strings.Repeat("< ", 1_000_000)), aggregator.ProblemHostile, 0},
		"a million stray ends":         {inItem(strings.Repeat("</a>", 1_000_000)), aggregator.ProblemHostile, 0},
		"a million elements":           {inItem(strings.Repeat("<a/>", 1_000_000)), aggregator.ProblemHostile, 0},
		"elements within the limit":    {inItem(strings.Repeat("<a/>", 240_000)), "", 1},
		"unclosed divisions in XHTML":  {`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x</id><content type="xhtml"><div>` + strings.Repeat("<div/>", 240_000) + `</div></content></entry></feed>`, "", 1},
		"unclosed paragraphs in XHTML": {`<feed xmlns="http://www.w3.org/2005/Atom"><entry><id>x</id><content type="xhtml"><div>` + strings.Repeat("<p/><b/>", 120_000) + `</div></content></entry></feed>`, "", 1},
		"nested HTML":                  {inItem(`<description><![CDATA[` + strings.Repeat("<div><b>", 500_000) + `deep]]></description>`), "", 1},
		"HTML of ends":                 {inItem(`<description><![CDATA[` + strings.Repeat("<div>", 60) + strings.Repeat("</p>", 1_000_000) + `deep]]></description>`), "", 1},
		"HTML of links":                {inItem(`<description><![CDATA[` + strings.Repeat(`<a href=//a.example>`, 200_000) + `]]></description>`), "", 1},
		"entities of entities":         {`<!DOCTYPE rss [<!ENTITY a "aaaaaaaaaa">` + strings.Repeat(`<!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">`, 50_000) + `]>` + inItem(`<description>&b;</description>`), "", 1},
		"categories":                   {inItem(strings.Repeat("<category>c</category>", 240_000)), "", 1},
		"different categories": {inItem(func() string {
			var b strings.Builder
			for i := range 200_000 {
				fmt.Fprintf(&b, "<category>%d</category>", i)
			}
			return b.String()
		}()), "", 1},
		"JSON: a million nested":   {`{"version":"https://jsonfeed.org/version/1","items":` + strings.Repeat("[", 1_000_000), aggregator.ProblemHostile, 0},
		"JSON: a million items":    {`{"version":"https://jsonfeed.org/version/1","items":[` + strings.Repeat(`{},`, 1_000_000) + `{}]}`, "", 0},
		"JSON: millions of values": {`{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","tags":[` + strings.Repeat(`"",`, 3_000_000) + `""]}]}`, aggregator.ProblemHostile, 0},
		"JSON: many tags": {`{"version":"https://jsonfeed.org/version/1","items":[{"id":"1","tags":[` + func() string {
			var b strings.Builder
			for i := range 300_000 {
				fmt.Fprintf(&b, `"%d",`, i)
			}
			return b.String()
		}() + `""]}]}`, "", 1},
	}
}

// Time and memory stay bounded whatever a document multiplies (HARDENING.md,
// section 3). Each document takes well under half a second and allocates, all
// told, far less than the worst of them do without bounds: 41 s and 3.85 GB. The
// limits leave room for a busy machine and the race detector.
func TestHostileDocuments(t *testing.T) {
	const (
		most       = 10 * time.Second
		mostBytes  = 400 << 20
		namedBytes = 100 << 20
	)
	named := []string{"a million empty items", "a million nested tags", "ten thousand nested name spaces", "nested bases"}
	for name, tt := range hostileDocuments() {
		t.Run(name, func(t *testing.T) {
			body := []byte(tt.body)
			var before, after runtime.MemStats
			runtime.GC()
			runtime.ReadMemStats(&before)
			begun := processTime(t)
			doc, err := New(Options{}).Parse(body, "", feedURL)
			took := processTime(t) - begun
			runtime.ReadMemStats(&after)
			if kind := kindOf(t, err); kind != tt.kind || len(doc.Entries) != tt.entries {
				t.Errorf("problem %q and %d entries, want %q and %d", kind, len(doc.Entries), tt.kind, tt.entries)
			}
			limit := uint64(mostBytes)
			if slices.Contains(named, name) {
				limit = namedBytes
			}
			if got := after.TotalAlloc - before.TotalAlloc; took > most || got > limit {
				t.Errorf("took %v and %d MB, want at most %v and %d MB", took, got>>20, most, limit>>20)
			}
		})
	}
}

// processTime returns the processor time used so far, which unlike the time of
// day does not depend on what else the machine does.
func processTime(t *testing.T) time.Duration {
	t.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	return time.Duration(used.Utime.Nano() + used.Stime.Nano())
}
