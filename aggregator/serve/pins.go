package serve

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"slices"
	"time"

	"wiredesk/aggregator"
)

// maxPinBytes bounds the body of a request that makes a pin.
const maxPinBytes = 4 << 10

// PinList is what GET /api/v1/pins answers.
type PinList struct {
	Pins []Pin `json:"pins"`
}

// Pin is an operator's word on two entries, in the form of the API.
type Pin struct {
	Join    bool           `json:"join"` // false: they are parted
	At      time.Time      `json:"at"`   // when it was said
	Entries [2]PinnedEntry `json:"entries"`
}

// PinnedEntry is one of the two.
type PinnedEntry struct {
	ID     string `json:"id"`
	Title  string `json:"title,omitempty"`
	Source string `json:"source,omitempty"` // id of its source
	Story  string `json:"story,omitempty"`
}

// PinRequest is the body of PUT /api/v1/pins. An entry is named as in
// GET /api/v1/stories/{name}.
type PinRequest struct {
	Join    bool      `json:"join"`
	Entries [2]string `json:"entries"`
}

// PinAnswer is what PUT /api/v1/pins answers.
type PinAnswer struct {
	Pin
	Decisions []Decision `json:"decisions"` // on the entries that moved
}

// changePins answers requests to /api/v1/pins of those who may make pins.
func (s *Server) changePins(w http.ResponseWriter, r *http.Request) {
	switch {
	case r.Method == http.MethodGet || r.Method == http.MethodHead:
		s.servePins(w, r)
	case r.Method == http.MethodPut && s.opts.Pinner != nil:
		s.putPin(w, r)
	case r.Method == http.MethodDelete && s.opts.Pinner != nil:
		s.deletePin(w, r)
	default:
		w.Header().Set("Allow", "GET, HEAD, PUT, DELETE")
		s.fail(w, r, http.StatusMethodNotAllowed, "Pins are read, put and deleted.")
	}
}

// servePins answers GET /api/v1/pins.
func (s *Server) servePins(w http.ResponseWriter, r *http.Request) {
	pins, err := s.opts.Archive.Pins()
	if err != nil {
		s.failInternal(w, r, fmt.Errorf("read pins: %w", err))
		return
	}
	list := PinList{Pins: make([]Pin, 0, len(pins))}
	for _, p := range pins {
		shown, err := s.showPin(p)
		if err != nil {
			s.failInternal(w, r, err)
			return
		}
		list.Pins = append(list.Pins, shown)
	}
	s.sendJSON(w, r, list)
}

// putPin answers PUT /api/v1/pins with the pin, once the stories are as it
// says.
func (s *Server) putPin(w http.ResponseWriter, r *http.Request) {
	var asked PinRequest
	decoder := json.NewDecoder(http.MaxBytesReader(w, r.Body, maxPinBytes))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&asked); err != nil {
		s.fail(w, r, http.StatusBadRequest, `The body cannot be read: want {"join": true, "entries": ["ID", "ID"]}.`)
		return
	}
	a, b, err := s.twoEntries(asked.Entries[:])
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	pin := aggregator.Pin{A: a.ID, B: b.ID, Join: asked.Join, At: time.Now().UTC()}
	decided, err := s.opts.Pinner.Pin(r.Context(), pin)
	switch {
	case errors.Is(err, ErrPinRefused):
		s.fail(w, r, http.StatusConflict, err.Error()+".")
		return
	case err != nil:
		s.failInternal(w, r, fmt.Errorf("pin %s and %s: %w", a.ID, b.ID, err))
		return
	}
	s.wake()
	answer := PinAnswer{Decisions: make([]Decision, 0, len(decided))}
	for i := range decided {
		answer.Decisions = append(answer.Decisions, decisionOf(&decided[i]))
	}
	var body []byte
	if answer.Pin, err = s.showPin(pin); err == nil {
		body, err = json.Marshal(answer)
	}
	if err != nil {
		s.failInternal(w, r, err)
		return
	}
	w.Header().Set("Cache-Control", cacheNever)
	writeBody(w, r, typeJSON, http.StatusOK, append(body, '\n'))
}

// deletePin answers DELETE /api/v1/pins?entry=ID&entry=ID.
func (s *Server) deletePin(w http.ResponseWriter, r *http.Request) {
	a, b, err := s.twoEntries(r.URL.Query()["entry"])
	if err != nil {
		s.refuse(w, r, err)
		return
	}
	err = s.opts.Pinner.Unpin(r.Context(), a.ID, b.ID)
	switch {
	case errors.Is(err, aggregator.ErrNotFound):
		s.fail(w, r, http.StatusNotFound, fmt.Sprintf("Nothing is pinned between %s and %s.", a.ID.Short(), b.ID.Short()))
		return
	case err != nil:
		s.failInternal(w, r, fmt.Errorf("unpin %s and %s: %w", a.ID, b.ID, err))
		return
	}
	s.wake()
	w.WriteHeader(http.StatusNoContent)
}

// twoEntries returns the entries that two names mean. They differ.
func (s *Server) twoEntries(names []string) (a, b aggregator.Entry, err error) {
	if len(names) != 2 {
		return a, b, refusal{http.StatusBadRequest, "Want two entries."}
	}
	if a, err = s.entryNamed(names[0]); err != nil {
		return a, b, err
	}
	if b, err = s.entryNamed(names[1]); err != nil {
		return a, b, err
	}
	if a.ID == b.ID {
		return a, b, refusal{http.StatusBadRequest, "Both names mean entry " + a.ID.String() + ": want two entries."}
	}
	return a, b, nil
}

// pinsOf returns the pins on the story's entries.
func (s *Server) pinsOf(view aggregator.StoryView) ([]Pin, error) {
	pins, err := s.opts.Archive.Pins()
	if err != nil {
		return nil, fmt.Errorf("read pins: %w", err)
	}
	var found []Pin
	for _, p := range pins {
		if !slices.ContainsFunc(view.Entries, func(e aggregator.Entry) bool { return e.ID == p.A || e.ID == p.B }) {
			continue
		}
		shown, err := s.showPin(p)
		if err != nil {
			return nil, err
		}
		found = append(found, shown)
	}
	return found, nil
}

func (s *Server) showPin(p aggregator.Pin) (Pin, error) {
	shown := Pin{Join: p.Join, At: p.At}
	for i, id := range []aggregator.EntryID{p.A, p.B} {
		shown.Entries[i].ID = id.String()
		entry, err := s.opts.Archive.Entry(id)
		if errors.Is(err, aggregator.ErrNotFound) {
			continue
		}
		if err != nil {
			return Pin{}, fmt.Errorf("read entry %s: %w", id, err)
		}
		shown.Entries[i] = PinnedEntry{
			ID: id.String(), Title: titleOf(&entry), Source: entry.Source, Story: urn(entry.Story),
		}
	}
	return shown, nil
}
