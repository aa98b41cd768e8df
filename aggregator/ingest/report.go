package ingest

import (
	"time"

	"wiredesk/aggregator"
)

// Report is what a poll came to.
type Report struct {
	State     aggregator.SourceState // as committed
	Decisions []aggregator.Decision  // on new entries and new texts, in order
	Entries   []*aggregator.Entry    // that the decisions are about, parallel to them; not to be changed
	Before    aggregator.Outcome     // of the poll before; Pending: there was none
	Known     int                    // entries that were known and unchanged
	Pushed    aggregator.PushKind    // what a hub did, where no poll was made
	First     bool                   // the first document of the source: its entries are old news
	// Delays holds, for each new entry with a claimed date that is not old
	// news, how long after that date it was seen.
	Delays  []time.Duration
	Changed bool // some story is to be shown otherwise than before
	// Relocated says that the source is polled at another address from now on:
	// it has moved for good, or what it had moved to was given up.
	Relocated bool
}
