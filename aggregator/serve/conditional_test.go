package serve

import (
	"strings"
	"testing"
	"time"
)

func TestMatchTag(t *testing.T) {
	t.Parallel()
	tags := []string{`"abc-gzip"`, `"abc"`}
	for _, test := range []struct {
		name  string
		lines []string
		want  string
	}{
		{"the same", []string{`"abc"`}, `"abc"`},
		{"weakened by a proxy", []string{`W/"abc"`}, `"abc"`},
		{"of the other encoding", []string{`"abc-gzip"`}, `"abc-gzip"`},
		{"in a list", []string{`"x", W/"y" ,"abc","z"`}, `"abc"`},
		{"in a list without commas", []string{`"x" "abc"`}, `"abc"`},
		{"in a second line", []string{`"x"`, `"abc"`}, `"abc"`},
		{"both: ours first", []string{`"abc", "abc-gzip"`}, `"abc-gzip"`},
		{"a comma inside a tag", []string{`"x,y", "abc"`}, `"abc"`},
		{"empty elements", []string{`, ,"abc",`}, `"abc"`},
		{"any", []string{`*`}, `"abc-gzip"`},
		{"another", []string{`"abd"`}, ""},
		{"a part", []string{`"ab"`}, ""},
		{"inside another tag", []string{`"x abc y"`}, ""},
		{"without quotes", []string{`abc`}, ""},
		{"unclosed", []string{`"abc`}, ""},
		{"star inside quotes", []string{`"*"`}, ""},
		{"lower-case weakness", []string{`w/"abc"`}, ""},
		{"empty", []string{``}, ""},
		{"after something unreadable", []string{`abc, "abc"`}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, matched := matchTag(test.lines, tags)
			if got != test.want || matched != (test.want != "") {
				t.Errorf("matchTag(%q) = %q, %v, want %q", test.lines, got, matched, test.want)
			}
		})
	}
}

func TestUnmodifiedSince(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name     string
		header   string
		modified time.Time
		want     bool
	}{
		{"the same second", "Sat, 14 Mar 2026 12:00:00 GMT", noon, true},
		{"the same second, we know more", "Sat, 14 Mar 2026 12:00:00 GMT", noon.Add(300 * time.Millisecond), true},
		{"later", "Sat, 14 Mar 2026 12:00:01 GMT", noon, true},
		{"earlier", "Sat, 14 Mar 2026 11:59:59 GMT", noon, false},
		{"RFC 850", "Saturday, 14-Mar-26 12:00:00 GMT", noon, true},
		{"asctime", "Sat Mar 14 12:00:00 2026", noon, true},
		{"unreadable", "yesterday", noon, false},
		{"not sent", "", noon, false},
		{"we have no date", "Sat, 14 Mar 2026 12:00:00 GMT", time.Time{}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := unmodifiedSince(test.header, test.modified); got != test.want {
				t.Errorf("unmodifiedSince(%q, %v) = %v", test.header, test.modified, got)
			}
		})
	}
}

func FuzzMatchTag(f *testing.F) {
	f.Add(`"x", W/"y"`)
	f.Add(`*`)
	f.Add(`W/"`)
	f.Add(`"a""abc"`)
	f.Fuzz(func(t *testing.T, line string) {
		if _, matched := matchTag([]string{line}, []string{`"abc"`}); matched && !strings.Contains(line, `"abc"`) && !strings.Contains(line, "*") {
			t.Errorf("%q matched although it does not name the tag", line)
		}
		if _, matched := matchTag([]string{`W/"abc", ` + line}, []string{`"abc"`}); !matched {
			t.Errorf("the tag before %q was not found", line)
		}
	})
}
