package fetch

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// route is the way from the address that is asked along its redirects.
type route struct {
	at    *url.URL
	home  bool   // it never left the origin of the source's URL
	moved string // the end of the permanent redirects it began with; empty: none

	unbroken bool // it went by permanent redirects only
	seen     []string
	limit    int
}

// newRoute begins a route at start, for a source whose URL is home.
func newRoute(home, start *url.URL, limit int) *route {
	return &route{at: start, home: start == home || origin(start) == origin(home), unbroken: true, limit: max(limit, 0)}
}

// follow goes where a redirect leads. Its error is a sentence for the operator.
func (r *route) follow(status int, location string) error {
	r.seen = append(r.seen, public(r.at))
	if location == "" {
		return fmt.Errorf("%s redirects (%s) without saying where to", plain(r.at), statusText(status))
	}
	next, err := r.at.Parse(strings.TrimSpace(location))
	if err != nil {
		return fmt.Errorf("%s redirects to something that is no URL", plain(r.at))
	}
	if !isHTTP(next) {
		return fmt.Errorf("%s redirects to an address that is neither http nor https (%s)", plain(r.at), brief(next.Scheme+":"))
	}
	next.User, next.Fragment, next.RawFragment = nil, "", ""
	if slices.Contains(r.seen, public(next)) {
		return errors.New("the redirects go round in a circle at " + plain(next) + ": it may want cookies, which are not sent")
	}
	if len(r.seen) > r.limit {
		return fmt.Errorf("more than %d redirects, the last one to %s: put the feed's final address in the configuration", r.limit, plain(next))
	}
	permanent := status == http.StatusMovedPermanently || status == http.StatusPermanentRedirect
	stepDown := r.at.Scheme == "https" && next.Scheme == "http"
	r.unbroken = r.unbroken && permanent && !stepDown
	if r.unbroken {
		r.moved = next.String()
	}
	r.home = r.home && origin(next) == origin(r.at)
	r.at = next
	return nil
}

// origin is what credentials are for (RFC 6454, section 4).
func origin(u *url.URL) string {
	port := u.Port()
	if port == "" {
		port = map[string]string{"http": "80", "https": "443"}[u.Scheme]
	}
	return u.Scheme + "://" + strings.ToLower(u.Hostname()) + ":" + port
}

// public is the URL without user and password.
func public(u *url.URL) string {
	if u.User == nil {
		return u.String()
	}
	without := *u
	without.User = nil
	return without.String()
}

// plain is the URL for a message: without what may be secret, and not long.
func plain(u *url.URL) string {
	without := url.URL{Scheme: u.Scheme, Host: u.Host, Path: u.Path}
	return brief(without.String())
}
