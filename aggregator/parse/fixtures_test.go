package parse

import (
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

var update = flag.Bool("update", false, "write the golden files anew")

type fixture struct {
	name, contentType string
	body              []byte
}

// fixtures returns the documents in testdata.
func fixtures(tb testing.TB) []fixture {
	tb.Helper()
	var all []fixture
	for _, pattern := range []string{"testdata/*.xml", "testdata/*.json"} {
		paths, err := filepath.Glob(pattern)
		if err != nil {
			tb.Fatal(err)
		}
		for _, path := range paths {
			if strings.HasSuffix(path, ".golden.json") {
				continue
			}
			body, err := os.ReadFile(path)
			if err != nil {
				tb.Fatal(err)
			}
			all = append(all, fixture{name: filepath.Base(path), body: body})
		}
	}
	if len(all) == 0 {
		tb.Fatal("testdata holds no fixtures")
	}
	return all
}

// Each format, in several languages, is read as its golden file says.
func TestFormats(t *testing.T) {
	t.Parallel()
	p := New(Options{})
	for _, tt := range fixtures(t) {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			doc, err := p.Parse(tt.body, tt.contentType, "https://wire.example/feeds/"+tt.name)
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.MarshalIndent(doc, "", "\t")
			if err != nil {
				t.Fatal(err)
			}
			golden := filepath.Join("testdata", tt.name+".golden.json")
			if *update {
				if err := os.WriteFile(golden, append(got, '\n'), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			text, err := os.ReadFile(golden)
			if err != nil {
				t.Fatal(err)
			}
			var want aggregator.Document
			if err := json.Unmarshal(text, &want); err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(want, doc); diff != "" {
				t.Errorf("document differs (-want +got):\n%s", diff)
			}
		})
	}
}
