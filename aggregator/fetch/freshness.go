package fetch

import (
	"net/http"
	"strconv"
	"strings"
	"time"
)

// farthest is how far ahead a server may put off the next poll.
const farthest = 24 * time.Hour

// lifetimeOf returns how long an answer that arrived at now is fresh from when
// it was sent, 0: not at all or not stated, and whether it says anything of
// caches at all (RFC 9111, section 4.2.1).
// We are no shared cache, so s-maxage does not concern us; and since nothing is
// guessed that the server does not say, must-revalidate changes nothing.
func lifetimeOf(header http.Header, now time.Time) (lifetime time.Duration, said bool) {
	control := cacheControl(header)
	switch {
	case control.dontReuse:
		return 0, true
	case control.hasMaxAge:
		return control.maxAge, true
	case header.Get("Expires") != "":
		expires, ok := httpDate(header.Get("Expires"))
		if !ok {
			return 0, true // "0" and its like mean: already expired
		}
		return max(expires.Sub(dateOf(header, now)), 0), true
	}
	return 0, header.Get("Cache-Control") != ""
}

// freshUntil returns when an answer with that lifetime, which arrived at now,
// ceases to be fresh, at most a day ahead (RFC 9111, section 4.2.3); zero: it
// is stale already.
func freshUntil(lifetime time.Duration, header http.Header, now time.Time) time.Time {
	if lifetime <= 0 {
		return time.Time{}
	}
	age := max(now.Sub(dateOf(header, now)), 0)
	if said, ok := deltaSeconds(header.Get("Age")); ok {
		age = max(age, said)
	}
	left := min(lifetime-age, farthest)
	if left <= 0 {
		return time.Time{}
	}
	return now.Add(left)
}

// dateOf returns when the answer says it was sent; now where it does not.
func dateOf(header http.Header, now time.Time) time.Time {
	if date, ok := httpDate(header.Get("Date")); ok {
		return date
	}
	return now
}

// control is what Cache-Control says to us (RFC 9111, section 5.2.2).
type control struct {
	dontReuse bool // no-cache or no-store
	hasMaxAge bool
	maxAge    time.Duration
}

func cacheControl(header http.Header) (c control) {
	for _, directive := range splitQuoted(strings.Join(header.Values("Cache-Control"), ","), ',') {
		name, value, hasValue := strings.Cut(directive, "=")
		switch strings.ToLower(strings.TrimSpace(name)) {
		case "no-store":
			c.dontReuse = true
		case "no-cache":
			// With a value it is about the named headers only.
			c.dontReuse = c.dontReuse || !hasValue
		case "max-age":
			if !c.hasMaxAge {
				// One that cannot be read means stale (section 4.2.1).
				c.maxAge, _ = deltaSeconds(strings.Trim(strings.TrimSpace(value), `"`))
				c.hasMaxAge = true
			}
		}
	}
	return c
}

// retryAfter returns when a server that answered at now lets us come back, at
// most a day ahead and never before now (RFC 9110, section 10.2.3); zero: it
// does not say, or not so that it can be understood. A date is taken by the
// server's own clock where Date tells it.
func retryAfter(header http.Header, now time.Time) time.Time {
	value := strings.TrimSpace(header.Get("Retry-After"))
	wait, ok := deltaSeconds(value)
	if !ok {
		until, isDate := httpDate(value)
		if !isDate {
			return time.Time{}
		}
		wait = until.Sub(dateOf(header, now))
	}
	return now.Add(min(max(wait, 0), farthest))
}

// deltaSeconds reads a number of seconds (RFC 9111, section 1.2.2), of which
// more than a year is as good as a year.
func deltaSeconds(value string) (time.Duration, bool) {
	value = strings.TrimSpace(value)
	if !isDigits(value) {
		return 0, false
	}
	const year = 365 * 24 * 60 * 60
	n, err := strconv.ParseInt(value, 10, 64)
	if err != nil || n > year {
		n = year
	}
	return time.Duration(n) * time.Second, true
}

// httpDate reads a date in any of the three forms of RFC 9110, section 5.6.7.
func httpDate(value string) (time.Time, bool) {
	t, err := http.ParseTime(strings.TrimSpace(value))
	return t.UTC(), err == nil
}
