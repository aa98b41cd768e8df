package dedupe

import "testing"

func TestCopied(t *testing.T) {
	t.Parallel()
	type pair struct {
		same            bool
		jaccard, titles float64
		numbers, names  float64
		hours           int64
		shingles        int
		template        uint8
	}
	tests := map[string]struct {
		pair
		want bool
	}{
		"the same text":                         {pair{jaccard: 0.9}, true},
		"the same text under other names":       {pair{jaccard: 0.8, names: 3}, true},
		"much of it under any title":            {pair{jaccard: 0.6}, true},
		"much of it under other names":          {pair{jaccard: 0.6, titles: 0.7, names: 3}, false},
		"much of it with another number":        {pair{jaccard: 0.9, titles: 0.9, numbers: 1}, false},
		"some of it under like titles":          {pair{jaccard: 0.25, titles: 0.4}, true},
		"some of it under another title":        {pair{jaccard: 0.25, titles: 0.1}, false},
		"hardly any of it":                      {pair{jaccard: 0.1, titles: 1}, false},
		"too short a text":                      {pair{jaccard: 1, titles: 1, shingles: 7}, false},
		"a title that its source repeats":       {pair{jaccard: 1, titles: 1, template: maxTemplate}, false},
		"one source's article shown twice":      {pair{same: true, jaccard: 0.6, titles: 0.5}, true},
		"one source's boilerplate":              {pair{same: true, jaccard: 0.9, titles: 0.1}, false},
		"one source's text the next day":        {pair{same: true, jaccard: 0.9, titles: 0.9, hours: 22}, false},
		"some of it in one source":              {pair{same: true, jaccard: 0.4, titles: 0.9}, false},
		"one source's text with another number": {pair{same: true, jaccard: 0.9, titles: 0.9, numbers: 1}, false},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			n := test.shingles
			if n == 0 {
				n = 40
			}
			x := vector{coverTitle: test.titles, coverMin: test.titles, missingNumber: test.numbers, missingNames: test.names}
			m := &match{same: test.same, jaccard: test.jaccard, apart: test.hours * 3600, vector: &x}
			q := &query{composed: composed{shingles: n, template: int(test.template)}}
			if got := m.copied(q, &doc{shingles: uint16(n), template: test.template}); got != test.want {
				t.Errorf("copied: %v, want %v", got, test.want)
			}
		})
	}
}

func TestCopyCutShortIsContained(t *testing.T) {
	t.Parallel()
	x := vector{}
	// 20 of the shorter text's 25 shingles stand in the longer one's 80.
	m := &match{jaccard: 20.0 / 85, vector: &x}
	if !m.copied(&query{composed: composed{shingles: 25}}, &doc{shingles: 80}) {
		t.Errorf("%.2f of it is contained, and it is no copy", m.contained(&query{composed: composed{shingles: 25}}, &doc{shingles: 80}))
	}
	m.jaccard = 10.0 / 95
	if m.copied(&query{composed: composed{shingles: 25}}, &doc{shingles: 80}) {
		t.Error("less than half of it is contained, and it is a copy")
	}
}
