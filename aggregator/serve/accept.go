package serve

import (
	"slices"
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

// first returns the weight of the first of the names that the client wrote, 0
// where it wrote none.
func (p preferences) first(names ...string) int {
	for _, name := range names {
		if weight, written := p[name]; written {
			return weight
		}
	}
	return 0
}

// coding is a content coding that we send (RFC 9110, section 8.4.1), or none.
type coding int

// The codings, the plain one first, then in the order that decides ties: by how
// small what they make is.
const (
	identity coding = iota
	brotliCoding
	zstdCoding
	gzipCoding
	codings int = iota
)

// allCodings returns those in which what is made beforehand is sent.
func allCodings() []coding { return []coding{brotliCoding, zstdCoding, gzipCoding} }

// name is what a client calls the coding.
func (c coding) name() string {
	return [...]string{identity: "identity", brotliCoding: "br", zstdCoding: "zstd", gzipCoding: "gzip"}[c]
}

// encodings are the codings a client takes, what it wants most first (RFC 9110,
// section 12.5.3). Where there is none it takes nothing.
type encodings []coding

func parseEncodings(lines []string) encodings {
	if len(lines) == 0 {
		return encodings{identity}
	}
	const unwritten = -1
	weights := [codings]int{unwritten, unwritten, unwritten, unwritten}
	rest := unwritten // of what is not named: "*"
	for _, line := range lines {
		for element := range strings.SplitSeq(line, ",") {
			name, params, _ := strings.Cut(element, ";")
			name = strings.TrimSpace(name)
			weight, ok := parseWeight(params)
			if !ok {
				continue
			}
			if name == "*" {
				rest = weight
			}
			if strings.EqualFold(name, "x-gzip") { // section 8.4.1.3
				name = gzipCoding.name()
			}
			for c := range coding(codings) {
				if strings.EqualFold(name, c.name()) {
					weights[c] = weight
				}
			}
		}
	}
	takes := make(encodings, 0, codings)
	for c := brotliCoding; c <= gzipCoding; c++ {
		if weights[c] == unwritten {
			weights[c] = rest
		}
		takes = takes.with(c, &weights)
	}
	switch {
	case weights[identity] == unwritten && rest != unwritten:
		weights[identity] = rest
	case weights[identity] == unwritten:
		// What is merely not forbidden ranks below what is asked for.
		return append(takes, identity)
	}
	return takes.with(identity, &weights)
}

// with puts the coding in its place by weight, behind those of the same; one
// without weight is left out.
func (e encodings) with(c coding, weights *[codings]int) encodings {
	if weights[c] <= 0 {
		return e
	}
	i := len(e)
	for i > 0 && weights[e[i-1]] < weights[c] {
		i--
	}
	return slices.Insert(e, i, c)
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
	{publish.Page, []string{"text/html", "application/xhtml+xml"}},
}

// negotiate returns the format that suits an Accept header best, which for
// browsers is the page. Atom wins ties because it says most about who carries a
// story, and is also the answer to a client that would take none: a reader with
// an odd header is better served by a feed than by an error (RFC 9110, section
// 12.4.1).
func negotiate(lines []string) publish.Format {
	p := parsePreferences(lines)
	best, most := publish.Atom, 0
	for _, f := range formatTypes {
		if weight := p.first(f.types...); weight > most {
			best, most = f.format, weight
		}
	}
	return best
}
