package serve

import (
	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// reach is how far the archive was read for an edition.
type reach struct {
	at     aggregator.Position // of the last story that was looked at
	broken bool                // there may be more: one edition may read no more
}

// olderThan says where the stories after the document of a feed with these
// stories are found; limit is the one that was asked for, 0 for the feed's own.
// The address of such a page names a place in the archive and not a number, so
// that whoever goes on from there misses nothing and sees nothing twice,
// whatever came in meanwhile. What is ordered otherwise than by time has no
// such places.
func olderThan(feed aggregator.Feed, stories []aggregator.StoryView, limit int, read reach) publish.Document {
	older := narrowing{limit: limit}
	switch n := len(stories); {
	case feed.Order == aggregator.OrderProminence:
		return publish.Document{}
	case n > 0 && n >= feed.Limit:
		older.before = aggregator.Position{First: stories[n-1].First, Seq: stories[n-1].Seq}
	case read.broken:
		older.before = read.at
	default:
		return publish.Document{}
	}
	return publish.Document{Older: older.page()}
}
