package serve

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"time"

	"wiredesk/aggregator"
)

const (
	// heartbeat is how often a stream on which nothing happens shows that it
	// is alive: within the least idle time of proxies.
	heartbeat = 20 * time.Second
	// streamWrite is how long a client may take what it is sent.
	streamWrite = 10 * time.Second
	// Clients come back after a wait between these, so that all those of a
	// server that restarts do not come at once.
	retryLeast = 2 * time.Second
	retryMost  = 6 * time.Second

	typeEvents = "text/event-stream"
)

// eventReset is the event that tells a client to begin anew.
const eventReset = "reset"

// eventCorrected stands in the place of an update by which the source mends
// what it told.
const eventCorrected = "corrected"

// Event is what an event of /events holds: a story as lists show it, and what
// became of it. The event's name says the kind.
type Event struct {
	StoryLine
	Changed   time.Time `json:"changed,omitzero"`
	Withdrawn bool      `json:"withdrawn,omitempty"` // nothing is left of it
	Merged    []string  `json:"merged,omitempty"`    // stories that turned out to be this one
}

// Reset is what a reset event holds.
type Reset struct {
	Reason string `json:"reason"`
}

// event returns a change as it is sent; nil: it has nothing to show.
func (p *published) event(c *aggregator.Change) (*event, error) {
	view := &c.Story
	if len(view.Entries) == 0 {
		return nil, nil
	}
	told := Event{StoryLine: p.line(view), Changed: view.Changed, Withdrawn: view.Withdrawn}
	for _, id := range view.Merged {
		told.Merged = append(told.Merged, id.URN())
	}
	name := c.Kind.String()
	corrects := aggregator.Labelled(view.LeadEntry().Labels, aggregator.LabelCorrection)
	if c.Kind == aggregator.StoryUpdated && corrects {
		name = eventCorrected
	}
	text, err := eventText(c.N, name, told)
	if err != nil {
		return nil, err
	}
	return &event{
		n: c.N, text: text,
		// Whoever was told of the story before must hear that it is no more.
		all: c.Kind == aggregator.StoryWithdrawn || c.Kind == aggregator.StoryMerged,
	}, nil
}

// eventText writes an event (HTML, section 9.2.6). JSON has no line feeds.
func eventText(n uint64, name string, told any) ([]byte, error) {
	body, err := json.Marshal(told)
	if err != nil {
		return nil, fmt.Errorf("encode an event: %w", err)
	}
	var b bytes.Buffer
	fmt.Fprintf(&b, "id: %d\nevent: %s\ndata: %s\n\n", n, name, body)
	return b.Bytes(), nil
}

// serveEvents answers GET /events with what becomes of stories, as it does. The
// parameters narrow it as they do a list of stories.
func (s *Server) serveEvents(w http.ResponseWriter, r *http.Request) {
	values := r.URL.Query()
	if _, err := s.current.Load().parseList(values, time.Now()); err != nil {
		s.refuse(w, r, err)
		return
	}
	w.Header().Set("Content-Type", typeEvents)
	w.Header().Set("Cache-Control", cacheNever)
	w.Header().Set("X-Accel-Buffering", "no") // nginx would keep events back until many are there
	if r.Method == http.MethodHead {
		return
	}
	client, err := s.events.join(values)
	if err != nil {
		w.Header().Set("Retry-After", "30")
		s.fail(w, r, http.StatusServiceUnavailable, "Too many listen already. Try again later.")
		return
	}
	out := &eventWriter{w: w, control: http.NewResponseController(w)}
	defer func() { s.events.leave(client, errors.Is(out.err, os.ErrDeadlineExceeded)) }()
	retry := retryLeast + rand.N(retryMost-retryLeast)
	out.write(fmt.Appendf(nil, "retry: %d\n\n", retry.Milliseconds()))
	if out.flush(); out.err == nil {
		s.stream(r, client, out)
	}
}

// stream sends a client what it missed, and then what comes.
func (s *Server) stream(r *http.Request, client *stream, out *eventWriter) {
	sent, err := s.begin(r, client, out)
	beat := time.NewTicker(heartbeat)
	defer beat.Stop()
	for err == nil && out.err == nil {
		select {
		case ev, more := <-client.queue:
			if !more {
				return
			}
			if ev.n > sent {
				out.write(ev.text)
				sent = ev.n
			}
			if len(client.queue) > 0 {
				continue
			}
			out.flush()
			if s.events.resume(client) {
				sent, err = s.catchUp(r, client, out, sent)
			}
		case <-beat.C:
			out.write([]byte(":\n\n"))
			out.flush()
		case <-r.Context().Done():
			return
		}
	}
	if err != nil {
		s.opts.Log.Error("a client could not be told what it missed", "err", err)
	}
}

// begin sends what happened after the last event that the client says it got,
// and returns the number of the last change it knows of by then.
func (s *Server) begin(r *http.Request, client *stream, out *eventWriter) (sent uint64, err error) {
	asked := r.Header.Get("Last-Event-ID")
	if asked == "" {
		return s.lastChange()
	}
	if sent, err = strconv.ParseUint(asked, 10, 64); err == nil {
		return s.catchUp(r, client, out, sent)
	}
	last, err := s.lastChange()
	if err != nil {
		return 0, err
	}
	return last, out.reset(last, "this is no event of ours")
}

// catchUp sends what happened after the change with the number sent, and returns
// the number of the last change the client knows of by then.
func (s *Server) catchUp(r *http.Request, client *stream, out *eventWriter, sent uint64) (uint64, error) {
	first, last, err := s.opts.Archive.ChangesKept()
	switch {
	case err != nil:
		return sent, err
	case sent > last:
		return last, out.reset(last, "the events are those of another archive")
	case sent+1 < first:
		return last, out.reset(last, "it is too long ago: read the stories anew")
	}
	for out.err == nil && r.Context().Err() == nil {
		texts, next, err := s.missed(client, sent)
		if err != nil || next == sent {
			return sent, err
		}
		for _, text := range texts {
			out.write(text)
		}
		out.flush()
		sent = next
	}
	return sent, nil
}

// missed returns some of what a client was not told after sent, and the last
// change that was looked at.
func (s *Server) missed(client *stream, sent uint64) (texts [][]byte, next uint64, err error) {
	s.events.replays <- struct{}{}
	defer func() { <-s.events.replays }()
	pub, now := s.current.Load(), time.Now()
	changes, next, err := s.opts.Archive.Changes(sent, changesPage)
	if err != nil {
		return nil, sent, err
	}
	for i := range changes {
		ev, err := pub.event(&changes[i])
		if err != nil {
			return nil, sent, err
		}
		if ev != nil && (ev.all || pub.concerns(client.asked, &changes[i].Story, now)) {
			texts = append(texts, ev.text)
		}
	}
	return texts, next, nil
}

// concerns reports whether a client that asked so is to hear of the story. What
// it asked for is read anew each time: feeds change, and age.
func (p *published) concerns(asked url.Values, view *aggregator.StoryView, now time.Time) bool {
	q, err := p.parseList(asked, now)
	return err == nil && !view.First.Before(q.since) && p.lets(q, view, now)
}

// eventWriter writes to a client that may be slow. After an error nothing is
// written.
type eventWriter struct {
	w       http.ResponseWriter
	control *http.ResponseController
	err     error
}

func (o *eventWriter) write(text []byte) {
	if o.err != nil {
		return
	}
	// The server's own limit is one of whole answers, which this never is.
	if err := o.control.SetWriteDeadline(time.Now().Add(streamWrite)); err != nil && !errors.Is(err, http.ErrNotSupported) {
		o.err = err
		return
	}
	_, o.err = o.w.Write(text)
}

func (o *eventWriter) flush() {
	if o.err == nil {
		o.err = o.control.Flush()
	}
}

// reset tells the client to begin anew from n.
func (o *eventWriter) reset(n uint64, reason string) error {
	text, err := eventText(n, eventReset, Reset{reason})
	if err == nil {
		o.write(text)
		o.flush()
	}
	return err
}
