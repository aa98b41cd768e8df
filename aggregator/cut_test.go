package aggregator

import "testing"

func TestCut(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		s    string
		most int
		want string
	}{
		{"oil", 3, "oil"}, {"oil", 2, "oi"}, {"oil price", 4, "oil"}, {"öl", 1, ""}, {"öl", 2, "ö"}, {"石油", 5, "石"}, {"", 0, ""}, {"oil", 0, ""},
	} {
		if got := Cut(tt.s, tt.most); got != tt.want {
			t.Errorf("Cut(%q, %d) = %q, want %q", tt.s, tt.most, got, tt.want)
		}
	}
}
