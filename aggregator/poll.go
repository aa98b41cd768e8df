package aggregator

import (
	"context"
	"fmt"
	"time"
)

// Outcome is what became of a poll.
type Outcome byte

// The outcomes. The zero value is a poll that has not ended.
const (
	Pending     Outcome = iota
	Fetched             // a whole document arrived
	NotModified         // the server or the body's digest says nothing changed
	Throttled           // 429, or 503 with Retry-After: the whole host is left in peace
	Gone                // 410: the source is not polled again
	Failed              // anything else; Problem says what
)

var outcomeNames = [...]string{"pending", "fetched", "not_modified", "throttled", "gone", "failed"}

// Outcomes lists the outcomes a poll can end in, in order.
func Outcomes() []Outcome { return []Outcome{Fetched, NotModified, Throttled, Gone, Failed} }

// String returns the outcome in the form metrics and pages use.
func (o Outcome) String() string {
	if int(o) < len(outcomeNames) {
		return outcomeNames[o]
	}
	return fmt.Sprintf("outcome(%d)", byte(o))
}

// MarshalText returns String.
func (o Outcome) MarshalText() ([]byte, error) { return []byte(o.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (o *Outcome) UnmarshalText(text []byte) error {
	for i, name := range outcomeNames {
		if name == string(text) {
			*o = Outcome(i)
			return nil
		}
	}
	return fmt.Errorf("unknown outcome %q", text)
}

// Good reports whether the source answered as it should.
func (o Outcome) Good() bool { return o == Fetched || o == NotModified }

// ProblemKind sorts what can go wrong with a poll, so that pages and metrics
// can count it.
type ProblemKind string

// The kinds of problem.
const (
	ProblemAddress   ProblemKind = "address"   // the name does not resolve
	ProblemRefused   ProblemKind = "refused"   // the address is private, loopback or link-local and allow_private is off
	ProblemConnect   ProblemKind = "connect"   // no connection, or the proxy gave none
	ProblemTLS       ProblemKind = "tls"       // certificate or handshake
	ProblemTimeout   ProblemKind = "timeout"   // the whole poll took longer than poll.timeout
	ProblemSlow      ProblemKind = "slow"      // the body came slower than the least rate
	ProblemReset     ProblemKind = "reset"     // the connection broke off
	ProblemTruncated ProblemKind = "truncated" // fewer bytes than Content-Length, or a compressed body cut short
	ProblemEncoding  ProblemKind = "encoding"  // a compressed body that does not decompress
	ProblemTooLarge  ProblemKind = "too_large" // body or headers over the limit
	ProblemRedirect  ProblemKind = "redirect"  // too many, a loop, or to something that is no http URL
	ProblemStatus    ProblemKind = "status"    // an HTTP status that brings no document
	ProblemNotFeed   ProblemKind = "not_feed"  // the body is HTML, empty, or nothing we know
	ProblemMalformed ProblemKind = "malformed" // a feed of which no entry could be saved
	ProblemMended    ProblemKind = "mended"    // the document was broken, but its entries could be read: the poll is no failure
	ProblemHostile   ProblemKind = "hostile"   // a document over the limits of depth, attributes or entries
	ProblemCancelled ProblemKind = "cancelled" // the daemon is stopping: not the source's fault, not recorded
	ProblemInternal  ProblemKind = "internal"  // our fault
)

// Problem says why a poll failed, in words for the operator. It is an error;
// the zero value means there is none.
//
//nolint:errname // the word for what goes wrong with a poll
type Problem struct {
	Kind    ProblemKind
	Message string // one sentence: what happened and, where we know it, what to do
}

// Error returns the message.
func (p Problem) Error() string { return p.Message }

// IsZero reports whether there is no problem.
func (p Problem) IsZero() bool { return p == Problem{} }

// Validators are what a server gave to ask again with (RFC 9110, section 8.8).
// They are kept and sent back byte for byte; an empty one is not sent.
type Validators struct {
	ETag         string
	LastModified string
}

// Request is one conditional GET.
type Request struct {
	Source     Source
	Address    string        // where the source has moved for good; empty: it is asked at its URL
	Validators Validators    // zero: unconditional
	Lifetime   time.Duration // of the document that Validators belong to, as in Response
	// Grow is called before a body comes to more bytes, decompressed, than it
	// had, and may wait until there is memory for so many in all. Its error is
	// that of ctx and ends the request. nil: nobody counts them.
	Grow func(ctx context.Context, bytes int64) error
}

// Response is what became of a Request. Problem is set only with Throttled,
// Gone and Failed; Validators and Moved only where a document arrived or was
// confirmed, which is Failed if it could not be read or broke off.
type Response struct {
	Outcome    Outcome
	Problem    Problem
	Status     int       // HTTP status; 0: no answer arrived
	At         time.Time // when the answer was complete
	Took       time.Duration
	BytesRead  int64  // as they crossed the network, bodies only
	URL        string // where the body came from, after redirects
	Moved      string // the end of an unbroken chain of 301 and 308 from the address that was asked; empty: none
	Validators Validators
	// FreshUntil is the earliest time at which Cache-Control: max-age or
	// Expires, corrected by Date and Age, let us ask again (RFC 9111, section
	// 4.2); zero: the server does not say.
	FreshUntil time.Time
	// Lifetime is how long the server calls the document fresh from when it was
	// sent; a 304 that does not say confirms that of the Request (RFC 9111,
	// section 4.3.4). 0: not at all, or the server does not say.
	Lifetime time.Duration
	// RetryAfter is when the server lets us come back (RFC 9110, section
	// 10.2.3), at most a day ahead; zero: not given.
	RetryAfter  time.Time
	ContentType string   // as sent
	Hubs        []string // absolute URLs from Link headers with rel=hub
	Self        string   // absolute URL from a Link header with rel=self
	// Alternates are what Link headers with rel=alternate lead to, in order, at
	// most sixteen.
	Alternates []Alternate
	// Body is the decompressed body. With Failed it is what had arrived of a
	// body that broke off; empty: nothing did.
	Body  []byte
	Delta bool // 226 IM Used: absence of an entry means nothing (RFC 3229)
}

// Alternate is another form of what was asked for (RFC 8288; HTML, section
// 4.6.7.1).
type Alternate struct {
	URL  string // absolute
	Type string // MIME type, lower case, without parameters; empty: not given
}

// Document is a feed document, read.
type Document struct {
	Format   string // "rss", "atom" or "json"
	Title    string // plain text
	Site     string // absolute link of the page the feed belongs to
	Self     string // absolute rel=self
	Hubs     []string
	Language string // BCP 47
	Hints    Hints
	Entries  []Entry // in document order; Source, ID, Seq, Seen and Story are not set
	Repaired string  // what had to be mended to read it; empty: nothing
	Cut      bool    // the document breaks off: entries may be missing at its end
	Skipped  int     // entries of which nothing could be saved
}

// PushKind tells a poll's result from what a hub had to say of a source
// (WebSub).
type PushKind byte

// The kinds of push. The zero value is a poll.
const (
	NotPushed    PushKind = iota
	PushDocument          // a hub brought Document
	PushNotice            // a hub said that there is something new, and not what
	PushLease             // the hub's promise to push has changed, nothing else
)

// PollResult is one poll, or one push, as the writer takes it: self-contained
// and encodable, so that the fold of results into stories needs nothing else.
type PollResult struct {
	Source string // the id
	URL    string // the configured address
	// Address is where it was polled, if it has moved for good; empty: at URL.
	Address string
	// Pushed says what a hub did where no poll was made. Of Response only At
	// is set then: what polls go by is as it was.
	Pushed PushKind
	// LeaseUntil is, with PushLease, until when a hub has promised to push;
	// zero: none has.
	LeaseUntil time.Time
	// Response is what the poll came to, with its Body taken out.
	Response Response
	// BodyDigest is the digest of the whole body, one that could not be read
	// included; 0: there was none.
	BodyDigest Digest
	// Document is the parsed body. It is empty when nothing changed.
	Document Document
}
