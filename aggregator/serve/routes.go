package serve

import (
	"errors"
	"net/http"
	"runtime/debug"
	"time"
)

// otherRoute is the route reported for paths that do not exist, so that a
// scanner cannot fill the metrics with names of its own.
const otherRoute = "other"

// Handler returns the handler of every path Wiredesk serves.
func (s *Server) Handler() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/{$}", s.reading(s.serveFront))
	mux.Handle(feedRoute, s.sharing(s.serveFeed))
	mux.Handle("/feeds/{slug}/archive/{file}", s.sharing(s.serveArchived))
	mux.Handle("/feed.css", s.reading(s.serveFeedStyle))
	mux.Handle("/feeds.opml", s.sharing(s.serveFeedsOPML))
	mux.Handle("/sources.opml", s.sharing(s.serveSourcesOPML))
	mux.Handle("/stories/{file}", s.sharing(s.serveStory))
	mux.Handle("/events", s.sharing(s.knowing(s.admitting(s.serveEvents), listParameters...)))
	mux.Handle("/sources", s.reading(s.serveSources))
	mux.Handle("/healthz", s.reading(s.serveAlive))
	mux.Handle("/readyz", s.reading(s.serveReady))
	if s.opts.Metrics != nil {
		mux.Handle("/metrics", s.reading(s.opts.Metrics.ServeHTTP))
	}
	if s.opts.Hub != nil {
		mux.Handle("/hub", s.opts.Hub)
	}
	if s.opts.Hubs != nil {
		mux.Handle("/websub/{token}", s.opts.Hubs)
	}
	mux.Handle("/api/v1/stories", s.sharing(s.knowing(s.admitting(s.serveStories), listParameters...)))
	mux.Handle("/api/v1/stories/{name}", s.sharing(s.knowing(s.serveNamed)))
	mux.Handle("/api/v1/sources", s.sharing(s.knowing(s.serveSourceList)))
	mux.Handle("/api/v1/sources/{name}", s.sharing(s.knowing(s.serveSource)))
	mux.Handle("/api/v1/pins", s.sharing(s.knowing(s.servePins)))
	mux.HandleFunc("/", s.notFound)
	return s.express(s.guard(mux))
}

// feedRoute is the pattern of feeds.
const feedRoute = "/feeds/{file}"

// express answers what is asked for most, feeds by their names, without looking
// for the route and with headers that are made once. Nothing else is different:
// what it does not know goes to next.
func (s *Server) express(next http.Handler) http.Handler {
	anyone, exposed := []string{"*"}, []string{exposedHeaders}
	sniff, referrer := []string{"nosniff"}, []string{"no-referrer"}
	policy := []string{s.pages.policy}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		ready, known := s.shelf.Load().ready[r.URL.Path]
		if !known || r.URL.RawQuery != "" || r.Method != http.MethodGet || !s.current.Load().open(ready.slug) {
			next.ServeHTTP(w, r)
			return
		}
		start := time.Now()
		h := w.Header()
		h["Access-Control-Allow-Origin"], h["Access-Control-Expose-Headers"] = anyone, exposed
		h["X-Content-Type-Options"], h["Referrer-Policy"], h["Content-Security-Policy"] = sniff, referrer, policy
		status := s.send(w, r, ready.edition)
		if s.opts.Observe != nil {
			s.opts.Observe(feedRoute, status, time.Since(start))
		}
	})
}

// Control returns the handler of the API with what changes things. Whoever
// reaches it may do all of it: it is for a socket that only the operator can
// open.
func (s *Server) Control() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/api/v1/stories", s.reading(s.knowing(s.serveStories, listParameters...)))
	mux.Handle("/api/v1/stories/{name}", s.reading(s.knowing(s.serveNamed)))
	mux.Handle("/api/v1/sources", s.reading(s.knowing(s.serveSourceList)))
	mux.Handle("/api/v1/sources/{name}", s.reading(s.knowing(s.serveSource)))
	mux.HandleFunc("/api/v1/pins", s.changePins)
	mux.HandleFunc("/", s.notFound)
	return s.guard(mux)
}

// reading wraps a handler that only reads: GET and HEAD reach it, OPTIONS is
// answered, anything else is refused (RFC 9110, section 15.5.6).
func (s *Server) reading(h http.HandlerFunc) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.Method {
		case http.MethodGet, http.MethodHead:
			h(w, r)
		case http.MethodOptions:
			w.Header().Set("Allow", "GET, HEAD, OPTIONS")
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("Allow", "GET, HEAD, OPTIONS")
			s.fail(w, r, http.StatusMethodNotAllowed, "This address can only be read.")
		}
	})
}

const exposedHeaders = "ETag, IM, Link"

// sharing is reading for what scripts of any site may read (the CORS protocol
// of the Fetch standard). If-None-Match is what makes a browser ask first.
func (s *Server) sharing(h http.HandlerFunc) http.Handler {
	inner := s.reading(h)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Access-Control-Allow-Origin", "*")
		w.Header().Set("Access-Control-Expose-Headers", exposedHeaders)
		if r.Method == http.MethodOptions {
			w.Header().Set("Access-Control-Allow-Methods", "GET, HEAD")
			w.Header().Set("Access-Control-Allow-Headers", "If-None-Match, A-IM, Authorization")
			w.Header().Set("Access-Control-Max-Age", "86400")
		}
		inner.ServeHTTP(w, r)
	})
}

// guard sets what every answer carries, turns a panic into a 500 that shows
// nothing of it, and reports the request.
func (s *Server) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		answer := &answer{ResponseWriter: w}
		defer func() {
			cause := recover()
			err, _ := cause.(error)
			if cause != nil && !errors.Is(err, http.ErrAbortHandler) {
				s.opts.Log.Error("handler panicked", "route", route(r), "panic", cause, "stack", string(debug.Stack()))
				if answer.status == 0 {
					s.failFresh(answer, r)
					cause = nil
				}
			}
			if s.opts.Observe != nil {
				s.opts.Observe(route(r), answer.code(cause), time.Since(start))
			}
			if cause != nil {
				// Half an answer must not look like a whole one.
				panic(http.ErrAbortHandler)
			}
		}()
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Content-Security-Policy", s.pages.policy)
		next.ServeHTTP(answer, r)
	})
}

// failFresh answers 500 without the headers a handler set before it panicked.
func (s *Server) failFresh(w http.ResponseWriter, r *http.Request) {
	for _, name := range []string{"Content-Encoding", "ETag", "Last-Modified", "Content-Location"} {
		w.Header().Del(name)
	}
	s.fail(w, r, http.StatusInternalServerError, "")
}

// route returns the pattern that took the request.
func route(r *http.Request) string {
	switch r.Pattern {
	case "", "/":
		return otherRoute
	case "/{$}":
		return "/"
	}
	return r.Pattern
}

// answer remembers the status that was sent.
type answer struct {
	http.ResponseWriter
	status int // 0: nothing was sent
}

func (a *answer) WriteHeader(status int) {
	if a.status == 0 && status >= 200 {
		a.status = status
	}
	a.ResponseWriter.WriteHeader(status)
}

func (a *answer) Write(p []byte) (int, error) {
	if a.status == 0 {
		a.status = http.StatusOK
	}
	return a.ResponseWriter.Write(p)
}

// Unwrap lets http.ResponseController reach what the server gave us.
func (a *answer) Unwrap() http.ResponseWriter { return a.ResponseWriter }

// code returns the status to report for a request that ended in a panic with
// cause, or without one.
func (a *answer) code(cause any) int {
	switch {
	case cause != nil:
		return http.StatusInternalServerError
	case a.status == 0:
		return http.StatusOK
	}
	return a.status
}
