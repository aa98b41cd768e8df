package config

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHub(t *testing.T) {
	t.Parallel()
	const public = "base_url: https://news.example.org\n"
	usual := Hub{Enabled: true, Lease: 5 * day}
	for _, test := range []struct {
		name, text string
		want       Hub
		warning    string
	}{
		{"not spoken of", public, usual, ""},
		{"not spoken of at home", "base_url: http://localhost\n", usual, ""},
		{"off", public + "hub: {enabled: false}\n", Hub{Lease: 5 * day}, ""},
		{"off at home", "hub: {enabled: false}\n", Hub{Lease: 5 * day}, ""},
		{"another lease", public + "hub: {lease: 36h}\n", Hub{Enabled: true, Lease: 36 * time.Hour}, ""},
		{"elsewhere", public + "hub: {external: \"https://hub.example.org/?a=b\"}\n",
			Hub{Enabled: true, Lease: 5 * day, External: "https://hub.example.org/?a=b"}, ""},
		{"on at home", "base_url: http://localhost:1\nhub: {enabled: true}\n", usual, "wiredesk.yaml:2:11: base_url: is localhost"},
		{"elsewhere from home", "hub: {external: \"https://hub.example.org/\"}\n",
			Hub{Enabled: true, Lease: 5 * day, External: "https://hub.example.org/"}, "wiredesk.yaml:2:17: base_url: is localhost"},
		{"for neighbours", "hub: {enabled: true, allow_private: true}\n", Hub{Enabled: true, Lease: 5 * day, AllowPrivate: true}, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			got, dir, err := load(t, nil, "wiredesk.yaml", one+test.text)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(test.want, got.Hub); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			said := strings.ReplaceAll(got.Warnings.Error(), dir+"/", "")
			if (said == "") != (test.warning == "") || !strings.HasPrefix(said, test.warning) {
				t.Errorf("warns %q, want %q", said, test.warning)
			}
		})
	}
	for _, test := range []struct{ name, text, says string }{
		{"neither nor", "hub: {enabled: false, external: \"https://hub.example.org/\"}\n", "hub.external: names a hub, must not stand beside hub.enabled: false"},
		{"no URL", "hub: {external: hub.example.org}\n", "hub.external: is not an absolute http or https URL"},
		{"too short a lease", "hub: {lease: 5m}\n", "hub.lease: is 5m, must be from 1h to 30d"},
		{"a slip", "hub: {enable: true}\n", `hub.enable: unknown key, did you mean "enabled"?`},
	} {
		_, _, err := load(t, nil, "wiredesk.yaml", one+test.text)
		if err == nil || !strings.Contains(err.Error(), test.says) {
			t.Errorf("%s: %v, want %q", test.name, err, test.says)
		}
	}
}
