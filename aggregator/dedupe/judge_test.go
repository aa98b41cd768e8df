package dedupe

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"wiredesk/aggregator"
)

const (
	ferry  = "Ferry with forty aboard runs aground off Kelmar island"
	rescue = "All forty passengers of the night ferry were brought ashore by lifeboat before dawn on Tuesday, the coast guard said, adding that the hull was holding and that no oil had been seen on the water."
)

func TestDecide(t *testing.T) {
	t.Parallel()
	tests := map[string]struct {
		first, second aggregator.Entry
		kind          aggregator.DecisionKind
		rule          string
	}{
		"same link, other words": {
			entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0),
			entry("kelmar", "Night boat in trouble", "", "https://norvia.example/ferry?utm_source=kelmar", time.Hour),
			aggregator.Copy, RuleLink},
		"same words under another link": {
			entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0),
			entry("kelmar", ferry, rescue, "https://kelmar.example/22", time.Hour),
			aggregator.Copy, RuleText},
		"same words in another spelling": {
			entry("norvia", "Café owners’ strike closes old town, 3rd day", "", "", 0),
			entry("kelmar", "CAFE\u0301 OWNERS' STRIKE CLOSES OLD TOWN – 3RD DAY", "", "", time.Hour),
			aggregator.Copy, RuleText},
		"same words under a label": {
			entry("norvia", ferry, rescue, "", 0),
			entry("kelmar", "URGENT: "+ferry, rescue, "", time.Hour),
			aggregator.Copy, RuleText},
		"retitled copy": {
			entry("norvia", ferry, rescue, "", 0),
			entry("kelmar", "Lifeboats empty stranded vessel", rescue, "", time.Hour),
			aggregator.Copy, RuleBody},
		"copy cut short": {
			entry("norvia", ferry, rescue, "", 0),
			entry("kelmar", "Ferry with forty aboard runs aground", rescue[:len(rescue)-60], "", time.Hour),
			aggregator.Copy, RuleShingles},
		"same title over another text": {
			entry("norvia", ferry, "", "", 0),
			entry("kelmar", ferry, "The coast guard brought everyone ashore before dawn.", "", time.Hour),
			aggregator.Copy, RuleTitle},
		"Arabic with and without points": {
			entry("sada", "وزيرُ الطاقةِ يعلن خطة لخفض أسعار الكهرباء", "", "", 0),
			entry("maraya", "وزير الطاقة يعلن خطة لخفض أسعار الكهربــاء", "", "", time.Hour),
			aggregator.Copy, RuleText},
		"Chinese": {
			entry("a", "凯尔马岛附近渡轮搁浅", "", "", 0), entry("b", "凯尔马岛附近渡轮搁浅。", "", "", time.Hour),
			aggregator.Copy, RuleText},
		"own words": {
			entry("norvia", ferry, rescue, "", 0),
			entry("kelmar", "Forty rescued as night ferry runs aground off Kelmar", "Lifeboats took the forty passengers off a ferry which ran aground off Kelmar island, the coast guard said.", "", time.Hour),
			aggregator.Report, RuleModel},
		"other happening": {
			entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0),
			entry("kelmar", "Parliament passes budget after all-night sitting", "", "https://kelmar.example/23", time.Hour),
			aggregator.New, aggregator.RuleFirst},
		"words that say nothing": {
			entry("norvia", "Live updates", "", "", 0), entry("kelmar", "Live updates", "", "", time.Hour),
			aggregator.New, aggregator.RuleFirst},
		"no words at all": {
			entry("norvia", "", "", "", 0), entry("kelmar", "", "", "", time.Hour),
			aggregator.New, aggregator.RuleFirst},
		"article shown twice by one source": {
			entry("norvia", ferry, rescue, "", 0), entry("norvia", ferry, rescue, "", time.Hour),
			aggregator.Copy, RuleText},
		"after the window": {
			entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0),
			entry("kelmar", ferry, rescue, "https://norvia.example/ferry", DefaultWindow+time.Second),
			aggregator.New, aggregator.RuleFirst},
		"at the end of the window": {
			entry("norvia", ferry, rescue, "https://norvia.example/ferry", 0),
			entry("kelmar", ferry, rescue, "https://norvia.example/ferry", DefaultWindow),
			aggregator.Copy, RuleLink},
		"from before what is known": {
			entry("norvia", ferry, rescue, "", time.Hour), entry("kelmar", ferry, rescue, "", 0),
			aggregator.Copy, RuleText},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFolding(Options{})
			first, second := f.add(test.first), f.add(test.second)
			if second.Kind != test.kind || second.Evidence.Rule != test.rule {
				t.Fatalf("decided %v by %q, want %v by %q: %s", second.Kind, second.Evidence.Rule, test.kind, test.rule, second.Explain())
			}
			joined := test.kind == aggregator.Copy || test.kind == aggregator.Report
			if (second.Story == first.Story) != joined {
				t.Errorf("stories %v and %v for %v", first.Story, second.Story, test.kind)
			}
			if joined && second.Evidence.Partner != first.Entry {
				t.Errorf("the evidence names %v, want %v", second.Evidence.Partner, first.Entry)
			}
		})
	}
}

// TestSeries tells the next of what a source repeats under the same words.
func TestSeries(t *testing.T) {
	t.Parallel()
	f := newFolding(Options{})
	const title = "Tonight: what you need to know before bed"
	first := f.add(entry("norvia", title, "", "", 0))
	if next := f.add(entry("norvia", title, "", "", 24*time.Hour)); next.Story == first.Story {
		t.Errorf("one story: %s", next.Explain())
	}
}

func TestJoin(t *testing.T) {
	t.Parallel()
	told := []aggregator.Entry{
		entry("norvia", ferry, rescue, "", 0),
		entry("kelmar", ferry, rescue, "", time.Hour),
		entry("asker", "Forty rescued as night ferry runs aground off Kelmar", "Lifeboats took the forty passengers off a ferry which ran aground off Kelmar island, the coast guard said.", "", time.Hour),
	}
	for join, want := range map[aggregator.Join][]aggregator.DecisionKind{
		aggregator.JoinNone:  {aggregator.New, aggregator.New, aggregator.New},
		aggregator.JoinCopy:  {aggregator.New, aggregator.Copy, aggregator.New},
		aggregator.JoinStory: {aggregator.New, aggregator.Copy, aggregator.Report},
	} {
		f := newFolding(Options{Join: join})
		for i, e := range told {
			if d := f.add(e); d.Kind != want[i] {
				t.Errorf("%s: entry %d is %v, want %v", join, i, d.Kind, want[i])
			}
		}
		if n := f.judge.Len(); join == aggregator.JoinNone && n != 0 {
			t.Errorf("%d entries are kept for nothing", n)
		}
		if n := f.judge.LastSeq(); n != 3 {
			t.Errorf("%s: the last entry is %d", join, n)
		}
	}
}

// TestStrictness joins ever less as it rises, and copies at any.
func TestStrictness(t *testing.T) {
	t.Parallel()
	joined := func(strictness float64) (reports, copies int) {
		f := newFolding(Options{Strictness: strictness})
		told := []telling{{'a', "norvia", 0, ferry, rescue}, {'a', "asker", 0, ferry, rescue}}
		for _, c := range hardCases {
			told = append(told, c.texts(&hardEnglish)...)
		}
		for _, x := range told {
			switch f.add(entry(x.source, x.title, x.summary, "", x.after)).Kind {
			case aggregator.Report:
				reports++
			case aggregator.Copy:
				copies++
			}
		}
		return reports, copies
	}
	lax, copies := joined(0.1)
	strict, still := joined(0.98)
	if strict >= lax || copies == 0 || still != copies {
		t.Errorf("%d reports and %d copies at .1, %d and %d at .98", lax, copies, strict, still)
	}
}

func TestStoryStaysOpenWhileItIsTold(t *testing.T) {
	t.Parallel()
	f := newFolding(Options{Window: time.Hour})
	first := f.add(entry("a", ferry, rescue, "", 0))
	for i := 1; i <= 5; i++ {
		d := f.add(entry(fmt.Sprint("wire", i), ferry, rescue, "", time.Duration(i)*50*time.Minute))
		if d.Story != first.Story {
			t.Fatalf("carrier %d began a story of its own", i)
		}
	}
	if n := f.judge.Len(); n != 2 {
		t.Errorf("%d entries in the window", n)
	}
}

func TestBoilerplateJoinsNothing(t *testing.T) {
	t.Parallel()
	f := newFolding(Options{})
	f.add(entry("norvia", "Bank raises its rate", rescue, "", 0))
	f.add(entry("norvia", "Earthquake hits the north coast", rescue, "", time.Minute))
	if d := f.add(entry("kelmar", "Parliament dissolved by decree", rescue, "", 2*time.Minute)); d.Evidence.Rule == RuleBody {
		t.Errorf("decided %v by %q", d.Kind, d.Evidence.Rule)
	}
}

func TestStoryIsBounded(t *testing.T) {
	t.Parallel()
	f := newFolding(Options{})
	stories := make(map[aggregator.StoryID]int)
	for range 2*maxMembers + 10 {
		stories[f.add(entry("norvia", ferry, rescue, "", time.Minute)).Story]++
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

func TestMove(t *testing.T) {
	t.Parallel()
	f := newFolding(Options{})
	a := f.add(entry("norvia", ferry, rescue, "", 0))
	b := f.add(entry("norvia", "Parliament passes budget after all-night sitting", "The vote was close.", "", time.Minute))
	f.move(a.Seq, b.Story)
	if d := f.add(entry("kelmar", ferry, rescue, "", time.Hour)); d.Story != b.Story {
		t.Errorf("joined %v, want %v to which its like was moved", d.Story, b.Story)
	}
	for _, e := range slices.Clone(f.entries) {
		f.move(e.Seq, aggregator.StoryID{})
	}
	if d := f.add(entry("asker", ferry, rescue, "", 2*time.Hour)); d.Kind != aggregator.New {
		t.Errorf("joined what was taken back: %s", d.Explain())
	}
	f.judge.Move(999, a.Story) // never told of
	places := 0
	for p := range f.judge.Places() {
		if places++; p.Seq < 4 != p.Story.IsZero() {
			t.Errorf("entry %d is in story %v", p.Seq, p.Story)
		}
	}
	if places != 4 {
		t.Errorf("%d places", places)
	}
}

func TestPins(t *testing.T) {
	t.Parallel()
	id := func(source, guid string) aggregator.EntryID {
		return aggregator.EntryKey(source, aggregator.KeyGUID, guid)
	}
	known := entry("norvia", ferry, rescue, "", 0)
	known.GUID = "1"
	other := entry("norvia", "Parliament passes budget after all-night sitting", "The vote was close.", "", time.Minute)
	other.GUID = "2"
	next := entry("kelmar", ferry, rescue, "", time.Hour)
	next.GUID = "3"
	tests := map[string]struct {
		pins []aggregator.Pin
		kind aggregator.DecisionKind
		with int // the entry whose story it joins; -1: none
	}{
		"none":                    {nil, aggregator.Copy, 0},
		"of others":               {[]aggregator.Pin{{A: id("x", "8"), B: id("x", "9"), Join: true}}, aggregator.Copy, 0},
		"parted":                  {[]aggregator.Pin{{A: id("norvia", "1"), B: id("kelmar", "3")}}, aggregator.New, -1},
		"joined elsewhere":        {[]aggregator.Pin{{A: id("kelmar", "3"), B: id("norvia", "2"), Join: true}}, aggregator.Report, 1},
		"joined where it belongs": {[]aggregator.Pin{{A: id("kelmar", "3"), B: id("norvia", "1"), Join: true}}, aggregator.Report, 0},
		"to what is not there":    {[]aggregator.Pin{{A: id("kelmar", "3"), B: id("norvia", "7"), Join: true}}, aggregator.Copy, 0},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFolding(Options{})
			f.setPins(test.pins)
			f.add(known)
			f.add(other)
			d := f.add(next)
			if d.Kind != test.kind {
				t.Errorf("decided %v: %s", d.Kind, d.Explain())
			}
			want := d.Entry.Story()
			if test.with >= 0 {
				want = f.entries[test.with].Story
			}
			if d.Story != want {
				t.Errorf("story %v, want %v", d.Story, want)
			}
			if test.kind == aggregator.Report && d.Evidence.Rule != aggregator.RuleJoined {
				t.Errorf("by %q", d.Evidence.Rule)
			}
		})
	}
}

// TestPartedStoriesStayTwo: an entry that belongs to two stories makes them one,
// but not where an operator parted entries of theirs.
func TestPartedStoriesStayTwo(t *testing.T) {
	t.Parallel()
	a := entry("norvia", ferry, rescue, "", 0)
	a.GUID = "1"
	b := entry("kelmar", ferry, rescue, "", time.Minute)
	b.GUID = "2"
	pin := aggregator.Pin{
		A: aggregator.EntryKey("norvia", aggregator.KeyGUID, "1"),
		B: aggregator.EntryKey("kelmar", aggregator.KeyGUID, "2"),
	}
	for name, pins := range map[string][]aggregator.Pin{
		"parted": {pin}, "parted the other way": {{A: pin.B, B: pin.A}}, "parted no more": nil,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFolding(Options{})
			f.setPins([]aggregator.Pin{pin})
			first, second := f.add(a), f.add(b)
			if first.Story == second.Story {
				t.Fatal("the entries share a story")
			}
			f.setPins(pins)
			d := f.add(entry("asker", ferry, rescue, "", time.Hour))
			if d.Story == d.Entry.Story() || d.Merged.IsZero() != (pins != nil) {
				t.Errorf("story %v, merged %v: %s", d.Story, d.Merged, d.Explain())
			}
		})
	}
}

func TestRevise(t *testing.T) {
	t.Parallel()
	f := newFolding(Options{})
	a := f.add(entry("norvia", ferry, rescue, "", 0))
	b := f.add(entry("kelmar", "Incident at sea", "", "", time.Minute))
	d := f.revise(b.Seq, "Forty rescued as night ferry runs aground off Kelmar", "Lifeboats took the forty passengers off a ferry which ran aground off Kelmar island, the coast guard said.", noon.Add(time.Hour))
	if d.Kind != aggregator.Update || d.Story != a.Story || d.Merged != b.Story {
		t.Errorf("decided %v, story %v, merged %v: %s", d.Kind, d.Story, d.Merged, d.Explain())
	}
	again := f.revise(b.Seq, "Parliament passes budget after all-night sitting", "", noon.Add(2*time.Hour))
	if again.Story != a.Story || !again.Merged.IsZero() || again.Evidence.Rule != aggregator.RuleRevision {
		t.Errorf("what shares a story left it: %+v", again)
	}
	c := f.add(entry("asker", "Budget passes parliament after all-night sitting", "", "", 3*time.Hour))
	if c.Story != a.Story {
		t.Errorf("the new text is not known: %s", c.Explain())
	}
}

// TestReviseWithdrawn: what is taken back joins no other story by that, though
// the notices are alike.
func TestReviseWithdrawn(t *testing.T) {
	t.Parallel()
	for title, merges := range map[string]bool{"STORY WITHDRAWN": false, "Notice to the editors": true} {
		f := newFolding(Options{})
		a := f.add(entry("norvia", ferry, rescue, "", 0))
		b := f.add(entry("norvia", "Parliament passes budget after all-night sitting", "", "", time.Minute))
		f.revise(a.Seq, title, "The story has been withdrawn.", noon.Add(time.Hour))
		if d := f.revise(b.Seq, title, "The story has been withdrawn.", noon.Add(time.Hour)); d.Merged.IsZero() == merges {
			t.Errorf("%s: story %v, merged %v: %s", title, d.Story, d.Merged, d.Explain())
		}
	}
}

// TestEvidence names what two entries share and what parts them.
func TestEvidence(t *testing.T) {
	t.Parallel()
	f := newFolding(Options{})
	f.add(entry("norvia", "Death toll in Tolmar ferry disaster climbs to 27", "The coast guard said 14 passengers of the Tolmar ferry were missing.", "", 0))
	d := f.add(entry("kelmar", "Tolmar ferry disaster: death toll at 27, says minister Ostrin", "The coast guard said 14 passengers were missing off Tolmar.", "", 30*time.Minute))
	got := make(map[string]aggregator.Feature)
	for _, x := range d.Evidence.Features {
		got[x.Name] = x
	}
	for name, words := range map[string][]string{
		aggregator.FeatureNumbers: {"27", "14"},
		aggregator.FeatureNames:   {"Tolmar"},
	} {
		for _, w := range words {
			if !slices.Contains(got[name].Words, w) {
				t.Errorf("%s: %q, want %s among them", name, got[name].Words, w)
			}
		}
	}
	if len(got[aggregator.FeatureWords].Words) == 0 {
		t.Error("no words are named")
	}
	if v := got[aggregator.FeatureMinutesApart].Value; v != 30 {
		t.Errorf("%v minutes apart", v)
	}
	if _, found := got[aggregator.FeatureSameSource]; found {
		t.Error("two sources are one")
	}
	if d.Evidence.Score <= 0 || d.Evidence.Score > 1 || got[aggregator.FeatureThreshold].Value <= 0 {
		t.Errorf("score %v of %v", d.Evidence.Score, got[aggregator.FeatureThreshold].Value)
	}
}
