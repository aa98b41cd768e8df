package dedupe

// habits remember what each source repeats around its entries: parts of titles
// and sentences, by digest.
type habits map[uint64]habit

type habit struct {
	last  int64 // Unix seconds when it was last met
	count uint8 // on how many occasions
	body  bool
}

const (
	occasionGap   = 14 * 3600      // seconds between two occasions
	habitLife     = 14 * 24 * 3600 // seconds after which a habit is given up
	onceLife      = 4 * 24 * 3600  // what was met only once is forgotten sooner
	repeatedFrom  = 2
	habitSweepGap = 6 * 3600
)

func (h habits) note(source, piece uint64, now int64, body bool) {
	k := mix(source ^ piece)
	x := h[k]
	x.body = body
	if x.count == 0 || body || now-x.last >= occasionGap {
		if x.count < 255 {
			x.count++
		}
		x.last = now
	}
	h[k] = x
}

func (h habits) count(source, piece uint64) int { return int(h[mix(source^piece)].count) }

func (h habits) repeated(source, piece uint64) bool { return h.count(source, piece) >= repeatedFrom }

func (h habits) fade(now int64) {
	if now/habitSweepGap == h[0].last/habitSweepGap {
		return
	}
	for k, x := range h {
		life := int64(habitLife)
		if x.count < 2 {
			life = onceLife
		}
		if now-x.last > life {
			delete(h, k)
		}
	}
	h[0] = habit{last: now}
}
