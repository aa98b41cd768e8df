package dedupe

import (
	"math"
	"testing"
	"time"

	"wiredesk/aggregator"
)

func TestDemand(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		strictness float64
		same, live bool
		members    int
		told       time.Duration
		want       float64
	}{
		"of two sources":              {0.4, false, false, 3, time.Hour, 0.4},
		"of one source":               {0.4, true, false, 3, time.Hour, 0.4 + 0.6*ownSource},
		"live page":                   {0.4, false, true, 3, time.Hour, 0.4 + 0.6*ownSource},
		"as large as may be":          {0.4, false, false, largeStory, time.Hour, 0.4},
		"twice as large":              {0.4, false, false, 2 * largeStory, time.Hour, 0.4 + demandMore},
		"four times as large":         {0.4, false, false, 4 * largeStory, time.Hour, 0.4 + 2*demandMore},
		"told for two days":           {0.4, false, false, 3, 48 * time.Hour, 0.4},
		"told for three days":         {0.4, false, false, 3, 72 * time.Hour, 0.4 + demandMore},
		"never more than is sure":     {0.98, true, false, 400, 72 * time.Hour, 0.99},
		"unless that is asked for":    {0.995, false, false, 3, time.Hour, 0.995},
		"large, told long, one's own": {0.4, true, false, 2 * largeStory, 72 * time.Hour, 0.4 + 0.6*ownSource + 2*demandMore},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			j := New(Options{Strictness: test.strictness})
			s := &story{first: noon.Unix(), members: make([]uint32, test.members)}
			got := j.demand(&aggregator.Entry{Seen: noon.Add(test.told)}, &tally{story: s, best: &match{same: test.same, live: test.live}})
			if math.Abs(got-test.want) > 1e-9 {
				t.Errorf("demands %.4f, want %.4f", got, test.want)
			}
		})
	}
}

// Stories whose pairs are many are not asked whether they are one.
func TestLargeStoriesDoNotMerge(t *testing.T) {
	t.Parallel()
	j := New(Options{})
	j.entries.docs = make([]doc, 200)
	members := func(from, n uint32) *story {
		s := &story{}
		for i := range n {
			number := j.entries.first + from + i
			s.members = append(s.members, number)
			if from > 0 { // it agrees with the first entry
				j.entries.at(number).packed = []uint32{j.entries.first, math.Float32bits(1)}
			}
		}
		return s
	}
	if p := j.agree(members(0, 1), members(100, 50)); p < 0.99 {
		t.Errorf("agreement of 50 pairs: %.2f", p)
	}
	if p := j.agree(members(0, 51), members(100, 50)); p != 0 {
		t.Errorf("agreement of 2,550 pairs: %.2f", p)
	}
}

// A lone entry that is written over with a text that two stories tell becomes
// part of the one that the evidence names.
func TestRevisedEntryGoesWhereItsEvidenceSays(t *testing.T) {
	t.Parallel()
	f := newFolding(Options{})
	f.add(entry("norvia", ferry, rescue, "", 0))
	second := f.add(entry("kelmar", ferry, rescue, "", time.Hour))
	own := second.Entry.Story()
	f.judge.Move(second.Seq, own)
	lone := entry("herald", "Parliament passes the budget after an all-night sitting", "", "https://herald.example/1", 2*time.Hour)
	begun := f.add(lone)
	lone.ID, lone.Seq, lone.Story = begun.Entry, begun.Seq, begun.Story
	lone.Title, lone.Summary, lone.Revision, lone.Revised = ferry, rescue, 1, noon.Add(3*time.Hour)
	d := f.judge.Revise(&lone, f.judge.Read(&lone))
	if d.Evidence.Partner != second.Entry || d.Story != own || d.Merged != begun.Story {
		t.Errorf("story %v, merged %v by %v; want %v, %v by %v", d.Story, d.Merged, d.Evidence.Partner, own, begun.Story, second.Entry)
	}
}
