package aggregator

import "testing"

func TestWithdrawnEntriesCarryNoStory(t *testing.T) {
	t.Parallel()
	view := StoryView{
		Story: Story{Lead: 3, Members: []Member{
			{Seq: 1, Source: "norvia", Withdrawn: true}, {Seq: 2, Source: "norvia", Withdrawn: true},
			{Seq: 3, Source: "kelmar"}, {Seq: 4, Source: "kelmar"}, {Seq: 5, Source: "sada", Withdrawn: true},
		}},
		Entries: []Entry{{Seq: 1}, {Seq: 2}, {Seq: 3}, {Seq: 4}, {Seq: 5}},
	}
	if n := view.Sources(); n != 1 {
		t.Errorf("%d sources", n)
	}
	var seqs []uint64
	for _, e := range view.Standing() {
		seqs = append(seqs, e.Seq)
	}
	if len(seqs) != 2 || seqs[0] != 3 || seqs[1] != 4 {
		t.Errorf("standing: %v", seqs)
	}
}
