package dedupe

// minTelling is how many words, besides the common ones, a text must have for
// its likeness to another to mean anything: "Live updates" and "Weather:
// Monday" have fewer.
const minTelling = 3

// manyNumbers is how many numbers of a title must be missing from the other of
// its source for the two to be of one series: one may have been corrected.
const manyNumbers = 2

// toldApart reports whether a pair does not tell one happening, whatever else
// it shares.
func (m *match) toldApart(r *Reading, q *query, d *doc) bool {
	return min(q.telling, m.telling) < minTelling || r.gathers != d.gathers || m.series()
}

// series reports whether the two are one source's of one series, such as the
// numbers of each day, the quiz of each morning: their titles are equal but for
// numbers and dates and they claim to be half a day apart, or have many other
// numbers.
func (m *match) series() bool {
	x := m.vector
	return m.same && (x[missingNumber] >= manyNumbers || x[sameSkeleton] > 0 && x[gapDays]*daySeconds > sameSourceSeconds)
}
