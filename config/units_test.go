package config

import (
	"testing"
	"time"

	"wiredesk/aggregator"
)

func TestDurations(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text  string
		want  time.Duration
		wrong bool
		back  string // formatted; empty: as text
	}{
		{text: "0", back: "0s"},
		{text: "0s"},
		{text: "90s", want: 90 * time.Second, back: "1m30s"},
		{text: "15m", want: 15 * time.Minute},
		{text: "1h30m", want: 90 * time.Minute},
		{text: "2h", want: 2 * time.Hour},
		{text: "1h0m5s", want: time.Hour + 5*time.Second},
		{text: "24h", want: 24 * time.Hour, back: "1d"},
		{text: "72h", want: 72 * time.Hour, back: "3d"},
		{text: "30d", want: 30 * day},
		{text: "1.5d", want: 36 * time.Hour, back: "36h"},
		{text: "2w", want: 14 * day, back: "14d"},
		{text: "1w2d3h", want: 9*day + 3*time.Hour, back: "219h"},
		{text: "250ms", want: 250 * time.Millisecond},
		{text: "", wrong: true},
		{text: "5", wrong: true},
		{text: "m", wrong: true},
		{text: "-5m", wrong: true},
		{text: "+5m", wrong: true},
		{text: "5 m", wrong: true},
		{text: "5M", wrong: true},
		{text: "5y", wrong: true},
		{text: "1.2.3h", wrong: true},
		{text: "5m3", wrong: true},
		{text: "1e3s", wrong: true},
		{text: "99999999w", wrong: true},
		{text: "200000000h100000d", wrong: true},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			got, err := aggregator.ParseSpan(test.text)
			if (err != nil) != test.wrong || got != test.want {
				t.Fatalf("ParseSpan: %v, %v, want %v, wrong %v", got, err, test.want, test.wrong)
			}
			if test.wrong {
				return
			}
			if test.back == "" {
				test.back = test.text
			}
			if back := formatDuration(got); back != test.back {
				t.Errorf("formatDuration: %q, want %q", back, test.back)
			}
		})
	}
}

func TestParseSize(t *testing.T) {
	t.Parallel()
	tests := []struct {
		text  string
		want  int64
		wrong bool
	}{
		{text: "0"},
		{text: "500000", want: 500_000},
		{text: "12B", want: 12},
		{text: "500KB", want: 500_000},
		{text: "10MB", want: 10_000_000},
		{text: "10mb", want: 10_000_000},
		{text: "10 MB", want: 10_000_000},
		{text: "2GB", want: 2_000_000_000},
		{text: "1KiB", want: 1024},
		{text: "10MiB", want: 10 << 20},
		{text: "1.5GiB", want: 3 << 29},
		{text: "", wrong: true},
		{text: "MB", wrong: true},
		{text: "-1MB", wrong: true},
		{text: "10M", wrong: true},
		{text: "10  MB", wrong: true},
		{text: "1.2.3MB", wrong: true},
		{text: "1e3MB", wrong: true},
		{text: "99999999999999999999GB", wrong: true},
	}
	for _, test := range tests {
		t.Run(test.text, func(t *testing.T) {
			t.Parallel()
			got, err := parseSize(test.text)
			if (err != nil) != test.wrong || got != test.want {
				t.Errorf("parseSize: %d, %v, want %d, wrong %v", got, err, test.want, test.wrong)
			}
		})
	}
}

func TestFormatSize(t *testing.T) {
	t.Parallel()
	for n, want := range map[int64]string{0: "0", 10: "10", 1000: "1KB", 1024: "1024", 10_000_000: "10MB", 1_000_000_000: "1GB"} {
		if got := formatSize(n); got != want {
			t.Errorf("formatSize(%d) = %q, want %q", n, got, want)
		}
	}
}
