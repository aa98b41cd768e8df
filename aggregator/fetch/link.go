package fetch

import (
	"net/http"
	"net/url"
	"slices"
	"strings"

	"wiredesk/aggregator"
)

// How many hubs a source can make us remember, and how many alternates.
const (
	maxHubs       = 8
	maxAlternates = 16
)

// link is one value of a Link header (RFC 8288, section 3).
type link struct {
	target string
	rels   []string // in lower case
	anchor string   // empty: the document itself
	kind   string   // the type parameter; empty: not given
}

// webSub returns the hubs and the self link of a document at base, as absolute
// URLs (W3C WebSub, section 4). Links about another document are passed over.
func webSub(header http.Header, base *url.URL) (hubs []string, self string) {
	for _, l := range parseLinks(header.Values("Link")) {
		target, ok := resolve(base, l.target)
		if !ok {
			continue
		}
		if !l.isAbout(base) {
			continue
		}
		if slices.Contains(l.rels, "hub") && !slices.Contains(hubs, target) && len(hubs) < maxHubs {
			hubs = append(hubs, target)
		}
		if slices.Contains(l.rels, "self") && self == "" {
			self = target
		}
	}
	return hubs, self
}

// alternates returns what the document at base can be had as, in absolute URLs.
func alternates(header http.Header, base *url.URL) (all []aggregator.Alternate) {
	for _, l := range parseLinks(header.Values("Link")) {
		target, ok := resolve(base, l.target)
		if !ok || !slices.Contains(l.rels, "alternate") || !l.isAbout(base) || len(all) == maxAlternates {
			continue
		}
		kind, _, _ := strings.Cut(l.kind, ";")
		all = append(all, aggregator.Alternate{URL: target, Type: strings.ToLower(strings.TrimSpace(kind))})
	}
	return all
}

// isAbout reports whether the link is about the document at base.
func (l *link) isAbout(base *url.URL) bool {
	if l.anchor == "" {
		return true
	}
	about, ok := resolve(base, l.anchor)
	return ok && about == public(base)
}

// resolve makes target absolute; it must be http or https then.
func resolve(base *url.URL, target string) (string, bool) {
	u, err := base.Parse(strings.TrimSpace(target))
	if err != nil || !isHTTP(u) {
		return "", false
	}
	u.User, u.Fragment, u.RawFragment = nil, "", ""
	return u.String(), true
}

// parseLinks reads the values of Link headers. What is no link is passed over.
func parseLinks(values []string) []link {
	var links []link
	for _, value := range values {
		for value != "" {
			var one string
			one, value = cutLink(value)
			if l, ok := parseLink(one); ok {
				links = append(links, l)
			}
		}
	}
	return links
}

// cutLink cuts the first link off a list. A comma separates where it is
// neither within <> nor quoted.
func cutLink(list string) (first, rest string) {
	inURL, quoted := false, false
	for i := 0; i < len(list); i++ {
		switch c := list[i]; {
		case quoted && c == '\\':
			i++
		case c == '"' && !inURL:
			quoted = !quoted
		case quoted:
		case c == '<':
			inURL = true
		case c == '>':
			inURL = false
		case c == ',' && !inURL:
			return list[:i], list[i+1:]
		}
	}
	return list, ""
}

func parseLink(value string) (link, bool) {
	value = strings.TrimSpace(value)
	if !strings.HasPrefix(value, "<") {
		return link{}, false
	}
	target, params, ok := strings.Cut(value[1:], ">")
	if !ok {
		return link{}, false
	}
	l := link{target: target}
	for _, param := range splitQuoted(params, ';') {
		name, value, _ := strings.Cut(param, "=")
		value = unquote(strings.TrimSpace(value))
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "rel":
			if l.rels == nil { // a second one does not count (section 3.3)
				l.rels = strings.Fields(strings.ToLower(value))
			}
		case "anchor":
			l.anchor = value
		case "type":
			l.kind = value
		}
	}
	return l, len(l.rels) > 0
}

// splitQuoted splits s at every sep that is not within a quoted string.
func splitQuoted(s string, sep byte) []string {
	var parts []string
	start, quoted := 0, false
	for i := 0; i < len(s); i++ {
		switch {
		case quoted && s[i] == '\\':
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			parts = append(parts, s[start:i])
			start = i + 1
		}
	}
	return append(parts, s[start:])
}

// unquote reads a quoted string (RFC 9110, section 5.6.4); a token stays as it
// is.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' || s[len(s)-1] != '"' {
		return s
	}
	s = s[1 : len(s)-1]
	if !strings.Contains(s, `\`) {
		return s
	}
	var plain strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		plain.WriteByte(s[i])
	}
	return plain.String()
}
