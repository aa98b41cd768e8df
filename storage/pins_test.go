package storage

import (
	"errors"
	"testing"
	"time"

	"wiredesk/aggregator"
)

func TestPins(t *testing.T) {
	t.Parallel()
	db := newDB(t)
	mustCommit(t, db, lone("bbc", 1, 2, 3))
	pin := func(a, b uint64, join bool) aggregator.Pin {
		return aggregator.Pin{A: id("bbc", a), B: id("bbc", b), Join: join, At: day().Add(time.Duration(a) * time.Hour)}
	}
	want := func(pins ...aggregator.Pin) {
		t.Helper()
		mustCheck(t, db)
		got, err := db.Pins()
		if err != nil {
			t.Fatal(err)
		}
		byA := map[aggregator.EntryID]aggregator.Pin{}
		for _, p := range got {
			byA[p.A] = p
		}
		if len(got) != len(pins) {
			t.Errorf("%d pins, want %d", len(got), len(pins))
		}
		for _, p := range pins {
			equal(t, "pin", p, byA[p.A])
		}
	}
	want()
	mustCommit(t, db, aggregator.Commit{Pins: []aggregator.Pin{pin(1, 2, true), pin(3, 2, false)}})
	want(pin(1, 2, true), pin(3, 2, false))
	// What is said last of two entries stands, in whichever order it names them.
	mustCommit(t, db, aggregator.Commit{Pins: []aggregator.Pin{pin(2, 1, false)}})
	want(pin(2, 1, false), pin(3, 2, false))
	mustCommit(t, db, aggregator.Commit{Unpins: []aggregator.Pin{pin(1, 2, true)}})
	want(pin(3, 2, false))
	mustCommit(t, db, aggregator.Commit{Pins: []aggregator.Pin{pin(1, 3, true)}})

	for name, bad := range map[string]aggregator.Pin{
		"itself": pin(1, 1, true), "no entry": pin(1, 9, true),
		"a further key": {A: id("bbc", 1), B: aggregator.EntryKey("bbc", aggregator.KeyLink, "https://bbc.example/news/2")},
	} {
		if err := db.Commit(aggregator.Commit{Pins: []aggregator.Pin{bad}}); !errors.Is(err, errContradiction) {
			t.Errorf("%s: %v", name, err)
		}
	}

	// A pin goes with either of its entries.
	if err := db.ForgetSource("bbc"); err != nil {
		t.Fatal(err)
	}
	if n := sweepAll(t, db, entry(2, "bbc").Seen, 10); n != 1 {
		t.Errorf("%d entries went", n)
	}
	want(pin(3, 2, false))
	sweepAll(t, db, day().Add(time.Hour), 10)
	want()
}
