package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
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
}

func newBench(t *testing.T) *bench {
	t.Helper()
	b := &bench{t: t, path: filepath.Join(t.TempDir(), "wiredesk.db"), now: noon, settings: settings()}
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
		Planner: schedule.Planner{Interval: 10 * time.Minute},
		Keep:    30 * 24 * time.Hour,
		Drop: func(_ aggregator.Source, e *aggregator.Entry) (bool, error) {
			return strings.Contains(e.Title, "Horoscope"), nil
		},
	}
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
	b.in, err = ingest.New(ingest.Options{Store: b.store, Log: slog.New(slog.DiscardHandler)}, b.settings)
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

func TestNewKnownAndRevised(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	if got := kinds(b.submit(b.fetched("norvia", item("2", "Budget passes"), item("1", "Ferry aground")))); got != "new new" {
		t.Fatalf("first document: %s", got)
	}
	report := b.submit(b.fetched("norvia", item("3", "Rain"), item("2", "Budget passes after all"), item("1", "Ferry aground")))
	if got := kinds(report); got != "update new" || report.Known != 1 {
		t.Fatalf("second document: %s, %d known", got, report.Known)
	}
	b.wantEntries(3)
	e, err := b.db.Entry(aggregator.EntryKey("norvia", aggregator.KeyGUID, "2"))
	if err != nil {
		t.Fatal(err)
	}
	if e.Title != "Budget passes after all" || e.Revision != 1 || !e.Revised.Equal(b.now) || e.Seen.Equal(b.now) {
		t.Errorf("revised entry: %+v", e)
	}
	revisions, err := b.db.Revisions(e.Seq)
	if err != nil || len(revisions) != 1 || revisions[0].Title != "Budget passes" || !revisions[0].At.Equal(e.Seen) {
		t.Errorf("revisions %+v, %v", revisions, err)
	}
	story, err := b.db.Story(e.Story)
	if err != nil || !story.Updated.Equal(b.now) || story.First.Equal(b.now) {
		t.Errorf("story %+v, %v", story.Story, err)
	}
}

func TestTextThatReturnsIsNoNews(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	var got []string
	for _, title := range []string{"A", "B", "A", "B", "C", "A"} {
		got = append(got, kinds(b.submit(b.fetched("norvia", item("1", title)))))
	}
	if diff := cmp.Diff([]string{"new", "update", "", "", "update", ""}, got); diff != "" {
		t.Errorf("decisions (-want +got):\n%s", diff)
	}
	b.wantEntries(1)
	revisions, err := b.db.Revisions(1)
	if err != nil || len(revisions) != 3 {
		t.Errorf("%d revisions are kept, want each text once: %v", len(revisions), err)
	}
}

func TestMetadataAloneIsNoRevision(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia", item("1", "A")))
	tagged := item("1", "A")
	tagged.Categories = []string{"world"}
	if got := kinds(b.submit(b.fetched("norvia", tagged))); got != "" {
		t.Errorf("decided %s", got)
	}
	e, err := b.db.Entry(aggregator.EntryKey("norvia", aggregator.KeyGUID, "1"))
	if err != nil || len(e.Categories) != 1 || e.Revision != 0 {
		t.Errorf("entry %+v, %v", e, err)
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

func TestGUIDsThatChangeAtEveryFetch(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	fetch := func(round int, titles ...string) ingest.Report {
		var entries []aggregator.Entry
		for i, title := range titles {
			entries = append(entries, aggregator.Entry{GUID: fmt.Sprint("r", round, "-", i), Link: fmt.Sprint("https://norvia.example/", i), Title: title})
		}
		return b.submit(b.fetched("norvia", entries...))
	}
	fetch(1, "A", "B", "C")
	for round := 2; round < 6; round++ {
		if got := kinds(fetch(round, "A", "B", "C")); got != "" {
			t.Errorf("round %d: %s", round, got)
		}
	}
	if got := kinds(fetch(6, "A", "B", "C, retitled")); got != "update" {
		t.Errorf("retitled under yet another GUID: %s", got)
	}
	if trust := b.in.State("norvia").GUIDs; trust != aggregator.GUIDVolatile {
		t.Errorf("trust %d", trust)
	}
	b.wantEntries(3)
}

func TestNewGUIDsAfterAMove(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia",
		aggregator.Entry{GUID: "http://norvia.example/1", Link: "http://norvia.example/1", Title: "A"},
		aggregator.Entry{GUID: "http://norvia.example/2", Link: "http://norvia.example/2", Title: "B"}))
	b.submit(b.fetched("norvia",
		aggregator.Entry{GUID: "https://norvia.example/3", Link: "https://norvia.example/3", Title: "C"},
		aggregator.Entry{GUID: "https://norvia.example/2", Link: "https://norvia.example/2", Title: "B"}))
	b.wantEntries(3)
}

func TestBulletinsBehindOneAddressAreNew(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	for hour := range 3 {
		e := aggregator.Entry{GUID: fmt.Sprint(hour), Link: "https://norvia.example/bulletin.mp3", Title: fmt.Sprint("News at ", hour), Published: noon.Add(time.Duration(hour) * time.Hour)}
		b.submit(b.fetched("norvia", e))
	}
	b.wantEntries(3)
}

func TestPlaceInTime(t *testing.T) {
	t.Parallel()
	b := newBench(t)
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

// failing is a store that refuses to commit while down is set, and panics on
// entries it is told to.
type failing struct {
	ingest.Store
	down  bool
	panic aggregator.EntryID
}

var errFull = errors.New("no space left on device")

func (f *failing) Commit(c aggregator.Commit) error {
	if f.down {
		return errFull
	}
	return f.Store.Commit(c)
}

func (f *failing) Known(ids []aggregator.EntryID) ([]aggregator.Known, error) {
	for _, id := range ids {
		if id == f.panic {
			panic("an entry that should not be")
		}
	}
	return f.Store.Known(ids)
}

func TestFailedCommitLosesNothing(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.close()
	store := &failing{}
	b.open(func(s ingest.Store) ingest.Store { store.Store = s; return store })
	b.submit(b.fetched("norvia", item("1", "Ferry with forty aboard runs aground")))
	before := b.in.State("norvia")

	store.down = true
	if _, err := b.in.Submit(b.fetched("norvia", item("2", "Budget passes after an all-night sitting"), item("1", "Ferry with forty aboard runs aground"))); !errors.Is(err, errFull) {
		t.Fatalf("Submit = %v", err)
	}
	if diff := cmp.Diff(before, b.in.State("norvia")); diff != "" {
		t.Errorf("the state outran the entries (-before +after):\n%s", diff)
	}
	if !errors.Is(b.in.Fault(), errFull) {
		t.Errorf("Fault = %v", b.in.Fault())
	}

	store.down = false
	// Nothing of the failed attempt is remembered: the copy begins a story.
	report := b.submit(b.fetched("kelmar", aggregator.Entry{GUID: "k", Title: "Budget passes after an all-night sitting"}))
	if got := kinds(report); got != "new" {
		t.Errorf("after healing: %s", got)
	}
	if got := kinds(b.submit(b.fetched("norvia", item("2", "Budget passes after an all-night sitting"), item("1", "Ferry with forty aboard runs aground")))); got != "copy" {
		t.Errorf("the same document again: %s", got)
	}
	if b.in.Fault() != nil {
		t.Errorf("Fault = %v after healing", b.in.Fault())
	}
	b.wantEntries(3)
}

func TestPanicCostsOneResultOnly(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.close()
	store := &failing{panic: aggregator.EntryKey("norvia", aggregator.KeyGUID, "evil")}
	b.open(func(s ingest.Store) ingest.Store { store.Store = s; return store })
	results := []aggregator.PollResult{
		b.fetched("kelmar", aggregator.Entry{GUID: "1", Title: "Rain"}),
		b.fetched("norvia", item("evil", "Evil")),
		b.fetched("herald", aggregator.Entry{GUID: "2", Title: "Sun"}),
	}
	reports := make(chan ingest.Report)
	for _, r := range results {
		go func() {
			report, err := b.in.Submit(r)
			if err != nil {
				t.Errorf("%s: %v", r.Source, err)
			}
			reports <- report
		}()
	}
	for range results {
		r := <-reports
		bad := r.State.Source == "norvia"
		if bad != (r.State.Problem.Kind == aggregator.ProblemInternal) || bad != (r.State.Outcome == aggregator.Failed) {
			t.Errorf("%s: %v, %+v", r.State.Source, r.State.Outcome, r.State.Problem)
		}
		if bad && r.State.Validators.ETag != "" {
			t.Error("the validators of a document that could not be stored are kept")
		}
	}
	b.wantEntries(2)
}

func TestTruncatedBodyIsSavedAndAskedForAgain(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	result := b.fetched("norvia", item("1", "Ferry aground"))
	result.Response.Outcome = aggregator.Failed
	result.Response.Problem = aggregator.Problem{Kind: aggregator.ProblemTruncated, Message: "cut short"}
	result.BodyDigest = 0
	report := b.submit(result)
	if got := kinds(report); got != "new" {
		t.Errorf("decided %s", got)
	}
	if s := report.State; s.Validators != (aggregator.Validators{}) || s.BodyDigest != 0 || s.Failures != 1 || len(s.Showing) != 1 {
		t.Errorf("state %+v", s)
	}
	b.wantEntries(1)
}

func TestNotModifiedKeepsValidators(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	first := b.submit(b.fetched("norvia", item("1", "A"))).State
	b.now = b.now.Add(time.Hour)
	after := b.submit(aggregator.PollResult{Source: "norvia", URL: url("norvia"), Response: aggregator.Response{
		Outcome: aggregator.NotModified, Status: 304, At: b.now, FreshUntil: b.now.Add(5 * time.Hour)}}).State
	if after.Validators != first.Validators || after.BodyDigest != first.BodyDigest || len(after.Showing) != 1 {
		t.Errorf("state %+v", after)
	}
	if !after.NextPoll.Equal(b.now.Add(5 * time.Hour)) {
		t.Errorf("next poll at %v", after.NextPoll)
	}
}

func TestAddressOfSourceChanges(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia", item("1", "A")))
	result := b.fetched("norvia", item("1", "A"))
	result.URL = "https://norvia.example/new-feed"
	result.Response.Outcome, result.Document = aggregator.Failed, aggregator.Document{}
	result.Response.Problem = aggregator.Problem{Kind: aggregator.ProblemConnect, Message: "refused"}
	if s := b.submit(result).State; s.Validators.ETag != "" || s.BodyDigest != 0 || s.URL != result.URL {
		t.Errorf("the old address's validators are kept for the new: %+v", s)
	}
}

func TestPermanentMoveIsCountedByDay(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	moved := func(after time.Duration, to string) []time.Time {
		b.now = b.now.Add(after)
		r := b.fetched("norvia", item("1", "A"))
		r.Response.Moved = to
		return b.submit(r).State.MovedSeen
	}
	const to = "https://norvia.example/moved"
	for i, step := range []struct {
		after time.Duration
		to    string
		days  int
	}{{0, to, 1}, {time.Hour, to, 1}, {24 * time.Hour, to, 2}, {24 * time.Hour, to, 3}, {24 * time.Hour, to, 3}, {time.Hour, to + "2", 1}, {time.Hour, "", 0}} {
		if got := len(moved(step.after, step.to)); got != step.days {
			t.Errorf("step %d: seen on %d days, want %d", i, got, step.days)
		}
	}
}

func TestUnchangedSourcesWaitForACommit(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		b := newBench(t)
		b.submit(b.fetched("norvia", item("1", "A")))
		b.now = b.now.Add(time.Hour)
		b.submit(aggregator.PollResult{Source: "norvia", URL: url("norvia"), Response: aggregator.Response{Outcome: aggregator.NotModified, At: b.now}})
		stored := func() time.Time {
			states, err := b.db.States()
			if err != nil || len(states) != 1 {
				t.Fatalf("states %v, %v", states, err)
			}
			return states[0].LastPoll
		}
		if stored().Equal(b.now) {
			t.Error("an unchanged source cost a transaction of its own")
		}
		time.Sleep(5100 * time.Millisecond)
		if !stored().Equal(b.now) {
			t.Error("the state is not stored five seconds later")
		}
		b.now = b.now.Add(time.Hour)
		b.submit(aggregator.PollResult{Source: "norvia", URL: url("norvia"), Response: aggregator.Response{Outcome: aggregator.NotModified, At: b.now}})
		b.stop()
		b.stop = nil
		if !stored().Equal(b.now) {
			t.Error("the state is lost at a clean stop")
		}
		if err := b.db.Close(); err != nil {
			t.Error(err)
		}
	})
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
	b.now = time.Now().Add(-60 * 24 * time.Hour)
	b.submit(b.fetched("norvia", item("1", "Shown when the source was removed")))
	b.submit(b.fetched("kelmar", aggregator.Entry{GUID: "1", Title: "Shown still"}))
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
