package main

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"errors"
	"fmt"
	"go/format"
	"go/parser"
	"go/token"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator/dedupe"
)

// line is one of a set's file.
type line struct {
	N       int    `json:"n"`
	Source  string `json:"source"`
	URL     string `json:"url"`
	Title   string `json:"title"`
	Summary string `json:"summary"`
	Seen    string `json:"seen"`
}

// invented returns the entries of a day that five wires tell of so many
// happenings, each of three or four of them, one of these twice, and the
// stories they make.
func invented(seed uint64, happenings int) (lines []line, stories [][]int) {
	random := rand.New(rand.NewPCG(seed, 1))
	syllables := strings.Fields("kel nor os bre tal quen har zel dor is pal wex yar ul ca fen lo mi tu ra")
	word := func() string {
		return syllables[random.IntN(20)] + syllables[random.IntN(20)] + syllables[random.IntN(20)]
	}
	crisis := []string{word(), word(), word(), word()}
	start := time.Date(2026, 11, 20, 6, 0, 0, 0, time.UTC)
	for h := range happenings {
		words := []string{word(), word(), word(), word(), word(), word(), word(), word()}
		some := func(n int) string {
			random.Shuffle(len(words), func(i, j int) { words[i], words[j] = words[j], words[i] })
			return strings.Join(words[:n], " ") + " " + crisis[random.IntN(4)] + " " + word()
		}
		var story []int
		for range 4 + random.IntN(2) {
			n := len(lines) + 1
			lines = append(lines, line{
				N: n, Source: fmt.Sprintf("wire-%d", (h+len(story)%3)%5), URL: fmt.Sprintf("https://wire.example/%d/%d", seed, n),
				Title: some(3 + random.IntN(3)), Summary: some(4 + random.IntN(4)),
				Seen: start.Add(time.Duration(n) * 3 * time.Minute).Format(time.RFC3339),
			})
			story = append(story, n)
		}
		stories = append(stories, story)
	}
	return lines, stories
}

// writeSet writes a set into a folder.
func writeSet(t *testing.T, folder, name string, seed uint64, happenings int) {
	t.Helper()
	lines, stories := invented(seed, happenings)
	write := func(name string, content []byte) {
		if err := os.WriteFile(filepath.Join(folder, name), content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	write(name+".jsonl", encoded(t, lines...))
	write(name+".labels.json", encoded(t, map[string]any{"n": len(lines), "stories": stories}))
	before, _ := invented(seed+1000, 5)
	var warm bytes.Buffer
	w := gzip.NewWriter(&warm)
	_, err := w.Write(encoded(t, before...))
	if err := errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	write(name+".warm.jsonl.gz", warm.Bytes())
}

// encoded returns the values as JSON, one a line.
func encoded[T any](t *testing.T, values ...T) []byte {
	t.Helper()
	var b bytes.Buffer
	w := json.NewEncoder(&b)
	for _, v := range values {
		if err := w.Encode(v); err != nil {
			t.Fatal(err)
		}
	}
	return b.Bytes()
}

// fitted runs the command as for the package and returns the file it writes.
func fitted(t *testing.T, folder string) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "coefficients.go")
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-sets", folder, "-o", file}, &out); err != nil {
		t.Fatal(err)
	}
	if out.Len() > 0 {
		t.Errorf("printed %q", out.String())
	}
	source, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(source)
}

// The same sets give the same coefficients, byte for byte; those for checking
// have no part in them.
func TestFit(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeSet(t, folder, "en-a", 1, 60)
	writeSet(t, folder, "ar-c", 2, 60)
	writeSet(t, folder, "en-b", 3, 20)
	first := fitted(t, folder)
	if again := fitted(t, folder); again != first {
		t.Errorf("fitted again:\n%s\nafter:\n%s", again, first)
	}
	writeSet(t, folder, "en-b", 4, 20)
	if other := fitted(t, folder); other != first {
		t.Error("the set for checking changes the coefficients")
	}
	writeSet(t, folder, "ar-c", 5, 60)
	if other := fitted(t, folder); other == first {
		t.Error("another set gives the same coefficients")
	}
}

// A model that was fitted on one day's stories finds those of another.
func TestFittedModelJudges(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeSet(t, folder, "en-a", 1, 60)
	writeSet(t, folder, "en-b", 2, 60)
	sets, err := readSets(folder)
	if err != nil {
		t.Fatal(err)
	}
	trial, err := try(t.Context(), sets[1], sets, "b")
	if err != nil {
		t.Fatal(err)
	}
	for i, s := range trial.warm {
		if i > 0 && s.PairRecall > trial.warm[i-1].PairRecall {
			t.Errorf("recall %v at strictness %v, %v at %v", s.PairRecall, strictnesses[i], trial.warm[i-1].PairRecall, strictnesses[i-1])
		}
	}
	if s := trial.warm[0]; s.CubedF1 < 0.8 {
		t.Errorf("score %+v", s)
	}
}

func TestTable(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeSet(t, folder, "en-a", 1, 20)
	writeSet(t, folder, "en-b", 2, 20)
	writeSet(t, folder, "en-c", 3, 20)
	var out bytes.Buffer
	if err := run(t.Context(), []string{"-sets", folder, "-table"}, &out); err != nil {
		t.Fatal(err)
	}
	for part, want := range map[string]int{
		"\n| en-a, en-c | ": len(strictnesses), "\n| en-b | 0.": len(strictnesses),
		"| pair precision | ": 2, "\n| en-a | yes | ": 1, "\n| en-a | no | ": 1, "\n| en-b | yes | ": 1, "\n| en-c | no | ": 1,
	} {
		if got := strings.Count(out.String(), part); got != want {
			t.Errorf("%q stands %d times, want %d:\n%s", part, got, want, out.String())
		}
	}
}

func TestRender(t *testing.T) {
	t.Parallel()
	names := dedupe.FeatureNames()
	model := dedupe.Model{Same: make([]float64, len(names)), Cross: make([]float64, len(names))}
	for i := range names {
		model.Same[i], model.Cross[i] = float64(i), -float64(i)/3
	}
	source, err := render(&model)
	if err != nil {
		t.Fatal(err)
	}
	if formatted, err := format.Source(source); err != nil || !bytes.Equal(formatted, source) {
		t.Errorf("not as gofmt has it: %v\n%s", err, source)
	}
	file, err := parser.ParseFile(token.NewFileSet(), "coefficients.go", source, parser.SkipObjectResolution)
	if err != nil || file.Name.Name != "dedupe" {
		t.Errorf("%v\n%s", err, source)
	}
	for _, want := range []string{"// Code generated by cmd/fit. DO NOT EDIT.\n", "1.00000,  // " + names[1] + "\n", "-0.33333,  // " + names[1] + "\n"} {
		if !strings.Contains(string(source), want) {
			t.Errorf("%q is not in\n%s", want, source)
		}
	}
}

func TestReadSetsErrors(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		change func(folder string) error
		want   string
	}{
		"none":       {func(folder string) error { return os.Remove(filepath.Join(folder, "en-a.labels.json")) }, "name the folder of the labelled sets with -sets"},
		"no entries": {func(folder string) error { return os.Remove(filepath.Join(folder, "en-a.jsonl")) }, "en-a.jsonl: no such file"},
		"entries that are none": {func(folder string) error {
			return os.WriteFile(filepath.Join(folder, "en-a.jsonl"), []byte("{}\n"), 0o600)
		}, "en-a.jsonl:1: n is missing"},
		"days before that are none": {func(folder string) error {
			return os.WriteFile(filepath.Join(folder, "en-a.warm.jsonl.gz"), []byte("[]\n"), 0o600)
		}, "en-a.warm.jsonl.gz:1: not an entry"},
		"labels of other entries": {func(folder string) error {
			return os.WriteFile(filepath.Join(folder, "en-a.labels.json"), []byte(`{"n": 3}`), 0o600)
		}, "en-a.labels.json: labels of 3 entries, the set has "},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			folder := t.TempDir()
			writeSet(t, folder, "en-a", 1, 3)
			if err := test.change(folder); err != nil {
				t.Fatal(err)
			}
			if _, err := readSets(folder); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("error %v, want one with %q", err, test.want)
			}
		})
	}
}

// A set may be without the days before.
func TestReadSetsWithoutDaysBefore(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeSet(t, folder, "en-a", 1, 3)
	if err := os.Remove(filepath.Join(folder, "en-a.warm.jsonl.gz")); err != nil {
		t.Fatal(err)
	}
	sets, err := readSets(folder)
	if err != nil || len(sets) != 1 || sets[0].warm != nil || len(sets[0].rows) == 0 || sets[0].language() != "en" || sets[0].letter() != "a" {
		t.Errorf("%+v, %v", sets, err)
	}
}

func TestNothingToFitOn(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	writeSet(t, folder, "en-b", 1, 3)
	file := filepath.Join(folder, "coefficients.go")
	if err := run(t.Context(), []string{"-sets", folder, "-o", file}, nil); !errors.Is(err, errSingular) {
		t.Errorf("error %v", err)
	}
	if _, err := os.Stat(file); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("%s: %v", file, err)
	}
}
