package websub

import (
	"cmp"
	"context"
	"crypto/rand"
	"fmt"
	"log/slog"
	"maps"
	"net/url"
	"slices"
	"sync"
	"time"

	"wiredesk/aggregator"
)

// DefaultLease is the lease that hubs are asked for where none is configured.
const DefaultLease = 5 * 24 * time.Hour

// Poster sends a form to a hub for a source. It never fails: what went wrong is
// in the response, of which the outcome Fetched means that the hub accepted.
type Poster interface {
	Post(ctx context.Context, src aggregator.Source, hub string, form url.Values) aggregator.Response
}

// Store is where subscriptions outlive a restart.
type Store interface {
	Subscriptions() ([]aggregator.Subscription, error)
	SaveSubscription(s aggregator.Subscription) error
	ForgetSubscription(token string) error
}

// Taker takes what hubs bring.
type Taker interface {
	// Push takes a push and reports whether it was a document. Where it was
	// not, or on an error, the source is to be polled.
	Push(ctx context.Context, d aggregator.Delivery) (document bool, err error)
	// Lease takes note until when a hub has promised to push a source; zero:
	// it does not any more. On an error it is told again.
	Lease(ctx context.Context, source string, until time.Time) error
}

// Options of a Subscriber. Poster, Store and Taker must be set.
type Options struct {
	Poster       Poster
	Store        Store
	Taker        Taker
	MaxBodyBytes int64        // of one push; 0: 10 MB
	Log          *slog.Logger // nil: nothing is logged
	// Pushed is told of each POST to a callback once it is answered, or where
	// it was taken, once that is done. nil: nobody is.
	Pushed func(Outcome)
}

// Settings are what a reload of the configuration may change. They are not
// modified once given.
type Settings struct {
	BaseURL string                       // what callbacks begin with: absolute, without a slash at the end
	Lease   time.Duration                // to be asked for; 0: DefaultLease
	Sources map[string]aggregator.Source // all that are configured, by id
	// Wanted says whether hubs are to push a source. nil: none.
	Wanted func(src aggregator.Source) bool
}

// Subscriber keeps the subscriptions. It is an http.Handler of callbacks, which
// finds the token as the path value "token". Its methods may be called from any
// goroutine; [Subscriber.Configure] comes before [Subscriber.See], and no hub is
// asked before it.
type Subscriber struct {
	opts    Options
	changed chan struct{} // holds a token while something is there for Run
	mail    *mail

	// What the writer tells is set aside, so that it never waits for a disk.
	seeing sync.Mutex
	seen   sights

	mu       sync.Mutex
	settings Settings
	subs     map[string]*aggregator.Subscription // by token
	current  map[string]string                   // by source: the token of the one that is wanted
	known    map[string]aggregator.Source        // of subs, by token: how to reach their hubs
	wishes   map[string]wish                     // by source: of those that are wanted
	ready    bool                                // it is configured
	due      times
	warned   map[string]bool // tokens of which it was said that pushes are not signed
}

// sights is what was seen of sources. Settings and states are gone once they
// are taken in.
type sights struct {
	sources  map[string]aggregator.Source // as configured last
	last     map[string]wish              // by source, as seen last
	settings *Settings
	states   map[string]aggregator.SourceState // without their lists of entries
}

// New returns a Subscriber with the subscriptions of the store.
func New(opts Options) (*Subscriber, error) {
	opts.MaxBodyBytes = cmp.Or(opts.MaxBodyBytes, 10_000_000)
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Pushed == nil {
		opts.Pushed = func(Outcome) {}
	}
	s := &Subscriber{
		opts: opts, changed: make(chan struct{}, 1), mail: newMail(opts.MaxBodyBytes),
		seen: sights{states: map[string]aggregator.SourceState{}, last: map[string]wish{}},
		subs: map[string]*aggregator.Subscription{}, current: map[string]string{},
		known: map[string]aggregator.Source{}, wishes: map[string]wish{}, warned: map[string]bool{},
		settings: Settings{Lease: DefaultLease},
	}
	all, err := opts.Store.Subscriptions()
	if err != nil {
		return nil, fmt.Errorf("websub: %w", err)
	}
	for _, sub := range all {
		if other, twice := s.current[sub.Source]; twice && sub.State != aggregator.SubscriptionUnsubscribing {
			// It ended before the hub was told that the other does.
			if s.subs[other].Created.After(sub.Created) {
				sub = unwanted(sub, wallClock())
			} else {
				*s.subs[other] = unwanted(*s.subs[other], wallClock())
				s.due.push(s.subs[other].Next, other)
			}
		}
		s.put(sub)
	}
	return s, nil
}

// put takes a subscription in.
func (s *Subscriber) put(sub aggregator.Subscription) {
	if sub.State != aggregator.SubscriptionUnsubscribing {
		s.current[sub.Source] = sub.Token
	}
	s.subs[sub.Token] = &sub
	s.due.push(sub.Next, sub.Token)
	s.due.push(sub.LeaseUntil, sub.Token)
}

// Configure puts settings in force, and says how all sources stand.
func (s *Subscriber) Configure(settings Settings, states []aggregator.SourceState) {
	settings.Lease = cmp.Or(settings.Lease, DefaultLease)
	s.seeing.Lock()
	s.seen = sights{
		sources: settings.Sources, last: map[string]wish{},
		settings: &settings, states: make(map[string]aggregator.SourceState, len(states)),
	}
	for _, state := range states {
		s.seen.add(state)
	}
	s.seeing.Unlock()
	s.wake()
}

// See says how a source stands after a poll. It does not wait for anything.
func (s *Subscriber) See(state aggregator.SourceState) {
	s.seeing.Lock()
	news := s.seen.add(state)
	s.seeing.Unlock()
	if news {
		s.wake()
	}
}

// add sets a state aside if the source offers something else than before.
func (s *sights) add(state aggregator.SourceState) (news bool) {
	id := state.Source
	w := wishOf(s.sources[id], &state)
	if last := s.last[id]; last.equal(w) && s.settings == nil {
		return false
	}
	if w.topic == "" {
		delete(s.last, id)
	} else {
		s.last[id] = w
	}
	state.Showing, state.MovedSeen = nil, nil
	s.states[id] = state
	return true
}

func (s *Subscriber) wake() {
	select {
	case s.changed <- struct{}{}:
	default: // a token is there already, and whoever takes it looks at everything
	}
}

// takeIn does what follows from what was seen.
func (s *Subscriber) takeIn(now time.Time) {
	s.seeing.Lock()
	settings, states := s.seen.settings, s.seen.states
	s.seen.settings, s.seen.states = nil, map[string]aggregator.SourceState{}
	s.seeing.Unlock()
	s.mu.Lock()
	defer s.mu.Unlock()
	sources := slices.Sorted(maps.Keys(states))
	if settings != nil {
		s.settings, s.ready = *settings, true
		clear(s.wishes)
		for token, sub := range s.subs {
			if src, configured := settings.Sources[sub.Source]; configured {
				s.known[token] = src
			}
			if _, told := states[sub.Source]; !told {
				sources = append(sources, sub.Source)
			}
		}
		slices.Sort(sources)
		sources = slices.Compact(sources)
	}
	for _, id := range sources {
		s.settle(id, states[id], now)
		if state := states[id]; settings != nil && !state.Push.LeaseUntil.Equal(s.lease(id)) {
			s.mail.tell(id) // a crash came between the two
		}
	}
}

// settle makes the subscription of a source what it should be.
func (s *Subscriber) settle(id string, state aggregator.SourceState, now time.Time) {
	src, configured := s.settings.Sources[id]
	var w wish
	if configured && s.settings.Wanted != nil && s.settings.Wanted(src) {
		w = wishOf(src, &state)
	}
	if w.topic == "" {
		delete(s.wishes, id)
	} else {
		s.wishes[id] = w
	}
	s.fit(src, id, now)
}

// fit makes the subscription of a source what its wish is. A feed that names
// another topic at every poll does not bring a hub a request at every poll.
func (s *Subscriber) fit(src aggregator.Source, id string, now time.Time) {
	w := s.wishes[id]
	if sub := s.subs[s.current[id]]; sub != nil {
		reachable := sub.Callback == s.callback(sub.Token)
		if reachable && w.topic == sub.Topic && slices.Contains(w.hubs, sub.Hub) {
			return
		}
		if settled := sub.Created.Add(settleTime); reachable && w.topic != "" && now.Before(settled) {
			s.due.push(settled, sub.Token)
			return
		}
		s.retire(sub, now)
	}
	if w.topic != "" {
		sub := s.fresh(id, w.topic, w.hubs[0], now)
		s.known[sub.Token] = src
		s.put(sub)
	}
}

// fresh is a subscription that no hub has heard of.
func (s *Subscriber) fresh(source, topic, hub string, now time.Time) aggregator.Subscription {
	token := rand.Text()
	return aggregator.Subscription{
		Token: token, Source: source, Topic: topic, Hub: hub, Callback: s.callback(token),
		Secret: aggregator.Secret(rand.Text() + rand.Text()),
		State:  aggregator.SubscriptionAsked, Created: now, Next: now,
	}
}

func (s *Subscriber) callback(token string) string { return s.settings.BaseURL + "/websub/" + token }

// retire ends a subscription that is not wanted any more.
func (s *Subscriber) retire(sub *aggregator.Subscription, now time.Time) {
	delete(s.current, sub.Source)
	if !sub.LeaseUntil.IsZero() {
		s.mail.tell(sub.Source)
	}
	if !heard(sub) {
		s.forget(sub)
		return
	}
	// Not stored: after a restart it is as unwanted as now.
	*sub = unwanted(*sub, now)
	s.due.push(sub.Next, sub.Token)
}

// forget drops a subscription for good.
func (s *Subscriber) forget(sub *aggregator.Subscription) {
	if err := s.opts.Store.ForgetSubscription(sub.Token); err != nil {
		s.opts.Log.Error("a subscription could not be stored", "source", sub.Source, "err", err)
	}
	if s.current[sub.Source] == sub.Token {
		delete(s.current, sub.Source)
	}
	delete(s.subs, sub.Token)
	delete(s.known, sub.Token)
	delete(s.warned, sub.Token)
}

// save stores a subscription as it is.
func (s *Subscriber) save(sub *aggregator.Subscription) error {
	err := s.opts.Store.SaveSubscription(*sub)
	if err != nil {
		s.opts.Log.Error("a subscription could not be stored", "source", sub.Source, "err", err)
	}
	return err
}

// lease returns until when a hub has promised to push the source; zero: none.
func (s *Subscriber) lease(source string) time.Time {
	if sub := s.subs[s.current[source]]; sub != nil {
		return sub.LeaseUntil
	}
	return time.Time{}
}

// Counts returns how many subscriptions are in each state.
func (s *Subscriber) Counts() map[aggregator.SubscriptionState]int {
	s.mu.Lock()
	defer s.mu.Unlock()
	counts := make(map[aggregator.SubscriptionState]int)
	for _, sub := range s.subs {
		counts[sub.State]++
	}
	return counts
}

// Subscription returns the subscription of a source that is wanted; the zero
// value if there is none.
func (s *Subscriber) Subscription(source string) aggregator.Subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	if sub := s.subs[s.current[source]]; sub != nil {
		return *sub
	}
	return aggregator.Subscription{}
}
