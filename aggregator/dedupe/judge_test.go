package dedupe

import (
	"fmt"
	"math/rand/v2"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

var noon = time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)

// stream numbers entries, lets a judge decide on each and keeps the outcome.
type stream struct {
	judge   *Judge
	entries []aggregator.Entry
	decided []aggregator.Decision
}

func newStream(opts Options) *stream { return &stream{judge: New(opts)} }

func (s *stream) add(e aggregator.Entry) aggregator.Decision {
	e.Seq = uint64(len(s.entries) + 1)
	if e.GUID == "" {
		e.GUID = fmt.Sprint(e.Seq)
	}
	e.ID = aggregator.EntryKey(e.Source, aggregator.KeyGUID, e.GUID)
	e.Canonical = aggregator.CanonicalLink(e.Link)
	reading := Read(&e)
	d := s.judge.Decide(&e, reading)
	e.Story = d.Story
	s.judge.Add(&e, reading)
	s.entries, s.decided = append(s.entries, e), append(s.decided, d)
	return d
}

func entry(source, title, summary, link string, after time.Duration) aggregator.Entry {
	return aggregator.Entry{Source: source, Title: title, Summary: summary, Link: link, Seen: noon.Add(after)}
}

const (
	ferry  = "Ferry with forty aboard runs aground off Kelmar island"
	rescue = "All forty passengers of the night ferry were brought ashore by lifeboat before dawn on Tuesday, the coast guard said, adding that the hull was holding and that no oil had been seen on the water."
)

func TestDecide(t *testing.T) {
	t.Parallel()
	type pair struct{ first, second aggregator.Entry }
	tests := map[string]struct {
		pair
		kind aggregator.DecisionKind
		rule string
	}{
		"same link, other words": {
			pair{entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0),
				entry("kelmar", "Night ferry aground", "", "https://norvia.example/ferry?utm_source=kelmar", time.Hour)},
			aggregator.Copy, RuleLink},
		"same words under another link": {
			pair{entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0),
				entry("kelmar", ferry, rescue, "https://kelmar.example/22", time.Hour)},
			aggregator.Copy, RuleText},
		"same words in another spelling": {
			pair{entry("norvia", "Café owners’ strike closes old town, 3rd day", "", "", 0),
				entry("kelmar", "CAFE\u0301 OWNERS' STRIKE CLOSES OLD TOWN – 3RD DAY", "", "", time.Hour)},
			aggregator.Copy, RuleText},
		"retitled copy": {
			pair{entry("norvia", ferry, rescue, "", 0),
				entry("kelmar", "Lifeboats empty stranded ferry", rescue, "", time.Hour)},
			aggregator.Copy, RuleBody},
		"another title over the same text in one source": {
			pair{entry("norvia", ferry, rescue, "https://norvia.example/1", 0),
				entry("norvia", "Earthquake hits the north coast", rescue, "https://norvia.example/2", time.Hour)},
			aggregator.New, RuleFirst},
		"Arabic with and without points": {
			pair{entry("sada", "وزيرُ الطاقةِ يعلن خطة لخفض أسعار الكهرباء", "", "", 0),
				entry("maraya", "وزير الطاقة يعلن خطة لخفض أسعار الكهربــاء", "", "", time.Hour)},
			aggregator.Copy, RuleText},
		"Chinese": {
			pair{entry("a", "凯尔马岛附近渡轮搁浅", "", "", 0), entry("b", "凯尔马岛附近渡轮搁浅。", "", "", time.Hour)},
			aggregator.Copy, RuleText},
		"other happening": {
			pair{entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0),
				entry("kelmar", "Parliament passes budget after all-night sitting", "", "https://kelmar.example/23", time.Hour)},
			aggregator.New, RuleFirst},
		"other number": {
			pair{entry("norvia", "Health ministry reports 22 new cases on Sunday", "", "", 0),
				entry("kelmar", "Health ministry reports 6 new cases on Sunday", "", "", time.Hour)},
			aggregator.New, RuleFirst},
		"words that say nothing": {
			pair{entry("norvia", "Live updates", "", "", 0), entry("kelmar", "Live updates", "", "", time.Hour)},
			aggregator.New, RuleFirst},
		"no words at all": {
			pair{entry("norvia", "", "", "", 0), entry("kelmar", "", "", "", time.Hour)},
			aggregator.New, RuleFirst},
		"article shown twice by one source": {
			pair{entry("norvia", ferry, rescue, "", 0), entry("norvia", ferry, rescue, "", time.Hour)},
			aggregator.Copy, RuleText},
		"next of a series": {
			pair{entry("norvia", "Tonight: what you need to know before bed", "", "", 0),
				entry("norvia", "Tonight: what you need to know before bed", "", "", 24*time.Hour)},
			aggregator.New, RuleFirst},
		"after the window": {
			pair{entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0),
				entry("kelmar", ferry, rescue, "https://norvia.example/ferry", DefaultWindow+time.Second)},
			aggregator.New, RuleFirst},
		"at the end of the window": {
			pair{entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0),
				entry("kelmar", ferry, rescue, "https://norvia.example/ferry", DefaultWindow)},
			aggregator.Copy, RuleLink},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			s := newStream(Options{})
			first, second := s.add(test.first), s.add(test.second)
			if second.Kind != test.kind || second.Evidence.Rule != test.rule {
				t.Fatalf("decided %v by %q, want %v by %q", second.Kind, second.Evidence.Rule, test.kind, test.rule)
			}
			if (second.Story == first.Story) != (test.kind == aggregator.Copy) {
				t.Errorf("stories %v and %v for %v", first.Story, second.Story, test.kind)
			}
			if test.kind == aggregator.Copy && second.Evidence.Partner != first.Entry {
				t.Errorf("the evidence names %v, want %v", second.Evidence.Partner, first.Entry)
			}
		})
	}
}

func TestJoinNoneKeepsEveryEntryApart(t *testing.T) {
	t.Parallel()
	s := newStream(Options{Join: aggregator.JoinNone})
	s.add(entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0))
	if d := s.add(entry("kelmar", ferry, rescue, "https://norvia.example/ferry", time.Hour)); d.Kind != aggregator.New {
		t.Errorf("decided %v, want new", d.Kind)
	}
	if n := s.judge.Len(); n != 0 {
		t.Errorf("%d entries are kept for nothing", n)
	}
}

func TestStoryStaysOpenWhileItIsTold(t *testing.T) {
	t.Parallel()
	s := newStream(Options{Window: time.Hour})
	first := s.add(entry("a", ferry, rescue, "", 0))
	for i := 1; i <= 5; i++ {
		d := s.add(entry(fmt.Sprint("wire", i), ferry, rescue, "", time.Duration(i)*50*time.Minute))
		if d.Story != first.Story {
			t.Fatalf("carrier %d began a story of its own", i)
		}
	}
}

func TestBoilerplateJoinsNothing(t *testing.T) {
	t.Parallel()
	s := newStream(Options{})
	s.add(entry("norvia", "Bank raises its rate", rescue, "", 0))
	s.add(entry("norvia", "Earthquake hits the north coast", rescue, "", time.Minute))
	if d := s.add(entry("kelmar", "Parliament dissolved", rescue, "", 2*time.Minute)); d.Kind != aggregator.New {
		t.Errorf("decided %v by %q", d.Kind, d.Evidence.Rule)
	}
}

func TestStoryIsBounded(t *testing.T) {
	t.Parallel()
	s := newStream(Options{})
	stories := make(map[aggregator.StoryID]int)
	for range 2*maxMembers + 10 {
		stories[s.add(entry("norvia", ferry, rescue, "", time.Minute)).Story]++
	}
	if len(stories) != 3 {
		t.Errorf("%d stories", len(stories))
	}
	for id, n := range stories {
		if n > maxMembers {
			t.Errorf("story %v has %d members", id, n)
		}
	}
}

func TestDecideChangesNothing(t *testing.T) {
	t.Parallel()
	j := New(Options{})
	e := entry("norvia", ferry, rescue, "", 0)
	e.ID = aggregator.EntryKey("norvia", aggregator.KeyGUID, "1")
	for range 2 {
		if d := j.Decide(&e, Read(&e)); d.Kind != aggregator.New {
			t.Fatalf("decided %v on an entry never added", d.Kind)
		}
	}
}

// A judge restored from what is stored, at any point of a stream with
// revisions, decides as the one that saw it all.
func TestRestoredJudgeDecidesAlike(t *testing.T) {
	t.Parallel()
	const window = 2 * time.Hour
	random := rand.New(rand.NewPCG(1, 2))
	s := newStream(Options{Window: window})
	seen := time.Duration(0)
	for i := range 3000 {
		seen += time.Duration(random.IntN(120)) * time.Second
		topic := random.IntN(40)
		next := entry(fmt.Sprint("wire", random.IntN(5)), fmt.Sprintf("Topic number %d is told in these words", topic), "",
			fmt.Sprintf("https://wire.example/%d", random.IntN(60)), seen)
		if i%100 == 0 {
			restored := restore(s.entries, seen, window)
			if diff := cmp.Diff(s.judge.Decide(&next, Read(&next)), restored.Decide(&next, Read(&next))); diff != "" {
				t.Fatalf("before entry %d (-seen it all +restored):\n%s", i, diff)
			}
			s.judge = restored
		}
		s.add(next)
		if random.IntN(3) == 0 {
			e := &s.entries[random.IntN(len(s.entries))]
			e.Title, e.Revision = fmt.Sprintf("Topic number %d is told in these words", random.IntN(40)), e.Revision+1
			s.judge.Add(e, Read(e))
		}
		if i%50 == 0 {
			checkChains(t, s.judge)
		}
	}
	copies := 0
	for _, d := range s.decided {
		if d.Kind == aggregator.Copy {
			copies++
		}
	}
	if copies < 300 {
		t.Errorf("only %d copies: the stream tests nothing", copies)
	}
}

func restore(entries []aggregator.Entry, now time.Duration, window time.Duration) *Judge {
	j := New(Options{Window: window})
	for i := range entries {
		if last := entries[len(entries)-1].Seen; last.Sub(entries[i].Seen) <= window {
			j.Add(&entries[i], Read(&entries[i]))
		}
	}
	return j
}

// checkChains holds the index against a plain search of the window.
func checkChains(t *testing.T, j *Judge) {
	t.Helper()
	want := make(map[key]uint64)
	for i, k := range j.entries.known {
		for _, key := range k.keys {
			if key != 0 {
				want[key] = j.entries.first + uint64(i)
			}
		}
	}
	if diff := cmp.Diff(want, j.newest); diff != "" {
		t.Fatalf("newest entries of each key (-searched +indexed):\n%s", diff)
	}
}

func BenchmarkJudge(b *testing.B) {
	entries := make([]aggregator.Entry, 100_000)
	for i := range entries {
		e := entry(fmt.Sprint("wire", i%400), fmt.Sprintf("Headline number %d of the day's long stream", i), rescue,
			fmt.Sprintf("https://wire.example/%d", i), time.Duration(i)*time.Second)
		e.ID, e.Seq, e.Canonical = aggregator.EntryKey(e.Source, aggregator.KeyGUID, e.Link), uint64(i+1), e.Link
		entries[i] = e
	}
	j := New(Options{})
	b.ResetTimer()
	for i := 0; b.Loop(); i++ {
		e := &entries[i%len(entries)]
		reading := Read(e)
		e.Story = j.Decide(e, reading).Story
		if i < len(entries) {
			j.Add(e, reading)
		}
	}
}

func FuzzNormalise(f *testing.F) {
	f.Add("Ferry runs aground, 40 saved")
	f.Add("وزيرُ الطاقةِ")
	f.Add("\xf1\x87\x87\xff\x87\x87\xff\x9cǋ\x9cǋ\xf1\xf1ǋ")
	f.Add("凯尔马岛 ไทย \u0301\ufeff")
	f.Fuzz(func(t *testing.T, text string) {
		plain, words := normalise(nil, text)
		around, again := normalise(nil, "– “"+text+" !”\n")
		if string(plain) != string(around) || words != again {
			t.Errorf("%q: %q of %d words, with punctuation %q of %d", text, plain, words, around, again)
		}
		if (words == 0) != (len(plain) == 0) && utf8.ValidString(text) {
			t.Errorf("%q: %d words in %q", text, words, plain)
		}
	})
}
