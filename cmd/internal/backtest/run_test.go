package backtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
)

// scripted is a judge that decides as it is told, by Seq; on all else New.
type scripted struct {
	decide map[uint64]func(told map[uint64]aggregator.EntryID) aggregator.Decision
	told   map[uint64]aggregator.EntryID
	log    []string
}

func (s *scripted) Read(*aggregator.Entry) dedupe.Reading { return dedupe.Reading{} }

func (s *scripted) Decide(e *aggregator.Entry, _ dedupe.Reading) aggregator.Decision {
	d := aggregator.Decision{Kind: aggregator.New, Story: e.ID.Story()}
	if decide := s.decide[e.Seq]; decide != nil {
		d = decide(s.told)
	}
	d.Entry, d.Seq = e.ID, e.Seq
	return d
}

func (s *scripted) Add(e *aggregator.Entry, _ dedupe.Reading) {
	s.told[e.Seq] = e.ID
	s.log = append(s.log, fmt.Sprintf("add %d", e.Seq))
}

func (s *scripted) Move(seq uint64, to aggregator.StoryID) {
	for other, id := range s.told {
		if id.Story() == to {
			s.log = append(s.log, fmt.Sprintf("move %d to %d", seq, other))
		}
	}
}

// report joins the story of the entry partner, and has the story of the entry
// merged turn out to be that one.
func report(partner, merged uint64) func(map[uint64]aggregator.EntryID) aggregator.Decision {
	return func(told map[uint64]aggregator.EntryID) aggregator.Decision {
		return aggregator.Decision{
			Kind: aggregator.Report, Story: told[partner].Story(), Merged: aggregator.StoryID(told[merged]),
			Evidence: aggregator.Evidence{Partner: told[partner], Score: .5},
		}
	}
}

// rows returns entries with these headlines, a minute apart.
func rows(titles ...string) []Row {
	made := make([]Row, len(titles))
	for i, title := range titles {
		made[i] = Row{N: i + 1, Entry: aggregator.Entry{
			Source: "wire", GUID: title, Title: title, Seen: time.Unix(int64(i)*60, 0).UTC(),
		}}
	}
	return made
}

// TestRunFollowsMerges folds six entries: the fourth joins the third, the fifth
// shows that their story is that of the second, the sixth that this is that of
// the first.
func TestRunFollowsMerges(t *testing.T) {
	t.Parallel()
	judge := &scripted{told: make(map[uint64]aggregator.EntryID), decide: map[uint64]func(map[uint64]aggregator.EntryID) aggregator.Decision{
		4: report(3, 0),
		5: report(2, 3),
		6: report(2, 1), // the older stays, whichever the judge calls which
	}}
	set := rows("c", "d", "e", "f")
	out, err := Run(t.Context(), judge, rows("a", "b"), set)
	if err != nil {
		t.Fatal(err)
	}
	first := aggregator.EntryKey("wire", aggregator.KeyGUID, "a").Story()
	for _, row := range out.Rows {
		if row.Entry.Story != first {
			t.Errorf("entry %d has story %v, want that of the first", row.N, row.Entry.Story)
		}
	}
	want := []string{
		"add 1", "add 2", "add 3", "add 4",
		"move 3 to 2", "move 4 to 2", "add 5",
		"move 2 to 1", "move 3 to 1", "move 4 to 1", "move 5 to 1", "add 6",
	}
	if diff := cmp.Diff(want, judge.log); diff != "" {
		t.Errorf("what the judge was told (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(rows("c", "d", "e", "f"), set); diff != "" {
		t.Errorf("the set was changed (-before +after):\n%s", diff)
	}
	for i, d := range out.Decisions {
		if d.Entry != out.Rows[i].Entry.ID {
			t.Errorf("decision %d is on %v, not on entry %d", i, d.Entry, out.Rows[i].N)
		}
	}
}

// TestRunNamesEntries gives every entry an id of its own, the daemon's where it
// is the first to have it.
func TestRunNamesEntries(t *testing.T) {
	t.Parallel()
	key := func(kind aggregator.KeyKind, value string) aggregator.EntryID {
		return aggregator.EntryKey("wire", kind, value)
	}
	second := int64(0)
	entry := func(guid, canonical, title string) Row {
		second++
		return Row{Entry: aggregator.Entry{
			Source: "wire", GUID: guid, Canonical: canonical, Title: title, Seen: time.Unix(second, 0).UTC(),
		}}
	}
	out, err := Run(t.Context(), dedupe.New(dedupe.Options{}), []Row{entry("1", "l1", "a")}, []Row{
		entry("2", "l1", "b"), entry("2", "l2", "c"), entry("", "l3", "d"), entry("2", "l2", "e"), entry("", "", "e"),
	})
	if err != nil {
		t.Fatal(err)
	}
	want := []aggregator.EntryID{
		key(aggregator.KeyGUID, "2"), key(aggregator.KeyLink, "l2"), key(aggregator.KeyLink, "l3"),
		key(aggregator.KeyText, "e\x005"), key(aggregator.KeyText, "e\x006"),
	}
	for i, row := range out.Rows {
		if row.Entry.ID != want[i] || row.Entry.Seq != uint64(i+2) {
			t.Errorf("entry %d: id %v, seq %d, want %v, %d", i, row.Entry.ID, row.Entry.Seq, want[i], i+2)
		}
	}
}

// TestRunOrdersASecond shuffles what was seen in the same second.
func TestRunOrdersASecond(t *testing.T) {
	t.Parallel()
	var set []Row
	for i := range 60 {
		seen := time.Unix(int64(i/20)*600, 0).UTC()
		set = append(set, Row{N: i + 1, Entry: aggregator.Entry{
			Source: fmt.Sprint("wire", i%7), GUID: strconv.Itoa(i), Seen: seen, Published: seen.Add(-time.Duration(i%5) * time.Minute),
			Title: fmt.Sprintf("Ferry runs aground off Kelmar island, %d rescued by lifeboats from Tolva harbour", i%4),
		}})
	}
	stories := func(rows []Row) map[int]aggregator.StoryID {
		out, err := Run(t.Context(), dedupe.New(dedupe.Options{}), nil, rows)
		if err != nil {
			t.Fatal(err)
		}
		of := make(map[int]aggregator.StoryID)
		for _, row := range out.Rows {
			of[row.N] = row.Entry.Story
		}
		return of
	}
	want := stories(set)
	random := rand.New(rand.NewPCG(1, 2))
	for range 5 {
		for from := 0; from < len(set); from += 20 {
			random.Shuffle(20, func(a, b int) { set[from+a], set[from+b] = set[from+b], set[from+a] })
		}
		if diff := cmp.Diff(want, stories(set)); diff != "" {
			t.Fatalf("stories (-in order +shuffled):\n%s", diff)
		}
	}
}

func TestRunEndsWithItsContext(t *testing.T) {
	t.Parallel()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	for name, sets := range map[string][2][]Row{"in the days before": {rows("a"), nil}, "in the set": {nil, rows("a")}} {
		if _, err := Run(ctx, dedupe.New(dedupe.Options{}), sets[0], sets[1]); !errors.Is(err, context.Canceled) {
			t.Errorf("%s: error %v", name, err)
		}
	}
}

func TestWrong(t *testing.T) {
	t.Parallel()
	judge := &scripted{told: make(map[uint64]aggregator.EntryID), decide: map[uint64]func(map[uint64]aggregator.EntryID) aggregator.Decision{
		3: report(1, 0), // right
		4: report(1, 0), // wrong
		6: report(5, 0), // unsure
	}}
	out, err := Run(t.Context(), judge, nil, rows("a", "b", "c", "d", "e", "f", "g", "h"))
	if err != nil {
		t.Fatal(err)
	}
	labels := Labels{N: 8, Stories: [][]int{{1, 3, 7, 8}, {2, 4}}, Copies: [][]int{{7, 1}}, Unsure: [][2]int{{6, 5}}}
	joins, misses := labels.Wrong(&out)
	if diff := cmp.Diff([]string{
		"1-4 direct 0.5",
		"3-4",
		"5-6 direct 0.5 unsure",
	}, described(joins)); diff != "" {
		t.Errorf("joins (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		"1-7 copies", "7-8", "2-4", "3-7", "3-8", "1-8",
	}, described(misses)); diff != "" {
		t.Errorf("misses (-want +got):\n%s", diff)
	}
}

func described(pairs []Pair) (lines []string) {
	for _, p := range pairs {
		line := fmt.Sprintf("%d-%d", p.A.N, p.B.N)
		if p.Direct {
			line += fmt.Sprintf(" direct %.1f", p.Decision.Evidence.Score)
		}
		if p.Copies {
			line += " copies"
		}
		if p.Unsure {
			line += " unsure"
		}
		lines = append(lines, line)
	}
	return lines
}

// TestRunIsDeterministic folds one set twice.
func TestRunIsDeterministic(t *testing.T) {
	t.Parallel()
	var titles []string
	for i := range 400 {
		titles = append(titles, fmt.Sprintf("The council of district %d votes on the bridge %d", i%20, i*i%30))
	}
	set := rows(titles...)
	for i := range set {
		set[i].Entry.Source = fmt.Sprint("wire", i%7)
	}
	labels := Labels{N: len(set)}
	for i := range 20 {
		labels.Stories = append(labels.Stories, []int{i + 1, i + 21, i + 41, i + 301})
	}
	var scores []Score
	for range 2 {
		out, err := Run(t.Context(), dedupe.New(dedupe.Options{}), nil, set)
		if err != nil {
			t.Fatal(err)
		}
		scores = append(scores, labels.Score(out.Rows))
	}
	if scores[0] != scores[1] || scores[0].PairRecall == 0 {
		t.Errorf("%+v, then %+v", scores[0], scores[1])
	}
}
