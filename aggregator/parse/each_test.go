package parse

import (
	"bytes"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var inTitle = regexp.MustCompile(`<title>(.*?)</title>`)

// readTitles stands for a library that fails on some entries.
func readTitles(body []byte) ([]string, error) {
	if bytes.Contains(body, []byte("bad")) {
		return nil, errors.New("bad entry")
	}
	if bytes.Contains(body, []byte("panic")) {
		panic("nil map")
	}
	var titles []string
	for _, m := range inTitle.FindAllSubmatch(body, -1) {
		titles = append(titles, string(m[1]))
	}
	return titles, nil
}

func TestEach(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		items   string
		want    []string
		skipped int
		fails   bool
	}{
		{"a b c", []string{"a", "b", "c"}, 0, false},
		{"a bad c", []string{"a", "c"}, 1, false},
		{"panic b c d bad", []string{"b", "c", "d"}, 2, false},
		{"bad", nil, 0, true},
		{"bad panic", nil, 0, true},
	} {
		var b strings.Builder
		for i, title := range strings.Fields(tt.items) {
			fmt.Fprintf(&b, `<item xml:lang="l%d"><title>%s</title></item>`, i, title)
		}
		d, err := scan([]byte("<rss><channel>"+b.String()+"</channel></rss>"), rssFormat, 256, 100)
		if err != nil {
			t.Fatal(err)
		}
		got, notes, skipped, err := each(d, readTitles)
		if diff := cmp.Diff(tt.want, got); diff != "" || skipped != tt.skipped || (err != nil) != tt.fails {
			t.Errorf("%s: skipped %d, error %v (-want +got):\n%s", tt.items, skipped, err, diff)
		}
		for i, title := range got {
			if want := fmt.Sprintf("l%d", indexOf(strings.Fields(tt.items), title)); notes[i].lang != want {
				t.Errorf("%s: the note of %s is of language %s, want %s", tt.items, title, notes[i].lang, want)
			}
		}
	}
}

func indexOf(list []string, s string) int {
	for i, v := range list {
		if v == s {
			return i
		}
	}
	return -1
}
