package websub

import (
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"wiredesk/aggregator"
)

// busyWait is when a hub that found no room is asked to come back.
const busyWait = time.Minute

// ServeHTTP answers a hub: GET, where it asks what was meant (sections 5.2 and
// 5.3), and POST, where it brings something (section 7).
func (s *Subscriber) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Cache-Control", "no-store")
	switch token := r.PathValue("token"); r.Method {
	case http.MethodGet:
		s.verify(w, r, token)
	case http.MethodPost:
		outcome := s.receive(w, r, token)
		if outcome != "" {
			s.opts.Pushed(outcome)
		}
	default:
		w.Header().Set("Allow", "GET, POST")
		refuse(w, http.StatusMethodNotAllowed)
	}
}

func (s *Subscriber) verify(w http.ResponseWriter, r *http.Request, token string) {
	in, ok := parseIntent(r.URL.RawQuery)
	var err error
	if ok {
		ok, err = s.answer(token, in, wallClock())
	}
	switch {
	case err != nil:
		refuse(w, http.StatusServiceUnavailable)
	case !ok:
		refuse(w, http.StatusNotFound)
	default:
		// It is foreign text: nobody is to take it for a page.
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Content-Type-Options", "nosniff")
		_, _ = io.WriteString(w, in.challenge)
	}
}

// receive answers a push, and returns what became of it; empty: it was taken,
// and that is told when it is done.
func (s *Subscriber) receive(w http.ResponseWriter, r *http.Request, token string) Outcome {
	s.mu.Lock()
	var sub aggregator.Subscription
	if known := s.subs[token]; known != nil {
		sub = *known
	}
	s.mu.Unlock()
	if sub.Token == "" || sub.State == aggregator.SubscriptionUnsubscribing {
		refuse(w, http.StatusGone) // the hub may end its side of it
		return PushUnknown
	}
	body, outcome := s.readBody(w, r)
	switch outcome {
	case "":
	case PushTooLarge:
		refuse(w, http.StatusRequestEntityTooLarge)
		return outcome
	case PushBusy:
		s.comeBack(w)
		return outcome
	default:
		refuse(w, http.StatusBadRequest)
		return outcome
	}
	signed, ok := parseSignature(r.Header.Get("X-Hub-Signature"))
	if !ok || !signed.signs(body, sub.Secret.Reveal()) {
		s.mail.release(int64(len(body)))
		s.unsigned(&sub)
		w.WriteHeader(http.StatusAccepted)
		return PushUnsigned
	}
	if !s.mail.post(aggregator.Delivery{
		Source: sub.Source, Topic: sub.Topic, At: wallClock(), ContentType: r.Header.Get("Content-Type"), Body: body,
	}) {
		s.mail.release(int64(len(body)))
		s.comeBack(w)
		return PushBusy
	}
	w.WriteHeader(http.StatusAccepted)
	return ""
}

// readBody reads a body for which room is kept until it is released, or says
// what is wrong with it.
func (s *Subscriber) readBody(w http.ResponseWriter, r *http.Request) ([]byte, Outcome) {
	room := r.ContentLength
	if room > s.opts.MaxBodyBytes {
		return nil, PushTooLarge
	}
	if room < 0 {
		room = s.opts.MaxBodyBytes
	}
	if !s.mail.reserve(room) {
		return nil, PushBusy
	}
	var body []byte
	var err error
	if r.ContentLength >= 0 {
		body = make([]byte, r.ContentLength)
		_, err = io.ReadFull(r.Body, body)
	} else {
		body, err = io.ReadAll(http.MaxBytesReader(w, r.Body, s.opts.MaxBodyBytes))
	}
	if err != nil {
		s.mail.release(room)
		if _, large := errors.AsType[*http.MaxBytesError](err); large {
			return nil, PushTooLarge
		}
		return nil, PushBroken
	}
	s.mail.release(room - int64(len(body)))
	return body, ""
}

// unsigned says once of a subscription that what is pushed is not signed.
func (s *Subscriber) unsigned(sub *aggregator.Subscription) {
	s.mu.Lock()
	said := s.warned[sub.Token] || s.subs[sub.Token] == nil
	if !said {
		s.warned[sub.Token] = true
	}
	s.mu.Unlock()
	if !said {
		s.opts.Log.Warn("a push was dropped: its signature is missing or wrong", "source", sub.Source, "hub", sub.Hub)
	}
}

func (s *Subscriber) comeBack(w http.ResponseWriter) {
	w.Header().Set("Retry-After", strconv.Itoa(int(busyWait/time.Second)))
	refuse(w, http.StatusServiceUnavailable)
}

func refuse(w http.ResponseWriter, status int) {
	http.Error(w, http.StatusText(status), status)
}
