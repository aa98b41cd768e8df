package config

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/txtar"
)

// FuzzLoad reads any bytes as a configuration that can reach no other file:
// there is always a whole Config or at least one Problem, and never the secret.
func FuzzLoad(f *testing.F) {
	paths, _ := filepath.Glob("testdata/bad/*.txt")
	for _, path := range paths {
		archive, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		for _, file := range archive.Files {
			if strings.HasSuffix(file.Name, ".yaml") {
				f.Add(file.Data)
			}
		}
	}
	example, err := os.ReadFile(filepath.Join(systemdFolder, "wiredesk.example.yaml"))
	if err != nil {
		f.Fatal(err)
	}
	f.Add(example)
	f.Add([]byte("\xff\xfea\x00:\x00"))
	f.Add([]byte("include: [a, '*']\n" + one))

	const secret = "s3cr3t-of-the-wire"
	f.Fuzz(func(t *testing.T, text []byte) {
		l := newLoader("wiredesk.yaml", Options{Getenv: func(name string) string {
			if strings.HasSuffix(name, "_DIRECTORY") {
				return ""
			}
			return secret
		}})
		l.read = func(path string, _ int64) ([]byte, error) {
			switch filepath.Base(path) {
			case "a":
				return []byte("sources: [{url: https://a.example/, drop: x}]"), nil
			case "b":
				return []byte(secret + "\n"), nil
			}
			return nil, &fs.PathError{Op: "open", Path: path, Err: fs.ErrNotExist}
		}
		l.glob = func(string) ([]string, error) { return []string{"b", "a"}, nil }

		config, err := l.load(text)
		if err != nil {
			problems, ok := errors.AsType[Problems](err)
			if !ok || len(problems) == 0 || config != nil {
				t.Fatalf("config %v and error %v, want no config and Problems", config, err)
			}
			if strings.Contains(err.Error(), secret) {
				t.Fatalf("a problem shows the secret: %v", err)
			}
			return
		}
		if len(config.Sources) == 0 || len(config.Feeds) == 0 || config.BaseURL == "" {
			t.Fatalf("an incomplete Config: %+v", config)
		}
		if _, err := FormatSources(config.Sources); err != nil {
			t.Fatalf("FormatSources: %v", err)
		}
	})
}
