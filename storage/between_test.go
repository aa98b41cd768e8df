package storage

import (
	"bytes"
	"slices"
	"testing"

	"wiredesk/aggregator"
)

func TestBetween(t *testing.T) {
	t.Parallel()
	c := lone("bbc", seqRange(1, 40)...)
	dbs := map[string]*DB{}
	for name, most := range map[string]int{"all wait": mostKeys, "some wait": 40, "none waits": 0} {
		db := newDB(t)
		db.mostKeys = most
		mustCommit(t, db, c)
		dbs[name] = db
	}
	var ids []aggregator.EntryID
	for i := range c.Entries {
		ids = append(ids, c.Entries[i].ID)
	}
	slices.SortFunc(ids, func(a, b aggregator.EntryID) int { return bytes.Compare(a[:], b[:]) })
	end := aggregator.EntryID(bytes.Repeat([]byte{0xff}, 16))
	for _, test := range []struct {
		name        string
		first, last aggregator.EntryID
		limit       int
		want        []aggregator.EntryID
	}{
		{"all, without their further keys", aggregator.EntryID{}, end, 100, ids},
		{"at most so many", aggregator.EntryID{}, end, 3, ids[:3]},
		{"both ends count", ids[4], ids[6], 100, ids[4:7]},
		{"one", ids[9], ids[9], 1, ids[9:10]},
		{"a further key is no id", c.Keys[0].ID, c.Keys[0].ID, 1, nil},
		{"none", ids[39], ids[0], 5, nil},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			for name, db := range dbs {
				got, err := db.Between(test.first, test.last, test.limit)
				if err != nil {
					t.Fatal(err)
				}
				equal(t, name, test.want, got)
			}
		})
	}
}
