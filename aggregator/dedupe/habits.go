package dedupe

import "math"

// habits remember what each source repeats around its entries: parts of titles
// and sentences, by digest.
type habits struct {
	known map[uint64]habit
	swept int64 // in habitSweepSeconds since 1970
}

// habit is the hour since 1970 when something was last met, and below it, in
// eight bits, on how many occasions: there are several for each entry.
type habit uint32

func (x habit) last() int64 { return int64(x>>8) * 3600 }
func (x habit) count() int  { return int(x & math.MaxUint8) }

// occasionSeconds parts two occasions of a title's part; a sentence counts each
// time. After habitSeconds a habit that was not met again is given up, what was
// met but once sooner.
const (
	occasionSeconds   = 14 * 3600
	habitSeconds      = 14 * daySeconds
	onceSeconds       = 4 * daySeconds
	repeatedFrom      = 2
	habitSweepSeconds = 6 * 3600
)

func newHabits() habits { return habits{known: make(map[uint64]habit)} }

// note takes down that the source wrote the piece.
func (h *habits) note(source, piece uint64, now int64, sentence bool) {
	k := mix(source ^ piece)
	x := h.known[k]
	if x == 0 || sentence || now-x.last() >= occasionSeconds {
		h.known[k] = habit(now/3600)<<8 | habit(min(x.count()+1, math.MaxUint8))
	}
}

// count returns on how many occasions the source wrote the piece.
func (h *habits) count(source, piece uint64) int { return h.known[mix(source^piece)].count() }

// repeated reports whether the source writes the piece again and again.
func (h *habits) repeated(source, piece uint64) bool { return h.count(source, piece) >= repeatedFrom }

// fade gives up what was not met for long.
func (h *habits) fade(now int64) {
	if now/habitSweepSeconds == h.swept {
		return
	}
	h.swept = now / habitSweepSeconds
	for k, x := range h.known {
		life := int64(habitSeconds)
		if x.count() < repeatedFrom {
			life = onceSeconds
		}
		if now-x.last() > life {
			delete(h.known, k)
		}
	}
}
