package backtest

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestReadLabels(t *testing.T) {
	t.Parallel()
	set := []Row{{N: 1}, {N: 3}, {N: 2}}
	gap := []Row{{N: 1}, {N: 2}, {N: 4}}
	tests := map[string]struct {
		text string
		set  []Row
		want *Labels
		err  string
	}{
		"all kinds": {
			`{"n": 3, "stories": [[1, 2]], "copies": [[1, 2]], "unsure": [[2, 3]], "by": "a reader"}`, set,
			&Labels{N: 3, Stories: [][]int{{1, 2}}, Copies: [][]int{{1, 2}}, Unsure: [][2]int{{2, 3}}}, "",
		},
		"no stories":             {`{"n": 3}`, set, &Labels{N: 3}, ""},
		"no JSON":                {`[1, 2]`, set, nil, "labels: not labels: json: cannot unmarshal array into Go value of type backtest.Labels"},
		"of another set":         {`{"n": 4}`, set, nil, "labels: labels of 4 entries, the set has 3"},
		"a set with gaps":        {`{"n": 3}`, gap, nil, "labels: the set has an entry 4, must number its entries from 1 to 3"},
		"a story beyond the set": {`{"n": 3, "stories": [[1, 4]]}`, set, nil, "labels: entry 4 is named, the set has 1 to 3"},
		"copies beyond the set":  {`{"n": 3, "copies": [[0, 1]]}`, set, nil, "labels: entry 0 is named, the set has 1 to 3"},
		"a doubt beyond the set": {`{"n": 3, "unsure": [[1, 9]]}`, set, nil, "labels: entry 9 is named, the set has 1 to 3"},
		"in two stories":         {`{"n": 3, "stories": [[1, 2], [3, 2]]}`, set, nil, "labels: stories 1 and 2 both have entry 2"},
		"in one story twice":     {`{"n": 3, "stories": [[1, 1]]}`, set, nil, "labels: stories 1 and 1 both have entry 1"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			got, err := ReadLabels("labels", strings.NewReader(test.text), test.set)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if message := errorText(err); message != test.err {
				t.Errorf("error %q, want %q", message, test.err)
			}
		})
	}
}
