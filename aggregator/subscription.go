package aggregator

import (
	"fmt"
	"time"
)

// SubscriptionState is how far a subscription has come.
type SubscriptionState byte

// The states of a subscription. A source without one has none.
const (
	SubscriptionAsked         SubscriptionState = iota + 1 // not confirmed yet
	SubscriptionActive                                     // the hub has promised to push, until LeaseUntil
	SubscriptionFailing                                    // no lease, and the last attempt came to nothing
	SubscriptionUnsubscribing                              // not wanted any more: the hub is told, then it is forgotten
)

var subscriptionNames = [...]string{"none", "asked", "active", "failing", "unsubscribing"}

// SubscriptionStates lists the states of a subscription, in order.
func SubscriptionStates() []SubscriptionState {
	return []SubscriptionState{SubscriptionAsked, SubscriptionActive, SubscriptionFailing, SubscriptionUnsubscribing}
}

// String returns the state in the form metrics and logs use.
func (s SubscriptionState) String() string {
	if int(s) < len(subscriptionNames) {
		return subscriptionNames[s]
	}
	return fmt.Sprintf("subscription(%d)", byte(s))
}

// Subscription is what we ask of a hub for a source (W3C WebSub, section 5). It
// is stored before the hub hears of it, so that whatever the hub says later is
// understood after a restart too.
type Subscription struct {
	Token    string // last segment of Callback and key in the store; unguessable
	Source   string // id
	Topic    string // the source's self link
	Hub      string // where requests are sent, as the source names it
	Callback string // absolute URL under which the hub reaches us
	Secret   Secret // what the hub signs with; under 200 bytes
	State    SubscriptionState

	Created    time.Time
	Asked      time.Time // when the request was sent that the hub has yet to verify; zero: none is
	LeaseUntil time.Time // until then the hub has promised to push; zero: it has not
	Next       time.Time // when there is something to do again
	Failures   int       // attempts in a row that came to nothing
	Problem    string    // what became of the last of those, one sentence; empty: nothing is wrong
}

// Delivery is what a hub sent to a callback (W3C WebSub, section 7), its
// signature checked.
type Delivery struct {
	Source      string // id
	Topic       string // the address the document has
	At          time.Time
	ContentType string // as sent
	Body        []byte // empty: the hub says that there is something new, and not what
}
