package serve

import (
	"strings"
	"testing"
	"time"
)

func TestMatchTag(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name  string
		lines []string
		want  bool
	}{
		{"the same", []string{`"abc"`}, true},
		{"weakened by a proxy", []string{`W/"abc"`}, true},
		{"of another encoding", []string{`"abc-gzip"`}, false},
		{"in a list", []string{`"x", W/"y" ,"abc","z"`}, true},
		{"in a list without commas", []string{`"x" "abc"`}, true},
		{"in a second line", []string{`"x"`, `"abc"`}, true},
		{"a comma inside a tag", []string{`"x,y", "abc"`}, true},
		{"empty elements", []string{`, ,"abc",`}, true},
		{"any", []string{`*`}, true},
		{"another", []string{`"abd"`}, false},
		{"a part", []string{`"ab"`}, false},
		{"inside another tag", []string{`"x abc y"`}, false},
		{"without quotes", []string{`abc`}, false},
		{"unclosed", []string{`"abc`}, false},
		{"star inside quotes", []string{`"*"`}, false},
		{"lower-case weakness", []string{`w/"abc"`}, false},
		{"empty", []string{``}, false},
		{"after something unreadable", []string{`abc, "abc"`}, false},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := matchTag(test.lines, `"abc"`); got != test.want {
				t.Errorf("matchTag(%q) = %v", test.lines, got)
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
		if matchTag([]string{line}, `"abc"`) && !strings.Contains(line, `"abc"`) && !strings.Contains(line, "*") {
			t.Errorf("%q matched although it does not name the tag", line)
		}
		if !matchTag([]string{`W/"abc", ` + line}, `"abc"`) {
			t.Errorf("the tag before %q was not found", line)
		}
	})
}
