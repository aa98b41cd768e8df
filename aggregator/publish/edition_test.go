package publish

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// golden compares got with a file of testdata, or writes it with -update.
func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.MkdirAll("testdata", 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), string(got)); diff != "" {
		t.Errorf("%s (-want +got; rewrite with -update):\n%s", path, diff)
	}
}

func render(t *testing.T, format Format, stories []aggregator.StoryView) Edition {
	t.Helper()
	e, err := Render(testSite(), testFeed(), format, stories)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func TestRenderGolden(t *testing.T) {
	t.Parallel()
	for _, format := range Formats() {
		t.Run(string(format), func(t *testing.T) {
			t.Parallel()
			body := render(t, format, world()).Body
			if format == JSON {
				var lines bytes.Buffer
				if err := json.Indent(&lines, body, "", "  "); err != nil {
					t.Fatal(err)
				}
				body = lines.Bytes()
			}
			golden(t, "world."+string(format), body)
		})
	}
}

func TestRenderIsDeterministic(t *testing.T) {
	t.Parallel()
	for _, format := range Formats() {
		first := render(t, format, torture())
		for range 5 {
			again := render(t, format, torture())
			if !bytes.Equal(first.Body, again.Body) || first.ETag != again.ETag {
				t.Fatalf("%s: the same stories gave different bytes", format)
			}
		}
	}
}

func TestRenderReadsOnly(t *testing.T) {
	t.Parallel()
	stories := world()
	for _, format := range Formats() {
		render(t, format, stories)
	}
	if diff := cmp.Diff(world(), stories); diff != "" {
		t.Errorf("Render changed the stories:\n%s", diff)
	}
}

func TestEditionTellsWhatItHolds(t *testing.T) {
	t.Parallel()
	stories := world()
	stories[1].Changed = at("11:00:00").Add(900 * time.Millisecond)
	got := render(t, Atom, stories)
	if got.Slug != "all" || got.Format != Atom || got.Stories != 4 || !got.Modified.Equal(at("11:00:00")) {
		t.Errorf("got %s.%s, %d stories, modified %v", got.Slug, got.Format, got.Stories, got.Modified)
	}
	if len(got.ETag) != 18 || got.ETag[0] != '"' || got.ETag[17] != '"' {
		t.Errorf("ETag %s is not strong and quoted", got.ETag)
	}
	stories[0].Entries[0].Title += "!"
	if other := render(t, Atom, stories); other.ETag == got.ETag {
		t.Error("another title, the same ETag")
	}
	if empty := render(t, RSS, nil); !empty.Modified.IsZero() || empty.Stories != 0 {
		t.Errorf("an empty edition has %d stories, modified %v", empty.Stories, empty.Modified)
	}
}

func TestRenderLeavesOut(t *testing.T) {
	t.Parallel()
	stories := world()
	withdrawn := stories[1]
	withdrawn.Withdrawn = true
	hollow := stories[2]
	hollow.Entries = nil
	got := render(t, JSON, []aggregator.StoryView{stories[0], withdrawn, hollow, stories[0], stories[3]})
	if diff := cmp.Diff(render(t, JSON, []aggregator.StoryView{stories[0], stories[3]}).Body, got.Body); diff != "" {
		t.Errorf("withdrawn, empty or repeated stories show:\n%s", diff)
	}
}

func TestRenderUnknownFormat(t *testing.T) {
	t.Parallel()
	_, err := Render(testSite(), testFeed(), "gopher", world())
	if err == nil || !strings.Contains(err.Error(), `render feed all as "gopher"`) {
		t.Errorf("got error %v", err)
	}
}

func TestContentType(t *testing.T) {
	t.Parallel()
	want := map[Format]string{
		RSS: "application/rss+xml; charset=utf-8", Atom: "application/atom+xml; charset=utf-8",
		JSON: "application/feed+json; charset=utf-8", "gopher": "",
	}
	for format, contentType := range want {
		if got := format.ContentType(); got != contentType {
			t.Errorf("%s: got %q, want %q", format, got, contentType)
		}
	}
}
