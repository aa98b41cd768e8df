package aggregator

import (
	"net"
	"net/url"
	"slices"
	"strings"
)

// maxWraps is how often a link is unwrapped. No reader meets more; without a
// bound a long link costs the square of its length.
const maxWraps = 4

// CanonicalLink returns the form of an article's link that its variants share:
// https, without the www., m., mobile. and amp. hosts, AMP paths and caches,
// tracking parameters and fragments, default ports and a trailing slash, with
// the remaining parameters sorted. It is an identity and not an address: what
// readers follow is the link as given. A canonical link is its own canonical
// link.
//
// It returns "" for what names no article: anything but an http or https URL
// with a host, and a bare home page.
func CanonicalLink(link string) string {
	for range 1 + maxWraps {
		u, err := url.Parse(strings.TrimSpace(link))
		if err != nil || u.Scheme != "http" && u.Scheme != "https" {
			return ""
		}
		name, path, query := canonicalHost(u.Hostname()), escapedPath(u), canonicalQuery(u.RawQuery)
		if name == "" {
			return ""
		}
		wrapped, wraps := unwrapped(name, path, query)
		if wrapped != "" {
			link = wrapped
			continue
		}
		if !wraps {
			path = withoutAMP(path)
		}
		fragment := canonicalFragment(u.EscapedFragment())
		if path == "" && query == "" && fragment == "" {
			return ""
		}
		return "https://" + hostPort(name, u.Port()) + path + query + fragment
	}
	return ""
}

// unwrapped returns the article behind an AMP cache or a redirecting link that
// carries its target in the open, or "". It reports whether links of the host
// wrap others at all.
func unwrapped(host, path, query string) (link string, wraps bool) {
	var target string
	switch {
	case strings.HasSuffix(host, ".cdn.ampproject.org"):
		// /c/s/host/path: c for content (v for viewer), s for https.
		rest, found := strings.CutPrefix(path, "/c/")
		if !found {
			rest, _ = strings.CutPrefix(path, "/v/")
		}
		if rest != path {
			target = strings.TrimPrefix(rest, "s/") + query
		}
	case strings.HasPrefix(host, "google."):
		if rest, found := strings.CutPrefix(path, "/amp/"); found {
			target = strings.TrimPrefix(rest, "s/") + query
		} else if path == "/url" {
			values, _ := url.ParseQuery(strings.TrimPrefix(query, "?")) // what can be read of it
			_, target, _ = strings.Cut(values.Get("q")+values.Get("url"), "://")
		}
	default:
		return "", false
	}
	link = "https://" + target
	if inner, err := url.Parse(link); err != nil || !strings.Contains(inner.Host, ".") {
		return "", true
	}
	return link, true
}

// canonicalHost returns the name without prefixes that stand for a shape of the
// site. A host such as m.example keeps its prefix: without it no domain is left.
func canonicalHost(name string) string {
	name = strings.TrimRight(strings.ToLower(name), ".")
	for {
		prefix, rest, _ := strings.Cut(name, ".")
		if strings.IndexByte(rest, '.') < 1 || !slices.Contains([]string{"www", "m", "mobile", "amp"}, prefix) {
			return name
		}
		name = rest
	}
}

func hostPort(name, port string) string {
	name = strings.ReplaceAll(name, "%", "%25")
	if port != "" && port != "80" && port != "443" {
		return net.JoinHostPort(name, port)
	}
	if strings.Contains(name, ":") {
		return "[" + name + "]"
	}
	return name
}

// escapedPath returns the path in one spelling for each character, whatever the
// case of its escapes, without slashes at its end.
func escapedPath(u *url.URL) string {
	path := u.EscapedPath()
	if !strings.Contains(strings.ToLower(path), "%2f") {
		path = (&url.URL{Path: u.Path}).EscapedPath()
	}
	return strings.TrimRight(path, "/")
}

// withoutAMP returns the path of the article's page for a path of its AMP page.
func withoutAMP(path string) string {
	for {
		page := strings.TrimSuffix(strings.TrimSuffix(path, "/amp"), ".amp")
		if stem, found := strings.CutSuffix(page, ".amp.html"); found {
			page = stem + ".html"
		}
		if rest, found := strings.CutPrefix(page, "/amp/"); found {
			page = "/" + rest
		}
		page = strings.TrimRight(page, "/")
		if page == path {
			return path
		}
		path = page
	}
}

func canonicalQuery(raw string) string {
	if raw == "" {
		return ""
	}
	var kept []string
	for pair := range strings.SplitSeq(raw, "&") {
		pair = plainPair(pair)
		name, value, _ := strings.Cut(pair, "=")
		if name == "" || Tracks(strings.ToLower(name), strings.ToLower(value)) {
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

// plainPair returns a parameter without the "amp;" that feeds leave before its
// name which escape their links twice, and without space around it.
func plainPair(pair string) string {
	for {
		pair = strings.TrimSpace(pair)
		rest, found := strings.CutPrefix(pair, "amp;")
		if !found {
			return pair
		}
		pair = rest
	}
}

// Tracks reports whether a parameter of a URL, its name in lower case, says where
// a reader came from, or which shape of the page is wanted, instead of what is
// asked for.
func Tracks(name, value string) bool {
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
