package serve

import "net/http"

const typeText = "text/plain; charset=utf-8"

// serveAlive answers whether the daemon works at all: who asks may restart it.
func (s *Server) serveAlive(w http.ResponseWriter, r *http.Request) {
	var err error
	if s.opts.Alive != nil {
		err = s.opts.Alive()
	}
	report(w, r, err)
}

// serveReady answers whether readers may be sent here.
func (s *Server) serveReady(w http.ResponseWriter, r *http.Request) {
	var err error
	if missing := s.missing.Load(); missing != nil {
		err = *missing
	} else if s.opts.Ready != nil {
		err = s.opts.Ready()
	}
	report(w, r, err)
}

func report(w http.ResponseWriter, r *http.Request, err error) {
	w.Header().Set("Cache-Control", cacheNever)
	if err != nil {
		writeBody(w, r, typeText, http.StatusServiceUnavailable, []byte(err.Error()+"\n"))
		return
	}
	writeBody(w, r, typeText, http.StatusOK, []byte("ok\n"))
}
