package dedupe

import (
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// DefaultWindow is how long an entry can be joined by default.
const DefaultWindow = 72 * time.Hour

// The rules that decide here, as Evidence.Rule names them, besides those of
// package aggregator.
const (
	RuleLink     = "same link"     // the canonical links are equal
	RuleText     = "same text"     // title and summary are equal word for word
	RuleBody     = "same body"     // the summaries are, under another title
	RuleTitle    = "same title"    // the titles are, and the source does not repeat them
	RuleShingles = "same shingles" // much of one text stands in the other
	RuleModel    = "judged"        // measured and weighed
)

// Options say how a Judge decides. The zero value is the default.
type Options struct {
	Window time.Duration   // how long an entry can be joined; 0: DefaultWindow
	Join   aggregator.Join // which entries may share a story; empty: JoinStory
	// Strictness is how sure the judge must be that an entry tells a story's
	// happening before it joins them, above 0 and below 1; 0: DefaultStrictness.
	Strictness float64

	// Model judges pairs; nil: the fitted one. Measured is told of each pair
	// that is measured, in their order; nil: nobody is. They are for fitting a
	// model.
	Model    *Model
	Measured func(Pair)
}

// Judge knows the entries of the window and decides on new ones.
type Judge struct {
	window     time.Duration
	join       aggregator.Join
	strictness float64
	model      *Model
	measured   func(Pair)

	now     time.Time // the latest Seen so far
	last    uint64    // the highest Seq so far
	entries window
	newest  map[key]uint32 // the number of the newest entry with each key
	stories map[aggregator.StoryID]*story
	sources map[string]uint32
	words   vocabulary
	habits  habits
	pins    pins
	version uint64 // how often what it knows has changed

	desk
}

// desk is room for the work on one entry. What it holds between two only saves
// work: the stems of words, and the matches of the entry last asked about.
type desk struct {
	scan    wording.Scanner
	stems   stemmer
	plain   []byte
	tokens  []token
	query   query
	reached [maxVisits]uint32
	packed  []uint32
	nearest nearest
	matches []match
	vectors [maxMatches]vector
	subject subject // whose matches they are
	tallies []tally
}

// New returns a Judge that knows nothing yet.
func New(opts Options) *Judge {
	if opts.Window == 0 {
		opts.Window = DefaultWindow
	}
	if opts.Join == "" {
		opts.Join = aggregator.JoinStory
	}
	if opts.Strictness == 0 {
		opts.Strictness = DefaultStrictness
	}
	if opts.Model == nil {
		opts.Model = &fitted
	}
	return &Judge{
		window: opts.Window, join: opts.Join, strictness: opts.Strictness, model: opts.Model, measured: opts.Measured,
		entries: window{first: 1},
		newest:  make(map[key]uint32),
		stories: make(map[aggregator.StoryID]*story),
		sources: make(map[string]uint32),
		words:   newVocabulary(),
		habits:  newHabits(),
	}
}

// Window returns how long an entry can be joined: a Judge is restored from the
// entries seen in that time before the last.
func (j *Judge) Window() time.Duration { return j.window }

// Len returns how many entries of the window the judge knows.
func (j *Judge) Len() int { return len(j.entries.docs) }

// LastSeq returns the Seq of the newest entry the judge was told of, 0 for
// none.
func (j *Judge) LastSeq() uint64 { return j.last }

// Decide says what becomes of a new entry, whose ID, Source, Seen and text
// must be set, and of which r is the Reading: New, Copy, Report or Related. It
// changes nothing that a later decision could see.
func (j *Judge) Decide(e *aggregator.Entry, r Reading) aggregator.Decision {
	d := aggregator.Decision{
		Entry: e.ID, Seq: e.Seq, Kind: aggregator.New, Story: e.ID.Story(), At: e.Seen,
		Evidence: aggregator.Evidence{Rule: aggregator.RuleFirst},
	}
	if j.join == aggregator.JoinNone {
		return d
	}
	v := j.judge(e, &r)
	switch {
	case v.story == nil:
		return d
	case v.near:
		d.Kind, d.Near = aggregator.Related, v.story.id
	default:
		d.Kind, d.Story = v.kind, v.story.id
		if v.merged != nil {
			d.Merged = v.merged.id
		}
	}
	d.Evidence = j.evidence(e, &v)
	return d
}

// Revise says what becomes of a new text of an entry already known, of which r
// is the Reading: an Update of the story it belongs to. It changes nothing.
func (j *Judge) Revise(e *aggregator.Entry, r Reading) aggregator.Decision {
	d := aggregator.Decision{
		Entry: e.ID, Seq: e.Seq, Revision: e.Revision, Kind: aggregator.Update, Story: e.Story, At: e.Revised,
		Evidence: aggregator.Evidence{Rule: aggregator.RuleRevision, Score: 1},
	}
	own := j.stories[e.Story]
	if j.join == aggregator.JoinNone || own == nil || len(own.members) > 1 || aggregator.Labelled(r.Labels, aggregator.LabelWithdrawal) {
		return d // notices that something is withdrawn are all alike
	}
	// An entry that stands alone and now tells what another story tells was
	// written over: the two are one.
	v := j.judge(e, &r)
	if v.story == nil || v.near || v.story == own {
		return d
	}
	d.Evidence = j.evidence(e, &v)
	older, younger := elder(v.partner.story, own) // the one that the evidence names, whatever else it would join
	d.Story, d.Merged = older.id, younger.id
	return d
}
