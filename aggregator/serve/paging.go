package serve

import (
	"math"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// reach is how far the archive was read for an edition.
type reach struct {
	at     aggregator.Position // of the last story that was looked at
	broken bool                // there may be more: one edition may read no more
	above  bool                // a page that was read upwards is full, and there is more
}

// pagesBeside says where the stories after and before the document of a feed are
// found that n asked for and that has these stories. The address of such a page
// names a place in the archive and not a number, so that whoever goes on from
// there misses nothing and sees nothing twice, whatever came in meanwhile. Above
// the newest document, and above a page that was read upwards and came to the
// end, there is none. What is ordered otherwise than by time has no such places.
func pagesBeside(feed aggregator.Feed, n narrowing, stories []aggregator.StoryView, read reach) publish.Document {
	if feed.Order == aggregator.OrderProminence {
		return publish.Document{}
	}
	older, newer := narrowing{limit: n.limit}, narrowing{limit: n.limit}
	// Without stories the place that was asked for parts them: it belongs to the
	// other side.
	first, last := n.before, n.after
	if first.Seq > 0 {
		first.Seq--
	}
	if last.Seq < math.MaxUint64 {
		last.Seq++
	}
	if n := len(stories); n > 0 {
		first = aggregator.Position{First: stories[0].First, Seq: stories[0].Seq}
		last = aggregator.Position{First: stories[n-1].First, Seq: stories[n-1].Seq}
	}
	full := len(stories) > 0 && len(stories) >= feed.Limit
	switch {
	case n.isUpward(), full:
		older.before = last
	case read.broken:
		older.before = read.at
	}
	switch {
	case !n.isUpward() && !atNewest(n.before), read.above:
		newer.after = first
	case n.isUpward() && read.broken:
		newer.after = read.at
	}
	var doc publish.Document
	if !atNewest(older.before) {
		doc.Older = older.page()
	}
	if newer.isUpward() {
		doc.Newer = newer.page()
	}
	return doc
}
