package schedule

import (
	"math"
	"slices"
	"testing"
	"time"

	"wiredesk/aggregator"
)

func days(n float64) time.Duration { return time.Duration(n * 24 * float64(time.Hour)) }

// The dates of the first window tell the rate before a second poll is made.
func TestFirstWindowIsLearnedFrom(t *testing.T) {
	t.Parallel()
	hourly := func() (dates []time.Time) {
		for i := range 48 {
			dates = append(dates, noon.Add(-time.Duration(i)*time.Hour))
		}
		return dates
	}
	same := slices.Repeat([]time.Time{noon.Add(-time.Minute)}, 20)
	for name, test := range map[string]struct {
		dates       []time.Time
		least, most float64 // a day
	}{
		"an entry an hour":     {hourly(), 20, 26},
		"two a month":          {[]time.Time{noon.Add(-days(15)), noon.Add(-days(30))}, 0.03, 0.15},
		"nothing for years":    {[]time.Time{noon.Add(-days(1000)), noon.Add(-days(900))}, 0, 0.1},
		"one yesterday":        {[]time.Time{noon.Add(-days(1))}, 0.3, 3},
		"no dates":             {make([]time.Time, 20), 5, 5},
		"dates of its writing": {same, 5, 5},
		"dates to come":        {[]time.Time{noon.Add(time.Hour), noon.Add(days(300))}, 5, 5},
	} {
		w := newWatcher(20)
		w.poll(Observation{At: noon, Shown: len(test.dates), New: test.dates})
		rate := rates(w.rhythm, &w.tuning.population)
		if got := rate.mean() * daySeconds; got < test.least-1e-9 || got > test.most+1e-9 {
			t.Errorf("%s: taken for %.2f entries a day, want %v to %v", name, got, test.least, test.most)
		}
	}
}

// What comes later counts where it was published, and what cannot be true when
// it was seen.
func TestDatesAreTrustedWithinReason(t *testing.T) {
	t.Parallel()
	seenAt := noon.Add(3 * time.Hour)
	for name, test := range map[string]struct {
		date, want time.Time
	}{
		"since the last poll": {noon.Add(time.Hour), noon.Add(time.Hour)},
		"a cache was late":    {noon.Add(-10 * time.Minute), noon.Add(-10 * time.Minute)},
		"backdated":           {noon.Add(-days(3)), seenAt},
		"in the future":       {seenAt.Add(days(3)), seenAt},
		"none":                {time.Time{}, seenAt},
	} {
		w := newWatcher(20)
		w.poll(Observation{At: noon, Shown: 10})
		w.poll(Observation{At: seenAt, Shown: 10, New: []time.Time{test.date}})
		c := decodeCounts(w.rhythm.Week)
		for slot, n := range c {
			if (n > 0) != (slot == slotOf(test.want.Unix())) {
				t.Errorf("%s: slot %d counts %d", name, slot, n)
			}
		}
		if math.Abs(w.rhythm.Entries-1) > 0.02 {
			t.Errorf("%s: %.3f entries", name, w.rhythm.Entries)
		}
	}
}

// What was counted fades alike in all its forms.
func TestRhythmFades(t *testing.T) {
	t.Parallel()
	w := newWatcher(20)
	w.poll(Observation{At: noon, Shown: 10})
	w.poll(Observation{At: noon.Add(time.Hour), Shown: 10, New: slices.Repeat([]time.Time{noon.Add(time.Minute)}, 8)})
	for range 4 {
		before := w.rhythm
		w.poll(Observation{At: before.At.Add(halfLife)})
		c := decodeCounts(w.rhythm.Week)
		sum := 0.0
		for _, n := range c.faded(w.rhythm.At) {
			sum += n
		}
		if math.Abs(w.rhythm.Entries/before.Entries-0.5) > 0.001 || math.Abs(sum-w.rhythm.Entries) > 0.05 {
			t.Errorf("%.3f entries are left of %.3f, %.3f in the week", w.rhythm.Entries, before.Entries, sum)
		}
	}
}

func TestDaysOfAWeek(t *testing.T) {
	t.Parallel()
	for day, want := range map[string]int{"2026-11-02": weekday, "2026-11-06": weekday, "2026-11-07": saturday, "2026-11-08": sunday, "1969-12-28": sunday, "1970-01-01": weekday, "1970-01-03": saturday} {
		at, err := time.Parse(time.DateOnly, day)
		if err != nil {
			t.Fatal(err)
		}
		if got := slotOf(at.Add(5*time.Hour + 59*time.Minute).Unix()); got != want*slotsADay+11 {
			t.Errorf("%s: slot %d", day, got)
		}
	}
}

func TestCountsKeepShort(t *testing.T) {
	t.Parallel()
	var quiet, busy counts
	for i := range 10 {
		quiet.add(noon.Add(time.Duration(i*5)*time.Hour), noon.Add(days(3)))
	}
	for i := range 144 * 200 {
		busy.add(noon.Add(time.Duration(i)*time.Minute), noon.Add(days(20)))
	}
	if q, b := len(quiet.encode()), len(busy.encode()); q > 50 || b > 340 {
		t.Errorf("ten entries take %d bytes, 28,800 take %d", q, b)
	}
}

func FuzzCounts(f *testing.F) {
	for _, seed := range []string{"", "\x00\x8f", "\x01\x02\x03", "\xff\xff\xff\xff\x0f", "\x00"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		c := decodeCounts(text)
		again := decodeCounts(c.encode())
		if c != again {
			t.Errorf("%q: read as %v, then as %v", text, c, again)
		}
		rhythm := aggregator.Rhythm{At: noon, Week: text, Days: [3]float64{1, 0, 0}, Usual: 1}
		population := flat()
		for slot, rate := range rates(rhythm, &population) {
			if !(rate > 0) || math.IsInf(rate, 0) {
				t.Fatalf("%q: %v entries a second in slot %d", text, rate, slot)
			}
		}
	})
}
