package storage

import (
	"encoding/hex"
	"flag"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func mustEncoder(tb testing.TB) (codec, *encoder) {
	tb.Helper()
	c, err := newCodec()
	if err != nil {
		tb.Fatal(err)
	}
	return c, &encoder{mode: c.enc}
}

// samples returns one value of each kind of record, under its name.
func samples(tb testing.TB) map[string][]byte {
	tb.Helper()
	_, enc := mustEncoder(tb)
	a, b := entry(1, "bbc"), entry(2, "dw")
	story := storyOf(&a, &b)
	story.Related, story.Withdrawn = []aggregator.StoryID{b.ID.Story()}, true
	story.Merged, story.Turns = []aggregator.StoryID{b.ID.Story()}, 1
	story.Members[1].Withdrawn, story.Members[1].TextBytes = true, 400
	a.Revised, a.Revision, a.RevisedAfter = day().Add(time.Hour), 2, 9
	a.Labels = []aggregator.Label{{Kind: aggregator.LabelUpdate, Number: 2}, {Kind: aggregator.LabelUrgent}}
	d := decision(&a, aggregator.Copy)
	d.Merged, d.Near = b.ID.Story(), story.ID
	key := id("bbc", 7)
	values := map[string][]byte{}
	put := func(name string, v []byte, err error) {
		if err != nil {
			tb.Fatal(err)
		}
		values[name] = v
	}
	v, err := enc.entryValue(&a, key[:])
	put("entry", v, err)
	v, err = enc.storyValue(&story)
	put("story", v, err)
	v, err = enc.decisionValue(&d)
	put("decision", v, err)
	v, err = enc.revisionValue(&aggregator.Revision{At: a.Seen, Title: "t", Summary: "s", Content: "c", Text: 3, After: 7})
	put("revision", v, err)
	v, err = enc.stateValue(&aggregator.SourceState{
		Source: "bbc", URL: "https://bbc.example/feed", Validators: aggregator.Validators{ETag: "e", LastModified: "l"},
		BodyDigest: 1, FirstPoll: day(), LastPoll: day(), LastGood: day(), LastEntry: day(), NextPoll: day(),
		Outcome: aggregator.Failed, Problem: aggregator.Problem{Kind: aggregator.ProblemTLS, Message: "m"}, Failures: 2,
		Title: "t", Site: "s", Language: "en", Self: "self", Hubs: []string{"h"},
		Hints: aggregator.Hints{MinInterval: time.Hour, SkipHours: 3, SkipDays: 5},
		Moved: "m", MovedSeen: []time.Time{day()}, GUIDs: aggregator.GUIDShared, Showing: []uint64{1, 1 << 40}, Polls: 3, EntriesNew: 4,
		Log:     aggregator.PollLog(nil).Add(aggregator.Poll{At: day(), Outcome: aggregator.NotModified, Status: 304, Took: time.Second}),
		Spent:   aggregator.Spent{Bytes: 6, Time: time.Minute, NotModified: 2},
		Push:    aggregator.Push{LeaseUntil: day(), Last: day(), Missed: 2},
		Address: "a", Rest: aggregator.Rest{At: "h", Until: day()}, Document: aggregator.DocumentUnreadable, Lifetime: time.Minute,
		Plan:   aggregator.Plan{At: day(), Rule: aggregator.RuleScroll, Rate: 1.5, Expected: 2.5, Theta: 3.5},
		Rhythm: rhythm(),
	})
	put("state", v, err)
	v, err = enc.pinValue(&aggregator.Pin{Join: true, At: day()})
	put("pin", v, err)
	v, err = enc.subscriptionValue(new(subscription("token")))
	put("subscription", v, err)
	put("counters", counters{last: 9, entries: 8, stories: 7}.bytes(), nil)
	place := newestKey(stampOf(day()), 9)
	put("place", place[:], nil)
	return values
}

// rhythm is what a busy source has taught.
func rhythm() aggregator.Rhythm {
	return aggregator.Rhythm{
		At: day(), Entries: 12.25, Usual: 7.5, Days: [3]float64{6, 1, 0.5}, Week: "\x00\x10\xff\x01",
		Window: 20, Fill: time.Minute, Fresh: time.Second, Polls: 80.5, Allots: 81.25,
	}
}

// TestFormat pins the bytes on disk. If it fails, databases in use can no
// longer be read: add a migration before you update the golden files.
func TestFormat(t *testing.T) {
	t.Parallel()
	for name, v := range samples(t) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			path := filepath.Join("testdata", "format", name+".hex")
			got := wrap(hex.EncodeToString(v))
			if *update {
				if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
					t.Fatal(err)
				}
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(string(want), got); diff != "" {
				t.Errorf("the format changed (-golden +now):\n%s", diff)
			}
		})
	}
}

func wrap(s string) string {
	var b strings.Builder
	for ; len(s) > 64; s = s[64:] {
		b.WriteString(s[:64] + "\n")
	}
	b.WriteString(s + "\n")
	return b.String()
}

func TestStamp(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name     string
		in, want time.Time
	}{
		{"none", time.Time{}, time.Time{}},
		{"before what fits", time.Date(1, 1, 1, 0, 0, 1, 0, time.UTC), time.Unix(0, math.MinInt64+1).UTC()},
		{"a nanosecond before 1970", time.Unix(0, -1), time.Unix(0, -1).UTC()},
		{"1970", time.Unix(0, 0), time.Unix(0, 0).UTC()},
		{"now", day().Add(123456789), day().Add(123456789)},
		{"in another zone", day().In(time.FixedZone("", 3600)), day()},
		{"beyond what fits", time.Date(9999, 12, 31, 0, 0, 0, 0, time.UTC), time.Unix(0, math.MaxInt64).UTC()},
	}
	for i, test := range tests {
		got := stampOf(test.in).time()
		if !got.Equal(test.want) || got.Location() != time.UTC {
			t.Errorf("%s: %v became %v", test.name, test.in, got)
		}
		if i > 0 && i != 5 && stampOf(tests[i-1].in).order() >= stampOf(test.in).order() {
			t.Errorf("%s does not come after %s", test.name, tests[i-1].name)
		}
	}
}

// TestRoundTrip: whatever stands in an entry comes back as it was, also what is
// no text.
func TestRoundTrip(t *testing.T) {
	t.Parallel()
	c, enc := mustEncoder(t)
	r := rand.New(rand.NewPCG(3, 4))
	for range 300 {
		e := entry(r.Uint64N(1<<20), "bbc")
		e.Title, e.Content, e.GUID, e.Source = randomText(r), randomText(r), randomText(r), randomText(r)
		e.Authors, e.Enclosures, e.Categories = e.Authors[:r.IntN(2)], e.Enclosures[:r.IntN(2)], e.Categories[:r.IntN(3)]
		e.Labels = randomLabels(r)
		e.Digest, e.Text, e.Revision = aggregator.Digest(r.Uint64()), aggregator.Digest(r.Uint64()), r.IntN(3)
		if r.IntN(2) == 0 {
			e.Published, e.Updated, e.Story = time.Time{}, time.Unix(0, 0).UTC(), aggregator.StoryID{}
		}
		v, err := enc.entryValue(&e, make([]byte, r.IntN(3)*idBytes))
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.entry(e.Seq, v)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "entry", e, got)
	}
}

func addSamples(f *testing.F, name string) codec {
	f.Helper()
	f.Add(samples(f)[name])
	f.Add([]byte{})
	f.Add(append(make([]byte, entryHeaderBytes), 0x9b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff))
	c, _ := mustEncoder(f)
	return c
}

// FuzzDecodeEntry: damaged bytes give an error or an entry that can be stored.
func FuzzDecodeEntry(f *testing.F) {
	c := addSamples(f, "entry")
	f.Fuzz(func(t *testing.T, v []byte) {
		e, err := c.entry(1, v)
		if err != nil {
			return
		}
		_, enc := mustEncoder(t)
		again, err := enc.entryValue(&e, nil)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.entry(1, again)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "stored again", e, got)
	})
}

// FuzzDecodeStory: damaged bytes give an error or a story with members.
func FuzzDecodeStory(f *testing.F) {
	c := addSamples(f, "story")
	f.Fuzz(func(t *testing.T, v []byte) {
		s, err := c.story(1, v)
		if err == nil && len(s.Members) == 0 {
			t.Error("a story without members")
		}
	})
}

// FuzzDecodeState: damaged bytes give an error or a state that can be stored.
func FuzzDecodeState(f *testing.F) {
	c := addSamples(f, "state")
	f.Fuzz(func(t *testing.T, v []byte) {
		s, err := c.state("bbc", v)
		if err != nil {
			return
		}
		_, enc := mustEncoder(t)
		again, err := enc.stateValue(&s)
		if err != nil {
			t.Fatal(err)
		}
		got, err := c.state("bbc", again)
		if err != nil {
			t.Fatal(err)
		}
		equal(t, "stored again", s, got)
	})
}
