package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestUnreachable(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]string{
		"https://news.example.org":            "",
		"https://news.example.org:8443/wires": "",
		"http://93.184.216.34":                "",
		"http://[2606:4700::1]:80":            "",
		"http://local.example.org":            "",
		"http://127.example.org":              "",
		"http://localhost:8080":               "localhost",
		"http://LOCALHOST.":                   "localhost",
		"http://desk.localhost":               "localhost",
		"http://127.0.0.1:8080":               "loopback",
		"http://[::1]":                        "loopback",
		"http://[::ffff:127.0.0.1]":           "loopback",
		"http://0.0.0.0":                      "no address",
		"http://[::]":                         "no address",
		"http://10.1.2.3":                     "this network only",
		"http://192.168.1.1":                  "this network only",
		"http://172.16.0.9/wires":             "this network only",
		"http://100.64.1.1":                   "this network only",
		"http://169.254.1.1":                  "this network only",
		"http://[fd00::1]":                    "this network only",
		"http://[fe80::1]":                    "this network only",
		"http://224.0.0.1":                    "one machine",
		"http://newsdesk:8080":                "only this network",
		"http://newsdesk.local":               "end in local",
		"http://newsdesk.internal":            "end in internal",
		"http://desk.home.arpa":               "end in arpa",
		"http://desk.example":                 "end in example",
	} {
		got := Unreachable(base)
		if (got == "") != (want == "") || !strings.Contains(got, want) {
			t.Errorf("%s: %q, want %q", base, got, want)
		}
	}
}

func TestWebSub(t *testing.T) {
	t.Parallel()
	const public = "base_url: https://news.example.org\n"
	for _, test := range []struct {
		name, text string
		want       WebSub
		warning    string
	}{
		{"off", "base_url: http://localhost\n", WebSub{Lease: 5 * day}, ""},
		{"off by name", "websub: {subscribe: false, lease: 2d}\n", WebSub{Lease: 2 * day}, ""},
		{"on", public + "websub: {subscribe: true, lease: 36h}\n", WebSub{Subscribe: true, Lease: 36 * time.Hour}, ""},
		{"on at home", "base_url: http://localhost:1234\nwebsub: {subscribe: true}\n",
			WebSub{Subscribe: true, Lease: 5 * day, Unreachable: "is localhost, which is another machine for everyone else"},
			"wiredesk.yaml:2:11: base_url: is localhost"},
		{"on without base_url", "listen: 127.0.0.1:80\nwebsub: {subscribe: true}\n",
			WebSub{Subscribe: true, Lease: 5 * day, Unreachable: "is localhost, which is another machine for everyone else"},
			"wiredesk.yaml:3:21: base_url: is localhost"},
		{"on behind a Unix socket", "listen: unix:/run/wiredesk.sock\nwebsub: {subscribe: true}\n",
			WebSub{Subscribe: true, Lease: 5 * day, Unreachable: "is localhost, which is another machine for everyone else"},
			"wiredesk.yaml:3:21: base_url: is localhost"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, dir, err := load(t, nil, "wiredesk.yaml", one+test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.WebSub); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			said := strings.ReplaceAll(got.Warnings.Error(), dir+"/", "")
			if (said == "") != (test.warning == "") || !strings.HasPrefix(said, test.warning) {
				t.Errorf("warns %q, want %q", said, test.warning)
			}
		})
	}
}
