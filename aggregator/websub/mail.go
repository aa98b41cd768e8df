package websub

import (
	"context"
	"hash/fnv"
	"sync"
	"time"

	"wiredesk/aggregator"
)

const (
	carriers    = 4  // that take pushes; those of one source are taken in order
	pushesAhead = 16 // pushes that each of them may have before it
	bodiesAhead = 4  // how many of the largest bodies may be in memory
	hubsBodies  = 2  // how many of those may still be coming from one host
	// tellAgain is the wait before a lease is told again that could not be
	// stored.
	tellAgain = time.Minute
)

// Outcome is what became of a POST to a callback.
type Outcome string

// The outcomes of a push.
const (
	PushTaken    Outcome = "document"  // its entries are stored
	PushNotice   Outcome = "notice"    // it was no document: the source is polled
	PushLost     Outcome = "lost"      // it could not be stored: the source is polled
	PushUnsigned Outcome = "unsigned"  // the signature is missing or wrong: acknowledged and dropped
	PushTooLarge Outcome = "too_large" // over the limit of bodies
	PushBroken   Outcome = "broken"    // its body did not come whole
	PushBusy     Outcome = "busy"      // the hub was told to come back
	PushUnknown  Outcome = "unknown"   // of no subscription of ours
)

// Outcomes lists what can become of a push, in order.
func Outcomes() []Outcome {
	return []Outcome{PushTaken, PushNotice, PushLost, PushUnsigned, PushTooLarge, PushBroken, PushBusy, PushUnknown}
}

// mail is what has come and is not taken yet.
type mail struct {
	pushes [carriers]chan aggregator.Delivery
	news   chan struct{} // holds a token while there is something untold

	mu        sync.Mutex
	closed    bool
	leftBytes int64            // of bodies that may still come into memory
	hubBytes  int64            // of bodies that may be on their way from one host
	coming    map[string]int64 // bytes of bodies on their way, by the hub's host
	untold    map[string]bool  // sources of which a lease has changed
}

func newMail(maxBodyBytes int64) *mail {
	m := &mail{
		news: make(chan struct{}, 1), leftBytes: bodiesAhead * maxBodyBytes, hubBytes: hubsBodies * maxBodyBytes,
		coming: map[string]int64{}, untold: map[string]bool{},
	}
	for i := range m.pushes {
		m.pushes[i] = make(chan aggregator.Delivery, pushesAhead)
	}
	return m
}

// reserve takes room for a part of a body that comes from a host, if there is
// any: a hub whose bodies come slowly takes none from the others.
func (m *mail) reserve(host string, bytes int64) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed || m.leftBytes < bytes || m.coming[host]+bytes > m.hubBytes {
		return false
	}
	m.leftBytes -= bytes
	m.coming[host] += bytes
	return true
}

// arrived ends the coming of a body that had reserved room, and gives back what
// it does not keep of it.
func (m *mail) arrived(host string, reservedBytes, keptBytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leftBytes += reservedBytes - keptBytes
	if m.coming[host] -= reservedBytes; m.coming[host] == 0 {
		delete(m.coming, host)
	}
}

// release gives room back.
func (m *mail) release(bytes int64) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.leftBytes += bytes
}

// post puts a push where it is taken, if there is a place.
func (m *mail) post(d aggregator.Delivery) bool {
	m.mu.Lock()
	defer m.mu.Unlock()
	if m.closed {
		return false
	}
	h := fnv.New32a()
	_, _ = h.Write([]byte(d.Source))
	select {
	case m.pushes[h.Sum32()%carriers] <- d:
		return true
	default:
		return false
	}
}

// tell has the lease of a source told.
func (m *mail) tell(source string) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.untold[source] = true
	m.ring()
}

func (m *mail) ring() {
	if m.closed {
		return
	}
	select {
	case m.news <- struct{}{}:
	default:
	}
}

// toTell returns a source whose lease is to be told.
func (m *mail) toTell() (source string, ok bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for source := range m.untold {
		delete(m.untold, source)
		return source, true
	}
	return "", false
}

// close lets nothing more in.
func (m *mail) close() {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.closed = true
	for _, pushes := range m.pushes {
		close(pushes)
	}
	close(m.news)
}

// carry takes pushes, one after another, until there will be no more.
func (s *Subscriber) carry(ctx context.Context, pushes <-chan aggregator.Delivery) {
	for d := range pushes {
		document, err := s.opts.Taker.Push(ctx, d)
		s.mail.release(int64(len(d.Body)))
		switch {
		case err != nil:
			s.opts.Pushed(PushLost)
		case document:
			s.opts.Pushed(PushTaken)
		default:
			s.opts.Pushed(PushNotice)
		}
	}
}

// herald tells of leases, one after another, until there will be no more.
func (s *Subscriber) herald(ctx context.Context) {
	again := time.NewTimer(tellAgain)
	defer again.Stop()
	for more := true; more; {
		select {
		case _, more = <-s.mail.news:
		case <-again.C:
		}
		for source, ok := s.mail.toTell(); ok; source, ok = s.mail.toTell() {
			s.mu.Lock()
			until := s.lease(source)
			s.mu.Unlock()
			if err := s.opts.Taker.Lease(ctx, source, until); err != nil {
				s.mail.mu.Lock()
				s.mail.untold[source] = true
				s.mail.mu.Unlock()
				again.Reset(tellAgain)
				break
			}
		}
	}
}
