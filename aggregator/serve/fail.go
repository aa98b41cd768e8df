package serve

import (
	"encoding/json"
	"net/http"
	"strings"
)

// problem is an error for programs (RFC 9457). Its type is about:blank: the
// status says all there is to know.
type problem struct {
	Type     string `json:"type"`
	Title    string `json:"title"`
	Status   int    `json:"status"`
	Detail   string `json:"detail,omitempty"`
	Instance string `json:"instance,omitempty"`
}

// fail answers with an error: problem details under /api and for .json, a page
// elsewhere. Detail is one sentence for the reader; empty: the status says it.
func (s *Server) fail(w http.ResponseWriter, r *http.Request, status int, detail string) {
	w.Header().Set("Cache-Control", cacheNever)
	title := http.StatusText(status)
	if forPrograms(r.URL.Path) {
		body, err := json.Marshal(problem{"about:blank", title, status, detail, r.URL.EscapedPath()})
		if err == nil {
			writeBody(w, r, "application/problem+json", status, append(body, '\n'))
			return
		}
	}
	body, err := s.pages.render("error", s.chrome(s.current.Load(), title), errorPage{status, title, detail})
	if err != nil {
		s.opts.Log.Error("page not rendered", "page", "error", "err", err)
		body = []byte(title + "\n")
	}
	writeBody(w, r, typeHTML, status, body)
}

// failInternal answers 500 and keeps what happened for the log.
func (s *Server) failInternal(w http.ResponseWriter, r *http.Request, err error) {
	s.opts.Log.Error("request failed", "route", route(r), "err", err)
	s.fail(w, r, http.StatusInternalServerError, "")
}

// failUnrendered answers for an edition that the press has not made yet.
func (s *Server) failUnrendered(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Retry-After", "1")
	s.fail(w, r, http.StatusServiceUnavailable, "This is being rendered for the first time. Try again in a moment.")
}

func (s *Server) notFound(w http.ResponseWriter, r *http.Request) {
	s.fail(w, r, http.StatusNotFound, "There is nothing at this address.")
}

func forPrograms(path string) bool {
	return path == "/api" || strings.HasPrefix(path, "/api/") || strings.HasSuffix(path, ".json")
}

// errorPage is what the page of an error shows.
type errorPage struct {
	Status int
	Title  string
	Detail string
}
