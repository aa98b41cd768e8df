package parse

import (
	"net/url"
	"path"
	"slices"
	"strings"
)

// leadsToFeed reports whether a link on a page of site plainly leads to a feed or
// to a list of feeds: by its address, or by the words on it where it stays on
// the site or leads to data. A reader's "subscribe with us" and a network's "feed" of what one's
// friends say are none.
func leadsToFeed(site *url.URL, address, words string) bool {
	u, err := url.Parse(address)
	if err != nil || handsOn(u) {
		return false
	}
	last := strings.ToLower(path.Base(u.Path))
	ext := path.Ext(last)
	name := strings.TrimSuffix(last, ext)
	switch ext {
	case ".rss", ".atom", ".rdf":
		return true
	case ".xml":
		// Nothing but a feed is an XML file that is called one.
		return namesFeed(name) || inFeedFolder(u.Path) || calledFeed(words)
	case ".json":
		return strings.Contains(name, "feed") || calledFeed(words)
	}
	if asksForFeed(u.Query()) || feedHost(u.Hostname()) && len(u.Path) > 1 {
		return true
	}
	if site == nil || !sameSite(site.Hostname(), u.Hostname()) {
		return false
	}
	switch ext {
	case "", ".html", ".htm", ".php", ".asp", ".aspx":
		return slices.Contains(feedNames, name) || calledFeed(words)
	}
	return false
}

// feedNames are what feeds, and pages that list them, are called.
var feedNames = []string{"rss", "rss2", "rss-feed", "rss-feeds", "rssfeeds", "atom", "feed", "feeds"}

// namesFeed reports whether the name of an XML file is a feed's.
func namesFeed(name string) bool {
	return slices.ContainsFunc([]string{"rss", "feed", "atom", "rdf"}, func(word string) bool { return strings.Contains(name, word) })
}

// inFeedFolder reports whether a file lies in a folder of feeds.
func inFeedFolder(file string) bool {
	for folder := range strings.SplitSeq(strings.ToLower(path.Dir(file)), "/") {
		if slices.Contains(feedNames, folder) {
			return true
		}
	}
	return false
}

// asksForFeed reports whether a query asks a content system for a feed.
func asksForFeed(query url.Values) bool {
	for _, key := range []string{"feed", "format", "type", "output", "alt"} {
		switch strings.ToLower(query.Get(key)) {
		case "rss", "rss2", "atom", "rdf":
			return true
		case "feed":
			return key == "format" || key == "type"
		}
	}
	return false
}

// handsOn reports whether the address hands another one on to a service, such
// as a feed reader or a validator.
func handsOn(u *url.URL) bool {
	rest := strings.ToLower(u.Path + "?" + u.RawQuery)
	return strings.Contains(rest, "http:/") || strings.Contains(rest, "https:/") || strings.Contains(rest, "http%3a") || strings.Contains(rest, "https%3a")
}

func feedHost(host string) bool {
	first, _, _ := strings.Cut(strings.ToLower(host), ".")
	return first == "feeds" || first == "feed" || first == "rss"
}

// sameSite reports whether one host is the other, or below it.
func sameSite(a, b string) bool {
	a, b = strings.TrimPrefix(strings.ToLower(a), "www."), strings.TrimPrefix(strings.ToLower(b), "www.")
	return a == b || strings.HasSuffix(a, "."+b) || strings.HasSuffix(b, "."+a)
}

// calledFeed reports whether the words of a link say that a feed is behind it.
// The names of the formats are the same in every language.
func calledFeed(words string) bool {
	fields := strings.FieldsFunc(strings.ToLower(words), func(r rune) bool { return strings.ContainsRune(" \t\n-/|,.()[]:", r) })
	switch {
	case len(fields) == 0 || len(fields) > 4:
		return false // "RSS, or how we lost the open web" is an article
	case slices.Contains(fields, "rss"), slices.Equal(fields, []string{"json", "feed"}):
		return true
	}
	// Atoms are in the news for other reasons too.
	return fields[0] == "atom" && (len(fields) == 1 || strings.HasPrefix(fields[1], "feed"))
}
