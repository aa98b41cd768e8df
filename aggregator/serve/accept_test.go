package serve

import (
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
		{"no header", nil, encodings{identity: true}},
		{"empty header", []string{""}, encodings{identity: true}},
		{"gzip", []string{"gzip"}, encodings{true, true, true}},
		{"upper case", []string{"GZIP"}, encodings{true, true, true}},
		{"old name", []string{"x-gzip"}, encodings{true, true, true}},
		{"browser", []string{"gzip, deflate, br, zstd"}, encodings{true, true, true}},
		{"two lines", []string{"br", "gzip;q=0.2"}, encodings{true, true, true}},
		{"others only", []string{"br, deflate"}, encodings{identity: true}},
		{"gzip refused", []string{"gzip;q=0"}, encodings{identity: true}},
		{"gzip refused with digits", []string{"gzip;q=0.000, *"}, encodings{identity: true}},
		{"any", []string{"*"}, encodings{true, true, true}},
		{"any but identity wanted more", []string{"gzip;q=0.5, identity"}, encodings{gzip: true, identity: true}},
		{"identity wanted less", []string{"gzip;q=0.5, identity;q=0.4"}, encodings{true, true, true}},
		{"identity refused", []string{"gzip;q=0.1, identity;q=0"}, encodings{gzip: true, prefer: true}},
		{"all else refused", []string{"gzip, *;q=0"}, encodings{gzip: true, prefer: true}},
		{"nothing taken", []string{"*;q=0"}, encodings{}},
		{"weight over one", []string{"gzip;q=2"}, encodings{identity: true}},
		{"weight that is none", []string{"gzip;q=NaN"}, encodings{identity: true}},
		{"spaces", []string{" gzip ; Q = 0.3 "}, encodings{true, true, true}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := parseEncodings(test.lines); got != test.want {
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
		{"browser", []string{"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}, publish.Atom},
		{"RSS", []string{"application/rss+xml"}, publish.RSS},
		{"RSS before Atom", []string{"application/rss+xml, application/atom+xml;q=0.9"}, publish.RSS},
		{"Atom before RSS", []string{"application/rss+xml;q=0.5, application/atom+xml"}, publish.Atom},
		{"Atom and RSS alike", []string{"application/rss+xml, application/atom+xml"}, publish.Atom},
		{"JSON feed", []string{"application/feed+json, */*;q=0.1"}, publish.JSON},
		{"JSON", []string{"application/json"}, publish.JSON},
		{"XML, no Atom", []string{"text/xml, application/atom+xml;q=0"}, publish.RSS},
		{"parameters", []string{"application/rss+xml; charset=utf-8; q=0.8, text/html"}, publish.RSS},
		{"own type before a range", []string{"application/*;q=0.9, application/atom+xml;q=0.1, application/rss+xml;q=0.2"}, publish.JSON},
		{"two lines", []string{"text/html", "application/rss+xml;q=0.1"}, publish.RSS},
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
		if got := parseEncodings([]string{line}); got.prefer && !got.gzip {
			t.Errorf("%q prefers gzip without taking it", line)
		}
	})
}
