package parse

import (
	"net/url"
	"strings"
)

// resolve returns ref, relative to base, as an absolute http or https URL, or ""
// where it is none. What is a proper URL already stays as it is.
func resolve(base *url.URL, ref string) string {
	if proper(ref) {
		return ref
	}
	ref = strings.Map(func(r rune) rune {
		if r < ' ' || r == 0x7f {
			return -1 // as browsers do (WHATWG URL, section 4.4)
		}
		return r
	}, strings.TrimSpace(ref))
	if ref == "" {
		return ""
	}
	if len(ref) > 4 && strings.EqualFold(ref[:4], "www.") {
		ref = "http://" + ref
	}
	u, err := url.Parse(ref)
	if err != nil {
		if u, err = url.Parse(patchedURL(ref)); err != nil {
			return ""
		}
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if u.Hostname() == "" || u.Scheme != "http" && u.Scheme != "https" {
		return ""
	}
	u.RawQuery = escapedQuery(u.RawQuery)
	return u.String()
}

// escapedQuery escapes what stands in no query (WHATWG URL, section 1.3) and
// what url.Parse takes there as it is. The backslash is ours: too many take it
// for a slash.
func escapedQuery(query string) string {
	return strings.NewReplacer(" ", "%20", `"`, "%22", "<", "%3C", ">", "%3E", `\`, "%5C").Replace(query)
}

// proper reports at a glance whether ref is an absolute http URL that needs no
// mending.
func proper(ref string) bool {
	rest, found := strings.CutPrefix(ref, "https://")
	if !found {
		rest, found = strings.CutPrefix(ref, "http://")
	}
	if !found || rest == "" {
		return false
	}
	host := true
	for i := range len(rest) {
		switch c := rest[i]; {
		case c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '-' || c == '.':
			continue
		case c == '/':
			if i == 0 {
				return false
			}
			host = false
		case host:
			return false // a port, a user or a query: let a parser see to it
		case c <= ' ' || c >= 0x7f || strings.IndexByte("\"<>\\^`{|}%", c) >= 0:
			if c != '%' || i+2 >= len(rest) || digit(rest[i+1]) > 15 || digit(rest[i+2]) > 15 {
				return false
			}
		}
	}
	return true
}

// patchedURL escapes the percent signs that escape nothing, and spaces in the
// host's place are left for the parser to refuse.
func patchedURL(ref string) string {
	var b strings.Builder
	for i := range len(ref) {
		if ref[i] == '%' && (i+2 >= len(ref) || digit(ref[i+1]) > 15 || digit(ref[i+2]) > 15) {
			b.WriteString("%25")
			continue
		}
		b.WriteByte(ref[i])
	}
	return b.String()
}

// joinBase returns inner relative to outer, both as written in xml:base.
func joinBase(outer, inner string) string {
	o, err := url.Parse(outer)
	if err != nil {
		return inner
	}
	i, err := url.Parse(strings.TrimSpace(inner))
	if err != nil {
		return outer
	}
	return o.ResolveReference(i).String()
}

// within returns the base that inner, an xml:base, sets in base.
func within(base *url.URL, inner string) *url.URL {
	if inner == "" {
		return base
	}
	u, err := url.Parse(strings.TrimSpace(inner))
	if err != nil {
		return base
	}
	if base != nil {
		u = base.ResolveReference(u)
	}
	if u.Host == "" {
		return base
	}
	return u
}
