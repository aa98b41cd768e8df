package dedupe

import (
	"cmp"
	"math"
	"slices"
	"time"

	"github.com/cespare/xxhash/v2"

	"wiredesk/aggregator"
)

// DefaultWindow is how long an entry can be joined by default.
const DefaultWindow = 72 * time.Hour

// sameSourceGap is how far apart two entries of one source with the same words
// may be and still be one article shown twice. Beyond it they are the next of
// a series: the forecast, the numbers of the day.
const sameSourceGap = 12 * time.Hour

// maxMembers is how many entries of the window one story may have: more are a
// template or a fault, and begin a story of their own.
const maxMembers = 500

// maxBodyCarriers bounds how many carriers of a text are asked whether they
// repeat it.
const maxBodyCarriers = 32

// The rules that decide, as Evidence.Rule names them.
const (
	RuleFirst    = "first"     // nothing in the window is like it
	RuleLink     = "same link" // the canonical links are equal
	RuleText     = "same text" // title and summary are equal word for word
	RuleBody     = "same body" // the summaries are, under another title
	RuleShingles = "same shingles"
	RuleModel    = "judged"
	RuleRevision = "revision" // a new text of a known entry
)

// Options say how a Judge decides. The zero value is the default.
type Options struct {
	Window time.Duration   // how long an entry can be joined; 0: DefaultWindow
	Join   aggregator.Join // which entries may share a story; empty: JoinStory
}

// Judge knows the entries of the window and decides on new ones.
type Judge struct {
	window time.Duration
	join   aggregator.Join
	model  *model

	now     time.Time // the latest Seen so far
	last    uint64    // the highest Seq so far
	entries window
	newest  map[key]uint32 // the number of the newest entry with each key
	stories map[aggregator.StoryID]*story
	sources map[string]uint32
	words   *vocabulary
	habits  habits
	bigs    map[uint64]int

	// Room for the work on one entry.
	scan    scanner
	stems   *stemmer
	plain   []byte
	query   query
	reach   []float64
	reached []uint32
	matches []match
	observe func(q *aggregator.Entry, matches []match)
}

// New returns a Judge that knows nothing yet.
func New(opts Options) *Judge {
	if opts.Window == 0 {
		opts.Window = DefaultWindow
	}
	if opts.Join == "" {
		opts.Join = aggregator.JoinStory
	}
	return &Judge{
		window: opts.Window, join: opts.Join, model: &fitted,
		entries: window{first: 1},
		newest:  make(map[key]uint32), stories: make(map[aggregator.StoryID]*story),
		sources: make(map[string]uint32), words: newVocabulary(), habits: make(habits), bigs: map[uint64]int{},
		stems: newStemmer(),
	}
}

// Window returns how long an entry can be joined: a Judge is restored from the
// entries seen in that time before the last.
func (j *Judge) Window() time.Duration { return j.window }

// Decide says what becomes of a new entry, whose ID, Source, Seen and text
// must be set, and of which r is the Reading. It changes nothing.
func (j *Judge) Decide(e *aggregator.Entry, r Reading) aggregator.Decision {
	d := aggregator.Decision{
		Entry: e.ID, Seq: e.Seq, Kind: aggregator.New, Story: e.ID.Story(), At: e.Seen,
		Evidence: aggregator.Evidence{Rule: RuleFirst},
	}
	if j.join == aggregator.JoinNone {
		return d
	}
	for kind, name := range [...]string{RuleLink, RuleText, RuleBody} {
		partner := j.partner(e, r.keys[kind])
		if partner == nil || kind == keyBody && j.boilerplate(r.keys[keyBody], e.Source) {
			continue
		}
		d.Kind, d.Story = aggregator.Copy, partner.story.id
		d.Evidence = aggregator.Evidence{
			Rule: name, Partner: partner.id, Score: 1,
			Features: []aggregator.Feature{
				{Name: name, Value: 1, Words: []string{e.Title}},
				{Name: "minutes apart", Value: float64(unixSeconds(e.Seen)-partner.seen) / 60},
			},
		}
		if j.observe == nil {
			return d
		}
		break
	}
	matches := j.match(e, &r)
	if j.observe != nil {
		j.observe(e, matches)
	}
	if d.Kind == aggregator.Copy {
		return d
	}
	for i := range matches {
		m := &matches[i]
		if m.isCopy(&j.query, j.entries.at(m.number)) {
			p := j.entries.at(m.number)
			d.Kind, d.Story = aggregator.Copy, p.story.id
			d.Evidence = aggregator.Evidence{Rule: RuleShingles, Partner: p.id, Score: 1}
			return d
		}
	}
	if best, score, partner := j.link(matches); best != nil && score > j.model.threshold {
		d.Kind, d.Story = aggregator.Report, best.id
		d.Evidence = aggregator.Evidence{Rule: RuleModel, Partner: j.entries.at(partner.number).id, Score: score}
	}
	return d
}

func (m *match) isCopy(q *query, d *doc) bool {
	x := &m.vector
	if min(q.shingles, int(d.shingles)) >= 8 && x[fTemplate] < .7 {
		limit := .2
		if m.same {
			limit = .5
		}
		if x[fJaccard] >= limit {
			return true
		}
	}
	return false
}

const nobody = .007

// link returns the story that the entry agrees with best: half the agreement
// with its nearest member, half with all of them.
func (j *Judge) link(matches []match) (best *story, score float64, partner *match) {
	for i := range matches {
		m := &matches[i]
		s := j.entries.at(m.number).story
		if s == nil || len(s.members) >= maxMembers {
			continue
		}
		top, sum, n := 0.0, 0.0, 0
		var nearest *match
		for k := range matches {
			if o := &matches[k]; j.entries.at(o.number).story == s {
				sum += o.p
				n++
				if o.p > top {
					top, nearest = o.p, o
				}
			}
		}
		if nearest != m {
			continue
		}
		mean := (sum + nobody*float64(len(s.members)-n)) / float64(len(s.members))
		if got := .5*top + .5*mean; got > score {
			best, score, partner = s, got, m
		}
	}
	return best, score, partner
}

const (
	maxReach   = 400 // entries looked at for one word
	maxMatches = 40
	minRarity  = 1293 // 3.5 in natural logarithm
	reachWords = 24
)

// match finds the entries of the window that the new one may tell the same
// happening as, the nearest first, with their features.
func (j *Judge) match(e *aggregator.Entry, r *Reading) []match {
	source := mix(xxhash.Sum64String(e.Source))
	now := unixSeconds(e.Seen)
	q := &j.query
	r.compose(func(p uint64) bool { return j.habits.repeated(source, p) }, &q.composed)
	j.words.prepare(q)
	if n := len(j.entries.docs); len(j.reach) < n {
		j.reach = make([]float64, n+n/2)
	}
	j.reached = j.reached[:0]
	var order [maxTerms]uint8
	n := 0
	for i := range q.terms {
		if s := q.terms[i].slot; s != unknown && j.words.rarity(s) >= minRarity {
			order[n] = uint8(i)
			n++
		}
	}
	slices.SortFunc(order[:n], func(a, b uint8) int {
		return cmp.Or(cmp.Compare(q.worth[b], q.worth[a]), cmp.Compare(a, b))
	})
	first := j.entries.first
	oldest := now - int64(j.window/time.Second)
	for _, i := range order[:min(n, reachWords)] {
		t := &q.terms[i]
		posts := j.words.slots[t.slot].posts
		gain := float64(q.weight[i] * q.worth[i])
		for k := len(posts) - 1; k >= max(0, len(posts)-maxReach) && posts[k] >= first; k-- {
			at := posts[k] - first
			if j.reach[at] == 0 {
				j.reached = append(j.reached, at)
			}
			j.reach[at] += gain
		}
	}
	matches := j.matches[:0]
	for _, at := range j.reached {
		d := &j.entries.docs[at]
		score := j.reach[at] / (1 + math.Sqrt(float64(d.norm)))
		j.reach[at] = 0
		if d.story == nil || d.seen < oldest || d.id == e.ID {
			continue
		}
		matches = append(matches, match{number: at + first, score: score})
	}
	slices.SortFunc(matches, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.score, a.score), cmp.Compare(b.number, a.number))
	})
	matches = matches[:min(len(matches), maxMatches)]
	kept := matches[:0]
	for i := range matches {
		m := &matches[i]
		j.words.compare(q, j.entries.at(m.number), m)
		if m.cosAll >= .03 || m.vector[fCoverMax] > .3 {
			kept = append(kept, *m)
		}
	}
	matches = kept
	slices.SortFunc(matches, func(a, b match) int {
		return cmp.Or(cmp.Compare(b.vector[fCosAll]+.5*b.vector[fCosTitle], a.vector[fCosAll]+.5*a.vector[fCosTitle]), cmp.Compare(b.number, a.number))
	})
	j.matches = matches
	j.finish(e, r, q, matches, source)
	return matches
}

// finish fills in what depends on the other candidates and on the source.
func (j *Judge) finish(e *aggregator.Entry, r *Reading, q *query, matches []match, source uint64) {
	if len(matches) == 0 {
		return
	}
	q.sumLocal = 0
	for i := range q.terms {
		n := 0
		for k := range matches {
			n += int(matches[k].shared >> i & 1)
		}
		q.local[i] = q.weight[i] * (1 - float64(log2(uint64(n+1)))/float64(log2(uint64(len(matches)+2))))
		if n > 0 {
			q.sumLocal += q.local[i]
		}
	}
	when := unixSeconds(e.When())
	number, known := j.sources[e.Source]
	q.used = 0
	if known {
		q.used = j.usedBefore(q, number, unixSeconds(e.Seen)-14*3600)
	}
	series := j.habits.count(source, r.skeleton)
	top := matches[0].vector[fCosAll]
	crowd := 0
	for k := range matches {
		if matches[k].vector[fCosAll] > .8*top {
			crowd++
		}
	}
	for k := range matches {
		m := &matches[k]
		d := j.entries.at(m.number)
		x := &m.vector
		m.same = known && d.source == number
		gap := math.Abs(float64(when-d.when)) / 3600
		x[fGap] = min(gap, 96) / 24
		x[fGapLog] = log(1 + gap)
		x[fGapNear] = min(gap, 10) / 10
		x[fSeenGapLog] = log(1 + math.Abs(float64(unixSeconds(e.Seen)-d.seen))/3600)
		short, long := min(r.titleWords, int(d.titles)), max(r.titleWords, int(d.titles))
		x[fShortTitle] = log(1 + float64(short))
		x[fTitleRatio] = ratio(float64(short), float64(long))
		x[fBodyMin] = log(1 + float64(min(r.bodyWords, int(d.bodies))))
		if min(r.bodyWords, int(d.bodies)) < 4 {
			x[fNoBody] = 1
		}
		if max(r.bodyWords, int(d.bodies)) < 4 {
			x[fNoBodies] = 1
		}
		x[fGrams] = r.grams.jaccard(&d.grams)
		x[fJaccard], x[fContained] = shingled(q.sketch, q.shingles, d.sketch(), int(d.shingles))
		if r.skeleton == d.skeleton {
			x[fSkeleton] = 1
		}
		x[fTemplate] = float64(min(q.template, int(d.template))) / 100
		x[fTemplates] = log(1 + float64(series))
		if r.keys[keyText] != 0 && r.keys[keyText] == d.keys[keyText] {
			x[fSameTitle] = 1
		}
		if r.keys[keyLink] != 0 && r.keys[keyLink] == d.keys[keyLink] {
			x[fSameLink] = 1
		}
		local, used, sharedTitle := 0.0, 0.0, 0.0
		for i := range q.terms {
			if m.shared>>i&1 == 0 {
				continue
			}
			local += q.local[i]
			if q.terms[i].title > 0 {
				sharedTitle += q.weight[i]
				if q.used>>i&1 != 0 {
					used += q.weight[i]
				}
			}
		}
		x[fLocal] = ratio(local, q.sumLocal)
		x[fUsed] = ratio(used, sharedTitle)
		x[fRank] = log(1 + float64(k))
		x[fCrowd] = log(float64(crowd))
		x[fCosCover] = x[fCosAll] * x[fCoverMin]
		x[fCosGap] = x[fCosAll] * x[fGapLog]
		x[fCoverGap] = x[fCoverMax] * x[fGapLog]
		x[fTopCover] = x[fTop1] * x[fCoverMax]
		if tCased && (r.x.cased || d.x.cased) {
			x[fCased] = 1
			x[fCasedCos], x[fCasedTitle], x[fCasedCover], x[fCasedTop] = x[fCosAll], x[fCosTitle], x[fCoverMin], x[fTop1]
		}
		if tGram {
			x[fGramIn], x[fGramMax] = r.grams.contained(&d.grams)
		}
		if tBig {
			top, sum, n := 0.0, 0.0, 0.0
			for i, k := 0, 0; i < len(r.x.big) && k < len(d.x.big); {
				switch {
				case r.x.big[i] < d.x.big[k]:
					i++
				case r.x.big[i] > d.x.big[k]:
					k++
				default:
					w := weigh(log2(j.words.total+priorTotal*countUnit) - log2(uint64(j.bigs[r.x.big[i]])*countUnit+priorCount))
					sum += w
					n++
					top = max(top, w)
					i++
					k++
				}
			}
			x[fBig], x[fBigN], x[fBigTop] = math.Sqrt(sum), min(n, 6), top
			x[fBigNames] = ratio(n, math.Sqrt(float64(len(r.x.big)*len(d.x.big))))
		}
		if tSlug {
			sum, all, all2 := 0.0, 0.0, 0.0
			for _, t := range r.x.slug {
				w := weigh(j.words.rarity(j.words.find(t)))
				all += w
				if _, f := slices.BinarySearch(d.x.slug, t); f {
					sum += w
				}
			}
			for _, t := range d.x.slug {
				all2 += weigh(j.words.rarity(j.words.find(t)))
			}
			x[fSlug] = ratio(sum, math.Sqrt(all*all2))
			x[fSlugCover] = ratio(sum, min(all, all2))
		}
		if tPrefix {
			a, b := 0.0, 0.0
			for _, t := range r.x.prefix {
				if _, f := slices.BinarySearch(d.x.prefAll, t); f {
					a++
				}
			}
			for _, t := range d.x.prefix {
				if _, f := slices.BinarySearch(r.x.prefAll, t); f {
					b++
				}
			}
			a, b = ratio(a, float64(len(r.x.prefix))), ratio(b, float64(len(d.x.prefix)))
			x[fPrefMin], x[fPrefMax] = min(a, b), max(a, b)
		}
		m.z = j.model.score(x, m.same)
		m.p = logistic(m.z)
	}
}

// usedBefore marks the query's title words that the source wrote in a title
// before the instant.
func (j *Judge) usedBefore(q *query, source uint32, before int64) (used uint64) {
	for i := range q.terms {
		t := &q.terms[i]
		if t.title == 0 || t.slot == unknown {
			continue
		}
		posts := j.words.slots[t.slot].posts
		for k := len(posts) - 1; k >= max(0, len(posts)-maxReach) && posts[k] >= j.entries.first; k-- {
			if d := j.entries.at(posts[k]); d.source == source && d.seen < before {
				used |= 1 << i
				break
			}
		}
	}
	return used
}

// Revise says what becomes of a new text of an entry already known: an Update
// of the story it belongs to. It changes nothing.
func (j *Judge) Revise(e *aggregator.Entry, _ Reading) aggregator.Decision {
	return aggregator.Decision{
		Entry: e.ID, Seq: e.Seq, Revision: e.Revision, Kind: aggregator.Update, Story: e.Story, At: e.Revised,
		Evidence: aggregator.Evidence{Rule: RuleRevision, Score: 1},
	}
}

// Add makes e, whose Story is decided and of which r is the Reading, known to
// later decisions; an entry without a story only moves the window. New entries
// are added in the order of their Seq. An entry known already takes its new
// text.
func (j *Judge) Add(e *aggregator.Entry, r Reading) {
	fresh := e.Seq > j.last
	j.last = max(j.last, e.Seq)
	if e.Seen.After(j.now) {
		j.now = e.Seen
		j.forget()
	}
	if e.Story.IsZero() || j.join == aggregator.JoinNone || j.now.Sub(e.Seen) > j.window {
		return
	}
	number, found := j.entries.find(e.Seq)
	switch {
	case found:
		j.unlink(number)
	case number != j.entries.end():
		return // it was revised after it had left the window
	default:
		j.entries.docs = append(j.entries.docs, doc{
			id: e.ID, seq: e.Seq, source: j.sourceNumber(e.Source), seen: unixSeconds(e.Seen), when: unixSeconds(e.When()),
		})
		j.put(number, e.Story)
	}
	j.learn(e, &r, number, fresh)
	j.chain(number)
}

// learn gives the entry of the number its text, and the vocabulary its words.
func (j *Judge) learn(e *aggregator.Entry, r *Reading, number uint32, fresh bool) {
	d := j.entries.at(number)
	source := mix(xxhash.Sum64String(e.Source))
	q := &j.query
	r.compose(func(p uint64) bool { return j.habits.repeated(source, p) }, &q.composed)
	for i := range q.terms {
		t := &q.terms[i]
		t.slot = j.words.take(t.id)
		s := &j.words.slots[t.slot]
		s.refs++
		if fresh {
			s.count += countUnit
		}
		if t.slot >= maxSlots {
			panic("vocabulary")
		}
		j.words.post(t.slot, number, j.entries.first)
	}
	if fresh {
		j.words.total += countUnit
		for i, p := range r.repeatables {
			j.habits.note(source, p, unixSeconds(e.Seen), i >= r.titles)
		}
		j.habits.note(source, r.skeleton, unixSeconds(e.Seen), false)
	}
	sortTerms(q.terms)
	d.packed = make([]uint32, 0, len(q.terms)+len(q.pairs)+len(q.sketch))
	norm := 0.0
	for i := range q.terms {
		t := q.terms[i]
		d.packed = append(d.packed, pack(t))
		w := weigh(j.words.rarity(t.slot)) * standing[t.title][t.body]
		norm += float64(w * w)
	}
	d.packed = append(append(d.packed, q.pairs...), q.sketch...)
	d.terms, d.pairs = uint8(len(q.terms)), uint8(len(q.pairs))
	d.titles, d.bodies = uint8(min(255, r.titleWords)), uint8(min(255, r.bodyWords))
	d.template, d.shingles, d.norm = uint8(q.template), uint16(q.shingles), uint32(norm)
	d.skeleton, d.grams, d.keys = r.skeleton, r.grams, r.keys
	d.x = r.x
	for _, b := range r.x.big {
		j.bigs[b]++
	}
}

func sortTerms(terms []term) {
	slices.SortFunc(terms, func(a, b term) int { return cmp.Or(cmp.Compare(a.slot, b.slot), cmp.Compare(a.id, b.id)) })
}

func (j *Judge) sourceNumber(source string) uint32 {
	n, found := j.sources[source]
	if !found {
		n = uint32(len(j.sources) + 1)
		j.sources[source] = n
	}
	return n
}

// put makes the entry a member of a story.
func (j *Judge) put(number uint32, id aggregator.StoryID) {
	d := j.entries.at(number)
	s := j.stories[id]
	if s == nil {
		s = &story{id: id, first: d.seen}
		j.stories[id] = s
	}
	s.members = append(s.members, number)
	s.size++
	d.story = s
}

// Len returns how many entries of the window the judge knows.
func (j *Judge) Len() int { return len(j.entries.docs) }

// partner returns the newest entry with the key that e may be a copy of.
func (j *Judge) partner(e *aggregator.Entry, k key) *doc {
	number, found := j.newest[k]
	if k == 0 || !found {
		return nil
	}
	p := j.entries.at(number)
	gap := time.Duration(unixSeconds(e.Seen)-p.seen) * time.Second
	if gap > j.window || p.id == e.ID || p.story == nil {
		return nil
	}
	if source, known := j.sources[e.Source]; known && p.source == source && k.ofText() && gap > sameSourceGap {
		return nil
	}
	if len(p.story.members) >= maxMembers {
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

// forget drops the oldest entries once they have left the window.
func (j *Judge) forget() {
	now := unixSeconds(j.now)
	for len(j.entries.docs) > 0 && now-j.entries.docs[0].seen > int64(j.window/time.Second) {
		number := j.entries.first
		oldest := &j.entries.docs[0]
		for _, k := range oldest.keys {
			if j.newest[k] == number {
				delete(j.newest, k)
			}
		}
		for _, p := range oldest.words() {
			j.words.slots[p>>slotShift].refs--
		}
		if s := oldest.story; s != nil {
			if i := slices.Index(s.members, number); i >= 0 {
				s.members = slices.Delete(s.members, i, i+1)
			}
			if len(s.members) == 0 {
				delete(j.stories, s.id)
			}
		}
		*oldest = doc{}
		j.entries.docs = j.entries.docs[1:]
		j.entries.first++
	}
	j.words.fade(now / 3600)
	j.habits.fade(now)
}
