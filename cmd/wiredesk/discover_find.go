package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/fetch"
	"wiredesk/aggregator/parse"
	"wiredesk/config"
)

// What one search may take at most, whatever pages lead to.
const (
	maxDiscoverRequests = 60
	maxDiscoverTime     = 5 * time.Minute
	maxListPages        = 3 // pages that list feeds and are followed from another
)

// How a feed was found.
const (
	foundGiven     = "given"
	foundAnnounced = "announced"
	foundLinked    = "linked"
	foundUsual     = "at a usual place"
)

// foundFeed is a feed that answered.
type foundFeed struct {
	source  aggregator.Source // as the configuration takes it, but for its id
	asked   string
	from    string // where the document came from, after redirects
	how     string
	format  string // "rss", "atom" or "json"
	hints   aggregator.Hints
	self    string
	hubs    []string
	fresh   time.Duration // how long the server lets its answer stay fresh; 0: it does not say
	entries []foundEntry  // in document order, at most maxFoundEntries
}

// foundEntry is what tells an entry from others, without its text: a site may
// have sixty feeds of megabytes.
type foundEntry struct {
	link, title string
	at          time.Time // what it claims; zero: nothing
}

// maxFoundEntries is how many entries of a feed are compared and counted.
const maxFoundEntries = 1000

// discoverer looks for the feeds of one site, one request at a time.
type discoverer struct {
	client  *fetch.Client
	parser  *parse.Parser
	private bool
	gap     time.Duration // between two requests to one host
	step    func()        // told of each request

	asked    map[string]time.Time // hosts, and when each was asked last
	tried    map[string]bool      // addresses
	resting  []string             // hosts that asked to be left in peace
	lists    int                  // pages of lists that were followed
	requests int
	found    []foundFeed
	faults   []error
}

// discover returns the feed behind address, or those found for the page there,
// and what is wrong with others. Without a feed there is a fault.
func (d *discoverer) discover(ctx context.Context, address string) ([]foundFeed, []error) {
	page, err := d.look(ctx, address, foundGiven)
	switch {
	case err != nil:
		return nil, []error{err}
	case page == nil:
		return d.found, nil
	}
	d.follow(ctx, page)
	if home := homeOf(page.at); len(d.found) == 0 && len(d.faults) == 0 && home != "" {
		if page, err := d.look(ctx, home, foundUsual); err == nil && page != nil {
			d.follow(ctx, page)
		}
	}
	announced := len(d.found) > 0 || len(d.faults) > 0
	for _, place := range usualPlaces(page.at) {
		if announced || len(d.found) > 0 || ctx.Err() != nil {
			break
		}
		_, _ = d.look(ctx, place, foundUsual) // a guess that fails is no fault of the site
	}
	switch {
	case ctx.Err() != nil:
		d.faults = append(d.faults, fmt.Errorf("what was not looked at after %s", aggregator.Span(maxDiscoverTime)))
	case d.requests >= maxDiscoverRequests:
		d.faults = append(d.faults, fmt.Errorf("what was not looked at after %d requests", d.requests))
	}
	for _, host := range d.resting {
		d.faults = append(d.faults, fmt.Errorf("what else %s may have: it asks to be left in peace", host))
	}
	if len(d.found) == 0 && len(d.faults) == 0 {
		d.faults = append(d.faults, fmt.Errorf("%s announces no feed, links to none, and has none at the usual places such as /feed and /rss.xml", address))
	}
	return d.found, d.faults
}

// lookedAt is a page that may lead to feeds.
type lookedAt struct {
	at string // after redirects
	parse.Page
}

// follow tries what a page announces and what its links lead to.
func (d *discoverer) follow(ctx context.Context, page *lookedAt) {
	for _, link := range page.Feeds {
		if _, err := d.look(ctx, link.URL, foundAnnounced); err != nil && !errors.Is(err, errNotAsked) {
			d.faults = append(d.faults, err)
		}
	}
	var lists []*lookedAt
	for _, link := range page.Leads {
		// A link that leads to no feed after all is nobody's fault.
		if list, err := d.look(ctx, link.URL, foundLinked); err == nil && list != nil {
			lists = append(lists, list)
		}
	}
	for _, list := range lists {
		if d.lists < maxListPages {
			d.lists++
			d.follow(ctx, list)
		}
	}
}

var errNotAsked = errors.New("not asked")

// look asks for an address once. What is a feed is added to those found; an HTML
// page is returned. The error says why it is neither.
func (d *discoverer) look(ctx context.Context, address, how string) (*lookedAt, error) {
	u, err := url.Parse(address)
	if err != nil {
		return nil, fmt.Errorf("%s: not a URL that can be read", address)
	}
	if d.tried[sameFeed(*u)] {
		return nil, nil // it was found or reported then
	}
	if !d.turn(ctx, strings.ToLower(u.Host)) {
		return nil, errNotAsked
	}
	response := d.client.Fetch(ctx, aggregator.Request{
		Source: aggregator.Source{ID: config.SourceID(address), URL: address, AllowPrivate: d.private},
	})
	d.asked[strings.ToLower(u.Host)], d.tried[sameFeed(*u)] = time.Now(), true
	if end, err := url.Parse(response.URL); err == nil && response.URL != "" {
		d.asked[strings.ToLower(end.Host)], d.tried[sameFeed(*end)] = time.Now(), true
	}
	switch {
	case response.Outcome == aggregator.Fetched:
	case response.Problem.Kind == aggregator.ProblemRefused:
		return nil, fmt.Errorf("%s: %w, or call discover with --allow-private", address, response.Problem)
	default:
		if response.Outcome == aggregator.Throttled {
			d.resting = append(d.resting, strings.ToLower(u.Host))
		}
		return nil, fmt.Errorf("%s: %w", address, response.Problem)
	}
	document, err := d.parser.Parse(response.Body, response.ContentType, response.URL)
	if err == nil {
		d.add(address, how, &response, document)
		return nil, nil // it is among those found
	}
	if problem, ok := errors.AsType[aggregator.Problem](err); ok && problem.Kind != aggregator.ProblemNotFeed {
		return nil, fmt.Errorf("%s: %w", address, err) // a feed that cannot be read
	}
	page, pageErr := d.parser.Page(response.Body, response.ContentType, response.URL)
	if pageErr != nil || how == foundAnnounced {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	looked := &lookedAt{at: response.URL, Page: page}
	for _, a := range response.Alternates {
		if parse.FeedType(a.Type) {
			looked.Feeds = append(looked.Feeds, parse.Link{URL: a.URL, Type: a.Type})
		}
	}
	return looked, nil
}

func (d *discoverer) add(address, how string, response *aggregator.Response, document aggregator.Document) {
	f := foundFeed{
		source: aggregator.Source{
			URL:   cmp.Or(response.Moved, address),
			Title: cut(document.Title, maxSourceTitleBytes), Language: document.Language, AllowPrivate: d.private,
		},
		asked: address, from: response.URL, how: how, format: document.Format, hints: document.Hints,
		self: cmp.Or(response.Self, document.Self), hubs: response.Hubs,
	}
	if len(f.hubs) == 0 {
		f.hubs = document.Hubs
	}
	if !response.FreshUntil.IsZero() {
		f.fresh = max(response.FreshUntil.Sub(response.At), 0).Round(time.Second)
	}
	for i := range document.Entries[:min(len(document.Entries), maxFoundEntries)] {
		e := &document.Entries[i]
		at := e.Published
		if e.Updated.After(at) {
			at = e.Updated
		}
		f.entries = append(f.entries, foundEntry{
			strings.Clone(aggregator.CanonicalLink(e.Link)), strings.Clone(cut(e.Title, maxSourceTitleBytes)), at,
		})
	}
	d.found = append(d.found, f)
}

// turn waits until host may be asked, and reports whether it may be at all.
func (d *discoverer) turn(ctx context.Context, host string) bool {
	if slices.Contains(d.resting, host) || d.requests == maxDiscoverRequests {
		return false
	}
	if last, known := d.asked[host]; known {
		wait := time.NewTimer(d.gap - time.Since(last))
		defer wait.Stop()
		select {
		case <-wait.C:
		case <-ctx.Done():
		}
	}
	if ctx.Err() != nil {
		return false
	}
	d.requests++
	d.step()
	return true
}

// homeOf returns the home page of a page's site, or nothing where it is that.
func homeOf(page string) string {
	u, err := url.Parse(page)
	if err != nil || u.Path == "/" || u.Path == "" {
		return ""
	}
	return (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: "/"}).String()
}

// usualPlaces are where feeds are that nobody announces: below the page, if it
// stands for a folder, then below the site.
func usualPlaces(page string) []string {
	u, err := url.Parse(page)
	if err != nil {
		return nil
	}
	var places []string
	below := func(folder string, names ...string) {
		for _, name := range names {
			places = append(places, (&url.URL{Scheme: u.Scheme, Host: u.Host, Path: folder + name}).String())
		}
	}
	if folder := u.Path[:strings.LastIndexByte(u.Path, '/')+1]; folder == u.Path && len(folder) > 1 {
		below(folder, "feed", "rss.xml", "atom.xml", "feed.xml", "index.xml")
	}
	below("/", "feed", "rss", "rss.xml", "atom.xml", "feed.xml", "index.xml", "feed.json", "index.rdf", "feeds/posts/default")
	return places
}
