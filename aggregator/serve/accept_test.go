package serve

import (
	"slices"
	"testing"

	"wiredesk/aggregator/publish"
)

func TestParseEncodings(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		lines []string
		want  encodings
	}{
		{"no header", nil, encodings{identity}},
		{"empty header", []string{""}, encodings{identity}},
		{"gzip", []string{"gzip"}, encodings{gzipCoding, identity}},
		{"upper case", []string{"GZIP"}, encodings{gzipCoding, identity}},
		{"old name", []string{"x-gzip"}, encodings{gzipCoding, identity}},
		{"browser", []string{"gzip, deflate, br, zstd"}, encodings{brotliCoding, zstdCoding, gzipCoding, identity}},
		{"two lines", []string{"br;q=0.1", "gzip;q=0.2"}, encodings{gzipCoding, brotliCoding, identity}},
		{"others only", []string{"compress, deflate"}, encodings{identity}},
		{"gzip refused", []string{"gzip;q=0"}, encodings{identity}},
		{"gzip refused with digits", []string{"gzip;q=0.000, *"}, encodings{brotliCoding, zstdCoding, identity}},
		{"any", []string{"*"}, encodings{brotliCoding, zstdCoding, gzipCoding, identity}},
		{"identity wanted more", []string{"gzip;q=0.5, identity"}, encodings{identity, gzipCoding}},
		{"identity wanted alike", []string{"identity, gzip"}, encodings{gzipCoding, identity}},
		{"identity wanted less", []string{"gzip;q=0.5, identity;q=0.4"}, encodings{gzipCoding, identity}},
		{"identity refused", []string{"gzip;q=0.1, identity;q=0"}, encodings{gzipCoding}},
		{"all else refused", []string{"gzip, *;q=0"}, encodings{gzipCoding}},
		{"nothing taken", []string{"*;q=0"}, encodings{}},
		{"weight over one", []string{"gzip;q=2"}, encodings{identity}},
		{"weight that is none", []string{"gzip;q=NaN"}, encodings{identity}},
		{"spaces", []string{" gzip ; Q = 0.3 "}, encodings{gzipCoding, identity}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := parseEncodings(test.lines); !slices.Equal(got, test.want) {
				t.Errorf("parseEncodings(%q) = %+v, want %+v", test.lines, got, test.want)
			}
		})
	}
}

func TestNegotiate(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		lines []string
		want  publish.Format
	}{
		{"no header", nil, publish.Atom},
		{"anything", []string{"*/*"}, publish.Atom},
		{"browser", []string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, publish.Page},
		{"reader that takes pages too", []string{"application/atom+xml, text/html;q=0.9"}, publish.Atom},
		{"page and Atom alike", []string{"text/html, application/atom+xml"}, publish.Atom},
		{"RSS", []string{"application/rss+xml"}, publish.RSS},
		{"RSS before Atom", []string{"application/rss+xml, application/atom+xml;q=0.9"}, publish.RSS},
		{"Atom before RSS", []string{"application/rss+xml;q=0.5, application/atom+xml"}, publish.Atom},
		{"Atom and RSS alike", []string{"application/rss+xml, application/atom+xml"}, publish.Atom},
		{"JSON feed", []string{"application/feed+json, */*;q=0.1"}, publish.JSON},
		{"JSON", []string{"application/json"}, publish.JSON},
		{"XML, no Atom", []string{"text/xml, application/atom+xml;q=0"}, publish.RSS},
		{"parameters", []string{"application/rss+xml; charset=utf-8; q=0.8, image/png"}, publish.RSS},
		{"own type before a range", []string{"application/*;q=0.9, application/atom+xml;q=0.1, application/rss+xml;q=0.2"}, publish.JSON},
		{"two lines", []string{"image/png", "application/rss+xml;q=0.1"}, publish.RSS},
		{"none that we have", []string{"image/png"}, publish.Atom},
		{"all refused", []string{"*/*;q=0"}, publish.Atom},
		{"nonsense", []string{";;,=q,"}, publish.Atom},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := negotiate(test.lines); got != test.want {
				t.Errorf("negotiate(%q) = %s, want %s", test.lines, got, test.want)
			}
		})
	}
}

func FuzzParsePreferences(f *testing.F) {
	f.Add("gzip;q=0.5, *;q=0")
	f.Add("application/atom+xml;type=feed;q=1, */*")
	f.Add(";q=,,q=;")
	f.Fuzz(func(t *testing.T, line string) {
		for name, weight := range parsePreferences([]string{line}) {
			if name == "" || weight < 0 || weight > 1000 {
				t.Errorf("%q gives %q the weight %d", line, name, weight)
			}
		}
		takes := parseEncodings([]string{line})
		slices.Sort(takes)
		if unique := slices.Compact(slices.Clone(takes)); len(unique) != len(takes) {
			t.Errorf("%q takes a coding twice: %v", line, takes)
		}
	})
}
