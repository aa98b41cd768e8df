package config

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"wiredesk/aggregator"
)

// Config is a whole, valid configuration. Every field is documented for users
// in docs/configuration.md.
type Config struct {
	Path    string // the file it was read from, as given to Load
	Listen  string // host:port, :port or unix:/absolute/path
	BaseURL string // absolute http or https URL without a slash at the end
	Contact string // mail address or URL; empty: none

	Storage Storage
	Poll    Poll
	Dedupe  Dedupe
	Search  Search
	WebSub  WebSub
	Hub     Hub

	Sources []aggregator.Source // at least one; ids and URLs differ
	Hosts   []Host              // names differ
	Feeds   []aggregator.Feed   // at least one; slugs differ

	// Warnings are what is allowed, and will not do what it looks like.
	Warnings Problems
}

// Storage says where the database is and how long it remembers.
type Storage struct {
	Path string        // file; relative to the working directory
	Keep time.Duration // what is older is purged; 1h to 3650d
}

// Poll bounds how often, how long and how much is fetched.
type Poll struct {
	Budget        time.Duration // mean time between two polls over all sources without an interval of their own; 1s to 30d
	MinInterval   time.Duration // least time between two polls of a source; 1s to 30d
	MaxInterval   time.Duration // longest wait of our own between two polls of a source; 1s to 30d
	Timeout       time.Duration // of one poll, redirects and body included; 1s to 10m
	MaxBodyBytes  int64         // of one document, decompressed; 1 KB to 1 GB
	InFlightBytes int64         // of the bodies of all polls under way together; MaxBodyBytes to 64 GB
	PerHost       int           // polls of one host at a time; 1 to 256
	HostGap       time.Duration // between the starts of two polls of one host; 0 to 1h
	Concurrency   int           // polls of all hosts at a time; 1 to 1024
}

// Host is a host that is left in another peace than the others.
type Host struct {
	Name    string        // as Options.HostOf returns it
	PerHost int           // in the place of Poll.PerHost
	HostGap time.Duration // in the place of Poll.HostGap
}

// Dedupe says which entries share a story.
type Dedupe struct {
	Window     time.Duration // how far back a story is looked for; 1m to Storage.Keep
	Join       aggregator.Join
	Strictness float64 // how sure a report must be to tell a story's happening; above 0, below 1
}

// Search says what can be searched for.
type Search struct {
	Index bool // the archive by text, beside the database
}

// WebSub says whether hubs are to push what the sources publish.
type WebSub struct {
	Subscribe bool
	Lease     time.Duration // to be asked for; 1h to 30d
	// Unreachable says why hubs elsewhere cannot reach BaseURL, worded to
	// stand behind its name; empty: nothing speaks against it.
	Unreachable string
}

// Hub says who pushes our feeds to those who want them.
type Hub struct {
	Enabled      bool          // our feeds have a hub
	External     string        // absolute URL of one elsewhere; empty: it is our own
	Lease        time.Duration // of those who ask for none; 1h to 30d
	AllowPrivate bool          // callbacks at private addresses are let in, and feeds at one name our hub
}

// Options are what Load needs from outside. The zero value is ready for use.
type Options struct {
	// CheckExpression reports what is wrong with an expression. The first line
	// of its error becomes a problem. Nil: expressions are not checked.
	CheckExpression func(kind ExpressionKind, text string) error
	// HostOf returns the host whose peace polls of a URL disturb. Nil: it is not
	// checked whether the hosts that are named are those of sources.
	HostOf func(url string) string
	// Getenv reads the environment: CREDENTIALS_DIRECTORY, STATE_DIRECTORY and
	// the variables that hold secrets. Nil: os.Getenv.
	Getenv func(string) string
}

// ExpressionKind says where an expression stands, and so what it sees.
type ExpressionKind string

// The kinds of expression.
const (
	Drop  ExpressionKind = "drop"  // of a source: sees an entry
	Where ExpressionKind = "where" // of a feed: sees a story
)

// Default returns the configuration that an empty file would give, were it
// allowed to be empty: every default, no sources, and the feed "all".
func Default() Config {
	return Config{
		Listen:  "127.0.0.1:8080",
		BaseURL: "http://localhost:8080",
		Storage: Storage{Path: "wiredesk.db", Keep: 30 * day},
		Poll: Poll{
			Budget:        15 * time.Minute,
			MinInterval:   2 * time.Minute,
			MaxInterval:   24 * time.Hour,
			Timeout:       30 * time.Second,
			MaxBodyBytes:  10 * megabyte,
			InFlightBytes: 64 * megabyte,
			PerHost:       1,
			HostGap:       time.Second,
			Concurrency:   64,
		},
		Dedupe: Dedupe{Window: 72 * time.Hour, Join: aggregator.JoinStory, Strictness: 0.46},
		Search: Search{Index: true},
		WebSub: WebSub{Lease: 5 * day},
		Hub:    Hub{Enabled: true, Lease: 5 * day},
		Feeds:  []aggregator.Feed{{Slug: "all", Title: "Everything once", Limit: defaultFeedLimit}},
	}
}

// Load reads the configuration at path, the files it includes and the secrets
// it names. Where their text is at fault the error is [Problems]; where path
// cannot be read it wraps the error of the operating system.
func Load(path string, opts Options) (*Config, error) {
	l := newLoader(path, opts)
	text, err := l.read(path, maxTotalBytes)
	if large, ok := errors.AsType[sizeError](err); ok {
		return nil, Problems{{File: path, Line: 1, Column: 1, Message: large.Error() + ", must be split or shortened"}}
	}
	if err != nil {
		return nil, fmt.Errorf("read configuration: %w", err)
	}
	return l.load(text)
}

// NeedsRestart returns the keys in which next differs from c and which a
// running daemon cannot change, in the order of the documentation. A reload
// may take over everything else.
func (c *Config) NeedsRestart(next *Config) []string {
	var keys []string
	for _, k := range []struct {
		name string
		same bool
	}{
		{"listen", c.Listen == next.Listen},
		{"contact", c.Contact == next.Contact},
		{"storage.path", c.Storage.Path == next.Storage.Path},
		{"poll.timeout", c.Poll.Timeout == next.Poll.Timeout},
		{"poll.max_body", c.Poll.MaxBodyBytes == next.Poll.MaxBodyBytes},
		{"poll.in_flight", c.Poll.InFlightBytes == next.Poll.InFlightBytes},
		{"poll.concurrency", c.Poll.Concurrency == next.Poll.Concurrency},
		{"dedupe.window", c.Dedupe.Window == next.Dedupe.Window},
		{"dedupe.join", c.Dedupe.Join == next.Dedupe.Join},
		{"dedupe.strictness", c.Dedupe.Strictness == next.Dedupe.Strictness},
		{"search.index", c.Search.Index == next.Search.Index},
	} {
		if !k.same {
			keys = append(keys, k.name)
		}
	}
	return keys
}

// loader is one run of Load.
type loader struct {
	opts    Options
	config  Config
	notes   []note
	doubts  []note // that refuse nothing
	files   int    // files begun, for the order of problems
	left    int64  // bytes that may still be read
	closing []func()

	// sourcesSeen: a source was listed, or a part that may list one could not
	// be read.
	sourcesSeen bool
	// sourcesLost: one that was listed, or may have been, could not be read.
	sourcesLost                 bool
	ids, urls, slugs, hostNames map[string]value // where each was first used
	sourceHosts                 map[string]bool  // nil: not yet gathered

	read func(path string, limit int64) ([]byte, error)
	glob func(pattern string) ([]string, error)
}

func newLoader(path string, opts Options) *loader {
	if opts.Getenv == nil {
		opts.Getenv = os.Getenv
	}
	l := &loader{
		opts: opts, config: Default(), left: maxTotalBytes,
		ids: map[string]value{}, urls: map[string]value{}, slugs: map[string]value{}, hostNames: map[string]value{},
		read: readFile, glob: filepath.Glob,
	}
	l.config.Path = path
	l.config.Feeds = nil
	return l
}

func (l *loader) load(text []byte) (*Config, error) {
	if doc, ok := l.document(l.config.Path, text); ok {
		l.root(doc)
	}
	for _, check := range l.closing {
		check()
	}
	if problems := inOrder(l.notes); len(problems) > 0 {
		return nil, problems
	}
	l.config.Warnings = inOrder(l.doubts)
	return &l.config, nil
}

// afterwards has check run when every key of every file has been read.
func (l *loader) afterwards(check func()) { l.closing = append(l.closing, check) }
