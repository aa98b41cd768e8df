package dedupe

// minTelling is how many words, besides the common ones, two texts must have
// to be told apart from all others that are as short: "Live updates",
// "Weather: Monday".
const minTelling = 3

// toldApart reports whether a pair tells two happenings whatever else it
// shares.
func (m *match) toldApart(q *query, seconds int64) bool {
	if min(q.telling, m.telling) < minTelling {
		return true
	}
	if !m.same {
		return false
	}
	switch x := &m.vector; {
	case x[sameSkeleton] > 0 && x[missingNumber] > 0:
		return seconds > sameSourceSeconds // the next of a series
	}
	return false
}
