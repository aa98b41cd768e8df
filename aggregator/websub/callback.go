package websub

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"wiredesk/aggregator"
)

const (
	// busyWait is when a hub that found no room is asked to come back.
	busyWait = time.Minute
	// firstRead is the room in bytes that a body begins with; then it doubles.
	firstRead = 16 << 10
)

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
	body, outcome := s.readBody(w, r, hostOf(sub.Hub))
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

// readBody reads a body, for which room is kept until it is released, or says
// what is wrong with it. Room is taken as the bytes come, so that what is only
// announced keeps nobody out. How long a body may take is the server's to say.
func (s *Subscriber) readBody(w http.ResponseWriter, r *http.Request, host string) ([]byte, Outcome) {
	limit := s.opts.MaxBodyBytes
	if r.ContentLength > limit {
		return nil, PushTooLarge
	}
	from := http.MaxBytesReader(w, r.Body, limit)
	end := limit + 1 // a read beyond the last byte finds the end
	if r.ContentLength >= 0 {
		end = r.ContentLength
	}
	var body []byte
	var reserved int64
	fail := func(outcome Outcome) ([]byte, Outcome) {
		s.mail.arrived(host, reserved, 0)
		return nil, outcome
	}
	for int64(len(body)) < end {
		if len(body) == cap(body) {
			more := min(max(int64(len(body)), firstRead), end-reserved)
			if !s.mail.reserve(host, more) {
				return fail(PushBusy)
			}
			reserved += more
			grown := make([]byte, len(body), reserved)
			copy(grown, body)
			body = grown
		}
		n, err := from.Read(body[len(body):cap(body)])
		body = body[:len(body)+n]
		switch {
		case errors.Is(err, io.EOF) && r.ContentLength < 0:
			end = int64(len(body))
		case err == nil || int64(len(body)) == r.ContentLength:
		default:
			if _, large := errors.AsType[*http.MaxBytesError](err); large {
				return fail(PushTooLarge)
			}
			return fail(PushBroken)
		}
	}
	if int64(len(body)) < reserved {
		body = bytes.Clone(body) // what it does not need is given back
	}
	s.mail.arrived(host, reserved, int64(len(body)))
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
