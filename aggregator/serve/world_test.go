package serve

import (
	"bytes"
	"cmp"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// shelfOfStories is an Archive in memory.
type shelfOfStories struct {
	mu     sync.Mutex
	views  []aggregator.StoryView // the newest first
	alias  map[aggregator.StoryID]aggregator.StoryID
	err    error // what every call answers, if set
	reads  int   // calls of Newest
	before func(aggregator.Position)

	loose     []aggregator.Entry // dropped ones
	keys      map[aggregator.EntryID]aggregator.EntryID
	revisions map[uint64][]aggregator.Revision
	decisions map[uint64][]aggregator.Decision
	pins      []aggregator.Pin
	changes   []aggregator.Change
	forgot    uint64 // changes up to this one are not kept
	looked    int    // calls of Changes
}

func (a *shelfOfStories) put(views ...aggregator.StoryView) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, v := range views {
		i := slices.IndexFunc(a.views, func(old aggregator.StoryView) bool { return old.ID == v.ID })
		kind := aggregator.StoryBegan
		if i >= 0 {
			kind = aggregator.ChangeOf(&a.views[i].Story, &v.Story)
		}
		if kind != aggregator.Unchanged {
			a.changes = append(a.changes, aggregator.Change{N: uint64(len(a.changes) + 1), Kind: kind, Story: v})
		}
		a.views = slices.DeleteFunc(a.views, func(old aggregator.StoryView) bool { return old.ID == v.ID })
		a.views = append(a.views, v)
	}
	slices.SortFunc(a.views, func(x, y aggregator.StoryView) int {
		return cmp.Or(y.First.Compare(x.First), cmp.Compare(y.Seq, x.Seq))
	})
}

// forget keeps no changes up to that one.
func (a *shelfOfStories) forget(n uint64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.forgot = n
}

func (a *shelfOfStories) ChangesKept() (first, last uint64, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if last = uint64(len(a.changes)); last > 0 {
		first = a.forgot + 1
	}
	return first, last, a.err
}

func (a *shelfOfStories) Changes(after uint64, limit int) (changes []aggregator.Change, last uint64, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.looked++
	last = after
	for _, c := range a.changes {
		if c.N <= max(after, a.forgot) || limit == 0 {
			continue
		}
		limit--
		last = c.N
		i := slices.IndexFunc(a.views, func(v aggregator.StoryView) bool { return v.ID == c.Story.ID })
		if i >= 0 {
			changes = append(changes, aggregator.Change{N: c.N, Kind: c.Kind, Story: a.views[i]})
		}
	}
	return changes, last, a.err
}

func (a *shelfOfStories) fail(err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.err = err
}

func (a *shelfOfStories) readCount() int {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.reads
}

func (a *shelfOfStories) Newest(before aggregator.Position, limit int) ([]aggregator.StoryView, aggregator.Position, error) {
	if a.before != nil {
		a.before(before)
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	a.reads++
	if a.err != nil {
		return nil, aggregator.Position{}, a.err
	}
	var found []aggregator.StoryView
	asked := before
	for _, v := range a.views {
		after := v.First.Before(asked.First) || v.First.Equal(asked.First) && v.Seq < asked.Seq
		if !atNewest(asked) && !after {
			continue
		}
		if len(found) < limit {
			found, before = append(found, v), positionOf(v)
		}
	}
	return found, before, nil
}

func (a *shelfOfStories) NewestStories(before aggregator.Position, limit int) ([]aggregator.Story, error) {
	views, _, err := a.Newest(before, limit)
	stories := make([]aggregator.Story, len(views))
	for i := range views {
		stories[i] = views[i].Story
	}
	return stories, err
}

func (a *shelfOfStories) NewerStories(after aggregator.Position, limit int) (stories []aggregator.Story, err error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for _, v := range slices.Backward(a.views) {
		isAbove := v.First.After(after.First) || v.First.Equal(after.First) && v.Seq > after.Seq
		if isAbove && len(stories) < limit {
			stories = append(stories, v.Story)
		}
	}
	return stories, a.err
}

func (a *shelfOfStories) Story(id aggregator.StoryID) (aggregator.StoryView, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return aggregator.StoryView{}, a.err
	}
	if other, merged := a.alias[id]; merged {
		id = other
	}
	for _, v := range a.views {
		if v.ID == id {
			return v, nil
		}
	}
	return aggregator.StoryView{}, aggregator.ErrNotFound
}

// entries returns all entries, by id.
func (a *shelfOfStories) entries() []aggregator.Entry {
	var all []aggregator.Entry
	for _, v := range a.views {
		all = append(all, v.Entries...)
	}
	all = append(all, a.loose...)
	slices.SortFunc(all, func(x, y aggregator.Entry) int { return bytes.Compare(x.ID[:], y.ID[:]) })
	return all
}

func (a *shelfOfStories) Entry(id aggregator.EntryID) (aggregator.Entry, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.err != nil {
		return aggregator.Entry{}, a.err
	}
	if own, further := a.keys[id]; further {
		id = own
	}
	for _, e := range a.entries() {
		if e.ID == id {
			return e, nil
		}
	}
	return aggregator.Entry{}, aggregator.ErrNotFound
}

func (a *shelfOfStories) Between(first, last aggregator.EntryID, limit int) ([]aggregator.EntryID, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	var ids []aggregator.EntryID
	for _, e := range a.entries() {
		if bytes.Compare(first[:], e.ID[:]) <= 0 && bytes.Compare(e.ID[:], last[:]) <= 0 && len(ids) < limit {
			ids = append(ids, e.ID)
		}
	}
	return ids, a.err
}

func (a *shelfOfStories) Revisions(seq uint64) ([]aggregator.Revision, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.revisions[seq], a.err
}

func (a *shelfOfStories) Decisions(seq uint64) ([]aggregator.Decision, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.decisions[seq], a.err
}

func (a *shelfOfStories) Pins() ([]aggregator.Pin, error) {
	a.mu.Lock()
	defer a.mu.Unlock()
	return slices.Clone(a.pins), a.err
}

// noon is the fixed instant the tests' stories lie around.
var noon = time.Date(2026, 3, 14, 12, 0, 0, 0, time.UTC)

func carriers() map[string]aggregator.Carrier {
	return map[string]aggregator.Carrier{
		"harbour": {ID: "harbour", Title: "Harbour Post", SiteURL: "https://harbour.example/", FeedURL: "https://harbour.example/rss", Language: "en"},
		"north":   {ID: "north", Title: "Northern Wire", SiteURL: "https://north.example/", FeedURL: "https://north.example/feed", Language: "en"},
		"minaa":   {ID: "minaa", Title: "صوت الميناء", SiteURL: "https://minaa.example/", FeedURL: "https://minaa.example/rss", Language: "ar"},
		"vestnik": {ID: "vestnik", Title: "Вестник Залива", SiteURL: "https://vestnik.example/", FeedURL: "https://vestnik.example/rss", Language: "ru"},
	}
}

// entry returns an entry of source that was seen at the instant.
func entry(seq uint64, source, title string, seen time.Time) aggregator.Entry {
	return aggregator.Entry{
		ID: aggregator.EntryKey(source, aggregator.KeyGUID, title), Seq: seq, Source: source,
		Title: title, Link: "https://" + source + ".example/" + string(rune('a'+seq%26)), Published: seen, Seen: seen,
	}
}

// story returns the story of the entries, which the first leads.
func story(entries ...aggregator.Entry) aggregator.StoryView {
	first := entries[0]
	v := aggregator.StoryView{
		Story: aggregator.Story{
			ID: first.ID.Story(), Seq: first.Seq, Lead: first.Seq,
			First: first.Seen, Updated: first.Seen, Changed: entries[len(entries)-1].Seen,
		},
		Entries: entries,
	}
	for i, e := range entries {
		kind := aggregator.Copy
		if i == 0 {
			kind = aggregator.New
		}
		v.Members = append(v.Members, aggregator.Member{Seq: e.Seq, Source: e.Source, Kind: kind, Joined: e.Seen})
	}
	return v
}

// smallWorld is a day of invented news in three scripts.
func smallWorld() *shelfOfStories {
	ferry := entry(1, "harbour", "Ferries stop as fog closes the strait of Lume", noon.Add(-26*time.Hour))
	ferry.Summary = "The harbour master of Lume said no ferry would leave before the morning. Some four hundred travellers slept in the terminal, where the town handed out blankets and tea; the last such fog, in the spring of the flood, lasted three days and emptied the shelves of the islands beyond the strait."
	ferry2 := entry(2, "north", "Fog closes strait, ferries halted", noon.Add(-25*time.Hour))
	ferry3 := entry(3, "minaa", "الضباب يوقف العبّارات في مضيق لومي", noon.Add(-24*time.Hour))
	ferry3.Language = "ar"

	bridge := entry(4, "minaa", "المدينة تفتتح الجسر الجديد بعد سبع سنوات من العمل", noon.Add(-2*time.Hour))
	bridge.Language = "ar"
	bridge.Summary = "قال رئيس البلدية إن الجسر الذي يبلغ طوله 900 متر سيفتح أمام السيارات يوم الأحد، وإن الحافلات ستعبره مجانا حتى نهاية الشهر."
	bridge2 := entry(5, "harbour", "Seven years on, the new bridge opens", noon.Add(-90*time.Minute))
	bridge3 := entry(6, "vestnik", "Новый мост откроют в воскресенье", noon.Add(-80*time.Minute))
	bridge3.Language = "ru"

	grain := entry(7, "vestnik", "Урожай пшеницы в долине оказался рекордным", noon.Add(-time.Hour))
	grain.Language = "ru"
	grain.Summary = "По словам министра, амбары заполнены, и часть зерна уйдёт на экспорт уже в этом месяце."

	hostile := entry(8, "north", `<script>alert("x")</script> & "quotes" win the day`, noon.Add(-10*time.Minute))
	hostile.Link = "javascript:alert(1)"
	hostile.Summary = `<img src=x onerror=alert(2)> said the </style> chair`
	hostile.Language = `en" onmouseover="alert(3)`

	updated := story(grain)
	updated.Updated = noon.Add(-30 * time.Minute)
	updated.Related = []aggregator.StoryID{bridge.ID.Story()}

	bridge2.Labels = []aggregator.Label{{Kind: aggregator.LabelUpdate, Number: 2}}
	bridge2.Revision, bridge2.Revised = 1, noon.Add(-time.Hour)
	world := &shelfOfStories{
		revisions: map[uint64][]aggregator.Revision{
			5: {{Entry: bridge2.ID, Seq: 5, At: bridge2.Seen, Title: "Seven years on, a <new> bridge opens", Summary: "It is open."}},
		},
		decisions: map[uint64][]aggregator.Decision{
			4: {{Entry: bridge.ID, Seq: 4, Kind: aggregator.New, Story: bridge.ID.Story(), At: bridge.Seen, Evidence: aggregator.Evidence{Rule: aggregator.RuleFirst}}},
			5: {
				{Entry: bridge2.ID, Seq: 5, Kind: aggregator.Copy, Story: bridge.ID.Story(), At: bridge2.Seen, Evidence: aggregator.Evidence{
					Rule: "judged", Partner: bridge.ID, Score: .93, Features: []aggregator.Feature{
						{Name: aggregator.FeatureNumbers, Value: 1, Words: []string{"900"}}, {Name: aggregator.FeatureMinutesApart, Value: 30},
					},
				}},
				{Entry: bridge2.ID, Seq: 5, Revision: 1, Kind: aggregator.Update, Story: bridge.ID.Story(), At: noon.Add(-time.Hour), Evidence: aggregator.Evidence{Rule: aggregator.RuleRevision, Score: 1}},
			},
		},
	}
	world.put(story(ferry, ferry2, ferry3), story(bridge, bridge2, bridge3), updated, story(hostile))
	return world
}

func publication() Publication {
	return Publication{
		Site: publish.Site{BaseURL: "https://news.example", Contact: "desk@news.example", Version: "1.0", Carriers: carriers()},
		Feeds: []aggregator.Feed{
			{Slug: "all", Title: "Everything once", Limit: 100},
			{Slug: "lead-2", Title: "Told by several", Description: "Two sources or more", Limit: 50},
		},
	}
}

// rendered returns a server whose press has made everything once and rests.
func rendered(tb testing.TB, opts Options, p Publication) *Server {
	tb.Helper()
	s, err := New(opts, p)
	if err != nil {
		tb.Fatal(err)
	}
	s.pass(tb.Context(), make(map[string]*plate))
	if missing := s.missing.Load(); missing != nil {
		tb.Fatal(*missing)
	}
	return s
}

// get asks handler for a path with the given header lines ("Name", "value", …).
func get(tb testing.TB, handler http.Handler, path string, header ...string) *httptest.ResponseRecorder {
	tb.Helper()
	return ask(tb, handler, http.MethodGet, path, header...)
}

func ask(tb testing.TB, handler http.Handler, method, path string, header ...string) *httptest.ResponseRecorder {
	tb.Helper()
	r := httptest.NewRequestWithContext(tb.Context(), method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Add(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	handler.ServeHTTP(w, r)
	return w
}

func positionOf(v aggregator.StoryView) aggregator.Position {
	return aggregator.Position{First: v.First, Seq: v.Seq}
}
