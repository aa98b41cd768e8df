package backtest

import (
	"encoding/json"
	"fmt"
	"io"
)

// Labels are what a reader of a set says of its entries, by their numbers.
type Labels struct {
	N       int      `json:"n"`       // how many entries the set has: 1 to N
	Stories [][]int  `json:"stories"` // an entry in none of them stands alone
	Copies  [][]int  `json:"copies"`  // groups that carry one article
	Unsure  [][2]int `json:"unsure"`  // pairs the reader could not decide on
}

// ReadLabels reads labels and checks that they contradict neither themselves
// nor the set, the rows of which are given. An error begins with name.
func ReadLabels(name string, r io.Reader, set []Row) (*Labels, error) {
	var l Labels
	if err := json.NewDecoder(r).Decode(&l); err != nil {
		return nil, fmt.Errorf("%s: not labels: %w", name, err)
	}
	if err := l.check(set); err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return &l, nil
}

func (l *Labels) check(set []Row) error {
	if l.N != len(set) {
		return fmt.Errorf("labels of %d entries, the set has %d", l.N, len(set))
	}
	for _, row := range set {
		if row.N > l.N {
			return fmt.Errorf("the set has an entry %d, must number its entries from 1 to %d", row.N, l.N)
		}
	}
	story := make(map[int]int)
	for i, members := range l.Stories {
		for _, n := range members {
			if before, twice := story[n]; twice {
				return fmt.Errorf("stories %d and %d both have entry %d", before+1, i+1, n)
			}
			story[n] = i
		}
	}
	groups := append(append([][]int(nil), l.Stories...), l.Copies...)
	for _, pair := range l.Unsure {
		groups = append(groups, pair[:])
	}
	for _, group := range groups {
		for _, n := range group {
			if n < 1 || n > l.N {
				return fmt.Errorf("entry %d is named, the set has 1 to %d", n, l.N)
			}
		}
	}
	return nil
}

// gold returns for each entry from 1 to N the number of its story; those in
// none have one of their own. Element 0 is not used.
func (l *Labels) gold() []int {
	gold := make([]int, l.N+1)
	for n := range gold {
		gold[n] = len(l.Stories) + n
	}
	for i, members := range l.Stories {
		for _, n := range members {
			gold[n] = i
		}
	}
	return gold
}
