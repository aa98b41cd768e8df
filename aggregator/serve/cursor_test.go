package serve

import (
	"testing"
	"time"

	"wiredesk/aggregator"
)

func TestPosition(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name string
		at   aggregator.Position
		want string
	}{
		{"the newest", aggregator.Position{}, ""},
		{"whole second", aggregator.Position{First: noon, Seq: 7}, "2026-03-14T12:00:00Z~7"},
		{"nanosecond", aggregator.Position{First: noon.Add(1), Seq: 1<<64 - 1}, "2026-03-14T12:00:00.000000001Z~18446744073709551615"},
		{"no date", aggregator.Position{Seq: 3}, "0001-01-01T00:00:00Z~3"},
		{"other zone", aggregator.Position{First: noon.In(time.FixedZone("", 3600)), Seq: 1}, "2026-03-14T12:00:00Z~1"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			text := formatPosition(test.at)
			if text != test.want {
				t.Errorf("formatPosition = %q, want %q", text, test.want)
			}
			back, err := parsePosition(text)
			if err != nil || !back.First.Equal(test.at.First) || back.Seq != test.at.Seq {
				t.Errorf("parsePosition = %v, %v, want %v", back, err, test.at)
			}
		})
	}
}

func TestPositionRefused(t *testing.T) {
	t.Parallel()
	for _, text := range []string{"x", "~", "~7", "2026-03-14T12:00:00Z", "2026-03-14T12:00:00Z~", "2026-03-14T12:00:00Z~-1", "2026-03-14~7", "2026-03-14T12:00:00Z~18446744073709551616", "9999-12-31T23:59:59-01:00~7", "0000-01-01T00:00:00+01:00~7"} {
		if at, err := parsePosition(text); err == nil {
			t.Errorf("parsePosition(%q) = %v, want an error", text, at)
		}
	}
}

func FuzzParsePosition(f *testing.F) {
	f.Add("2026-03-14T12:00:00Z~7")
	f.Add("2026-03-14T12:00:00.5+01:00~0")
	f.Add("0001-01-01T00:00:00Z~0")
	f.Fuzz(func(t *testing.T, text string) {
		at, err := parsePosition(text)
		if err != nil {
			return
		}
		back, err := parsePosition(formatPosition(at))
		if err != nil || !back.First.Equal(at.First) || back.Seq != at.Seq {
			t.Errorf("%q reads as %v, which is written %q and reads as %v, %v", text, at, formatPosition(at), back, err)
		}
	})
}
