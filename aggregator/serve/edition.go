package serve

import (
	"crypto/sha256"
	"encoding/base64"
	"iter"
	"net/http"
	"strconv"
	"strings"
	"time"

	"wiredesk/aggregator"
	"wiredesk/aggregator/publish"
)

// edition is a body with what its headers say. It is never changed once made,
// so that requests share it without locks.
type edition struct {
	etag     string // strong, of the plain body
	modified time.Time
	forms    [codings]form // by coding; a body of which there is only the plain one is compressed when asked for

	// Headers, made once; a nil one is not sent.
	contentType, cache, vary, dated, link, policy []string

	// Of a feed's edition, for readers that ask for the difference to what they
	// have: nil for anything else.
	feed    *publish.Edition
	earlier []issue // the oldest first
}

// form is an edition in one coding.
type form struct {
	body   []byte // nil: not made
	etag   []string
	length []string // Content-Length
	coding []string // Content-Encoding; nil for the plain one
}

// Cache-Control of what we send. A minute is the shortest poll a reader makes;
// the health of sources must be true when it is looked at.
const (
	cacheMinute = "public, max-age=60"
	cacheDay    = "public, max-age=86400"
	cacheNever  = "no-store"
	cacheAsk    = "no-cache"
)

// minZipBytes is the least body that compression makes smaller by more than a
// header.
const minZipBytes = 512

// newEdition returns an edition whose ETag is made from its bytes.
func newEdition(contentType, cache string, body []byte) *edition {
	sum := sha256.Sum256(body)
	return makeEdition(contentType, cache, `"`+base64.RawURLEncoding.EncodeToString(sum[:18])+`"`, time.Time{}, body)
}

func makeEdition(contentType, cache, etag string, modified time.Time, body []byte) *edition {
	e := &edition{
		etag: etag, modified: modified,
		contentType: []string{contentType}, cache: []string{cache}, vary: []string{"Accept-Encoding"},
	}
	if !modified.IsZero() {
		e.dated = []string{modified.UTC().Format(http.TimeFormat)}
	}
	for c := range e.forms {
		e.forms[c].etag = []string{e.tag(coding(c))}
		if c := coding(c); c != identity {
			e.forms[c].coding = []string{c.name()}
		}
	}
	e.put(identity, body)
	return e
}

// tag returns the ETag of the edition in the coding: other bytes, other tag
// (RFC 9110, section 8.8.3.3).
func (e *edition) tag(c coding) string {
	if c == identity {
		return e.etag
	}
	return strings.TrimSuffix(e.etag, `"`) + "-" + c.name() + `"`
}

func (e *edition) put(c coding, body []byte) {
	e.forms[c].body, e.forms[c].length = body, []string{strconv.Itoa(len(body))}
}

// body returns the plain body.
func (e *edition) body() []byte { return e.forms[identity].body }

// compress makes the edition in the codings, before it is shared.
func (e *edition) compress(enc *encoder, all ...coding) {
	if len(e.body()) < minZipBytes {
		return
	}
	bodies := make([][]byte, len(all))
	aggregator.Share(len(all), func(pieces iter.Seq[int]) {
		for i := range pieces {
			bodies[i] = enc.encode(all[i], e.body())
		}
	})
	for i, c := range all {
		e.put(c, bodies[i])
	}
}

// sizeBytes returns what the edition takes of memory in its codings.
func (e *edition) sizeBytes() int64 {
	var size int64
	for _, f := range e.forms {
		size += int64(len(f.body))
	}
	return size
}

// offers reports whether the edition is sent in the coding.
func (e *edition) offers(c coding) bool {
	return c == identity || e.forms[c].body != nil || c == gzipCoding && len(e.body()) >= minZipBytes
}

// choose returns the codings in which the client takes the edition, the one to
// send first.
func (e *edition) choose(takes encodings) encodings {
	offered := takes[:0] // nobody else holds it
	for _, c := range takes {
		if e.offers(c) {
			offered = append(offered, c)
		}
	}
	if len(offered) == 0 {
		return append(offered, identity)
	}
	return offered
}

// send answers a GET or HEAD request with the edition, with 304, or with what
// is new in it, and returns the status.
func (s *Server) send(w http.ResponseWriter, r *http.Request, e *edition) int {
	offered := e.choose(parseEncodings(r.Header["Accept-Encoding"]))
	h := w.Header()
	h["Cache-Control"] = e.cache
	if vary, set := h["Vary"]; set {
		h["Vary"] = append(vary, e.vary...)
	} else {
		h["Vary"] = e.vary
	}
	chosen := &e.forms[offered[0]]
	h["Etag"] = chosen.etag

	// A client that holds another representation, and takes it, has the same
	// edition; the tag in a 304 says which of its copies to use (RFC 9111,
	// section 4.3.4).
	if asked := r.Header["If-None-Match"]; len(asked) > 0 {
		for _, c := range offered {
			if matchTag(asked, e.forms[c].etag[0]) {
				h["Etag"] = e.forms[c].etag
				return notModified(w)
			}
		}
		if s.sendDelta(w, r, e, offered[0], asked) {
			return http.StatusIMUsed
		}
	} else if unmodifiedSince(r.Header.Get("If-Modified-Since"), e.modified) {
		return notModified(w)
	}

	e.describe(h)
	if chosen.coding != nil {
		h["Content-Encoding"] = chosen.coding
	}
	body, length := chosen.body, chosen.length
	if body == nil {
		body = s.encoder.encode(offered[0], e.body())
		length = []string{strconv.Itoa(len(body))}
	}
	h["Content-Length"] = length
	w.WriteHeader(http.StatusOK)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has gone: there is nobody left to tell
	}
	return http.StatusOK
}

// describe sets the headers of an answer that has a body.
func (e *edition) describe(h http.Header) {
	h["Content-Type"] = e.contentType
	if e.dated != nil {
		h["Last-Modified"] = e.dated
	}
	if e.link != nil {
		h["Link"] = e.link
	}
	if e.policy != nil {
		h["Content-Security-Policy"] = e.policy
	}
}

// notModified answers 304 with no more than a cache needs (RFC 9110, section
// 15.4.5).
func notModified(w http.ResponseWriter) int {
	h := w.Header()
	for _, name := range []string{"X-Content-Type-Options", "Referrer-Policy", "Content-Security-Policy"} {
		delete(h, name)
	}
	w.WriteHeader(http.StatusNotModified)
	return http.StatusNotModified
}

// writeBody sends a body whole, or only its headers to HEAD.
func writeBody(w http.ResponseWriter, r *http.Request, contentType string, status int, body []byte) {
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(body)))
	w.WriteHeader(status)
	if r.Method != http.MethodHead {
		_, _ = w.Write(body) // the reader has gone: there is nobody left to tell
	}
}
