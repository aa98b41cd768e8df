package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/publish"
	"wiredesk/config"
	"wiredesk/storage"
)

// truth is what feeds showed, by feed and identity.
type truth struct {
	feeds map[string]map[string]*shown
}

// shown is what was shown of one entry.
type shown struct {
	link   string
	titles []string // different ones, as they came
	last   string
}

func newTruth() *truth { return &truth{feeds: make(map[string]map[string]*shown)} }

// take adds a document. Of an entry that it lists twice the first counts.
func (w *truth) take(feed string, found reading) {
	entries := w.feeds[feed]
	if entries == nil {
		entries = make(map[string]*shown)
		w.feeds[feed] = entries
	}
	listed := make(map[string]bool)
	for _, item := range found.items {
		id := item.identity()
		if listed[id] {
			continue
		}
		listed[id] = true
		s := entries[id]
		if s == nil {
			s = &shown{}
			entries[id] = s
		}
		s.link, s.last = stripped(item.link), plain(item.title)
		if !slices.Contains(s.titles, s.last) {
			s.titles = append(s.titles, s.last)
		}
	}
}

// inventory is everything a database holds.
type inventory struct {
	entries map[uint64]*aggregator.Entry
	titles  map[uint64][]string // of an entry, the last included
	stories []aggregator.StoryView
	counts  map[aggregator.DecisionKind]int
	states  []aggregator.SourceState
	keys    func(id aggregator.EntryID) (seq uint64)
	store   ingest.Store

	revisions, underNewGUID int
}

// String returns the counts.
func (in *inventory) String() string {
	return fmt.Sprintf("%d entries, %d revisions, %d stories, %d copies, %d updates, %d entries found under a later GUID",
		len(in.entries), in.revisions, len(in.stories), in.counts[aggregator.Copy], in.counts[aggregator.Update], in.underNewGUID)
}

// readInventory checks a database that nobody has open, and reads it whole.
func readInventory(tb testing.TB, path string) *inventory {
	tb.Helper()
	db, err := storage.Open(path, storage.Options{})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := db.Close(); err != nil {
			tb.Error(err)
		}
	})
	if err := db.Check(); err != nil {
		tb.Errorf("check: %v", err)
	}
	in := &inventory{
		entries: make(map[uint64]*aggregator.Entry), titles: make(map[uint64][]string),
		counts: make(map[aggregator.DecisionKind]int),
		keys: func(id aggregator.EntryID) uint64 {
			known, err := db.Known([]aggregator.EntryID{id})
			if err != nil {
				tb.Error(err)
				return 0
			}
			return known[0].Seq
		},
		store: db,
	}
	err = db.Replay(time.Time{}, func(e aggregator.Entry) error {
		in.entries[e.Seq] = &e
		revisions, err := db.Revisions(e.Seq)
		if err != nil {
			return err
		}
		if len(revisions) != e.Revision {
			tb.Errorf("%s %q: revision %d, %d kept", e.Source, e.Title, e.Revision, len(revisions))
		}
		in.revisions += len(revisions)
		for _, r := range revisions {
			in.titles[e.Seq] = append(in.titles[e.Seq], plain(r.Title))
		}
		in.titles[e.Seq] = append(in.titles[e.Seq], plain(e.Title))
		decisions, err := db.Decisions(e.Seq)
		for _, d := range decisions {
			in.counts[d.Kind]++
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	if in.states, err = db.States(); err != nil {
		tb.Fatal(err)
	}
	for at := (aggregator.Position{}); ; {
		views, last, err := db.Newest(at, 500)
		if err != nil {
			tb.Fatal(err)
		}
		if len(views) == 0 {
			return in
		}
		in.stories, at = append(in.stories, views...), last
	}
}

// compare fails the test where the database is not the truth: an entry that was
// shown is missing or there twice, one is there that was not shown, its titles
// are not those it had, or it is not in one story.
func (in *inventory) compare(tb testing.TB, w *truth) {
	tb.Helper()
	byGUID, byLink := in.index(tb)
	merged := make(map[uint64]*shown, len(in.entries)) // of the entries, what was shown of them
	for _, feed := range slices.Sorted(maps.Keys(w.feeds)) {
		for _, id := range slices.Sorted(maps.Keys(w.feeds[feed])) {
			s := w.feeds[feed][id]
			seq := byGUID[feed+" "+id]
			if seq == 0 {
				seq = byLink[feed+" "+id] // it has no GUID
			}
			if seq == 0 {
				seq = in.keys(aggregator.EntryKey(feed, aggregator.KeyGUID, id))
				if seq != 0 && stripped(in.entries[seq].Link) == s.link {
					in.underNewGUID++
				}
			}
			switch {
			case seq == 0:
				tb.Errorf("%s %s %q: not in the store", feed, id, s.last)
			case merged[seq] == nil:
				merged[seq] = &shown{titles: slices.Clone(s.titles), last: s.last}
			default:
				m := merged[seq]
				m.titles, m.last = append(m.titles, s.titles...), ""
			}
		}
	}
	for seq, e := range in.entries {
		m := merged[seq]
		if m == nil {
			tb.Errorf("%s %s %q: in the store, and no feed showed it", e.Source, e.GUID, e.Title)
			continue
		}
		if m.last != "" && m.last != plain(e.Title) {
			tb.Errorf("%s %s: the title is %q, last shown was %q", e.Source, e.GUID, plain(e.Title), m.last)
		}
		want, got := distinct(m.titles), distinct(in.titles[seq])
		if !slices.Equal(want, got) {
			tb.Errorf("%s %s: titles %q, shown were %q", e.Source, e.GUID, got, want)
		}
	}
	in.compareStories(tb)
}

func distinct(titles []string) []string { return slices.Compact(slices.Sorted(slices.Values(titles))) }

// index finds the entries by GUID, and those that have none by link. It fails
// the test where two of a feed have the same.
func (in *inventory) index(tb testing.TB) (byGUID, byLink map[string]uint64) {
	tb.Helper()
	byGUID, byLink = make(map[string]uint64), make(map[string]uint64)
	for seq, e := range in.entries {
		index, id := byGUID, e.Source+" "+e.GUID
		if e.GUID == "" {
			index, id = byLink, e.Source+" "+stripped(e.Link)
		}
		if index[id] != 0 {
			tb.Errorf("%s: in the store twice, %q and %q", id, e.Title, in.entries[index[id]].Title)
		}
		index[id] = seq
	}
	return byGUID, byLink
}

// compareStories: every entry is in one story, the one that it names.
func (in *inventory) compareStories(tb testing.TB) {
	tb.Helper()
	told := make(map[uint64]aggregator.StoryID, len(in.entries))
	for i := range in.stories {
		s := &in.stories[i]
		for _, m := range s.Members {
			if other, twice := told[m.Seq]; twice {
				tb.Errorf("entry %d is in the stories %s and %s", m.Seq, other, s.ID)
			}
			told[m.Seq] = s.ID
		}
	}
	for seq, e := range in.entries {
		if told[seq] != e.Story || e.Story.IsZero() {
			tb.Errorf("%s %q is of story %s and stands in %s", e.Source, e.Title, e.Story, told[seq])
		}
	}
	if len(told) != len(in.entries) {
		tb.Errorf("%d entries in stories, %d in the store", len(told), len(in.entries))
	}
}

// judgeAnew: a judge that sees the whole archive in one go makes the stories of
// it that are there, so that it was never told less.
func (in *inventory) judgeAnew(tb testing.TB) {
	tb.Helper()
	cfg := config.Default()
	settings, err := settingsOf(&cfg)
	if err != nil {
		tb.Fatal(err)
	}
	refolded, err := ingest.Refold(tb.Context(), in.store, judging(cfg.Dedupe), &settings, func() {})
	if err != nil {
		tb.Fatal(err)
	}
	if refolded.Changed > 0 || len(refolded.Moves) > 0 {
		tb.Errorf("judged anew %d stories of %d are others, %d entries move", refolded.Changed, refolded.Before.Stories, len(refolded.Moves))
	}
	for _, m := range refolded.Moves[:min(len(refolded.Moves), 10)] {
		e := in.entries[m.Seq]
		tb.Logf("%d %s %q moves from %v to %v: %s", m.Seq, e.Source, e.Title, m.From, m.To, m.Decision.Explain())
	}
}

// publish renders the merged feed of what the database holds, and reads it
// again: every story is in it once, under its own id.
func (in *inventory) publish(tb testing.TB) {
	tb.Helper()
	carriers := make(map[string]aggregator.Carrier)
	for _, state := range in.states {
		carriers[state.Source] = aggregator.CarrierOf(aggregator.Source{ID: state.Source, URL: state.URL}, state)
	}
	site := publish.Site{BaseURL: "http://desk.example", Carriers: carriers}
	stories := in.stories[:min(len(in.stories), 1000)]
	var want []string
	for i := range stories {
		want = append(want, stories[i].ID.URN())
	}
	for _, format := range publish.Formats() {
		edition, err := publish.Render(site, aggregator.Feed{Slug: "all", Title: "All", Limit: 1000}, format, stories)
		if err != nil {
			tb.Errorf("%s: %v", format, err)
			continue
		}
		got, err := editionIDs(format, edition.Body)
		if err != nil || !slices.Equal(got, want) {
			tb.Errorf("%s: %d ids, %d stories, in another order or not the same; %v", format, len(got), len(want), err)
		}
	}
}

// editionIDs returns the ids of a merged feed's items.
func editionIDs(format publish.Format, body []byte) (ids []string, err error) {
	if format == publish.JSON {
		var feed mergedFeed
		err := json.NewDecoder(bytes.NewReader(body)).Decode(&feed)
		for _, item := range feed.Items {
			ids = append(ids, item.ID)
		}
		return ids, err
	}
	found := read(body)
	if !found.whole {
		err = fmt.Errorf("not well-formed after %d items", len(found.items))
	}
	for _, item := range found.items {
		ids = append(ids, item.guid)
	}
	return ids, err
}

// mergedFeed is what a program reads in our JSON feed.
type mergedFeed struct {
	Items []struct {
		ID       string `json:"id"`
		Wiredesk struct {
			Sources []struct {
				ID  string `json:"id"`
				URL string `json:"url"`
			} `json:"sources"`
		} `json:"_wiredesk"`
	} `json:"items"`
}
