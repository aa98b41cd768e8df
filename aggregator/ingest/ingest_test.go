package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"maps"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/cespare/xxhash/v2"
	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/aggregator/ingest"
	"wiredesk/aggregator/schedule"
	"wiredesk/storage"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// bench is an Ingest over a real database in a temporary folder.
type bench struct {
	t     *testing.T
	path  string
	db    *storage.DB
	store ingest.Store // db, or what stands before it
	in    *ingest.Ingest
	stop  func()
	now   time.Time

	settings ingest.Settings
	judge    func() ingest.WindowJudge // nil: the real one
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, path: filepath.Join(t.TempDir(), "wiredesk.db"), now: noon, settings: settings()}
	b.settings.Keep = 50 * 365 * 24 * time.Hour // what is old goes by the machine's clock, and noon recedes
	b.open(nil)
	t.Cleanup(func() { b.close() })
	return b
}

func settings() ingest.Settings {
	sources := make(map[string]aggregator.Source)
	for id, priority := range map[string]int{"norvia": 0, "kelmar": 0, "herald": 10} {
		sources[id] = aggregator.Source{ID: id, URL: url(id), Priority: priority, Drop: "horoscope"}
	}
	return ingest.Settings{
		Sources: sources,
		Planner: schedule.Planner{Budget: 10 * time.Minute},
		Keep:    30 * 24 * time.Hour,
		Drop: func(_ aggregator.Source, e *aggregator.Entry) (bool, error) {
			return strings.Contains(e.Title, "Horoscope"), nil
		},
	}
}

// keepAMonth has what is old removed after a month.
func (b *bench) keepAMonth() {
	b.settings.Keep = 30 * 24 * time.Hour
	b.in.Configure(b.settings)
}

func url(source string) string { return "https://" + source + ".example/feed" }

// open opens the database and runs an Ingest over it, or over what wrap makes
// of it.
func (b *bench) open(wrap func(ingest.Store) ingest.Store) {
	b.t.Helper()
	db, err := storage.Open(b.path, storage.Options{NoSync: true})
	if err != nil {
		b.t.Fatal(err)
	}
	b.db, b.store = db, db
	if wrap != nil {
		b.store = wrap(db)
	}
	opts := ingest.Options{Store: b.store, Log: slog.New(slog.DiscardHandler)}
	if b.judge != nil {
		b.in, err = ingest.NewWithJudge(opts, b.settings, b.judge)
	} else {
		b.in, err = ingest.New(opts, b.settings)
	}
	if err != nil {
		b.t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(b.t.Context())
	ended := make(chan error, 1)
	go func() { ended <- b.in.Run(ctx) }()
	b.stop = func() {
		cancel()
		if err := <-ended; err != nil {
			b.t.Errorf("Run: %v", err)
		}
	}
}

func (b *bench) close() {
	b.t.Helper()
	if b.stop == nil {
		return
	}
	b.stop()
	b.stop = nil
	if err := errors.Join(b.db.Check(), b.db.Close()); err != nil {
		b.t.Errorf("database after the test: %v", err)
	}
}

func (b *bench) reopen() {
	b.t.Helper()
	b.close()
	b.open(nil)
}

// fetched is a poll that brought a document.
func (b *bench) fetched(source string, entries ...aggregator.Entry) aggregator.PollResult {
	b.now = b.now.Add(10 * time.Minute)
	for i := range entries {
		e := &entries[i]
		e.Canonical = aggregator.CanonicalLink(e.Link)
		e.Text = aggregator.Digest(xxhash.Sum64String(e.Title + "\x00" + e.Summary))
		e.Digest = aggregator.Digest(xxhash.Sum64String(fmt.Sprint(*e)))
	}
	return aggregator.PollResult{
		Source: source, URL: url(source), BodyDigest: aggregator.Digest(b.now.Unix()),
		Response: aggregator.Response{
			Outcome: aggregator.Fetched, Status: 200, At: b.now,
			Validators: aggregator.Validators{ETag: fmt.Sprintf("%q", b.now)},
		},
		Document: aggregator.Document{Title: source, Entries: entries},
	}
}

func (b *bench) submit(result aggregator.PollResult) ingest.Report {
	b.t.Helper()
	report, err := b.in.Submit(result)
	if err != nil {
		b.t.Fatalf("Submit: %v", err)
	}
	return report
}

func kinds(r ingest.Report) string {
	var all []string
	for _, d := range r.Decisions {
		all = append(all, d.Kind.String())
	}
	return strings.Join(all, " ")
}

func (b *bench) stories() []aggregator.StoryView {
	b.t.Helper()
	views, _, err := b.db.Newest(aggregator.Position{}, 1000)
	if err != nil {
		b.t.Fatal(err)
	}
	return views
}

func (b *bench) wantEntries(want int64) {
	b.t.Helper()
	if got, _ := b.db.Counts(); got != want {
		b.t.Errorf("%d entries in the store, want %d", got, want)
	}
}

func item(guid, title string) aggregator.Entry {
	return aggregator.Entry{GUID: guid, Title: title, Link: "https://norvia.example/" + guid}
}

// A text that returns is no news, but it is what the feeds have to show.
func TestReturningTextIsShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	const first, second = "Ferry with forty aboard runs aground", "Ferry with thirty aboard runs aground"
	b.submit(b.fetched("norvia", item("1", first)))
	b.submit(b.fetched("norvia", item("1", second)))
	report := b.submit(b.fetched("norvia", item("1", first)))
	if !report.Changed || kinds(report) != "" {
		t.Errorf("changed %v, decided %q", report.Changed, kinds(report))
	}
	if title := b.stories()[0].LeadEntry().Title; title != first {
		t.Errorf("the store has %q", title)
	}
}

func TestCopiesShareAStory(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia", item("1", "Ferry with forty aboard runs aground")))
	second := aggregator.Entry{GUID: "k-9", Title: "Ferry in trouble", Link: "https://norvia.example/1?utm_source=kelmar"}
	report := b.submit(b.fetched("kelmar", second))
	if got := kinds(report); got != "copy" {
		t.Fatalf("decided %s", got)
	}
	if rule := report.Decisions[0].Evidence.Rule; rule != dedupe.RuleLink {
		t.Errorf("by rule %q", rule)
	}
	stories := b.stories()
	if len(stories) != 1 || stories[0].Sources() != 2 || stories[0].LeadEntry().Source != "norvia" {
		t.Fatalf("stories %+v", stories)
	}
	updated := stories[0].Updated
	// The preferred source comes last and leads, which is no news to readers.
	b.submit(b.fetched("herald", aggregator.Entry{GUID: "h", Title: "Ferry with forty aboard runs aground", Link: "https://herald.example/1"}))
	stories = b.stories()
	if len(stories) != 1 || stories[0].LeadEntry().Source != "herald" {
		t.Fatalf("stories %+v", stories)
	}
	if !stories[0].Updated.Equal(updated) || !stories[0].Changed.Equal(b.now) {
		t.Errorf("updated %v, changed %v", stories[0].Updated, stories[0].Changed)
	}
	if got, want := stories[0].ID, aggregator.EntryKey("norvia", aggregator.KeyGUID, "1").Story(); got != want {
		t.Errorf("story id %v, want that of the first entry, %v", got, want)
	}
}

func TestDroppedEntriesAreKeptOutOfStories(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	report := b.submit(b.fetched("norvia", item("1", "Horoscope for today"), item("2", "Rain")))
	if got := kinds(report); got != "new dropped" {
		t.Fatalf("decided %s", got)
	}
	if got := kinds(b.submit(b.fetched("norvia", item("1", "Horoscope for today"), item("2", "Rain")))); got != "" {
		t.Errorf("decided again: %s", got)
	}
	if stories := b.stories(); len(stories) != 1 {
		t.Errorf("%d stories", len(stories))
	}
}

func TestPlaceInTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keepAMonth()
	dated := func(guid, title string, at time.Time) aggregator.Entry {
		e := item(guid, title)
		e.Published = at
		return e
	}
	b.submit(b.fetched("norvia", dated("old", "Before we came", noon.Add(-48*time.Hour)), dated("future", "From the future", noon.Add(48*time.Hour))))
	first := b.now
	b.submit(b.fetched("norvia", dated("late", "Told late", noon.Add(-3*time.Hour)), dated("ancient", "Dug out again", noon.Add(-90*24*time.Hour))))
	got := make(map[string]time.Time)
	for _, v := range b.stories() {
		got[v.Entries[0].Title] = v.First
	}
	want := map[string]time.Time{
		"Before we came": noon.Add(-48 * time.Hour), "From the future": first,
		"Told late": b.now, "Dug out again": noon.Add(-90 * 24 * time.Hour),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
}

func TestOldNewsStandsWhereItWasToldFirst(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	told := func(source string, at time.Duration) ingest.Report {
		return b.submit(b.fetched(source, aggregator.Entry{GUID: "1", Title: "Ferry with forty aboard runs aground", Published: noon.Add(at)}))
	}
	told("norvia", -2*time.Hour)
	told("kelmar", -5*time.Hour)
	told("herald", -3*time.Hour)
	story := b.stories()[0]
	if want := noon.Add(-5 * time.Hour); !story.First.Equal(want) || !story.Updated.Equal(want) || len(story.Members) != 3 {
		t.Errorf("first %v, updated %v with %d members, want %v", story.First, story.Updated, len(story.Members), want)
	}
}

func TestNewsStaysWhereItWasSeen(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia", item("0", "The backlog of this source")))
	b.submit(b.fetched("norvia", item("1", "Ferry with forty aboard runs aground")))
	seen := b.now
	b.submit(b.fetched("kelmar", aggregator.Entry{GUID: "1", Title: "Ferry with forty aboard runs aground", Published: noon.Add(-time.Hour)}))
	if story := b.stories()[0]; !story.First.Equal(seen) || len(story.Members) != 2 {
		t.Errorf("a story that was announced at %v stands at %v", seen, story.First)
	}
}

func TestPickupDelays(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	dated := func(guid string, before time.Duration) aggregator.Entry {
		e := item(guid, "Title "+guid)
		e.Published = b.now.Add(10*time.Minute - before)
		return e
	}
	if report := b.submit(b.fetched("norvia", dated("1", time.Hour))); len(report.Delays) != 0 {
		t.Errorf("the backlog counts as picked up after %v", report.Delays)
	}
	report := b.submit(b.fetched("norvia", dated("2", time.Minute), dated("3", -time.Hour), item("4", "No date")))
	if diff := cmp.Diff([]time.Duration{0, time.Minute}, report.Delays); diff != "" {
		t.Errorf("delays (-want +got):\n%s", diff)
	}
}

func TestPreviewStoresNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia", item("1", "Ferry with forty aboard runs aground")))
	before := b.in.State("kelmar")
	for range 2 {
		report, err := b.in.Preview(t.Context(), b.fetched("kelmar",
			aggregator.Entry{GUID: "x", Title: "Rain is expected on all coasts"},
			aggregator.Entry{GUID: "y", Title: "Ferry with forty aboard runs aground"}))
		if err != nil || kinds(report) != "copy new" || len(report.Entries) != 2 {
			t.Errorf("preview %s, %v", kinds(report), err)
		}
	}
	if diff := cmp.Diff(before, b.in.State("kelmar")); diff != "" {
		t.Errorf("the state changed:\n%s", diff)
	}
	b.wantEntries(1)
}

func TestOldEntriesArePurgedUnlessShown(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keepAMonth()
	b.now = time.Now().Add(-60 * 24 * time.Hour)
	b.submit(b.fetched("norvia", item("1", "Shown for ever"), item("2", "Gone from the feed")))
	b.submit(b.fetched("norvia", item("1", "Shown for ever")))
	b.reopen() // Run begins with a purge
	b.now = time.Now()
	b.submit(b.fetched("norvia", item("1", "Shown for ever"), item("3", "New")))
	b.stop()
	b.stop = nil
	b.wantEntries(2)
	if _, err := b.db.Entry(aggregator.EntryKey("norvia", aggregator.KeyGUID, "2")); !errors.Is(err, aggregator.ErrNotFound) {
		t.Errorf("the old entry: %v", err)
	}
	if err := errors.Join(b.db.Check(), b.db.Close()); err != nil {
		t.Error(err)
	}
}

func TestSourceNoLongerConfigured(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	result := b.fetched("norvia", item("1", "A"))
	result.Source = "removed"
	if report := b.submit(result); len(report.Decisions) != 0 {
		t.Errorf("decided %s", kinds(report))
	}
	b.wantEntries(0)
}

func TestRemovedSourceIsForgottenInTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.keepAMonth()
	b.now = time.Now().Add(-60 * 24 * time.Hour)
	b.submit(b.fetched("norvia", item("1", "Shown when the source was removed")))
	b.submit(b.fetched("kelmar", aggregator.Entry{GUID: "1", Title: "Shown still"}))
	b.settings.Sources = maps.Clone(b.settings.Sources) // the one that runs has the other
	delete(b.settings.Sources, "norvia")
	b.reopen()
	if err := b.in.Ping(t.Context()); err != nil {
		t.Fatal(err)
	}
	b.close()
	b.open(nil)
	states, err := b.db.States()
	if err != nil || len(states) != 1 || states[0].Source != "kelmar" {
		t.Errorf("states %+v, %v", states, err)
	}
	b.wantEntries(1)
}

func TestSubmitAfterTheEnd(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.stop()
	b.stop = nil
	if _, err := b.in.Submit(b.fetched("norvia", item("1", "A"))); !errors.Is(err, ingest.ErrStopped) {
		t.Errorf("Submit = %v", err)
	}
	if _, err := b.in.Preview(t.Context(), b.fetched("norvia", item("1", "A"))); !errors.Is(err, ingest.ErrStopped) {
		t.Errorf("Preview = %v", err)
	}
	if err := b.db.Close(); err != nil {
		t.Error(err)
	}
}

// The same results in the same order give the same stories, whether or not the
// daemon is restarted among them.
func TestFoldIsDeterministic(t *testing.T) {
	t.Parallel()
	run := func(restarts bool) []aggregator.StoryView {
		b := newBench(t)
		for round := range 12 {
			for i, source := range []string{"norvia", "kelmar", "herald"} {
				var entries []aggregator.Entry
				for n := range 8 {
					topic := (round + n*(i+1)) % 40
					entries = append(entries, aggregator.Entry{
						GUID: fmt.Sprint(topic), Link: fmt.Sprintf("https://%s.example/%d", source, topic),
						Title: fmt.Sprintf("Topic %d is told by all in these words, part %d", topic, round/(4+i)),
					})
				}
				b.submit(b.fetched(source, entries...))
			}
			if restarts && round%3 == 2 {
				b.reopen()
			}
		}
		return b.stories()
	}
	whole, interrupted := run(false), run(true)
	if diff := cmp.Diff(whole, interrupted); diff != "" {
		t.Errorf("stories (-without restarts +with):\n%s", diff)
	}
	if len(whole) < 20 {
		t.Errorf("only %d stories: the run tests nothing", len(whole))
	}
}
