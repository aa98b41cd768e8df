package serve

import (
	"strconv"
	"strings"

	"wiredesk/aggregator/publish"
)

// preferences are the weights a client gives to what it would take, in
// thousandths (RFC 9110, section 12.4.2), by lower-case name.
type preferences map[string]int

// parsePreferences reads the lines of an Accept or Accept-Encoding header.
// Parameters other than the weight are ignored; an element whose weight cannot
// be read counts as not written.
func parsePreferences(lines []string) preferences {
	p := make(preferences)
	for _, line := range lines {
		for element := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(element, ";")
			name = strings.ToLower(strings.TrimSpace(name))
			if weight, ok := parseWeight(params); ok && name != "" {
				p[name] = weight
			}
		}
	}
	return p
}

func parseWeight(params string) (thousandths int, ok bool) {
	for param := range strings.SplitSeq(params, ";") {
		name, value, _ := strings.Cut(param, "=")
		if strings.EqualFold(strings.TrimSpace(name), "q") {
			q, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
			if err != nil || !(q >= 0 && q <= 1) {
				return 0, false
			}
			return int(q * 1000), true
		}
	}
	return 1000, true
}

// first returns the weight of the first of the names that the client wrote.
func (p preferences) first(names ...string) (weight int, written bool) {
	for _, name := range names {
		if weight, written = p[name]; written {
			return weight, true
		}
	}
	return 0, false
}

// encodings says which representations a client takes (RFC 9110, section
// 12.5.3).
type encodings struct {
	gzip     bool // may be sent
	identity bool // may be sent
	prefer   bool // gzip rather than identity
}

func parseEncodings(lines []string) encodings {
	if len(lines) == 0 {
		return encodings{identity: true}
	}
	p := parsePreferences(lines)
	zipped, _ := p.first("gzip", "x-gzip", "*")
	plain, written := p.first("identity", "*")
	return encodings{
		gzip:     zipped > 0,
		identity: plain > 0 || !written,
		// identity that is merely not forbidden ranks below what is asked for
		prefer: zipped > 0 && zipped >= plain,
	}
}

// formatTypes lists, for each format in the order that decides ties, the media
// types that mean it, its own first.
var formatTypes = []struct {
	format publish.Format
	types  []string
}{
	{publish.Atom, []string{"application/atom+xml", "application/xml", "text/xml", "application/*", "*/*"}},
	{publish.RSS, []string{"application/rss+xml", "application/xml", "text/xml", "application/*", "*/*"}},
	{publish.JSON, []string{"application/feed+json", "application/json", "application/*", "*/*"}},
}

// negotiate returns the format that suits an Accept header best. Atom wins
// ties because it says most about who carries a story, and is also the answer
// to a client that would take none: a reader with an odd header is better
// served by a feed than by an error (RFC 9110, section 12.4.1).
func negotiate(lines []string) publish.Format {
	p := parsePreferences(lines)
	best, most := publish.Atom, 0
	for _, f := range formatTypes {
		if weight, _ := p.first(f.types...); weight > most {
			best, most = f.format, weight
		}
	}
	return best
}
