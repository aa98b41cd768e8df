package dedupe

import "testing"

func TestHabits(t *testing.T) {
	t.Parallel()
	const hour = 3600
	type occasion struct {
		after    int64 // seconds
		sentence bool
	}
	tests := map[string]struct {
		met  []occasion
		now  int64
		want int
	}{
		"never":                         {nil, 0, 0},
		"once":                          {[]occasion{{0, false}}, 0, 1},
		"title twice in an hour":        {[]occasion{{0, false}, {hour, false}}, hour, 1},
		"title on two days":             {[]occasion{{0, false}, {24 * hour, false}}, 24 * hour, 2},
		"title every hour":              {[]occasion{{0, false}, {6 * hour, false}, {12 * hour, false}, {18 * hour, false}}, 18 * hour, 2},
		"sentence twice in an hour":     {[]occasion{{0, true}, {hour, true}}, hour, 2},
		"once, days ago":                {[]occasion{{0, false}}, 3 * 24 * hour, 1},
		"once, too long ago":            {[]occasion{{0, false}}, 5 * 24 * hour, 0},
		"twice, a week ago":             {[]occasion{{0, true}, {0, true}}, 8 * 24 * hour, 2},
		"twice, too long ago":           {[]occasion{{0, true}, {0, true}}, 15 * 24 * hour, 0},
		"met again before it was given": {[]occasion{{0, true}, {0, true}, {13 * 24 * hour, true}}, 20 * 24 * hour, 3},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := newHabits()
			begin := noon.Unix()
			for _, o := range test.met {
				h.fade(begin + o.after)
				h.note(7, 9, begin+o.after, o.sentence)
			}
			h.fade(begin + test.now)
			if got := h.count(7, 9); got != test.want {
				t.Errorf("met on %d occasions, want %d", got, test.want)
			}
			if h.repeated(7, 9) != (test.want >= repeatedFrom) {
				t.Error("not as repeated as counted")
			}
			if h.count(8, 9) != 0 || h.count(7, 8) != 0 {
				t.Error("another source or piece is known")
			}
		})
	}
}

func TestHabitsAreCountedToTheirBound(t *testing.T) {
	t.Parallel()
	h := newHabits()
	for range 1000 {
		h.note(1, 2, noon.Unix(), true)
	}
	if n := h.count(1, 2); n != 255 {
		t.Errorf("counted %d", n)
	}
	h.note(1, 2, noon.Unix()+3600, true)
	if n := h.count(1, 2); n != 255 {
		t.Errorf("counted %d after one more", n)
	}
}
