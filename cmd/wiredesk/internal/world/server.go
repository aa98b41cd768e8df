package world

import (
	"bytes"
	"compress/gzip"
	"context"
	"hash/fnv"
	"log/slog"
	"net"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"time"
)

// server returns the wire's server. Requests end with ctx; connections counts
// the connections that are open.
func (w *World) server(ctx context.Context, from *wire, connections *sync.WaitGroup) *http.Server {
	return &http.Server{
		Handler:           w.handler(from),
		BaseContext:       func(net.Listener) context.Context { return ctx },
		ReadHeaderTimeout: 10 * time.Second,
		WriteTimeout:      time.Minute,
		IdleTimeout:       time.Minute,
		ErrorLog:          slog.NewLogLogger(w.log.With("wire", from.ID).Handler(), slog.LevelDebug),
		ConnState: func(_ net.Conn, state http.ConnState) {
			switch state {
			case http.StateNew:
				connections.Add(1)
			case http.StateClosed, http.StateHijacked:
				connections.Done()
			}
		},
	}
}

// handler answers for the wire: its feed, its front page and the pages of its
// entries.
func (w *World) handler(from *wire) http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+from.path(), func(rw http.ResponseWriter, r *http.Request) { w.serveFeed(rw, r, from) })
	mux.HandleFunc("GET /{$}", func(rw http.ResponseWriter, r *http.Request) { w.serveFront(rw, r, from) })
	mux.HandleFunc("GET /{day}/{happening}/{key}", func(rw http.ResponseWriter, r *http.Request) { w.serveEntry(rw, r, from) })
	return w.withManner(from, mux)
}

// serveFeed sends the feed, conditionally (RFC 9110, section 13) and
// compressed where that is welcome.
func (w *World) serveFeed(rw http.ResponseWriter, r *http.Request, from *wire) {
	now := time.Now()
	doc, err := w.document(from, now)
	if err != nil {
		w.log.ErrorContext(r.Context(), "no document", "wire", from.ID, "err", err)
		http.Error(rw, "no document", http.StatusInternalServerError)
		return
	}
	digest := fnv.New64a()
	digest.Write(doc.body)
	etag := strconv.FormatUint(digest.Sum64(), 16)

	header := rw.Header()
	header.Set("Content-Type", doc.contentType)
	header.Set("Cache-Control", "no-cache")
	header.Set("Vary", "Accept-Encoding")
	if from.manner != slow && acceptsGzip(r.Header) {
		header.Set("Content-Encoding", "gzip")
		doc.body = compress(doc.body)
		etag += "-gzip"
	}
	header.Set("ETag", `"`+etag+`"`)
	// A second change within the second could not be told from the first by
	// its date, so that the newest change gives none before its second is over
	// (RFC 9110, section 8.8.2.2). A sloppy wire's document changes without a
	// date to show for it.
	if from.manner == sloppy || now.Sub(doc.changed) < time.Second {
		doc.changed = time.Time{}
	}
	http.ServeContent(rw, r, "", doc.changed, bytes.NewReader(doc.body))
}

// acceptsGzip reports whether the client takes gzip by name (RFC 9110, section
// 12.5.3).
func acceptsGzip(header http.Header) bool {
	for coding := range strings.SplitSeq(strings.Join(header.Values("Accept-Encoding"), ","), ",") {
		name, weight, _ := strings.Cut(coding, ";")
		if !strings.EqualFold(strings.TrimSpace(name), "gzip") {
			continue
		}
		_, q, given := strings.Cut(weight, "=")
		value, err := strconv.ParseFloat(strings.TrimSpace(q), 64)
		return !given || err == nil && value > 0
	}
	return false
}

func compress(body []byte) []byte {
	var out bytes.Buffer
	zip := gzip.NewWriter(&out)
	// A bytes.Buffer takes everything.
	_, _ = zip.Write(body)
	_ = zip.Close()
	return out.Bytes()
}
