package main

import (
	"cmp"
	"fmt"
	"io"
	"strings"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/schedule"
	"wiredesk/config"
)

// listedFeed is a found feed in the form discover --json prints.
type listedFeed struct {
	URL          string     `json:"url"`
	ID           string     `json:"id"`
	Title        string     `json:"title,omitempty"`
	Language     string     `json:"language,omitempty"`
	Format       string     `json:"format"`
	Found        string     `json:"found"` // given, announced, linked or at a usual place
	Entries      int        `json:"entries"`
	Newest       *time.Time `json:"newest,omitempty"`
	Hubs         []string   `json:"hubs,omitempty"`
	Self         string     `json:"self,omitempty"`
	MinInterval  float64    `json:"min_interval_seconds,omitempty"` // as the feed asks
	FreshFor     float64    `json:"fresh_seconds,omitempty"`        // as the server says
	SameAs       string     `json:"same_as,omitempty"`              // the URL of a better form of it
	ConfiguredAs string     `json:"configured_as,omitempty"`        // the source that it already is
	Comments     bool       `json:"comments,omitempty"`             // it holds what readers comment
}

func listedFeeds(groups []feedGroup, now time.Time) []listedFeed {
	list := []listedFeed{}
	for _, g := range groups {
		for i, f := range g.forms {
			row := listedFeed{
				URL: f.source.URL, ID: g.ids[i], Title: f.source.Title, Language: f.source.Language,
				Format: f.format, Found: f.how, Entries: len(f.entries), Hubs: f.hubs, Self: f.self,
				MinInterval: f.hints.MinInterval.Seconds(), FreshFor: f.fresh.Seconds(),
				ConfiguredAs: g.configured, Comments: g.comments,
			}
			if newest := f.newest(now); !newest.IsZero() {
				row.Newest = &newest
			}
			if i > 0 {
				row.SameAs = g.forms[0].source.URL
			}
			list = append(list, row)
		}
	}
	return list
}

// printFeeds prints the feeds as YAML, with what there is to know of each in
// comments. What the configuration should not take is commented out.
func printFeeds(w io.Writer, groups []feedGroup, now time.Time) error {
	var out strings.Builder
	wanted := 0
	for i := range groups {
		g := &groups[i]
		for k := range g.forms {
			f := &g.forms[k]
			f.source.ID = g.ids[k]
			entry, err := config.FormatSources([]aggregator.Source{f.source})
			if err != nil {
				return err
			}
			text := strings.TrimPrefix(string(entry), "sources:\n")
			remark := ""
			switch {
			case g.configured != "":
				remark = "The configuration has this feed already, as " + g.configured + "."
			case k > 0:
				remark = "The same entries as above."
			case g.comments:
				remark = "What readers comment."
			}
			comment(&out, facts(f, now))
			if remark == "" {
				wanted++
				out.WriteString(text)
				continue
			}
			comment(&out, remark)
			for line := range strings.Lines(text) {
				out.WriteString("  # " + strings.TrimPrefix(line, "  "))
			}
		}
	}
	head := "sources:\n"
	if wanted == 0 {
		head = "# Nothing to add.\n" // an empty list would be no list
	}
	_, err := io.WriteString(w, head+out.String())
	return err
}

// comment writes a line that YAML passes over, whatever is in it.
func comment(out *strings.Builder, text string) {
	out.WriteString("  # " + oneLine(text) + "\n")
}

// facts says in a line what is known of a feed.
func facts(f *foundFeed, now time.Time) string {
	name := map[string]string{"atom": "Atom", "rss": "RSS", "json": "JSON Feed"}[f.format]
	newest := f.newest(now)
	parts := []string{cmp.Or(name, f.format), count(len(f.entries), "entry", "entries")}
	switch {
	case len(f.entries) == 0:
	case newest.IsZero():
		parts = append(parts, "without dates")
	default:
		parts = append(parts, fmt.Sprintf("the newest %s old (%s)", aggregator.Span(max(now.Sub(newest), 0)), minute(&newest)))
		if f.abandoned(now) {
			parts = append(parts, "perhaps abandoned")
		}
	}
	if f.source.Language != "" {
		parts = append(parts, "language "+f.source.Language)
	}
	if len(f.hubs) > 0 {
		parts = append(parts, "WebSub hub "+cut(strings.Join(f.hubs, " and "), maxShownBytes))
	} else {
		parts = append(parts, "no WebSub hub")
	}
	if asked := max(f.hints.MinInterval, f.fresh); asked > schedule.DefaultMinInterval {
		parts = append(parts, "at most every "+aggregator.Span(asked))
	}
	if f.hints.SkipHours != 0 || f.hints.SkipDays != 0 {
		parts = append(parts, "not at all hours")
	}
	if f.how == foundUsual {
		parts = append(parts, "not announced by the site")
	}
	return strings.Join(parts, ", ")
}
