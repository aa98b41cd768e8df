package aggregator

import (
	"slices"
	"testing"
	"time"
)

func TestArchiveNames(t *testing.T) {
	t.Parallel()
	day := time.Date(2026, 11, 26, 0, 0, 0, 0, time.UTC)
	var names []string
	for _, n := range []int{0, 1, 9, 10, 99, 100, 999} {
		names = append(names, ArchiveName(day, n))
	}
	names = append(names, ArchiveName(day.AddDate(0, 0, 1), 0))
	if want := []string{"2026-11-26", "2026-11-26.001", "2026-11-26.009"}; !slices.Equal(names[:3], want) {
		t.Errorf("got %q, want %q", names[:3], want)
	}
	if !slices.IsSorted(names) {
		t.Errorf("the names are out of order: %q", names)
	}
	for _, name := range names[:7] {
		if got, ok := ParseArchiveName(name); !ok || !got.Equal(day) {
			t.Errorf("%s is read as %v, %v", name, got, ok)
		}
	}
	for _, name := range []string{"", "2026-11-26.", "2026-11-26.1", "2026-11-26.000", "2026-11-26.0001", "2026-11-26.a01", "2026-13-01", "2026-02-30", "2026-11-26x", "2026-11-26..01", "26-11-26"} {
		if day, ok := ParseArchiveName(name); ok {
			t.Errorf("%q is taken for the name of %v", name, day)
		}
	}
}

func FuzzParseArchiveName(f *testing.F) {
	for _, seed := range []string{"2026-11-26", "2026-11-26.001", "2026-11-26.999", "", "."} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, name string) {
		day, ok := ParseArchiveName(name)
		if !ok {
			return
		}
		for n := range MaxArchiveParts {
			if ArchiveName(day, n) == name {
				return
			}
		}
		t.Errorf("%q is taken, and is the name of nothing", name)
	})
}
