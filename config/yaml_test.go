package config

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestLoadAliases(t *testing.T) {
	t.Parallel()
	const text = `
sources:
  - url: https://one.example/
    tags: &tags [a, b]
    basic_auth: &auth {user: desk, password_env: SECRET}
  - url: https://two.example/
    tags: *tags
    basic_auth: *auth
`
	_, _, err := load(t, nil, "wiredesk.yaml", text)
	if err == nil {
		t.Fatal("Load took a variable that is not set")
	}
	if n := strings.Count(err.Error(), "\n"); n != 1 {
		t.Errorf("%d problems, want one for each source:\n%v", n+1, err)
	}
	got, _, err := load(t, map[string]string{"SECRET": "x"}, "wiredesk.yaml", text)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(got.Sources[0].Tags, got.Sources[1].Tags); diff != "" {
		t.Errorf("tags by alias (-first +second):\n%s", diff)
	}
	if got.Sources[1].BasicAuth.Password != "x" {
		t.Error("no password by alias")
	}
}

// TestLoadBytesBounded: no file may be too large.
func TestLoadBytesBounded(t *testing.T) {
	t.Parallel()
	empty := func(n int) string { return strings.Repeat("\n", n+1) }
	tests := []struct {
		name  string
		files []string
		want  string
	}{
		{"one file", []string{"wiredesk.yaml", one + empty(maxTotalBytes)}, "wiredesk.yaml:1:1: it has more than the 16777216 bytes"},
		{"an included file", []string{"wiredesk.yaml", "include: a.yaml\n", "a.yaml", empty(maxTotalBytes)}, "wiredesk.yaml:1:10: include: "},
		{
			"a secret",
			[]string{"wiredesk.yaml", "sources: [{url: https://one.example/, proxy: {file: a}}]\n", "a", empty(maxSecretBytes)},
			"sources[0].proxy.file: the file cannot be read: it has more than the 65536 bytes",
		},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := load(t, nil, test.files...)
			if _, ok := errors.AsType[Problems](err); !ok || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want a problem with %q", err, test.want)
			}
		})
	}
}

// TestLoadBytesShared: included files use up what all files may have together.
func TestLoadBytesShared(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.yaml"), "# some fifty bytes that are within what may be read\n")
	write(t, filepath.Join(dir, "b.yaml"), "# some fifty bytes that are beyond what may be read\n")
	text := one + "include: [a.yaml, b.yaml]\n"
	l := newLoader(filepath.Join(dir, "wiredesk.yaml"), Options{})
	l.left = int64(len(text)) + 100
	_, err := l.load([]byte(text))
	problems, _ := errors.AsType[Problems](err)
	if len(problems) != 1 || problems[0].Key != "include[1]" {
		t.Errorf("error %v, want one problem, at include[1]", err)
	}
}

func TestLoadTextBounded(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, nil, "wiredesk.yaml", one+"feeds: [{slug: all, where: "+strings.Repeat("x", maxTextBytes+1)+"}]\n")
	if err == nil || !strings.Contains(err.Error(), "feeds[0].where: is 10001 bytes long, must be at most 10000") {
		t.Errorf("error %v, want one for the length", err)
	}
}

// TestLoadProblemsBounded: a file of nothing but faults is reported in part.
func TestLoadProblemsBounded(t *testing.T) {
	t.Parallel()
	_, _, err := load(t, nil, "wiredesk.yaml", "sources:\n"+strings.Repeat("  - {}\n", 3*maxProblems))
	problems, _ := errors.AsType[Problems](err)
	if len(problems) != maxProblems {
		t.Errorf("%d problems, want %d", len(problems), maxProblems)
	}
}

// TestLoadManySources is the size of a large desk: no step may take time that
// grows faster than the number of sources.
func TestLoadManySources(t *testing.T) {
	t.Parallel()
	var text strings.Builder
	text.WriteString("sources:\n")
	const n = 5_000
	for i := range n {
		fmt.Fprintf(&text, "  - {url: https://wire.example/%d/feed.xml, title: Wire %d, tags: [a, b]}\n", i, i)
	}
	got, _, err := load(t, nil, "wiredesk.yaml", text.String())
	if err != nil {
		t.Fatal(err)
	}
	if len(got.Sources) != n {
		t.Errorf("%d sources, want %d", len(got.Sources), n)
	}
}
