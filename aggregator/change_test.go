package aggregator

import (
	"testing"
	"time"
)

func TestChangeOf(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
	base := func() *Story {
		return &Story{
			Lead: 1, Updated: at, Changed: at, Merged: []StoryID{{1}},
			Members: []Member{{Seq: 1, Source: "a"}, {Seq: 2, Source: "b"}},
		}
	}
	for _, test := range []struct {
		name   string
		change func(before, after *Story)
		want   ChangeKind
	}{
		{"nothing", func(_, _ *Story) {}, Unchanged},
		{"a neighbour", func(_, s *Story) { s.Related, s.Changed = []StoryID{{7}}, at.Add(1) }, Unchanged},
		{"a carrier", func(_, s *Story) { s.Members = append(s.Members, Member{Seq: 3}) }, StoryCarried},
		{"a carrier that takes it back", func(_, s *Story) { s.Members[1].Withdrawn = true }, StoryCarried},
		{"a new text and a carrier", func(_, s *Story) {
			s.Members, s.Updated = append(s.Members, Member{Seq: 3}), at.Add(1)
		}, StoryUpdated},
		{"another lead", func(_, s *Story) { s.Lead = 2 }, StoryUpdated},
		{"another story, and what that carries", func(_, s *Story) {
			s.Merged, s.Members = append(s.Merged, StoryID{2}), append(s.Members, Member{Seq: 3})
		}, StoryMerged},
		{"parted from another", func(b, s *Story) { b.Merged = []StoryID{{1}, {2}}; s.Members = s.Members[:1] }, StoryCarried},
		{"withdrawn", func(_, s *Story) { s.Withdrawn, s.Updated = true, at.Add(1) }, StoryWithdrawn},
		{"still withdrawn", func(b, s *Story) { b.Withdrawn, s.Withdrawn = true, true }, Unchanged},
		{"told again", func(b, s *Story) { b.Withdrawn, s.Updated = true, at.Add(1) }, StoryUpdated},
	} {
		before, after := base(), base()
		test.change(before, after)
		if got := ChangeOf(before, after); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
	if got := ChangeOf(nil, base()); got != StoryBegan {
		t.Errorf("a story that begins: %v", got)
	}
}
