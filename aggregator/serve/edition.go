package serve

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/base64"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// edition is a body with what its headers say. It is never changed once made,
// so that requests share it without locks.
type edition struct {
	contentType string
	cache       string    // Cache-Control
	etag        string    // strong, of body
	modified    time.Time // whole seconds; zero: not said
	body        []byte
	zipped      []byte // body in gzip; nil: made when asked for, if worth it
}

// Cache-Control of what we send. A minute is the shortest poll a reader makes;
// the health of sources must be true when it is looked at.
const (
	cacheMinute = "public, max-age=60"
	cacheNever  = "no-store"
	cacheAsk    = "no-cache"
)

// minZipBytes is the least body that gzip makes smaller by more than a header.
const minZipBytes = 512

// newEdition returns an edition whose ETag is made from its bytes.
func newEdition(contentType, cache string, body []byte) *edition {
	sum := sha256.Sum256(body)
	return &edition{
		contentType: contentType, cache: cache, body: body,
		etag: `"` + base64.RawURLEncoding.EncodeToString(sum[:18]) + `"`,
	}
}

// zipTag returns the ETag of the gzip representation: other bytes, other tag
// (RFC 9110, section 8.8.3.3).
func (e *edition) zipTag() string { return strings.TrimSuffix(e.etag, `"`) + `-gzip"` }

// send answers a GET or HEAD request with the edition, or with 304.
func (s *Server) send(w http.ResponseWriter, r *http.Request, e *edition) {
	takes := parseEncodings(r.Header.Values("Accept-Encoding"))
	worth := len(e.body) >= minZipBytes
	zip := worth && takes.gzip && (takes.prefer || !takes.identity)

	h := w.Header()
	h.Set("Cache-Control", e.cache)
	h.Add("Vary", "Accept-Encoding")

	// A client that holds the other representation, and takes it, has the same
	// edition; the tag in a 304 says which of its copies to use (RFC 9111,
	// section 4.3.4).
	tags := []string{e.etag}
	switch {
	case zip && takes.identity:
		tags = []string{e.zipTag(), e.etag}
	case zip:
		tags = []string{e.zipTag()}
	case worth && takes.gzip:
		tags = []string{e.etag, e.zipTag()}
	}
	h.Set("ETag", tags[0])
	if asked := r.Header.Values("If-None-Match"); len(asked) > 0 {
		if tag, matched := matchTag(asked, tags); matched {
			h.Set("ETag", tag)
			w.WriteHeader(http.StatusNotModified)
			return
		}
	} else if unmodifiedSince(r.Header.Get("If-Modified-Since"), e.modified) {
		w.WriteHeader(http.StatusNotModified)
		return
	}

	body := e.body
	if zip {
		h.Set("Content-Encoding", "gzip")
		if body = e.zipped; body == nil {
			body = s.zip.compress(e.body)
		}
	}
	if !e.modified.IsZero() {
		h.Set("Last-Modified", e.modified.UTC().Format(http.TimeFormat))
	}
	writeBody(w, r, e.contentType, http.StatusOK, body)
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

// zipper compresses with writers that are used again: each costs most of a
// megabyte.
type zipper struct {
	level int // of compress/gzip; 0 does not compress
	pool  sync.Pool
}

func (z *zipper) compress(body []byte) []byte {
	var out bytes.Buffer
	out.Grow(len(body) / 3)
	w, ok := z.pool.Get().(*gzip.Writer)
	if !ok {
		w, _ = gzip.NewWriterLevel(nil, z.level) // the levels are our own
	}
	w.Reset(&out)
	_, err := w.Write(body)
	if closeErr := w.Close(); err != nil || closeErr != nil {
		panic("serve: gzip into memory failed") // bytes.Buffer returns no error
	}
	z.pool.Put(w)
	return out.Bytes()
}
