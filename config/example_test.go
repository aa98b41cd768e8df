package config

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

const systemdFolder = "../systemd"

func TestExampleConfiguration(t *testing.T) {
	t.Parallel()
	got, err := Load(filepath.Join(systemdFolder, "wiredesk.example.yaml"), Options{Getenv: func(string) string { return "" }})
	if err != nil {
		t.Fatal(err)
	}
	languages := make(map[string]int)
	for _, s := range got.Sources {
		language, _, _ := strings.Cut(s.Language, "-")
		languages[language]++
		if s.Title == "" || len(s.Tags) == 0 {
			t.Errorf("source %s has no title or no tags", s.ID)
		}
		if s.AllowPrivate || s.BasicAuth.User != "" || len(s.Headers) > 0 {
			t.Errorf("source %s is not public", s.ID)
		}
	}
	if len(got.Sources) < 28 || languages["ar"] < 3 || len(languages) < 8 {
		t.Errorf("%d sources in languages %v, want 28 at least, 3 of them Arabic, in 8 languages", len(got.Sources), languages)
	}
	if want := Default(); got.Listen != want.Listen || got.Storage != want.Storage || got.Poll != want.Poll || got.Dedupe != want.Dedupe {
		t.Error("the example shows other values than the defaults")
	}
	var slugs []string
	for _, f := range got.Feeds {
		slugs = append(slugs, f.Slug)
	}
	if all := strings.Join(slugs, " "); all != "all arabic carried" {
		t.Errorf("feeds %s, want all arabic carried", all)
	}
	if got.Contact != "" {
		t.Errorf("contact %s: an address that is not the user's would be sent to every publisher", got.Contact)
	}
}

// TestUnits has systemd check the unit files, with a program in the place of
// the one that is not installed.
func TestUnits(t *testing.T) {
	t.Parallel()
	analyze, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed")
	}
	program, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, unit := range []string{"wiredesk.service", "wiredesk.socket"} {
		text, err := os.ReadFile(filepath.Join(systemdFolder, unit))
		if err != nil {
			t.Fatal(err)
		}
		write(t, filepath.Join(dir, unit), strings.ReplaceAll(string(text), "/usr/local/bin/wiredesk", program))
	}
	service, socket := filepath.Join(dir, "wiredesk.service"), filepath.Join(dir, "wiredesk.socket")
	tests := []struct {
		name string
		args []string
	}{
		{"verify service", []string{"verify", "--man=no", "--recursive-errors=no", service}},
		{"verify socket", []string{"verify", "--man=no", "--recursive-errors=no", socket}},
		// In tenths: below 2.0 of 10 systemd calls the exposure "OK".
		{"sandbox", []string{"security", "--offline=true", "--threshold=20", "--no-pager", service}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			out, err := exec.CommandContext(t.Context(), analyze, test.args...).CombinedOutput()
			if err != nil || strings.Contains(string(out), "Unknown key") {
				t.Errorf("systemd-analyze %s: %v\n%s", test.args[0], err, out)
			}
		})
	}
}
