package serve

import (
	"crypto/sha256"
	"crypto/subtle"
	"net/http"
	"strings"

	"wiredesk/aggregator"
)

// access says who may read a feed. The zero value lets everyone.
type access struct {
	closed bool
	scheme string            // of the challenge
	want   [sha256.Size]byte // digest of what must be shown
}

func newAccess(a aggregator.FeedAccess) access {
	switch {
	case a.Token != "":
		return access{true, "Bearer", bearerDigest(a.Token.Reveal())}
	case a.Basic.User != "" || a.Basic.Password != "":
		return access{true, "Basic", basicDigest(a.Basic.User, a.Basic.Password.Reveal())}
	}
	return access{}
}

// admits reports whether the request shows what the feed wants. Digests are
// compared, so that the time it takes tells nothing of how near a guess came.
func (a *access) admits(r *http.Request) bool {
	if !a.closed {
		return true
	}
	var shown [sha256.Size]byte
	switch scheme, token, _ := strings.Cut(r.Header.Get("Authorization"), " "); {
	case a.scheme == "Bearer" && strings.EqualFold(scheme, "Bearer"): // RFC 6750, section 2.1
		shown = bearerDigest(strings.TrimSpace(token))
	case a.scheme == "Basic": // RFC 7617
		user, password, ok := r.BasicAuth()
		if !ok {
			return false
		}
		shown = basicDigest(user, password)
	default:
		return false
	}
	return subtle.ConstantTimeCompare(shown[:], a.want[:]) == 1
}

// No user holds the zero byte between the two, which no header carries.
func basicDigest(user, password string) [sha256.Size]byte {
	return sha256.Sum256([]byte("basic\x00" + user + "\x00" + password))
}

func bearerDigest(token string) [sha256.Size]byte { return sha256.Sum256([]byte("bearer\x00" + token)) }

// admit reports whether the request may read the feed; if not, it is answered.
func (s *Server) admit(w http.ResponseWriter, r *http.Request, feed *publishedFeed) bool {
	if !feed.access.closed {
		return true
	}
	w.Header().Add("Vary", "Authorization")
	if feed.access.admits(r) {
		return true
	}
	s.challenge(w, r, feed)
	return false
}

// challenge answers a request that may not read the feed.
func (s *Server) challenge(w http.ResponseWriter, r *http.Request, feed *publishedFeed) {
	value := feed.access.scheme + ` realm="` + feed.Slug + `"`
	if feed.access.scheme == "Basic" {
		value += `, charset="UTF-8"`
	}
	w.Header().Set("WWW-Authenticate", value)
	s.fail(w, r, http.StatusUnauthorized, "This feed is for those who have its password or token.")
}

// cache returns the Cache-Control of what the feed shows: what is not for
// everyone is for no shared cache.
func (f *publishedFeed) cache(open string) string {
	if f.access.closed {
		return strings.Replace(open, "public", "private", 1)
	}
	return open
}

// admitting lets through only those who may read the feed that the query names.
func (s *Server) admitting(h http.HandlerFunc) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		if slug := r.URL.Query().Get("feed"); slug != "" {
			if feed, found := s.current.Load().feed(slug); found && !s.admit(w, r, &feed) {
				return
			}
		}
		h(w, r)
	}
}
