package websub

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"time"

	"wiredesk/aggregator"
)

// DefaultHubLease is the lease that followers get who ask for none.
const DefaultHubLease = 5 * 24 * time.Hour

// Limits of a Hub where its options set none.
const (
	defaultFollowers = 10_000
	defaultPerHost   = 1_000
	maxAsking        = 1_000 // requests that wait to be verified
	maxAskingPerHost = 50
)

// Publisher is whose feeds a Hub distributes.
type Publisher interface {
	// Topics returns the addresses of all feeds.
	Topics() []string
	// Topic returns the edition found at an address; found: it is that of a
	// feed. It does not wait for anything.
	Topic(address string) (topic aggregator.Topic, found bool)
}

// Caller sends requests to callbacks. It never fails: what went wrong is in the
// response, of which the outcome Fetched means a 2xx.
type Caller interface {
	Call(ctx context.Context, call aggregator.Call) aggregator.Response
}

// FollowerStore is where followers outlive a restart.
type FollowerStore interface {
	Followers() ([]aggregator.Follower, error)
	// SaveFollowers stores those that changed and forgets those with the ids
	// gone.
	SaveFollowers(changed []aggregator.Follower, gone []string) error
}

// HubOptions are what a Hub is built from. Publisher, Caller and Store must be
// set.
type HubOptions struct {
	Publisher    Publisher
	Caller       Caller
	Store        FollowerStore
	MaxFollowers int          // in all; 0: 10,000
	MaxPerHost   int          // with callbacks at one host; 0: 1,000
	Log          *slog.Logger // nil: nothing is logged
	// Verified is told what came of asking a callback back, Delivered what came
	// of a push. nil: nobody is.
	Verified  func(Verification)
	Delivered func(Delivered)
}

// HubSettings are what a reload of the configuration may change.
type HubSettings struct {
	Address      string        // our hub's own, absolute; empty: there is none
	External     string        // of a hub elsewhere that is told of changes; empty: none is
	Lease        time.Duration // of followers that ask for none; 0: DefaultHubLease
	AllowPrivate bool          // callbacks at private addresses are let in
}

// Hub keeps the followers of our feeds and pushes editions to them, or tells a
// hub elsewhere. It is an http.Handler of subscription requests. Its methods
// may be called from any goroutine.
type Hub struct {
	opts    HubOptions
	changed chan struct{} // holds a token while there is something for Run

	mu       sync.Mutex
	settings HubSettings
	ready    bool // it is configured
	stale    bool // editions may have changed
	topics   map[string]*followed
	all      map[string]*following // by id
	perHost  map[string]int        // followers
	asking   map[string]*asking    // by id of the follower
	asks     times                 // when to look at which of asking
	pushes   times                 // and at which of all
	unsaved  map[string]struct{}   // ids of those that are stored otherwise, or not at all
	gone     map[string]struct{}   // ids of those that are stored still
	urgent   bool                  // some of that must not wait
}

// followed is a topic that has followers.
type followed struct {
	etag string // of the edition as last looked at; empty: none yet
	ids  map[string]*following
}

// following is a follower, and what is going on with it.
type following struct {
	aggregator.Follower
	id   string
	host string
	busy bool      // a push is under way
	at   time.Time // when pushes has it; zero: it has not
}

// asking is a request that its callback has yet to confirm, or is told of.
type asking struct {
	mode     string              // modeSubscribe, modeUnsubscribe or modeDenied
	follower aggregator.Follower // as it will be, but for its lease
	lease    time.Duration
	host     string
	since    time.Time
	attempts int
	busy     bool
}

// NewHub returns a Hub with the followers of the store.
func NewHub(opts HubOptions) (*Hub, error) {
	opts.MaxFollowers = cmp.Or(opts.MaxFollowers, defaultFollowers)
	opts.MaxPerHost = cmp.Or(opts.MaxPerHost, defaultPerHost)
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.Verified == nil {
		opts.Verified = func(Verification) {}
	}
	if opts.Delivered == nil {
		opts.Delivered = func(Delivered) {}
	}
	h := &Hub{
		opts: opts, changed: make(chan struct{}, 1), topics: map[string]*followed{}, all: map[string]*following{},
		perHost: map[string]int{}, asking: map[string]*asking{}, unsaved: map[string]struct{}{}, gone: map[string]struct{}{},
	}
	kept, err := opts.Store.Followers()
	if err != nil {
		return nil, fmt.Errorf("websub: %w", err)
	}
	for _, f := range kept {
		h.put(f)
	}
	return h, nil
}

// Configure puts settings in force.
func (h *Hub) Configure(settings HubSettings) {
	settings.Lease = cmp.Or(settings.Lease, DefaultHubLease)
	h.mu.Lock()
	h.settings, h.ready, h.stale = settings, true, true
	h.mu.Unlock()
	h.wake()
}

// Changed says that an edition may be another. It does not wait for anything.
func (h *Hub) Changed() {
	h.mu.Lock()
	h.stale = true
	h.mu.Unlock()
	h.wake()
}

// Followers returns how many there are.
func (h *Hub) Followers() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return len(h.all)
}

func (h *Hub) wake() {
	select {
	case h.changed <- struct{}{}:
	default: // a token is there already, and whoever takes it looks at everything
	}
}

// ServeHTTP takes a request to subscribe or to end that (section 5.1).
func (h *Hub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	if r.Method != http.MethodPost {
		w.Header().Set("Allow", "POST")
		http.Error(w, "This is a WebSub hub. Subscribe with POST.", http.StatusMethodNotAllowed)
		return
	}
	var asked followRequest
	err := h.open()
	if err == nil {
		asked, err = readFollowRequest(w, r)
	}
	if err == nil {
		err = h.admit(asked, wallClock())
	}
	if err == nil {
		w.WriteHeader(http.StatusAccepted)
		return
	}
	status := http.StatusInternalServerError
	if refused, ok := errors.AsType[denial](err); ok {
		status = refused.status
	}
	if status == http.StatusServiceUnavailable {
		w.Header().Set("Retry-After", strconv.Itoa(int(busyWait/time.Second)))
	}
	http.Error(w, err.Error(), status)
}

// open reports whether requests are taken. The error is a denial.
func (h *Hub) open() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	switch {
	case !h.ready:
		return denial{http.StatusServiceUnavailable, "not ready yet"}
	case h.settings.Address == "":
		return denial{http.StatusNotFound, "there is no hub here"}
	}
	return nil
}

// admit has a request verified. The error is a denial. Whoever subscribes gets
// what the feed holds from now on.
func (h *Hub) admit(asked followRequest, now time.Time) error {
	topic, found := h.opts.Publisher.Topic(asked.topic)
	h.mu.Lock()
	defer h.mu.Unlock()
	if !found {
		return denial{http.StatusNotFound, "hub.topic is not the self link of a feed of this site"}
	}
	host := callbackHost(asked.callback)
	id := aggregator.FollowerID(asked.topic, asked.callback)
	if h.all[id] == nil && asked.mode == modeSubscribe && (len(h.all) >= h.opts.MaxFollowers || h.perHost[host] >= h.opts.MaxPerHost) {
		return denial{http.StatusServiceUnavailable, "there are too many subscriptions"}
	}
	if h.asking[id] == nil && (len(h.asking) >= maxAsking || h.askingAt(host) >= maxAskingPerHost) {
		return denial{http.StatusServiceUnavailable, "too many requests wait to be verified"}
	}
	// One that is being verified is replaced: the last word counts.
	h.asking[id] = &asking{
		mode: asked.mode, lease: grantedLease(asked.lease, h.settings.Lease), host: host, since: now,
		follower: aggregator.Follower{Topic: asked.topic, Callback: asked.callback, Secret: asked.secret, Sent: topic.ETag},
	}
	h.asks.push(now, id)
	h.wake()
	return nil
}

// grantedLease returns the lease that a follower gets.
func grantedLease(asked, usual time.Duration) time.Duration {
	return min(max(cmp.Or(asked, usual), leastLease), maxLease)
}

// askingAt returns how many requests wait that have callbacks at a host.
func (h *Hub) askingAt(host string) int {
	n := 0
	for _, a := range h.asking {
		if a.host == host {
			n++
		}
	}
	return n
}

// callbackHost returns whom a request to the callback disturbs, whatever the
// port.
func callbackHost(callback string) string {
	u, err := url.Parse(callback)
	if err != nil {
		return callback
	}
	return strings.TrimSuffix(strings.ToLower(u.Hostname()), ".")
}

// put takes a follower in, or in the place of the one with its id.
func (h *Hub) put(f aggregator.Follower) *following {
	id := f.ID()
	if old := h.all[id]; old != nil {
		old.Follower = f
		return old
	}
	added := &following{Follower: f, id: id, host: callbackHost(f.Callback)}
	topic := h.topics[f.Topic]
	if topic == nil {
		topic = &followed{ids: map[string]*following{}}
		h.topics[f.Topic] = topic
	}
	topic.ids[id], h.all[id] = added, added
	h.perHost[added.host]++
	return added
}

// drop forgets a follower for good.
func (h *Hub) drop(f *following, why string) {
	topic := h.topics[f.Topic]
	delete(topic.ids, f.id)
	if len(topic.ids) == 0 {
		delete(h.topics, f.Topic)
	}
	delete(h.all, f.id)
	if h.perHost[f.host]--; h.perHost[f.host] == 0 {
		delete(h.perHost, f.host)
	}
	delete(h.unsaved, f.id)
	h.gone[f.id], h.urgent = struct{}{}, true
	h.opts.Log.Info("a follower of a feed is dropped", "topic", f.Topic, "host", f.host, "reason", why)
}

// keep has a follower stored: soon where that must not be lost, else with
// others.
func (h *Hub) keep(f *following, soon bool) {
	delete(h.gone, f.id)
	h.unsaved[f.id] = struct{}{}
	h.urgent = h.urgent || soon
}
