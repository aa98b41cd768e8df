package serve

import (
	"net/http"
	"strings"
	"time"
)

// matchTag reports whether an If-None-Match header lists the strong tag,
// compared weakly (RFC 9110, sections 8.8.3.2 and 13.1.2); "*" lists them all.
// What is no entity tag ends the reading of its line.
func matchTag(lines []string, tag string) bool {
	for _, line := range lines {
		if lists(line, tag) {
			return true
		}
	}
	return false
}

func lists(line, tag string) bool {
	for line = strings.Trim(line, " \t,"); line != ""; line = strings.TrimLeft(line, " \t,") {
		if line == "*" {
			return true
		}
		opaque, found := strings.CutPrefix(strings.TrimPrefix(line, "W/"), `"`)
		if !found {
			return false
		}
		opaque, rest, closed := strings.Cut(opaque, `"`)
		if !closed {
			return false
		}
		if `"`+opaque+`"` == tag {
			return true
		}
		line = rest
	}
	return false
}

// unmodifiedSince reports whether an If-Modified-Since header says that the
// client has what was last modified then (RFC 9110, section 13.1.3). A date
// that cannot be read says nothing.
func unmodifiedSince(header string, modified time.Time) bool {
	if header == "" || modified.IsZero() {
		return false
	}
	since, err := http.ParseTime(header)
	return err == nil && !modified.Truncate(time.Second).After(since)
}
