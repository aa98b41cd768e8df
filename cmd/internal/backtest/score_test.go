package backtest

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wiredesk/aggregator"
	"wiredesk/aggregator/dedupe"
)

// rowsOf returns a set whose entries have the stories that letters name: the
// first letter that of entry 1.
func rowsOf(letters string) []Row {
	rows := make([]Row, len(letters))
	for i := range rows {
		rows[i] = Row{N: i + 1, Entry: aggregator.Entry{Story: aggregator.StoryID{letters[i]}}}
	}
	return rows
}

func TestScore(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		labels   Labels
		assigned string
		want     Score
	}{
		"nothing":         {Labels{}, "", Score{PairPrecision: 1, PairRecall: 1, PairF1: 1, CopyRecall: 1}},
		"all alone":       {Labels{}, "abc", Score{PairPrecision: 1, PairRecall: 1, PairF1: 1, CopyRecall: 1}},
		"all right":       {Labels{Stories: [][]int{{1, 2, 4}}, Copies: [][]int{{1, 4}}}, "aaba", Score{1, 1, 1, 1, 1, 1, 1, 0}},
		"nothing is seen": {Labels{Stories: [][]int{{1, 2}}, Copies: [][]int{{1, 2}}}, "ab", Score{1, 0, 0, 1, .5, 2. / 3, 0, 0}},
		"all in one": {
			// Of 10 pairs 3 are right; B-cubed: (3*3/5 + 2*1/5) / 5; two entries stray.
			Labels{Stories: [][]int{{1, 2, 3}}}, "aaaaa",
			Score{.3, 1, 6. / 13, 2.2 / 5, 1, 4.4 / 7.2, 1, .4},
		},
		"of everything something": {
			// Joined are 1-2 1-5 2-5 3-4, of which only 1-2 belongs together, as do
			// 1-3 2-3 6-7. B-cubed is over all but 8, which is alone in both:
			// (2/3 + 2/3 + 1/2 + 1/2 + 1/3 + 1 + 1) / 7 and
			// (2/3 + 2/3 + 1/3 + 1 + 1 + 1/2 + 1/2) / 7.
			// Of 1 2 5 one strays, of 3 4 too.
			Labels{Stories: [][]int{{1, 2, 3}, {6, 7}}, Copies: [][]int{{1, 2, 3}, {6, 7}}}, "aabbacde",
			Score{1. / 4, 1. / 4, 1. / 4, 2. / 3, 2. / 3, 2. / 3, 1. / 4, 2. / 8},
		},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			test.labels.N = len(test.assigned)
			got := test.labels.Score(rowsOf(test.assigned))
			if diff := cmp.Diff(test.want, got, cmpopts.EquateApprox(0, 1e-12)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// stories are labelled sets and the program that scores them, where they lie
// beside the module.
const stories = "../../../../shared/stories"

// TestScoreIsThatOfTheScorer compares with the scorer of the labelled sets, to
// the digits it prints, under settings that judge well and badly.
func TestScoreIsThatOfTheScorer(t *testing.T) {
	t.Parallel()
	scorer := filepath.Join(stories, "score.py")
	python, err := exec.LookPath("python3")
	if err != nil {
		t.Skip("there is no python3")
	}
	paths, err := filepath.Glob(filepath.Join(stories, "*.labels.json"))
	if err != nil {
		t.Fatal(err)
	}
	if len(paths) == 0 {
		t.Skip("no labelled sets: ../shared/stories is not beside the module")
	}
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".labels.json")
		set := readShared(t, name+".jsonl")
		labels, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		l, err := ReadLabels(path, labels, set)
		labels.Close()
		if err != nil {
			t.Fatal(err)
		}
		judged, err := Run(t.Context(), dedupe.New(dedupe.Options{}), readShared(t, name+".warm.jsonl.gz"), set)
		if err != nil {
			t.Fatal(err)
		}
		for how, rows := range map[string][]Row{"judged": judged.Rows, "by the hour": byTheHour(set)} {
			t.Run(name+" "+how, func(t *testing.T) {
				t.Parallel()
				var assigned strings.Builder
				for _, row := range rows {
					fmt.Fprintf(&assigned, "%d\t%v\n", row.N, row.Entry.Story)
				}
				file := filepath.Join(t.TempDir(), "assigned.tsv")
				if err := os.WriteFile(file, []byte(assigned.String()), 0o600); err != nil {
					t.Fatal(err)
				}
				printed, err := exec.CommandContext(t.Context(), python, scorer, path, file).Output()
				if err != nil {
					t.Fatal(err)
				}
				s := l.Score(rows)
				want := fmt.Sprintf("pair_p\tpair_r\tpair_f1\tb3_p\tb3_r\tb3_f1\tcopy_r\tbad_merge\n%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\t%.4f\n",
					s.PairPrecision, s.PairRecall, s.PairF1, s.CubedPrecision, s.CubedRecall, s.CubedF1, s.CopyRecall, s.BadMerge)
				if diff := cmp.Diff(string(printed), want); diff != "" {
					t.Errorf("(-scorer +ours):\n%s", diff)
				}
			})
		}
	}
}

func readShared(t *testing.T, name string) []Row {
	t.Helper()
	file, err := os.Open(filepath.Join(stories, name))
	if err != nil {
		t.Fatal(err)
	}
	defer file.Close()
	rows, err := ReadRows(name, file)
	if err != nil {
		t.Fatal(err)
	}
	return rows
}

// byTheHour makes a story of what was seen in one hour.
func byTheHour(set []Row) []Row {
	rows := make([]Row, len(set))
	for i, row := range set {
		row.Entry.Story = aggregator.EntryKey("", aggregator.KeyText, row.Entry.Seen.Truncate(time.Hour).String()).Story()
		rows[i] = row
	}
	return rows
}
