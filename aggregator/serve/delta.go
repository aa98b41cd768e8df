package serve

import (
	"net/http"
	"slices"
	"strconv"
	"strings"
)

const (
	// maxIssues bounds the earlier editions of a feed that are remembered: an
	// hour of a feed that changes every minute.
	maxIssues = 64
	// worthDelta is the share of an edition above which its difference is not
	// worth an answer of its own, which no cache keeps.
	worthDelta = 0.8
)

// issue is what is remembered of an edition that another has replaced.
type issue struct {
	etag  string
	parts []uint64 // digests of what it held
}

// issueOf returns what to remember of e.
func issueOf(e *edition) issue {
	parts := make([]uint64, len(e.feed.Parts))
	for i, p := range e.feed.Parts {
		parts[i] = p.Digest
	}
	return issue{e.etag, parts}
}

// follows makes e the successor of old, which readers may still have.
func (e *edition) follows(old *edition) {
	if old == nil || old.feed == nil {
		return
	}
	all := slices.Concat(old.earlier, []issue{issueOf(old)})
	e.earlier = all[max(0, len(all)-maxIssues):]
}

// sendDelta answers a client that takes part of a feed (A-IM: feed, RFC 3229)
// with what is new since the edition it has, as far as that is remembered. It
// reports whether it did.
func (s *Server) sendDelta(w http.ResponseWriter, r *http.Request, e *edition, c coding, asked []string) bool {
	if e.feed == nil || len(e.earlier) == 0 || !takesFeed(r.Header["A-Im"]) {
		return false
	}
	since := e.since(asked)
	if since == nil {
		return false
	}
	known := make(map[uint64]bool, len(since.parts))
	for _, digest := range since.parts {
		known[digest] = true
	}
	body, _ := e.feed.Delta(known)
	if float64(len(body)) > worthDelta*float64(len(e.body())) {
		return false
	}
	h := w.Header()
	h["Vary"] = append([]string{"A-IM", "If-None-Match"}, h["Vary"]...)
	// A cache that does not know 226 must not take it for the whole (RFC 3229,
	// section 10.5.3).
	h.Set("Cache-Control", "no-store, im")
	h.Set("IM", "feed")
	e.describe(h)
	if c != identity && len(body) >= minZipBytes {
		h["Content-Encoding"] = e.forms[c].coding
		body = s.encoder.encode(c, body)
	}
	h["Content-Length"] = []string{strconv.Itoa(len(body))}
	w.WriteHeader(http.StatusIMUsed)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has gone: there is nobody left to tell
	}
	return true
}

// since returns the newest earlier edition of which If-None-Match lists a tag,
// in whatever coding it was sent.
func (e *edition) since(asked []string) *issue {
	for i := len(e.earlier) - 1; i >= 0; i-- {
		old := edition{etag: e.earlier[i].etag}
		for c := range coding(codings) {
			if tag := old.tag(c); listsTag(asked, tag) {
				return &e.earlier[i]
			}
		}
	}
	return nil
}

// takesFeed reports whether an A-IM header asks for the instance manipulation
// that leaves out entries of a feed.
func takesFeed(lines []string) bool {
	return parsePreferences(lines)["feed"] > 0
}

// listsTag is matchTag without the star, which names no edition.
func listsTag(lines []string, tag string) bool {
	for _, line := range lines {
		if strings.TrimSpace(line) != "*" && lists(line, tag) {
			return true
		}
	}
	return false
}
