package aggregator

import (
	"time"
)

// Digest is a 64-bit xxHash of a text or a document, equal on every machine.
// 0 means none.
type Digest uint64

// Limits of what is kept of an entry. Longer values are cut at a character.
const (
	MaxTitleBytes   = 1000
	MaxSummaryBytes = 2000
	MaxContentBytes = 128 << 10 // of HTML before it is sanitised; escapes may lengthen it
)

// Entry is one source's item. Title, Summary and author names are plain text:
// whoever writes them into HTML or XML escapes them. Content is sanitised HTML
// with absolute links and may be written as it is.
type Entry struct {
	ID     EntryID
	Seq    uint64 // position in the stream of all entries, from 1; the key in the store
	Source string // the source's id

	GUID      string // as the source gives it; empty: none
	Link      string // absolute http or https; empty: none
	Canonical string // CanonicalLink(Link); empty: none

	Title   string // at most MaxTitleBytes; empty: none
	Summary string // plain text of the description, else of the content, at most MaxSummaryBytes
	Content string // the fullest text as sanitised HTML, see MaxContentBytes; empty: Summary says it all

	Labels     []Label // what the title's label says of the text; empty: nothing
	Language   string  // BCP 47; empty: unknown
	Authors    []Author
	Categories []string
	Enclosures []Enclosure
	Image      string // absolute URL of a thumbnail; empty: none

	Published time.Time // as claimed; zero: none or unreadable. May lie in the future
	Updated   time.Time // as claimed; zero: none
	Seen      time.Time // when a poll first brought it
	Revised   time.Time // when a poll last brought a changed text; zero: never
	Revision  int       // how many times the text changed
	// RevisedAfter is the Seq of the newest entry when the present text or link
	// was folded in; 0: it is the first, or older than this field.
	RevisedAfter uint64

	Digest Digest  // of everything the source says of it: equal means nothing changed
	Text   Digest  // of title and full text, spaces folded: equal means the same words
	Story  StoryID // zero: dropped
}

// When returns the entry's place in time as far as a source may be trusted:
// the claimed date, but never after the entry was seen.
func (e *Entry) When() time.Time {
	if e.Published.IsZero() || e.Published.After(e.Seen) {
		return e.Seen
	}
	return e.Published
}

// Author of an entry.
type Author struct {
	Name string
	URL  string // absolute; empty: none
}

// Enclosure is a file that belongs to an entry.
type Enclosure struct {
	URL         string // absolute http or https
	Type        string // MIME type; empty: unknown
	LengthBytes int64  // 0: unknown
}

// Revision is a text of an entry that was replaced by a later one.
type Revision struct {
	Entry   EntryID
	Seq     uint64    // of the entry
	N       int       // 0 for the first text
	At      time.Time // when a poll brought this text
	After   uint64    // RevisedAfter of the entry while it had this text
	Title   string
	Summary string
	Content string
	Text    Digest
}

// Known is what the store tells of an identity key: enough to see whether the
// entry behind it changed.
type Known struct {
	Seq    uint64 // 0: the key is not known
	Digest Digest
}

// Head is what the store tells of an entry without reading all of it.
type Head struct {
	Seq          uint64
	ID           EntryID
	Story        StoryID
	RevisedAfter uint64
}

// Key leads from a further identity key to an entry.
type Key struct {
	ID  EntryID
	Seq uint64
}
