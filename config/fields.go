package config

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"go.yaml.in/yaml/v4"

	"wiredesk/aggregator"
)

// text reads a line of text of at most limit bytes.
func text(into *string, limit int) field {
	return func(v value) {
		s, ok := v.text("a text")
		if ok && len(s) > limit {
			v.problem("is %d bytes long, must be at most %d", len(s), limit)
			return
		}
		*into = s
	}
}

// number reads a whole number from low to high.
func number(into *int, low, high int) field {
	want := fmt.Sprintf("a whole number from %d to %d", low, high)
	return func(v value) {
		s, tag, ok := v.scalar(want)
		if !ok {
			return
		}
		n, err := strconv.Atoi(s)
		switch {
		case tag != intTag || err != nil:
			v.problem("is not a whole number, must be %s", want)
		case n < low || n > high:
			v.problem("is %d, must be %s", n, want)
		default:
			*into = n
		}
	}
}

// share reads a number between 0 and 1, neither of them.
func share(into *float64) field {
	const want = "a number above 0 and below 1, such as 0.5"
	return func(v value) {
		s, tag, ok := v.scalar(want)
		if !ok {
			return
		}
		x, err := strconv.ParseFloat(s, 64)
		switch {
		case tag != floatTag && tag != intTag || err != nil:
			v.problem("is not a number, must be %s", want)
		case !(x > 0 && x < 1):
			v.problem("is %s, must be %s", s, want)
		default:
			*into = x
		}
	}
}

// boolean reads true or false.
func boolean(into *bool) field {
	return func(v value) {
		s, tag, ok := v.scalar("true or false")
		if !ok {
			return
		}
		if tag != boolTag {
			v.problem("is %s, write true or false%s", v.kind(), v.unquoted())
			return
		}
		*into = strings.EqualFold(s, "true")
	}
}

// unquoted adds to an advice what matters only where quotes were written.
func (v value) unquoted() string {
	if v.content().Style&(yaml.DoubleQuotedStyle|yaml.SingleQuotedStyle) != 0 {
		return " without quotes"
	}
	return ""
}

// duration reads a duration from low to high.
func duration(into *time.Duration, low, high time.Duration) field {
	want := fmt.Sprintf("from %s to %s", formatDuration(low), formatDuration(high))
	return func(v value) {
		s, _, ok := v.scalar("a duration such as 90s, 15m, 24h or 30d")
		if !ok {
			return
		}
		d, err := aggregator.ParseSpan(strings.TrimSpace(s))
		switch {
		case err != nil:
			v.problem("is not a duration, must be a number and a unit (s, m, h, d, w) such as 90s, 15m, 1h30m or 30d")
		case d < low || d > high:
			v.problem("is %s, must be %s", formatDuration(d), want)
		default:
			*into = d
		}
	}
}

// size reads a number of bytes from low to high.
func size(into *int64, low, high int64) field {
	want := fmt.Sprintf("from %s to %s", formatSize(low), formatSize(high))
	return func(v value) {
		s, _, ok := v.scalar("a size such as 500KB or 10MB")
		if !ok {
			return
		}
		n, err := parseSize(strings.TrimSpace(s))
		switch {
		case err != nil:
			v.problem("is not a size, must be a number of bytes or a number and a unit (KB, MB, GB, KiB, MiB, GiB) such as 10MB")
		case n < low || n > high:
			v.problem("is %s, must be %s", formatSize(n), want)
		default:
			*into = n
		}
	}
}

// expression reads an expression and has it checked.
func expression(into *string, kind ExpressionKind) field {
	return func(v value) {
		s, ok := v.lines("an expression")
		if !ok {
			return
		}
		*into = s
		if v.opts.CheckExpression == nil {
			return
		}
		if err := v.opts.CheckExpression(kind, s); err != nil {
			reason, _, _ := strings.Cut(err.Error(), "\n")
			v.problem("is not a usable expression: %s", reason)
		}
	}
}
