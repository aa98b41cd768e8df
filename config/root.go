package config

import (
	"errors"
	"net"
	"net/mail"
	"net/url"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"wiredesk/aggregator"
)

// root reads the file that was given to Load.
func (l *loader) root(v value) {
	c := &l.config
	var keep, window, subscribe value
	var hub map[string]value
	given := v.mapping(fields{
		"listen":   l.listen,
		"base_url": l.baseURL,
		"contact":  l.contact,
		"storage":  func(v value) { keep = l.storage(v)["keep"] },
		"poll":     l.poll,
		"dedupe":   func(v value) { window = l.dedupe(v)["window"] },
		"search":   l.search,
		"websub":   func(v value) { subscribe = l.webSub(v)["subscribe"] },
		"hub":      func(v value) { hub = l.hub(v) },
		"include":  func(value) {}, // read last: our own sources come first
		"sources":  l.sources,
		"hosts":    l.hosts,
		"feeds":    l.feeds,
	})
	if include, ok := given["include"]; ok {
		l.include(include)
	}
	if _, ok := given["base_url"]; !ok {
		c.BaseURL = defaultBaseURL(c.Listen)
	}
	l.checkReachable(subscribe.or(given["base_url"]))
	l.checkHub(hub, given["base_url"])
	if c.Dedupe.Window > c.Storage.Keep {
		v.or(keep).or(window).problem("dedupe.window (%s) is longer than storage.keep (%s), must not be",
			formatDuration(c.Dedupe.Window), formatDuration(c.Storage.Keep))
	}
	c.Storage.Path = l.statePath(c.Storage.Path)
	if len(c.Feeds) == 0 {
		c.Feeds = Default().Feeds
	}
	if !l.sourcesSeen && (v.isMapping() || v.isNull()) {
		v.key = "sources"
		v.or(given["sources"]).problem("no sources, must list at least one: - url: https://example.org/feed.xml")
	}
}

func (l *loader) storage(v value) map[string]value {
	s := &l.config.Storage
	return v.mapping(fields{
		"path": text(&s.Path, 4096),
		"keep": duration(&s.Keep, time.Hour, 3650*day),
	})
}

func (l *loader) poll(v value) {
	p := &l.config.Poll
	given := v.mapping(fields{
		"budget":       duration(&p.Budget, time.Second, 30*day),
		"min_interval": duration(&p.MinInterval, time.Second, 30*day),
		"max_interval": duration(&p.MaxInterval, time.Second, 30*day),
		"timeout":      duration(&p.Timeout, time.Second, 10*time.Minute),
		"max_body":     size(&p.MaxBodyBytes, 1000, 1000*megabyte),
		"in_flight":    size(&p.InFlightBytes, 1000, 64_000*megabyte),
		"per_host":     number(&p.PerHost, 1, maxPerHost),
		"host_gap":     duration(&p.HostGap, 0, maxHostGap),
		"concurrency":  number(&p.Concurrency, 1, 1024),
	})
	if p.MinInterval > p.MaxInterval {
		v.or(given["max_interval"]).or(given["min_interval"]).problem(
			"poll.min_interval (%s) is longer than poll.max_interval (%s), must not be",
			formatDuration(p.MinInterval), formatDuration(p.MaxInterval))
	}
	if p.MaxBodyBytes > p.InFlightBytes {
		v.or(given["in_flight"]).or(given["max_body"]).problem(
			"poll.max_body (%s) is more than poll.in_flight (%s), must not be",
			formatSize(p.MaxBodyBytes), formatSize(p.InFlightBytes))
	}
}

func (l *loader) dedupe(v value) map[string]value {
	d := &l.config.Dedupe
	return v.mapping(fields{
		"window":     duration(&d.Window, time.Minute, 3650*day),
		"join":       join(&d.Join),
		"strictness": share(&d.Strictness),
	})
}

func (l *loader) search(v value) {
	v.mapping(fields{"index": boolean(&l.config.Search.Index)})
}

func join(into *aggregator.Join) field {
	return func(v value) {
		s, ok := v.text("story, copy or none")
		if !ok {
			return
		}
		switch j := aggregator.Join(s); j {
		case aggregator.JoinStory, aggregator.JoinCopy, aggregator.JoinNone:
			*into = j
		default:
			v.problem("unknown value, must be story, copy or none")
		}
	}
}

func (l *loader) listen(v value) {
	s, ok := v.text("host:port or unix:/path")
	if !ok {
		return
	}
	if err := CheckListen(s); err != nil {
		v.problem("%s", err.Error())
		return
	}
	l.config.Listen = s
}

// CheckListen returns what is wrong with an address to listen at, worded to
// stand behind its name: "is no address, must be …".
func CheckListen(address string) error {
	if path, unix := strings.CutPrefix(address, "unix:"); unix {
		if !filepath.IsAbs(path) {
			return errors.New("is no absolute path, must be like unix:/run/wiredesk/http.sock")
		}
		return nil
	}
	host, port, err := net.SplitHostPort(address)
	_, notPort := strconv.ParseUint(port, 10, 16)
	if err != nil || notPort != nil || strings.ContainsAny(host, "/@ ") {
		return errors.New("is no address, must be host:port such as 127.0.0.1:8080, :8080 for all addresses, or unix:/path")
	}
	return nil
}

func (l *loader) baseURL(v value) {
	s, ok := v.webURL("https://news.example.org", "remove it")
	if !ok {
		return
	}
	if strings.Contains(s, "?") {
		v.problem("has a query (?), must end before it")
		return
	}
	l.config.BaseURL = strings.TrimRight(s, "/")
}

// defaultBaseURL is where readers on the same machine reach listen.
func defaultBaseURL(listen string) string {
	if strings.HasPrefix(listen, "unix:") {
		return "http://localhost"
	}
	// Listen was checked, or is the default.
	host, port, _ := net.SplitHostPort(listen)
	if ip := net.ParseIP(host); host == "" || ip != nil && (ip.IsUnspecified() || ip.IsLoopback()) {
		host = "localhost"
	}
	return "http://" + net.JoinHostPort(host, port)
}

func (l *loader) contact(v value) {
	const want = "a mail address or an http(s) URL"
	s, ok := v.text(want)
	if !ok {
		return
	}
	if a, err := mail.ParseAddress(s); err == nil && a.Address == s && printable(s) {
		l.config.Contact = s
		return
	}
	if u, err := url.Parse(s); err != nil || u.Host == "" || u.User != nil || u.Scheme != "http" && u.Scheme != "https" || !printable(s) {
		v.problem("is neither a mail address nor a URL, must be like desk@example.org or https://example.org/about")
		return
	}
	l.config.Contact = s
}

// statePath places a relative path in the state directory, where there is one.
func (l *loader) statePath(path string) string {
	// systemd separates several state directories by colons (systemd.exec(5)).
	first, _, _ := strings.Cut(l.opts.Getenv("STATE_DIRECTORY"), ":")
	if filepath.IsAbs(path) || first == "" {
		return path
	}
	return filepath.Join(first, path)
}

// webURL reads an absolute http or https URL without user, password or
// fragment. No problem quotes it: a query may hold a key. Instead says what to
// do with a password.
func (v value) webURL(example, instead string) (string, bool) {
	s, ok := v.text("a URL such as " + example)
	if !ok {
		return "", false
	}
	u, err := url.Parse(s)
	switch {
	case err != nil || strings.ContainsAny(s, " \\"):
		v.problem("is not a URL, must be like %s", example)
	case u.Scheme != "http" && u.Scheme != "https", u.Hostname() == "":
		v.problem("is not an absolute http or https URL, must be like %s", example)
	case u.User != nil:
		v.problem("holds a user or password, must not: %s", instead)
	case strings.Contains(s, "#"):
		v.problem("has a fragment (#), must end before it")
	default:
		return s, true
	}
	return "", false
}

// printable reports whether text may stand in an HTTP header as it is.
func printable(text string) bool {
	return only(text, func(r rune) bool { return r > ' ' && r < 0x7f })
}
