package ingest

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/aggregator/schedule"
)

// Archive is what the fold reads of the store.
type Archive interface {
	// Known returns, for each identity key, the entry behind it.
	Known(ids []aggregator.EntryID) ([]aggregator.Known, error)
	// Entries returns the entries with these Seqs; a missing one is zero.
	Entries(seqs []uint64) ([]aggregator.Entry, error)
	// Stories returns the stories with these ids, or what they have become; a
	// missing one is zero.
	Stories(ids []aggregator.StoryID) ([]aggregator.Story, error)
	// NewestStories returns at most limit stories after the place before, the
	// newest first.
	NewestStories(before aggregator.Position, limit int) ([]aggregator.Story, error)
	// Revisions returns the earlier texts of an entry.
	Revisions(seq uint64) ([]aggregator.Revision, error)
	// Decisions returns what was decided on an entry, in order.
	Decisions(seq uint64) ([]aggregator.Decision, error)
}

// judge is what the fold asks of dedupe.
type judge interface {
	Read(e *aggregator.Entry) dedupe.Reading
	Decide(e *aggregator.Entry, r dedupe.Reading) aggregator.Decision
	Revise(e *aggregator.Entry, r dedupe.Reading) aggregator.Decision
	Add(e *aggregator.Entry, r dedupe.Reading)
	Move(seq uint64, to aggregator.StoryID)
}

// maxRevisions bounds the texts kept of one entry. A page that changes with
// every fetch goes on being updated, but only its first texts are history.
const maxRevisions = 64

// clockStep is how far the clock may be behind the stream and still be taken
// for results that overtook each other.
const clockStep = time.Hour

// fold turns a batch of results into one commit. It reads the store but writes
// nothing; what the batch itself has brought lies over what the store says.
type fold struct {
	archive  Archive
	judge    judge
	settings *Settings
	tuning   *schedule.Tuning
	states   func(source string) *aggregator.SourceState

	lastSeq  uint64
	lastSeen time.Time

	known   map[aggregator.EntryID]aggregator.Known
	stored  map[uint64]*aggregator.Entry              // as the store has them
	entries map[uint64]*aggregator.Entry              // new and changed
	stories map[aggregator.StoryID]*aggregator.Story  // new and changed
	aliases map[aggregator.StoryID]aggregator.StoryID // of stories that merged: one step towards what they became
	newest  map[string]*aggregator.SourceState
	revised map[uint64][]aggregator.Revision // those in commit, by entry
	commit  aggregator.Commit                // the rest
	loud    bool                             // some result brought more than the news that nothing changed
}

func newFold(archive Archive, j judge, settings *Settings, tuning *schedule.Tuning, states func(source string) *aggregator.SourceState) *fold {
	return &fold{
		archive: archive, judge: j, settings: settings, tuning: tuning, states: states,
		known:   make(map[aggregator.EntryID]aggregator.Known),
		stored:  make(map[uint64]*aggregator.Entry),
		entries: make(map[uint64]*aggregator.Entry),
		stories: make(map[aggregator.StoryID]*aggregator.Story),
		aliases: make(map[aggregator.StoryID]aggregator.StoryID),
		newest:  make(map[string]*aggregator.SourceState),
		revised: make(map[uint64][]aggregator.Revision),
	}
}

// add folds one result in. What was foreseen of it may be nil.
func (f *fold) add(result *aggregator.PollResult, foreseen *foresight) (Report, error) {
	src, configured := f.settings.Sources[result.Source]
	if !configured {
		return Report{State: *f.state(result.Source)}, nil
	}
	before := f.state(result.Source)
	report := Report{First: before.FirstPoll.IsZero()}
	seen, err := f.seen(result.Response.At, &report)
	if err != nil {
		return Report{}, err
	}
	trust := before.GUIDs
	if before.URL != result.URL {
		trust = aggregator.GUIDTrusted
	}
	var showing []uint64
	if len(result.Document.Entries) > 0 {
		if showing, trust, err = f.addEntries(src, result, trust, seen, &report); err != nil {
			return Report{}, fmt.Errorf("poll %s: %w", result.Source, err)
		}
	}
	state := foreseen.from(before, f.settings, f.tuning)
	if state == nil {
		worked := after(*before, src, result, tally{
			seen: seen, showing: showing, trust: trust, fresh: report.news(),
		}, planning{f.settings.Planner, f.tuning})
		state = &worked
	}
	report.State = *state
	report.Before, report.Pushed = before.Outcome, result.Pushed
	report.Relocated = before.URL == result.URL && before.Address != state.Address
	f.newest[result.Source] = state
	if result.Response.Outcome != aggregator.NotModified || before.Validators != state.Validators || report.Relocated {
		f.loud = true
	}
	return report, nil
}

// quiet reports whether nothing would be lost by not storing the batch at
// once.
func (f *fold) quiet() bool { return !f.loud }

// news returns when each new entry was published, as claimed.
func (r *Report) news() (published []time.Time) {
	for i, d := range r.Decisions {
		if d.Kind != aggregator.Update {
			published = append(published, cmp.Or(r.Entries[i].Published, r.Entries[i].Updated))
		}
	}
	return published
}

// seen returns when a result's entries count as seen: when it arrived, but
// after what was folded earlier, so that the order of texts can be told from
// their times. Where it is long before that the clock was ahead.
func (f *fold) seen(at time.Time, report *Report) (time.Time, error) {
	at = at.UTC()
	switch behind := f.lastSeen.Sub(at); {
	case behind >= clockStep:
		if err := f.bringBack(at, report); err != nil {
			return at, err
		}
	case behind >= 0:
		at = f.lastSeen.Add(1)
	}
	f.lastSeen = at
	return at, nil
}

func (f *fold) state(source string) *aggregator.SourceState {
	if state := f.newest[source]; state != nil {
		return state
	}
	return f.states(source)
}

// addEntries folds a document's entries in, what it says of known ones first, in
// the order of their Seqs, then the new ones, the oldest first. It returns the
// Seqs of all that it shows.
func (f *fold) addEntries(src aggregator.Source, result *aggregator.PollResult, trust aggregator.GUIDTrust, seen time.Time, report *Report) ([]uint64, aggregator.GUIDTrust, error) {
	candidates, trust := identify(src.ID, trust, result.Document.Entries)
	err := f.look(candidates)
	if err == nil {
		trust, err = f.distrust(src.ID, trust, candidates)
	}
	if err != nil {
		return nil, trust, err
	}
	shown := make(map[string]bool, len(candidates))
	for _, c := range candidates {
		for _, name := range []string{c.entry.GUID, c.entry.Canonical} {
			if name != "" {
				shown[name] = true
			}
		}
	}
	chronological(candidates)
	byGUID, underNew := 0, 0
	fresh := candidates[:0]
	known := make([]sighting, 0, len(candidates))
	for _, c := range candidates {
		seq, renamed, err := f.find(c, shown)
		switch {
		case err != nil:
			return nil, trust, err
		case seq == 0:
			fresh = append(fresh, c)
			continue
		case renamed:
			underNew++
		case c.byID:
			byGUID++
		}
		known = append(known, sighting{seq, c})
	}
	slices.SortStableFunc(known, func(a, b sighting) int { return cmp.Compare(a.seq, b.seq) })
	showing := make([]uint64, 0, len(candidates))
	for _, s := range known {
		if n := len(showing); n > 0 && showing[n-1] == s.seq {
			continue // the same article, listed twice
		}
		if err := f.addKnown(src, s.candidate, s.seq, seen, report); err != nil {
			return nil, trust, err
		}
		showing = append(showing, s.seq)
	}
	for _, c := range fresh {
		seq, _, err := f.find(c, shown)
		if err == nil && seq == 0 {
			seq, err = f.addNew(src, c, seen, report)
		}
		if err != nil {
			return nil, trust, err
		}
		showing = append(showing, seq)
	}
	if trust.Identifies() && byGUID == 0 && underNew > 1 {
		trust = aggregator.GUIDVolatile
	}
	slices.Sort(showing)
	return slices.Compact(showing), trust, nil
}

// sighting is a candidate that is found to be an entry known already.
type sighting struct {
	seq uint64
	candidate
}

// addNew gives c its place in the stream and its story.
func (f *fold) addNew(src aggregator.Source, c candidate, seen time.Time, report *Report) (uint64, error) {
	f.lastSeq++
	e := c.entry
	e.ID, e.Seq, e.Source, e.Seen = c.keys[0], f.lastSeq, src.ID, seen
	e.Revised, e.Revision, e.RevisedAfter, e.Story = time.Time{}, 0, 0, aggregator.StoryID{}
	if src.Language != "" {
		e.Language = src.Language
	}
	var d aggregator.Decision
	reading := f.judge.Read(e)
	e.Labels = reading.Labels
	f.entries[e.Seq] = e
	if rule, drop := f.settings.drops(src, e); drop {
		d = aggregator.Decision{
			Entry: e.ID, Seq: e.Seq, Kind: aggregator.Dropped, At: seen,
			Evidence: aggregator.Evidence{Rule: aggregator.RuleDropped, Score: 1, Features: []aggregator.Feature{{Name: aggregator.FeatureExpression, Value: 1, Words: []string{rule}}}},
		}
	} else {
		d = f.judge.Decide(e, reading)
		if err := f.place(e, &d, f.first(e, report.First)); err != nil {
			return 0, err
		}
		report.Changed = true
	}
	f.judge.Add(e, reading)
	for i, id := range c.keys {
		if i > 0 {
			if f.known[id].Seq != 0 {
				continue // the link belongs to an older entry
			}
			f.commit.Keys = append(f.commit.Keys, aggregator.Key{ID: id, Seq: e.Seq})
		}
		f.known[id] = aggregator.Known{Seq: e.Seq, Digest: e.Digest}
	}
	f.decide(e, d, report)
	if !report.First && !e.Published.IsZero() && f.first(e, false).Equal(seen) {
		report.Delays = append(report.Delays, max(0, seen.Sub(e.Published)))
	}
	return e.Seq, nil
}

func (f *fold) decide(e *aggregator.Entry, d aggregator.Decision, report *Report) {
	f.commit.Decisions = append(f.commit.Decisions, d)
	report.Decisions = append(report.Decisions, d)
	report.Entries = append(report.Entries, e)
}

// first returns an entry's place among stories: when it was seen, but where it
// was old news when we began to read its source, or is older than anything
// still kept, the date it claims.
func (f *fold) first(e *aggregator.Entry, backlog bool) time.Time {
	if when := e.When(); backlog || e.Seen.Sub(when) > f.settings.Keep {
		return when
	}
	return e.Seen
}

// addKnown takes what the source now says of an entry that it has shown
// before.
func (f *fold) addKnown(src aggregator.Source, c candidate, seq uint64, seen time.Time, report *Report) error {
	if f.known[c.keys[0]].Digest == c.entry.Digest {
		report.Known++
		return nil
	}
	old, err := f.entry(seq)
	if err != nil {
		return err
	}
	if old.Digest == c.entry.Digest { // looked up under a second key
		report.Known++
		return nil
	}
	f.learn(c, seq, old.Digest)
	e := c.entry
	if c.told && e.Text == old.Text {
		report.Known++ // another link at each poll is no news
		return nil
	}
	e.ID, e.Seq, e.Source, e.Seen, e.Story = old.ID, old.Seq, old.Source, old.Seen, old.Story
	e.Revised, e.Revision, e.RevisedAfter, e.Labels = old.Revised, old.Revision, old.RevisedAfter, old.Labels
	e.Published = cmp.Or(old.Published, e.Published)
	if src.Language != "" {
		e.Language = src.Language
	}
	if e.Text == old.Text {
		report.Known++
		f.replace(c, e)
		if e.Canonical != old.Canonical {
			e.RevisedAfter = f.lastSeq
			f.judge.Add(e, f.judge.Read(e))
		}
		return nil
	}
	before, err := f.archive.Revisions(seq)
	if err != nil {
		return err
	}
	before = append(before, f.revised[seq]...)
	told := slices.ContainsFunc(before, func(r aggregator.Revision) bool { return r.Text == e.Text })
	if len(before) < maxRevisions && !slices.ContainsFunc(before, func(r aggregator.Revision) bool { return r.Text == old.Text }) {
		revision := aggregator.Revision{
			Entry: old.ID, Seq: seq, N: old.Revision, At: cmp.Or(old.Revised, old.Seen),
			Title: old.Title, Summary: old.Summary, Content: old.Content, Text: old.Text, After: old.RevisedAfter,
		}
		f.commit.Revisions = append(f.commit.Revisions, revision)
		f.revised[seq] = append(f.revised[seq], revision)
		e.Revision++
	}
	e.Revised, e.RevisedAfter = seen, f.lastSeq
	reading := f.judge.Read(e)
	e.Labels = reading.Labels
	f.replace(c, e)
	if e.Story.IsZero() || told && withdraws(e) == withdraws(old) {
		// Dropped at first sight, or a text that readers have seen: nothing to
		// decide, but the feeds show it again.
		f.judge.Add(e, reading)
		report.Changed = report.Changed || !e.Story.IsZero()
		return nil
	}
	d := f.judge.Revise(e, reading)
	if err := f.revise(e, old, &d); err != nil {
		return err
	}
	f.judge.Add(e, reading)
	f.decide(e, d, report)
	report.Changed = true
	return nil
}

// finish returns the commit that the batch comes to, in an order that depends
// on the batch alone.
func (f *fold) finish() aggregator.Commit {
	c := f.commit
	c.Entries = make([]aggregator.Entry, 0, len(f.entries))
	c.Stories = make([]aggregator.Story, 0, len(f.stories))
	for _, e := range f.entries {
		c.Entries = append(c.Entries, *e)
	}
	for _, s := range f.stories {
		c.Stories = append(c.Stories, *s)
	}
	c.States = make([]aggregator.SourceState, 0, len(f.newest))
	for _, source := range slices.Sorted(maps.Keys(f.newest)) {
		c.States = append(c.States, *f.newest[source])
	}
	slices.SortFunc(c.Entries, func(a, b aggregator.Entry) int { return cmp.Compare(a.Seq, b.Seq) })
	slices.SortFunc(c.Stories, func(a, b aggregator.Story) int { return cmp.Compare(a.Seq, b.Seq) })
	return c
}
