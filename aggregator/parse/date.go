package parse

import (
	"strings"
	"time"
	"unicode"
)

// maxDateBytes is the length over which nothing is a date.
const maxDateBytes = 100

// Claimed years outside of these stand for no date: 0001 and 9999 do occur.
const (
	minYear = 1970
	maxYear = 9998
)

// parseDate reads a date in any of the forms feeds use: RFC 822 and RFC 3339
// and what is nearly one, ISO 8601, numbers with dots and slashes, seconds
// since 1970, month names in many languages. It returns UTC, the zero time
// where there is no date. A zone it does not know is taken for UTC.
func parseDate(s string) time.Time {
	s = strings.TrimSpace(s)
	if len(s) < 4 || len(s) > maxDateBytes {
		return time.Time{}
	}
	for _, layout := range []string{time.RFC1123Z, time.RFC3339} {
		if len(s) == len(layout) || layout == time.RFC3339 && len(s) == len("2006-01-02T15:04:05Z") {
			if t, err := time.Parse(layout, s); err == nil {
				return within1970(t)
			}
		}
	}
	d := dateReader{tokens: dateTokens(s)}
	return within1970(d.read())
}

// within1970 returns t, or the zero time where it is no date: the first day of
// 1970 is what programs write that have none.
func within1970(t time.Time) time.Time {
	t = t.UTC()
	if t.Year() < minYear || t.Year() > maxYear || t.Year() == 1970 && t.YearDay() == 1 {
		return time.Time{}
	}
	return t
}

// dateReader makes a time of tokens.
type dateReader struct {
	tokens []dateToken

	year, month, day int
	hour, minute     int
	second, nanos    int
	offset           int // seconds east of UTC
	clock, afternoon bool
	morning          bool
	weekday          bool // month may have been the name of a day
}

func (d *dateReader) read() time.Time {
	if t, ok := d.epoch(); ok {
		return t
	}
	d.month = -1
	var loose []dateToken // numbers of the date
	for i := 0; i < len(d.tokens); i++ {
		t := d.tokens[i]
		switch {
		case t.digits == 0:
			i = d.readWord(i, &loose)
		case !d.clock && d.clockAt(i):
			i = d.readClock(i)
		case d.clock && (t.before == '+' || t.before == '-') && t.digits <= 4 && !d.dateFollows(i, loose):
			i = d.readOffset(i)
		case d.clock && t.before == '.' && d.afterClock(i):
			// a fraction of a second
		default:
			loose = append(loose, t)
		}
	}
	if !d.readDate(loose) {
		return time.Time{}
	}
	return d.time()
}

// epoch reads seconds or milliseconds since 1970.
func (d *dateReader) epoch() (time.Time, bool) {
	if len(d.tokens) != 1 {
		return time.Time{}, false
	}
	switch t := d.tokens[0]; t.digits {
	case 9, 10:
		return time.Unix(int64(t.number), 0), true
	case 13:
		return time.UnixMilli(int64(t.number)), true
	}
	return time.Time{}, false
}

// clockAt reports whether a time of day begins at token i.
func (d *dateReader) clockAt(i int) bool {
	t := d.tokens[i]
	if t.digits > 2 || i+1 >= len(d.tokens) {
		// 20060102T150405
		return (t.digits == 6 || t.digits == 4) && i > 0 && d.tokens[i-1].word == "t" && i >= 2 && d.tokens[i-2].digits > 0
	}
	next := d.tokens[i+1]
	if next.digits > 0 {
		dotted := next.before == '.' && i+2 < len(d.tokens) && d.tokens[i+2].word == "uhr"
		return (next.before == ':' || dotted) && next.digits <= 2
	}
	switch next.word {
	case "h", "時", "时", "点", "시", "am", "pm", "a", "p", "uhr":
		return next.before == 0 || next.word != "a" && next.word != "p"
	}
	return false
}

// readClock reads the time of day at token i and returns its last token.
func (d *dateReader) readClock(i int) int {
	d.clock = true
	t := d.tokens[i]
	if t.digits > 2 {
		n := t.number
		if t.digits == 6 {
			d.second = n % 100
			n /= 100
		}
		d.hour, d.minute = n/100, n%100
		return i
	}
	d.hour = t.number
	for part := 1; part <= 2 && i+1 < len(d.tokens); part++ {
		next := d.tokens[i+1]
		if next.digits == 0 {
			switch next.word {
			case "h", "時", "时", "点", "시", "분", "分":
				if i++; i+1 >= len(d.tokens) || d.tokens[i+1].before != 0 && !unicode.IsSpace(d.tokens[i+1].before) || d.tokens[i+1].digits == 0 || d.tokens[i+1].digits > 2 {
					return i
				}
				next = d.tokens[i+1]
			default:
				return i
			}
		} else if next.before != ':' && next.before != '.' {
			return i
		}
		if next.digits > 2 {
			return i
		}
		if part == 1 {
			d.minute = next.number
		} else {
			d.second = next.number
		}
		i++
	}
	if i+1 < len(d.tokens) {
		if next := d.tokens[i+1]; next.digits > 0 && (next.before == '.' || next.before == ',' || next.before == ':') && next.digits <= 9 {
			d.nanos = next.number
			for n := next.digits; n < 9; n++ {
				d.nanos *= 10
			}
			i++
		}
	}
	return i
}

// afterClock reports whether all that stands before token i is a clock that
// ended just there.
func (d *dateReader) afterClock(i int) bool {
	return i > 0 && d.tokens[i-1].digits > 0 && d.tokens[i-1].before == ':'
}

// dateFollows reports whether the signed number at token i is part of a date
// that comes after the time of day: 10:30 - 24.11.2026.
func (d *dateReader) dateFollows(i int, loose []dateToken) bool {
	if len(loose) > 0 || d.month > 0 || i+1 >= len(d.tokens) {
		return false
	}
	next := d.tokens[i+1]
	return next.digits > 0 && next.before != ':' || next.digits == 0 && months[next.word] > 0
}

// readOffset reads +0100, +01:00, +1 at token i and returns its last token.
func (d *dateReader) readOffset(i int) int {
	t := d.tokens[i]
	seconds := t.number * 3600
	if t.digits > 2 {
		seconds = t.number/100*3600 + t.number%100*60
	} else if i+1 < len(d.tokens) && d.tokens[i+1].before == ':' && d.tokens[i+1].digits == 2 {
		i++
		seconds += d.tokens[i].number * 60
	}
	if seconds > 15*3600 {
		return i // no place on earth
	}
	d.offset = seconds
	if t.before == '-' {
		d.offset = -seconds
	}
	return i
}

// readWord reads the word at token i and returns its last token.
func (d *dateReader) readWord(i int, loose *[]dateToken) int {
	t := d.tokens[i]
	switch t.word {
	case "am", "a", "오전", "上午", "午前", "ص":
		d.morning = d.clock || t.word != "a"
		return i
	case "pm", "p", "오후", "下午", "午後", "م":
		d.afternoon = d.clock || t.word != "p"
		return i
	case "t":
		return i
	case "w":
		if len(*loose) == 1 && i+1 < len(d.tokens) && d.tokens[i+1].digits > 0 {
			return d.readWeek(i+1, loose)
		}
		return i
	}
	if m := months[t.word]; m > 0 {
		if d.month < 0 || d.weekday {
			d.month, d.weekday = m, t.word == weekdayToo
		}
		return i
	}
	if offset, known := zones[t.word]; known && d.clock {
		d.offset = offset
	}
	return i
}

// readWeek reads the week and day of 2006-W01-2 at token i.
func (d *dateReader) readWeek(i int, loose *[]dateToken) int {
	week, day := d.tokens[i], 1
	if week.digits == 3 {
		week.number, day = week.number/10, week.number%10
	} else if i+1 < len(d.tokens) && d.tokens[i+1].before == '-' && d.tokens[i+1].digits == 1 {
		i++
		day = d.tokens[i].number
	}
	year := (*loose)[0].number
	// The fourth of January is always in the first week.
	fourth := time.Date(year, 1, 4, 0, 0, 0, 0, time.UTC)
	monday := fourth.AddDate(0, 0, -(int(fourth.Weekday())+6)%7)
	t := monday.AddDate(0, 0, (week.number-1)*7+day-1)
	if year > maxYear || week.number < 1 || week.number > 53 || day < 1 || day > 7 {
		return i
	}
	d.year, d.month, d.day = t.Year(), int(t.Month()), t.Day()
	*loose = (*loose)[:0]
	return i
}

// readDate makes year, month and day of the numbers that are no time of day.
func (d *dateReader) readDate(loose []dateToken) bool {
	if d.year > 0 && len(loose) == 0 {
		return true // a week date
	}
	if d.month > 0 {
		return d.readNamedMonth(loose)
	}
	if len(loose) > 3 {
		loose = loose[:3]
	}
	switch {
	case len(loose) == 0:
		return false
	case len(loose) == 1:
		return d.readCompact(loose[0])
	case loose[0].digits == 4 && len(loose) == 2 && loose[1].digits == 3:
		t := time.Date(loose[0].number, 1, loose[1].number, 0, 0, 0, 0, time.UTC)
		d.year, d.month, d.day = t.Year(), int(t.Month()), t.Day()
		return loose[1].number >= 1 && loose[1].number <= 366
	case loose[0].digits == 4:
		d.year, d.month, d.day = loose[0].number, loose[1].number, 1
		if len(loose) == 3 {
			d.day = loose[2].number
		}
		return true
	case len(loose) < 3:
		return false
	}
	first, second, sep := loose[0].number, loose[1].number, loose[1].before
	d.year = century(loose[2])
	switch {
	case loose[2].digits <= 2 && loose[0].digits == 2 && sep == '-' && first > 31:
		d.year, d.month, d.day = century(loose[0]), second, loose[2].number
	case first > 12, sep != '/' && second <= 12:
		d.day, d.month = first, second
	default:
		d.month, d.day = first, second // with slashes as in America, unless it cannot be
	}
	return true
}

// readCompact reads a date that is one number.
func (d *dateReader) readCompact(t dateToken) bool {
	switch n := t.number; t.digits {
	case 4:
		d.year, d.month, d.day = n, 1, 1
	case 6:
		d.year, d.month, d.day = n/100, n%100, 1
	case 7:
		date := time.Date(n/1000, 1, n%1000, 0, 0, 0, 0, time.UTC)
		d.year, d.month, d.day = date.Year(), int(date.Month()), date.Day()
	case 8:
		d.year, d.month, d.day = n/10000, n/100%100, n%100
	case 12, 14:
		if t.digits == 14 {
			d.second = n % 100
			n /= 100
		}
		d.minute, d.hour = n%100, n/100%100
		n /= 10000
		d.year, d.month, d.day = n/10000, n/100%100, n%100
	default:
		return false
	}
	return true
}

// readNamedMonth finds day and year beside a month's name.
func (d *dateReader) readNamedMonth(numbers []dateToken) bool {
	for i, t := range numbers {
		if t.digits >= 4 {
			d.year = t.number
			numbers = append(numbers[:i:i], numbers[i+1:]...)
			break
		}
	}
	switch {
	case d.year > 0 && len(numbers) == 0:
		d.day = 1
	case d.year > 0:
		d.day = numbers[0].number
	case len(numbers) < 2:
		return false
	default:
		d.day, d.year = numbers[0].number, century(numbers[1])
		if d.day > 31 {
			d.day, d.year = numbers[1].number, century(numbers[0])
		}
	}
	return true
}

// century returns the year that a number of two or three digits stands for
// (RFC 5322, section 4.3).
func century(t dateToken) int {
	switch {
	case t.digits > 3:
		return t.number
	case t.digits == 3:
		return t.number + 1900
	case t.number < 50:
		return t.number + 2000
	}
	return t.number + 1900
}

func (d *dateReader) time() time.Time {
	if d.afternoon && d.hour < 12 {
		d.hour += 12
	}
	if d.morning && d.hour == 12 {
		d.hour = 0
	}
	if d.month < 1 || d.month > 12 || d.day < 1 || d.day > 31 || d.year > maxYear+1 {
		return time.Time{}
	}
	if d.hour > 24 || d.minute > 59 || d.second > 60 {
		d.hour, d.minute, d.second, d.nanos = 0, 0, 0, 0 // the day at least
	}
	t := time.Date(d.year, time.Month(d.month), d.day, d.hour, d.minute, min(d.second, 59), d.nanos, time.UTC)
	if d.hour < 24 && t.Day() != d.day {
		return time.Time{} // 31 February
	}
	return t.Add(-time.Duration(d.offset) * time.Second)
}
