package config

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const (
	day = 24 * time.Hour

	megabyte = 1_000_000
	mebibyte = 1 << 20
)

var errSize = errors.New("number and unit expected")

// formatDuration writes d as a person would: 30d, 15m, 1h30m.
func formatDuration(d time.Duration) string {
	if d > 0 && d%day == 0 {
		return fmt.Sprintf("%dd", d/day)
	}
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// parseSize reads a number of bytes, plain or with a decimal (KB, MB, GB) or
// binary (KiB, MiB, GiB) unit in either case: 500000, 10MB, 1.5 GiB.
func parseSize(text string) (int64, error) {
	number, unit := cutNumber(text)
	scale, known := map[string]float64{
		"": 1, "b": 1,
		"kb": 1e3, "mb": 1e6, "gb": 1e9,
		"kib": 1 << 10, "mib": 1 << 20, "gib": 1 << 30,
	}[strings.ToLower(strings.TrimPrefix(unit, " "))]
	n, err := strconv.ParseFloat(number, 64)
	if err != nil || !known || n*scale > 1<<53 {
		return 0, errSize
	}
	return int64(n * scale), nil
}

// formatSize writes n with the largest decimal unit that divides it.
func formatSize(n int64) string {
	for _, unit := range []struct {
		size int64
		name string
	}{{1e9, "GB"}, {1e6, "MB"}, {1e3, "KB"}} {
		if n > 0 && n%unit.size == 0 {
			return fmt.Sprintf("%d%s", n/unit.size, unit.name)
		}
	}
	return strconv.FormatInt(n, 10)
}

// cutNumber splits text behind the digits and points it begins with.
func cutNumber(text string) (number, rest string) {
	rest = strings.TrimLeft(text, "0123456789.")
	return text[:len(text)-len(rest)], rest
}
