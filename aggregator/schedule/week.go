package schedule

import (
	"encoding/binary"
	"math"
	"time"
)

// A week is told apart into the half hours of weekdays, Saturdays and Sundays,
// in UTC: a newsroom's hours are the same on five days.
const (
	slotsADay   = 48
	slots       = 3 * slotsADay
	blocks      = slots / slotsABlock
	slotsABlock = 8 // half hours in the four hours of a block

	slotSeconds = 1800
	daySeconds  = 24 * 60 * 60
)

// Kinds of day.
const (
	weekday = iota
	saturday
	sunday
)

// week holds a value for each half hour.
type week [slots]float64

// kindOf returns the kind of a day, counted from 1970-01-01, a Thursday.
func kindOf(day int64) int {
	switch ((day+4)%7 + 7) % 7 {
	case 0:
		return sunday
	case 6:
		return saturday
	}
	return weekday
}

// slotOf returns the half hour of a time in Unix seconds.
func slotOf(seconds int64) int {
	second := (seconds%daySeconds + daySeconds) % daySeconds
	return kindOf((seconds-second)/daySeconds)*slotsADay + int(second/slotSeconds)
}

// mean returns the mean over a whole week.
func (w *week) mean() float64 {
	var sums [3]float64
	for kind := range sums {
		for _, v := range w[kind*slotsADay : (kind+1)*slotsADay] {
			sums[kind] += v
		}
	}
	return (5*sums[weekday] + sums[saturday] + sums[sunday]) / (7 * slotsADay)
}

// scale makes the mean over a week what it is told.
func (w *week) scale(mean float64) {
	factor := mean / w.mean()
	for i := range w {
		w[i] *= factor
	}
}

// smooth returns each half hour's value with a quarter of either neighbour's of
// the same kind of day.
func (w *week) smooth() (s week) {
	for first := 0; first < slots; first += slotsADay {
		day, out := w[first:first+slotsADay], s[first:first+slotsADay]
		before := day[slotsADay-1]
		for i, v := range day[:slotsADay-1] {
			out[i] = (before + 2*v + day[i+1]) / 4
			before = v
		}
		out[slotsADay-1] = (before + 2*day[slotsADay-1] + day[0]) / 4
	}
	return s
}

// flat returns a week in which all hours are alike.
func flat() (w week) {
	for i := range w {
		w[i] = 1
	}
	return w
}

// halfLife is how soon what was counted counts for half: long enough to know a
// Sunday, short enough to follow a wire that changes.
const halfLife = 10 * 24 * time.Hour

// fade returns what is left of a count after a while.
func fade(d time.Duration) float64 { return math.Exp2(-float64(d) / float64(halfLife)) }

// counts are how many entries came in each half hour, as of the start of the
// period of half-lives that contains the rhythm's At: what comes later weighs
// more instead of what came earlier less, so that nothing changes between
// entries, and a new period halves all.
type counts [slots]uint32

// countUnit is one entry at the start of a period.
const countUnit = 64

func periodOf(t time.Time) int64 { return t.Unix() / int64(halfLife/time.Second) }

// sincePeriod returns how much more than at the start of the period of now an
// entry weighs that came at t.
func sincePeriod(t, now time.Time) float64 {
	start := time.Unix(periodOf(now)*int64(halfLife/time.Second), 0)
	return math.Exp2(float64(t.Sub(start)) / float64(halfLife))
}

// add counts an entry that came at t, as of now.
func (c *counts) add(t, now time.Time) {
	n := &c[slotOf(t.Unix())]
	*n = uint32(min(float64(*n)+math.Round(countUnit*sincePeriod(t, now)), math.MaxUint32/2))
}

// move takes the counts from the period of one time to that of another.
func (c *counts) move(from, to time.Time) {
	by := min(max(periodOf(to)-periodOf(from), 0), 31)
	for i := range c {
		c[i] >>= by
	}
}

// faded returns the counts as of now, in entries.
func (c *counts) faded(now time.Time) (w week) {
	unit := 1 / (countUnit * sincePeriod(now, now))
	for i, n := range c {
		w[i] = float64(n) * unit
	}
	return w
}

// encode writes the counts as varints. A zero is followed by how many more
// there are, and those at the end are left out, so that a quiet source takes a
// few bytes and a busy one some three hundred.
func (c *counts) encode() string {
	last := slots
	for last > 0 && c[last-1] == 0 {
		last--
	}
	var room [slots * binary.MaxVarintLen32]byte
	b := room[:0]
	for i := 0; i < last; i++ {
		b = binary.AppendUvarint(b, uint64(c[i]))
		if c[i] != 0 {
			continue
		}
		more := 0
		for c[i+1+more] == 0 {
			more++
		}
		b = append(b, byte(more))
		i += more
	}
	return string(b)
}

// decodeCounts reads what encode wrote, and of anything else what it can.
func decodeCounts(text string) (c counts) {
	for i := 0; i < slots && text != ""; i++ {
		n, size := uvarint(text)
		if size == 0 || n > math.MaxUint32/2 {
			return c
		}
		text = text[size:]
		c[i] = uint32(n)
		if n == 0 && text != "" {
			i += int(text[0])
			text = text[1:]
		}
	}
	return c
}

// uvarint is binary.Uvarint on a string. A size of 0 says that there is none.
func uvarint(text string) (n uint64, size int) {
	for i := range min(len(text), binary.MaxVarintLen32) {
		n |= uint64(text[i]&0x7f) << (7 * i)
		if text[i] < 0x80 {
			return n, i + 1
		}
	}
	return 0, 0
}
