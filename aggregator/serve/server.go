package serve

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/klauspost/compress/gzip"
	"golang.org/x/sync/singleflight"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// SourceStatus is a source as readers see it, with how its polls go.
type SourceStatus struct {
	Carrier aggregator.Carrier
	State   aggregator.SourceState
	// Rest is until when its host is left in peace, whichever of the host's
	// sources was told so; zero: it is not.
	Rest time.Time
	// Hub says why no hub pushes the source that should; empty: nothing is
	// wrong, or none is asked to.
	Hub string
}

// Options are what a server is built from and keeps for its life.
type Options struct {
	Archive  Archive  // required
	Searcher Searcher // nil: nothing can be searched for
	Pinner   Pinner   // nil: no pins can be made
	// Documents keeps the archives of feeds, for which [Server.RunArchive] must
	// be running; nil: there are none.
	Documents Documents
	Hub       http.Handler          // serves /hub, where subscribers ask for pushes; nil: there is no such address
	Hubs      http.Handler          // serves /websub/{token}, where hubs answer and push; nil: there is no such address
	Metrics   http.Handler          // serves /metrics; nil: there is no such page
	Ready     func() error          // what else must be in order before /readyz says yes; nil: nothing
	Alive     func() error          // what /healthz reports; nil: always alive
	Sources   func() []SourceStatus // what /sources and /sources.opml show; nil: no sources

	// Edited is told, on the goroutine of Run, when an edition took the place
	// of another. nil: nobody is.
	Edited func()
	// MaxStreams is how many clients may listen at /events; 0: 2,000.
	MaxStreams int

	// Observe is told of each request once it is answered: the route's
	// pattern ("/feeds/{file}"; "other" for paths that do not exist), the
	// status and the time it took. Nil: nobody is told.
	Observe func(route string, status int, took time.Duration)

	// WhereFailed is told of each time that a feed's where expression fails on a
	// story. nil: nobody is.
	WhereFailed func(slug string)

	Log     *slog.Logger // nil: nothing is logged
	Version string       // shown at the foot of pages; empty: not shown
}

// Publication is what a reload of the configuration may change.
type Publication struct {
	Site  publish.Site // nil Carriers: those given before stay
	Feeds []aggregator.Feed
	Keep  time.Duration // how long archive documents are kept; 0: for ever
}

// Server answers the requests of readers. Its methods may be called from any
// goroutine; [Server.Run] must be running for its editions to come and stay
// fresh.
type Server struct {
	opts    Options
	pages   *pages
	encoder encoder
	quick   encoder // for feeds that are made while a reader waits

	mu      sync.Mutex                // serialises the writers of current
	current atomic.Pointer[published] // never nil
	shelf   atomic.Pointer[shelf]     // never nil; written by Run alone
	missing atomic.Pointer[error]     // why the first render is not done; nil: it is
	touched chan struct{}             // holds one token while stories changed that no pass has read
	events  *events

	touches  atomic.Uint64   // how often stories or what is published changed
	recent   recent          // editions of narrowed feeds
	lately   lately          // what they say is gone
	items    *publish.Memory // of their stories
	archived recent          // archive documents
	making   singleflight.Group
	places   chan struct{} // one token for each edition that is being made for a request
	waiting  atomic.Int64  // requests that wait for a place
}

// published is a Publication made ready to use. It is never changed.
type published struct {
	site  publish.Site
	root  string // path of base_url without slashes at its end, before every local link
	feeds []publishedFeed
	keep  time.Duration // of archive documents; 0: for ever
}

type publishedFeed struct {
	aggregator.Feed
	where  *publish.Filter // nil: every story
	access access
}

// has reports whether there is a feed called slug.
func (p *published) has(slug string) bool {
	_, found := p.feed(slug)
	return found
}

// feed returns the feed called slug.
func (p *published) feed(slug string) (publishedFeed, bool) {
	for _, f := range p.feeds {
		if f.Slug == slug {
			return f, true
		}
	}
	return publishedFeed{}, false
}

// open reports whether there is a feed called slug that everyone may read.
func (p *published) open(slug string) bool {
	for i := range p.feeds {
		if p.feeds[i].Slug == slug {
			return !p.feeds[i].access.closed
		}
	}
	return false
}

var errUnrendered = errors.New("the feeds are being rendered for the first time")

// New returns a server that publishes p. It fails on a base URL that is not
// absolute and on a where expression that does not compile.
func New(opts Options, p Publication) (*Server, error) {
	if opts.Archive == nil {
		return nil, errors.New("serve: no archive given")
	}
	if opts.Log == nil {
		opts.Log = slog.New(slog.DiscardHandler)
	}
	if opts.WhereFailed == nil {
		opts.WhereFailed = func(string) {}
	}
	if opts.Sources == nil {
		opts.Sources = func() []SourceStatus { return nil }
	}
	pages, err := newPages()
	if err != nil {
		return nil, err
	}
	s := &Server{
		opts: opts, pages: pages, quick: encoder{gzipLevel: gzip.BestSpeed}, touched: make(chan struct{}, 1), events: newEvents(opts.MaxStreams),
		recent: recent{roomBytes: recentBytes}, items: publish.NewMemory(itemsBytes), archived: recent{roomBytes: archivedBytes}, places: newPlaces(),
	}
	s.current.Store(&published{})
	s.shelf.Store(&shelf{})
	s.missing.Store(&errUnrendered)
	if err := s.Publish(p); err != nil {
		return nil, err
	}
	return s, nil
}

// Publish puts p in the place of what was published. Feeds that are new in it
// answer 503 until Run has rendered them. On an error, which is one of [New]'s,
// nothing changes.
func (s *Server) Publish(p Publication) error {
	base, err := url.Parse(p.Site.BaseURL)
	if err != nil {
		return fmt.Errorf("base_url: %w", err)
	}
	if !absolute(base) {
		return fmt.Errorf("base_url %q: want an absolute http or https URL", p.Site.BaseURL)
	}
	p.Site.BaseURL = strings.TrimRight(p.Site.BaseURL, "/")
	next := &published{site: p.Site, root: strings.TrimRight(base.EscapedPath(), "/"), keep: p.Keep}
	for _, feed := range p.Feeds {
		made := publishedFeed{Feed: feed, access: newAccess(feed.Access)}
		if feed.Where != "" {
			if made.where, err = publish.CompileWhere(feed.Where); err != nil {
				return fmt.Errorf("feed %s: %w", feed.Slug, err)
			}
			made.where.Failed = s.whereFailed(feed.Slug)
		}
		next.feeds = append(next.feeds, made)
	}
	s.swap(func(pub published) *published {
		if next.site.Carriers == nil {
			next.site.Carriers = pub.site.Carriers
		}
		return next
	})
	return nil
}

// whereFailed returns what counts the failures of a feed's expression, and says
// the first of them: the same stories fail at each rendering.
func (s *Server) whereFailed(slug string) func(error) {
	var said sync.Once
	return func(err error) {
		s.opts.WhereFailed(slug)
		said.Do(func() {
			s.opts.Log.Warn("a feed leaves out stories on which its where expression fails", "feed", slug, "err", err)
		})
	}
}

// Touch says that stories changed and are committed. It does not wait for
// their rendering. The map of carriers by source id is not changed afterwards
// by either side; nil: the carriers are as they were.
func (s *Server) Touch(carriers map[string]aggregator.Carrier) {
	if carriers == nil {
		s.wake()
		return
	}
	s.swap(func(pub published) *published {
		pub.site.Carriers = carriers
		return &pub
	})
}

func (s *Server) swap(next func(pub published) *published) {
	s.mu.Lock()
	s.current.Store(next(*s.current.Load()))
	s.mu.Unlock()
	s.wake()
}

func (s *Server) wake() {
	s.touches.Add(1)
	select {
	case s.touched <- struct{}{}:
	default: // a token is there already, and whoever takes it reads the archive after now
	}
	s.events.wake()
}

// absolute reports whether u is a link a reader may be sent to.
func absolute(u *url.URL) bool {
	return (u.Scheme == "http" || u.Scheme == "https") && u.Host != ""
}
