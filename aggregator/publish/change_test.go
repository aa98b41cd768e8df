package publish

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"wiredesk/aggregator"
)

func TestChangeOf(t *testing.T) {
	t.Parallel()
	correction := []aggregator.Label{{Kind: aggregator.LabelCorrection}}
	long := "One. Two. Three. Four. Five."
	lead := func(e aggregator.Entry, before *aggregator.Revision) aggregator.StoryView {
		e.Source = "harbour"
		v := view(1, e)
		v.Before = before
		return v
	}
	corrects := view(1,
		aggregator.Entry{Source: "harbour", Title: "Ferry sinks", Summary: "Two died."},
		aggregator.Entry{Source: "ridge", Title: "A ferry sank", Labels: correction},
		aggregator.Entry{Source: "harbour", Title: "Ferry sinks", Summary: "Nobody died.", Labels: correction, Seen: at("11:00:00")},
	)
	corrects.Lead = 3
	second := corrects
	second.Lead = 2
	for _, tt := range []struct {
		name  string
		story aggregator.StoryView
		want  *change
	}{
		{"the first text", lead(aggregator.Entry{Title: "Ferry sinks"}, nil), nil},
		{
			"another headline", lead(aggregator.Entry{Title: "Ferry sinks", Revised: at("10:00:00")}, &aggregator.Revision{Title: "Ferry \nlost"}),
			&change{at: at("10:00:00"), title: "Ferry lost"},
		},
		{
			"one sentence", lead(aggregator.Entry{Title: "x", Summary: "It sank. Two died. It rained.", Revised: at("10:00:00")}, &aggregator.Revision{Title: "x", Summary: "It sank. One died. It rained."}),
			&change{at: at("10:00:00"), gone: []string{"One died."}, come: []string{"Two died."}},
		},
		{
			"written anew", lead(aggregator.Entry{Title: "x", Summary: long, Revised: at("10:00:00")}, &aggregator.Revision{Title: "x", Summary: "It sank."}),
			&change{at: at("10:00:00"), rewritten: true},
		},
		{
			"corrected throughout", lead(aggregator.Entry{Title: "x", Summary: long, Labels: correction, Revised: at("10:00:00")}, &aggregator.Revision{Title: "x", Summary: "It sank."}),
			&change{at: at("10:00:00"), kind: aggregator.LabelCorrection, gone: []string{"It sank."}, come: []string{"One.", "Two.", "Three."}, rewritten: true},
		},
		{
			"beyond the summary", lead(aggregator.Entry{Title: "x", Revised: at("10:00:00")}, &aggregator.Revision{Title: "x"}),
			&change{at: at("10:00:00")},
		},
		{
			"an entry that corrects its source's own", corrects,
			&change{at: at("11:00:00"), kind: aggregator.LabelCorrection, gone: []string{"Two died."}, come: []string{"Nobody died."}},
		},
		{"an entry that corrects another's", second, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(tt.want, changeOf(&tt.story), cmp.AllowUnexported(change{})); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSentences(t *testing.T) {
	t.Parallel()
	for text, want := range map[string][]string{
		"":                         nil,
		"No end":                   {"No end"},
		"It rose 3.5%. So what?":   {"It rose 3.5%.", "So what?"},
		`"Go." He went.`:           {`"Go."`, "He went."},
		"雨停了。船开了！":                 {"雨停了。", "船开了！"},
		"هل وصلت؟ نعم.":            {"هل وصلت؟", "نعم."},
		"One line\nanother\x00 \n": {"One line", "another"},
	} {
		if diff := cmp.Diff(want, sentences(text)); diff != "" {
			t.Errorf("%q: %s", text, diff)
		}
	}
}

func TestItemsSayWhatChanged(t *testing.T) {
	t.Parallel()
	v := view(1, aggregator.Entry{
		Source: "harbour", Title: "Ferry sinks", Summary: "All are well.", Revised: at("10:00:00"),
		Labels: []aggregator.Label{{Kind: aggregator.LabelCorrection}},
	})
	v.Before = &aggregator.Revision{Title: `<script>"Ferry" & tug</script>`, Summary: "All are well."}
	want := "<p>Corrected on 14 March 2026, 10:00 UTC:</p><ul><li>Headline before: " +
		"<bdi>“&lt;script&gt;&#34;Ferry&#34; &amp; tug&lt;/script&gt;”</bdi></li></ul>"
	if got := itemOf(v).Content; !strings.HasSuffix(got, want) {
		t.Errorf("got %s\nwant at its end %s", got, want)
	}
}

func TestItemsSayWhoTookItBack(t *testing.T) {
	t.Parallel()
	v := view(1,
		aggregator.Entry{Source: "harbour", Title: "Ferry aground"},
		aggregator.Entry{Source: "ridge", Title: "Ferry sinks"},
		aggregator.Entry{Source: "ridge", Title: "Ferry sank"},
	)
	v.Members[1].Withdrawn = true
	if got := itemOf(v).Content; strings.Contains(got, "Withdrawn") {
		t.Errorf("an entry was withdrawn and its source still carries the story: %s", got)
	}
	v.Members[2].Withdrawn = true
	if got, want := itemOf(v).Content, "<p>Withdrawn by: <bdi>Ridge &amp; Vale Post</bdi></p>"; !strings.Contains(got, want) {
		t.Errorf("got %s\nwithout %s", got, want)
	}
}
