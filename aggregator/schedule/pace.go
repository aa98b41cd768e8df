package schedule

import "time"

// stride is how far apart the loop looks for sources that are due. Polls that
// start together share the wake-ups of processor, writer and disk: four hundred
// a second cost half of what they cost one by one.
const stride = time.Second

const (
	// peakOfMean is how many times the mean rate the loop starts polls at. Any
	// ten seconds touch eleven strides at most: over ten seconds it is twice
	// the mean.
	peakOfMean = 2 * 10.0 / 11
	// leastPerStride is what no loop has to fall below: one poll a second is no
	// peak, and a few sources would wait long for their share.
	leastPerStride = 1
)

// pace flattens peaks: it lets so many sources through in a stride. The zero
// value lets all through.
type pace struct {
	perStride float64 // 0: any number
	left      float64
	next      time.Time // when the next stride begins; zero: at once
}

// follow sets the pace for sources that expect so many polls a second; 0:
// unknown, and so any number.
func (p *pace) follow(perSecond float64) {
	p.perStride = 0
	if perSecond > 0 {
		p.perStride = max(perSecond*peakOfMean*stride.Seconds(), leastPerStride)
	}
}

// take reports whether one more source may go, and counts it.
func (p *pace) take(now time.Time) bool {
	if p.perStride == 0 {
		return true
	}
	if p.next.IsZero() {
		// Subtracted, and not truncated: the clock may be set, and what it
		// measures by itself must not stop.
		p.next = now.Add(-now.Sub(now.Truncate(stride)))
	}
	if past := now.Sub(p.next); past >= 0 {
		strides := past/stride + 1
		p.next = p.next.Add(strides * stride)
		// Only what is less than a poll is kept: a stride in which little was
		// due is no licence for the next one.
		p.left = min(p.left+float64(strides)*p.perStride, p.perStride+1)
	}
	if p.left < 1 {
		return false
	}
	p.left--
	return true
}
