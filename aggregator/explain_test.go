package aggregator

import (
	"math"
	"strings"
	"testing"
)

func TestExplain(t *testing.T) {
	t.Parallel()
	partner := EntryID{0x1b, 0x2c, 0x3d, 0x4e}
	story := StoryID{0xab, 0xcd, 0xef, 0x01}
	for _, test := range []struct {
		name string
		d    Decision
		want string
	}{
		{
			"first", Decision{Kind: New, Evidence: Evidence{Rule: RuleFirst}},
			"the first of its story, nothing in the window was like it",
		},
		{
			"first by another rule", Decision{Kind: New, Evidence: Evidence{Rule: "judged", Features: []Feature{{Name: "candidates", Value: 3}}}},
			"the first of its story: candidates 3",
		},
		{
			"same link", Decision{Kind: Copy, Evidence: Evidence{Rule: "same link", Partner: partner, Score: 1, Features: []Feature{
				{Name: FeatureLink, Value: 1, Words: []string{"https://wire.example/fog"}}, {Name: FeatureMinutesApart, Value: 41},
			}}},
			"a copy of 1b2c3d4e: same link https://wire.example/fog; 41 minutes apart",
		},
		{
			"same text", Decision{Kind: Copy, Evidence: Evidence{Rule: "same text", Partner: partner, Score: 1, Features: []Feature{
				{Name: FeatureText, Value: 1}, {Name: FeatureMinutesApart, Value: 0.4}, {Name: FeatureSameSource, Value: 1},
			}}},
			"a copy of 1b2c3d4e: same title and summary, word for word; less than a minute apart; same source",
		},
		{
			"same body", Decision{Kind: Copy, Evidence: Evidence{Rule: "same body", Partner: partner, Score: 1, Features: []Feature{{Name: FeatureBody, Value: 1}}}},
			"a copy of 1b2c3d4e: same summary under another title",
		},
		{
			"shingles", Decision{Kind: Copy, Evidence: Evidence{Rule: "same shingles", Partner: partner, Score: .98, Features: []Feature{{Name: FeatureShingles, Value: .62}}}},
			"a copy of 1b2c3d4e: 62% of the two texts is in both; score .98",
		},
		{
			"judged", Decision{Kind: Report, Evidence: Evidence{Rule: "judged", Partner: partner, Score: .934, Features: []Feature{
				{Name: FeatureNumbers, Words: []string{"936", "15,000"}},
				{Name: FeatureNames, Words: []string{"Lume", "Harbour Post"}},
				{Name: FeatureWords, Words: []string{"fog", "ferry"}},
				{Name: FeatureMinutesApart, Value: 180},
				{Name: FeatureTitleLikeness, Value: .5},
				{Name: FeatureTextLikeness, Value: .999},
				{Name: FeatureStorySize, Value: 4},
				{Name: FeatureWeakest, Value: .41},
				{Name: FeatureThreshold, Value: .5},
			}}},
			"a report of the same happening as 1b2c3d4e: same numbers 936, 15,000; same names Lume, Harbour Post; same words fog, ferry; " +
				"3 hours apart; title likeness .50; text likeness .99; compared with 4 entries of the story; the least alike of them at .41; score .93, .50 was needed",
		},
		{
			"told apart", Decision{Kind: Related, Near: story, Evidence: Evidence{Rule: "judged", Partner: partner, Score: .31, Features: []Feature{
				{Name: FeatureOtherNumbers, Words: []string{"22", "6"}},
				{Name: FeatureOnlyHere, Words: []string{"tomorrow"}},
				{Name: FeatureOnlyThere, Words: []string{"yesterday"}},
				{Name: FeatureStorySize, Value: 1},
				{Name: FeatureSameSource, Value: 0},
				{Name: FeatureThreshold, Value: .5},
			}}},
			"near story abcdef01, but told apart: other numbers 22, 6; only here tomorrow; only there yesterday; " +
				"compared with one entry of the story; another source; score .31 below .50",
		},
		{
			"told apart without a story", Decision{Kind: Related, Evidence: Evidence{Partner: partner}},
			"near 1b2c3d4e, but told apart",
		},
		{
			"by a hair", Decision{Kind: Related, Near: story, Evidence: Evidence{Score: .4996, Features: []Feature{{Name: FeatureThreshold, Value: .5}}}},
			"near story abcdef01, but told apart: score .4996 below .5000",
		},
		{
			"stories merged", Decision{Kind: Report, Merged: story, Evidence: Evidence{Partner: partner, Score: .9}},
			"a report of the same happening as 1b2c3d4e: score .90; with it story abcdef01 turned out to be this one",
		},
		{
			"revision", Decision{Kind: Update, Revision: 1, Evidence: Evidence{Rule: RuleRevision, Score: 1}},
			"a new text of this entry",
		},
		{
			"update by another rule", Decision{Kind: Update, Evidence: Evidence{Rule: "correction"}},
			"a new text of this entry",
		},
		{
			"dropped", Decision{Kind: Dropped, Evidence: Evidence{Rule: RuleDropped, Score: 1, Features: []Feature{
				{Name: FeatureExpression, Value: 1, Words: []string{`title contains "horoscope"`}},
			}}},
			`dropped by its source's expression title contains "horoscope"`,
		},
		{"dropped for no reason told", Decision{Kind: Dropped, Evidence: Evidence{Rule: RuleDropped}}, "dropped by its source's expression"},
		{"joined by hand", Decision{Kind: Report, Evidence: Evidence{Rule: RuleJoined, Partner: partner, Score: 1}}, "joined to 1b2c3d4e by an operator"},
		{"parted by hand", Decision{Kind: New, Evidence: Evidence{Rule: RuleParted, Partner: partner, Score: 1}}, "parted from 1b2c3d4e by an operator"},
		{"parted from who knows", Decision{Kind: New, Evidence: Evidence{Rule: RuleParted}}, "parted from another entry by an operator"},
		{"withdrawn", Decision{Kind: Update, Evidence: Evidence{Rule: RuleWithdrawal}}, "withdrawn by its source"},
		{"copy of nobody", Decision{Kind: Copy}, "a copy"},
		{"report of nothing", Decision{Kind: Report}, "a report of the same happening"},
		{"undecided", Decision{}, "undecided"},
		{
			"features nobody knows", Decision{Kind: Copy, Evidence: Evidence{Partner: partner, Features: []Feature{
				{Name: "phase of the moon", Value: .12345}, {Name: "same tags", Words: []string{"ports", "labour"}}, {Name: "balance", Value: -2.5},
			}}},
			"a copy of 1b2c3d4e: phase of the moon .123; same tags ports, labour; balance -2.5",
		},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if got := test.d.Explain(); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestNumbersAsPeopleWriteThem(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name, got, want string
	}{
		{"share", share(.5, 2), ".50"},
		{"nearly all", share(.9999, 2), ".99"},
		{"hardly any", share(.0001, 2), ".01"},
		{"all", share(1, 2), "1"},
		{"none", share(0, 2), "0"},
		{"percent", percent(.625), "63%"},
		{"nearly all of it", percent(.9999), "99%"},
		{"all of it", percent(1), "100%"},
		{"seconds", apart(.99), "less than a minute apart"},
		{"one minute", apart(1.2), "1 minute apart"},
		{"minutes", apart(99), "99 minutes apart"},
		{"before", apart(-41), "41 minutes apart"},
		{"hours", apart(100), "2 hours apart"},
		{"many hours", apart(35 * 60), "35 hours apart"},
		{"days", apart(36 * 60), "2 days apart"},
		{"no number", number(math.NaN()), "NaN"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			if test.got != test.want {
				t.Errorf("got %q, want %q", test.got, test.want)
			}
		})
	}
}

// FuzzExplain: whatever a decision holds, it is explained.
func FuzzExplain(f *testing.F) {
	f.Add(byte(3), "judged", .93, "same numbers", 2.0, "936")
	f.Add(byte(200), "", math.Inf(1), "minutes apart", math.NaN(), "")
	f.Fuzz(func(t *testing.T, kind byte, rule string, score float64, name string, value float64, word string) {
		d := Decision{Kind: DecisionKind(kind), Evidence: Evidence{Rule: rule, Score: score, Features: []Feature{{name, value, []string{word}}, {Name: name, Value: value}}}}
		if got := d.Explain(); strings.TrimSpace(got) == "" {
			t.Errorf("%+v is explained by %q", d, got)
		}
	})
}
