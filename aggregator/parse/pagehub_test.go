package parse

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestHubsOfAPage(t *testing.T) {
	t.Parallel()
	const link = "https://wire.example/news/"
	type found struct {
		Self string
		Hubs []string
	}
	for _, test := range []struct {
		name, page string
		want       found
	}{
		{"in the head", `<!doctype html><html><head><link rel="hub" href="/hub"><link rel=self href=feed></head><body>x</body>`,
			found{"https://wire.example/news/feed", []string{"https://wire.example/hub"}}},
		{"several", `<html><head><LINK REL="Self Hub" HREF="https://a.example/"><link rel=hub href="https://b.example/"><link rel=self href="https://c.example/"></head>`,
			found{"https://a.example/", []string{"https://a.example/", "https://b.example/"}}},
		{"below a base", `<html><head><base href="https://other.example/x/"><link rel=hub href=hub></head>`,
			found{"", []string{"https://other.example/x/hub"}}},
		{"in the body", `<html><head></head><body><link rel=hub href="https://evil.example/"><link rel=self href="https://evil.example/">`, found{}},
		{"behind the head", `<html><head></head><link rel=hub href="https://evil.example/">`, found{}},
		{"no http", `<html><head><link rel=hub href="javascript:alert(1)"><link rel=self href="file:///etc/passwd"></head>`, found{}},
		{"none", `<html><head><title>News</title></head><body>`, found{}},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			doc, err := New(Options{}).Parse([]byte(test.page), "text/html", link)
			if problem, is := errors.AsType[aggregator.Problem](err); !is || problem.Kind != aggregator.ProblemNotFeed {
				t.Fatalf("got %v, want not_feed", err)
			}
			if diff := cmp.Diff(test.want, found{doc.Self, doc.Hubs}); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			doc.Self, doc.Hubs = "", nil
			if diff := cmp.Diff(aggregator.Document{}, doc); diff != "" {
				t.Errorf("a page has more than its hubs:\n%s", diff)
			}
		})
	}
}
