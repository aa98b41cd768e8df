package world

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestDeterministic(t *testing.T) {
	t.Parallel()
	for _, day := range []int{1, 2, 7} {
		one, again, other := still(t, Options{Seed: 5}), still(t, Options{Seed: 5}), still(t, Options{Seed: 6})
		for i := range one.wires {
			now := one.real(day, 14, 30)
			first := one.entries(&one.wires[i], now)
			if diff := cmp.Diff(first, again.entries(&again.wires[i], now), cmp.AllowUnexported(entry{})); diff != "" {
				t.Errorf("day %d: %s: same seed, other entries: %s", day, one.wires[i].ID, diff)
			}
			if cmp.Equal(first, other.entries(&other.wires[i], now), cmp.AllowUnexported(entry{})) {
				t.Errorf("day %d: %s: other seed, same entries", day, one.wires[i].ID)
			}
		}
	}
}

func TestContentAtTheStart(t *testing.T) {
	t.Parallel()
	w := still(t, Options{})
	total := 0
	for i := range w.wires {
		n := len(w.entries(&w.wires[i], w.clock.start))
		if n == 0 {
			t.Errorf("%s has nothing at the start", w.wires[i].ID)
		}
		total += n
	}
	if total < 50 {
		t.Errorf("%d entries at the start, want at least 50", total)
	}
}

func TestNothingIsToldTwice(t *testing.T) {
	t.Parallel()
	const days = 30
	w := still(t, Options{Seed: 3})
	for i := range w.wires {
		from := &w.wires[i]
		byText := make(map[string]string)
		for day := 1; day <= days; day++ {
			for _, e := range w.entriesOf(from, day, w.real(days+1, 0, 0)) {
				text := e.title + "\n" + strings.Join(e.text, "\n")
				if strings.ContainsAny(text, "{}") {
					t.Errorf("%s: %s: a variable was left: %s", from.ID, e.path, text)
				}
				if other, found := byText[text]; found {
					t.Errorf("%s: %s and %s read the same: %s", from.ID, other, e.path, e.title)
				}
				byText[text] = e.path
			}
		}
	}
}

func TestWindowSlides(t *testing.T) {
	t.Parallel()
	w := still(t, Options{Speed: 600})
	for i := range w.wires {
		from := &w.wires[i]
		if from.window < 15 || from.window > 40 {
			t.Errorf("%s: window %d, want 15 to 40", from.ID, from.window)
		}
		var before []string
		arrived, left := 0, 0
		for now := w.clock.start; now.Before(w.real(5, 0, 0)); now = now.Add(w.clock.lasts(70 * time.Minute)) {
			entries := w.entries(from, now)
			if !slices.IsSortedFunc(entries, func(a, b entry) int { return b.published.Compare(a.published) }) {
				t.Fatalf("%s: not the newest first", from.ID)
			}
			paths := make([]string, len(entries))
			for j := range entries {
				paths[j] = entries[j].path
			}
			fresh := len(paths)
			if len(before) > 0 {
				fresh = slices.Index(paths, before[0])
			}
			if fresh < 0 {
				t.Fatalf("%s: all replaced at once", from.ID)
			}
			// What was shown is still shown, in its place, until the window pushes it out.
			want := slices.Concat(paths[:fresh], before)
			want = want[:min(len(want), from.window)]
			if diff := cmp.Diff(want, paths); len(before) > 0 && diff != "" {
				t.Fatalf("%s: the window jumped: %s", from.ID, diff)
			}
			if len(before) > 0 {
				arrived += fresh
				left += len(before) + fresh - len(paths)
			}
			before = paths
		}
		if arrived < 10 || left < 5 || len(before) != from.window {
			t.Errorf("%s: %d arrived, %d left, %d shown", from.ID, arrived, left, len(before))
		}
	}
}

func TestNoFutureDates(t *testing.T) {
	t.Parallel()
	for _, speed := range []float64{MinSpeed, 7.3, 120, MaxSpeed} {
		w := still(t, Options{Speed: speed})
		for step := range 40 {
			now := w.clock.start.Add(w.clock.lasts(time.Duration(step) * 113 * time.Minute))
			for i := range w.wires {
				for _, e := range w.entries(&w.wires[i], now) {
					if e.published.After(now) || e.updated.After(now) || e.updated.Before(e.published) {
						t.Fatalf("speed %v at %v: %s%s: published %v, updated %v", speed, now, w.wires[i].ID, e.path, e.published, e.updated)
					}
				}
			}
		}
	}
}

func TestEditsKeepTheEntry(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name, wire, path, before, after string
		hour, minute                    int // of the edit
	}{
		{"correction", "meridian", "/1/bridge/full", "Belomost shuts", "CORRECTED-Belomost shuts", 12, 15},
		{"correction before dawn", "meridian", "/1/tremor/report", "Quake of magnitude", "CORRECTED-Quake of magnitude", 3, 15},
		{"withdrawal", "meridian", "/1/hoax/report", "", "KILL-Story on", 14, 15},
		{"new headline", "beacon", "/1/ferry/report", "'The whole of the buffet'", "Ferry ", 7, 20},
		{"update", "norvia", "/1/storm/full", "Norvia's west coast braces", "Storm ", 9, 35},
		{"French correction", "corvane", "/1/museum/full", "Vol au musée", "RECTIFICATIF - ", 11, 20},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := still(t, Options{})
			from := w.wireOf(t, tt.wire)
			find := func(now time.Time) entry {
				entries := w.entriesOf(from, 1, now)
				i := slices.IndexFunc(entries, func(e entry) bool { return e.path == tt.path })
				if i < 0 {
					t.Fatalf("%s does not show %s at %v", tt.wire, tt.path, now)
				}
				return entries[i]
			}
			edit := w.real(1, tt.hour, tt.minute)
			old, edited := find(edit.Add(-time.Millisecond)), find(edit)
			if !strings.HasPrefix(old.title, tt.before) || !strings.HasPrefix(edited.title, tt.after) || old.title == edited.title {
				t.Errorf("headline %q became %q", old.title, edited.title)
			}
			if !old.published.Equal(edited.published) || !edited.updated.After(old.updated) {
				t.Errorf("published %v, then %v; updated %v, then %v", old.published, edited.published, old.updated, edited.updated)
			}
			if old.link != edited.link {
				t.Errorf("link %s became %s", old.link, edited.link)
			}
		})
	}
}

func TestCopiesAndRelays(t *testing.T) {
	t.Parallel()
	w := still(t, Options{})
	find := func(wire, path string) entry {
		entries := w.entriesOf(w.wireOf(t, wire), 1, w.real(2, 0, 0))
		i := slices.IndexFunc(entries, func(e entry) bool { return e.path == path })
		if i < 0 {
			t.Fatalf("%s does not show %s", wire, path)
		}
		return entries[i]
	}
	agency, reprint := find("norvia", "/1/strike/full"), find("tidewater", "/1/strike/report")
	if agency.title != reprint.title || !slices.Equal(agency.text, reprint.text) || agency.link == reprint.link {
		t.Errorf("copy %+v of %+v", reprint, agency)
	}
	if !strings.Contains(reprint.text[0], "(Norvia Press) -") {
		t.Errorf("copy without credit: %s", reprint.text[0])
	}
	relay := find("observer", "/1/strike/report")
	if want := agency.link + "?utm_source=observer&utm_medium=rss"; relay.link != want {
		t.Errorf("relay leads to %s, want %s", relay.link, want)
	}
	other := find("tidewater", "/1/comet/report")
	if source := find("meridian", "/1/comet/report"); other.title == source.title || !slices.Equal(other.text, source.text) {
		t.Errorf("copy under a headline of its own: %+v of %+v", other, source)
	}
}

func TestDaysDiffer(t *testing.T) {
	t.Parallel()
	w := still(t, Options{})
	rested, shifted := 0, 0
	for day := 2; day < 12; day++ {
		for i := range w.script {
			h := &w.script[i]
			shift, happens := h.on(0, day)
			if !happens {
				rested++
				continue
			}
			if shift != 0 {
				shifted++
			}
			first, last := h.tellings[0].at+shift, h.tellings[len(h.tellings)-1].at+shift
			if first < 0 || last >= oneDay {
				t.Errorf("day %d: %s leaves its day: %v to %v", day, h.id, first, last)
			}
		}
	}
	if all := 10 * len(w.script); rested < all/10 || rested > all/3 || shifted < all/2 {
		t.Errorf("of %d happenings %d rested, %d shifted", all, rested, shifted)
	}
}
