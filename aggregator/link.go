package aggregator

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// CanonicalLink returns the form of an article's link that its variants share:
// https, without the www., m., mobile. and amp. hosts, AMP paths and caches,
// tracking parameters and fragments, default ports and a trailing slash, with
// the remaining parameters sorted. It is an identity and not an address: what
// readers follow is the link as given.
//
// It returns "" for what names no article: anything but an http or https URL
// with a host, and a bare home page.
func CanonicalLink(link string) string {
	u, err := url.Parse(strings.TrimSpace(link))
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	if inner := unwrapped(u); inner != nil {
		u = inner
	}
	host := canonicalHost(u)
	path := canonicalPath(u)
	query := canonicalQuery(u.RawQuery)
	fragment := canonicalFragment(u.EscapedFragment())
	if path == "" && query == "" && fragment == "" {
		return ""
	}
	return "https://" + host + path + query + fragment
}

// unwrapped returns the article behind an AMP cache or a redirecting link that
// carries its target in the open, or nil.
func unwrapped(u *url.URL) *url.URL {
	host := strings.ToLower(u.Hostname())
	var target string
	switch {
	case strings.HasSuffix(host, ".cdn.ampproject.org"):
		// /c/s/host/path: c for content (v for viewer), s for https.
		rest, found := strings.CutPrefix(u.EscapedPath(), "/c/")
		if !found {
			rest, found = strings.CutPrefix(u.EscapedPath(), "/v/")
		}
		if !found {
			return nil
		}
		target = strings.TrimPrefix(rest, "s/")
	case strings.HasPrefix(host, "www.google.") || strings.HasPrefix(host, "google."):
		if rest, found := strings.CutPrefix(u.EscapedPath(), "/amp/"); found {
			target = strings.TrimPrefix(rest, "s/")
			break
		}
		if u.Path != "/url" {
			return nil
		}
		query := u.Query()
		_, target, _ = strings.Cut(query.Get("q")+query.Get("url"), "://")
	}
	if target == "" {
		return nil
	}
	if u.RawQuery != "" && u.Path != "/url" {
		target += "?" + u.RawQuery
	}
	inner, err := url.Parse("https://" + target)
	if err != nil || !strings.Contains(inner.Host, ".") {
		return nil
	}
	return inner
}

func canonicalHost(u *url.URL) string {
	host := strings.TrimRight(strings.ToLower(u.Hostname()), ".")
	for _, prefix := range []string{"www.", "m.", "mobile.", "amp."} {
		// A host such as m.example keeps its prefix: without it no domain is left.
		if rest, found := strings.CutPrefix(host, prefix); found && strings.Contains(rest, ".") {
			host = rest
		}
	}
	if port := u.Port(); port != "" && port != "80" && port != "443" {
		return net.JoinHostPort(host, port)
	}
	if strings.Contains(host, ":") {
		return "[" + host + "]"
	}
	return host
}

func canonicalPath(u *url.URL) string {
	path := u.EscapedPath()
	if !strings.Contains(strings.ToLower(path), "%2f") {
		// One spelling for each character, whatever the case of its escapes.
		path = (&url.URL{Path: u.Path}).EscapedPath()
	}
	path = strings.TrimRight(path, "/")
	path = strings.TrimSuffix(path, "/amp")
	path = strings.TrimSuffix(path, ".amp")
	if stem, found := strings.CutSuffix(path, ".amp.html"); found {
		path = stem + ".html"
	}
	if rest, found := strings.CutPrefix(path, "/amp/"); found {
		path = "/" + rest
	}
	return strings.TrimRight(path, "/")
}

func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	var kept []string
	for pair := range strings.SplitSeq(raw, "&") {
		// Feeds that escape their links twice leave "amp;" before a name.
		pair = strings.TrimPrefix(pair, "amp;")
		name, value, _ := strings.Cut(pair, "=")
		if name == "" || tracks(strings.ToLower(name), strings.ToLower(value)) {
			continue
		}
		kept = append(kept, pair)
	}
	if len(kept) == 0 {
		return ""
	}
	slices.Sort(kept)
	return "?" + strings.Join(kept, "&")
}

// tracks reports whether a parameter says where a reader came from, or which
// shape of the page is wanted, instead of which article.
func tracks(name, value string) bool {
	for _, prefix := range []string{"utm_", "at_", "mc_", "pk_", "mtm_", "matomo_", "hsa_", "ns_", "wt.", "trk", "_hs"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	switch name {
	case "fbclid", "gclid", "dclid", "gclsrc", "msclkid", "twclid", "yclid", "igshid", "igsh", "wbraid", "gbraid",
		"ocid", "cmpid", "cmp", "xtor", "ito", "smid", "smtyp", "partner", "ftag", "taid", "feedtype", "feedname",
		"ncid", "sref", "spm", "srnd", "guccounter", "guce_referrer", "guce_referrer_sig", "traffic_source",
		"traffic_medium", "cid_source", "emc", "mod", "rss", "rssfeed", "from_rss", "amp", "outputtype", "share",
		"shared", "sharetype", "echobox", "__twitter_impression", "__source", "source_feed", "maca":
		return true
	case "ref", "referrer", "referer", "src", "source", "from", "via", "cid", "intcmp", "campaign", "medium", "output":
		return sideChannel(value)
	}
	return false
}

// sideChannel reports whether the value of a parameter that some sites use for
// their article numbers names a channel instead.
func sideChannel(value string) bool {
	for _, channel := range []string{
		"rss", "feed", "twitter", "facebook", "fb", "social", "newsletter", "email", "mail", "home", "amp",
		"mobile", "app", "share", "whatsapp", "telegram", "google", "flipboard", "nl", "hp", "tw",
	} {
		if value == channel || strings.HasPrefix(value, channel+"_") || strings.HasPrefix(value, channel+"-") ||
			strings.HasSuffix(value, "_"+channel) || strings.HasSuffix(value, "-"+channel) {
			return true
		}
	}
	return false
}

// canonicalFragment keeps a fragment that may tell one entry of a page from
// another, and drops one that tracks, highlights or jumps.
func canonicalFragment(fragment string) string {
	switch {
	case fragment == "", strings.ContainsAny(fragment, "=~"):
		return ""
	}
	switch strings.ToLower(fragment) {
	case "comments", "respond", "top", "main", "content", "rss", "more", "disqus_thread", "0":
		return ""
	}
	return "#" + fragment
}
