package websub

import (
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestCandidates(t *testing.T) {
	t.Parallel()
	many := make([]string, 100)
	for i := range many {
		many[i] = fmt.Sprintf("https://h%d.example/", i)
	}
	for _, test := range []struct {
		name string
		hubs []string
		want []string
	}{
		{"none", nil, nil},
		{"https first", []string{"http://a.example:8080/", "https://b.example/"}, []string{"https://b.example/", "http://a.example:8080/"}},
		{"http with the usual port", []string{"http://a.example/hub?x=y"}, []string{"https://a.example/hub?x=y", "http://a.example/hub?x=y"}},
		{"http that says its port", []string{"http://a.example:80/"}, []string{"https://a.example/", "http://a.example:80/"}},
		{"both", []string{"http://a.example/", "https://a.example/"}, []string{"https://a.example/", "http://a.example/"}},
		{"what is none", []string{"", "gopher://a.example/", "://", "https:///x"}, nil},
		{"too many", many, many[:maxHubs]},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(test.want, candidates(test.hubs)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
