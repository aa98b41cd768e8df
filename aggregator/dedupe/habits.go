package dedupe

import "math"

// habits remember what each source repeats around its entries: parts of titles
// and sentences, by digest.
type habits struct {
	known map[uint64]habit
	swept int64 // in habitSweepSeconds since 1970
}

type habit struct {
	last  int64 // Unix seconds when it was last met
	count uint8 // on how many occasions
}

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
	if x.count == 0 || sentence || now-x.last >= occasionSeconds {
		x.count += min(1, math.MaxUint8-x.count)
		x.last = now
		h.known[k] = x
	}
}

// count returns on how many occasions the source wrote the piece.
func (h *habits) count(source, piece uint64) int { return int(h.known[mix(source^piece)].count) }

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
		if x.count < repeatedFrom {
			life = onceSeconds
		}
		if now-x.last > life {
			delete(h.known, k)
		}
	}
}
