package aggregator

import (
	"crypto/sha256"
	"encoding/hex"
	"time"
)

// Follower is somebody whom our hub pushes a feed to (W3C WebSub, section 5),
// or a hub elsewhere that is told when the feed changes.
type Follower struct {
	Topic    string // the feed's address
	Callback string // where it is pushed to, with the query it came with
	Secret   Secret // what pushes are signed with, under 200 bytes; empty: they are not

	Created    time.Time // when the callback first confirmed it
	LeaseUntil time.Time // until then it is pushed to; zero: until it is taken out of the configuration
	Sent       string    // ETag of the edition it was given last, or had when it came; empty: none

	Failures int       // deliveries in a row that came to nothing
	Failing  time.Time // when the first of those was tried; zero: the last one was taken
	Next     time.Time // nothing is sent before
}

// ID returns the name under which there is one follower of a topic with one
// callback: 32 hexadecimal digits.
func (f *Follower) ID() string { return FollowerID(f.Topic, f.Callback) }

// FollowerID returns the ID of the follower of a topic with that callback.
func FollowerID(topic, callback string) string {
	// A URL holds no line feed.
	sum := sha256.Sum256([]byte(topic + "\n" + callback))
	return hex.EncodeToString(sum[:16])
}

// Topic is a feed's edition as a hub distributes it.
type Topic struct {
	URL         string // the feed's address, its self link
	ContentType string
	ETag        string // of Body; empty: it is not rendered yet
	Body        []byte // not changed by anyone
}

// Call is a request to an address that a stranger gave us.
type Call struct {
	URL          string            // absolute; its user and password are not sent
	Header       map[string]string // beyond what every request carries
	Body         []byte            // nil: the request is a GET, else a POST
	AllowPrivate bool              // private, loopback and link-local addresses may be dialled
}
