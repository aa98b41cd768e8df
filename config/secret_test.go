package config

import (
	"fmt"
	"os"
	"strings"
	"testing"
)

// TestLoadCredentials looks for a relative secret where systemd puts it, and
// only there.
func TestLoadCredentials(t *testing.T) {
	t.Parallel()
	text := "sources: [{url: https://one.example/, basic_auth: {user: desk, password_file: wire.password}}]\n"
	env := map[string]string{"CREDENTIALS_DIRECTORY": "DIR/credentials"}

	got, _, err := load(t, env, "wiredesk.yaml", text, "wire.password", "wrong", "credentials/wire.password", "right")
	if err != nil {
		t.Fatal(err)
	}
	if password := got.Sources[0].BasicAuth.Password.Reveal(); password != "right" {
		t.Errorf("password %q, want the one in the credentials directory", password)
	}

	_, dir, err := load(t, env, "wiredesk.yaml", text, "wire.password", "wrong")
	if err == nil || !strings.Contains(err.Error(), dir+"/credentials") {
		t.Errorf("without the credential: error %v, want one that names the directory", err)
	}
}

// TestMissingSecretNamesAWholeFolder: "a relative path begins in ." helps nobody.
func TestMissingSecretNamesAWholeFolder(t *testing.T) {
	folder := t.TempDir()
	t.Chdir(folder)
	text := "sources: [{url: https://one.example/, basic_auth: {user: desk, password_file: wire.password}}]\n"
	if err := os.WriteFile("wiredesk.yaml", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, err := Load("wiredesk.yaml", Options{Getenv: func(string) string { return "" }})
	if err == nil || !strings.Contains(err.Error(), "(a relative path begins in "+folder+")") {
		t.Errorf("got error %v, want one that names %s", err, folder)
	}
}

// TestLoadSecretsBesideMainFile: secrets of an included file are found beside
// the configuration, as those of the configuration itself.
func TestLoadSecretsBesideMainFile(t *testing.T) {
	t.Parallel()
	got, _, err := load(t, nil, "wiredesk.yaml", "include: sources.d/one.yaml\n",
		"sources.d/one.yaml", "sources: [{url: https://one.example/, headers: {Authorization: {file: token}}}]\n",
		"token", "Bearer x\n")
	if err != nil {
		t.Fatal(err)
	}
	if token := got.Sources[0].Headers["Authorization"].Reveal(); token != "Bearer x" {
		t.Errorf("header %q, want that of the file", token)
	}
}

// TestLoadShowsNoSecret prints a whole configuration every way fmt knows.
func TestLoadShowsNoSecret(t *testing.T) {
	t.Parallel()
	got, _, err := load(t, map[string]string{"SECRET": "hunter2", "PROXY": "http://a:hunter2@proxy.example:1"}, "wiredesk.yaml", `
sources:
  - url: https://one.example/
    basic_auth: {user: desk, password_env: SECRET}
    headers: {X-Key: hunter2}
    proxy: {env: PROXY}
`)
	if err != nil {
		t.Fatal(err)
	}
	for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q"} {
		if text := fmt.Sprintf(verb, *got); strings.Contains(text, "hunter2") {
			t.Errorf("%s shows the secret: %s", verb, text)
		}
	}
}
