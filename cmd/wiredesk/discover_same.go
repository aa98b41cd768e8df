package main

import (
	"cmp"
	"net/url"
	"slices"
	"strings"
	"time"

	"wiredesk/config"
)

// abandonedAfter is how old the newest entry of a feed is that nobody may be
// writing any more.
const abandonedAfter = 180 * 24 * time.Hour

// feedGroup is a feed in all its forms, the best first.
type feedGroup struct {
	forms      []foundFeed
	ids        []string // what each would be called in the configuration
	configured string   // the source that one of them already is; empty: none
	comments   bool     // it holds what readers comment
}

// grouped puts together what is the same feed, says of each whether cfg, which
// may be nil, has it, and sorts them by how likely they are wanted; what is as
// likely stays as it was found.
func grouped(found []foundFeed, cfg *config.Config, now time.Time) []feedGroup {
	var groups []feedGroup
	for _, f := range found {
		i := slices.IndexFunc(groups, func(g feedGroup) bool { return sameNews(&g.forms[0], &f) })
		if i < 0 {
			groups = append(groups, feedGroup{})
			i = len(groups) - 1
		}
		groups[i].forms = append(groups[i].forms, f)
	}
	for i := range groups {
		g := &groups[i]
		slices.SortStableFunc(g.forms, func(a, b foundFeed) int { return better(&a, &b) })
		g.configured = configuredAs(g.forms, cfg)
		g.comments = g.forms[0].how != foundGiven && holdsComments(g.forms[0].source.URL)
	}
	slices.SortStableFunc(groups, func(a, b feedGroup) int { return cmp.Compare(a.rank(now), b.rank(now)) })
	nameFeeds(groups, cfg)
	return groups
}

func (g *feedGroup) rank(now time.Time) int {
	switch {
	case g.configured != "":
		return 4
	case g.comments:
		return 3
	case len(g.forms[0].entries) == 0:
		return 2
	case g.forms[0].abandoned(now):
		return 1
	}
	return 0
}

func (f *foundFeed) abandoned(now time.Time) bool {
	newest := f.newest(now)
	return !newest.IsZero() && now.Sub(newest) > abandonedAfter
}

// sameNews reports whether two feeds are one: they come from one address, or
// their newest entries are the same. One may show more of them than the other;
// but that all entries of a section stand among those of the whole site makes
// it none.
func sameNews(a, b *foundFeed) bool {
	if withoutScheme(a.from) == withoutScheme(b.from) {
		return true
	}
	n := min(len(a.entries), len(b.entries))
	if n == 0 {
		return len(a.entries) == len(b.entries) && a.source.Title == b.source.Title
	}
	return shows(a.entries, b.entries[:n]) && shows(b.entries, a.entries[:n])
}

// shows reports whether four fifths of the entries stand in a document: feeds of
// one site are not rendered at one moment.
func shows(document, entries []foundEntry) bool {
	shown := make(map[string]bool)
	for _, e := range document {
		shown[e.link], shown[e.title] = true, true
	}
	delete(shown, "")
	same := 0
	for _, e := range entries {
		if shown[e.link] || shown[e.title] {
			same++
		}
	}
	return same*5 >= len(entries)*4
}

// better orders two forms of one feed: encrypted before plain, with a hub before
// without, more dates, more entries, and the format that says more.
func better(a, b *foundFeed) int {
	formats := []string{"atom", "json", "rss"}
	return cmp.Or(
		soFirst(strings.HasPrefix(a.source.URL, "https:"), strings.HasPrefix(b.source.URL, "https:")),
		soFirst(len(a.hubs) > 0, len(b.hubs) > 0),
		cmp.Compare(dated(b), dated(a)),
		cmp.Compare(len(b.entries), len(a.entries)),
		cmp.Compare(slices.Index(formats, a.format), slices.Index(formats, b.format)),
	)
}

// soFirst puts what is so before what is not.
func soFirst(a, b bool) int {
	switch {
	case a == b:
		return 0
	case a:
		return -1
	}
	return 1
}

// dated returns how many entries claim a date.
func dated(f *foundFeed) (n int) {
	for _, e := range f.entries {
		if !e.at.IsZero() {
			n++
		}
	}
	return n
}

// newest returns the newest date that an entry claims, but for those in the
// future; zero: none.
func (f *foundFeed) newest(now time.Time) (newest time.Time) {
	for _, e := range f.entries {
		if e.at.After(newest) && !e.at.After(now.Add(time.Hour)) {
			newest = e.at
		}
	}
	return newest
}

// holdsComments reports whether a feed's address says that it holds what readers
// write under articles, as that of the commonest content system does.
func holdsComments(address string) bool {
	u, err := url.Parse(address)
	if err != nil {
		return false
	}
	return slices.Contains(strings.Split(u.Path, "/"), "comments") || strings.HasPrefix(u.Query().Get("feed"), "comments")
}

// configuredAs returns the id of the configured source that one of the forms is.
func configuredAs(forms []foundFeed, cfg *config.Config) string {
	if cfg == nil {
		return ""
	}
	addresses := make(map[string]bool)
	for _, f := range forms {
		for _, address := range []string{f.source.URL, f.asked, f.from} {
			addresses[withoutScheme(address)] = true
		}
	}
	for _, src := range cfg.Sources {
		if addresses[withoutScheme(src.URL)] {
			return src.ID
		}
	}
	return ""
}

// withoutScheme is equal for URLs that lead to one feed, encrypted or not.
func withoutScheme(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return address
	}
	_, rest, _ := strings.Cut(sameFeed(*u), "://")
	return rest
}

// nameFeeds gives each feed an id that neither another nor cfg has.
func nameFeeds(groups []feedGroup, cfg *config.Config) {
	taken := make(map[string]bool)
	if cfg != nil {
		for _, src := range cfg.Sources {
			taken[src.ID] = true
		}
	}
	for i := range groups {
		for _, f := range groups[i].forms {
			groups[i].ids = append(groups[i].ids, freeID(f.source.URL, taken))
		}
	}
}
