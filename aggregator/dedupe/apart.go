package dedupe

// minTelling is how many words, besides the common ones, a text must have for
// its likeness to another to mean anything: "Live updates" and "Weather:
// Monday" have fewer.
const minTelling = 3

// toldApart reports whether a pair does not tell one happening, whatever else
// it shares.
func (m *match) toldApart(r *Reading, q *query, d *doc) bool {
	return min(q.telling, m.telling) < minTelling || r.roundup != d.roundup || m.series()
}

// series reports whether the two are of one series: one source's titles, equal
// but for numbers, of which more than one is another, or one half a day later.
// A single number that changes within hours is a toll that rises.
func (m *match) series() bool {
	x := m.vector
	return m.same && x[sameSkeleton] > 0 && (x[missingNumber] > 1 || x[missingNumber] > 0 && x[gapDays]*daySeconds > sameSourceSeconds)
}
