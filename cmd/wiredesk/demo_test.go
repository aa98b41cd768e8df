package main

import (
	"net"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/config"
)

// The configuration that the demo leaves for other commands leads to it.
func TestDemoFile(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	cfg := demoConfig([]aggregator.Source{{ID: "norvia", URL: "http://127.0.0.1:9/norvia.rss", Tags: []string{"agency", "world"}}},
		filepath.Join(folder, "wire desk.db"), &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 8080})
	file := filepath.Join(folder, "demo.yaml")
	if err := os.WriteFile(file, demoFile(cfg), 0o600); err != nil {
		t.Fatal(err)
	}
	read, err := config.Load(file, config.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if read.Storage.Path != cfg.Storage.Path || read.BaseURL != cfg.BaseURL || read.Listen != cfg.Listen {
		t.Errorf("database %s, base_url %s, listen %s", read.Storage.Path, read.BaseURL, read.Listen)
	}
	if diff := cmp.Diff(cfg.Feeds, read.Feeds); diff != "" {
		t.Errorf("feeds (-demo +file):\n%s", diff)
	}
	if diff := cmp.Diff(cfg.Sources[0].Tags, read.Sources[0].Tags); diff != "" {
		t.Errorf("tags (-demo +file):\n%s", diff)
	}
}
