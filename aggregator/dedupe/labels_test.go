package dedupe

import (
	"strings"
	"testing"

	"wiredesk/aggregator"
)

// TestLabelRowsAgree finds phrases to which two rows give different kinds: a
// phrase can have one.
func TestLabelRowsAgree(t *testing.T) {
	t.Parallel()
	kinds := make(map[string]aggregator.LabelKind)
	for _, row := range labelRows {
		for words := range strings.SplitSeq(row.words, ", ") {
			key := foldAll(words)
			if had, ok := kinds[key]; ok && had != row.kind {
				t.Errorf("%s is %s and %s", words, had, row.kind)
			}
			kinds[key] = row.kind
		}
	}
}

// TestEveryRowIsRead reads each phrase of the label and agency tables from a
// headline in its plainest setting.
func TestEveryRowIsRead(t *testing.T) {
	t.Parallel()
	for _, row := range labelRows {
		for words := range strings.SplitSeq(row.words, ", ") {
			title := "[" + strings.ToUpper(strings.ReplaceAll(words, "\x01", "2")) + "] three words left"
			got := ReadHeadline(title)
			if len(got.Labels) != 1 || got.Labels[0].Kind != row.kind || got.Text != "three words left" {
				t.Errorf("%s: got %+v, want %s", title, got, row.kind)
			}
		}
	}
	for _, row := range agencyRows {
		for words := range strings.SplitSeq(row.words, ", ") {
			title := "Three words left (" + strings.ToUpper(words) + ")"
			got := ReadHeadline(title)
			if len(got.Labels) == 0 && got.Credit != row.name {
				t.Errorf("%s: got %+v, want %s", title, got, row.name)
			}
		}
	}
}

func foldAll(s string) string {
	return strings.Map(func(r rune) rune {
		if r = fold(r); r == 0 {
			return -1
		}
		return r
	}, s)
}
