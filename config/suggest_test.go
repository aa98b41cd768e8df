package config

import "testing"

func TestSuggest(t *testing.T) {
	t.Parallel()
	known := []string{"id", "interval", "title", "url"}
	tests := []struct{ name, want string }{
		{"intervall", `did you mean "interval"?`},
		{"Title", `did you mean "title"?`},
		{"tilte", `did you mean "title"?`},
		{"uri", `did you mean "url"?`},
		{"x", "must be one of id, interval, title, url"},
		{"description", "must be one of id, interval, title, url"},
		{"", "must be one of id, interval, title, url"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := suggest(test.name, known); got != test.want {
				t.Errorf("suggest: %s, want %s", got, test.want)
			}
		})
	}
}

func TestEditDistance(t *testing.T) {
	t.Parallel()
	tests := []struct {
		a, b string
		want int
	}{
		{"", "", 0},
		{"", "abc", 3},
		{"abc", "abc", 0},
		{"abc", "abd", 1},
		{"abc", "ac", 1},
		{"ac", "abc", 1},
		{"kitten", "sitting", 3},
	}
	for _, test := range tests {
		if got := editDistance(test.a, test.b); got != test.want {
			t.Errorf("editDistance(%q, %q) = %d, want %d", test.a, test.b, got, test.want)
		}
	}
}
