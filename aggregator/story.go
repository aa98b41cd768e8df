package aggregator

import (
	"errors"
	"fmt"
	"time"
)

// Story is the entries that report one happening.
type Story struct {
	ID      StoryID
	Seq     uint64   // Seq of its first entry; the key in the store
	Members []Member // in the order they joined, the first first; never empty
	Lead    uint64   // Seq of the member that stands for it

	// First is its place among stories: when its first entry was seen, or the
	// date that entry claims where it was old news when we began to read.
	First time.Time
	// Updated is when what readers are shown last changed in substance: a
	// correction or a new text of the lead, not a further carrier.
	Updated time.Time
	// Changed is when anything of it last changed.
	Changed time.Time

	Related   []StoryID // told beside it, not the same
	Merged    []StoryID // stories that turned out to be this one: its aliases
	Turns     int       // how often the lead changed without a source or an operator having asked for it
	Withdrawn bool      // nothing is left of it
}

// Member is an entry's place in a story.
type Member struct {
	Seq    uint64
	Source string
	Kind   DecisionKind // New for the first, then Copy or Report
	Joined time.Time
	// TextBytes is how long the entry's fullest text is. 0: it has none, or
	// joined before that was counted.
	TextBytes int
	// Withdrawn says that its source took it back; it stays as history and
	// leads no story.
	Withdrawn bool
}

// Sources returns how many different sources carry the story and have not
// taken it back.
func (s *Story) Sources() int {
	seen := make(map[string]struct{}, len(s.Members))
	for _, m := range s.Members {
		if !m.Withdrawn {
			seen[m.Source] = struct{}{}
		}
	}
	return len(seen)
}

// StoryView is a story together with its members' entries, in Members' order.
type StoryView struct {
	Story
	Entries []Entry
	// Before is the text that the lead's present one replaced; nil: it is the
	// first.
	Before *Revision
}

// Standing returns the entries that their sources have not taken back, in
// their order.
func (v *StoryView) Standing() []*Entry {
	withdrawn := make(map[uint64]bool)
	for _, m := range v.Members {
		if m.Withdrawn {
			withdrawn[m.Seq] = true
		}
	}
	standing := make([]*Entry, 0, len(v.Entries))
	for i := range v.Entries {
		if !withdrawn[v.Entries[i].Seq] {
			standing = append(standing, &v.Entries[i])
		}
	}
	return standing
}

// LeadEntry returns the entry that stands for the story.
func (v *StoryView) LeadEntry() *Entry {
	for i := range v.Entries {
		if v.Entries[i].Seq == v.Lead {
			return &v.Entries[i]
		}
	}
	return &v.Entries[0]
}

// DecisionKind is what became of an entry.
type DecisionKind byte

// The decisions.
const (
	Undecided DecisionKind = iota
	New                    // the first of its story
	Update                 // a new text of an entry already known
	Copy                   // its text is another's
	Report                 // told in its own words, of a happening already known
	Related                // near a story, and kept apart from it
	Dropped                // the source's drop expression refused it
)

var decisionNames = [...]string{"undecided", "new", "update", "copy", "report", "related", "dropped"}

// DecisionKinds lists what can become of an entry, in order.
func DecisionKinds() []DecisionKind {
	return []DecisionKind{New, Update, Copy, Report, Related, Dropped}
}

// String returns the decision in the form metrics and pages use.
func (k DecisionKind) String() string {
	if int(k) < len(decisionNames) {
		return decisionNames[k]
	}
	return fmt.Sprintf("decision(%d)", byte(k))
}

// MarshalText returns String.
func (k DecisionKind) MarshalText() ([]byte, error) { return []byte(k.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (k *DecisionKind) UnmarshalText(text []byte) error {
	for i, name := range decisionNames {
		if name == string(text) {
			*k = DecisionKind(i)
			return nil
		}
	}
	return fmt.Errorf("unknown decision %q", text)
}

// Decision is what became of an entry, and why.
type Decision struct {
	Entry    EntryID
	Seq      uint64 // of the entry
	Revision int    // of the entry's text the decision is about; 0: the first
	Kind     DecisionKind
	Story    StoryID // zero when Dropped
	Merged   StoryID // the younger story that turned out to be Story; zero: none
	Near     StoryID // of a Related entry: the story it is kept apart from
	At       time.Time
	Evidence Evidence
}

// Evidence says why a decision was taken, in a form that words can be made of.
type Evidence struct {
	Rule     string    // which rule decided: "first", "same link", "same text", "revision", "drop", …
	Partner  EntryID   // the entry it was compared with; zero: none
	Score    float64   // how sure, 0 to 1
	Features []Feature // what was weighed
}

// Feature is one thing that was weighed.
type Feature struct {
	Name  string
	Value float64
	Words []string // what the value stands for: shared names, numbers, the link
}

// Pin is an operator's word that two entries are of one story or are not. It
// outlives every later judgement.
type Pin struct {
	A, B EntryID
	Join bool      // false: they are parted
	At   time.Time // when it was said
}

// Join says which entries may share a story.
type Join string

// The settings of dedupe.join.
const (
	JoinStory Join = "story" // copies and reports of one happening
	JoinCopy  Join = "copy"  // copies only
	JoinNone  Join = "none"  // every entry is a story
)

// Feed is a merged feed we publish.
type Feed struct {
	Slug        string // lower-case letters, digits and '-'
	Title       string
	Description string        // empty: none
	Where       string        // expression a story must satisfy; empty: all
	Limit       int           // stories in an edition, 1 to 1000
	MaxAge      time.Duration // stories older than this leave it; 0: no limit
	Order       Order         // empty: OrderTime
	Access      FeedAccess    // zero: for everyone

	// Narrowed and Page are parameters of the feed's address, sorted and escaped
	// as a URL has them. Narrowed chooses some of its stories and makes it a
	// feed with an id of its own; Page chooses which of those are shown. Empty:
	// nothing is asked of it.
	Narrowed string
	Page     string
}

// FeedAccess says who may read a feed: whoever shows the user and password, or
// the token. The zero value lets everyone.
type FeedAccess struct {
	Basic BasicAuth
	Token Secret // bearer token (RFC 6750)
}

// Query returns the parameters of the feed's address; empty: none.
func (f *Feed) Query() string {
	if f.Narrowed != "" && f.Page != "" {
		return f.Narrowed + "&" + f.Page
	}
	return f.Narrowed + f.Page
}

// Order says which stories of a feed come first.
type Order string

// The orders of feeds.
const (
	OrderTime       Order = "time"       // the newest by Story.First
	OrderProminence Order = "prominence" // those that spread fastest, see Prominence
)

// Commit is everything one transaction stores: all of it or nothing.
type Commit struct {
	States    []SourceState
	Entries   []Entry // new, or changed; whole
	Keys      []Key   // further identity keys of Entries
	Revisions []Revision
	Stories   []Story // as they are now; whole
	Decisions []Decision
	Pins      []Pin // each replaces an earlier one of the same two entries
	Unpins    []Pin // taken back, in whichever order they name the entries
}

// Position is a place in the list of stories, newest first: the story that
// comes after it has an earlier First, or the same and a smaller Seq. The zero
// value stands before the newest story.
type Position struct {
	First time.Time
	Seq   uint64
}

// ErrNotFound is returned for a story or an entry that is not in the store.
var ErrNotFound = errors.New("not in the store")
