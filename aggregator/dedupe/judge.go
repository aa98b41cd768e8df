// Package dedupe turns entries into stories. It decides, for each new entry of
// the stream, whether its text is another's, and leaves the evidence for it.
//
// A [Judge] is a fold over the stream: what it knows after some entries is a
// function of those entries and their order, byte for byte, on any machine.
// There is no clock in it (time is what entries say of when they were seen), no
// map order and no randomness, and it does no I/O. Decide only reads, so that
// a decision can be tried without being taken; Add makes an entry known, with
// the story it was given. Restoring a judge is adding the window's entries
// again in the order they were stored.
//
// When in doubt two entries stay apart: a hidden report is worse than a
// repeated one.
//
// A Judge may be used by one goroutine at a time.
package dedupe

import (
	"slices"
	"time"

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
	RuleRevision = "revision"  // a new text of a known entry
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

	now     time.Time // the latest Seen so far
	last    uint64    // the highest Seq so far
	entries queue
	newest  map[key]uint64 // the number of the newest entry with each key
	members map[aggregator.StoryID]int
}

// New returns a Judge that knows nothing yet.
func New(opts Options) *Judge {
	if opts.Window == 0 {
		opts.Window = DefaultWindow
	}
	if opts.Join == "" {
		opts.Join = aggregator.JoinStory
	}
	return &Judge{window: opts.Window, join: opts.Join, newest: make(map[key]uint64), members: make(map[aggregator.StoryID]int)}
}

// Window returns how long an entry can be joined: a Judge is restored from the
// entries seen in that time before the last.
func (j *Judge) Window() time.Duration { return j.window }

// Decide says what becomes of a new entry, whose ID, Source, Seen and text
// must be set, and of which r is the Reading: New, or Copy of an entry of the
// window. It changes nothing.
func (j *Judge) Decide(e *aggregator.Entry, r Reading) aggregator.Decision {
	d := aggregator.Decision{
		Entry: e.ID, Seq: e.Seq, Kind: aggregator.New, Story: e.ID.Story(), At: e.Seen,
		Evidence: aggregator.Evidence{Rule: RuleFirst},
	}
	if j.join == aggregator.JoinNone {
		return d
	}
	for _, rule := range rules {
		partner := j.partner(e, r.keys[rule.key])
		if partner == nil || rule.key == keyBody && j.boilerplate(r.keys[keyBody], e.Source) {
			continue
		}
		d.Kind, d.Story = aggregator.Copy, partner.story
		d.Evidence = aggregator.Evidence{
			Rule: rule.name, Partner: partner.id, Score: 1,
			Features: []aggregator.Feature{
				{Name: rule.name, Value: 1, Words: rule.words(e)},
				{Name: "minutes apart", Value: e.Seen.Sub(partner.seen).Minutes()},
			},
		}
		break
	}
	return d
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
// later decisions; an entry without a story only moves the window. New entries are added in the order of
// their Seq. An entry known already takes the keys of its new text, so that a
// judge that saw the revision and one restored after it are the same.
func (j *Judge) Add(e *aggregator.Entry, r Reading) {
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
		j.entries.push(known{id: e.ID, seq: e.Seq, source: e.Source, seen: e.Seen})
		j.members[e.Story]++
	}
	entry := j.entries.at(number)
	entry.story, entry.keys = e.Story, r.keys
	j.link(number)
}

// Len returns how many entries of the window the judge knows.
func (j *Judge) Len() int { return len(j.entries.known) }

// partner returns the newest entry with the key that e may be a copy of.
func (j *Judge) partner(e *aggregator.Entry, k key) *known {
	number, found := j.newest[k]
	if k == 0 || !found {
		return nil
	}
	p := j.entries.at(number)
	gap := e.Seen.Sub(p.seen)
	if gap > j.window || p.id == e.ID {
		return nil
	}
	if p.source == e.Source && k.ofText() && gap > sameSourceGap {
		return nil
	}
	if j.members[p.story] >= maxMembers {
		return nil
	}
	return p
}

// boilerplate reports whether the text under the key stands below more than one
// entry of a source: it is what the source writes below everything.
func (j *Judge) boilerplate(body key, source string) bool {
	seen := []string{source}
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
	for len(j.entries.known) > 0 && j.now.Sub(j.entries.known[0].seen) > j.window {
		oldest := &j.entries.known[0]
		for _, k := range oldest.keys {
			if j.newest[k] == j.entries.first {
				delete(j.newest, k)
			}
		}
		if j.members[oldest.story]--; j.members[oldest.story] == 0 {
			delete(j.members, oldest.story)
		}
		j.entries.pop()
	}
}
