package config

import (
	"errors"
	"flag"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"wiredesk/aggregator/schedule"
)

var update = flag.Bool("update", false, "rewrite the expected messages in testdata")

// TestLoadBad reads testdata/bad/*.txt: archives of cases, each a folder with
// a wiredesk.yaml, the files beside it, and in want what Load must say.
func TestLoadBad(t *testing.T) {
	t.Parallel()
	paths, err := filepath.Glob("testdata/bad/*.txt")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no cases in testdata/bad: %v", err)
	}
	for _, path := range paths {
		t.Run(strings.TrimSuffix(filepath.Base(path), ".txt"), func(t *testing.T) {
			t.Parallel()
			archive, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			dir := t.TempDir()
			var cases []string
			want := make(map[string]string)
			for _, f := range archive.Files {
				name, file := filepath.Split(f.Name)
				if file == "want" {
					want[filepath.Clean(name)] = string(f.Data)
					continue
				}
				if file == "wiredesk.yaml" {
					cases = append(cases, filepath.Clean(name))
				}
				write(t, filepath.Join(dir, f.Name), string(f.Data))
			}
			got := make(map[string]string)
			for _, name := range cases {
				t.Run(name, func(t *testing.T) {
					got[name] = loadBad(t, filepath.Join(dir, name))
					if diff := cmp.Diff(want[name], got[name]); diff != "" && !*update {
						t.Errorf("Load (-want +got):\n%s", diff)
					}
				})
			}
			if *update {
				rewrite(t, path, archive, got)
			}
		})
	}
}

// TestLoadMany reports every fault of one file at once, in their order.
func TestLoadMany(t *testing.T) {
	t.Parallel()
	text, err := os.ReadFile("testdata/many.bad.yaml")
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	write(t, filepath.Join(dir, "wiredesk.yaml"), string(text))
	got := loadBad(t, dir)
	if *update {
		if err := os.WriteFile("testdata/many.bad.txt", []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile("testdata/many.bad.txt")
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("Load (-want +got):\n%s", diff)
	}
}

// loadBad returns what Load says of the configuration in dir, a problem a line.
func loadBad(t *testing.T, dir string) string {
	t.Helper()
	env := map[string]string{"WIRE_PASSWORD": "hunter2", "EMPTY": ""}
	_, err := Load(filepath.Join(dir, "wiredesk.yaml"), Options{
		HostOf: schedule.HostOf,
		Getenv: func(name string) string { return env[name] },
		CheckExpression: func(kind ExpressionKind, text string) error {
			if strings.HasPrefix(text, "bad") {
				return errors.New("unexpected token (1:5)\n | " + text)
			}
			return nil
		},
	})
	problems, ok := errors.AsType[Problems](err)
	if !ok || len(problems) == 0 {
		t.Fatalf("Load: error %v, want Problems", err)
	}
	if strings.Contains(err.Error(), "hunter2") {
		t.Errorf("a problem shows the secret: %v", err)
	}
	for _, p := range problems {
		if p.File == "" || p.Line < 1 || p.Column < 1 || p.Message == "" || strings.Contains(p.Message, "\n") {
			t.Errorf("incomplete problem %#v", p)
		}
	}
	text := strings.ReplaceAll(err.Error(), dir+"/", "")
	return strings.ReplaceAll(text, dir, "DIR") + "\n"
}

func rewrite(t *testing.T, path string, archive *txtar.Archive, got map[string]string) {
	t.Helper()
	out := &txtar.Archive{Comment: archive.Comment}
	for i, f := range archive.Files {
		name, file := filepath.Split(f.Name)
		if file == "want" {
			continue
		}
		out.Files = append(out.Files, f)
		last := !slices.ContainsFunc(archive.Files[i+1:], func(other txtar.File) bool {
			return strings.HasPrefix(other.Name, strings.SplitN(f.Name, "/", 2)[0]+"/") && !strings.HasSuffix(other.Name, "/want")
		})
		if last {
			name = strings.SplitN(name, "/", 2)[0]
			out.Files = append(out.Files, txtar.File{Name: name + "/want", Data: []byte(got[name])})
		}
	}
	if err := os.WriteFile(path, txtar.Format(out), 0o644); err != nil {
		t.Fatal(err)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}
