package aggregator

import (
	"encoding/binary"
	"math"
	"time"
)

// Poll is one attempt, as it is remembered.
type Poll struct {
	At        time.Time // when it ended, to the millisecond, UTC
	Outcome   Outcome
	Kind      ProblemKind   // of its problem; empty: none
	Status    int           // HTTP status; 0: no answer arrived
	Took      time.Duration // to the millisecond
	BytesRead int64         // as they crossed the network, bodies only
	New       int           // entries it was the first to show, dropped ones included
}

// maxLogged is how many polls a PollLog holds.
const maxLogged = 10

// Bounds of what is read from a PollLog, so that damage is noticed: the name of
// a problem's kind, and the end of the year 9999, beyond which RFC 3339 has no
// dates.
const (
	maxKindBytes = 32
	maxPollMilli = 253_402_300_799_999
)

// PollLog is the last ten polls of a source, packed: about ten bytes a poll,
// since the states of all sources stay in memory and one is stored with each
// poll. It is never changed in place. The zero value holds no polls.
//
// A poll is a row of varints (encoding/binary): milliseconds since the poll
// before, signed because clocks are set back, the first one's since 1970;
// outcome; status; milliseconds it took; bytes; new entries; length of the
// problem's kind, which follows.
type PollLog []byte

// Add returns the log with p as its newest poll, without the oldest if there
// would be too many. A log that is damaged begins anew.
func (l PollLog) Add(p Poll) PollLog {
	n, last := 0, int64(0)          // polls that are there, and when the last of them was
	second, kept := int64(0), l[:0] // when the second was, and what follows its time
	for rest := unpacked(l); len(rest) > 0; n++ {
		last += rest.signed()
		if n == 1 {
			second, kept = last, PollLog(rest)
		}
		rest.poll()
		if rest == nil || n == maxLogged || last < 0 || last > maxPollMilli {
			return PollLog(nil).Add(p)
		}
	}
	out := make(PollLog, 0, len(l)+32)
	if n < maxLogged {
		out = append(out, l...)
	} else {
		out = append(binary.AppendVarint(out, second), kept...)
	}
	return p.pack(out, last)
}

func (p *Poll) pack(out []byte, lastMilli int64) []byte {
	out = binary.AppendVarint(out, min(max(p.At.UnixMilli(), 0), maxPollMilli)-lastMilli)
	out = binary.AppendUvarint(out, uint64(p.Outcome))
	out = binary.AppendUvarint(out, uint64(max(p.Status, 0)))
	out = binary.AppendUvarint(out, uint64(max(p.Took, 0)/time.Millisecond))
	out = binary.AppendUvarint(out, uint64(max(p.BytesRead, 0)))
	out = binary.AppendUvarint(out, uint64(max(p.New, 0)))
	kind := p.Kind[:min(len(p.Kind), maxKindBytes)]
	out = binary.AppendUvarint(out, uint64(len(kind)))
	return append(out, kind...)
}

// Polls returns the polls, the oldest first. Of a log that is damaged it
// returns none.
func (l PollLog) Polls() []Poll {
	if len(l) == 0 {
		return nil
	}
	polls := make([]Poll, 0, maxLogged)
	at := int64(0)
	for rest := unpacked(l); len(rest) > 0; {
		at += rest.signed()
		p := rest.poll()
		p.At = time.UnixMilli(at).UTC()
		if rest == nil || len(polls) == maxLogged || at < 0 || at > maxPollMilli {
			return nil
		}
		polls = append(polls, p)
	}
	return polls
}

// unpacked is what is left to read of a PollLog; nil: it is damaged.
type unpacked []byte

// poll reads all of a poll but its time.
func (u *unpacked) poll() Poll {
	return Poll{
		Outcome: Outcome(u.upTo(math.MaxUint8)), Status: int(u.upTo(999)),
		Took:      time.Duration(u.upTo(1<<40)) * time.Millisecond,
		BytesRead: int64(u.upTo(1 << 60)), New: int(u.upTo(1 << 30)),
		Kind: ProblemKind(u.text(maxKindBytes)),
	}
}

func (u *unpacked) signed() int64 {
	v, n := binary.Varint(*u)
	u.skip(n)
	return v
}

func (u *unpacked) upTo(most uint64) uint64 {
	v, n := binary.Uvarint(*u)
	if v > most {
		v, n = 0, 0
	}
	u.skip(n)
	return v
}

func (u *unpacked) text(mostBytes uint64) string {
	n := int(u.upTo(mostBytes))
	if n > len(*u) {
		*u = nil
		return ""
	}
	text := string((*u)[:n])
	*u = (*u)[n:]
	return text
}

func (u *unpacked) skip(n int) {
	if n <= 0 {
		*u = nil
		return
	}
	*u = (*u)[n:]
}
