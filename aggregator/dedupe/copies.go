package dedupe

import (
	"slices"

	"wiredesk/aggregator"
)

const (
	// sameSourceSeconds is how far apart two entries of one source with the
	// same words may be and still be one article shown twice. Beyond it they
	// are the next of a series: the forecast, the numbers of the day.
	sameSourceSeconds = 12 * 3600
	// maxBodyCarriers bounds how many carriers of a text are asked whether
	// they repeat it.
	maxBodyCarriers = 32
	// Two texts of at least minShingles different shingles are copies when
	// this share of all their shingles is in both.
	minShingles      = 8
	jaccardOfCopies  = 0.2
	jaccardOfEdition = 0.5  // within one source, which puts the same words around what it tells of different things
	jaccardOfText    = 0.75 // whatever the titles name
	// otherNames is the most that names may weigh, by their root, which only
	// one title has.
	otherNames = 2
	// shareOfShorter is the share of the shorter text that makes it a copy cut
	// short.
	shareOfShorter = 0.65
	// likeTitles is how much of each title the other must have where the rest
	// could be what a source, or everyone, writes of such things.
	likeTitles = 0.3
	// maxTemplate is how much of its title a source may repeat, in percent, for
	// the rest to say that two entries are copies.
	maxTemplate = 70
)

// copied finds the entry of the window whose text the new one carries.
func (j *Judge) copied(e *aggregator.Entry, r *Reading, matches []match, banned []*story) verdict {
	for kind, rule := range [keyKinds]string{RuleLink, RuleText, RuleBody, RuleTitle} {
		p := j.partner(e, r.keys[kind])
		if p == nil || kind == keyTitle && j.query.template >= maxTemplate || kind == keyBody && j.boilerplate(r.keys[keyBody], e.Source) || slices.Contains(banned, p.story) {
			continue
		}
		return verdict{story: p.story, kind: aggregator.Copy, rule: rule, partner: p, score: 1}
	}
	for i := range matches {
		m := &matches[i]
		p := j.entries.at(m.number)
		if m.copy && len(p.story.members) < maxMembers && !slices.Contains(banned, p.story) {
			return verdict{story: p.story, kind: aggregator.Copy, rule: RuleShingles, partner: p, match: m, score: 1}
		}
	}
	return verdict{}
}

// copied reports whether the pair, measured, carries the same text: sure enough
// to fold it without a second thought. Where the titles have other numbers, or
// names of their own over texts that are alike only in part, the likeness may be
// that of a template, and the model is asked.
func (m *match) copied(q *query, d *doc) bool {
	x := m.vector
	if min(q.shingles, int(d.shingles)) < minShingles || min(q.template, int(d.template)) >= maxTemplate || x[missingNumber] > 0 {
		return false
	}
	switch {
	case m.same:
		return x[coverTitle] >= likeTitles && m.jaccard >= jaccardOfEdition && m.apart <= sameSourceSeconds
	case m.jaccard >= jaccardOfText:
		return true
	case x[missingNames] > otherNames:
		return false
	}
	return m.jaccard >= jaccardOfEdition || m.contained(q, d) >= shareOfShorter || m.jaccard >= jaccardOfCopies && x[coverMin] >= likeTitles
}

// contained estimates the share of the shorter text's shingles that the longer
// has: high where one is the other cut short.
func (m *match) contained(q *query, d *doc) float64 {
	both := m.jaccard / (1 + m.jaccard) * float64(q.shingles+int(d.shingles))
	return both / float64(min(q.shingles, int(d.shingles)))
}

// partner returns the newest entry with the key that e may be a copy of.
func (j *Judge) partner(e *aggregator.Entry, k key) *doc {
	number, found := j.newest[k]
	if k == 0 || !found {
		return nil
	}
	p := j.entries.at(number)
	gap, claimed := unixSeconds(e.Seen)-p.seen.seconds(), unixSeconds(e.When())-p.when.seconds()
	if gap > j.windowSeconds() || p.id == e.ID || p.story == nil || len(p.story.members) >= maxMembers {
		return nil
	}
	if source, known := j.sources[e.Source]; known && p.source == source && k.ofText() && max(gap, claimed, -claimed) > sameSourceSeconds {
		return nil
	}
	return p
}

// boilerplate reports whether the text under the key stands below more than one
// entry of a source: it is what the source writes below everything.
func (j *Judge) boilerplate(body key, source string) bool {
	seen := []uint32{j.sources[source]}
	for number := j.newest[body]; number >= j.entries.first && len(seen) <= maxBodyCarriers; {
		carrier := j.entries.at(number)
		if slices.Contains(seen, carrier.source) {
			return true
		}
		seen = append(seen, carrier.source)
		number = carrier.older[keyBody]
	}
	return false
}
