package search

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/cespare/xxhash/v2"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"wiredesk/aggregator"
	"wiredesk/aggregator/wording"
)

// partOf returns a part in memory of entries with these titles, of Seq 1 and up.
func partOf(language string, titles ...string) *memoryPart {
	m, r := newMemoryPart(), new(reader)
	for i, title := range titles {
		e := aggregator.Entry{Seq: uint64(i + 1), Language: language, Title: title}
		m.add(&e, r, r.read(&e))
	}
	return m
}

// written returns the part as a file.
func written(tb testing.TB, m *memoryPart) *filePart {
	tb.Helper()
	path := filepath.Join(tb.TempDir(), "part")
	size, sum, err := m.save(path, func(seq uint64) string { return fmt.Sprint("language ", seq%3) })
	if err != nil {
		tb.Fatal(err)
	}
	p, languages, err := openPart(path, size, sum)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := p.close(); err != nil {
			tb.Error(err)
		}
	})
	for i, seq := range p.seqs {
		if want := fmt.Sprint("language ", seq%3); languages[i] != want {
			tb.Errorf("entry %d is in %q", seq, languages[i])
		}
	}
	return p
}

// matches returns the Seqs of the entries of a part that have the phrase.
func matches(tb testing.TB, p part, text string) []uint64 {
	tb.Helper()
	parsed, err := Parse(text)
	if err != nil {
		tb.Fatal(err)
	}
	var seqs []uint64
	m, err := matchIn(p, parsed.root.(phrase), new(wording.Stemmer))
	if err != nil {
		tb.Fatal(err)
	}
	found, err := m.beside(func(uint32) bool { return true })
	if err != nil {
		tb.Fatal(err)
	}
	found.each(func(doc uint32) { seqs = append(seqs, p.entries()[doc]) })
	slices.Sort(seqs)
	return seqs
}

// manyTitles needs many blocks.
func manyTitles() []string {
	var titles []string
	for i := range 2000 {
		titles = append(titles, fmt.Sprintf("word%d strikes word%d again word%d %s", i, i%50, i, strings.Repeat("far ", i%400)+"end"))
	}
	return titles
}

func TestFileHoldsWhatMemoryHeld(t *testing.T) {
	t.Parallel()
	m := partOf("en", manyTitles()...)
	p := written(t, m)
	if len(p.blocks) < 10 {
		t.Fatalf("%d blocks say little", len(p.blocks))
	}
	if diff := cmp.Diff(m.languagesSeen(), p.languagesSeen()); diff != "" {
		t.Error(diff)
	}
	for _, text := range []string{
		"word0", "word1999", "word7", "striking", `"word7 again"`, `"word7 strike word7"`, `"far end"`, `"again far"`,
		"word19*", "wor*", "zebra", "aardvark", "again", `"end again"`, "far", `"strikes word49 again word1999 far far"`,
	} {
		if diff := cmp.Diff(matches(t, m, text), matches(t, p, text)); diff != "" {
			t.Errorf("%s (-memory +file):\n%s", text, diff)
		}
	}
	if got := matches(t, p, `"word7 strike word7"`); !slices.Equal(got, []uint64{8}) {
		t.Errorf("a phrase finds %v", got)
	}
}

func TestMergeKeepsWhatIsAlive(t *testing.T) {
	t.Parallel()
	titles := manyTitles()
	whole := partOf("en", titles...)
	// The same entries in three parts, of which each third is dead.
	var parts []*filePart
	for n := range 3 {
		parts = append(parts, written(t, partOf("en", titles[:600*(n+1)]...)))
	}
	alive := func(part int, seq uint64, doc uint32) bool {
		return uint64(doc)+1 == seq && part == 2-int(seq%3) && seq <= 600
	}
	path := filepath.Join(t.TempDir(), "merged")
	seqs, size, sum, err := merge(t.Context(), path, parts, alive, func(uint64) string { return "en" })
	if err != nil {
		t.Fatal(err)
	}
	p, _, err := openPart(path, size, sum)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = p.close() }()
	if len(seqs) != 600 || !slices.Equal(seqs, p.seqs) {
		t.Errorf("%d entries", len(seqs))
	}
	for _, text := range []string{"word7", "strike", `"word7 again"`, `"far end"`, "word5*", "word599", "word601"} {
		want := slices.DeleteFunc(matches(t, whole, text), func(seq uint64) bool { return seq > 600 })
		if diff := cmp.Diff(want, matches(t, p, text), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +merged):\n%s", text, diff)
		}
	}

	cancelled, cancel := context.WithCancel(t.Context())
	cancel()
	if _, _, _, err := merge(cancelled, path+"2", parts, alive, func(uint64) string { return "" }); err == nil {
		t.Error("it does not stop")
	}
	if _, err := os.Stat(path + "2"); !os.IsNotExist(err) {
		t.Errorf("half a file is left: %v", err)
	}
}

func TestRemove(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "index")
	if err := Remove(folder); err != nil {
		t.Errorf("where there is none: %v", err)
	}
	must(t, os.Mkdir(folder, 0o700))
	m := manifest{Format: format}
	must(t, m.write(folder))
	for _, name := range []string{"00000001.part", "notes.txt"} {
		must(t, os.WriteFile(filepath.Join(folder, name), nil, 0o600))
	}
	if err := Remove(folder); err == nil {
		t.Error("it says that it removed what is not its own")
	}
	left, err := os.ReadDir(folder)
	if err != nil || len(left) != 1 || left[0].Name() != "notes.txt" {
		t.Errorf("left %v, %v", left, err)
	}
}

func TestPlain(t *testing.T) {
	t.Parallel()
	for content, want := range map[string]string{
		"":                                    "",
		"plain":                               "plain",
		"<p>One</p><p>two</p>":                " One  two ",
		"<b>bo</b>ld <a href=\"x\">li</a>nk":  "bold link",
		"a &amp; b &lt;c&gt; &#1076;":         "a & b <c> д",
		"one<br/>two<img src=\"x\"/>three":    "one two three",
		"cut <p":                              "cut  ",
		strings.Repeat("x", maxEntryWords*16): strings.Repeat("x", maxEntryWords*16),
	} {
		if got := plain(content); got != want {
			t.Errorf("%.40q: %.60q, want %.60q", content, got, want)
		}
	}
}

func TestSummaryIsNotReadTwice(t *testing.T) {
	t.Parallel()
	long := strings.Repeat("one two three four five ", 40)
	for _, tt := range []struct {
		name, summary, content string
		want                   int // words
	}{
		{"only a summary", "one two three", "", 3},
		{"only a content", "", "<p>one two three</p>", 3},
		{"the beginning of the content", "one two three", "<p>one <b>two</b> three four</p>", 4},
		{"cut within a word", "one two thr", "<p>one two three four</p>", 4},
		{"another text", "six seven", "<p>one two three</p>", 5},
		{"a long beginning", long[:300], "<p>" + long + "</p>", 200},
		{"more than is indexed", "", strings.Repeat("word ", 2*maxEntryWords), maxEntryWords},
	} {
		r := new(reader)
		if got := r.read(&aggregator.Entry{Summary: tt.summary, Content: tt.content}); len(got) != tt.want {
			t.Errorf("%s: %d words, want %d", tt.name, len(got), tt.want)
		}
	}
}

// FuzzPart reads files that are not what they should be, under a digest that
// says they are.
func FuzzPart(f *testing.F) {
	seed := filepath.Join(f.TempDir(), "seed")
	if _, _, err := partOf("en", "oil prices rise", "oil and gas", "石油价格", "prices of oil rise").save(seed, func(uint64) string { return "en" }); err != nil {
		f.Fatal(err)
	}
	b, err := os.ReadFile(seed)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(b)
	f.Add([]byte("wdsearch"))
	for i := range 16 {
		broken := slices.Clone(b)
		broken[i*len(b)/16] ^= 0xff
		f.Add(broken)
	}
	path := filepath.Join(f.TempDir(), "part")
	f.Fuzz(func(t *testing.T, b []byte) {
		must(t, os.WriteFile(path, b, 0o600))
		p, _, err := openPart(path, int64(len(b)), xxhash.Sum64(b))
		if err != nil {
			return
		}
		defer func() { _ = p.close() }()
		for _, text := range []string{"oil", `"oil price"`, "pri*", "石油", "油"} {
			parsed, err := Parse(text)
			must(t, err)
			// Whatever it answers or says, it comes back.
			if m, err := matchIn(p, parsed.root.(phrase), new(wording.Stemmer)); err == nil {
				_, _ = m.beside(func(uint32) bool { return true })
			}
		}
		merged := path + ".merged"
		_, _, _, _ = merge(t.Context(), merged, []*filePart{p}, func(int, uint64, uint32) bool { return true }, func(uint64) string { return "" })
		_ = os.Remove(merged)
	})
}
