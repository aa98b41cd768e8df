package ingest_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
	"wiredesk/aggregator/ingest"
)

// refold judges the bench's archive anew.
func (b *bench) refold(judge ingest.WindowJudge) *ingest.Refolded {
	b.t.Helper()
	refolded, err := ingest.RefoldWithJudge(b.t.Context(), b.db, judge, &b.settings)
	if err != nil {
		b.t.Fatal(err)
	}
	return refolded
}

// apply stops the Ingest, makes the archive what was found, and starts it anew.
func (b *bench) apply(refolded *ingest.Refolded) {
	b.t.Helper()
	b.stop()
	b.stop = func() {}
	if err := ingest.Apply(b.db, refolded); err != nil {
		b.t.Fatal(err)
	}
	if err := b.db.Check(); err != nil {
		b.t.Fatal(err)
	}
	b.reopen()
}

// wantReasons sees that a decision stands behind each move.
func (b *bench) wantReasons(refolded *ingest.Refolded) {
	b.t.Helper()
	for _, m := range refolded.Moves {
		if m.Decision.Kind == aggregator.Undecided {
			b.t.Errorf("entry %d moves without a decision", m.Seq)
		}
	}
}

// moves names the entries that move, by GUID.
func (b *bench) moves(refolded *ingest.Refolded) string {
	b.t.Helper()
	var seqs []uint64
	for _, m := range refolded.Moves {
		seqs = append(seqs, m.Seq)
	}
	entries, err := b.db.Entries(seqs)
	if err != nil {
		b.t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.GUID)
	}
	return strings.Join(names, " ")
}

// TestRefoldOfTheSameChangesNothing: judged by what judged it before, an
// archive with merged, revised, related and withdrawn entries is what it was.
// What another judge made of it is undone by the first.
func TestRefoldOfTheSameChangesNothing(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	random := rand.New(rand.NewPCG(3, 4))
	about := func() string {
		words := []string{"", "KILL ", "CORRECTED ", "UPDATE 2 "}[max(0, random.IntN(12)-8)]
		for range 1 + random.IntN(2) {
			words += []string{"", "", "~"}[random.IntN(3)] + fmt.Sprintf("topic%d ", random.IntN(300))
		}
		return words + ": " + fmt.Sprint("text ", random.IntN(1000))
	}
	sources := []string{"norvia", "kelmar", "herald"}
	shown := make(map[string][]aggregator.Entry)
	merged, revised := 0, 0
	for i := range 50 {
		source := sources[random.IntN(len(sources))]
		entries := shown[source]
		for range 1 + random.IntN(10) {
			entries = append(entries, aggregator.Entry{GUID: fmt.Sprint(source, i, "-", len(entries)), Title: about()})
		}
		for range random.IntN(8) {
			entries[random.IntN(len(entries))].Title = about()
		}
		entries = entries[max(0, len(entries)-25):]
		shown[source] = entries
		for _, d := range b.submit(b.fetched(source, append([]aggregator.Entry(nil), entries...)...)).Decisions {
			if !d.Merged.IsZero() {
				merged++
			}
			if d.Kind == aggregator.Update {
				revised++
			}
		}
	}
	if merged < 20 || revised < 50 {
		t.Fatalf("%d merges, %d revisions: the stream tests nothing", merged, revised)
	}
	refolded := b.refold(newTopics())
	if n := len(refolded.Moves); n > 0 || refolded.Changed > 0 {
		t.Errorf("%d entries move, %d stories change: %+v", n, refolded.Changed, refolded.Moves)
	}
	if refolded.Before != refolded.After || refolded.Before.Several == 0 {
		t.Errorf("before %+v, after %+v", refolded.Before, refolded.After)
	}
	before := b.stories()
	b.apply(refolded)
	// Judged by one that knows fewer topics, much moves; judged as before, all
	// comes back.
	other := b.refold(&renamed{newTopics(), strings.NewReplacer("topic1", "topic", "~", "")})
	if len(other.Moves) < 20 {
		t.Errorf("only %d entries move", len(other.Moves))
	}
	b.wantReasons(other)
	b.apply(other)
	back := b.refold(newTopics())
	b.wantReasons(back)
	b.apply(back)
	changed := cmpopts.IgnoreFields(aggregator.Story{}, "Changed")
	order := cmpopts.SortSlices(func(a, b aggregator.StoryID) bool { return a.String() < b.String() })
	if diff := cmp.Diff(before, b.stories(), changed, order, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("stories (-before +after):\n%s", diff)
	}
}

// TestRefoldUnderOtherSettings: what was joined is parted and joined again, and
// every id leads to where its entry is.
func TestRefoldUnderOtherSettings(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	told := func(source, guid, title, link string) aggregator.StoryID {
		b.submit(b.fetched(source, aggregator.Entry{GUID: guid, Title: title, Link: "https://norvia.example/" + link}))
		return aggregator.EntryKey(source, aggregator.KeyGUID, guid).Story()
	}
	ferry := told("norvia", "a", "Ferry aground", "ferry")
	frost := told("norvia", "b", "Frost in the orchards", "frost")
	again := told("kelmar", "c", "Ferry in trouble", "ferry")
	told("herald", "d", "Horoscope", "stars")
	joined := b.stories()
	under := func(join aggregator.Join) *ingest.Refolded {
		steps := 0
		refolded, err := ingest.Refold(t.Context(), b.db, dedupe.Options{Join: join}, &b.settings, func() { steps++ })
		if err != nil {
			t.Fatal(err)
		}
		if steps != 4 || refolded.Entries != 3 {
			t.Errorf("%d steps, %d entries judged", steps, refolded.Entries)
		}
		return refolded
	}

	apart := under(aggregator.JoinNone)
	want := []ingest.Move{{Seq: 3, From: ferry, To: again}}
	if diff := cmp.Diff(want, apart.Moves, cmpopts.IgnoreFields(ingest.Move{}, "Decision")); diff != "" {
		t.Errorf("moves (-want +got):\n%s", diff)
	}
	if apart.Before != (ingest.StoryCounts{Stories: 2, Several: 1, Carried: 2}) || apart.After != (ingest.StoryCounts{Stories: 3}) || apart.Changed != 2 {
		t.Errorf("%+v", apart)
	}
	if got := b.stories(); !cmp.Equal(joined, got, cmpopts.EquateEmpty()) {
		t.Errorf("the trial changed the store")
	}
	b.apply(apart)
	b.wantStory(ferry, "Ferry aground")
	b.wantStory(frost, "Frost in the orchards")
	b.wantStory(again, "Ferry in trouble")
	if n := len(under(aggregator.JoinNone).Moves); n > 0 {
		t.Errorf("%d entries move once more", n)
	}

	b.apply(under(aggregator.JoinStory))
	if view := b.wantStory(again, "Ferry aground | Ferry in trouble"); view.ID != ferry {
		t.Errorf("the id leads to %v, not to the older story", view.ID)
	}
	ignored := cmpopts.IgnoreFields(aggregator.Story{}, "Merged", "Changed")
	if diff := cmp.Diff(joined, b.stories(), ignored, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("there and back (-before +after):\n%s", diff)
	}
	decisions, err := b.db.Decisions(3)
	if err != nil || len(decisions) != 3 || decisions[2].Kind != aggregator.Copy {
		t.Errorf("decisions %+v, %v", decisions, err)
	}
}

// TestRefoldObeysPins joins what no rule joins, and parts what one does.
func TestRefoldObeysPins(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	first := b.tell("norvia", "a", "ferry: aground")
	second := b.tell("kelmar", "b", "storm: rises")
	third := b.tell("herald", "c", "ferry: afloat")
	for _, pin := range []aggregator.Pin{{A: first.Entry, B: second.Entry, Join: true}, {A: first.Entry, B: third.Entry}} {
		if _, err := b.in.Pin(t.Context(), pin); err != nil {
			t.Fatal(err)
		}
	}
	refolded := b.refold(newTopics())
	if len(refolded.Moves) > 0 || refolded.Changed > 0 {
		t.Errorf("%d changes, entries move: %+v", refolded.Changed, refolded.Moves)
	}
	if err := b.in.Unpin(t.Context(), first.Entry, third.Entry); err != nil {
		t.Fatal(err)
	}
	refolded = b.refold(newTopics())
	if got := b.moves(refolded); got != "c" {
		t.Errorf("without a pin %q moves", got)
	}
	b.apply(refolded)
	b.wantStory(third.Entry.Story(), "ferry: afloat | ferry: aground | storm: rises")
}

// TestRefoldPartsWhatIsPinnedTogether: two entries are joined, and one of them
// parted from a third, to which a rule joins the other.
func TestRefoldPartsWhatIsPinnedTogether(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	first := b.tell("norvia", "a", "ferry: aground")
	second := b.tell("kelmar", "b", "storm: rises")
	third := b.tell("herald", "c", "ferry: afloat")
	for _, pin := range []aggregator.Pin{{A: second.Entry, B: third.Entry, Join: true}, {A: first.Entry, B: second.Entry}} {
		if _, err := b.in.Pin(t.Context(), pin); err != nil {
			t.Fatal(err)
		}
	}
	b.wantStory(first.Entry.Story(), "ferry: aground")
	if refolded := b.refold(newTopics()); len(refolded.Moves) > 0 || refolded.Changed > 0 {
		t.Errorf("%d changes, entries move: %+v", refolded.Changed, refolded.Moves)
	}
}

// TestRefoldMovesAliases: a story becomes another, and what it had merged with
// another one again.
func TestRefoldMovesAliases(t *testing.T) {
	t.Parallel()
	b := newTopicsBench(t)
	var ids []aggregator.StoryID
	for _, about := range []string{"ferry", "storm", "frost", "flood", "ferry storm", "frost flood"} {
		ids = append(ids, b.tell("norvia", about, about+": told").Entry.Story())
	}
	b.wantStory(ids[1], "ferry: told | storm: told | ferry storm: told")
	// The bridges are gone, and the second and third story belong together.
	refolded := b.refold(&renamed{newTopics(), strings.NewReplacer("ferry storm", "storm", "frost flood", "flood", "frost", "storm")})
	b.wantReasons(refolded)
	b.apply(refolded)
	b.wantStory(ids[0], "ferry: told")
	for _, id := range []aggregator.StoryID{ids[1], ids[2]} {
		if view := b.wantStory(id, "storm: told | frost: told | ferry storm: told"); view.ID != ids[1] {
			t.Errorf("story %v leads to %v", id, view.ID)
		}
	}
	b.wantStory(ids[3], "flood: told | frost flood: told")
}

// renamed is a judge that reads other topics.
type renamed struct {
	ingest.WindowJudge
	topics *strings.Replacer
}

func (r *renamed) as(e *aggregator.Entry) *aggregator.Entry {
	other := *e
	other.Title = r.topics.Replace(e.Title)
	return &other
}

func (r *renamed) Decide(e *aggregator.Entry, reading dedupe.Reading) aggregator.Decision {
	return r.WindowJudge.Decide(r.as(e), reading)
}

func (r *renamed) Add(e *aggregator.Entry, reading dedupe.Reading) {
	r.WindowJudge.Add(r.as(e), reading)
}

func TestRefoldEndsWithItsContext(t *testing.T) {
	t.Parallel()
	b := newBench(t)
	b.submit(b.fetched("norvia", item("1", "Ferry aground")))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := ingest.Refold(ctx, b.db, dedupe.Options{}, &b.settings, func() {}); !errors.Is(err, context.Canceled) {
		t.Errorf("error %v", err)
	}
}
