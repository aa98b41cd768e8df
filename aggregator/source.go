package aggregator

import "time"

// Source is a feed we poll, as the configuration describes it.
type Source struct {
	ID       string   // stable name, lower-case letters, digits, '-', '_' and '.'; part of its entries' identity
	URL      string   // absolute http or https URL
	Title    string   // shown to readers; empty: the feed's own
	Tags     []string // free words that feeds select by
	Language string   // BCP 47 tag that overrides what the feed claims; empty: the feed's own
	Priority int      // the highest leads a story; 0 is the default, negative is allowed

	Interval     time.Duration // fixed time between polls; 0: the planner's own
	AllowPrivate bool          // private, loopback and link-local addresses may be dialled
	BasicAuth    BasicAuth
	Headers      map[string]Secret // extra request headers, never sent to another origin
	Proxy        Secret            // http, https or socks5 URL; empty: none. May hold a password

	Drop string // expression; entries for which it is true are dropped; empty: none
}

// BasicAuth is a user and password (RFC 7617). The zero value means none.
type BasicAuth struct {
	User     string
	Password Secret
}

// Secret is text that must not reach a log, a page or a command's output.
type Secret string

// String returns a placeholder, so that printing a Secret never shows it.
func (s Secret) String() string {
	if s == "" {
		return ""
	}
	return "(secret)"
}

// GoString is String, for %#v.
func (s Secret) GoString() string { return s.String() }

// MarshalText is String, for encoders.
func (s Secret) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// Reveal returns the text itself.
func (s Secret) Reveal() string { return string(s) }

// SourceState is what we remember of a source between polls. It is committed
// in the same transaction as the entries of the poll that changed it, so the
// validators never outrun the entries. The zero value, but for Source, is a
// source that was never polled.
type SourceState struct {
	Source string // the id
	URL    string // the configured address that all of this was learned at
	// Address is where the source is polled since URL was seen to have moved
	// there for good, on three different days; empty: at URL. See AddressOf.
	Address string

	Validators Validators
	BodyDigest Digest        // of the last whole body; 0: none
	Document   Wholeness     // of the last whole body
	Lifetime   time.Duration // how long the server calls that document fresh; 0: it does not
	Rest       Rest

	FirstPoll time.Time // when a poll first succeeded; zero: never
	LastPoll  time.Time // when the last poll ended, however
	LastGood  time.Time // when a poll last ended in Fetched or NotModified
	LastEntry time.Time // when a poll last brought a new entry
	NextPoll  time.Time // not to be polled before; zero: due at once

	Outcome  Outcome // of the last poll
	Problem  Problem // of the last poll, or of the document that is still unchanged; zero: none
	Failures int     // polls in a row that ended in neither Fetched nor NotModified

	Title    string // what the feed calls itself
	Site     string // the page the feed belongs to
	Language string // BCP 47, as the feed claims
	Self     string // the feed's own rel=self, the WebSub topic
	Hubs     []string
	Hints    Hints

	Moved      string      // where permanent redirects led last; empty: nowhere
	MovedSeen  []time.Time // a sighting of Moved on each different UTC day; with the third Address moves there
	GUIDs      GUIDTrust
	Showing    []uint64 // Seq of the entries in the last document: not to be purged while shown
	Polls      uint64   // since the source was added
	EntriesNew uint64   // since the source was added
	Log        PollLog  // the last polls
	Spent      Spent
	Push       Push
	Plan       Plan // why NextPoll is when it is
	Rhythm     Rhythm
}

// Spent is what all polls of a source together have cost since it was added.
type Spent struct {
	Bytes       int64         // read from the network, bodies only
	Time        time.Duration // waited for answers, to the millisecond for each
	NotModified uint64        // polls that were answered 304
}

// AddressOf returns where src is polled: where it has moved for good, or at its
// URL. A source that was given another URL since is polled at that.
func (s *SourceState) AddressOf(src Source) string {
	if s.URL == src.URL && s.Address != "" {
		return s.Address
	}
	return src.URL
}

// Wholeness says how much could be read of the last document.
type Wholeness byte

// How much of a document there was to read.
const (
	DocumentWhole      Wholeness = iota // all of it, or there was none yet
	DocumentCut                         // it broke off
	DocumentUnread                      // nothing; Validators are still those of one that could be read
	DocumentUnreadable                  // nothing, and the same came again; Validators are its own
)

// Readable reports whether there was anything to read.
func (w Wholeness) Readable() bool { return w <= DocumentCut }

// Rest is how long a host asked to be left in peace (RFC 9110, section 10.2.3),
// whichever of its sources was told so. The zero value means it did not.
type Rest struct {
	At    string // scheme and host of the answer, such as "https://wire.example"
	Until time.Time
}

// Push is what a hub does for a source (WebSub). The zero value is a source
// that no hub pushes.
type Push struct {
	LeaseUntil time.Time // until then a hub has promised to push; zero: none has
	Last       time.Time // when a push last brought a document of the source; zero: never
	// Missed is how many polls in a row found new entries that no push had
	// brought first: more than a few say that the hub does not keep its promise.
	Missed int
}

// GUIDTrust says how far a source's GUIDs can be relied on.
type GUIDTrust byte

// What a source's documents have shown of its GUIDs.
const (
	GUIDTrusted  GUIDTrust = iota // nothing against them
	GUIDShared                    // the same GUID stood on different entries
	GUIDVolatile                  // known entries came back under new GUIDs
	GUIDReused                    // a GUID came back on another article: it counts where link or text agree
	GUIDReplaced                  // all entries came back under new GUIDs and links, once
	GUIDNameless                  // and once more: entries are known by their texts
)

// Identifies reports whether a GUID is the surest that an entry is known by.
func (t GUIDTrust) Identifies() bool {
	return t == GUIDTrusted || t == GUIDReused || t == GUIDReplaced
}

// Hints are what a feed says about when it is worth polling. They only ever
// make a poll later.
type Hints struct {
	// MinInterval is the longest of RSS ttl and sy:updatePeriod divided by
	// sy:updateFrequency; 0: not given.
	MinInterval time.Duration
	// SkipHours has bit h set for each hour of the day, 0 to 23 GMT, in which
	// the feed asks not to be polled (RSS 2.0 skipHours).
	SkipHours uint32
	// SkipDays has bit d set for each day, 0 Sunday to 6 Saturday GMT, on
	// which the feed asks not to be polled (RSS 2.0 skipDays).
	SkipDays uint8
}

// Carrier is a source as readers see it: what the configuration and the feed
// itself say about it.
type Carrier struct {
	ID       string
	Title    string // never empty: the configured title, the feed's own or the id
	FeedURL  string
	SiteURL  string // empty: unknown
	Language string // BCP 47; empty: unknown
	Tags     []string
	Priority int
}

// CarrierOf returns src as readers see it, given what its feed last said.
func CarrierOf(src Source, state SourceState) Carrier {
	c := Carrier{
		ID: src.ID, Title: src.Title, FeedURL: src.URL, SiteURL: state.Site,
		Language: src.Language, Tags: src.Tags, Priority: src.Priority,
	}
	if c.Title == "" {
		c.Title = state.Title
	}
	if c.Title == "" {
		c.Title = src.ID
	}
	if c.Language == "" {
		c.Language = state.Language
	}
	return c
}
