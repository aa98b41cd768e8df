package aggregator

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
)

var errSpan = errors.New("number and unit expected")

// Span returns a time that passes as people read it, in two units at most: 80ms,
// 45s, 1m30s, 3h, 2d4h, 400d.
func Span(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d < 0:
		return "-" + Span(-d)
	case d < time.Second:
		return strconv.FormatInt(d.Milliseconds(), 10) + "ms"
	case d < time.Hour-time.Second/2:
		return twoUnits(d.Round(time.Second), time.Minute, "m", time.Second, "s")
	case d < day-time.Minute/2:
		return twoUnits(d.Round(time.Minute), time.Hour, "h", time.Minute, "m")
	}
	if d < 10*day {
		d = d.Round(time.Hour)
	} else {
		d = d.Round(day)
	}
	return twoUnits(d, day, "d", time.Hour, "h")
}

func twoUnits(d, greater time.Duration, greaterName string, lesser time.Duration, lesserName string) (text string) {
	if n := d / greater; n > 0 {
		text = strconv.FormatInt(int64(n), 10) + greaterName
	}
	if n := d % greater / lesser; n > 0 {
		text += strconv.FormatInt(int64(n), 10) + lesserName
	}
	return text
}

// ParseSpan reads a time that passes: a Go duration without sign, in which d (24
// hours) and w (7 days) are units as well: 90s, 1h30m, 1.5d, 2w.
func ParseSpan(text string) (time.Duration, error) {
	if text == "0" {
		return 0, nil
	}
	var total time.Duration
	for rest := text; ; {
		tail := strings.TrimLeft(rest, "0123456789.")
		number := rest[:len(rest)-len(tail)]
		end := strings.IndexAny(tail, "0123456789.")
		if end < 0 {
			end = len(tail)
		}
		unit, scale := tail[:end], time.Duration(1)
		switch unit {
		case "d":
			unit, scale = "h", 24
		case "w":
			unit, scale = "h", 7*24
		}
		part, err := time.ParseDuration(number + unit)
		if err != nil || number == "" || part > math.MaxInt64/scale || total > math.MaxInt64-part*scale {
			return 0, errSpan
		}
		total += part * scale
		if rest = tail[end:]; rest == "" {
			return total, nil
		}
	}
}

// Size returns a number of bytes as people read it: 512 bytes, 48 kB, 3.1 MB.
func Size(bytes int64) string {
	switch {
	case bytes < 1000:
		return counted(float64(bytes), "byte")
	case bytes < 999_500:
		return fmt.Sprintf("%d kB", (bytes+500)/1000)
	case bytes < 999_950_000:
		return fmt.Sprintf("%.1f MB", float64(bytes)/1e6)
	}
	return fmt.Sprintf("%.1f GB", float64(bytes)/1e9)
}
