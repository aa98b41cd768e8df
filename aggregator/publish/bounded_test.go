package publish

import (
	"strings"
	"testing"
	"time"

	"wiredesk/aggregator"
)

// Contents that are huge one by one do not make an edition that readers and
// memory cannot hold; every story stays, with its summary.
func TestEditionIsBounded(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	var stories []aggregator.StoryView
	for seq := range uint64(40) {
		e := aggregator.Entry{
			ID: aggregator.EntryID{byte(seq), 1}, Seq: seq + 1, Source: "norvia", Title: "Title", Summary: "The short of it",
			Content: "<p>" + strings.Repeat("words ", 100_000) + "</p>", Seen: at,
		}
		stories = append(stories, aggregator.StoryView{
			Story: aggregator.Story{ID: e.ID.Story(), Seq: e.Seq, Lead: e.Seq, First: at, Updated: at, Changed: at,
				Members: []aggregator.Member{{Seq: e.Seq, Source: "norvia", Kind: aggregator.New}}},
			Entries: []aggregator.Entry{e},
		})
	}
	for _, format := range Formats() {
		edition, err := Render(Site{BaseURL: "http://localhost"}, aggregator.Feed{Slug: "all", Limit: 100}, format, stories)
		if err != nil {
			t.Fatal(err)
		}
		if n := len(edition.Body); n > 2*maxContents || n < maxContents/2 {
			t.Errorf("%s: %d bytes", format, n)
		}
		if edition.Stories != len(stories) || strings.Count(string(edition.Body), "The short of it") < len(stories) {
			t.Errorf("%s: %d stories, want all %d with their summaries", format, edition.Stories, len(stories))
		}
	}
}
